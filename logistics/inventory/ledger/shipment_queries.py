"""Goods on the way from or to a viewer's areas, and what of them is unsettled."""

from __future__ import annotations

from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from logistics.access import Viewer
from logistics.communities.models import Area
from logistics.inventory.ledger.models import Item, Shipment
from logistics.inventory.ledger.rules import ShipmentState
from logistics.inventory.ledger.scope import sees_shipment
from logistics.inventory.ledger.views import ShipmentView
from logistics.views import PAGE_SIZE, read, read_fields

_IS_OPEN = Shipment.missing_open + Shipment.rejected_open > 0


def shipments(
    session: Session,
    viewer: Viewer,
    *,
    item_id: int | None = None,
    state: ShipmentState | None = None,
    open_only: bool = False,
    limit: int = PAGE_SIZE,
    offset: int = 0,
) -> list[ShipmentView]:
    """Goods from and to the viewer's areas, latest first; with `open_only` those of which something is unsettled."""
    statement = _shipments(viewer).order_by(Shipment.id.desc()).limit(limit).offset(offset)
    if item_id is not None:
        statement = statement.where(Shipment.item_id == item_id)
    if state is not None:
        statement = statement.where(Shipment.state == state)
    if open_only:
        statement = statement.where(_IS_OPEN)
    return read(session, statement, ShipmentView)


def shipment(session: Session, viewer: Viewer, shipment_id: int) -> ShipmentView:
    """One shipment from or to the viewer's areas.

    Raises:
        NotFound: no such shipment, or a foreign one.
    """
    statement = _shipments(viewer).where(Shipment.id == shipment_id)
    return ShipmentView(**read_fields(session, statement, kind="shipment", key=shipment_id))


def discrepancies(session: Session, viewer: Viewer, *, limit: int = PAGE_SIZE, offset: int = 0) -> list[ShipmentView]:
    """Shipments of which something was missing or refused and nobody has settled it yet, latest first."""
    return shipments(session, viewer, open_only=True, limit=limit, offset=offset)


def open_count(session: Session, viewer: Viewer) -> int:
    """How many shipments have something unsettled."""
    counting = select(func.count()).select_from(Shipment).where(sees_shipment(viewer), _IS_OPEN)
    return session.scalars(counting).one()


def _shipments(viewer: Viewer) -> Any:
    sender, receiver = aliased(Area), aliased(Area)
    return (
        select(
            Shipment.id,
            Item.id.label("item_id"),
            Item.code.label("item_code"),
            Item.name.label("item_name"),
            Item.unit,
            Shipment.from_area_id,
            sender.name.label("from_area_name"),
            Shipment.to_area_id,
            receiver.name.label("to_area_name"),
            Shipment.quantity,
            Shipment.state,
            Shipment.accepted,
            Shipment.rejected,
            Shipment.reject_reason,
            Shipment.missing_open,
            Shipment.rejected_open,
            Shipment.dispatched_at,
            Shipment.arrived_at,
        )
        .join(Item, Item.id == Shipment.item_id)
        .join(sender, sender.id == Shipment.from_area_id)
        .join(receiver, receiver.id == Shipment.to_area_id)
        .where(sees_shipment(viewer))
    )
