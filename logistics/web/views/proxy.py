"""Ordering on a household's behalf: compound, building, household, group buy, order form."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from logistics.communities import queries as communities
from logistics.communities.queries import HouseholdDetail
from logistics.db import reading
from logistics.inventory.ballots import queries as ballots
from logistics.inventory.ballots.rules import BallotState
from logistics.inventory.entitlement import queries as entitlement
from logistics.inventory.ledger.rules import ReservationState
from logistics.orders import queries as orders
from logistics.orders.rules import CampaignState
from logistics.orders.views import CampaignDetail
from logistics.views import PAGE_SIZE_MAX
from logistics.web.here import asked_id, current_viewer, now
from logistics.web.ordering import new_key, sent_form
from logistics.web.placing import place_from_form
from logistics.web.views.campaigns import standing_in, takes_orders
from logistics.web.views.resident import OF_LATE, open_to
from logistics.web.words import _

pages = Blueprint("proxy", __name__)


@pages.get("/proxy")
def start() -> str:
    """Choose step by step, each step a plain form, so that it works on any phone."""
    viewer = current_viewer()
    compound_id = asked_id(request.args, "compound_id")
    building_id = asked_id(request.args, "building_id")
    with reading() as session:
        compounds = communities.compounds(session, viewer, limit=PAGE_SIZE_MAX)
        compound = communities.compound(session, viewer, compound_id) if compound_id is not None else None
        households = (
            communities.households(session, viewer, building_id=building_id, limit=PAGE_SIZE_MAX)
            if compound and building_id in {building.id for building in compound.buildings}
            else []
        )
    return render_template(
        "proxy.html", compounds=compounds, compound=compound, building_id=building_id, households=households
    )


@pages.get("/proxy/<int:household_id>")
def household(household_id: int) -> str:
    viewer = current_viewer()
    with reading() as session:
        found = communities.household(session, viewer, household_id)
        campaigns = orders.campaigns(session, viewer, state=CampaignState.OPEN)
        standing = orders.orders(session, viewer, household_id=household_id, limit=OF_LATE)
        remaining = entitlement.remaining(session, viewer, household_id, now=now())
        draws = entitlement.draws(session, viewer, household_id=household_id, limit=OF_LATE)
        registered = ballots.registrations(session, viewer, household_id=household_id, limit=OF_LATE)
        open_ballots = ballots.ballots(session, viewer, state=BallotState.OPEN)
    return render_template(
        "proxy_household.html",
        household=found,
        campaigns=[campaign for campaign in campaigns if campaign.cut_off_at > now()],
        orders=standing,
        remaining=remaining,
        waiting=[draw for draw in draws if draw.state is ReservationState.PENDING],
        registrations=registered,
        ballots=open_to(open_ballots, registered, at=now()),
        key=new_key(),
    )


@pages.get("/proxy/<int:household_id>/campaigns/<int:campaign_id>")
def form(household_id: int, campaign_id: int) -> str:
    campaign, found = _read(campaign_id, household_id)
    return _page(campaign, found, wanted={})


@pages.post("/proxy/<int:household_id>/campaigns/<int:campaign_id>")
def order(household_id: int, campaign_id: int) -> ResponseReturnValue:
    campaign, found = _read(campaign_id, household_id)
    sent = sent_form(campaign)
    result = place_from_form(campaign, sent, household_id=found.id, viewer=current_viewer(), now=now())
    if result.error:
        again = _page(campaign, found, wanted=sent.wanted, window=sent.window_code, error=result.error)
        return again, result.status
    flash(_("The order is placed. Tell the household its pickup code."), "good")
    return redirect(url_for("web.orders.show", order_id=result.order_id))


def _read(campaign_id: int, household_id: int) -> tuple[CampaignDetail, HouseholdDetail]:
    viewer = current_viewer()
    with reading() as session:
        return orders.campaign(session, viewer, campaign_id), communities.household(session, viewer, household_id)


def _page(
    campaign: CampaignDetail, found: HouseholdDetail, *, wanted: dict[str, str], window: str = "", error: str = ""
) -> str:
    return render_template(
        "campaign.html",
        campaign=campaign,
        household=found,
        household_id=found.id,
        household_drawn=None,
        standing=standing_in(campaign, found.id),
        taking_orders=takes_orders(campaign),
        action=url_for(".order", household_id=found.id, campaign_id=campaign.id),
        key=new_key(),
        wanted=wanted,
        window=window,
        error=error,
    )
