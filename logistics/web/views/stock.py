"""Scarce goods of the viewer's area and below: what is there, how long it lasts, and what moved."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from logistics.accounts.models import Role
from logistics.db import reading, transaction
from logistics.errors import NotFound
from logistics.inventory.ledger import queries, scope, service
from logistics.inventory.ledger.keys import ledger_key
from logistics.web.here import PAGE_ROWS, asked_id, current_viewer, now, page, page_number
from logistics.web.ordering import new_key
from logistics.web.stocking import REASON_MAX
from logistics.web.words import _

pages = Blueprint("stock", __name__)

OFFICES = frozenset({Role.ADMIN, Role.STREET_OFFICE})
"""Who receives, dispatches, writes off, settles and reverses."""


@pages.get("/stock")
def index() -> str:
    viewer, number = current_viewer(), page_number()
    with reading() as session:
        rows = queries.stock(session, viewer, now=now(), limit=PAGE_ROWS + 1, offset=PAGE_ROWS * (number - 1))
        open_count = len(queries.discrepancies(session, viewer, limit=PAGE_ROWS))
    return render_template(
        "stock.html",
        page=page(rows, number),
        alarms=[row for row in rows if row.alarm],
        open_count=open_count,
        is_office=viewer.role in OFFICES,
    )


@pages.get("/stock/movements")
def movements() -> str:
    """One item: its lots, and what moved."""
    viewer, number = current_viewer(), page_number()
    item_id, area_id = asked_id(request.args, "item_id"), asked_id(request.args, "area_id")
    with reading() as session:
        items = queries.items(session)
        chosen = next((item for item in items if item.id == item_id), None)
        if item_id is not None and chosen is None:
            raise NotFound(kind="item", key=item_id)
        lots = queries.lots(session, viewer, item_id=item_id, area_id=area_id) if chosen else []
        rows = queries.transfers(
            session,
            viewer,
            item_id=item_id,
            area_id=area_id,
            limit=PAGE_ROWS + 1,
            offset=PAGE_ROWS * (number - 1),
        )
    return render_template(
        "stock_movements.html",
        page=page(rows, number),
        items=items,
        chosen=chosen,
        lots=lots,
        area_id=area_id,
        may_reverse=viewer.role in OFFICES,
        key=new_key(),
    )


@pages.post("/stock/reverse")
def reverse() -> ResponseReturnValue:
    """Undo a movement by its opposite; pressed twice it is undone once."""
    viewer = current_viewer()
    transfer_id = asked_id(request.form, "transfer_id") or 0
    sent = request.form.get("key", "")[:64] or new_key()
    with transaction() as session:
        scope.require_movement(session, viewer, transfer_id)
        command = service.Reversal(
            key=ledger_key(account_id=viewer.account_id, key=f"{sent}-{transfer_id}", way="form"),
            transfer_id=transfer_id,
            reason=request.form.get("reason", "")[:REASON_MAX],
            account_id=viewer.account_id,
        )
        service.reverse(session, command, now=now())
    flash(_("The movement is reversed."), "good")
    return redirect(url_for(".movements", item_id=asked_id(request.form, "item_id")))


@pages.get("/stock/loans")
def loans() -> str:
    """Devices that are out at posts."""
    number = page_number()
    with reading() as session:
        rows = queries.loans(session, current_viewer(), limit=PAGE_ROWS + 1, offset=PAGE_ROWS * (number - 1))
    return render_template("stock_loans.html", page=page(rows, number))
