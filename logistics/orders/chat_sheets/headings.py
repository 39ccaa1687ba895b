"""Where the table of a list begins: the first rows that have every column of its mapping."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from logistics.errors import N_, Invalid
from logistics.inventory.sheets.rules import Grid
from logistics.inventory.sheets.service import Heading, heading_at
from logistics.orders.chat_sheets.mapping import ListColumnUse, ListMapping

SEARCHED_ROWS = 60
FOUND_SHOWN = 20


class ListColumnsNotFound(Invalid):
    template = N_(
        "Sheet “%(sheet)s” has no heading with the column(s) %(missing)s; near it stand: %(found)s. Choose the columns"
        " anew."
    )
    code = "list_columns_not_found"


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A sheet with its heading and where each column of the mapping lies in it."""

    grid: Grid
    heading: Heading
    places: Mapping[ListColumnUse, int]


def table_of(grids: Sequence[Grid], mapping: ListMapping) -> Table:
    """The first sheet, of those the mapping names, that has all its columns.

    Raises:
        ListColumnsNotFound: none has; what the nearest lacks.
    """
    named = [grid for grid in grids if grid.name == mapping.sheet] or list(grids)
    nearest: tuple[list[str], Grid, Heading] | None = None
    for grid in named:
        for row in range(min(grid.height, SEARCHED_ROWS)):
            heading = heading_at(grid, row, mapping.depth)
            places = _places(heading, mapping)
            missing = [use.title for use in mapping.columns if use not in places]
            if not missing:
                return Table(grid=grid, heading=heading, places=places)
            if nearest is None or len(missing) < len(nearest[0]):
                nearest = (missing, grid, heading)
    assert nearest is not None, "a workbook has sheets, and a mapping columns"
    missing, grid, heading = nearest
    found = [title for title in heading.titles if title][:FOUND_SHOWN]
    raise ListColumnsNotFound(sheet=grid.name, missing=missing, found=found)


def _places(heading: Heading, mapping: ListMapping) -> dict[ListColumnUse, int]:
    columns = {signature: index for index, signature in enumerate(heading.signatures)}
    return {use: columns[use.title, use.nth] for use in mapping.columns if (use.title, use.nth) in columns}
