"""The day of a sheet: in the lines above the table, in its name, in the file's name, or in a cell that is named."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from logistics.inventory.sheets.dates import WrittenDate, date_of, written_in, year_in
from logistics.inventory.sheets.grid import Grid, text_of
from logistics.inventory.sheets.headings import Heading
from logistics.inventory.sheets.mapping import BadMapping, DayFrom, SheetMapping

_CELL = re.compile(r"([A-Za-z]{1,3})([0-9]{1,6})")


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetDay:
    """The day that was taken, None where none was found, and all days that the sheet and its name state."""

    day: date | None
    stated: tuple[date, ...] = ()


def day_of_sheet(
    file_name: str, grid: Grid, heading: Heading, mapping: SheetMapping, *, today: date, given: date | None
) -> SheetDay:
    """The day of the sheet; what was given with the file goes before what is written in it.

    A date without a year takes the year that the heading or a name states, else it is the last one before `given`, or
    else `today`, or at most a month after it.

    Raises:
        BadMapping: the cell that the mapping names is not in the sheet or holds no date.
    """
    above = [text_of(value) for row in grid.rows[: heading.first_row] for value in row if text_of(value)]
    file_name = file_name.rpartition(".")[0] or file_name
    year = year_in([*above, grid.name, file_name])
    about = given or (date(year, 11, 30) if year else today)  # a month before the end: no day of it is ahead
    places: dict[DayFrom, list[date]] = {
        DayFrom.HEADING: _days((written_in(text) for text in above), year, about),
        DayFrom.SHEET_NAME: _days([written_in(grid.name, loosely=True)], year, about),
        DayFrom.FILE_NAME: _days([written_in(file_name, loosely=True)], year, about),
    }
    if mapping.day_from is DayFrom.CELL:
        stated = [_day_of_cell(grid, mapping.day_cell, about=about)]
    elif mapping.day_from is DayFrom.AUTOMATIC:
        stated = [day for found in places.values() for day in found]
    else:
        stated = places[mapping.day_from]
    return SheetDay(day=given or next(iter(stated), None), stated=tuple(dict.fromkeys(stated)))


def _days(written: Iterable[WrittenDate | None], year: int | None, about: date) -> list[date]:
    dated = [WrittenDate(year=one.year or year, month=one.month, day=one.day) for one in written if one is not None]
    return [day for day in (one.near(about) for one in dated) if day is not None]


def _day_of_cell(grid: Grid, name: str, *, about: date) -> date:
    found = _CELL.fullmatch(name)
    if found is not None:
        column = 0
        for letter in found[1].upper():
            column = column * 26 + ord(letter) - 64
        row = int(found[2]) - 1
        if 0 <= row < grid.height and column <= grid.width:
            day = date_of(grid.filled(row, column - 1), about=about)
            if day is not None:
                return day
    raise BadMapping(why="day_cell_empty")
