"""Opens one workbook in a process of its own: bytes on the standard input, its visible sheets as JSON on the output.

A workbook comes from outside, and its reader (calamine) lays each sheet out as a full rectangle: two cells in opposite
corners of a sheet ask for half a terabyte and end the whole process, not just the call. So this file is run by its
path, imports nothing of the platform, and sets limits of memory and time on itself before it looks at a byte. What
calamine leaves out is added by `workbook_marks`, which lies beside it.
"""

from __future__ import annotations

import io
import json
import math
import resource
import sys
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

import python_calamine

sys.path.append(str(Path(__file__).parent))  # last, so that nothing beside this file hides a module of Python's

from workbook_marks import Marks, Refused, check_size, marks_of  # type: ignore[import-not-found]


def main() -> None:
    limits = json.loads(sys.argv[1])
    resource.setrlimit(resource.RLIMIT_CPU, (limits["cpu_s"], limits["cpu_s"]))
    if sys.platform != "darwin":  # where the limit cannot be set below what the process has already
        resource.setrlimit(resource.RLIMIT_AS, (limits["memory_bytes"],) * 2)
    try:
        answer: dict[str, Any] = {"sheets": list(read(sys.stdin.buffer.read(), limits))}
    except Refused as refused:
        answer = refused.answer
    except MemoryError:
        answer = {"error": "too_large"}
    json.dump(answer, sys.stdout)


def read(content: bytes, limits: dict[str, int]) -> Iterator[dict[str, Any]]:
    marks = marks_of(content, limits)
    try:
        book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(content))
        visible = [
            (index, about.name)
            for index, about in enumerate(book.sheets_metadata)
            if about.visible is python_calamine.SheetVisibleEnum.Visible
            and about.typ is python_calamine.SheetTypeEnum.WorkSheet
        ]
        if len(visible) > limits["sheets"]:
            raise Refused("too_many_sheets", found=len(visible), maximum=limits["sheets"])
        room = _Room(limits)
        for index, name in visible:
            yield _sheet(book.get_sheet_by_index(index), name, marks.get(index, {}), limits, room)
    except python_calamine.PasswordError as locked:
        raise Refused("password") from locked
    except Refused:
        raise
    except BaseException as broken:  # a panic of the reader, which is no Exception, is a damaged file too
        if isinstance(broken, (KeyboardInterrupt, SystemExit, GeneratorExit, MemoryError)):
            raise
        raise Refused("damaged") from broken


class _Room:
    """What all sheets together may still take. The platform lays them out anew in the process that serves everybody."""

    def __init__(self, limits: dict[str, int]) -> None:
        self.limits = limits
        self.cells = self.merged = self.letters = 0

    def lay_out(self, sheet: str, rows: int, columns: int) -> None:
        self.cells += rows * columns
        if self.cells > self.limits["cells"]:
            raise Refused("too_many_cells", sheet=sheet, found=self.cells, maximum=self.limits["cells"])

    def merge(self, rows: int, columns: int) -> None:
        self.merged += max(rows, 0) * max(columns, 0)
        if self.merged > self.limits["cells"]:  # ranges that lie over each other, which no spreadsheet makes
            raise Refused("damaged")

    def write(self, text: str) -> str:
        cut = text[: self.limits["cell_letters"]]
        self.letters += len(cut)
        if self.letters > self.limits["letters"]:
            raise Refused("too_large")
        return cut


def _sheet(sheet: Any, name: str, marks: Marks, limits: dict[str, int], room: _Room) -> dict[str, Any]:
    marked = [(int(row), int(column)) for row, _, column in (cell.partition(",") for cell in marks)]
    # formulas and errors lie beyond the reader's last cell where nothing else is there
    last = sheet.end or (-1, -1)
    height = max(last[0], *(row for row, _ in marked)) + 1 if marked else last[0] + 1
    width = max(last[1], *(column for _, column in marked)) + 1 if marked else last[1] + 1
    check_size(name, height, width, limits)
    room.lay_out(name, height, width)
    rows = [[_plain(cell, room) for cell in row] for row in sheet.to_python(skip_empty_area=False)]
    merged = [[*start, *end] for start, end in sheet.merged_cell_ranges or []]
    for top, left, bottom, right in merged:
        room.merge(min(bottom + 1, height) - top, min(right + 1, width) - left)
    return {"name": name, "rows": rows, "merged": merged, "marks": marks}


def _plain(cell: Any, room: _Room) -> Any:
    """A cell as JSON has it: texts and numbers as they are, a blank as null, the rest as a pair of kind and text."""
    if cell == "":
        return None
    if isinstance(cell, bool):
        return ["bool", str(cell)]
    if isinstance(cell, str):
        return room.write(cell)
    if isinstance(cell, float) and not math.isfinite(cell):
        return ["error", "#NUM!"]  # a number as text in the file, such as NaN or 1e999
    if isinstance(cell, (int, float)):
        return cell
    if isinstance(cell, datetime):
        return ["date" if cell.time() == datetime.min.time() else "moment", cell.isoformat()]
    return ["date" if isinstance(cell, date) else "time", str(cell)]


if __name__ == "__main__":
    main()
