"""Pure rules of the daily report: its moments, its sums, and what a later look at the ledger shows to be different."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from logistics.clock import SHANGHAI

DAYS_OPENED_MAX = 31
"""Days that are opened afterwards when nothing ran for a while: a month, as long as anybody asks for them."""


class Scope(StrEnum):
    """What the numbers of an area cover: its own store, or its own and those of all areas below."""

    OWN = "own"
    WHOLE = "whole"


class ReportState(StrEnum):
    """Where a report stands. It is due from its cut-off on, and late when its deadline has passed. None is owed for
    days before the first that was opened, nor by areas that are newer than the day."""

    TO_COME = "to_come"
    DUE = "due"
    LATE = "late"
    CONFIRMED = "confirmed"
    CONFIRMED_LATE = "confirmed_late"
    NOT_OWED = "not_owed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """When a day's report is cut off, in minutes after midnight in Shanghai, and how many minutes later it must be
    confirmed."""

    cut_off_min: int = 17 * 60
    grace_min: int = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """What a report covers: movements after `since` up to and with `cut_off_at`; to be confirmed by `deadline_at`."""

    on_day: date
    since: datetime
    cut_off_at: datetime
    deadline_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class StockLine:
    """One item of an area (or of several, added up), in pieces.

    `opening` and `closing` are what the store held at the two cut-offs. In between: `received` from outside,
    `arrived` from other areas, `came_back` of what was sent, `returned` of what was lent, `adjusted` by counts (below
    zero where fewer were found); `sent` to other areas, `issued` to households, `lent`, `written_off`. A reversal
    counts against what it reverses, so that any of them may be below zero on the day of the reversal.

    Outside of the store at the cut-off: `on_loan`, `on_the_way` here, `discrepancy` (arrived short or rejected, and
    nobody has settled it); `lost` was written off there. `requested` is what requests asked for that a round answered
    in the time, `given` what it gave them, `waiting` what no round had answered by the cut-off.
    """

    opening: int = 0
    received: int = 0
    arrived: int = 0
    came_back: int = 0
    returned: int = 0
    adjusted: int = 0
    sent: int = 0
    issued: int = 0
    lent: int = 0
    written_off: int = 0
    closing: int = 0
    on_loan: int = 0
    on_the_way: int = 0
    discrepancy: int = 0
    lost: int = 0
    requested: int = 0
    given: int = 0
    waiting: int = 0

    def __add__(self, other: StockLine) -> StockLine:
        return StockLine(**{name: getattr(self, name) + getattr(other, name) for name in QUANTITIES})

    @property
    def balanced(self) -> bool:
        """Whether opening and movements come to the closing."""
        came = self.received + self.arrived + self.came_back + self.returned + self.adjusted
        return self.opening + came - self.sent - self.issued - self.lent - self.written_off == self.closing

    @property
    def zero(self) -> bool:
        return self == StockLine()

    @property
    def fill(self) -> float | None:
        """The part of what was asked for that was given; None where nothing was asked for."""
        return self.given / self.requested if self.requested else None


QUANTITIES: tuple[str, ...] = tuple(field.name for field in fields(StockLine))


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One number that is not what was reported: `reported` then, `computed` now."""

    item_id: int
    scope: Scope
    quantity: str
    reported: int
    computed: int


def cut_off_of(day: date, clock: Clock) -> datetime:
    """The moment at which a day's report is cut off."""
    midnight = datetime.combine(day, time(), SHANGHAI)
    return midnight + timedelta(minutes=clock.cut_off_min)


def span_of(day: date, clock: Clock, *, previous: datetime | None = None) -> Span:
    """What the report of a day covers. `previous` is the cut-off of the last report before it, where there is one: then
    nothing falls between two reports, even when the hour was changed or days were left out."""
    cut_off_at = cut_off_of(day, clock)
    since = cut_off_of(day - timedelta(days=1), clock) if previous is None else min(previous, cut_off_at)
    return Span(
        on_day=day, since=since, cut_off_at=cut_off_at, deadline_at=cut_off_at + timedelta(minutes=clock.grace_min)
    )


def last_due(now: datetime, clock: Clock) -> date:
    """The latest day whose cut-off has passed."""
    today = now.astimezone(SHANGHAI).date()
    return today if now >= cut_off_of(today, clock) else today - timedelta(days=1)


def days_to_open(last: date | None, *, now: datetime, clock: Clock) -> list[date]:
    """The days whose reports are to be opened now: the one that is due, and those missed since the `last` opened."""
    due = last_due(now, clock)
    first = due if last is None else max(last + timedelta(days=1), due - timedelta(days=DAYS_OPENED_MAX - 1))
    return [first + timedelta(days=number) for number in range((due - first).days + 1)]


def state_of(
    *, cut_off_at: datetime, deadline_at: datetime, confirmed_at: datetime | None, now: datetime, owed: bool = True
) -> ReportState:
    """Where a report stands. Confirmed at the very deadline is in time. What is not `owed` is never late."""
    if confirmed_at is not None:
        return ReportState.CONFIRMED if confirmed_at <= deadline_at else ReportState.CONFIRMED_LATE
    if now < cut_off_at:
        return ReportState.TO_COME
    if now <= deadline_at:
        return ReportState.DUE
    return ReportState.LATE if owed else ReportState.NOT_OWED


def differences(
    reported: Mapping[tuple[Scope, int], StockLine], computed: Mapping[tuple[Scope, int], StockLine]
) -> list[Difference]:
    """What is not as it was reported, by scope, item and quantity. A line that is not there is zero."""
    found = []
    for key in sorted(reported.keys() | computed.keys(), key=lambda pair: (pair[0].value, pair[1])):
        before, after = reported.get(key, StockLine()), computed.get(key, StockLine())
        found += [
            Difference(
                item_id=key[1],
                scope=key[0],
                quantity=name,
                reported=getattr(before, name),
                computed=getattr(after, name),
            )
            for name in QUANTITIES
            if getattr(before, name) != getattr(after, name)
        ]
    return found


def as_it_stood(
    computed: Mapping[tuple[Scope, int], StockLine], reported: Mapping[tuple[Scope, int], StockLine]
) -> dict[tuple[Scope, int], StockLine]:
    """What is computed later, with what had been waiting as it was reported: a request says what it asks for now, and
    what it asked for at the cut-off nobody can look up once it was changed."""
    return {
        key: replace(line, waiting=reported[key].waiting) if key in reported else line for key, line in computed.items()
    }


def is_zero_report(lines: Sequence[StockLine]) -> bool:
    """Whether an area had nothing and nothing happened: then it reports zero, in so many words."""
    return all(line.zero for line in lines)
