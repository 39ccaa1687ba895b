"""Scarce goods of the viewer's area and below: what is there, how long it lasts, and what moved."""

from __future__ import annotations

from typing import TypeVar

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from logistics.accounts.models import Role
from logistics.db import reading, transaction
from logistics.errors import N_, Invalid
from logistics.inventory.ledger import export, queries, scope, service
from logistics.inventory.ledger.keys import ledger_key
from logistics.labels import label
from logistics.tables_out import Sheet
from logistics.web.here import PAGE_ROWS, Viewer, asked_id, current_viewer, now, page, page_number
from logistics.web.ordering import new_key
from logistics.web.stocking import REASON_MAX, StockForm
from logistics.web.words import _

pages = Blueprint("stock", __name__)
Row = TypeVar("Row")

OFFICES = frozenset({Role.ADMIN, Role.STREET_OFFICE})
"""Who receives, dispatches, writes off, settles and reverses."""
ALARMS_SHOWN = 20
"""Low stocks named above the list, the emptiest; all of them are marked in it."""


class TooMuchToExport(Invalid):
    template = N_("One file holds at most %(maximum)s rows; choose an item or an area.")
    code = "too_much_to_export"


@pages.get("/stock")
def index() -> str:
    viewer, number = current_viewer(), page_number()
    with reading() as session:
        rows = queries.stock(session, viewer, now=now(), limit=PAGE_ROWS + 1, offset=PAGE_ROWS * (number - 1))
        totals = queries.on_hand_in_all(session, viewer, {row.item_id for row in rows})
        alarms = queries.alarms(session, viewer, now=now())
        open_count = queries.open_count(session, viewer)
    return render_template(
        "stock.html",
        page=page(rows, number),
        totals=totals,
        alarms=alarms[:ALARMS_SHOWN],
        more_alarms=max(len(alarms) - ALARMS_SHOWN, 0),
        open_count=open_count,
        is_office=viewer.role in OFFICES,
    )


@pages.get("/stock/movements")
def movements() -> str:
    """One item, or all: lots, and what moved."""
    viewer, number = current_viewer(), page_number()
    item_id, area_id = _narrowed()
    with reading() as session:
        chosen = None if item_id is None else queries.item(session, item_id)
        area = None if area_id is None else queries.place(session, viewer, area_id)
        lots = (
            queries.lots(session, viewer, now=now(), item_id=item_id, area_id=area_id, limit=PAGE_ROWS + 1)
            if chosen
            else []
        )
        rows = queries.transfers(
            session,
            viewer,
            item_id=item_id,
            area_id=area_id,
            limit=PAGE_ROWS + 1,
            offset=PAGE_ROWS * (number - 1),
        )
        may_reverse = scope.own_movements(session, viewer, {row.id for row in rows}) if viewer.role in OFFICES else ()
        items = queries.items(session)
    return render_template(
        "stock_movements.html",
        page=page(rows, number),
        items=items,
        chosen=chosen,
        area=area,
        lots=lots[:PAGE_ROWS],
        more_lots=len(lots) > PAGE_ROWS,
        may_reverse=may_reverse,
        key=new_key(),
    )


@pages.post("/stock/reverse")
def reverse() -> ResponseReturnValue:
    """Undo a movement by its opposite; pressed twice it is undone once."""
    viewer, form = current_viewer(), StockForm(request.form.to_dict())
    transfer_id = asked_id(form.values, "transfer_id") or 0
    sent = form.values.get("key", "")[:64] or new_key()
    with transaction() as session:
        scope.require_movement(session, viewer, transfer_id)
        command = service.Reversal(
            key=ledger_key(account_id=viewer.account_id, key=f"{sent}-{transfer_id}", way="form"),
            transfer_id=transfer_id,
            reason=form.text("reason", REASON_MAX)[:REASON_MAX],
            account_id=viewer.account_id,
        )
        service.reverse(session, command, now=now())
    flash(_("The movement is reversed."), "good")
    return redirect(url_for(".movements", item_id=asked_id(form.values, "item_id")))


@pages.get("/stock/loans")
def loans() -> str:
    """Devices that are out at posts."""
    number = page_number()
    with reading() as session:
        rows = queries.loans(session, current_viewer(), limit=PAGE_ROWS + 1, offset=PAGE_ROWS * (number - 1))
    return render_template("stock_loans.html", page=page(rows, number))


@pages.get("/stock/files/<string:name>.<string:ending>")
def export_file(name: str, ending: str) -> Response:
    """All of the stock, its movements or its shipments, as a workbook or CSV."""
    viewer, words = current_viewer(), export.Words(said=_, named=label)
    if name not in SHEETS or ending not in set(export.FileKind):
        abort(404)
    with reading() as session:
        sheet = SHEETS[name](session, viewer, words)
    made = export.ledger_file(sheet, name, export.FileKind(ending), made_at=now())
    response = Response(made.content, content_type=made.content_type)
    response.headers.set("Content-Disposition", "attachment", filename=made.name)
    return response


def _all_stock(session: Session, viewer: Viewer, words: export.Words) -> Sheet:
    item_id, area_id = _narrowed()
    rows = queries.stock(session, viewer, now=now(), item_id=item_id, area_id=area_id, limit=export.STOCK_ROWS_MAX)
    return export.stock_sheet(rows, words)


def _all_movements(session: Session, viewer: Viewer, words: export.Words) -> Sheet:
    item_id, area_id = _narrowed()
    rows = queries.transfers(session, viewer, item_id=item_id, area_id=area_id, limit=export.ROWS_MAX + 1)
    return export.movements_sheet(_whole(rows), words)


def _all_shipments(session: Session, viewer: Viewer, words: export.Words) -> Sheet:
    only_open = "open" in request.args
    rows = queries.shipments(session, viewer, open_only=only_open, limit=export.ROWS_MAX + 1)
    return export.shipments_sheet(_whole(rows), words)


def _narrowed() -> tuple[int | None, int | None]:
    """The item and the area that the address names."""
    return asked_id(request.args, "item_id"), asked_id(request.args, "area_id")


def _whole(rows: list[Row]) -> list[Row]:
    """
    Raises:
        TooMuchToExport: there are more; a file that leaves some out is worse than none.
    """
    if len(rows) > export.ROWS_MAX:
        raise TooMuchToExport(maximum=export.ROWS_MAX)
    return rows


SHEETS = {"stock": _all_stock, "movements": _all_movements, "shipments": _all_shipments}
"""The tables that can be saved, by what they are called in addresses."""
