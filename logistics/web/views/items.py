"""The kinds of scarce goods, and adding one."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from logistics.db import reading, transaction
from logistics.errors import DomainError
from logistics.inventory.ledger import queries, service
from logistics.inventory.ledger.rules import ALARM_DAYS_MAX, CODE_MAX, NAME_MAX, QUANTITY_MAX, UNIT_MAX
from logistics.web.errors import sentence
from logistics.web.here import PAGE_ROWS, page, page_number
from logistics.web.typed import Typed
from logistics.web.words import _

pages = Blueprint("items", __name__)


@pages.get("/stock/items")
def index() -> str:
    return _page(Typed({"pack_size": "1"}))


@pages.post("/stock/items")
def add() -> ResponseReturnValue:
    """Add one; the same form twice is one item."""
    sent = Typed(request.form.to_dict())
    command = service.AddItem(
        code=sent.text("code", high=CODE_MAX),
        name=sent.text("name", high=NAME_MAX),
        unit=sent.text("unit", high=UNIT_MAX),
        pack_size=sent.whole("pack_size", 1, QUANTITY_MAX),
        lent=bool(sent.values.get("lent")),
        alarm_days=sent.whole("alarm_days", 1, ALARM_DAYS_MAX) if sent.values.get("alarm_days", "").strip() else None,
    )
    if sent.errors:
        return _page(sent), 422
    try:
        with transaction() as session:
            service.add_item(session, command)
    except DomainError as error:
        sent.errors["code"] = sentence(error)
        return _page(sent), error.status
    flash(_("The item is added; every office finds it in its lists."), "good")
    return redirect(url_for(".index"))


def _page(sent: Typed) -> str:
    number = page_number()
    with reading() as session:
        rows = queries.items(session, limit=PAGE_ROWS + 1, offset=PAGE_ROWS * (number - 1))
    return render_template("items.html", page=page(rows, number), values=sent.values, errors=sent.errors)
