"""The offices' price ceilings: set, ended, what breaks them, and what they may be about."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from logistics.accounts.models import Role
from logistics.communities import queries as communities
from logistics.db import reading, transaction
from logistics.errors import DomainError
from logistics.orders.catalogue import queries, scope, service
from logistics.orders.catalogue.rules import PRICE_CENTS_MAX, CeilingUnit
from logistics.web.errors import sentence
from logistics.web.here import PAGE_ROWS, asked_id, current_viewer, now, page, page_number, today
from logistics.web.typed import Typed
from logistics.web.words import _

pages = Blueprint("ceilings", __name__)

SET_CEILINGS = frozenset({Role.ADMIN, Role.STREET_OFFICE})


@pages.get("/ceilings")
def index() -> str:
    return _page(Typed({"unit": CeilingUnit.PER_500G.value, "starts_on": today().isoformat()}))


@pages.post("/ceilings")
def put() -> ResponseReturnValue:
    """Set a ceiling in place of the one before."""
    viewer, sent = current_viewer(), Typed(request.form.to_dict())
    with reading() as session:
        areas = {area.id for area in communities.areas(session, viewer)}
    area_id, good = sent.chosen("area_id", areas), sent.text("good", high=service.GOOD_NAME_MAX)
    unit, cents = sent.word("unit", CeilingUnit), sent.cents("ceiling", PRICE_CENTS_MAX)
    starts_on = sent.day("starts_on", usual=today())
    reason = sent.text("reason", high=service.REASON_MAX)
    if sent.errors:
        return _page(sent), 422
    command = service.SetCeiling(
        area_id=area_id,
        good=good,
        unit=unit,
        ceiling_cents=cents,
        starts_on=starts_on,
        reason=reason,
        set_by_id=viewer.account_id,
    )
    try:
        with transaction() as session:
            scope.require_ceiling_area(session, viewer, area_id)
            service.set_ceiling(session, command, now=now())
    except DomainError as error:
        return _page(sent, error=sentence(error)), error.status
    flash(_("The ceiling is set. Prices that break it stand below."), "good")
    return redirect(url_for(".index"))


@pages.post("/ceilings/<int:ceiling_id>/end")
def end(ceiling_id: int) -> ResponseReturnValue:
    viewer = current_viewer()
    reason = "".join(sign for sign in request.form.get("reason", "") if sign.isprintable())[: service.REASON_MAX]
    with transaction() as session:
        scope.require_ceiling(session, viewer, ceiling_id)
        service.end_ceiling(session, ceiling_id, until_on=None, reason=reason, ended_by_id=viewer.account_id, now=now())
    flash(_("The ceiling has ended."), "good")
    return redirect(url_for(".index"))


@pages.post("/ceilings/products/<int:product_id>")
def assign(product_id: int) -> ResponseReturnValue:
    """An office says which good a product is; without one, that it is none of them."""
    viewer = current_viewer()
    command = service.AssignGood(
        product_id=product_id, good_id=asked_id(request.form, "good_id"), by_office=True, by_id=viewer.account_id
    )
    with transaction() as session:
        scope.require_seen_product(session, viewer, product_id)
        service.assign_good(session, command, now=now())
    flash(_("Saved."), "good")
    return redirect(url_for(".index"))


def _page(sent: Typed, *, error: str = "") -> str:
    viewer, number, day = current_viewer(), page_number(), today()
    with reading() as session:
        rows = queries.ceilings(session, viewer, limit=PAGE_ROWS + 1, offset=PAGE_ROWS * (number - 1))
        areas = communities.areas(session, viewer)
        broken = queries.standing_breaches(session, viewer, on=day, tell=sentence)
        similar = queries.look_alikes(session, viewer, on=day)
        goods = queries.goods(session)
    return render_template(
        "ceilings.html",
        page=page(rows, number),
        areas=areas,
        own_areas={area.id for area in areas},
        goods=goods,
        broken=broken,
        similar=similar,
        may_set=viewer.role in SET_CEILINGS,
        units=[unit.value for unit in CeilingUnit],
        day=day,
        values=sent.values,
        errors=sent.errors,
        error=error,
    )
