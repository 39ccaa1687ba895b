"""Stock that is promised: what a pending reservation holds, and how it ends by a movement."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from logistics.errors import BadTransition, NotFound
from logistics.inventory.ledger.chain import Place, Taken, on
from logistics.inventory.ledger.errors import ReservationOver
from logistics.inventory.ledger.holders import area_place, lots_by_id
from logistics.inventory.ledger.rules import ReservationState
from logistics.inventory.ledger.tables import HOLDERS, RESERVATION_PARTS, RESERVATIONS

_RESERVATION = (
    select(RESERVATIONS, HOLDERS.c.area_id)
    .join(HOLDERS, HOLDERS.c.id == RESERVATIONS.c.holder_id)
    .where(RESERVATIONS.c.id == bindparam("reservation_id"))
)
_PARTS = select(RESERVATION_PARTS.c.lot_id, RESERVATION_PARTS.c.quantity).where(
    RESERVATION_PARTS.c.reservation_id == bindparam("reservation_id")
)
_RESOLVE = (
    update(RESERVATIONS)
    .where(RESERVATIONS.c.id == bindparam("reservation_id"), RESERVATIONS.c.state == ReservationState.PENDING)
    .values(state=bindparam("as"), resolved_at=bindparam("now"), transfer_id=bindparam("by"))
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Promise:
    """A reservation, read with its item locked. Only a pending one that is not over has parts to give."""

    id: int
    key: str
    item_id: int
    place: Place
    household_id: int | None
    quantity: int
    state: ReservationState
    expires_at: datetime
    transfer_id: int | None
    parts: Sequence[Taken]


def item_of_reservation(session: Session, reservation_id: int) -> int:
    """The item a reservation is about, to be locked.

    Raises:
        NotFound: no such reservation.
    """
    item_id = session.scalar(select(RESERVATIONS.c.item_id).where(RESERVATIONS.c.id == reservation_id))
    if item_id is None:
        raise NotFound(kind="reservation", key=reservation_id)
    return int(item_id)


def read_promise(session: Session, reservation_id: int) -> Promise:
    """A reservation as it stands, in whatever state.

    Raises:
        NotFound: no such reservation.
    """
    row = on(session).execute(_RESERVATION, {"reservation_id": reservation_id}).one_or_none()
    if row is None:
        raise NotFound(kind="reservation", key=reservation_id)
    parts = on(session).execute(_PARTS, {"reservation_id": reservation_id}).all()
    lots = lots_by_id(session, row.item_id, [part.lot_id for part in parts])
    return Promise(
        id=row.id,
        key=row.key,
        item_id=row.item_id,
        place=area_place(session, row.area_id),
        household_id=row.household_id,
        quantity=row.quantity,
        state=row.state,
        expires_at=row.expires_at,
        transfer_id=row.transfer_id,
        parts=[Taken(lot=lots[part.lot_id], quantity=part.quantity) for part in parts],
    )


def require_open(promise: Promise, *, wanted: ReservationState, now: datetime) -> None:
    """
    Raises:
        BadTransition: it was resolved before.
        ReservationOver: its time is over, though nobody has noted it yet.
    """
    if promise.state is not ReservationState.PENDING:
        raise BadTransition(entity="reservation", key=promise.key, state=promise.state, wanted=wanted)
    if promise.expires_at <= now:
        raise ReservationOver(expires_at=promise.expires_at)


def resolve(
    session: Session, promise: Promise, state: ReservationState, *, now: datetime, transfer_id: int | None = None
) -> None:
    """End a pending reservation, once."""
    resolving = {"reservation_id": promise.id, "as": state, "now": now, "by": transfer_id}
    resolved = on(session).execute(_RESOLVE, resolving)
    assert resolved.rowcount == 1, "it was pending a moment ago, and its item is locked"
