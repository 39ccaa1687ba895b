"""One report put together: what was reported, what the ledger says now, and the areas below."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import fields
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from logistics.access import Viewer
from logistics.inventory.reports import queries
from logistics.inventory.reports.line_queries import Lines, parents_below, whole_lines
from logistics.inventory.reports.rules import Clock, Scope, StockLine, differences, span_of
from logistics.inventory.reports.views import (
    ReportBelowView,
    ReportDetail,
    ReportDifferenceView,
    ReportLineView,
    ReportRow,
)

BELOW_MAX = 20_000
"""Areas under one report: more than a city has."""


def report(session: Session, viewer: Viewer, area_id: int, day: date, *, now: datetime, clock: Clock) -> ReportDetail:
    """One report with its lines, the areas right below it, its versions and what differs by now.

    Raises:
        NotFound: no such area, or it is not the viewer's.
    """
    row = queries.report_row(session, viewer, area_id, day, now=now, clock=clock)
    span = queries.span_of_day(session, day) or span_of(day, clock, previous=queries.cut_off_before(session, day))
    own, whole = whole_lines(session, span, area_id=area_id)
    items = queries.items(session)
    parents = parents_below(session, area_id)
    has_below = len(parents) > 1
    computed = computed_lines(own, whole, area_id=area_id, item_ids=[item.id for item in items], whole_too=has_below)
    reported = queries.reported(session, area_id, day)
    names = {item.id: item.name for item in items}
    found = differences(reported, computed) if row.version else []
    confirmed = queries.confirmed_counts(session, day, area_id=area_id)
    return ReportDetail(
        **{field.name: getattr(row, field.name) for field in fields(ReportRow)},
        since=span.since,
        lines=tuple(_lines(items, computed, reported if row.version else None)),
        below=_below(session, viewer, day, whole, items, parents, confirmed, area_id=area_id, now=now, clock=clock),
        versions=tuple(queries.versions(session, area_id, day)),
        differences=tuple(
            ReportDifferenceView(
                item_id=one.item_id,
                item_name=names[one.item_id],
                scope=one.scope,
                quantity=one.quantity,
                reported=one.reported,
                computed=one.computed,
            )
            for one in found
        ),
        report_count=len(confirmed),
        confirmed_count=sum(confirmed.values()),
    )


def computed_lines(
    own: Lines, whole: Lines, *, area_id: int, item_ids: Sequence[int], whole_too: bool
) -> dict[tuple[Scope, int], StockLine]:
    """The lines of an area as they are reported: one per item and scope, zero where there is nothing."""
    found = {(Scope.OWN, item_id): own.get(area_id, {}).get(item_id, StockLine()) for item_id in item_ids}
    if whole_too:
        below = whole.get(area_id, {})
        found |= {(Scope.WHOLE, item_id): below.get(item_id, StockLine()) for item_id in item_ids}
    return found


def _lines(
    items: Sequence[Any],
    computed: Mapping[tuple[Scope, int], StockLine],
    reported: Mapping[tuple[Scope, int], StockLine] | None,
) -> list[ReportLineView]:
    return [
        ReportLineView(
            item_id=item.id,
            item_code=item.code,
            item_name=item.name,
            unit=item.unit,
            scope=scope,
            reported=None if reported is None else reported.get((scope, item.id), StockLine()),
            computed=computed[scope, item.id],
        )
        for scope in Scope
        for item in items
        if (scope, item.id) in computed
    ]


def _below(
    session: Session,
    viewer: Viewer,
    day: date,
    whole: Lines,
    items: Sequence[Any],
    parents: Mapping[int, int | None],
    confirmed: Mapping[int, bool],
    *,
    area_id: int,
    now: datetime,
    clock: Clock,
) -> tuple[ReportBelowView, ...]:
    """The areas right below, by code, each with all that lies below it."""
    children = [child for child, parent in parents.items() if parent == area_id]
    if not children:
        return ()
    branch = {area: _branch(area, parents, set(children)) for area in parents}
    reporting = Counter(branch.values())
    confirmed_in = Counter(root for area, root in branch.items() if confirmed[area])
    rows = queries.reports_of_day(session, viewer, day, now=now, clock=clock, parent_id=area_id, limit=BELOW_MAX)
    return tuple(
        ReportBelowView(
            area_id=row.area_id,
            area_code=row.area_code,
            area_name=row.area_name,
            state=row.state,
            lines=tuple(whole.get(row.area_id, {}).get(item.id, StockLine()) for item in items),
            report_count=reporting[row.area_id],
            confirmed_count=confirmed_in[row.area_id],
        )
        for row in rows
    )


def _branch(area_id: int, parents: Mapping[int, int | None], children: set[int]) -> int | None:
    """Under which of the children an area lies."""
    here: int | None = area_id
    while here is not None and here not in children:
        here = parents.get(here)
    return here
