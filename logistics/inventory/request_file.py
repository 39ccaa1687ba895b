"""Reads what places ask for from a CSV file, or says everything that is wrong with it."""

from __future__ import annotations

import codecs
import csv
import io
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from logistics.errors import N_, Invalid
from logistics.inventory.allocation.claims import (
    PIECES_MAX,
    TIER_MAX,
    WEIGHT_MAX,
    Claim,
)

NAMES: Mapping[str, tuple[str, ...]] = {
    "place": ("地点", "单位", "申领单位", "社区", "名称"),
    "requested": ("申领", "申领数", "申领数量", "申请数量", "需求", "需求量"),
    "tier": ("级别", "等级", "优先级"),
    "weight": ("权重",),
    "parent": ("上级", "上级单位", "所属"),
    "carry": ("结转", "结转数", "欠发", "上次欠发"),
    "carried_from": ("结转日期", "欠发日期"),
    "floor": ("保底", "保底数"),
    "cap": ("上限", "封顶"),
}
"""Columns, and how they may be headed instead."""
COLUMNS = {heading: name for name, others in NAMES.items() for heading in (name, *others)}
TOTALS = {"合计", "总计", "小计", "共计", "total", "sum", "subtotal"}
REPORTED_MAX = 100
BYTES_MAX = 64 * 1024 * 1024
TEXT_MAX = 120
WHOLE = re.compile(r"([0-9]{1,12})(\.0{1,3})?")  # spreadsheets write 400.0
DECIMAL = re.compile(r"[0-9]{1,9}(\.[0-9]{1,6})?")


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


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestFile:
    """The claims of a file in its order, and the columns it has."""

    claims: tuple[Claim, ...]
    columns: frozenset[str]
    notices: tuple[Notice, ...]


def read_requests(content: bytes, file: str) -> RequestFile:
    """The claims in `content`: comma-separated, a header, one place a line, UTF-8 or GB18030.

    Raises:
        BadRequestFile: with every problem by line and field.
    """
    draft = _Draft()
    text = draft.decoded(content)
    rows = draft.rows(text) if text is not None else iter(())
    claims = [claim for line, cells in rows if (claim := draft.claim(line, cells)) is not None]
    if not draft.problems:
        if not claims:
            draft.add(0, "place", "", N_("there is no line with a place"), N_("one line for each place would be right"))
        draft.check_tree(claims)
    if draft.problems:
        raise BadRequestFile(file, draft.problems)
    return RequestFile(claims=tuple(claims), columns=frozenset(draft.columns.values()), notices=tuple(draft.notices))


@dataclass(slots=True)
class _Draft:
    """What was found so far."""

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
        self.columns = {place: COLUMNS[heading] for place, heading in enumerate(headings) if heading in COLUMNS}
        for name, count in Counter(self.columns.values()).items():
            if count > 1:
                self.add(line, name, "", N_("two columns are headed so"), N_("one of them would be right"))
        missing = [name for name in ("place", "requested") if name not in self.columns.values()]
        for name in missing:
            wrong = N_("the column is missing; the header is “%(value)s”")
            right = N_("the header place,requested,tier,weight (or 地点,申领,级别,权重), with commas, would be right")
            self.add(line, name, ",".join(headings), wrong, right)
        unknown = [heading for heading in headings if heading and heading not in COLUMNS]
        if unknown and not missing:
            self.notices.append(Notice(text=N_("columns left out: %(names)s"), data={"names": ", ".join(unknown)}))

    def claim(self, line: int, cells: list[str]) -> Claim | None:
        """The claim of a line; None, with its problems, if there is none."""
        before = len(self.problems)
        if len(cells) <= max(self.columns) or any(cells[self.width :]):
            wrong = N_("the line has %(count)d fields, the header %(width)d")
            right = N_("a field for each column would be right")
            self.add(line, "", ",".join(cells), wrong, right, count=len(cells), width=self.width)
            return None
        row = {name: cells[place] for place, name in self.columns.items()}
        place = self._place(line, row["place"])
        numbers = {
            name: self._whole(line, name, row.get(name, ""), low=low, high=high)
            for name, low, high in (
                ("requested", 0, PIECES_MAX),
                ("tier", 1, TIER_MAX),
                ("carry", 0, PIECES_MAX),
                ("floor", 0, PIECES_MAX),
                ("cap", 0, PIECES_MAX),
            )
        }
        weight = self._weight(line, row.get("weight", ""))
        if len(self.problems) > before:
            return None
        return Claim(
            place=place,
            requested=numbers["requested"],
            tier=numbers["tier"],
            weight=weight,
            carry=numbers["carry"] or 0,
            carried_from=row.get("carried_from", "")[:TEXT_MAX],
            floor=numbers["floor"] or 0,
            cap=numbers["cap"],
            parent=row.get("parent") or None,
        )

    def _place(self, line: int, place: str) -> str:
        if not place or len(place) > TEXT_MAX or not place.isprintable():
            wrong = N_("“%(value)s” is no name of a place") if place else N_("the place is missing")
            self.add(line, "place", place, wrong, N_("1 to %(most)d characters would be right"), most=TEXT_MAX)
        elif place.lower() in TOTALS:
            wrong = N_("“%(value)s” is a total and no place")
            self.add(line, "place", place, wrong, N_("leaving the line out would be right"))
        elif place in self.lines:
            wrong = N_("“%(value)s” stands in line %(first)d already")
            right = N_("one line for each place would be right, by code where names repeat")
            self.add(line, "place", place, wrong, right, first=self.lines[place])
        self.lines.setdefault(place, line)
        return place

    def _whole(self, line: int, name: str, value: str, *, low: int, high: int) -> int | None:
        if not value:
            return None
        found = WHOLE.fullmatch(value)
        if found and low <= int(found[1]) <= high:
            return int(found[1])
        wrong = N_("“%(value)s” is out of range") if found else N_("“%(value)s” is not a whole number")
        right = N_("a whole number from %(low)d to %(high)d in plain digits would be right")
        self.add(line, name, value, wrong, right, low=low, high=high)
        return None

    def _weight(self, line: int, value: str) -> Decimal | None:
        if not value:
            return None
        if DECIMAL.fullmatch(value) and Decimal(value) <= WEIGHT_MAX:
            return Decimal(value)
        right = N_("a number from 0 to %(high)d with at most six decimals, as in 1.5, would be right")
        self.add(line, "weight", value, N_("“%(value)s” is no weight"), right, high=WEIGHT_MAX)
        return None

    def check_tree(self, claims: Sequence[Claim]) -> None:
        """Whether everyone with nothing below says what it asks for, and nobody lies below itself."""
        parents = {claim.place: claim.parent for claim in claims}
        above = {parent for parent in parents.values() if parent is not None}
        for claim in claims:
            line = self.lines[claim.place]
            if claim.place not in above and claim.requested is None:
                self.add(line, "requested", "", N_("the request is missing"), N_("0 for nothing would be right"))
            if claim.place in above and claim.floor:
                right = N_("floors for the places below it would be right")
                self.add(line, "floor", str(claim.floor), N_("a place with others below it has no floor"), right)
            if _lies_below_itself(claim.place, parents):
                wrong, right = N_("“%(value)s” lies below itself"), N_("a place above it would be right")
                self.add(line, "parent", claim.place, wrong, right)
        if without := sorted(above - set(parents)):
            text = N_("places above others without a line of their own, with the sum of those: %(names)s")
            self.notices.append(Notice(text=text, data={"names": ", ".join(without)}))


def _lies_below_itself(place: str, parents: Mapping[str, str | None]) -> bool:
    seen, at = {place}, parents[place]
    while at is not None and at not in seen:
        seen.add(at)
        at = parents.get(at)
    return at == place
