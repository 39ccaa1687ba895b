"""Quantities of one place put together, and the sheet's own totals compared with them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import TypeAlias

from logistics.errors import N_
from logistics.inventory.sheets.days import SheetDay
from logistics.inventory.sheets.grid import Grid, plain_number, reference, text_of
from logistics.inventory.sheets.mapping import FactKind, Repeats, SheetMapping
from logistics.inventory.sheets.quantities import (
    AT_MOST,
    QUANTITY_MAX,
    TOO_LARGE,
    BlankMeans,
    Fractions,
    Quantity,
    quantity,
)
from logistics.inventory.sheets.rows import (
    NOTICE_DAYS,
    NOTICE_ENCODING,
    NOTICE_TOTAL,
    CellProblem,
    Notice,
    Outcome,
    RowReport,
    SheetRow,
    Skip,
)
from logistics.inventory.sheets.totals import is_subtotal, total_cell

Key: TypeAlias = tuple[int, int, FactKind, date]


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """One quantity as it was read, before those of one place are put together. Rows and columns from 0; `exact` are
    the pieces before rounding."""

    row: int
    column: int
    area_id: int
    item_id: int
    kind: FactKind
    on: date
    pieces: int
    exact: Decimal
    remark: str

    @property
    def key(self) -> Key:
        return self.area_id, self.item_id, self.kind, self.on


def put_together(
    grid: Grid, place: int, said: Sequence[Said], reports: Sequence[RowReport], *, repeats: Repeats
) -> tuple[list[RowReport], list[SheetRow]]:
    """One fact per place, item, kind and day, in the order of the rows.

    Several columns of a row, and several rows under one merged name, are parts of one number. A place in two rows of
    its own is wrong unless the mapping says that such rows are to be added up: nobody would see a row pasted twice.
    """
    groups: dict[Key, list[Said]] = defaultdict(list)
    for one in said:
        groups[one.key].append(one)
    problems: dict[int, CellProblem] = {}
    for group in groups.values():
        first = group[0]
        for one in group[1:]:
            if repeats is Repeats.SUM or _same_block(grid, place, first.row, one.row):
                continue
            problems.setdefault(
                one.row,
                CellProblem(
                    cell=reference(one.row, place),
                    value=text_of(grid.filled(one.row, place)),
                    wrong=N_("“%(value)s” stands in row %(other)s too"),
                    right=N_("one row for each place would be right, or a mapping that adds such rows up"),
                    data={"other": first.row + 1},
                ),
            )
        total = sum(one.pieces for one in group)
        if total > QUANTITY_MAX:
            last = group[-1]
            too_large = CellProblem(
                cell=reference(last.row, last.column), value=str(total), wrong=TOO_LARGE, right=AT_MOST
            )
            problems.setdefault(last.row, too_large)
    after = [
        replace(report, outcome=Outcome.WRONG, problems=(*report.problems, problems[report.row - 1]))
        if report.row - 1 in problems
        else report
        for report in reports
    ]
    return after, [_fact(group) for group in groups.values()]


def notices(
    grid: Grid,
    said: Sequence[Said],
    reports: Sequence[RowReport],
    *,
    place: int,
    quantities: Collection[int],
    mapping: SheetMapping,
    day: SheetDay,
    encoding: str,
) -> list[Notice]:
    """What the reader should know: totals that do not agree, days that differ, an encoding that was found."""
    found = []
    if encoding and encoding != "utf-8-sig":
        found.append(Notice(template=NOTICE_ENCODING, data={"encoding": encoding.upper()}))
    if day.day is not None and len(day.stated) > 1:
        days = [stated.isoformat() for stated in day.stated]
        found.append(Notice(template=NOTICE_DAYS, data={"days": days, "taken": day.day.isoformat()}))
    if any(report.outcome is Outcome.WRONG for report in reports):
        return found
    for report in reports:
        row = report.row - 1
        if report.skip is not Skip.TOTAL:
            continue
        called = total_cell(grid, row, place=place)
        if called is None or is_subtotal(text_of(grid.filled(row, called))):
            continue
        for column in quantities:
            notice = _compare(grid, said, row, column, mapping)
            found += [notice] if notice else []
    return found


def _compare(grid: Grid, said: Sequence[Said], row: int, column: int, mapping: SheetMapping) -> Notice | None:
    """A notice where the total in a cell is not the sum of its column."""
    if grid.covered(row, column):
        return None
    value = grid.own(row, column)
    stated = quantity(value, per_unit=mapping.per_unit, fractions=Fractions.NEAREST, blank=BlankMeans.NOTHING)
    if not isinstance(stated, Quantity) or stated.pieces is None:
        return None
    total = sum((one.exact for one in said if one.column == column), Decimal(0))
    if abs(total - stated.exact) < Decimal("0.01"):
        return None
    data = {"cell": reference(row, column), "stated": plain_number(stated.exact), "sum": plain_number(total)}
    return Notice(template=NOTICE_TOTAL, data=data)


def _same_block(grid: Grid, place: int, first: int, other: int) -> bool:
    """Whether both rows stand under one name: they are the same row, or the name's cell is merged over both."""
    span = grid.span(first, place)
    return first == other or (span is not None and span == grid.span(other, place))


def _fact(group: Sequence[Said]) -> SheetRow:
    first = group[0]
    return SheetRow(
        row=first.row + 1,
        area_id=first.area_id,
        item_id=first.item_id,
        kind=first.kind,
        pieces=sum(one.pieces for one in group),
        on=first.on,
        cells=tuple(reference(one.row, one.column) for one in group),
        remark=next((one.remark for one in group if one.remark), ""),
    )
