"""Reads a CSV file that an office has saved, row by row, and collects everything that is wrong with it."""

from __future__ import annotations

import codecs
import csv
import io
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from logistics.errors import N_, Invalid

TOTALS = {"合计", "总计", "小计", "共计", "total", "sum", "subtotal"}
REPORTED_MAX = 100
BYTES_MAX = 64 * 1024 * 1024
TEXT_MAX = 120
WHOLE = re.compile(r"([0-9]{1,12})(\.0{1,3})?")  # spreadsheets write 400.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One thing wrong, where it stands, and what would be right. `line` counts from 1 with the header, 0 is the file as
    a whole; `wrong` and `right` are English templates that `data` fills."""

    line: int
    field: str
    value: str
    wrong: str
    right: str
    data: Mapping[str, Any]


class BadRequestFile(Invalid):
    """Nothing can be shared out from this file. `problems` has the first hundred of `count`."""

    template = N_("%(file)s cannot be used: %(count)d problem(s).")
    code = "bad_request_file"

    def __init__(self, file: str, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems[:REPORTED_MAX])
        super().__init__(file=file, count=len(problems))


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """Something the reader should know that is no problem; `text` is an English template that `data` fills."""

    text: str
    data: Mapping[str, Any]


@dataclass(slots=True)
class Draft:
    """What was found in a file so far. `known` are its columns and how they may be headed instead; it must have those
    that are `required`, and `example` is a header that would be right."""

    known: Mapping[str, Sequence[str]]
    required: Sequence[str]
    example: str
    problems: list[Problem] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)
    columns: dict[int, str] = field(default_factory=dict)
    lines: dict[str, int] = field(default_factory=dict)
    width: int = 0

    def add(self, line: int, column: str, value: str, wrong: str, right: str, **data: Any) -> None:
        shown = value if len(value) <= 40 else value[:39] + "…"
        self.problems.append(Problem(line=line, field=column, value=shown, wrong=wrong, right=right, data=data))

    def decoded(self, content: bytes) -> str | None:
        """The file as text; None, with a problem, if it is none."""
        sheets = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE, b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
        if content.startswith(sheets) or b"\x00" in content or len(content) > BYTES_MAX:
            self.add(0, "", "", N_("the file is no CSV"), N_("saving the sheet as CSV UTF-8 would be right"))
            return None
        try:
            return content.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            line = content[: error.start].count(b"\n") + 1
        try:
            text = content.decode("gb18030")
        except UnicodeDecodeError:
            wrong = N_("the bytes are neither UTF-8 nor GB18030")
            self.add(line, "", "", wrong, N_("saving the sheet as CSV UTF-8 would be right"))
            return None
        self.notices.append(Notice(text=N_("read as GB18030"), data={}))
        return text

    def rows(self, text: str) -> Iterator[tuple[int, list[str]]]:
        """The lines below the header that are not blank, each with the number it begins at."""
        reader, line = csv.reader(io.StringIO(text, newline=""), strict=True), 1
        try:
            for cells in reader:
                if any(cell.strip() for cell in cells):
                    if not self.columns:
                        self._header(line, [unicodedata.normalize("NFKC", cell).strip().lower() for cell in cells])
                        if self.problems:
                            return
                    else:
                        yield line, [cell.strip() for cell in cells]
                line = reader.line_num + 1
        except csv.Error as error:
            right = N_('fields separated by commas, with commas and quotes inside "…", would be right')
            self.add(line, "", "", N_("the line is not CSV (%(why)s)"), right, why=str(error))

    def _header(self, line: int, headings: list[str]) -> None:
        self.width = len(headings)
        names = {heading: name for name, others in self.known.items() for heading in (name, *others)}
        self.columns = {place: names[heading] for place, heading in enumerate(headings) if heading in names}
        for name, count in Counter(self.columns.values()).items():
            if count > 1:
                self.add(line, name, "", N_("two columns are headed so"), N_("one of them would be right"))
        missing = [name for name in self.required if name not in self.columns.values()]
        for name in missing:
            wrong = N_("the column is missing; the header is “%(value)s”")
            right = N_("the header %(example)s, with commas, would be right")
            self.add(line, name, ",".join(headings), wrong, right, example=self.example)
        unknown = [heading for heading in headings if heading and heading not in names]
        if unknown and not missing:
            self.notices.append(Notice(text=N_("columns left out: %(names)s"), data={"names": ", ".join(unknown)}))

    def cells(self, line: int, cells: list[str]) -> dict[str, str] | None:
        """The fields of a line by column; None, with its problem, where it has too few or too many."""
        if len(cells) > max(self.columns) and not any(cells[self.width :]):
            return {name: cells[place] for place, name in self.columns.items()}
        wrong = N_("the line has %(count)d fields, the header %(width)d")
        right = N_("a field for each column would be right")
        self.add(line, "", ",".join(cells), wrong, right, count=len(cells), width=self.width)
        return None

    def name(self, line: int, column: str, value: str, *, missing: str = "") -> str:
        """A name as it may be printed; with its problem where it is none. Empty it is none where that is `missing`."""
        if not value.isprintable() or len(value) > TEXT_MAX or (missing and not value):
            wrong = N_("“%(value)s” is no name") if value else missing
            self.add(line, column, value, wrong, N_("1 to %(most)d characters would be right"), most=TEXT_MAX)
        return value

    def once(self, line: int, column: str, value: str, key: str) -> None:
        """Refuse a key that stands in an earlier line."""
        if key in self.lines:
            wrong = N_("“%(value)s” stands in line %(first)d already")
            right = N_("one line for each place would be right, by code where names repeat")
            self.add(line, column, value, wrong, right, first=self.lines[key])
        self.lines.setdefault(key, line)

    def whole(self, line: int, name: str, value: str, *, low: int, high: int) -> int | None:
        """The number in a field; None where it is empty or, with its problem, where it is none."""
        if not value:
            return None
        found = WHOLE.fullmatch(value)
        if found and low <= int(found[1]) <= high:
            return int(found[1])
        wrong = N_("“%(value)s” is out of range") if found else N_("“%(value)s” is not a whole number")
        right = N_("a whole number from %(low)d to %(high)d in plain digits would be right")
        self.add(line, name, value, wrong, right, low=low, high=high)
        return None
