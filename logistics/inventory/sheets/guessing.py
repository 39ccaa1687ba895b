"""A first guess of how a sheet is to be read, which the office then corrects."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from logistics.communities.rules import AreaLevel
from logistics.inventory.sheets.dates import masked, written_in
from logistics.inventory.sheets.grid import Grid, text_of
from logistics.inventory.sheets.headings import SEARCHED_ROWS, Heading, heading_at
from logistics.inventory.sheets.mapping import DEPTH_MAX, ColumnRole, ColumnUse, SheetMapping
from logistics.inventory.sheets.places import Match, PlaceBook
from logistics.inventory.sheets.quantities import BlankMeans, Fractions, Quantity, quantity
from logistics.inventory.sheets.totals import is_total

KEYWORDS: tuple[tuple[ColumnRole, re.Pattern[str]], ...] = (
    (ColumnRole.REMARK, re.compile(r"备注|说明|remark|note", re.I)),
    (ColumnRole.STOCK, re.compile(r"库存|结存|现有|剩余|结余|stock|on hand", re.I)),
    (ColumnRole.SENT, re.compile(r"实发|实际发放|发放|配发|下发|拨付|发货|调拨|sent|issued", re.I)),
    (ColumnRole.RECEIVED, re.compile(r"接收|收到|实收|到货|入库|领取|received", re.I)),
    (ColumnRole.REQUESTED, re.compile(r"需求|申请|申报|申领|提报|需要|请领|requested?|wanted", re.I)),
    (ColumnRole.DAY, re.compile(r"^(日期|时间|date|day)", re.I)),
    (ColumnRole.ITEM, re.compile(r"物资|品名|品种|货物|^item", re.I)),
)
PLACE_WORDS = re.compile(r"城区|区县|街道|社区|小区|地区|乡镇|单位|名称|place|community|district|area", re.I)
NOT_A_COUNT = re.compile(r"吨|公斤|千克|重量|总量|体积|金额|单价|价|元|kg|率|%|人数|户数|人口|电话|序号|^no\.?$", re.I)
TOTAL_GROUP = re.compile(r"合计|总计|小计|total", re.I)


GUESSED_ROWS = 1_000
"""Rows that a guess is made from; what is read in the end is every row."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Guess:
    """What the sheet looks like. `roles` by column; a column without one is not read."""

    grid: Grid
    heading: Heading
    roles: dict[int, ColumnRole]
    level: AreaLevel | None

    @property
    def strength(self) -> tuple[int, int]:
        """How much of it makes sense: sheets are compared by it."""
        return (ColumnRole.PLACE in self.roles.values()) + len(self.roles), self.grid.height

    def mapping(self, *, item: str) -> SheetMapping:
        """The guess as a mapping.

        Raises:
            BadMapping: it has no place or no quantity, and the office must say them.
        """
        signatures = self.heading.signatures
        columns = tuple(
            ColumnUse(role=role, title=signatures[index][0], nth=signatures[index][1])
            for index, role in sorted(self.roles.items())
        )
        return SheetMapping(
            columns=columns, depth=self.heading.depth, sheet=masked(self.grid.name), item=item, level=self.level
        )


def guess(grids: Sequence[Grid], book: PlaceBook) -> Guess:
    """The sheet that looks most like a table of places, and what its columns seem to be."""
    return max((guess_of(grid, book) for grid in grids), key=lambda found: found.strength)


def guess_of(grid: Grid, book: PlaceBook) -> Guess:
    """What the columns of one sheet seem to be, by their titles and by what stands below."""
    heading = _heading(grid)
    rows = range(heading.data_row, min(grid.height, heading.data_row + GUESSED_ROWS))
    roles: dict[int, ColumnRole] = {}
    place = _place_column(grid, heading, rows, book)
    if place is not None:
        roles[place] = ColumnRole.PLACE
    for column, title in enumerate(heading.titles):
        role = next((role for role, words in KEYWORDS if words.search(title)), None)
        if column in roles or role is None:
            continue
        if role in (ColumnRole.REMARK, ColumnRole.DAY, ColumnRole.ITEM):
            if role not in roles.values():
                roles[column] = role
        elif not NOT_A_COUNT.search(title) and _holds_quantities(grid, column, rows):
            roles[column] = role
    _keep_totals(heading, roles)
    level = _level(grid, place, rows, book) if place is not None else None
    return Guess(grid=grid, heading=heading, roles=roles, level=level)


def _heading(grid: Grid) -> Heading:
    """The rows above the first one with quantities, as far up as merged cells and gaps lead."""
    first_data = next((row for row in range(min(grid.height, SEARCHED_ROWS)) if _is_data(grid, row)), None)
    if first_data is None:
        return heading_at(grid, next((row for row in range(grid.height) if not grid.is_blank(row)), 0), 1)
    bottom = first_data - 1
    while bottom > 0 and grid.is_blank(bottom):
        bottom -= 1
    top = max(bottom, 0)
    while top > 0 and top > bottom - DEPTH_MAX + 1 and _hangs_on(grid, top):
        top -= 1
    return heading_at(grid, top, first_data - top)


def _is_data(grid: Grid, row: int) -> bool:
    """Whether the row has a name and a number beside it, and is no heading such as 2020."""
    texts = [text_of(value) for value in grid.rows[row]]
    numbers = sum(_is_quantity(grid, row, column) for column in range(grid.width))
    names = sum(bool(text) and not _is_quantity(grid, row, index) for index, text in enumerate(texts))
    return numbers >= 1 and names >= 1 and not _is_heading_text(texts)


def _is_heading_text(texts: Iterable[str]) -> bool:
    return sum(any(words.search(text) for _, words in KEYWORDS[:5]) for text in texts if len(text) < 40) >= 2


def _is_quantity(grid: Grid, row: int, column: int) -> bool:
    value = grid.own(row, column)
    if value is None or (isinstance(value, str) and written_in(value) is not None):
        return False
    read = quantity(value, per_unit=1, fractions=Fractions.NEAREST, blank=BlankMeans.NOTHING)
    return isinstance(read, Quantity) and read.pieces is not None


def _hangs_on(grid: Grid, row: int) -> bool:
    """Whether the row above belongs to the same heading: a cell is merged over both, or it names the groups of what
    stands in this one."""
    above = row - 1
    for column in range(grid.width):
        span = grid.span(row, column)
        if span is not None and span.top < row:
            return True
    texts = {text_of(grid.own(above, column)) for column in range(grid.width)} - {""}
    lifted = any(
        text_of(grid.own(above, column)) and not text_of(grid.own(row, column)) for column in range(grid.width)
    )
    filled = sum(bool(text_of(grid.own(row, column))) for column in range(grid.width))
    return len(texts) >= 2 and lifted and filled >= 2


def _place_column(grid: Grid, heading: Heading, rows: range, book: PlaceBook) -> int | None:
    """The column with the most names of areas; where none is known, the first one that is called like places."""
    known: Counter[int] = Counter()
    for column in range(grid.width):
        names = {grid.filled(row, column) for row in rows if isinstance(grid.filled(row, column), str)}
        known[column] = sum(book.find(name).match not in (Match.UNKNOWN, Match.AMBIGUOUS) for name in names)
    if any(known.values()):
        return max(known, key=lambda column: (known[column], -column))
    called = [column for column, title in enumerate(heading.titles) if PLACE_WORDS.search(title)]
    textual = [column for column in called or range(grid.width) if _holds_texts(grid, column, rows)]
    return textual[0] if textual else None


def _holds_texts(grid: Grid, column: int, rows: range) -> bool:
    texts = [row for row in rows if isinstance(grid.filled(row, column), str)]
    return 2 * len(texts) >= len([row for row in rows if not grid.is_blank(row)]) and bool(texts)


def _holds_quantities(grid: Grid, column: int, rows: range) -> bool:
    filled = [row for row in rows if text_of(grid.own(row, column))]
    return bool(filled) and 2 * sum(_is_quantity(grid, row, column) for row in filled) >= len(filled)


def _keep_totals(heading: Heading, roles: dict[int, ColumnRole]) -> None:
    """Where one kind of quantity stands in parts and in all, of the same day, read it once: in all."""
    for role in (ColumnRole.REQUESTED, ColumnRole.SENT, ColumnRole.RECEIVED, ColumnRole.STOCK):
        columns = [column for column, found in roles.items() if found is role]
        totals = [column for column in columns if TOTAL_GROUP.search(heading.titles[column])]
        if not totals:
            continue
        days = {written_in(heading.titles[column]) for column in totals}
        for column in columns:
            if column not in totals and written_in(heading.titles[column]) in days:
                del roles[column]


def _level(grid: Grid, column: int, rows: range, book: PlaceBook) -> AreaLevel | None:
    """The level of the tree that most of the names are of; None where they are of several."""
    names = {grid.filled(row, column) for row in rows if isinstance(grid.filled(row, column), str)}
    levels: Counter[AreaLevel] = Counter()
    for name in names:
        if is_total(text_of(name)):
            continue
        for level in AreaLevel:
            if book.find(name, level=level).match not in (Match.UNKNOWN, Match.LEFT_OUT):
                levels[level] += 1
    if not levels:
        return None
    best = max(levels, key=lambda level: levels[level])
    mixed = any(place is not None and place.level is not best for place in (book.find(name).place for name in names))
    return None if mixed else best
