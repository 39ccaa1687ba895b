"""Tables on their way out: typed columns as a workbook (.xlsx) or as CSV, in which no text is ever run as a formula."""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, TypeAlias

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from logistics.clock import SHANGHAI

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""What a spreadsheet may take for the beginning of a formula, the full-width signs of Chinese and Japanese ones too."""
PASSED_OVER = " \u00a0\u3000\u200b\ufeff"
XLSX_MIMETYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
ROWS_MAX = 1_048_576
"""What a sheet of a workbook holds, its heading included."""
TEXT_LENGTH_MAX = 32_767
WHOLE_MAX = 2**53
"""Beyond it a spreadsheet, which counts in floating point, would show another number."""
SHEET_NAME_MAX = 31
BAD_IN_SHEET_NAME = re.compile(r"[\[\]:*?/\\]")
WIDTH_MIN, WIDTH_MAX = 6, 60
WIDTH_SAMPLE = 500
"""Rows looked at for the width of a column."""

Cell: TypeAlias = str | int | float | Decimal | date | None


class ColumnKind(StrEnum):
    TEXT = "text"
    WHOLE = "whole"
    DECIMAL = "decimal"
    SHARE = "share"
    DAY = "day"
    MOMENT = "moment"


NUMBER_FORMATS = {
    ColumnKind.WHOLE: "#,##0",
    ColumnKind.DECIMAL: "#,##0.00",
    ColumnKind.SHARE: "0.0%",
    ColumnKind.DAY: "yyyy-mm-dd",
    ColumnKind.MOMENT: "yyyy-mm-dd hh:mm",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column under its heading. `width` in Latin letters; 0 takes what its cells need.

    A share is a part of one (0.62 is shown as 62.0%), a moment any aware datetime, shown in Beijing time.
    """

    title: str
    kind: ColumnKind = ColumnKind.TEXT
    width: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """One sheet of a workbook: lines of text above (`heading`), the columns' titles, the rows, lines below.

    `rows` have one cell per column; None leaves a cell blank. The first `frozen` columns stay in sight.
    """

    name: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[Cell]]
    heading: Sequence[str] = ()
    below: Sequence[str] = ()
    frozen: int = 0

    def __post_init__(self) -> None:
        wrong = next((number for number, row in enumerate(self.rows, 1) if len(row) != len(self.columns)), 0)
        if wrong:
            raise ValueError(f"sheet {self.name}: row {wrong} has {len(self.rows[wrong - 1])} cells for "
                             f"{len(self.columns)} columns")  # fmt: skip
        if len(self.heading) + 1 + len(self.rows) + len(self.below) > ROWS_MAX:
            raise ValueError(f"sheet {self.name}: {len(self.rows)} rows are more than a workbook holds")


def xlsx(sheets: Sequence[Sheet], *, made_at: datetime) -> bytes:
    """A workbook of the sheets. The same sheets and moment make the same bytes.

    Texts are written as texts, whatever they begin with, and one that looks like a formula carries the mark with which
    a spreadsheet keeps it a text when somebody edits the cell.
    """
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    book.set_properties({"created": made_at.astimezone(SHANGHAI).replace(tzinfo=None, microsecond=0)})
    formats = _formats(book)
    taken: set[str] = set()
    for sheet in sheets:
        _write(book.add_worksheet(_sheet_name(sheet.name, taken)), sheet, formats)
    book.close()
    return out.getvalue()


def csv_text(columns: Collection[str], rows: Collection[Collection[Any]]) -> str:
    """A CSV with a heading; a cell that a spreadsheet would run as a formula gets an apostrophe before it."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([[_safe(cell) for cell in row] for row in rows])
    return out.getvalue()


def csv_file(sheet: Sheet) -> bytes:
    """The rows of a sheet as CSV for a spreadsheet: UTF-8 with the mark by which Chinese is shown as Chinese, moments
    in Beijing time. Its heading lines are left out, so that a program can read it too."""
    rows = [[_plain(cell) for cell in row] for row in sheet.rows]
    return csv_text([column.title for column in sheet.columns], rows).encode("utf-8-sig")


def looks_like_formula(text: str) -> bool:
    """Whether a spreadsheet would run the text where it is typed in; spaces and signs without a width before it are
    passed over, as some programs do."""
    return text.startswith(FORMULA_STARTS) or text.lstrip(PASSED_OVER).startswith(FORMULA_STARTS)


def _safe(cell: Any) -> Any:
    if not isinstance(cell, str):
        return cell
    guarded = f"'{cell}" if looks_like_formula(cell) else cell
    return guarded.replace("\r", "\n")  # Python before 3.13 leaves a bare \r unquoted: the rest would begin a row


def _plain(cell: Cell) -> Cell:
    if isinstance(cell, datetime):
        return f"{cell.astimezone(SHANGHAI):%Y-%m-%d %H:%M}"
    return cell.isoformat() if isinstance(cell, date) else cell


def _formats(book: xlsxwriter.Workbook) -> dict[str, Format]:
    formats = {kind.value: book.add_format({"num_format": text}) for kind, text in NUMBER_FORMATS.items()}
    formats["text"] = book.add_format({"valign": "top"})
    # "@" is the format of texts; without it the library takes this style and the one above for the same
    formats["quoted"] = book.add_format({"valign": "top", "num_format": "@", "quote_prefix": True})
    formats["title"] = book.add_format({"bold": True, "border": 1, "text_wrap": True, "valign": "vcenter"})
    formats["heading"] = book.add_format({"bold": True})
    return formats


def _write(page: Worksheet, sheet: Sheet, formats: dict[str, Format]) -> None:
    for number, line in enumerate(sheet.heading):
        page.write_string(number, 0, line, formats["heading"])
    top = len(sheet.heading)
    for index, column in enumerate(sheet.columns):
        page.write_string(top, index, column.title, formats["title"])
        page.set_column(index, index, column.width or _width(sheet, index))
    for number, row in enumerate(sheet.rows, top + 1):
        for index, (column, cell) in enumerate(zip(sheet.columns, row, strict=True)):
            _write_cell(page, number, index, cell, column.kind, formats)
    end = top + 1 + len(sheet.rows)
    for number, line in enumerate(sheet.below, end):
        page.write_string(number, 0, line)
    page.freeze_panes(top + 1, sheet.frozen)
    if sheet.rows:
        page.autofilter(top, 0, end - 1, len(sheet.columns) - 1)
    page.repeat_rows(top)
    page.set_landscape()
    page.set_paper(9)  # A4
    page.fit_to_pages(1, 0)


def _write_cell(
    page: Worksheet, row: int, index: int, cell: Cell, kind: ColumnKind, formats: dict[str, Format]
) -> None:
    if cell is None:
        return
    if isinstance(cell, str):
        if len(cell) > TEXT_LENGTH_MAX:
            raise ValueError(f"a text of {len(cell)} characters does not fit into a cell")
        page.write_string(row, index, cell, formats["quoted" if looks_like_formula(cell) else "text"])
    elif isinstance(cell, datetime):
        page.write_datetime(row, index, cell.astimezone(SHANGHAI).replace(tzinfo=None), formats[kind.value])
    elif isinstance(cell, date):
        page.write_datetime(row, index, cell, formats[kind.value])
    else:
        if not -WHOLE_MAX <= cell <= WHOLE_MAX:
            raise ValueError(f"{cell} is more than a spreadsheet can count")
        page.write_number(row, index, cell, formats[kind.value])


def _width(sheet: Sheet, index: int) -> int:
    """What the title and the first rows of a column need; Chinese takes twice the place."""
    texts = [sheet.columns[index].title, *(_shown(row[index]) for row in sheet.rows[:WIDTH_SAMPLE])]
    return min(max([WIDTH_MIN, *(_letters(text) + 2 for text in texts)]), WIDTH_MAX)


def _shown(cell: Cell) -> str:
    if isinstance(cell, int):
        return f"{cell:,}"
    return "" if cell is None else str(_plain(cell))


def _letters(text: str) -> int:
    longest = max(text.split("\n"), key=len)
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in longest)


def _sheet_name(wanted: str, taken: set[str]) -> str:
    """A name that a workbook accepts: without the signs it forbids, short, and no other sheet's."""
    clean = BAD_IN_SHEET_NAME.sub(" ", wanted).strip().strip("'")[:SHEET_NAME_MAX] or "1"
    name, number = clean, 1
    while name.lower() in taken or name.lower() == "history":  # Excel keeps that one for itself
        number += 1
        name = f"{clean[: SHEET_NAME_MAX - len(str(number)) - 1]} {number}"
    taken.add(name.lower())
    return name
