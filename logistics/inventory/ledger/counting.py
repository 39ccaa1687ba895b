"""Stock that somebody counted, and stock that is no good any more."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Row, bindparam, insert, select
from sqlalchemy.orm import Session

from logistics.inventory.ledger.chain import (
    Head,
    LotRef,
    Movement,
    Place,
    Taken,
    digest_of,
    known,
    lock_item,
    write,
)
from logistics.inventory.ledger.errors import (
    BadCount,
    CountBelowPromised,
    KeyReused,
    require_quantity,
    require_reason,
)
from logistics.inventory.ledger.holders import LotFacts, area_place, lot_of, lots_by_id, take
from logistics.inventory.ledger.keys import held, require_free_key
from logistics.inventory.ledger.lending import post_name
from logistics.inventory.ledger.moving import moves
from logistics.inventory.ledger.rules import QUANTITY_MAX, HolderKind, TransferKind
from logistics.inventory.ledger.tables import BALANCES, LOTS, STOCK_COUNTS

_ON_HAND = (
    select(BALANCES.c.lot_id, BALANCES.c.on_hand, BALANCES.c.promised, LOTS.c.expires_on)
    .join(LOTS, LOTS.c.id == BALANCES.c.lot_id)
    .where(BALANCES.c.item_id == bindparam("item_id"), BALANCES.c.holder_id == bindparam("holder_id"))
)
_COUNTED = select(STOCK_COUNTS).where(STOCK_COUNTS.c.key == bindparam("key"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """What somebody counted of an item in an area's store, or of one lot of it. A difference needs a reason."""

    key: str
    item_id: int
    area_id: int
    counted: int
    lot_id: int | None = None
    reason: str = ""
    account_id: int | None = None

    def __post_init__(self) -> None:
        if not 0 <= self.counted <= QUANTITY_MAX:
            raise BadCount(quantity=self.counted, maximum=QUANTITY_MAX)


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """`expected` is what the ledger said before; `transfer_id` is None where the count agreed with it."""

    count_id: int
    expected: int
    counted: int
    transfer_id: int | None

    @property
    def difference(self) -> int:
        """Pieces more (or, below zero, fewer) than expected."""
        return self.counted - self.expected


@dataclass(frozen=True, slots=True, kw_only=True)
class WriteOff:
    """Pieces that are spoilt, lost or used up: of an area's store, or with `post` of what it lent to that post. The
    lots that expire first go first, expired ones before all; or `lot_id` alone."""

    key: str
    item_id: int
    area_id: int
    quantity: int
    reason: str
    lot_id: int | None = None
    post: str = ""
    account_id: int | None = None

    def __post_init__(self) -> None:
        require_quantity(self.quantity)
        require_reason(self.reason)
        object.__setattr__(self, "post", post_name(self.post))


def count(session: Session, command: Count, *, now: datetime) -> Counted:
    """Enter a stock count; what differs becomes a transfer from or to the area's count differences.

    Fewer pieces than expected are taken from the lots that expire first. More are put to the lot at hand that expires
    first, because nobody knows that they last longer.

    Raises:
        NotFound: no such item, area or lot.
        ReasonMissing: the count differs and nobody says why.
        CountBelowPromised: fewer than are promised.
        BadQuantity: it differs by more pieces than anybody moves.
        KeyReused: the key stands for another count or movement.
    """
    head, digest = lock_item(session, command.item_id), digest_of(command)
    before = session.execute(_COUNTED, {"key": command.key}).one_or_none()
    if before is not None:
        if before.digest != digest:
            raise KeyReused(key=command.key)
        return Counted(
            count_id=before.id, expected=before.expected, counted=before.counted, transfer_id=before.transfer_id
        )
    require_free_key(session, command.key)
    here = area_place(session, command.area_id)
    rows = session.execute(_ON_HAND, {"item_id": head.item_id, "holder_id": here.id}).all()
    if command.lot_id is not None:
        lots_by_id(session, head.item_id, [command.lot_id])
        rows = [row for row in rows if row.lot_id == command.lot_id]
    expected = sum(row.on_hand for row in rows)
    transfer_id = None
    if command.counted != expected:
        require_reason(command.reason)
        require_quantity(abs(command.counted - expected))
        promised = sum(row.promised for row in rows)
        if command.counted < promised:
            raise CountBelowPromised(item=head.item_code, promised=promised, counted=command.counted)
        transfer_id = _adjust(session, head, here, rows, command, digest, now=now)
    row = {
        "key": command.key,
        "digest": digest,
        "holder_id": here.id,
        "item_id": head.item_id,
        "lot_id": command.lot_id,
        "expected": expected,
        "counted": command.counted,
        "reason": command.reason,
        "account_id": command.account_id,
        "counted_at": now,
        "transfer_id": transfer_id,
    }
    with held(command.key):
        count_id = session.scalars(insert(STOCK_COUNTS).returning(STOCK_COUNTS.c.id), row).one()
    return Counted(count_id=count_id, expected=expected, counted=command.counted, transfer_id=transfer_id)


def write_off(session: Session, command: WriteOff, *, now: datetime) -> int:
    """Take pieces out of the stock for good. Returns the transfer's id.

    Raises:
        NotFound: no such item, area or lot.
        OutOfStock: fewer are there that are not promised.
        KeyReused: the key stands for another movement.
    """
    head, digest = lock_item(session, command.item_id), digest_of(command)
    done = known(session, head, key=command.key, digest=digest)
    if done is not None:
        return done
    kind = HolderKind.LENT_OUT if command.post else HolderKind.AREA
    here = area_place(session, command.area_id, kind, post=command.post)
    taken = take(session, head, here, quantity=command.quantity, good_on=None, lot_id=command.lot_id)
    movement = Movement(
        kind=TransferKind.WRITE_OFF,
        key=command.key,
        digest=digest,
        moves=moves(taken, giver=here, taker=area_place(session, command.area_id, HolderKind.WRITTEN_OFF)),
        reason=command.reason,
        account_id=command.account_id,
    )
    return write(session, head, movement, now=now)


def _adjust(
    session: Session,
    head: Head,
    here: Place,
    rows: Sequence[Row[int, int, int, date | None]],
    command: Count,
    digest: str,
    *,
    now: datetime,
) -> int:
    difference = command.counted - sum(row.on_hand for row in rows)
    elsewhere = area_place(session, command.area_id, HolderKind.COUNT_DIFFERENCE)
    if difference < 0:
        taken = take(session, head, here, quantity=-difference, good_on=None, lot_id=command.lot_id)
        legs = moves(taken, giver=here, taker=elsewhere)
    else:
        found = Taken(lot=_lot_found(session, head, rows, command.lot_id), quantity=difference)
        legs = moves([found], giver=elsewhere, taker=here)
    movement = Movement(
        kind=TransferKind.COUNT,
        key=command.key,
        digest=digest,
        moves=legs,
        reason=command.reason,
        account_id=command.account_id,
    )
    return write(session, head, movement, now=now)


def _lot_found(
    session: Session, head: Head, rows: Sequence[Row[int, int, int, date | None]], lot_id: int | None
) -> LotRef:
    """The lot that pieces found by a count are put to; one of which nothing is said where the area never had any."""
    if lot_id is None:
        at_hand = [row for row in rows if row.on_hand > 0] or rows
        if not at_hand:
            return lot_of(session, head.item_id, LotFacts())
        lot_id = min(at_hand, key=lambda row: (row.expires_on or date.max, row.lot_id)).lot_id
    return lots_by_id(session, head.item_id, [lot_id])[lot_id]
