"""The timeline chart of a plan as plain geometry: one row per route, from the first departure to the last return."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from logistics.clock import SHANGHAI
from logistics.routing.views import StopView
from logistics.web.routes import DrivenRoute

WIDTH = 1000
LABEL_WIDTH = 110
ROW_HEIGHT = 26
AXIS_HEIGHT = 24


@dataclass(frozen=True, slots=True)
class Span:
    """A bar of a row; `x` and `width` in the chart's own units."""

    x: float
    width: float
    title: str


class _Bar(Protocol):
    def __call__(self, start: datetime, end: datetime, title: str = "") -> Span: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    route: DrivenRoute
    y: int
    shift: Span
    tour: Span | None
    waits: tuple[Span, ...]
    serves: tuple[Span, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    width: int
    height: int
    hours: tuple[tuple[float, str], ...]
    rows: tuple[Row, ...]


def timeline(routes: Sequence[DrivenRoute]) -> Chart | None:
    """The chart of these routes; None where there is none."""
    ends = [m for r in routes for m in (r.route.depart_at, r.route.return_at)]
    visits = [m for r in routes for stop in r.route.stops for m in (stop.arrival_at, stop.departure_at)]
    moments = [m for m in (*ends, *visits) if m is not None]
    if not moments:
        return None
    first, last = _hour(min(moments)), _hour(max(moments)) + timedelta(hours=1)
    total_s = (last - first).total_seconds()

    def x(moment: datetime) -> float:
        inside = min(max(moment, first), last)
        return round(LABEL_WIDTH + (WIDTH - LABEL_WIDTH) * (inside - first).total_seconds() / total_s, 1)

    def bar(start: datetime, end: datetime, title: str = "") -> Span:
        return Span(x(start), max(round(x(end) - x(start), 1), 1.0), title)

    step = 1 if total_s <= 12 * 3600 else 2
    hours = [first + timedelta(hours=n) for n in range(0, round(total_s / 3600) + 1, step)]
    return Chart(
        width=WIDTH,
        height=AXIS_HEIGHT + ROW_HEIGHT * len(routes),
        hours=tuple((x(hour), f"{hour.astimezone(SHANGHAI):%H}") for hour in hours),
        rows=tuple(_row(r, AXIS_HEIGHT + ROW_HEIGHT * index, bar) for index, r in enumerate(routes)),
    )


def _row(r: DrivenRoute, y: int, bar: _Bar) -> Row:
    """A route without its departure is shared with others: its stops are drawn, its tour is not."""
    depart, back = r.route.depart_at, r.route.return_at
    visits = [
        (s, s.arrival_at, s.start_at, s.departure_at)
        for s in r.route.stops
        if s.arrival_at and s.start_at and s.departure_at
    ]
    return Row(
        route=r,
        y=y,
        shift=bar(r.route.shift_start_at, r.route.shift_end_at),
        tour=bar(depart, back) if depart and back else None,
        waits=tuple(bar(arrival, start) for _, arrival, start, _ in visits if start > arrival),
        serves=tuple(bar(start, departure, _title(s)) for s, _, start, departure in visits),
    )


def _title(stop: StopView) -> str:
    return stop.name if stop.position is None else f"{stop.position}. {stop.name}"


def _hour(moment: datetime) -> datetime:
    return moment.astimezone(SHANGHAI).replace(minute=0, second=0, microsecond=0)
