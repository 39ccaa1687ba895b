"""Every area owes a report for every day: the day's reports are opened at the cut-off, none is left out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Insert, literal
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from logistics.db import UtcDateTime
from logistics.inventory.reports import queries
from logistics.inventory.reports.errors import CoveredByNext
from logistics.inventory.reports.models import DailyReport
from logistics.inventory.reports.rules import Clock, Span, cut_off_of, days_to_open, span_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """Days whose reports were opened, and how many reports were new."""

    days: tuple[date, ...]
    report_count: int


def open_due(session: Session, *, now: datetime, clock: Clock) -> Opened:
    """Open the reports of the day that is due for every area, and of days missed while nothing ran. Again opens only
    what is new, such as the report of an area that was added.

    Nobody is late by being new: a platform that starts after a deadline, and an area that is added after it, owe their
    first report on the next day.
    """
    last = queries.last_opened_day(session)
    missed = days_to_open(last, now=now, clock=clock)
    days = missed if last is not None and missed else _still_open(session, last or missed[0], now=now, clock=clock)
    count = sum(_open(session, span_in_order(session, day, clock), now=now) for day in days)
    return Opened(days=tuple(days), report_count=count)


def open_one(session: Session, area_id: int, day: date, *, now: datetime, clock: Clock) -> None:
    """Open the report of one area where it is not open yet."""
    _open(session, span_in_order(session, day, clock), now=now, area_id=area_id)


def open_missed_before(session: Session, day: date, *, now: datetime, clock: Clock) -> None:
    """Open the days missed before a day that is opened out of turn: it begins where they end, and they are owed too."""
    last = queries.last_opened_day(session)
    for missed in days_to_open(last, now=now, clock=clock) if last is not None else []:
        if missed < day:
            _open(session, span_in_order(session, missed, clock), now=now)


def span_in_order(session: Session, day: date, clock: Clock) -> Span:
    """What the report of a day covers: it begins where the report before it ended. A day that is open keeps its
    moments, whatever the clock says now; one that was left out, before days that are open, is a day and no more."""
    opened = queries.span_of_day(session, day)
    if opened is not None:
        return opened
    previous = queries.cut_off_before(session, day)
    if previous is not None and queries.opened_after(session, day) is not None:
        previous = max(previous, cut_off_of(day - timedelta(days=1), clock))
    return span_of(day, clock, previous=previous)


def require_of_its_own(session: Session, span: Span) -> None:
    """Refuse a day that was left out because the next report reaches back over it: its goods would be reported twice.

    Raises:
        CoveredByNext: with the day of that report.
    """
    following = queries.opened_after(session, span.on_day)
    if following is not None and following.since < span.cut_off_at:
        raise CoveredByNext(day=span.on_day, next=following.on_day)


def _still_open(session: Session, day: date, *, now: datetime, clock: Clock) -> list[date]:
    """The day, where its deadline has not passed."""
    return [day] if now <= span_in_order(session, day, clock).deadline_at else []


def _open(session: Session, span: Span, *, now: datetime, area_id: int | None = None) -> int:
    values: dict[str, Any] = {
        "on_day": literal(span.on_day),
        "since": literal(span.since, UtcDateTime),
        "cut_off_at": literal(span.cut_off_at, UtcDateTime),
        "deadline_at": literal(span.deadline_at, UtcDateTime),
        "opened_at": literal(now, UtcDateTime),
        "version": literal(0),
    }
    areas = queries.area_ids(area_id).add_columns(*values.values())
    insert = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
    opening: Insert = insert(DailyReport).from_select(["area_id", *values], areas)
    opened = session.execute(
        opening.on_conflict_do_nothing(index_elements=("on_day", "area_id")),  # type: ignore[attr-defined]
        execution_options={"preserve_rowcount": True},
    )
    return int(opened.rowcount)  # type: ignore[attr-defined]
