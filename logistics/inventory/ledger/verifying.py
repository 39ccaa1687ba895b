"""The ledger proves itself: chain, conservation and balances are recomputed from the rows, and what differs is named.

Shares no code with what writes, but for the text of the hash, which is the ledger's definition. Reads columns as the
database has them: a word or a date that no row should hold is a finding, not the end of the search.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from itertools import groupby
from typing import Any

from sqlalchemy import Row, exists, select, type_coerce
from sqlalchemy.orm import Session
from sqlalchemy.types import NULLTYPE

from logistics.errors import NotFound
from logistics.inventory.ledger.findings import Book, Fault, Finding, pieces
from logistics.inventory.ledger.models import Entry, Holder, Item, Lot, Transfer
from logistics.inventory.ledger.reconciling import check_balances, check_head, check_promises, check_shipments
from logistics.inventory.ledger.rules import (
    UNBOUNDED,
    HolderKind,
    Leg,
    SourceKind,
    TransferKind,
    chain_hash,
    holder_label,
    lot_label,
)

ROWS_AT_ONCE = 5_000
UNREADABLE = ""
"""The hash of a movement that no longer says anything."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Chain:
    """Where an item's chain ends. Whoever notes the hash down can see later that nothing before it was changed."""

    item: str
    transfer_count: int
    hash: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Verified:
    """What was recomputed. `findings` are in the order of items and of their movements; empty when all is well."""

    chains: Sequence[Chain]
    transfer_count: int
    entry_count: int
    findings: Sequence[Finding]


def verify(session: Session, *, item_code: str | None = None) -> Verified:
    """Recompute the ledger of all items, or of one: every hash, every sum, every balance and every promise.

    Reads each row once; a session of `reading()` sees one moment while others go on writing.

    Raises:
        NotFound: no such item.
    """
    wanted = select(Item.id, Item.code).order_by(Item.code)
    items = session.execute(wanted if item_code is None else wanted.where(Item.code == item_code)).all()
    if item_code is not None and not items:
        raise NotFound(kind="item", key=item_code)
    books = [_book(session, item_id, code) for item_id, code in items]
    if item_code is None:
        books += [_book(session, item_id, f"? {item_id}") for item_id in _without_item(session)]
    return Verified(
        chains=[Chain(item=book.item, transfer_count=book.sequence, hash=book.previous) for book in books],
        transfer_count=sum(book.sequence for book in books),
        entry_count=sum(book.entry_count for book in books),
        findings=[finding for book in books for finding in book.findings],
    )


def _without_item(session: Session) -> Sequence[int]:
    """Items of which there are movements and nothing else."""
    lost = select(Transfer.item_id).distinct().where(~exists(select(Item.id).where(Item.id == Transfer.item_id)))
    return session.scalars(lost.order_by(Transfer.item_id)).all()


def _book(session: Session, item_id: int, code: str) -> Book:
    book = Book(code)
    for legs in _transfers(session, item_id):
        _check_transfer(book, item_id, legs)
    check_head(session, book, item_id)
    check_balances(session, book, item_id)
    check_promises(session, book, item_id)
    check_shipments(session, book, item_id)
    return book


def _as_it_is(column: Any) -> Any:
    """A column without its type, so that nothing is refused while it is read."""
    return type_coerce(column, NULLTYPE).label(column.key)


def _transfers(session: Session, item_id: int) -> Iterator[list[Row[*tuple[Any, ...]]]]:
    """The item's movements in order, each with its entries; one without entries is one row of nothing."""
    statement = (
        select(
            Transfer.id,
            Transfer.sequence,
            Transfer.previous_hash,
            Transfer.hash,
            Transfer.key,
            _as_it_is(Transfer.kind),
            _as_it_is(Transfer.happened_at),
            Transfer.reason,
            Transfer.account_id,
            Transfer.reverses_id,
            Transfer.shipment_id,
            Transfer.digest,
            Entry.holder_id,
            Entry.lot_id,
            Entry.quantity,
            _as_it_is(Holder.kind).label("holder_kind"),
            Holder.area_id,
            Holder.household_id,
            Holder.name,
            Lot.item_id.label("lot_item_id"),
            Lot.number,
            _as_it_is(Lot.expires_on),
            _as_it_is(Lot.source_kind),
            Lot.source_name,
            Lot.fund_tag,
        )
        .outerjoin(Entry, Entry.transfer_id == Transfer.id)
        .outerjoin(Holder, Holder.id == Entry.holder_id)
        .outerjoin(Lot, Lot.id == Entry.lot_id)
        .where(Transfer.item_id == item_id)
        .order_by(Transfer.sequence, Transfer.id, Entry.id)
    )
    rows = session.execute(statement, execution_options={"yield_per": ROWS_AT_ONCE})
    for _, legs in groupby(rows, key=lambda row: row.id):
        yield list(legs)


def _check_transfer(book: Book, item_id: int, rows: list[Row[*tuple[Any, ...]]]) -> None:
    first = rows[0]
    legs = [row for row in rows if row.quantity is not None]
    name = f"id={first.id}"
    if first.sequence != book.sequence + 1:
        book.note(Fault.GAP, "transfers", name, expected=book.sequence + 1, found=first.sequence)
    if first.previous_hash != book.previous:
        book.note(Fault.CHAIN, "transfers", name)
    if first.hash != _recomputed(book, first, legs):
        book.note(Fault.CONTENT, "transfers", name)
    sums: Counter[int] = Counter()
    for leg in legs:
        sums[leg.lot_id] += pieces(leg.quantity)
        if leg.lot_item_id != item_id:
            book.note(Fault.LOT, "transfers", name)
    unbalanced = [total for total in sums.values() if total] or ([] if legs else [0])
    if unbalanced:
        book.note(Fault.SUM, "transfers", name, found=unbalanced[0])
    for leg in legs:
        book.on_hand[leg.holder_id, leg.lot_id] += pieces(leg.quantity)
        left = book.on_hand[leg.holder_id, leg.lot_id]
        if left < 0 and leg.holder_kind not in UNBOUNDED:
            book.note(Fault.OVERDRAWN, "transfers", name, found=left)
    if first.shipment_id is not None:
        _follow_shipment(book, first, legs)
    book.sequence, book.previous = first.sequence, first.hash
    book.entry_count += len(legs)


def _follow_shipment(book: Book, row: Row[*tuple[Any, ...]], legs: list[Row[*tuple[Any, ...]]]) -> None:
    """What the movement says of its shipment: how much was sent from where to where, is on its way, was taken in."""
    dispatched = row.kind == TransferKind.DISPATCH
    arrived = row.kind == TransferKind.ARRIVAL or row.reverses_id in book.arrivals
    if row.kind == TransferKind.ARRIVAL:
        book.arrivals.add(row.id)
    for leg in legs:
        quantity = pieces(leg.quantity)
        if leg.holder_kind == HolderKind.IN_TRANSIT:
            book.in_transit[row.shipment_id, leg.lot_id] += quantity
            if dispatched:
                book.sent[row.shipment_id, leg.lot_id] += quantity
                book.receivers[row.shipment_id] = leg.area_id
        elif leg.holder_kind == HolderKind.AREA:
            if dispatched:
                book.senders[row.shipment_id] = leg.area_id
            if arrived:
                book.accepted[row.shipment_id] += quantity


def _recomputed(book: Book, row: Row[*tuple[Any, ...]], legs: list[Row[*tuple[Any, ...]]]) -> str:
    try:
        return chain_hash(
            item=book.item,
            sequence=row.sequence,
            previous=row.previous_hash,
            key=row.key,
            kind=row.kind,
            happened_at=_moment(row.happened_at),
            reason=row.reason,
            account_id=row.account_id,
            reverses=row.reverses_id,
            shipment_id=row.shipment_id,
            digest=row.digest,
            legs=[_leg(leg) for leg in legs],
        )
    except (TypeError, ValueError):  # a holder or a lot is gone, or holds what is none of its words
        return UNREADABLE


def _leg(row: Row[*tuple[Any, ...]]) -> Leg:
    kind = HolderKind(row.holder_kind)
    return Leg(
        holder=holder_label(kind, area_id=row.area_id, household_id=row.household_id, name=row.name),
        lot=lot_label(
            row.lot_id,
            number=row.number,
            expires_on=_day(row.expires_on),
            source_kind=SourceKind(row.source_kind),
            source_name=row.source_name,
            fund_tag=row.fund_tag,
        ),
        quantity=row.quantity,
    )


def _moment(value: Any) -> datetime:
    """A moment as PostgreSQL gives it, or as SQLite writes it."""
    return value if isinstance(value, datetime) else datetime.fromisoformat(value).replace(tzinfo=UTC)


def _day(value: Any) -> date | None:
    return value if value is None or isinstance(value, date) else date.fromisoformat(value)
