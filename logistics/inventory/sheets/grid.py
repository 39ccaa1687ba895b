"""A sheet as a grid of cells that knows which of them are merged, and what a person calls each of them (C5)."""

from __future__ import annotations

import hashlib
import json
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A cell without a value to trust: the error it shows (#REF!), or a formula that nobody calculated."""

    shown: str


Value: TypeAlias = str | Decimal | bool | date | datetime | Unreadable | None
"""What a cell holds: texts as they were typed, numbers exact, blank as None."""

UNCALCULATED = Unreadable("=…")
UNSEEN = dict.fromkeys([0xAD, 0xFEFF, *range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x2065)])
"""Soft hyphens, marks of byte order and of direction, spaces and joiners without a width."""


@dataclass(frozen=True, slots=True)
class Span:
    """A merged range, rows and columns from 0, both ends inclusive. Its value stands in the first cell."""

    top: int
    left: int
    bottom: int
    right: int

    def cells(self) -> Iterator[tuple[int, int]]:
        for row in range(self.top, self.bottom + 1):
            for column in range(self.left, self.right + 1):
                yield row, column


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """One sheet. Rows and columns count from 0 and all rows have `width` cells."""

    name: str
    rows: Sequence[Sequence[Value]]
    spans: Sequence[Span] = ()
    formulas: frozenset[tuple[int, int]] = frozenset()
    """Cells whose value a spreadsheet calculated."""
    _span_of: Mapping[tuple[int, int], Span] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        inside = [span for span in self.spans if span.top < len(self.rows) and span.left < self.width]
        clipped = [
            Span(span.top, span.left, min(span.bottom, len(self.rows) - 1), min(span.right, self.width - 1))
            for span in inside
        ]
        object.__setattr__(self, "_span_of", {cell: span for span in clipped for cell in span.cells()})

    @property
    def height(self) -> int:
        return len(self.rows)

    @property
    def width(self) -> int:
        return len(self.rows[0]) if self.rows else 0

    def own(self, row: int, column: int) -> Value:
        """What the cell itself holds: a merged cell holds nothing but in its first place."""
        return self.rows[row][column]

    def filled(self, row: int, column: int) -> Value:
        """What the eye sees in the cell: the value of the merged range that covers it."""
        span = self._span_of.get((row, column))
        return self.rows[row][column] if span is None else self.rows[span.top][span.left]

    def span(self, row: int, column: int) -> Span | None:
        return self._span_of.get((row, column))

    def covered(self, row: int, column: int) -> bool:
        """Whether the cell lies in a merged range and is not its first, so that its value belongs to another cell."""
        span = self._span_of.get((row, column))
        return span is not None and (span.top, span.left) != (row, column)

    def fingerprint(self, day: date | None) -> str:
        """SHA-256 of what the cells say, and of the day they say it of, which may stand elsewhere. A file that was only
        opened and saved has other bytes and the same fingerprint."""
        cells = [[None if value is None else [type(value).__name__, str(value)] for value in row] for row in self.rows]
        stated = [cells, day.isoformat() if day else ""]
        return hashlib.sha256(json.dumps(stated, ensure_ascii=False, separators=(",", ":")).encode()).hexdigest()

    def is_blank(self, row: int) -> bool:
        return all(text_of(value) == "" for value in self.rows[row])


def text_of(value: Value) -> str:
    """A cell as one line of text: full-width letters and digits made plain, white space and line breaks single, signs
    without a width left out, which copying from chats and web pages leaves behind and nobody sees."""
    if value is None:
        return ""
    if isinstance(value, Unreadable):
        return value.shown
    if isinstance(value, Decimal):
        return plain_number(value)
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M}"
    if isinstance(value, date):
        return value.isoformat()
    return " ".join(unicodedata.normalize("NFKC", str(value)).translate(UNSEEN).split())


def shown(value: Value, length: int = 40) -> str:
    """A cell's text short enough to be shown in a report."""
    text = text_of(value)
    return text if len(text) <= length else f"{text[: length - 1]}…"


def plain_number(value: Decimal) -> str:
    """A number as people write it: 1791.5, 10000; never 1E+4."""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def reference(row: int, column: int) -> str:
    """The name of a cell, as C5 for row 4 and column 2."""
    return f"{column_name(column)}{row + 1}"


def column_name(column: int) -> str:
    name = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        name = chr(65 + rest) + name
    return name
