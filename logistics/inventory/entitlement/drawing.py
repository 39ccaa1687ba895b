"""Drawing from the entitlement, and giving back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from logistics.bulk import insert_missing, insert_new
from logistics.communities import service as communities
from logistics.errors import NotFound
from logistics.inventory.entitlement import errors, queries, rules
from logistics.inventory.entitlement.models import EntitlementDraw, EntitlementGuard
from logistics.inventory.entitlement.rules import QUANTITY_MAX, DrawChannel

KEY_LENGTH_MAX = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Draw:
    """A household draws `quantity` pieces of an item; `key` (at most 100 characters) makes a retry the same draw.
    `account_id` is who entered it."""

    key: str
    household_id: int
    item_id: int
    quantity: int
    channel: DrawChannel
    account_id: int | None = None

    def __post_init__(self) -> None:
        assert len(self.key) <= KEY_LENGTH_MAX, "keys are made by us"
        if not 1 <= self.quantity <= QUANTITY_MAX:
            raise errors.BadDraw(quantity=self.quantity, maximum=QUANTITY_MAX)


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawReceipt:
    """What was drawn. `replayed` says that the key was known and nothing happened now."""

    draw_id: int
    household_id: int
    item_id: int
    quantity: int
    channel: DrawChannel
    drawn_at: datetime
    reservation_id: int | None
    replayed: bool


def draw(session: Session, command: Draw, *, now: datetime) -> DrawReceipt:
    """Draw where all rules over the household allow it, over every channel together.

    A transaction that moves stock too locks the item first (`ledger.lock_items`), as `take` does.

    Raises:
        NotFound: no such household or item.
        EntitlementExceeded: too much with what the household has drawn; says from when it is possible.
        MoreThanEntitled: more than may ever be drawn at once.
        DrawKeyReused: the key belongs to another draw.
    """
    return admit(session, command, now=now) or enter(session, command, reservation_id=None, now=now)


def give_back(session: Session, draw_id: int, *, keep: int = 0) -> None:
    """Count no more than `keep` pieces of a draw from now on: goods came back, or less was given than was ordered.
    Repeating it changes nothing, and what was given back before stays given back.

    Raises:
        NotFound: no such draw.
    """
    assert keep >= 0
    left = EntitlementDraw.quantity - EntitlementDraw.given_back
    given = EntitlementDraw.quantity - keep
    session.execute(update(EntitlementDraw).where(EntitlementDraw.id == draw_id, left > keep).values(given_back=given))
    if session.scalar(select(EntitlementDraw.id).where(EntitlementDraw.id == draw_id)) is None:
        raise NotFound(kind="draw", key=draw_id)


def admit(session: Session, command: Draw, *, now: datetime) -> DrawReceipt | None:
    """Lock the household's draws of the item and let the command pass if it may be drawn; the caller enters it. Returns
    the draw that the key stands for already, else None. Raises as `draw`."""
    if not communities.areas_above(session, command.household_id):
        raise NotFound(kind="household", key=command.household_id)
    item = queries.item_name(session, command.item_id)
    _lock(session, household_id=command.household_id, item_id=command.item_id)
    known = session.scalar(select(EntitlementDraw).where(EntitlementDraw.key == command.key))
    if known is not None:
        return _replayed(known, command)
    limits = queries.limits(session, command.household_id, item_id=command.item_id)
    draws = queries.standing_draws(session, command.household_id, limits, now=now)
    _require_allowed(command, item.name, limits.get(item.id, []), draws.get(item.id, []), now=now)
    return None


def enter(session: Session, command: Draw, *, reservation_id: int | None, now: datetime) -> DrawReceipt:
    """Write an admitted draw. The database counts once more by itself."""
    row = {
        "key": command.key,
        "household_id": command.household_id,
        "item_id": command.item_id,
        "quantity": command.quantity,
        "channel": command.channel,
        "drawn_at": rules.to_the_second(now),
        "reservation_id": reservation_id,
        "account_id": command.account_id,
    }
    draw_id = insert_new(session, EntitlementDraw, [row], key=("key",)).get((command.key,))
    if draw_id is None:  # another household's draw has taken the key meanwhile
        raise errors.DrawKeyReused(key=command.key)
    return DrawReceipt(
        draw_id=draw_id,
        household_id=command.household_id,
        item_id=command.item_id,
        quantity=command.quantity,
        channel=command.channel,
        drawn_at=rules.to_the_second(now),
        reservation_id=reservation_id,
        replayed=False,
    )


def _lock(session: Session, *, household_id: int, item_id: int) -> None:
    guard = {"household_id": household_id, "item_id": item_id}
    insert_missing(session, EntitlementGuard, [guard], key=("household_id", "item_id"))
    session.execute(
        select(EntitlementGuard.draw_count)
        .where(EntitlementGuard.household_id == household_id, EntitlementGuard.item_id == item_id)
        .with_for_update()
    )


def _require_allowed(
    command: Draw, item: str, limits: list[rules.Limit], draws: list[rules.Drawn], *, now: datetime
) -> None:
    at = rules.to_the_second(now)
    free = rules.available(limits, draws, at=at)
    if free is None or command.quantity <= free:
        return
    tightest = rules.tightest_of(limits, draws, at=at)
    facts = {
        "item": item,
        "limit": tightest.quantity,
        "days": tightest.days,
        "area": tightest.area,
        "drawn": rules.counted(draws, at=at, span=tightest.span),
        "wanted": command.quantity,
    }
    next_at = rules.first_moment(limits, draws, quantity=command.quantity, now=at)
    if next_at is None:
        smallest = min(limits, key=lambda limit: limit.quantity)
        raise errors.MoreThanEntitled(
            **{**facts, "limit": smallest.quantity, "days": smallest.days, "area": smallest.area}
        )
    raise errors.EntitlementExceeded(**facts, next_at=next_at)


def _replayed(known: EntitlementDraw, command: Draw) -> DrawReceipt:
    same = (known.household_id, known.item_id, known.quantity, known.channel)
    if same != (command.household_id, command.item_id, command.quantity, command.channel):
        raise errors.DrawKeyReused(key=command.key)
    return DrawReceipt(
        draw_id=known.id,
        household_id=known.household_id,
        item_id=known.item_id,
        quantity=known.quantity,
        channel=known.channel,
        drawn_at=known.drawn_at,
        reservation_id=known.reservation_id,
        replayed=True,
    )
