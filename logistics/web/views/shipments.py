"""Goods on their way: what is coming, what arrived, and what is open until somebody settles it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from logistics.db import reading, transaction
from logistics.errors import DomainError, Forbidden, NotFound
from logistics.inventory.ledger import queries, scope, service
from logistics.inventory.ledger.rules import DiscrepancyPart
from logistics.web import stocking
from logistics.web.here import PAGE_ROWS, current_viewer, now, page, page_number
from logistics.web.ordering import new_key
from logistics.web.stocking import StockForm
from logistics.web.views.moves import sent_by
from logistics.web.views.stock import OFFICES
from logistics.web.words import _

pages = Blueprint("shipments", __name__)

OPEN_SHOWN = 20
"""Open differences above the list; the others are a click away."""


@pages.get("/shipments")
def index() -> str:
    """All shipments, with the open differences above them; or with `open` in the address those alone, page by page."""
    viewer, number, only_open = current_viewer(), page_number(), "open" in request.args
    with reading() as session:
        rows = queries.shipments(
            session, viewer, open_only=only_open, limit=PAGE_ROWS + 1, offset=PAGE_ROWS * (number - 1)
        )
        first_open = [] if only_open else queries.discrepancies(session, viewer, limit=OPEN_SHOWN)
        open_count = queries.open_count(session, viewer)
    return render_template(
        "shipments.html", page=page(rows, number), first_open=first_open, open_count=open_count, only_open=only_open
    )


@pages.get("/shipments/<int:shipment_id>")
def show(shipment_id: int) -> str:
    return _page(shipment_id, StockForm({}))


@pages.post("/shipments/<int:shipment_id>/arrive")
def arrive(shipment_id: int) -> ResponseReturnValue:
    """Enter what arrived; sent twice it is entered once."""
    viewer = current_viewer()

    def effect(session: Session, form: StockForm) -> None:
        scope.require_arriving(session, viewer, shipment_id)
        command = stocking.arrived(form, shipment_id, sent_by(viewer, form))
        service.arrive(session, command, now=now())

    return _sent(shipment_id, effect, done=_("The arrival is entered."))


@pages.post("/shipments/<int:shipment_id>/settle")
def settle(shipment_id: int) -> ResponseReturnValue:
    """Settle what was missing or rejected; sent twice it is settled once."""
    viewer = current_viewer()

    def effect(session: Session, form: StockForm) -> None:
        queries.shipment(session, viewer, shipment_id)
        command = stocking.settled(form, shipment_id, sent_by(viewer, form))
        scope.require_outcome(session, viewer, shipment_id, command.outcome)
        service.settle(session, command, now=now())

    return _sent(shipment_id, effect, done=_("The difference is settled."))


def _sent(shipment_id: int, effect: Callable[[Session, StockForm], Any], *, done: str) -> ResponseReturnValue:
    form = StockForm(request.form.to_dict())
    try:
        with transaction() as session:
            effect(session, form)
    except stocking.BadForm:
        return _page(shipment_id, form), 422
    except NotFound:
        raise
    except DomainError as error:
        return _page(shipment_id, form, error=stocking.told(error)), error.status
    flash(done, "good")
    return redirect(url_for(".show", shipment_id=shipment_id))


def _page(shipment_id: int, form: StockForm, *, error: str = "") -> str:
    viewer = current_viewer()
    with reading() as session:
        shipment = queries.shipment(session, viewer, shipment_id)
        rows = queries.transfers(session, viewer, shipment_id=shipment_id)
        outcomes = scope.own_outcomes(
            session, viewer, from_area_id=shipment.from_area_id, to_area_id=shipment.to_area_id
        )
        try:
            scope.require_arriving(session, viewer, shipment_id)
            receives = True
        except (NotFound, Forbidden):
            receives = False
    return render_template(
        "shipment.html",
        shipment=shipment,
        transfers=rows,
        may_receive=receives and shipment.state == "dispatched",
        may_settle=viewer.role in OFFICES and bool(outcomes),
        parts=[part.value for part in DiscrepancyPart],
        outcomes=[outcome.value for outcome in outcomes],
        values=form.values,
        errors=form.errors,
        error=error,
        key=new_key(),
    )
