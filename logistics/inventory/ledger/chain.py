"""The one way into the ledger: an item's head is locked, and a movement is appended to its chain.

Every verb begins with `lock_item`. Two movements of one item are therefore in one order, on both databases, and nobody
who works on several items waits for himself in a circle as long as they are locked in the order of their ids.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Executable, bindparam, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from logistics.errors import NotFound
from logistics.inventory.ledger import rules
from logistics.inventory.ledger.errors import KeyReused, OutOfStock
from logistics.inventory.ledger.rules import NO_HASH, Leg, TransferKind
from logistics.inventory.ledger.tables import BALANCES, ENTRIES, HEADS, ITEMS, TRANSFERS


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """The end of an item's chain, locked until the transaction ends, with what the item is."""

    item_id: int
    item_code: str
    lent: bool
    sequence: int
    hash: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A holder that takes part in a movement. `label` is how the chain calls it."""

    id: int
    label: str
    bounded: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class LotRef:
    """A lot that is moved. `label` is how the chain calls it."""

    id: int
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """Pieces of one lot."""

    lot: LotRef
    quantity: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """One leg of a movement. `released` pieces were promised here and no longer are."""

    place: Place
    lot: LotRef
    quantity: int
    released: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Movement:
    """A transfer to be written; its moves sum to zero in each lot."""

    kind: TransferKind
    key: str
    digest: str
    moves: Sequence[Move]
    reason: str = ""
    account_id: int | None = None
    reverses_id: int | None = None
    shipment_id: int | None = None

    def __post_init__(self) -> None:
        sums: dict[int, int] = {}
        for move in self.moves:
            sums[move.lot.id] = sums.get(move.lot.id, 0) + move.quantity
        assert sums, "a movement moves something"
        assert not any(sums.values()), f"the legs of {self.key} do not sum to zero: {sums}"


_LOCK = (
    select(HEADS.c.item_id, ITEMS.c.code.label("item_code"), ITEMS.c.lent, HEADS.c.sequence, HEADS.c.hash)
    .join(ITEMS, ITEMS.c.id == HEADS.c.item_id)
    .where(HEADS.c.item_id == bindparam("item_id"))
    .with_for_update(of=HEADS)
)
_ITEM = select(ITEMS.c.id).where(ITEMS.c.id == bindparam("item_id"))
_KNOWN = select(TRANSFERS.c.id, TRANSFERS.c.digest, TRANSFERS.c.item_id).where(TRANSFERS.c.key == bindparam("key"))
GIVE = (
    update(BALANCES)
    .where(
        BALANCES.c.holder_id == bindparam("at"),
        BALANCES.c.lot_id == bindparam("of"),
        BALANCES.c.promised >= bindparam("released"),
        BALANCES.c.on_hand - BALANCES.c.promised + bindparam("released") >= bindparam("given"),
    )
    .values(
        on_hand=BALANCES.c.on_hand - bindparam("given"),
        promised=BALANCES.c.promised - bindparam("released"),
        moved_at=bindparam("now"),
    )
)
_ENTER = insert(ENTRIES)
_ADVANCE = (
    update(HEADS)
    .where(HEADS.c.item_id == bindparam("of_item"), HEADS.c.sequence == bindparam("last"))
    .values(sequence=bindparam("last") + 1, hash=bindparam("new_hash"))
)


def _adding(insert_into: Any) -> Any:
    adding = insert_into(BALANCES)
    return adding.on_conflict_do_update(
        index_elements=["holder_id", "lot_id"],
        set_={"on_hand": BALANCES.c.on_hand + adding.excluded.on_hand, "moved_at": adding.excluded.moved_at},
    )


def _writing(insert_into: Any) -> Executable:
    statement: Executable = (
        insert_into(TRANSFERS).on_conflict_do_nothing(index_elements=["key"]).returning(TRANSFERS.c.id)
    )
    return statement


ADD = {"postgresql": _adding(postgresql.insert), "sqlite": _adding(sqlite.insert)}
_WRITE = {"postgresql": _writing(postgresql.insert), "sqlite": _writing(sqlite.insert)}
_BEGIN = {
    "postgresql": postgresql.insert(HEADS).on_conflict_do_nothing(index_elements=["item_id"]),
    "sqlite": sqlite.insert(HEADS).on_conflict_do_nothing(index_elements=["item_id"]),
}


def on(session: Session) -> Connection:
    """The session's connection: prepared statements run on it a fifth faster than through the session, which would look
    each time whether something is still to be written. `lock_item` has written it."""
    return session.connection()


def dialect(session: Session) -> str:
    """Which database the session is on."""
    return session.connection().dialect.name


def lock_item(session: Session, item_id: int) -> Head:
    """Lock the end of an item's chain; the second writer waits here for the first one's end.

    Raises:
        NotFound: no such item.
    """
    session.flush()
    row = on(session).execute(_LOCK, {"item_id": item_id}).one_or_none()
    if row is None:
        if on(session).scalar(_ITEM, {"item_id": item_id}) is None:
            raise NotFound(kind="item", key=item_id)
        on(session).execute(_BEGIN[dialect(session)], {"item_id": item_id, "sequence": 0, "hash": NO_HASH})
        row = on(session).execute(_LOCK, {"item_id": item_id}).one()
    return Head(**row._mapping)


def lock_items(session: Session, item_ids: Collection[int]) -> None:
    """Lock the chains of several items in the order of their ids. A transaction that moves more than one item begins
    with it."""
    for item_id in sorted(set(item_ids)):
        lock_item(session, item_id)


def digest_of(command: Any) -> str:
    """What a command asks for, without its key and without who asks: the same wish of a colleague is the same wish."""
    said = {
        field.name: getattr(command, field.name)
        for field in dataclasses.fields(command)
        if field.name not in ("key", "account_id")
    }
    return rules.digest([type(command).__name__, said])


def known(session: Session, head: Head, *, key: str, digest: str) -> int | None:
    """The transfer of this key where the same command wrote it before; None where the key is free. To be asked with the
    item locked.

    Raises:
        KeyReused: the key stands for something else.
    """
    row = on(session).execute(_KNOWN, {"key": key}).one_or_none()
    if row is None:
        return None
    if (row.digest, row.item_id) != (digest, head.item_id):
        raise KeyReused(key=key)
    return int(row.id)


def write(session: Session, head: Head, movement: Movement, *, now: datetime) -> int:
    """Move the pieces and append the movement to the chain. Returns the transfer's id.

    Once per lock: the head that is passed in is used up by it.

    Raises:
        OutOfStock: a holder has fewer pieces that are not promised than it would give.
        KeyReused: the key stands for a movement of another item.
    """
    _move(session, head, movement, now=now)
    new_hash = rules.chain_hash(
        item=head.item_code,
        sequence=head.sequence + 1,
        previous=head.hash,
        key=movement.key,
        kind=movement.kind.value,
        happened_at=now,
        reason=movement.reason,
        account_id=movement.account_id,
        reverses=movement.reverses_id,
        shipment_id=movement.shipment_id,
        digest=movement.digest,
        legs=[Leg(holder=m.place.label, lot=m.lot.label, quantity=m.quantity) for m in movement.moves],
    )
    transfer_id = on(session).scalar(
        _WRITE[dialect(session)],
        {
            "key": movement.key,
            "kind": movement.kind,
            "item_id": head.item_id,
            "reason": movement.reason,
            "account_id": movement.account_id,
            "happened_at": now,
            "reverses_id": movement.reverses_id,
            "shipment_id": movement.shipment_id,
            "digest": movement.digest,
            "sequence": head.sequence + 1,
            "previous_hash": head.hash,
            "hash": new_hash,
        },
    )
    if transfer_id is None:
        raise KeyReused(key=movement.key)
    on(session).execute(
        _ENTER,
        [
            {"transfer_id": transfer_id, "holder_id": m.place.id, "lot_id": m.lot.id, "quantity": m.quantity}
            for m in movement.moves
        ],
    )
    advanced = on(session).execute(_ADVANCE, {"of_item": head.item_id, "last": head.sequence, "new_hash": new_hash})
    assert advanced.rowcount == 1, "the head was used twice"
    return int(transfer_id)


def _move(session: Session, head: Head, movement: Movement, *, now: datetime) -> None:
    giving = [move for move in movement.moves if move.quantity < 0 and move.place.bounded]
    adding = [move for move in movement.moves if move.quantity > 0 or not move.place.bounded]
    for move in giving:
        given = {"at": move.place.id, "of": move.lot.id, "given": -move.quantity, "released": move.released, "now": now}
        if on(session).execute(GIVE, given).rowcount != 1:
            raise _out_of_stock(session, head, move)
    rows = [
        {
            "holder_id": move.place.id,
            "lot_id": move.lot.id,
            "item_id": head.item_id,
            "bounded": move.place.bounded,
            "on_hand": move.quantity,
            "promised": 0,
            "opened_at": now,
            "moved_at": now,
        }
        for move in adding
    ]
    if rows:
        on(session).execute(ADD[dialect(session)], rows if len(rows) > 1 else rows[0])


def _out_of_stock(session: Session, head: Head, move: Move) -> OutOfStock:
    here = (BALANCES.c.holder_id == move.place.id, BALANCES.c.lot_id == move.lot.id)
    available = session.scalar(select(BALANCES.c.on_hand - BALANCES.c.promised).where(*here)) or 0
    return OutOfStock(item=head.item_code, wanted=-move.quantity, available=available)
