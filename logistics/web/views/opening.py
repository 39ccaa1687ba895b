"""A merchant writes a group buy: the form, new and anew; opening it once it is approved, closing before the cut-off."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session

from logistics.clock import SHANGHAI
from logistics.communities import queries as communities
from logistics.db import reading, transaction
from logistics.errors import DomainError, NotFound
from logistics.idempotency import KeyedRequest, KeyReused, answer_once, fingerprint
from logistics.orders import queries, service
from logistics.orders.campaigns.rules import Fallback
from logistics.orders.rules import CampaignState, ShortageRule
from logistics.orders.service import CampaignDraft
from logistics.orders.views import CampaignDetail, ProductView, StoreView
from logistics.web.drafting import WINDOW_ROWS, DraftForm, area_ids_of, values_of
from logistics.web.errors import sentence
from logistics.web.here import asked_id, current_viewer, now
from logistics.web.ordering import new_key
from logistics.web.words import _

pages = Blueprint("opening", __name__)


@pages.get("/campaigns/new")
def form() -> str:
    """The form for one store; where there are several, the store is chosen first."""
    viewer, moment = current_viewer(), now().astimezone(SHANGHAI)
    with reading() as session:
        stores = queries.stores(session, viewer)
    store_id = asked_id(request.args, "store_id")
    chosen = _store(stores, store_id) if store_id is not None or len(stores) == 1 else None
    return _page(stores, chosen, DraftForm(_usual(moment), set()))


@pages.post("/campaigns/new")
def create() -> ResponseReturnValue:
    viewer, moment = current_viewer(), now()
    with reading() as session:
        stores = queries.stores(session, viewer)
        store = _store(stores, asked_id(request.form, "store_id"))
        products = queries.products(session, viewer, store_id=store.id)
        areas = {area.id for area in communities.areas(session, viewer)}
    sent = DraftForm(request.form.to_dict(), area_ids_of(request.form.getlist("areas"), areas))
    try:
        draft = sent.read(store_id=store.id, products=products, now=moment)
        if draft is None:
            return _page(stores, store, sent), 422
        with transaction() as session:
            campaign_id = _draft_once(session, draft, request.form.get("key", "")[:64] or new_key(), now=moment)
    except KeyReused:
        told = _("This form was sent before with other entries. Look under group buys, or send it now.")
        return _page(stores, store, sent, error=told), 409
    except DomainError as error:
        return _page(stores, store, sent, error=sentence(error)), error.status
    _tell_kept()
    return redirect(url_for("web.campaigns.show", campaign_id=campaign_id))


@pages.get("/campaigns/<int:campaign_id>/edit")
def edit(campaign_id: int) -> str:
    """The form of a draft, or of what was returned, as it was written."""
    viewer = current_viewer()
    with reading() as session:
        campaign = queries.campaign(session, viewer, campaign_id)
        store = _store(queries.stores(session, viewer), campaign.store_id)
        products = queries.products(session, viewer, store_id=store.id)
    sent = DraftForm(values_of(campaign, products), {area.id for area in campaign.areas})
    return _page([store], store, sent, campaign=campaign)


@pages.post("/campaigns/<int:campaign_id>/edit")
def change(campaign_id: int) -> ResponseReturnValue:
    viewer, moment = current_viewer(), now()
    with reading() as session:
        campaign = queries.campaign(session, viewer, campaign_id)
        store = _store(queries.stores(session, viewer), campaign.store_id)
        products = queries.products(session, viewer, store_id=store.id)
        areas = {area.id for area in communities.areas(session, viewer)}
    sent = DraftForm(request.form.to_dict(), area_ids_of(request.form.getlist("areas"), areas))
    try:
        draft = sent.read(store_id=store.id, products=products, now=moment)
        if draft is None:
            return _page([store], store, sent, campaign=campaign), 422
        with transaction() as session:
            service.change_draft(session, campaign_id, draft, now=moment, account_id=viewer.account_id)
            _file_if_asked(session, campaign_id, now=moment)
    except DomainError as error:
        return _page([store], store, sent, campaign=campaign, error=sentence(error)), error.status
    _tell_kept()
    return redirect(url_for("web.campaigns.show", campaign_id=campaign_id))


@pages.post("/campaigns/<int:campaign_id>/open")
def open_draft(campaign_id: int) -> ResponseReturnValue:
    with transaction() as session:
        queries.campaign(session, current_viewer(), campaign_id)
        service.open_campaign(session, campaign_id, now=now(), account_id=current_viewer().account_id)
    flash(_("The group buy is open until its cut-off."), "good")
    return redirect(url_for("web.campaigns.show", campaign_id=campaign_id))


@pages.post("/campaigns/<int:campaign_id>/close")
def close(campaign_id: int) -> ResponseReturnValue:
    """Close before the cut-off; pressed twice it is closed once."""
    with transaction() as session:
        queries.campaign(session, current_viewer(), campaign_id)
        closed = service.close_campaign(session, campaign_id, now=now(), account_id=current_viewer().account_id)
    flash(_TOLD.get(closed.state) or _("The group buy is closed; what every order gets is decided."), "good")
    return redirect(url_for("web.campaigns.show", campaign_id=campaign_id))


_TOLD = {
    CampaignState.OPEN: _l("Not enough is ordered yet: the group buy goes on until its later cut-off."),
    CampaignState.CLOSED: _l("The group buy is closed below its minimum. Say whether it comes all the same."),
    CampaignState.FAILED: _l("The group buy did not reach its minimum and is cancelled; the households are told."),
}
"""What closing came to, where it did not form."""


def _tell_kept() -> None:
    if request.form.get("then") == "file":
        flash(_("Filed. The street office approves it or returns it with a reason."), "good")
    else:
        flash(_("The draft is kept; file it when it is right."), "good")


def _file_if_asked(session: Session, campaign_id: int, *, now: datetime) -> None:
    if request.form.get("then") == "file":
        service.file_campaign(session, campaign_id, now=now, account_id=current_viewer().account_id)


def _draft_once(session: Session, draft: CampaignDraft, key: str, *, now: datetime) -> int:
    """Draft the campaign, and file it where that was asked, once per form."""
    payload: dict[str, Any] = {name: str(value) for name, value in asdict(draft).items()}
    payload["then"] = request.form.get("then", "")
    asked = fingerprint(method="POST", path="/campaign-form", payload=payload)
    request_ = KeyedRequest(account_id=current_viewer().account_id, key=f"form-{key}", sha256=asked)

    def effect() -> tuple[dict[str, Any], int]:
        campaign = service.draft_campaign(session, draft)
        _file_if_asked(session, campaign.id, now=now)
        return {"campaign_id": campaign.id}, 201

    return int(answer_once(session, request_, effect, now=now).body["campaign_id"])


def _store(stores: list[StoreView], store_id: int | None) -> StoreView:
    if store_id is None and len(stores) == 1:
        return stores[0]
    for store in stores:
        if store.id == store_id:
            return store
    raise NotFound(kind="store", key=store_id or 0)


def _usual(moment: datetime) -> dict[str, str]:
    """What most campaigns begin with: cut-off tonight at 20:00 or tomorrow, delivery the day after, two windows."""
    tonight = moment.replace(hour=20, minute=0, second=0, microsecond=0)
    cut_off = tonight if tonight > moment + timedelta(hours=1) else tonight + timedelta(days=1)
    return {
        "cut_off": f"{cut_off:%Y-%m-%dT%H:%M}",
        "delivery_date": f"{cut_off + timedelta(days=1):%Y-%m-%d}",
        "window-1-from": "09:00",
        "window-1-to": "12:00",
        "window-2-from": "14:00",
        "window-2-to": "17:00",
        "rule": ShortageRule.PROPORTIONAL.value,
        "if_missed": Fallback.CANCEL.value,
    }


def _page(
    stores: list[StoreView],
    store: StoreView | None,
    sent: DraftForm,
    *,
    error: str = "",
    campaign: CampaignDetail | None = None,
) -> str:
    viewer = current_viewer()
    products: list[ProductView] = []
    with reading() as session:
        areas = communities.areas(session, viewer)
        if store is not None:
            products = queries.products(session, viewer, store_id=store.id)
    return render_template(
        "campaign_new.html",
        stores=stores,
        store=store,
        products=products,
        areas=areas,
        rules=[rule.value for rule in ShortageRule],
        fallbacks=[fallback.value for fallback in Fallback],
        campaign=campaign,
        window_rows=range(1, WINDOW_ROWS + 1),
        values=sent.values,
        chosen_areas=sent.area_ids,
        errors=sent.errors,
        error=error,
        key=new_key(),
    )
