"""A merchant opens a group buy: the form, opening a draft, and closing before the cut-off."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from logistics.clock import SHANGHAI
from logistics.communities import queries as communities
from logistics.db import reading, transaction
from logistics.errors import DomainError, NotFound
from logistics.idempotency import KeyedRequest, KeyReused, answer_once, fingerprint
from logistics.orders import queries, service
from logistics.orders.rules import ShortageRule
from logistics.orders.service import CampaignDraft
from logistics.orders.views import ProductView, StoreView
from logistics.web.drafting import WINDOW_ROWS, DraftForm, area_ids_of
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
            campaign_id = _open_once(session, draft, request.form.get("key", "")[:64] or new_key(), now=moment)
    except KeyReused:
        told = _("This form was sent before with other entries. Look under group buys, or send it now.")
        return _page(stores, store, sent, error=told), 409
    except DomainError as error:
        return _page(stores, store, sent, error=sentence(error)), error.status
    flash(_("The group buy is open until its cut-off."), "good")
    return redirect(url_for("web.campaigns.show", campaign_id=campaign_id))


@pages.post("/campaigns/<int:campaign_id>/open")
def open_draft(campaign_id: int) -> ResponseReturnValue:
    with transaction() as session:
        queries.campaign(session, current_viewer(), campaign_id)
        service.open_campaign(session, campaign_id, now=now())
    flash(_("The group buy is open until its cut-off."), "good")
    return redirect(url_for("web.campaigns.show", campaign_id=campaign_id))


@pages.post("/campaigns/<int:campaign_id>/close")
def close(campaign_id: int) -> ResponseReturnValue:
    """Close before the cut-off; pressed twice it is closed once."""
    with transaction() as session:
        queries.campaign(session, current_viewer(), campaign_id)
        service.close_campaign(session, campaign_id, now=now())
    flash(_("The group buy is closed; what every order gets is decided."), "good")
    return redirect(url_for("web.campaigns.show", campaign_id=campaign_id))


def _open_once(session: Session, draft: CampaignDraft, key: str, *, now: datetime) -> int:
    """Draft and open the campaign, once per form."""
    payload: dict[str, Any] = {name: str(value) for name, value in asdict(draft).items()}
    asked = fingerprint(method="POST", path="/campaign-form", payload=payload)
    request_ = KeyedRequest(account_id=current_viewer().account_id, key=f"form-{key}", sha256=asked)

    def effect() -> tuple[dict[str, Any], int]:
        campaign = service.draft_campaign(session, draft)
        service.open_campaign(session, campaign.id, now=now)
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
    }


def _page(stores: list[StoreView], store: StoreView | None, sent: DraftForm, *, error: str = "") -> str:
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
        window_rows=range(1, WINDOW_ROWS + 1),
        values=sent.values,
        chosen_areas=sent.area_ids,
        errors=sent.errors,
        error=error,
        key=new_key(),
    )
