"""The offices' rules: how much of a scarce item a household may draw in how many days."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from logistics.accounts.models import Role
from logistics.communities import queries as communities
from logistics.db import reading, transaction
from logistics.inventory.entitlement import queries, service
from logistics.inventory.entitlement.rules import DAYS_MAX, QUANTITY_MAX, Per
from logistics.inventory.ledger import queries as ledger
from logistics.inventory.ledger.scope import require_area
from logistics.views import PAGE_SIZE_MAX
from logistics.web.here import PAGE_ROWS, asked_id, current_viewer, now, page, page_number
from logistics.web.typed import Typed
from logistics.web.words import _

pages = Blueprint("entitlements", __name__)

SET_RULES = frozenset({Role.ADMIN, Role.STREET_OFFICE})


@pages.get("/entitlements")
def index() -> str:
    return _page(Typed({"days": "7", "per": Per.HOUSEHOLD.value}))


@pages.post("/entitlements")
def put() -> ResponseReturnValue:
    """Set a rule in place of the one before."""
    viewer, sent = current_viewer(), Typed(request.form.to_dict())
    with reading() as session:
        items = {item.id for item in ledger.items(session, limit=PAGE_SIZE_MAX)}
        areas = {area.id for area in communities.areas(session, viewer)}
    item_id, area_id = sent.chosen("item_id", items), sent.chosen("area_id", areas)
    quantity, days = sent.whole("quantity", 0, QUANTITY_MAX), sent.whole("days", 1, DAYS_MAX)
    per = sent.word("per", Per)
    if sent.errors:
        return _page(sent), 422
    with transaction() as session:
        require_area(session, viewer, area_id)
        command = service.SetRule(
            item_id=item_id, area_id=area_id, quantity=quantity, days=days, per=per, set_by_id=viewer.account_id
        )
        service.set_rule(session, command, now=now())
    flash(_("The rule is in force. What was drawn before counts too."), "good")
    return redirect(url_for(".index"))


@pages.post("/entitlements/end")
def end() -> ResponseReturnValue:
    item_id, area_id = asked_id(request.form, "item_id") or 0, asked_id(request.form, "area_id") or 0
    with transaction() as session:
        require_area(session, current_viewer(), area_id)
        service.end_rule(session, item_id=item_id, area_id=area_id, now=now())
    flash(_("The rule has ended."), "good")
    return redirect(url_for(".index"))


def _page(sent: Typed) -> str:
    viewer, number = current_viewer(), page_number()
    with reading() as session:
        rows = queries.entitlement_rules(session, viewer, limit=PAGE_ROWS + 1, offset=PAGE_ROWS * (number - 1))
        items = ledger.items(session, limit=PAGE_SIZE_MAX)
        areas = communities.areas(session, viewer)
    return render_template(
        "entitlements.html",
        page=page(rows, number),
        items=items,
        areas=areas,
        own_areas={area.id for area in areas},
        may_set=viewer.role in SET_RULES,
        persons=[per.value for per in Per],
        values=sent.values,
        errors=sent.errors,
    )
