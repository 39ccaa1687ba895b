"""A mapping applied to a sheet: every row is taken, skipped with a reason, or wrong with its cells."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

from logistics.errors import N_, NotFound
from logistics.inventory.sheets.dates import date_of, masked, written_in
from logistics.inventory.sheets.days import SheetDay, day_of_sheet
from logistics.inventory.sheets.grid import Grid, Value, reference, shown, text_of
from logistics.inventory.sheets.headings import ColumnsNotFound, Heading, require_heading
from logistics.inventory.sheets.mapping import QUANTITIES, ColumnRole, ColumnUse, FactKind, SheetMapping
from logistics.inventory.sheets.places import Found, Match, PlaceBook, place_key
from logistics.inventory.sheets.quantities import Wrong, quantity
from logistics.inventory.sheets.reading import Workbook
from logistics.inventory.sheets.rows import (
    CellNote,
    CellProblem,
    Outcome,
    RowReport,
    SheetReading,
    Skip,
)
from logistics.inventory.sheets.summing import Said, notices, put_together
from logistics.inventory.sheets.totals import is_heading_again, is_note, total_cell

REMARK_LENGTH_MAX = 500
SUGGESTED_NAMES_MAX = 100
"""Unknown names that are told what they may mean: more of them are a wrong column, or a tree that is not there."""


@dataclass(slots=True)
class _Table:
    """A sheet while it is read."""

    grid: Grid
    mapping: SheetMapping
    heading: Heading
    book: PlaceBook
    items: Mapping[str, int]
    day: SheetDay
    today: date
    columns: Mapping[int, ColumnUse]
    said: list[Said] = field(default_factory=list)
    unknown: dict[str, list[str]] = field(default_factory=dict)
    """Names that nobody knows, with the areas that may be meant."""

    def column(self, role: ColumnRole) -> int | None:
        return next((index for index, use in self.columns.items() if use.role is role), None)

    @property
    def place(self) -> int:
        place = self.column(ColumnRole.PLACE)
        assert place is not None, "a mapping has a place"
        return place

    @property
    def quantities(self) -> list[int]:
        return [index for index, use in self.columns.items() if use.role in QUANTITIES]


def read_sheet(
    book: Workbook,
    mapping: SheetMapping,
    *,
    places: PlaceBook,
    items: Mapping[str, int],
    today: date,
    day: date | None = None,
) -> SheetReading:
    """Read one sheet of the file by the mapping.

    `items` are ids by code and by name. `day`, where it is given, is the sheet's day whatever stands in it; dates
    without a year are the last such days before it, or else `today`, or at most a month after.

    Raises:
        ColumnsNotFound: no sheet of the file has the mapping's columns.
        NotFound: no item has the code that the mapping names.
        BadMapping: the cell it names for the day holds no date.
    """
    _check_items(mapping, items)
    grid, heading = _sheet_and_heading(book, mapping)
    sheet_day = day_of_sheet(book.name, grid, heading, mapping, today=today, given=day)
    columns = {index: use for use in mapping.columns if (index := heading.place_of(use)) is not None}
    table = _Table(
        grid=grid,
        mapping=mapping,
        heading=heading,
        book=places,
        items=items,
        day=sheet_day,
        today=today,
        columns=dict(sorted(columns.items())),
    )
    reports = [_read_row(table, row) for row in range(heading.data_row, grid.height)]
    reports, facts = put_together(grid, table.place, table.said, reports, repeats=mapping.repeats)
    return SheetReading(
        sheet=grid.name,
        fingerprint=grid.fingerprint(sheet_day.day),
        first_row=heading.first_row + 1,
        depth=heading.depth,
        day=sheet_day.day,
        rows=reports,
        facts=facts,
        notices=notices(
            grid,
            table.said,
            reports,
            place=table.place,
            quantities=table.quantities,
            mapping=mapping,
            day=sheet_day,
            encoding=book.encoding,
        ),
        unknown=list(table.unknown),
    )


def _check_items(mapping: SheetMapping, items: Mapping[str, int]) -> None:
    for code in {mapping.item, *(use.item for use in mapping.columns)} - {""}:
        if code not in items and place_key(code) not in items:
            raise NotFound(kind="item", key=code)


def _sheet_and_heading(book: Workbook, mapping: SheetMapping) -> tuple[Grid, Heading]:
    named = [grid for grid in book.grids if mapping.sheet and masked(grid.name) == mapping.sheet]
    failed: ColumnsNotFound | None = None
    for grid in named or book.grids:
        try:
            return grid, require_heading(grid, mapping)
        except ColumnsNotFound as missing:
            failed = failed or missing
    assert failed is not None, "a workbook has a sheet"
    raise failed


def _read_row(table: _Table, row: int) -> RowReport:
    grid, place = table.grid, table.place
    name = text_of(grid.filled(row, place))

    def report(outcome: Outcome, skip: Skip | None = None, area_id: int | None = None) -> RowReport:
        return RowReport(row=row + 1, place=name, outcome=outcome, skip=skip, area_id=area_id)

    if grid.is_blank(row) and not (name and grid.covered(row, place)):
        return report(Outcome.SKIPPED, Skip.BLANK)
    if total_cell(grid, row, place=place) is not None:
        return report(Outcome.SKIPPED, Skip.TOTAL)
    if is_heading_again(grid, row, table.heading, columns=table.quantities):
        return report(Outcome.SKIPPED, Skip.HEADING)
    if is_note(grid, row, place=place, columns=table.quantities):
        return report(Outcome.SKIPPED, Skip.NOTE)
    above = table.column(ColumnRole.ABOVE)
    found = table.book.find(
        grid.filled(row, place),
        level=table.mapping.level,
        above=grid.filled(row, above) if above is not None else None,
    )
    if found.match is Match.LEFT_OUT:
        return report(Outcome.SKIPPED, Skip.LEFT_OUT)
    problems, notes = [], []
    said: list[Said] = []
    for problem, note, one in _quantities(table, row, found):
        problems += [problem] if problem else []
        notes += [note] if note else []
        said += [one] if one else []
    if not said and not problems:
        return report(Outcome.SKIPPED, Skip.NO_QUANTITY, found.place.area_id if found.place else None)
    if found.place is None:
        problems.insert(0, _no_place(table, row, found))
    table.said += said if not problems else []
    return RowReport(
        row=row + 1,
        place=name,
        outcome=Outcome.WRONG if problems else Outcome.TAKEN,
        area_id=found.place.area_id if found.place else None,
        problems=tuple({(one.cell, one.wrong): one for one in problems}.values()),
        notes=tuple(notes),
    )


def _quantities(
    table: _Table, row: int, found: Found
) -> Iterator[tuple[CellProblem | None, CellNote | None, Said | None]]:
    """What the quantity cells of a row say, one by one; a cell that says nothing is passed over."""
    grid, mapping = table.grid, table.mapping
    remark_at = table.column(ColumnRole.REMARK)
    remark = " ".join(str(grid.filled(row, remark_at) or "").split()) if remark_at is not None else ""
    for column in table.quantities:
        if grid.covered(row, column):  # the value belongs to the first cell of the merged range, and counts there
            continue
        value, cell = grid.own(row, column), reference(row, column)
        read = quantity(value, per_unit=mapping.per_unit, fractions=mapping.fractions, blank=mapping.blank)
        if isinstance(read, Wrong):
            yield CellProblem(cell=cell, value=shown(value), wrong=read.wrong, right=read.right), None, None
            continue
        if read.pieces is None:
            continue
        note = CellNote(cell=cell, value=shown(value), pieces=read.pieces, note=read.note) if read.note else None
        use = table.columns[column]
        item = _item(table, row, use)
        on = _day(table, row, column)
        if isinstance(item, CellProblem) or isinstance(on, CellProblem):
            yield item if isinstance(item, CellProblem) else None, note, None
            if isinstance(on, CellProblem):
                yield on, None, None
            continue
        said = Said(
            row=row,
            column=column,
            area_id=found.place.area_id if found.place else 0,
            item_id=item,
            kind=FactKind(use.role.value),
            on=on,
            pieces=read.pieces,
            exact=read.exact,
            remark=remark[:REMARK_LENGTH_MAX],
        )
        yield None, note, said


def _item(table: _Table, row: int, use: ColumnUse) -> int | CellProblem:
    column = table.column(ColumnRole.ITEM)
    code: str = use.item or table.mapping.item
    if not use.item and column is not None:
        value: Value = table.grid.filled(row, column)
        code = text_of(value) or code
    found = table.items.get(code, table.items.get(place_key(code)))
    if found is not None:
        return found
    cell = reference(row, column if column is not None else table.place)
    return CellProblem(
        cell=cell,
        value=code,
        wrong=N_("no item is called “%(value)s”"),
        right=N_("the code or the name of an item of the ledger would be right"),
    )


def _day(table: _Table, row: int, column: int) -> date | CellProblem:
    """The day of a quantity: that of its column's title, else of the row, else of the sheet."""
    about = table.day.day or table.today
    written = written_in(table.heading.titles[column])
    named = written.near(about) if written else None
    if named is not None:
        return named
    at = table.column(ColumnRole.DAY)
    if at is not None and text_of(table.grid.filled(row, at)):
        value = table.grid.filled(row, at)
        stated = date_of(value, about=about)
        if stated is not None:
            return stated
        return CellProblem(
            cell=reference(row, at),
            value=shown(value),
            wrong=N_("“%(value)s” is not a date"),
            right=N_("a date such as 2020-02-18 or 2月18日 would be right"),
        )
    if table.day.day is not None:
        return table.day.day
    return CellProblem(
        cell=reference(row, column),
        value="",
        wrong=N_("nothing says of which day the number is"),
        right=N_("a day in the title, the file's name or a column, or one given with the file, would be right"),
    )


def _no_place(table: _Table, row: int, found: Found) -> CellProblem:
    value = table.grid.filled(row, table.place)
    cell = reference(row, table.place)
    if not text_of(value):
        return CellProblem(
            cell=cell, value="", wrong=N_("the place is missing"), right=N_("the name of an area would be right")
        )
    name = text_of(value)
    if name not in table.unknown:
        many = len(table.unknown) >= SUGGESTED_NAMES_MAX
        places = found.options or (() if many else table.book.alike(value, level=table.mapping.level))
        table.unknown[name] = [f"{place.name} ({place.code})" for place in places]
    options = table.unknown[name]
    if found.match is Match.AMBIGUOUS:
        return CellProblem(
            cell=cell,
            value=shown(value),
            wrong=N_("“%(value)s” may be several areas"),
            right=N_("one of %(options)s would be right, or a column that names the area above"),
            data={"options": options},
        )
    return CellProblem(
        cell=cell,
        value=shown(value),
        wrong=N_("no area of yours is called “%(value)s”"),
        right=N_("its name or code in the tree would be right, such as %(options)s; or say once which area is meant")
        if options
        else N_("its name or code in the tree would be right; or say once which area is meant"),
        data={"options": options},
    )
