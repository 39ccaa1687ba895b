"""Drawing from the entitlement, and giving back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Executable, Row, Table, bindparam, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from logistics.errors import NotFound
from logistics.inventory.entitlement import errors, queries, rules
from logistics.inventory.entitlement.household_queries import HouseholdFacts, facts, standing_draws
from logistics.inventory.entitlement.models import EntitlementDraw, EntitlementGuard
from logistics.inventory.entitlement.rules import QUANTITY_MAX, DrawChannel

KEY_LENGTH_MAX = 100

_GUARDS, _DRAWS = EntitlementGuard.__table__, EntitlementDraw.__table__
assert isinstance(_GUARDS, Table)
assert isinstance(_DRAWS, Table)
_KNOWN = select(_DRAWS).where(_DRAWS.c.key == bindparam("key"))


def _locking(insert_into: Any) -> Executable:
    """Make the guard row where it is missing; where it is there, an update that changes nothing locks it."""
    made: Executable = insert_into(_GUARDS).on_conflict_do_update(
        index_elements=["household_id", "item_id"], set_={"draw_count": _GUARDS.c.draw_count}
    )
    return made


def _entering(insert_into: Any) -> Executable:
    made: Executable = insert_into(_DRAWS).on_conflict_do_nothing(index_elements=["key"]).returning(_DRAWS.c.id)
    return made


_LOCK = {"postgresql": _locking(postgresql.insert), "sqlite": _locking(sqlite.insert)}
_NEW = {"postgresql": _entering(postgresql.insert), "sqlite": _entering(sqlite.insert)}


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
    found = facts(session, command.household_id, item_id=command.item_id)
    queries.item_name(session, command.item_id)
    return admit(session, command, found, now=now) or enter(session, command, reservation_id=None, now=now)


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


def admit(session: Session, command: Draw, facts: HouseholdFacts, *, now: datetime) -> DrawReceipt | None:
    """Lock the household's draws of the item and let the command pass if it may be drawn; the caller enters it. Returns
    the draw that the key stands for already, else None. Raises as `draw`, but for what is not found."""
    guard = {"household_id": command.household_id, "item_id": command.item_id, "draw_count": 0}
    session.execute(_LOCK[session.get_bind().dialect.name], guard)
    known = session.execute(_KNOWN, {"key": command.key}).one_or_none()
    if known is not None:
        return _replayed(known, command)
    draws = standing_draws(session, command.household_id, facts.limits, now=now)
    limits = facts.limits.get(command.item_id, ())
    _require_allowed(session, command, limits, draws.get(command.item_id, ()), now=now)
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
        "given_back": 0,
    }
    draw_id = session.scalar(_NEW[session.get_bind().dialect.name], row)
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


def _require_allowed(
    session: Session, command: Draw, limits: Sequence[rules.Limit], draws: Sequence[rules.Drawn], *, now: datetime
) -> None:
    at = rules.to_the_second(now)
    free = rules.available(limits, draws, at=at)
    if free is None or command.quantity <= free:
        return
    tightest = rules.tightest_of(limits, draws, at=at)
    told = {
        "item": queries.item_name(session, command.item_id).name,
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
            **{**told, "limit": smallest.quantity, "days": smallest.days, "area": smallest.area}
        )
    raise errors.EntitlementExceeded(**told, next_at=next_at)


def _replayed(known: Row[Any], command: Draw) -> DrawReceipt:
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
