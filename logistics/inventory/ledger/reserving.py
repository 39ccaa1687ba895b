"""Two-phase giving: stock is promised first, and then given, let go, or its time runs out; once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, func, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from logistics.clock import local_date
from logistics.db import chunks
from logistics.errors import BadTransition
from logistics.inventory.ledger.chain import dialect, digest_of, lock_item, lock_items, on
from logistics.inventory.ledger.errors import BadExpiry, KeyReused, OutOfStock, require_quantity
from logistics.inventory.ledger.holders import area_place, take
from logistics.inventory.ledger.promises import item_of_reservation, read_promise, resolve
from logistics.inventory.ledger.rules import ReservationState
from logistics.inventory.ledger.tables import BALANCES, RESERVATION_PARTS, RESERVATIONS

EXPIRED_AT_ONCE = 1_000
"""Reservations that one transaction lets go: their items are locked meanwhile."""

_KNOWN = select(RESERVATIONS.c.id, RESERVATIONS.c.digest).where(RESERVATIONS.c.key == bindparam("key"))
_PROMISE = (
    update(BALANCES)
    .where(
        BALANCES.c.holder_id == bindparam("at"),
        BALANCES.c.lot_id == bindparam("of"),
        BALANCES.c.on_hand - BALANCES.c.promised >= bindparam("pieces"),
    )
    .values(promised=BALANCES.c.promised + bindparam("pieces"))
)
_RELEASE = (
    update(BALANCES)
    .where(
        BALANCES.c.holder_id == bindparam("at"),
        BALANCES.c.lot_id == bindparam("of"),
        BALANCES.c.promised >= bindparam("pieces"),
    )
    .values(promised=BALANCES.c.promised - bindparam("pieces"))
)
_NEW = {
    "postgresql": postgresql.insert(RESERVATIONS)
    .on_conflict_do_nothing(index_elements=["key"])
    .returning(RESERVATIONS.c.id),
    "sqlite": sqlite.insert(RESERVATIONS).on_conflict_do_nothing(index_elements=["key"]).returning(RESERVATIONS.c.id),
}
_NEW_PARTS = insert(RESERVATION_PARTS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reserve:
    """Pieces of an area's stock to be held until `expires_at`, for a household or for a `purpose` in words."""

    key: str
    item_id: int
    area_id: int
    quantity: int
    expires_at: datetime
    household_id: int | None = None
    purpose: str = ""

    def __post_init__(self) -> None:
        require_quantity(self.quantity)


def reserve(session: Session, command: Reserve, *, now: datetime) -> int:
    """Promise pieces, first expired first out, of lots that are good as long as the promise lasts. Returns the
    reservation's id; the same key twice is one reservation, whatever became of it.

    Raises:
        NotFound: no such item or area.
        OutOfStock: fewer are on hand, good and not promised.
        BadExpiry: it would end before it begins.
        KeyReused: the key stands for another reservation.
    """
    head, digest = lock_item(session, command.item_id), digest_of(command)
    known = on(session).execute(_KNOWN, {"key": command.key}).one_or_none()
    if known is not None:
        if known.digest != digest:
            raise KeyReused(key=command.key)
        return int(known.id)
    if command.expires_at <= now:
        raise BadExpiry(expires_at=command.expires_at)
    here = area_place(session, command.area_id)
    taken = take(session, head, here, quantity=command.quantity, good_on=local_date(command.expires_at))
    for part in taken:
        holding = {"at": here.id, "of": part.lot.id, "pieces": part.quantity}
        if on(session).execute(_PROMISE, holding).rowcount != 1:
            raise OutOfStock(item=head.item_code, wanted=command.quantity, available=0)
    row = {
        "key": command.key,
        "digest": digest,
        "item_id": command.item_id,
        "holder_id": here.id,
        "household_id": command.household_id,
        "purpose": command.purpose,
        "quantity": command.quantity,
        "state": ReservationState.PENDING,
        "reserved_at": now,
        "expires_at": command.expires_at,
    }
    reservation_id = on(session).scalar(_NEW[dialect(session)], row)
    if reservation_id is None:
        raise KeyReused(key=command.key)
    parts = [{"reservation_id": reservation_id, "lot_id": p.lot.id, "quantity": p.quantity} for p in taken]
    on(session).execute(_NEW_PARTS, parts)
    return int(reservation_id)


def void(session: Session, reservation_id: int, *, now: datetime) -> ReservationState:
    """Let a promise go. Returns the state it ends in: one that has expired before stays so, and one voided before is
    voided once.

    Raises:
        NotFound: no such reservation.
        BadTransition: it was given out.
    """
    lock_item(session, item_of_reservation(session, reservation_id))
    promise = read_promise(session, reservation_id)
    if promise.state in (ReservationState.VOIDED, ReservationState.EXPIRED):
        return promise.state
    if promise.state is ReservationState.POSTED:
        raise BadTransition(entity="reservation", key=promise.key, state=promise.state, wanted=ReservationState.VOIDED)
    resolve(session, promise, ReservationState.VOIDED, now=now)
    released = [{"at": promise.place.id, "of": part.lot.id, "pieces": part.quantity} for part in promise.parts]
    _release(session, released)
    return ReservationState.VOIDED


def expire_due(session: Session, *, now: datetime, limit: int = EXPIRED_AT_ONCE) -> int:
    """Let go of the promises whose time is over. Returns how many; call it again while that is `limit`."""
    due = (RESERVATIONS.c.state == ReservationState.PENDING, RESERVATIONS.c.expires_at <= now)
    found = select(RESERVATIONS.c.id, RESERVATIONS.c.item_id).where(*due)
    # by item: who calls it again in the same transaction goes on in the order in which everybody locks
    found = found.order_by(RESERVATIONS.c.item_id, RESERVATIONS.c.expires_at)
    rows = session.execute(found.limit(limit)).all()
    lock_items(session, [row.item_id for row in rows])
    expired: list[int] = []
    for part in chunks([row.id for row in rows]):  # one may have been given out before its item was locked
        ending = update(RESERVATIONS).where(*due, RESERVATIONS.c.id.in_(part))
        ended = ending.values(state=ReservationState.EXPIRED, resolved_at=now).returning(RESERVATIONS.c.id)
        expired += session.scalars(ended)
    released = []
    for part in chunks(expired):
        sums = (
            select(
                RESERVATIONS.c.holder_id.label("at"),
                RESERVATION_PARTS.c.lot_id.label("of"),
                func.sum(RESERVATION_PARTS.c.quantity).label("pieces"),
            )
            .join(RESERVATION_PARTS, RESERVATION_PARTS.c.reservation_id == RESERVATIONS.c.id)
            .where(RESERVATIONS.c.id.in_(part))
            .group_by(RESERVATIONS.c.holder_id, RESERVATION_PARTS.c.lot_id)
        )
        released += [dict(row) for row in session.execute(sums).mappings()]
    _release(session, released)
    return len(expired)


def _release(session: Session, released: list[dict[str, int]]) -> None:
    if released:
        on(session).execute(_RELEASE, released)
