"""A draw together with the stock it takes: promised to the household, then handed out, let go, or run out of time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from logistics.errors import NotFound
from logistics.inventory.entitlement import errors, queries
from logistics.inventory.entitlement.drawing import Draw, admit, enter
from logistics.inventory.entitlement.household_queries import facts
from logistics.inventory.entitlement.models import EntitlementDraw
from logistics.inventory.entitlement.rules import DrawChannel
from logistics.inventory.ledger import service as ledger
from logistics.inventory.ledger.rules import ReservationState
from logistics.notifications import service as notifications
from logistics.notifications.rules import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class Take:
    """A household takes `quantity` pieces of an area's stock and may collect them until `expires_at`. `key` (at most
    100 characters) makes a retry the same take. `told` is False where the caller tells the household itself."""

    key: str
    household_id: int
    item_id: int
    quantity: int
    area_id: int
    channel: DrawChannel
    expires_at: datetime
    account_id: int | None = None
    told: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What was taken: a draw and the reservation that holds the goods. `replayed` says that the key was known."""

    draw_id: int
    reservation_id: int
    item_id: int
    household_id: int
    quantity: int
    channel: DrawChannel
    drawn_at: datetime
    replayed: bool


def take(session: Session, command: Take, *, now: datetime) -> Taken:
    """Draw and reserve, both or neither. The draw lasts as long as the reservation does: voided or expired it counts no
    more, handed out it counts for its days.

    Rows are locked in one order by whoever takes, hands out or draws lots: the item, then the household's guard.

    Raises:
        NotFound: no such household, item or area.
        NotItsStock: the area is neither the household's community nor above it.
        EntitlementExceeded, MoreThanEntitled: the household may not draw so much now, or ever.
        OutOfStock: the area has fewer pieces to give.
        DrawKeyReused: the key belongs to another take.
    """
    draw = Draw(
        key=command.key,
        household_id=command.household_id,
        item_id=command.item_id,
        quantity=command.quantity,
        channel=command.channel,
        account_id=command.account_id,
    )
    ledger.lock_items(session, [command.item_id])
    found = facts(session, command.household_id, item_id=command.item_id)
    receipt = admit(session, draw, found, now=now)
    if receipt is None:
        if command.area_id not in found.areas:
            raise errors.NotItsStock()
        reservation_id = ledger.reserve(
            session,
            ledger.Reserve(
                key=f"take:{command.key}",
                item_id=command.item_id,
                area_id=command.area_id,
                quantity=command.quantity,
                expires_at=command.expires_at,
                household_id=command.household_id,
                purpose=command.channel.value,
            ),
            now=now,
        )
        receipt = enter(session, draw, reservation_id=reservation_id, now=now)
        if command.told:
            _tell(session, command, receipt.draw_id, place=found.areas[command.area_id], now=now)
    if receipt.reservation_id is None:
        raise errors.DrawKeyReused(key=command.key)
    return Taken(
        draw_id=receipt.draw_id,
        reservation_id=receipt.reservation_id,
        item_id=receipt.item_id,
        household_id=receipt.household_id,
        quantity=receipt.quantity,
        channel=receipt.channel,
        drawn_at=receipt.drawn_at,
        replayed=receipt.replayed,
    )


def hand_over(session: Session, draw_id: int, *, now: datetime, account_id: int | None = None) -> int:
    """Give the household what it took, and tell it, once: it should know what was handed out in its name. Returns the
    transfer's id; done again it is the same transfer.

    Raises:
        NotFound: no such draw.
        NothingReserved: the draw holds no goods.
        BadTransition: it was voided, or has expired.
        ReservationOver: its time is over, though nobody has noted it yet.
    """
    transfer_id = ledger.post(session, _reservation_of(session, draw_id), now=now, account_id=account_id)
    _tell_handed_over(session, draw_id, now=now)
    return transfer_id


def void(session: Session, draw_id: int, *, now: datetime) -> ReservationState:
    """Let a take go: the goods are free, and the household may draw again. Returns how the reservation ended: one that
    had expired before stays so.

    Raises:
        NotFound: no such draw.
        NothingReserved: the draw holds no goods.
        BadTransition: it was handed out.
    """
    return ledger.void(session, _reservation_of(session, draw_id), now=now)


def draw_of(session: Session, key: str) -> int | None:
    """The id of the draw that a key stands for."""
    return session.scalar(select(EntitlementDraw.id).where(EntitlementDraw.key == key))


def _reservation_of(session: Session, draw_id: int) -> int:
    row = session.execute(select(EntitlementDraw.reservation_id).where(EntitlementDraw.id == draw_id)).one_or_none()
    if row is None:
        raise NotFound(kind="draw", key=draw_id)
    if row.reservation_id is None:
        raise errors.NothingReserved()
    return int(row.reservation_id)


def _tell_handed_over(session: Session, draw_id: int, *, now: datetime) -> None:
    handed = queries.handed_over(session, draw_id)
    notifications.tell(
        session,
        key=f"item_issued:{draw_id}",
        household_id=handed.household_id,
        event=Event.ITEM_ISSUED,
        data={
            "item": handed.item,
            "unit": handed.unit,
            "quantity": handed.quantity,
            "channel": handed.channel.value,
            "place": handed.place,
        },
        now=now,
    )


def _tell(session: Session, command: Take, draw_id: int, *, place: str, now: datetime) -> None:
    """The household learns of it whoever took it in its name."""
    item = queries.item_name(session, command.item_id)
    notifications.tell(
        session,
        key=f"item_reserved:{draw_id}",
        household_id=command.household_id,
        event=Event.ITEM_RESERVED,
        data={
            "item": item.name,
            "unit": item.unit,
            "quantity": command.quantity,
            "channel": command.channel.value,
            "place": place,
            "collect_by": command.expires_at.isoformat(),
        },
        now=now,
    )
