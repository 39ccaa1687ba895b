"""From the bytes of a file to grids: what kind of file it is, whether it can be taken, and its sheets."""

from __future__ import annotations

import codecs
import csv
import io
import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from threading import BoundedSemaphore
from typing import IO, Any, ClassVar

from logistics.clock import SHANGHAI
from logistics.errors import N_, Invalid
from logistics.inventory.sheets.grid import UNCALCULATED, Grid, Span, Unreadable, Value

FILE_BYTES_MAX = 8 * 1024 * 1024
ROWS_MAX, COLUMNS_MAX, SHEETS_MAX = 20_000, 256, 30
"""More than an office's sheet has; a city's list of communities is 7,500 rows."""
CELLS_MAX, LETTERS_MAX = 1_000_000, 16_000_000
"""Of all sheets together, blank cells included: about 100 MB in the process that serves everybody."""
UNPACKED_BYTES_MAX = 256 * 1024 * 1024
CHILD_MEMORY_BYTES, CHILD_CPU_S, CHILD_WAIT_S = 1024 * 1024 * 1024, 20, 40
CHILDREN_MAX, SEAT_WAIT_S = 2, 20
"""Workbooks that one process has opened at a time, and how long the next one waits: each may take the whole limit."""
CELL_LENGTH_MAX = 4_000
NAME_LENGTH_MAX = 200
CHILD = Path(__file__).with_name("workbook_child.py")
OLE_START, ZIP_START = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"PK\x03\x04"
PICTURES = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"II*\x00", b"MM\x00*", b"%PDF")
DELIMITERS = (",", "\t", ";", "|")
_seats = BoundedSemaphore(CHILDREN_MAX)


class BadSheetFile(Invalid):
    """A file that is no sheet we can take. Nothing of it was read."""

    template = N_("%(name)s cannot be read.")
    code = "bad_sheet_file"


class EmptyFile(BadSheetFile):
    template = N_("%(name)s is empty; send the sheet with its rows.")


class FileTooLarge(BadSheetFile):
    template = N_("%(name)s is larger than %(mib)s MiB; an office's sheet is far smaller. Send it without pictures.")
    status = 413


class NotASheet(BadSheetFile):
    template = N_("%(name)s is a picture or a document, whatever its name says; send the sheet as .xls, .xlsx or .csv.")


class WebPage(BadSheetFile):
    template = N_("%(name)s is a web page under the name of a workbook; open it and save it as .xlsx.")


class NoWorkbook(BadSheetFile):
    template = N_("%(name)s is an archive without a workbook in it; send the .xlsx itself.")


class DamagedFile(BadSheetFile):
    template = N_("%(name)s is damaged or cut short; open it in a spreadsheet program, save it anew and send that.")


class LockedFile(BadSheetFile):
    template = N_("%(name)s is locked with a password; save it without one and send that.")


class SheetTooLarge(BadSheetFile):
    template = N_(
        "%(name)s: sheet “%(sheet)s” has %(found)s %(what)s; at most %(maximum)s are read. Delete what lies far outside"
        " the table."
    )
    words: ClassVar[Mapping[str, str]] = {"what": "sheet_part"}


class WorkbookTooLarge(BadSheetFile):
    template = N_("%(name)s unfolds to more than we read at once; delete what lies far outside the table.")


class TooManyAtOnce(BadSheetFile):
    template = N_("%(name)s was not opened, because too many workbooks are being opened; send it again in a minute.")
    code = "too_many_at_once"
    status = 503


class UnknownEncoding(BadSheetFile):
    template = N_("%(name)s, line %(line)s: the text is neither UTF-8 nor GB18030; save the file as CSV UTF-8.")


class NothingInIt(BadSheetFile):
    template = N_("%(name)s has no visible sheet with a cell in it.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Workbook:
    """The visible sheets of a file that hold something. `encoding` is that of a CSV, else empty."""

    name: str
    grids: Sequence[Grid]
    encoding: str = ""


def received_file(stream: IO[bytes], name: str) -> tuple[bytes, str]:
    """The bytes of a file that was sent, and its name without folders.

    Raises:
        FileTooLarge: it is; nothing beyond the limit was read.
    """
    bare = name.replace("\\", "/").rpartition("/")[2][-NAME_LENGTH_MAX:] or "sheet"
    content = stream.read(FILE_BYTES_MAX + 1)
    if len(content) > FILE_BYTES_MAX:
        raise FileTooLarge(name=bare, mib=FILE_BYTES_MAX // 1024 // 1024)
    return content, bare


def read_workbook(content: bytes, name: str) -> Workbook:
    """Read a .xls, .xlsx or CSV file; what it is, its bytes say and not its name.

    Workbooks are opened in a process of its own under limits of memory and time (see `workbook_child`).

    Raises:
        BadSheetFile: with what is wrong with the file and what to do about it.
    """
    if not content.strip(b"\x00 \r\n\t\xef\xbb\xbf"):
        raise EmptyFile(name=name)
    if len(content) > FILE_BYTES_MAX:
        raise FileTooLarge(name=name, mib=FILE_BYTES_MAX // 1024 // 1024)
    if content.startswith(PICTURES) or _is_bitmap(content):
        raise NotASheet(name=name)
    encoding = ""
    if content.startswith((OLE_START, ZIP_START)):
        grids = [_grid(sheet) for sheet in _opened(content, name)]
    else:
        encoding, grid = _csv_grid(content, name)
        grids = [grid]
    full = [grid for grid in grids if any(not grid.is_blank(row) for row in range(grid.height))]
    if not full:
        raise NothingInIt(name=name)
    return Workbook(name=name, grids=full, encoding=encoding)


def _is_bitmap(content: bytes) -> bool:
    """Two letters are no mark: a CSV may begin with a column called BM. A bitmap has four zeros after its size."""
    return content.startswith(b"BM") and content[6:10] == bytes(4)


def _opened(content: bytes, name: str) -> list[dict[str, Any]]:
    limits = {
        "rows": ROWS_MAX,
        "columns": COLUMNS_MAX,
        "sheets": SHEETS_MAX,
        "cells": CELLS_MAX,
        "letters": LETTERS_MAX,
        "cell_letters": CELL_LENGTH_MAX,
        "unpacked_bytes": UNPACKED_BYTES_MAX,
        "memory_bytes": CHILD_MEMORY_BYTES,
        "cpu_s": CHILD_CPU_S,
    }
    command = [sys.executable, "-I", str(CHILD), json.dumps(limits)]
    if not _seats.acquire(timeout=SEAT_WAIT_S):
        raise TooManyAtOnce(name=name)
    try:
        child = subprocess.run(command, input=content, capture_output=True, timeout=CHILD_WAIT_S, check=False)  # noqa: S603
    except subprocess.TimeoutExpired as slow:
        raise WorkbookTooLarge(name=name) from slow
    finally:
        _seats.release()
    if child.returncode < 0:  # killed by a limit of its own, or ended by the reader's want of memory
        raise WorkbookTooLarge(name=name)
    if child.returncode:
        raise RuntimeError(f"the reader of workbooks failed: {child.stderr.decode(errors='replace')[-500:]}")
    answer = json.loads(child.stdout)
    if "error" in answer:
        raise _refusal(answer, name)
    sheets: list[dict[str, Any]] = answer["sheets"]
    return sheets


def _refusal(answer: dict[str, Any], name: str) -> BadSheetFile:
    code = answer["error"]
    if code in ("too_many_rows", "too_many_columns", "too_many_cells"):
        what = code.removeprefix("too_many_")
        return SheetTooLarge(
            name=name, sheet=answer["sheet"], what=what, found=answer["found"], maximum=answer["maximum"]
        )
    plain: dict[str, type[BadSheetFile]] = {
        "damaged": DamagedFile,
        "password": LockedFile,
        "no_workbook": NoWorkbook,
        "too_large": WorkbookTooLarge,
        "too_many_sheets": WorkbookTooLarge,
    }
    return plain[code](name=name)


def _grid(sheet: dict[str, Any]) -> Grid:
    marks = {
        (int(row), int(column)): mark for cell, mark in sheet["marks"].items() for row, column in [cell.split(",")]
    }
    spans = [Span(*corners) for corners in sheet["merged"]]
    width = max((len(row) for row in sheet["rows"]), default=0)
    height = len(sheet["rows"])
    # a cell with an error is left out where the table ends, as if it were blank
    for row, column in marks:
        width, height = max(width, column + 1), max(height, row + 1)
    rows = [[_value(cell) for cell in row] + [None] * (width - len(row)) for row in sheet["rows"]]
    rows += [[None] * width for _ in range(height - len(rows))]
    for (row, column), mark in marks.items():
        if mark != "formula":
            rows[row][column] = UNCALCULATED if mark == "uncalculated" else Unreadable(mark)
    return Grid(name=sheet["name"], rows=rows, spans=spans, formulas=frozenset(marks))


def _value(cell: Any) -> Value:
    if cell is None or isinstance(cell, str):
        return cell or None
    if isinstance(cell, (int, float)):
        return Decimal(repr(cell))
    kind, text = cell
    if kind == "bool":
        return bool(text == "True")
    if kind == "error":
        return Unreadable(text)
    if kind == "date":
        return date.fromisoformat(text[:10])
    if kind == "moment":
        return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)
    return str(text)


# CSV


def _csv_grid(content: bytes, name: str) -> tuple[str, Grid]:
    encoding, text = decoded(content, name)
    start = text.lstrip()[:200].lower()
    if start.startswith(("<html", "<!doctype", "<table", "<?xml")):
        raise WebPage(name=name)
    if "\x00" in text:
        raise NotASheet(name=name)
    rows: list[list[Value]] = []
    try:
        for cells in csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text)):
            if len(cells) > COLUMNS_MAX:
                raise _too_large(name, "columns", len(cells), COLUMNS_MAX)
            rows.append([cell.strip()[:CELL_LENGTH_MAX] or None for cell in cells])
            if len(rows) > ROWS_MAX:
                raise _too_large(name, "rows", len(rows), ROWS_MAX)
    except csv.Error as wrong:
        raise DamagedFile(name=name) from wrong
    width = max(map(len, rows), default=0)
    if len(rows) * width > CELLS_MAX:
        raise _too_large(name, "cells", len(rows) * width, CELLS_MAX)
    for row in rows:
        row += [None] * (width - len(row))
    return encoding, Grid(name=Path(name).stem, rows=rows)


def _too_large(name: str, what: str, found: int, maximum: int) -> SheetTooLarge:
    return SheetTooLarge(name=name, sheet=Path(name).stem, what=what, found=found, maximum=maximum)


def decoded(content: bytes, name: str) -> tuple[str, str]:
    """The text and its encoding: what a mark at the start says, else UTF-8, else GB18030, whichever holds to the end.

    GB18030 that is also UTF-8 would need every Chinese sign to fall in with the other's rules, which no sheet does.
    """
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        encodings = ["utf-16"]
    else:
        encodings = ["utf-8-sig", "gb18030"]
    wrong_at = 0
    for encoding in encodings:
        try:
            return encoding, content.decode(encoding)
        except UnicodeDecodeError as wrong:
            wrong_at = max(wrong_at, wrong.start)  # the encoding that got farther is the likelier one
    raise UnknownEncoding(name=name, line=content.count(b"\n", 0, wrong_at) + 1)


def _delimiter(text: str) -> str:
    """The sign that parts the cells of the first lines into the most columns, the comma where none does."""
    lines = [line for line in text.splitlines()[:30] if line.strip()]
    return max(DELIMITERS, key=lambda sign: (sum(line.count(sign) for line in lines), -DELIMITERS.index(sign)))
