"""The life of a campaign over HTTP: filed, approved or returned, opened, closed, decided, and told of."""

# mypy: disable-error-code="untyped-decorator"
# flask-smorest's decorators are untyped, as in every module called api

from __future__ import annotations

from typing import Any

from flask import current_app, request
from sqlalchemy.orm import Session

from logistics.access import Viewer, current_viewer
from logistics.accounts.models import Role
from logistics.clock import utc_now
from logistics.config import Settings
from logistics.db import reading, transaction
from logistics.orders import drafting, queries, service, views
from logistics.orders.campaigns import queries as campaigns
from logistics.orders.campaigns.texts.showing import texts_of
from logistics.orders.campaigns.views import CampaignStepView, CampaignTextsView, WaitingCampaignView
from logistics.orders.schemas import CampaignDecideRequest, CampaignRequest, CampaignReturnRequest, CampaignTextsQuery
from logistics.orders.scope import require_own_store
from logistics.orders.subject import orders
from logistics.shapes import Nothing, PageQuery, page, page_of, shape


@orders.put("/campaigns/<int:campaign_id>")
@orders.arguments(CampaignRequest)
@orders.response(200, shape(views.CampaignDetail))
def change_campaign(wanted: dict[str, Any], campaign_id: int) -> views.CampaignDetail:
    """Write a draft anew, or one that was returned, which is a draft again"""
    viewer = current_viewer()
    draft = draft_of(wanted)
    with transaction() as session:
        queries.campaign(session, viewer, campaign_id)
        require_own_store(session, viewer, draft.store_id)
        service.change_draft(session, campaign_id, draft, now=utc_now(), account_id=viewer.account_id)
        session.flush()
        return queries.campaign(session, viewer, campaign_id)


@orders.post("/campaigns/<int:campaign_id>/file")
@orders.arguments(Nothing, required=False)
@orders.response(200, shape(views.CampaignDetail))
def file_campaign(_: dict[str, Any], campaign_id: int) -> views.CampaignDetail:
    """Hand a draft to the street offices of the areas it serves; prices are checked against their ceilings"""
    viewer = current_viewer()
    with transaction() as session:
        queries.campaign(session, viewer, campaign_id)
        service.file_campaign(session, campaign_id, now=utc_now(), account_id=viewer.account_id)
        return queries.campaign(session, viewer, campaign_id)


@orders.post("/campaigns/<int:campaign_id>/withdraw")
@orders.arguments(Nothing, required=False)
@orders.response(200, shape(views.CampaignDetail))
def withdraw_campaign(_: dict[str, Any], campaign_id: int) -> views.CampaignDetail:
    """Take a campaign back to a draft before it is opened; it needs approval anew"""
    viewer = current_viewer()
    with transaction() as session:
        queries.campaign(session, viewer, campaign_id)
        service.withdraw_campaign(session, campaign_id, now=utc_now(), account_id=viewer.account_id)
        return queries.campaign(session, viewer, campaign_id)


@orders.get("/campaigns/waiting")
@orders.arguments(PageQuery, location="query")
@orders.response(200, page_of(WaitingCampaignView))
def list_waiting_campaigns(query: dict[str, Any]) -> dict[str, Any]:
    """Filed campaigns that wait for your approval, the nearest cut-off first"""
    limit, offset = query["limit"], query["offset"]
    with reading() as session:
        rows = campaigns.waiting(session, current_viewer(), limit=limit + 1, offset=offset)
    return page(rows, limit=limit, offset=offset)


@orders.post("/campaigns/<int:campaign_id>/approve")
@orders.arguments(Nothing, required=False)
@orders.response(200, shape(service.Reviewed))
def approve_campaign(_: dict[str, Any], campaign_id: int) -> service.Reviewed:
    """Approve a filed campaign for your area; it is approved when every area it serves is"""
    viewer = current_viewer()
    with transaction() as session:
        queries.campaign(session, viewer, campaign_id)
        return service.approve_campaign(
            session, campaign_id, now=utc_now(), area_id=area_of(viewer), account_id=viewer.account_id
        )


@orders.post("/campaigns/<int:campaign_id>/return")
@orders.arguments(CampaignReturnRequest)
@orders.response(200, shape(views.CampaignDetail))
def return_campaign(wanted: dict[str, Any], campaign_id: int) -> views.CampaignDetail:
    """Give a filed campaign back to its merchant, with the reason"""
    viewer = current_viewer()
    with transaction() as session:
        queries.campaign(session, viewer, campaign_id)
        service.return_campaign(
            session,
            campaign_id,
            reason=wanted["reason"],
            now=utc_now(),
            area_id=area_of(viewer),
            account_id=viewer.account_id,
        )
        return queries.campaign(session, viewer, campaign_id)


@orders.post("/campaigns/<int:campaign_id>/open")
@orders.arguments(Nothing, required=False)
@orders.response(200, shape(views.CampaignDetail))
def open_campaign(_: dict[str, Any], campaign_id: int) -> views.CampaignDetail:
    """Open an approved campaign for orders until its cut-off"""
    viewer = current_viewer()
    with transaction() as session:
        queries.campaign(session, viewer, campaign_id)
        service.open_campaign(session, campaign_id, now=utc_now(), account_id=viewer.account_id)
        return queries.campaign(session, viewer, campaign_id)


@orders.post("/campaigns/<int:campaign_id>/close")
@orders.arguments(Nothing, required=False)
@orders.response(200, shape(views.CampaignDetail))
def close_campaign(_: dict[str, Any], campaign_id: int) -> views.CampaignDetail:
    """Close a campaign now and decide what every line is given; closing twice is closing once"""
    viewer = current_viewer()
    with transaction() as session:
        queries.campaign(session, viewer, campaign_id)
        service.close_campaign(session, campaign_id, now=utc_now(), account_id=viewer.account_id)
        session.flush()
        return queries.campaign(session, viewer, campaign_id)


@orders.post("/campaigns/<int:campaign_id>/decide")
@orders.arguments(CampaignDecideRequest)
@orders.response(200, shape(views.CampaignDetail))
def decide_campaign(wanted: dict[str, Any], campaign_id: int) -> views.CampaignDetail:
    """Say whether a campaign that closed below its minimum comes all the same"""
    viewer = current_viewer()
    with transaction() as session:
        queries.campaign(session, viewer, campaign_id)
        service.decide_campaign(session, campaign_id, form=wanted["form"], now=utc_now(), account_id=viewer.account_id)
        session.flush()
        return queries.campaign(session, viewer, campaign_id)


@orders.get("/campaigns/<int:campaign_id>/steps")
@orders.response(200, shape(CampaignStepView)(many=True))
def list_campaign_steps(campaign_id: int) -> list[CampaignStepView]:
    """The steps of a campaign's life, the first first"""
    viewer = current_viewer()
    with reading() as session:
        queries.campaign(session, viewer, campaign_id)
        return campaigns.steps(session, viewer, campaign_id)


@orders.get("/campaigns/<int:campaign_id>/texts")
@orders.arguments(CampaignTextsQuery, location="query")
@orders.response(200, shape(CampaignTextsView))
def show_campaign_texts(query: dict[str, Any], campaign_id: int) -> CampaignTextsView:
    """The words that tell of a campaign: for a chat group, a loudspeaker, one SMS"""
    settings: Settings = current_app.config["SETTINGS"]
    with reading() as session:
        campaign = queries.campaign(session, current_viewer(), campaign_id)
    link = f"{settings.public_url or request.host_url.rstrip('/')}/campaigns/{campaign_id}"
    return texts_of(campaign, link=link, language=query["language"])


def draft_of(wanted: dict[str, Any]) -> drafting.CampaignDraft:
    """The draft a request asks for.

    Raises:
        DomainError: the rules of a campaign refuse it.
    """
    windows = tuple(drafting.WindowDraft(**window) for window in wanted["windows"])
    offers = tuple(
        drafting.OfferDraft(**{**offer, "tiers": tuple(service.Tier(**tier) for tier in offer["tiers"])})
        for offer in wanted["offers"]
    )
    return drafting.CampaignDraft(
        **{
            **wanted,
            "area_ids": tuple(wanted["area_ids"]),
            "windows": windows,
            "offers": offers,
            "terms": service.TermsDraft(**wanted["terms"]),
        }
    )


def area_of(viewer: Viewer) -> int | None:
    """The part a viewer speaks for: an office its own area, an administrator the whole."""
    return None if viewer.role is Role.ADMIN else viewer.area_id


def draft_once(session: Session, viewer: Viewer, draft: drafting.CampaignDraft) -> drafting.DraftedCampaign:
    """Draft a campaign of one of the viewer's own stores. Raises NotFound: not the viewer's store."""
    require_own_store(session, viewer, draft.store_id)
    return drafting.draft_campaign(session, draft)
