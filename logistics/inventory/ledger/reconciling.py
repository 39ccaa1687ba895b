"""What the ledger keeps beside its entries, held against them: heads, balances, promises and shipments."""

from __future__ import annotations

from collections import Counter

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from logistics.inventory.ledger.findings import Book, Fault
from logistics.inventory.ledger.models import (
    Balance,
    Holder,
    LedgerHead,
    Reservation,
    ReservationPart,
    Shipment,
    ShipmentLine,
)
from logistics.inventory.ledger.rules import NO_HASH, HolderKind, ReservationState, ShipmentState


def check_head(session: Session, book: Book, item_id: int) -> None:
    """The head names the last movement, so that none can be cut off the end."""
    head = session.get(LedgerHead, item_id)
    sequence, last = (head.sequence, head.hash) if head else (0, NO_HASH)
    if (sequence, last) != (book.sequence, book.previous):
        book.note(Fault.HEAD, "ledger_heads", f"item_id={item_id}", expected=sequence, found=book.sequence)


def check_balances(session: Session, book: Book, item_id: int) -> None:
    """What is kept for speed is what the entries come to, and all of it sums to nothing."""
    said = {
        (holder_id, lot_id): on_hand
        for holder_id, lot_id, on_hand in session.execute(
            select(Balance.holder_id, Balance.lot_id, Balance.on_hand).where(Balance.item_id == item_id)
        )
    }
    for holder_id, lot_id in sorted(said.keys() | book.on_hand.keys()):
        found, expected = said.get((holder_id, lot_id), 0), book.on_hand[holder_id, lot_id]
        if found != expected:
            row = f"holder_id={holder_id} lot_id={lot_id}"
            book.note(Fault.BALANCE, "balances", row, expected=expected, found=found)
    if sum(said.values()):
        book.note(Fault.CONSERVATION, "items", f"id={item_id}", found=sum(said.values()))


def check_promises(session: Session, book: Book, item_id: int) -> None:
    """What a balance has promised is what pending reservations hold of it."""
    held = func.sum(ReservationPart.quantity)
    pending = (
        select(Reservation.holder_id, ReservationPart.lot_id, held)
        .join(ReservationPart, ReservationPart.reservation_id == Reservation.id)
        .where(Reservation.item_id == item_id, Reservation.state == ReservationState.PENDING)
        .group_by(Reservation.holder_id, ReservationPart.lot_id)
    )
    expected = {(holder_id, lot_id): int(total) for holder_id, lot_id, total in session.execute(pending)}
    promised = select(Balance.holder_id, Balance.lot_id, Balance.promised).where(
        Balance.item_id == item_id, Balance.promised != 0
    )
    said = {(holder_id, lot_id): total for holder_id, lot_id, total in session.execute(promised)}
    for holder_id, lot_id in sorted(said.keys() | expected.keys()):
        found, wanted = said.get((holder_id, lot_id), 0), expected.get((holder_id, lot_id), 0)
        if found != wanted:
            row = f"holder_id={holder_id} lot_id={lot_id}"
            book.note(Fault.PROMISED, "balances", row, expected=wanted, found=found)
    uneven = (
        select(Reservation.id, Reservation.quantity, func.coalesce(held, 0))
        .outerjoin(ReservationPart, ReservationPart.reservation_id == Reservation.id)
        .where(Reservation.item_id == item_id)
        .group_by(Reservation.id)
        .having(Reservation.quantity != func.coalesce(held, 0))
        .order_by(Reservation.id)
    )
    for reservation_id, quantity, parts in session.execute(uneven):
        book.note(Fault.RESERVATION, "reservations", f"id={reservation_id}", expected=quantity, found=int(parts))


def check_shipments(session: Session, book: Book, item_id: int) -> None:
    """Every shipment's lots against itself, and all of them against what its receiver has in transit."""
    lines = (
        select(Shipment, func.coalesce(func.sum(ShipmentLine.in_transit), 0))
        .outerjoin(ShipmentLine, ShipmentLine.shipment_id == Shipment.id)
        .where(Shipment.item_id == item_id)
        .group_by(Shipment.id)
        .order_by(Shipment.id)
    )
    under_way: Counter[int] = Counter()
    for shipment, in_transit in session.execute(lines):
        under_way[shipment.to_area_id] += int(in_transit)
        expected = shipment.missing_open + shipment.rejected_open
        if shipment.state is ShipmentState.DISPATCHED:
            expected = shipment.quantity
        if int(in_transit) != expected:
            book.note(Fault.SHIPMENT, "shipments", f"id={shipment.id}", expected=expected, found=int(in_transit))
    balances = (
        select(Holder.id, Holder.area_id, func.sum(Balance.on_hand))
        .join(Balance, Balance.holder_id == Holder.id)
        .where(Balance.item_id == item_id, Holder.kind == HolderKind.IN_TRANSIT)
        .group_by(Holder.id, Holder.area_id)
        .order_by(Holder.id)
    )
    for holder_id, area_id, total in session.execute(balances):
        if int(total) != under_way[area_id or 0]:
            book.note(Fault.SHIPMENT, "holders", f"id={holder_id}", expected=int(total), found=under_way[area_id or 0])
