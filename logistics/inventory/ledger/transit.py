"""What is on its way: a shipment as it stands, and the lots that leave it."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from logistics.errors import NotFound
from logistics.inventory.ledger.chain import Head, Taken, lock_item, on
from logistics.inventory.ledger.holders import lots_by_id
from logistics.inventory.ledger.models import Shipment
from logistics.inventory.ledger.rules import LotOnHand, Part, first_out
from logistics.inventory.ledger.tables import LOTS, SHIPMENT_LINES, SHIPMENTS

_ITEM_OF = select(SHIPMENTS.c.item_id).where(SHIPMENTS.c.id == bindparam("shipment_id"))
_LINES = (
    select(SHIPMENT_LINES.c.lot_id, SHIPMENT_LINES.c.in_transit.label("available"), LOTS.c.expires_on)
    .join(LOTS, LOTS.c.id == SHIPMENT_LINES.c.lot_id)
    .where(SHIPMENT_LINES.c.shipment_id == bindparam("shipment_id"))
)
_LEAVE = (
    update(SHIPMENT_LINES)
    .where(SHIPMENT_LINES.c.shipment_id == bindparam("of_shipment"), SHIPMENT_LINES.c.lot_id == bindparam("of_lot"))
    .values(in_transit=SHIPMENT_LINES.c.in_transit - bindparam("leaving"))
)


def lock_item_of(session: Session, shipment_id: int) -> Head:
    """Lock the item that a shipment is of.

    Raises:
        NotFound: no such shipment.
    """
    session.flush()
    item_id = on(session).scalar(_ITEM_OF, {"shipment_id": shipment_id})
    if item_id is None:
        raise NotFound(kind="shipment", key=shipment_id)
    return lock_item(session, item_id)


def locked_shipment(session: Session, shipment_id: int) -> tuple[Head, Shipment]:
    """A shipment as it is now, with its item locked.

    Raises:
        NotFound: no such shipment.
    """
    head = lock_item_of(session, shipment_id)
    # what this session has read before it had the lock may have changed since
    shipment = session.get_one(Shipment, shipment_id, populate_existing=True)
    return head, shipment


def leave_transit(session: Session, head: Head, shipment_id: int, quantity: int) -> list[Taken]:
    """Choose the lots of which `quantity` pieces leave a shipment, first expired first, and note that they left."""
    rows = on(session).execute(_LINES, {"shipment_id": shipment_id}).mappings()
    parts = first_out((LotOnHand(**row) for row in rows), quantity=quantity)
    assert sum(part.quantity for part in parts) == quantity, "open pieces are in transit"
    left_behind(session, shipment_id, parts)
    lots = lots_by_id(session, head.item_id, [part.lot_id for part in parts])
    return [Taken(lot=lots[part.lot_id], quantity=part.quantity) for part in parts]


def left_behind(session: Session, shipment_id: int, parts: Sequence[Part]) -> None:
    """Note that pieces are in transit no longer; of a negative quantity, that they are again."""
    leaving = [{"of_shipment": shipment_id, "of_lot": part.lot_id, "leaving": part.quantity} for part in parts]
    on(session).execute(_LEAVE, leaving)
