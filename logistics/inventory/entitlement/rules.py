"""Pure rules of the rolling entitlement: how much a household may draw now, and from when it may draw more.

A limit of N in D days means that no span of D days holds more than N pieces. A span is open at its start and closed at
its end: what was drawn at a moment counts until exactly D days later and no longer. Moments are whole seconds, here as
in the tables, so that the rule and the database agree on the edge.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

QUANTITY_MAX = 100_000
"""Pieces of one rule or one draw: more is a slip."""
DAYS_MAX = 366
COLLECT_WITHIN = timedelta(days=2)
"""How long goods are put aside for a household: long enough for its next allowed outing."""


class Per(StrEnum):
    """Whom a limit is for. A household whose persons nobody has counted is taken for one person."""

    HOUSEHOLD = "household"
    PERSON = "person"


class DrawChannel(StrEnum):
    """How goods reach a household. All of them draw from the same entitlement."""

    ORDER = "order"
    PICKUP = "pickup"
    PROXY = "proxy"
    BALLOT = "ballot"


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """One rule as it binds one household: at most `quantity` pieces in any `days` days. `area` set it."""

    rule_id: int
    area: str
    quantity: int
    days: int

    def __post_init__(self) -> None:
        if self.quantity < 0 or self.days < 1:
            raise ValueError(f"a limit of {self.quantity} in {self.days} days; it takes 0 or more in 1 or more")

    @property
    def span(self) -> timedelta:
        return timedelta(days=self.days)


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """Pieces that stand drawn since a moment."""

    at: datetime
    quantity: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowance:
    """What may be drawn at a moment, in pieces, and by which limit.

    `available` is None and so is `limit` where nothing binds. `drawn` is what counts against the limit now. `next_at`
    is the first moment from which more than `available` may be drawn, `next_available` how much then; both None where
    nothing drawn now ever frees more.
    """

    limit: Limit | None
    drawn: int
    available: int | None
    next_at: datetime | None
    next_available: int | None


def to_the_second(moment: datetime) -> datetime:
    """The second in which `moment` lies: what the tables keep."""
    return moment.replace(microsecond=0)


def limit_quantity(quantity: int, *, per: Per, person_count: int | None) -> int:
    """Pieces that a rule of `quantity` allows a household of so many persons (None: nobody has counted them)."""
    return quantity * max(person_count or 1, 1) if per is Per.PERSON else quantity


def counted(draws: Iterable[Drawn], *, at: datetime, span: timedelta) -> int:
    """The most pieces that one span of that length which holds `at` holds already.

    Usually the span that ends at `at`. Where a clock was set back there are draws after `at`, and every span that holds
    both counts too: the fullest of them decides.
    """
    near = [draw for draw in draws if at - span < draw.at < at + span]
    ends = {at, *(draw.at for draw in near if draw.at > at)}
    return max(sum(draw.quantity for draw in near if end - span < draw.at <= end) for end in ends)


def available(limits: Sequence[Limit], draws: Sequence[Drawn], *, at: datetime) -> int | None:
    """Pieces that may be drawn at a moment under all the limits; None where there is no limit."""
    if not limits:
        return None
    return max(min(_left(limit, draws, at) for limit in limits), 0)


def first_moment(limits: Sequence[Limit], draws: Sequence[Drawn], *, quantity: int, now: datetime) -> datetime | None:
    """The first moment from `now` on at which `quantity` pieces may be drawn at once; None where no moment ever is."""
    for moment in _turning_points(limits, draws, now):
        if all(_left(limit, draws, moment) >= quantity for limit in limits):
            return moment
    return None


def allowance(limits: Sequence[Limit], draws: Sequence[Drawn], *, now: datetime) -> Allowance:
    """What may be drawn now, by the tightest limit, and when it becomes more."""
    free = available(limits, draws, at=now)
    if free is None:
        return Allowance(limit=None, drawn=0, available=None, next_at=None, next_available=None)
    tightest = tightest_of(limits, draws, at=now)
    more = first_moment(limits, draws, quantity=free + 1, now=now)
    return Allowance(
        limit=tightest,
        drawn=counted(draws, at=now, span=tightest.span),
        available=free,
        next_at=more,
        next_available=available(limits, draws, at=more) if more is not None else None,
    )


def tightest_of(limits: Sequence[Limit], draws: Sequence[Drawn], *, at: datetime) -> Limit:
    """The limit that leaves least at a moment; of equals the one of the longest span, which lasts longest."""
    return min(limits, key=lambda limit: (_left(limit, draws, at), -limit.days, limit.rule_id))


def _left(limit: Limit, draws: Sequence[Drawn], at: datetime) -> int:
    return limit.quantity - counted(draws, at=at, span=limit.span)


def _turning_points(limits: Sequence[Limit], draws: Sequence[Drawn], now: datetime) -> list[datetime]:
    """The moments from `now` on at which something drawn stops to count; between them nothing becomes free."""
    ends = {draw.at + limit.span for draw in draws for limit in limits}
    return sorted({now, *(end for end in ends if end > now)})
