"""Headings that are split over rows and merged over columns, put together into one title per column."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from logistics.errors import N_, Invalid
from logistics.inventory.sheets.dates import masked
from logistics.inventory.sheets.grid import Grid, text_of
from logistics.inventory.sheets.mapping import ColumnUse, SheetMapping

JOINT = " › "
SEARCHED_ROWS = 60
"""Rows at the top of a sheet among which a heading is looked for."""


class ColumnsNotFound(Invalid):
    template = N_(
        "Sheet “%(sheet)s” has no heading with the column(s) %(missing)s; near it stand: %(found)s. Choose the columns"
        " anew."
    )
    code = "columns_not_found"


@dataclass(frozen=True, slots=True, kw_only=True)
class Heading:
    """The rows of a heading and what they say of each column, from top to bottom: “4月9日提报需求量 › 箱数”."""

    first_row: int
    depth: int
    titles: tuple[str, ...]

    @property
    def data_row(self) -> int:
        """The first row below."""
        return self.first_row + self.depth

    @property
    def signatures(self) -> tuple[tuple[str, int], ...]:
        """What a column is called in a mapping: its title without dates, and the how manyeth of that title it is."""
        seen: dict[str, int] = {}
        found = []
        for title in self.titles:
            name = masked(title)
            found.append((name, seen.get(name, 0)))
            seen[name] = seen.get(name, 0) + 1
        return tuple(found)

    def place_of(self, use: ColumnUse) -> int | None:
        """The index of the column that a mapping names; None where it is not there."""
        wanted = (use.title, use.nth)
        return self.signatures.index(wanted) if wanted in self.signatures else None


def heading_at(grid: Grid, first_row: int, depth: int) -> Heading:
    """The heading that stands in `depth` rows from `first_row` on."""
    rows = range(first_row, min(first_row + depth, grid.height))
    levels = [_level(grid, row, below=range(row + 1, rows.stop)) for row in rows]
    titles = []
    for column in range(grid.width):
        parts: list[str] = []
        for level in levels:
            if level[column] and level[column] not in parts[-1:]:
                parts.append(level[column])
        titles.append(JOINT.join(parts))
    return Heading(first_row=first_row, depth=len(rows), titles=tuple(titles))


def require_heading(grid: Grid, mapping: SheetMapping) -> Heading:
    """The first rows of the sheet that have every column of the mapping.

    Raises:
        ColumnsNotFound: with the columns that the nearest rows lack, and what stands there.
    """
    best: tuple[list[str], Heading] | None = None
    for row in range(min(grid.height, SEARCHED_ROWS)):
        heading = heading_at(grid, row, mapping.depth)
        there = set(heading.signatures)
        missing = [use.title for use in mapping.columns if (use.title, use.nth) not in there]
        if not missing:
            return heading
        if best is None or len(missing) < len(best[0]):
            best = (missing, heading)
    missing, heading = best or ([use.title for use in mapping.columns], heading_at(grid, 0, 1))
    raise ColumnsNotFound(sheet=grid.name, missing=missing, found=[title for title in heading.titles if title][:20])


def find_heading(grid: Grid, mapping: SheetMapping) -> Heading | None:
    """The first rows of the sheet that have every column of the mapping; None where there are none."""
    try:
        return require_heading(grid, mapping)
    except ColumnsNotFound:
        return None


def _level(grid: Grid, row: int, *, below: Sequence[int]) -> list[str]:
    """The texts of one row of a heading. A blank that is not merged stands under its left neighbour's text where both
    have texts of their own further down, as in a CSV, which knows no merged cells."""
    texts = [text_of(grid.filled(row, column)) for column in range(grid.width)]
    split = [any(text_of(grid.own(lower, column)) for lower in below) for column in range(grid.width)]
    for column in range(1, grid.width):
        if not texts[column] and grid.span(row, column) is None and split[column] and split[column - 1]:
            texts[column] = texts[column - 1]
    return texts
