"""The ledger proves itself: chain, conservation and balances are recomputed from the rows, and what differs is named.

Shares no code with what writes, but for the text of the hash, which is the ledger's definition.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from logistics.errors import NotFound
from logistics.inventory.ledger.findings import Book, Fault, Finding
from logistics.inventory.ledger.models import Entry, Holder, Item, Lot, Transfer
from logistics.inventory.ledger.reconciling import check_balances, check_head, check_promises, check_shipments
from logistics.inventory.ledger.rules import UNBOUNDED, Leg, chain_hash, holder_label, lot_label

ROWS_AT_ONCE = 5_000


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
    return Verified(
        chains=[Chain(item=book.item, transfer_count=book.sequence, hash=book.previous) for book in books],
        transfer_count=sum(book.sequence for book in books),
        entry_count=sum(book.entry_count for book in books),
        findings=[finding for book in books for finding in book.findings],
    )


def _book(session: Session, item_id: int, code: str) -> Book:
    book = Book(code)
    for legs in _transfers(session, item_id):
        _check_transfer(book, item_id, legs)
    check_head(session, book, item_id)
    check_balances(session, book, item_id)
    check_promises(session, book, item_id)
    check_shipments(session, book, item_id)
    return book


def _transfers(session: Session, item_id: int) -> Iterator[list[Row[*tuple[Any, ...]]]]:
    """The item's movements in order, each with its entries; one without entries is one row of nothing."""
    statement = (
        select(
            Transfer.id,
            Transfer.sequence,
            Transfer.previous_hash,
            Transfer.hash,
            Transfer.key,
            Transfer.kind,
            Transfer.happened_at,
            Transfer.reason,
            Transfer.account_id,
            Transfer.reverses_id,
            Transfer.shipment_id,
            Transfer.digest,
            Entry.holder_id,
            Entry.lot_id,
            Entry.quantity,
            Holder.kind.label("holder_kind"),
            Holder.area_id,
            Holder.household_id,
            Holder.name,
            Lot.item_id.label("lot_item_id"),
            Lot.number,
            Lot.expires_on,
            Lot.source_kind,
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
        sums[leg.lot_id] += leg.quantity
        if leg.lot_item_id != item_id:
            book.note(Fault.LOT, "transfers", name)
    unbalanced = [total for total in sums.values() if total] or ([] if legs else [0])
    if unbalanced:
        book.note(Fault.SUM, "transfers", name, found=unbalanced[0])
    for leg in legs:
        book.on_hand[leg.holder_id, leg.lot_id] += leg.quantity
        left = book.on_hand[leg.holder_id, leg.lot_id]
        if left < 0 and leg.holder_kind not in UNBOUNDED:
            book.note(Fault.OVERDRAWN, "transfers", name, found=left)
    book.sequence, book.previous = first.sequence, first.hash
    book.entry_count += len(legs)


def _recomputed(book: Book, row: Row[*tuple[Any, ...]], legs: list[Row[*tuple[Any, ...]]]) -> str:
    return chain_hash(
        item=book.item,
        sequence=row.sequence,
        previous=row.previous_hash,
        key=row.key,
        kind=row.kind.value,
        happened_at=row.happened_at,
        reason=row.reason,
        account_id=row.account_id,
        reverses=row.reverses_id,
        shipment_id=row.shipment_id,
        digest=row.digest,
        legs=[
            Leg(
                holder=holder_label(leg.holder_kind, area_id=leg.area_id, household_id=leg.household_id, name=leg.name),
                lot=lot_label(
                    leg.lot_id,
                    number=leg.number,
                    expires_on=leg.expires_on,
                    source_kind=leg.source_kind,
                    source_name=leg.source_name,
                    fund_tag=leg.fund_tag,
                ),
                quantity=leg.quantity,
            )
            for leg in legs
        ],
    )
