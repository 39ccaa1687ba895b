"""One report put together: what was reported, what the ledger says now, and the areas below."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from logistics.access import Viewer
from logistics.inventory.reports import queries
from logistics.inventory.reports.line_queries import BranchLines, branch_lines, branches_of
from logistics.inventory.reports.opening import span_in_order
from logistics.inventory.reports.rules import Clock, Scope, StockLine, as_it_stood, differences
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
    span = span_in_order(session, day, clock)
    found = branch_lines(session, span, area_id=area_id)
    items = queries.items(session)
    reporting = queries.reporting_counts(session, branches_of(area_id), day)
    computed = computed_lines(found, item_ids=[item.id for item in items], whole_too=len(reporting) > 1)
    reported = queries.reported(session, area_id, day)
    computed = as_it_stood(computed, reported)
    names = {item.id: item.name for item in items}
    return ReportDetail(
        **{field.name: getattr(row, field.name) for field in fields(ReportRow)},
        since=span.since,
        lines=tuple(_lines(items, computed, reported if row.version else None)),
        below=tuple(
            _below(child, found, items, reporting)
            for child in queries.reports_of_day(
                session, viewer, day, now=now, clock=clock, parent_id=area_id, limit=BELOW_MAX
            )
        ),
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
            for one in (differences(reported, computed) if row.version else [])
        ),
        report_count=sum(counts.owed for counts in reporting.values()),
        confirmed_count=sum(counts.confirmed for counts in reporting.values()),
    )


def computed_lines(
    found: BranchLines, *, item_ids: Sequence[int], whole_too: bool
) -> dict[tuple[Scope, int], StockLine]:
    """The lines of an area as they are reported: one per item and scope, zero where there is nothing."""
    lines = {(Scope.OWN, item_id): found.own.get(item_id, StockLine()) for item_id in item_ids}
    if whole_too:
        whole = found.whole
        lines |= {(Scope.WHOLE, item_id): whole.get(item_id, StockLine()) for item_id in item_ids}
    return lines


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
    row: ReportRow, found: BranchLines, items: Sequence[Any], reporting: Mapping[int, queries.Reporting]
) -> ReportBelowView:
    """An area right below, with all that lies under it."""
    lines = found.below.get(row.area_id, {})
    counts = reporting[row.area_id]
    return ReportBelowView(
        area_id=row.area_id,
        area_code=row.area_code,
        area_name=row.area_name,
        state=row.state,
        lines=tuple(lines.get(item.id, StockLine()) for item in items),
        report_count=counts.owed,
        confirmed_count=counts.confirmed,
    )
