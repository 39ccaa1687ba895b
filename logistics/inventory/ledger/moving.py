"""Goods on their way from one area to another: sent by one, received by the other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.orm import Session

from logistics.clock import local_date
from logistics.errors import BadTransition, NotFound
from logistics.inventory.ledger.chain import (
    Head,
    Move,
    Movement,
    Place,
    Taken,
    digest_of,
    known,
    lock_item,
    write,
)
from logistics.inventory.ledger.errors import (
    BadArrival,
    KeyReused,
    ReasonMissing,
    SameArea,
    WrongReservation,
    require_quantity,
)
from logistics.inventory.ledger.holders import area_place, lots_by_id, take
from logistics.inventory.ledger.models import Shipment
from logistics.inventory.ledger.promises import Promise, read_promise, require_open, resolve
from logistics.inventory.ledger.rules import (
    HolderKind,
    LotOnHand,
    Part,
    ReservationState,
    ShipmentState,
    TransferKind,
    first_out,
)
from logistics.inventory.ledger.tables import LOTS, SHIPMENT_LINES, SHIPMENTS, TRANSFERS

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """What the receiver found: pieces taken in, and pieces refused for `reason`. What is in neither is missing."""

    key: str
    shipment_id: int
    accepted: int
    rejected: int = 0
    reason: str = ""
    account_id: int | None = None

    def __post_init__(self) -> None:
        if self.rejected and not self.reason.strip():
            raise ReasonMissing()


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrived:
    """accepted + rejected + missing = shipped; what was rejected or missing is open until somebody settles it."""

    shipment_id: int
    accepted: int
    rejected: int
    missing: int


def dispatch(session: Session, command: Dispatch, *, now: datetime) -> int:
    """Send goods on their way: they leave the sender at once and are in transit. Returns the shipment's id.

    Raises:
        NotFound: no such item, area, lot or reservation.
        OutOfStock: the sender has fewer that are good and not promised.
        WrongReservation: it holds another item, area or quantity.
        BadTransition: the reservation is resolved.
        ReservationOver: its time is over.
        KeyReused: the key stands for another movement.
    """
    head, digest = lock_item(session, command.item_id), digest_of(command)
    if known(session, head, key=command.key, digest=digest) is not None:
        return session.scalars(select(Shipment.id).where(Shipment.key == command.key)).one()
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


def arrive(session: Session, command: Arrival, *, now: datetime) -> Arrived:
    """Enter what arrived of a shipment, once. What was accepted is the receiver's stock; the rest stays in transit.

    Raises:
        NotFound: no such shipment.
        BadArrival: more than was shipped, or less than nothing.
        BadTransition: it has arrived before, or its dispatch was reversed.
        KeyReused: the key stands for another arrival or movement.
    """
    head, shipment = locked_shipment(session, command.shipment_id)
    digest = digest_of(command)
    if shipment.arrival_key == command.key:
        if shipment.arrival_digest != digest:
            raise KeyReused(key=command.key)
        return _arrived(shipment)
    if shipment.state is not ShipmentState.DISPATCHED:
        raise BadTransition(entity="shipment", key=shipment.id, state=shipment.state, wanted=ShipmentState.RECEIVED)
    accepted, rejected = command.accepted, command.rejected
    if accepted < 0 or rejected < 0 or accepted + rejected > shipment.quantity:
        raise BadArrival(accepted=accepted, rejected=rejected, shipped=shipment.quantity)
    if not accepted:
        _require_free_key(session, command.key)
    else:
        _take_in(session, head, shipment, command, digest, now=now)
    shipment.state = ShipmentState.RECEIVED
    shipment.accepted, shipment.rejected = accepted, rejected
    shipment.reject_reason = command.reason if rejected else ""
    shipment.rejected_open, shipment.missing_open = rejected, shipment.quantity - accepted - rejected
    shipment.arrived_at, shipment.arrived_by_id = now, command.account_id
    shipment.arrival_key, shipment.arrival_digest = command.key, digest
    session.flush()
    return _arrived(shipment)


def locked_shipment(session: Session, shipment_id: int) -> tuple[Head, Shipment]:
    """A shipment as it is now, with its item locked.

    Raises:
        NotFound: no such shipment.
    """
    item_id = session.scalar(select(Shipment.item_id).where(Shipment.id == shipment_id))
    if item_id is None:
        raise NotFound(kind="shipment", key=shipment_id)
    head = lock_item(session, item_id)
    # what this session has read before it had the lock may have changed since
    shipment = session.get_one(Shipment, shipment_id, populate_existing=True)
    return head, shipment


def leave_transit(session: Session, head: Head, shipment_id: int, quantity: int) -> list[Taken]:
    """Choose the lots of which `quantity` pieces leave a shipment, first expired first, and note that they left."""
    rows = session.execute(_LINES, {"shipment_id": shipment_id}).mappings()
    parts = first_out((LotOnHand(**row) for row in rows), quantity=quantity)
    assert sum(part.quantity for part in parts) == quantity, "open pieces are in transit"
    left_behind(session, shipment_id, parts)
    lots = lots_by_id(session, head.item_id, [part.lot_id for part in parts])
    return [Taken(lot=lots[part.lot_id], quantity=part.quantity) for part in parts]


def left_behind(session: Session, shipment_id: int, parts: Sequence[Part]) -> None:
    """Note that pieces are in transit no longer; of a negative quantity, that they are again."""
    leaving = [{"of_shipment": shipment_id, "of_lot": part.lot_id, "leaving": part.quantity} for part in parts]
    session.execute(_LEAVE, leaving)


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
    if (promise.item_id, promise.place.id, promise.quantity) != (command.item_id, here.id, command.quantity):
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
    shipment_id = session.scalars(insert(SHIPMENTS).returning(SHIPMENTS.c.id), row).one()
    lines = [
        {"shipment_id": shipment_id, "lot_id": part.lot.id, "quantity": part.quantity, "in_transit": part.quantity}
        for part in taken
    ]
    session.execute(insert(SHIPMENT_LINES), lines)
    return int(shipment_id)


def _take_in(session: Session, head: Head, shipment: Shipment, command: Arrival, digest: str, *, now: datetime) -> None:
    under_way = area_place(session, shipment.to_area_id, HolderKind.IN_TRANSIT)
    taken = leave_transit(session, head, shipment.id, command.accepted)
    movement = Movement(
        kind=TransferKind.ARRIVAL,
        key=command.key,
        digest=digest,
        moves=moves(taken, giver=under_way, taker=area_place(session, shipment.to_area_id)),
        reason=command.reason,
        account_id=command.account_id,
        shipment_id=shipment.id,
    )
    write(session, head, movement, now=now)


def _require_free_key(session: Session, key: str) -> None:
    """An arrival of nothing writes no transfer, which would refuse the key."""
    taken = session.scalar(select(Shipment.id).where(Shipment.arrival_key == key))
    if taken is not None or session.scalar(select(TRANSFERS.c.id).where(TRANSFERS.c.key == key)) is not None:
        raise KeyReused(key=key)


def _arrived(shipment: Shipment) -> Arrived:
    return Arrived(
        shipment_id=shipment.id,
        accepted=shipment.accepted,
        rejected=shipment.rejected,
        missing=shipment.quantity - shipment.accepted - shipment.rejected,
    )
