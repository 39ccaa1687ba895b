"""What the ledger keeps beside its entries, held against them: heads, balances, promises and shipments."""

from __future__ import annotations

from collections import Counter

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from logistics.inventory.ledger.findings import Book, Fault, pieces
from logistics.inventory.ledger.models import (
    Balance,
    LedgerHead,
    Reservation,
    ReservationPart,
    Shipment,
    ShipmentLine,
    ShipmentSettlement,
    Transfer,
)
from logistics.inventory.ledger.rules import NO_HASH, DiscrepancyPart, ReservationState, ShipmentState


def check_head(session: Session, book: Book, item_id: int) -> None:
    """The head names the last movement, so that none can be cut off the end."""
    head = session.get(LedgerHead, item_id)
    sequence, last = (head.sequence, head.hash) if head else (0, NO_HASH)
    if (sequence, last) != (book.sequence, book.previous):
        book.note(Fault.HEAD, "ledger_heads", f"item_id={item_id}", expected=sequence, found=book.sequence)


def check_balances(session: Session, book: Book, item_id: int) -> None:
    """What is kept for speed is what the entries come to, and all of it sums to nothing."""
    said = {
        (holder_id, lot_id): pieces(on_hand)
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
    """Every shipment against itself, against the entries of its movements and against what was settled of it."""
    _check_headings(session, book, item_id)
    _check_lines(session, book, item_id)


def _check_headings(session: Session, book: Book, item_id: int) -> None:
    statement = (
        select(Shipment, func.coalesce(func.sum(ShipmentLine.in_transit), 0))
        .outerjoin(ShipmentLine, ShipmentLine.shipment_id == Shipment.id)
        .where(Shipment.item_id == item_id)
        .group_by(Shipment.id)
        .order_by(Shipment.id)
    )
    sent: Counter[int] = Counter()
    for (shipment_id, _), quantity in book.sent.items():
        sent[shipment_id] += quantity
    settled = _settled(session, item_id)
    for shipment, in_transit in session.execute(statement):
        row = f"id={shipment.id}"
        under_way = shipment.state is ShipmentState.DISPATCHED
        expected = shipment.quantity if under_way else shipment.missing_open + shipment.rejected_open
        if int(in_transit) != expected:
            book.note(Fault.SHIPMENT, "shipments", row, expected=expected, found=int(in_transit))
        for named, ends in ((shipment.from_area_id, book.senders), (shipment.to_area_id, book.receivers)):
            if named != ends.get(shipment.id, 0):
                book.note(Fault.ENDS, "shipments", row, expected=ends.get(shipment.id, 0), found=named)
        if shipment.quantity != sent[shipment.id]:
            book.note(Fault.SENT, "shipments", row, expected=sent[shipment.id], found=shipment.quantity)
        if shipment.accepted != book.accepted[shipment.id]:
            accepted = book.accepted[shipment.id]
            book.note(Fault.ACCEPTED, "shipments", row, expected=accepted, found=shipment.accepted)
        if shipment.arrived_at is None:
            continue
        missing = shipment.quantity - shipment.accepted - shipment.rejected
        for part, was_open, is_open in (
            (DiscrepancyPart.MISSING, missing, shipment.missing_open),
            (DiscrepancyPart.REJECTED, shipment.rejected, shipment.rejected_open),
        ):
            left = was_open - settled[shipment.id, part]
            if is_open != left:
                book.note(Fault.SETTLED, "shipments", row, expected=left, found=is_open)


def _settled(session: Session, item_id: int) -> Counter[tuple[int, DiscrepancyPart]]:
    """Pieces that were settled of each shipment and part. What was reversed is open again."""
    undoing = aliased(Transfer)
    statement = (
        select(ShipmentSettlement.shipment_id, ShipmentSettlement.part, func.sum(ShipmentSettlement.quantity))
        .join(Transfer, Transfer.id == ShipmentSettlement.transfer_id)
        .outerjoin(undoing, undoing.reverses_id == Transfer.id)
        .where(Transfer.item_id == item_id, undoing.id.is_(None))
        .group_by(ShipmentSettlement.shipment_id, ShipmentSettlement.part)
    )
    return Counter({(shipment_id, part): int(total) for shipment_id, part, total in session.execute(statement)})


def _check_lines(session: Session, book: Book, item_id: int) -> None:
    lines = (
        select(ShipmentLine.shipment_id, ShipmentLine.lot_id, ShipmentLine.quantity, ShipmentLine.in_transit)
        .join(Shipment, Shipment.id == ShipmentLine.shipment_id)
        .where(Shipment.item_id == item_id)
    )
    said = {(row.shipment_id, row.lot_id): (row.quantity, row.in_transit) for row in session.execute(lines)}
    for key in sorted(said.keys() | book.sent.keys() | book.in_transit.keys()):
        sent, in_transit = said.get(key, (0, 0))
        row = f"shipment_id={key[0]} lot_id={key[1]}"
        if sent != book.sent[key]:
            book.note(Fault.SENT, "shipment_lines", row, expected=book.sent[key], found=sent)
        if in_transit != book.in_transit[key]:
            book.note(Fault.TRANSIT, "shipment_lines", row, expected=book.in_transit[key], found=in_transit)
