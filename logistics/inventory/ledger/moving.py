"""Goods sent from one area to another."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, insert, select
from sqlalchemy.orm import Session

from logistics.clock import local_date
from logistics.inventory.ledger.chain import (
    Move,
    Movement,
    Place,
    Taken,
    digest_of,
    known,
    lock_item,
    on,
    write,
)
from logistics.inventory.ledger.errors import (
    SameArea,
    WrongReservation,
    require_quantity,
)
from logistics.inventory.ledger.holders import area_place, take
from logistics.inventory.ledger.keys import held
from logistics.inventory.ledger.promises import Promise, read_promise, require_open, resolve
from logistics.inventory.ledger.rules import (
    HolderKind,
    ReservationState,
    ShipmentState,
    TransferKind,
)
from logistics.inventory.ledger.tables import SHIPMENT_LINES, SHIPMENTS

_OF_KEY = select(SHIPMENTS.c.id).where(SHIPMENTS.c.key == bindparam("key"))
_NEW_SHIPMENT = insert(SHIPMENTS).returning(SHIPMENTS.c.id)
_NEW_LINES = insert(SHIPMENT_LINES)


@dataclass(frozen=True, slots=True, kw_only=True)
class Dispatch:
    """Pieces sent from one area to another, first expired first out and none that is expired, or of `lot_id` alone,
    expired or not. With a reservation they are the pieces it promised."""

    key: str
    item_id: int
    from_area_id: int
    to_area_id: int
    quantity: int
    lot_id: int | None = None
    reservation_id: int | None = None
    reason: str = ""
    account_id: int | None = None

    def __post_init__(self) -> None:
        require_quantity(self.quantity)
        if self.from_area_id == self.to_area_id:
            raise SameArea()


def dispatch(session: Session, command: Dispatch, *, now: datetime) -> int:
    """Send goods on their way: they leave the sender at once and are in transit. Returns the shipment's id.

    Raises:
        NotFound: no such item, area, lot or reservation.
        OutOfStock: the sender has fewer that are good and not promised.
        WrongReservation: it is a household's, or holds another item, area, lot or quantity.
        BadTransition: the reservation is resolved.
        ReservationOver: its time is over.
        KeyReused: the key stands for another movement.
    """
    head, digest = lock_item(session, command.item_id), digest_of(command)
    if known(session, head, key=command.key, digest=digest) is not None:
        return int(on(session).scalars(_OF_KEY, {"key": command.key}).one())
    here = area_place(session, command.from_area_id)
    promise = _promise(session, command, here, now=now)
    if promise is not None:
        taken = promise.parts
    else:
        good_on = local_date(now) if command.lot_id is None else None
        taken = take(session, head, here, quantity=command.quantity, good_on=good_on, lot_id=command.lot_id)
    under_way = area_place(session, command.to_area_id, HolderKind.IN_TRANSIT)
    shipment_id = _new_shipment(session, command, taken, now=now)
    movement = Movement(
        kind=TransferKind.DISPATCH,
        key=command.key,
        digest=digest,
        moves=moves(taken, giver=here, taker=under_way, promised=promise is not None),
        reason=command.reason,
        account_id=command.account_id,
        shipment_id=shipment_id,
    )
    transfer_id = write(session, head, movement, now=now)
    if promise is not None:
        resolve(session, promise, ReservationState.POSTED, now=now, transfer_id=transfer_id)
    return shipment_id


def moves(taken: Sequence[Taken], *, giver: Place, taker: Place, promised: bool = False) -> list[Move]:
    """The legs of pieces that go from one holder to another; `promised` pieces are given as they were promised."""
    giving = [
        Move(place=giver, lot=part.lot, quantity=-part.quantity, released=part.quantity if promised else 0)
        for part in taken
    ]
    return giving + [Move(place=taker, lot=part.lot, quantity=part.quantity) for part in taken]


def _promise(session: Session, command: Dispatch, here: Place, *, now: datetime) -> Promise | None:
    if command.reservation_id is None:
        return None
    promise = read_promise(session, command.reservation_id)
    same = (promise.item_id, promise.place.id, promise.quantity) == (command.item_id, here.id, command.quantity)
    of_the_lot = command.lot_id is None or {part.lot.id for part in promise.parts} == {command.lot_id}
    if not (same and of_the_lot) or promise.household_id is not None:
        raise WrongReservation(key=promise.key)
    require_open(promise, wanted=ReservationState.POSTED, now=now)
    return promise


def _new_shipment(session: Session, command: Dispatch, taken: Sequence[Taken], *, now: datetime) -> int:
    row = {
        "key": command.key,
        "item_id": command.item_id,
        "from_area_id": command.from_area_id,
        "to_area_id": command.to_area_id,
        "quantity": command.quantity,
        "state": ShipmentState.DISPATCHED,
        "dispatched_at": now,
    }
    with held(command.key):
        shipment_id = on(session).scalars(_NEW_SHIPMENT, row).one()
    lines = [
        {"shipment_id": shipment_id, "lot_id": part.lot.id, "quantity": part.quantity, "in_transit": part.quantity}
        for part in taken
    ]
    on(session).execute(_NEW_LINES, lines)
    return int(shipment_id)
