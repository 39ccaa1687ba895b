"""The ledger over HTTP: what there is, what moved, and the movements themselves.

A movement needs an Idempotency-Key, and moves only what the viewer's area or one below it has.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Response, request
from sqlalchemy.orm import Session

from logistics.access import Viewer, current_viewer
from logistics.clock import utc_now
from logistics.db import reading
from logistics.idempotency import HEADER
from logistics.inventory.ledger import movement_queries, queries, schemas, scope, service, views
from logistics.inventory.ledger.keys import ledger_key
from logistics.inventory.subject import inventory
from logistics.rest import KEY_OPTIONAL, KEY_REQUIRED, create_once
from logistics.shapes import PageQuery, page, page_of, shape

Effect = Callable[[Session, Viewer, dict[str, Any]], Any]
"""Checks that the goods are the viewer's, moves them, and returns what is answered. The dict has the request's fields
with `key` and `account_id`."""


def _paged(read: Callable[..., list[Any]], query: dict[str, Any], **more: Any) -> dict[str, Any]:
    limit = query.pop("limit")
    with reading() as session:
        rows = read(session, current_viewer(), limit=limit + 1, **query, **more)
    return page(rows, limit=limit, offset=query["offset"])


def _moved(wanted: dict[str, Any], effect: Effect, *, answer: type) -> Response:
    """Carry a movement out once."""
    viewer = current_viewer()

    def moving(session: Session) -> Any:
        key = ledger_key(account_id=viewer.account_id, key=request.headers[HEADER])
        return effect(session, viewer, {**wanted, "key": key, "account_id": viewer.account_id})

    return create_once(moving, answer=shape(answer), key_required=True)


@inventory.get("/items")
@inventory.arguments(PageQuery, location="query")
@inventory.response(200, page_of(views.ItemView))
def list_items(query: dict[str, Any]) -> dict[str, Any]:
    """Every kind of scarce goods"""
    return _paged(lambda session, _viewer, **wanted: queries.items(session, **wanted), query)


@inventory.post("/items")
@inventory.arguments(schemas.ItemRequest)
@inventory.response(201, shape(views.ItemView))
@inventory.doc(parameters=[KEY_OPTIONAL])
def add_item(wanted: dict[str, Any]) -> Response:
    """Add a kind of scarce goods, for every office; adding the same one twice is adding it once"""

    def effect(session: Session) -> views.ItemView:
        return queries.item(session, service.add_item(session, service.AddItem(**wanted)))

    return create_once(effect, answer=shape(views.ItemView))


@inventory.get("/stock")
@inventory.arguments(schemas.StockQuery, location="query")
@inventory.response(200, page_of(views.StockView))
def list_stock(query: dict[str, Any]) -> dict[str, Any]:
    """What your area and those below have on hand, promised and available, when it was counted, how long it lasts"""
    return _paged(queries.stock, query, now=utc_now())


@inventory.get("/lots")
@inventory.arguments(schemas.StockQuery, location="query")
@inventory.response(200, page_of(views.LotView))
def list_lots(query: dict[str, Any]) -> dict[str, Any]:
    """The lots that your area and those below have, those first that expire first"""
    return _paged(queries.lots, query, now=utc_now())


@inventory.get("/transfers")
@inventory.arguments(schemas.TransferQuery, location="query")
@inventory.response(200, page_of(views.TransferView))
def list_transfers(query: dict[str, Any]) -> dict[str, Any]:
    """Movements that touch your area or those below, latest first, with their legs"""
    return _paged(movement_queries.transfers, query)


@inventory.get("/transfers/<int:transfer_id>")
@inventory.response(200, shape(views.TransferView))
def show_transfer(transfer_id: int) -> views.TransferView:
    """One movement with its legs"""
    with reading() as session:
        return movement_queries.transfer(session, current_viewer(), transfer_id)


@inventory.get("/shipments")
@inventory.arguments(schemas.ShipmentQuery, location="query")
@inventory.response(200, page_of(views.ShipmentView))
def list_shipments(query: dict[str, Any]) -> dict[str, Any]:
    """Goods on the way from or to your areas, and what arrived of them, latest first"""
    return _paged(queries.shipments, query)


@inventory.get("/shipments/<int:shipment_id>")
@inventory.response(200, shape(views.ShipmentView))
def show_shipment(shipment_id: int) -> views.ShipmentView:
    """One shipment"""
    with reading() as session:
        return queries.shipment(session, current_viewer(), shipment_id)


@inventory.get("/discrepancies")
@inventory.arguments(PageQuery, location="query")
@inventory.response(200, page_of(views.ShipmentView))
def list_discrepancies(query: dict[str, Any]) -> dict[str, Any]:
    """Shipments of which something was missing or rejected and nobody has settled it yet"""
    return _paged(queries.discrepancies, query)


@inventory.get("/loans")
@inventory.arguments(schemas.LoanQuery, location="query")
@inventory.response(200, page_of(views.LoanView))
def list_loans(query: dict[str, Any]) -> dict[str, Any]:
    """Devices that are out at posts of your area and those below"""
    return _paged(queries.loans, query)


@inventory.post("/receipts")
@inventory.arguments(schemas.ReceiptRequest)
@inventory.response(201, shape(views.TransferView))
@inventory.doc(parameters=[KEY_REQUIRED])
def receive_goods(wanted: dict[str, Any]) -> Response:
    """Enter goods that reached an area from outside"""

    def effect(session: Session, viewer: Viewer, asked: dict[str, Any]) -> views.TransferView:
        scope.require_area(session, viewer, asked["area_id"])
        transfer_id = service.receive(session, service.Receipt(**asked), now=utc_now())
        return movement_queries.transfer(session, viewer, transfer_id)

    return _moved(wanted, effect, answer=views.TransferView)


@inventory.post("/dispatches")
@inventory.arguments(schemas.DispatchRequest)
@inventory.response(201, shape(views.ShipmentView))
@inventory.doc(parameters=[KEY_REQUIRED])
def dispatch_goods(wanted: dict[str, Any]) -> Response:
    """Send goods to an area below yours, or back to one above"""

    def effect(session: Session, viewer: Viewer, asked: dict[str, Any]) -> views.ShipmentView:
        scope.require_area(session, viewer, asked["from_area_id"])
        scope.require_receiver(session, viewer, from_area_id=asked["from_area_id"], to_area_id=asked["to_area_id"])
        shipment_id = service.dispatch(session, service.Dispatch(**asked), now=utc_now())
        return queries.shipment(session, viewer, shipment_id)

    return _moved(wanted, effect, answer=views.ShipmentView)


@inventory.post("/arrivals")
@inventory.arguments(schemas.ArrivalRequest)
@inventory.response(201, shape(views.ShipmentView))
@inventory.doc(parameters=[KEY_REQUIRED])
def enter_arrival(wanted: dict[str, Any]) -> Response:
    """Enter what arrived of a shipment: accepted, rejected with a reason, the rest is missing"""

    def effect(session: Session, viewer: Viewer, asked: dict[str, Any]) -> views.ShipmentView:
        scope.require_arriving(session, viewer, asked["shipment_id"])
        service.arrive(session, service.Arrival(**asked), now=utc_now())
        return queries.shipment(session, viewer, asked["shipment_id"])

    return _moved(wanted, effect, answer=views.ShipmentView)


@inventory.post("/settlements")
@inventory.arguments(schemas.SettlementRequest)
@inventory.response(201, shape(views.ShipmentView))
@inventory.doc(parameters=[KEY_REQUIRED])
def settle_discrepancy(wanted: dict[str, Any]) -> Response:
    """Settle what was missing or rejected: returned, written off, or found after all"""

    def effect(session: Session, viewer: Viewer, asked: dict[str, Any]) -> views.ShipmentView:
        scope.require_outcome(session, viewer, asked["shipment_id"], asked["outcome"])
        service.settle(session, service.Settlement(**asked), now=utc_now())
        return queries.shipment(session, viewer, asked["shipment_id"])

    return _moved(wanted, effect, answer=views.ShipmentView)


@inventory.post("/loans")
@inventory.arguments(schemas.LoanRequest)
@inventory.response(201, shape(views.TransferView))
@inventory.doc(parameters=[KEY_REQUIRED])
def lend_devices(wanted: dict[str, Any]) -> Response:
    """Lend devices to a post"""

    def effect(session: Session, viewer: Viewer, asked: dict[str, Any]) -> views.TransferView:
        scope.require_area(session, viewer, asked["area_id"])
        transfer_id = service.lend(session, service.Loan(**asked), now=utc_now())
        return movement_queries.transfer(session, viewer, transfer_id)

    return _moved(wanted, effect, answer=views.TransferView)


@inventory.post("/returns")
@inventory.arguments(schemas.LoanRequest)
@inventory.response(201, shape(views.TransferView))
@inventory.doc(parameters=[KEY_REQUIRED])
def return_devices(wanted: dict[str, Any]) -> Response:
    """Take devices back from a post"""

    def effect(session: Session, viewer: Viewer, asked: dict[str, Any]) -> views.TransferView:
        scope.require_area(session, viewer, asked["area_id"])
        transfer_id = service.give_back(session, service.GiveBack(**asked), now=utc_now())
        return movement_queries.transfer(session, viewer, transfer_id)

    return _moved(wanted, effect, answer=views.TransferView)


@inventory.post("/counts")
@inventory.arguments(schemas.CountRequest)
@inventory.response(201, shape(service.Counted))
@inventory.doc(parameters=[KEY_REQUIRED])
def count_stock(wanted: dict[str, Any]) -> Response:
    """Enter a stock count; a difference becomes a movement and needs a reason"""

    def effect(session: Session, viewer: Viewer, asked: dict[str, Any]) -> service.Counted:
        scope.require_area(session, viewer, asked["area_id"])
        return service.count(session, service.Count(**asked), now=utc_now())

    return _moved(wanted, effect, answer=service.Counted)


@inventory.post("/write-offs")
@inventory.arguments(schemas.WriteOffRequest)
@inventory.response(201, shape(views.TransferView))
@inventory.doc(parameters=[KEY_REQUIRED])
def write_off_goods(wanted: dict[str, Any]) -> Response:
    """Take spoilt, lost or used pieces out of the stock"""

    def effect(session: Session, viewer: Viewer, asked: dict[str, Any]) -> views.TransferView:
        scope.require_area(session, viewer, asked["area_id"])
        transfer_id = service.write_off(session, service.WriteOff(**asked), now=utc_now())
        return movement_queries.transfer(session, viewer, transfer_id)

    return _moved(wanted, effect, answer=views.TransferView)


@inventory.post("/reversals")
@inventory.arguments(schemas.ReversalRequest)
@inventory.response(201, shape(views.TransferView))
@inventory.doc(parameters=[KEY_REQUIRED])
def reverse_movement(wanted: dict[str, Any]) -> Response:
    """Undo a movement that was entered by mistake, by its opposite; once"""

    def effect(session: Session, viewer: Viewer, asked: dict[str, Any]) -> views.TransferView:
        scope.require_movement(session, viewer, asked["transfer_id"])
        transfer_id = service.reverse(session, service.Reversal(**asked), now=utc_now())
        return movement_queries.transfer(session, viewer, transfer_id)

    return _moved(wanted, effect, answer=views.TransferView)
