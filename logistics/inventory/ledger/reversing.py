"""A mistake is mended by the opposite movement, once; what it had set in motion is set back with it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, bindparam, select
from sqlalchemy.orm import Session

from logistics.errors import NotFound
from logistics.inventory.ledger.chain import Move, Movement, Place, digest_of, known, lock_item, write
from logistics.inventory.ledger.errors import AlreadyReversed, CannotReverse, require_reason
from logistics.inventory.ledger.holders import lots_by_id
from logistics.inventory.ledger.models import Shipment, Transfer
from logistics.inventory.ledger.rules import UNBOUNDED, Part, ShipmentState, TransferKind, holder_label
from logistics.inventory.ledger.settling import change_open
from logistics.inventory.ledger.tables import ENTRIES, HOLDERS, SETTLEMENTS
from logistics.inventory.ledger.transit import left_behind

_LEGS = (
    select(ENTRIES.c.lot_id, ENTRIES.c.quantity, HOLDERS)
    .join(HOLDERS, HOLDERS.c.id == ENTRIES.c.holder_id)
    .where(ENTRIES.c.transfer_id == bindparam("transfer_id"))
    .order_by(ENTRIES.c.id)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reversal:
    """Undo a movement that was entered by mistake."""

    key: str
    transfer_id: int
    reason: str
    account_id: int | None = None

    def __post_init__(self) -> None:
        require_reason(self.reason)


def reverse(session: Session, command: Reversal, *, now: datetime) -> int:
    """Write the opposite of a movement. Returns the transfer's id.

    A shipment whose dispatch is reversed is cancelled; one whose arrival is reversed is under way again; what a
    settlement had settled is open again. A reservation stays posted: it was resolved once, and what it gave is back in
    the stock.

    Raises:
        NotFound: no such movement.
        AlreadyReversed: it was reversed before.
        CannotReverse: it is a reversal, or its shipment has gone on since.
        OutOfStock: the goods are no longer where it had brought them.
        KeyReused: the key stands for another movement.
    """
    item_id = session.scalar(select(Transfer.item_id).where(Transfer.id == command.transfer_id))
    if item_id is None:
        raise NotFound(kind="transfer", key=command.transfer_id)
    head, digest = lock_item(session, item_id), digest_of(command)
    done = known(session, head, key=command.key, digest=digest)
    if done is not None:
        return done
    wrong = session.get_one(Transfer, command.transfer_id)
    if wrong.kind is TransferKind.REVERSAL:
        raise CannotReverse(kind=wrong.kind)
    if session.scalar(select(Transfer.id).where(Transfer.reverses_id == wrong.id)) is not None:
        raise AlreadyReversed()
    legs = session.execute(_LEGS, {"transfer_id": wrong.id}).all()
    if wrong.shipment_id is not None:
        _set_back(session, wrong, session.get_one(Shipment, wrong.shipment_id, populate_existing=True), legs)
    lots = lots_by_id(session, item_id, {leg.lot_id for leg in legs})
    movement = Movement(
        kind=TransferKind.REVERSAL,
        key=command.key,
        digest=digest,
        moves=[Move(place=_place(leg), lot=lots[leg.lot_id], quantity=-leg.quantity) for leg in legs],
        reason=command.reason,
        account_id=command.account_id,
        reverses_id=wrong.id,
        shipment_id=wrong.shipment_id,
    )
    transfer_id = write(session, head, movement, now=now)
    session.flush()
    return transfer_id


def _place(leg: Row[*tuple[Any, ...]]) -> Place:
    label = holder_label(leg.kind, area_id=leg.area_id, household_id=leg.household_id, name=leg.name)
    return Place(id=leg.id, label=label, bounded=leg.kind not in UNBOUNDED)


def _set_back(session: Session, wrong: Transfer, shipment: Shipment, legs: Sequence[Row[*tuple[Any, ...]]]) -> None:
    """Bring the shipment to where it was before the movement."""
    left_transit = [Part(lot_id=leg.lot_id, quantity=leg.quantity) for leg in legs if leg.quantity < 0]
    if wrong.kind is TransferKind.DISPATCH:
        if shipment.state is not ShipmentState.DISPATCHED:
            raise CannotReverse(kind=wrong.kind)
        shipment.state = ShipmentState.CANCELLED
        left_behind(session, shipment.id, [Part(lot_id=part.lot_id, quantity=-part.quantity) for part in left_transit])
    elif wrong.kind is TransferKind.ARRIVAL:
        missing = shipment.quantity - shipment.accepted - shipment.rejected
        if (shipment.missing_open, shipment.rejected_open) != (missing, shipment.rejected):
            raise CannotReverse(kind=wrong.kind)
        shipment.state = ShipmentState.DISPATCHED
        shipment.accepted = shipment.rejected = shipment.missing_open = shipment.rejected_open = 0
        shipment.reject_reason, shipment.arrived_at, shipment.arrived_by_id = "", None, None
        shipment.arrival_key, shipment.arrival_digest = None, ""
        left_behind(session, shipment.id, left_transit)
    else:
        settled = session.execute(select(SETTLEMENTS).where(SETTLEMENTS.c.transfer_id == wrong.id)).one()
        change_open(shipment, settled.part, settled.quantity)
        left_behind(session, shipment.id, left_transit)
