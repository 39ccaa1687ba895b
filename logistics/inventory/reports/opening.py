"""Every area owes a report for every day: the day's reports are opened at the cut-off, none is left out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Insert, literal
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from logistics.db import UtcDateTime
from logistics.inventory.reports import queries
from logistics.inventory.reports.models import DailyReport
from logistics.inventory.reports.rules import Clock, Span, days_to_open, span_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """Days whose reports were opened, and how many reports were new."""

    days: tuple[date, ...]
    report_count: int


def open_due(session: Session, *, now: datetime, clock: Clock) -> Opened:
    """Open the reports of the day that is due for every area, and of days missed while nothing ran. Again opens only
    what is new, such as the report of an area that was added."""
    last = queries.last_opened_day(session)
    days = days_to_open(last, now=now, clock=clock) or ([last] if last else [])
    count = sum(_open(session, span_in_order(session, day, clock), now=now) for day in days)
    return Opened(days=tuple(days), report_count=count)


def open_one(session: Session, area_id: int, day: date, *, now: datetime, clock: Clock) -> None:
    """Open the report of one area where it is not open yet."""
    _open(session, span_in_order(session, day, clock), now=now, area_id=area_id)


def span_in_order(session: Session, day: date, clock: Clock) -> Span:
    """What the report of a day covers: it begins where the report before it ended. A day that is open keeps its
    moments, whatever the clock says now."""
    return queries.span_of_day(session, day) or span_of(day, clock, previous=queries.cut_off_before(session, day))


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
