"""What the rows of a sheet come to: facts with the cells they were read from, and a report that leaves no row out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from logistics.errors import N_
from logistics.inventory.sheets.mapping import FactKind

NOTICE_TOTAL = N_("The sheet's own total in %(cell)s is %(stated)s; the rows that were taken come to %(sum)s.")
NOTICE_DAYS = N_("The sheet names different days: %(days)s. %(taken)s was taken.")
NOTICE_ENCODING = N_("The text was read as %(encoding)s.")


class Outcome(StrEnum):
    TAKEN = "taken"
    SKIPPED = "skipped"
    WRONG = "wrong"


class Skip(StrEnum):
    """Why a row is left out."""

    BLANK = "blank"
    TOTAL = "total"
    NOTE = "note"
    HEADING = "heading"
    NO_QUANTITY = "no_quantity"
    LEFT_OUT = "left_out"


@dataclass(frozen=True, slots=True, kw_only=True)
class CellProblem:
    """One cell that is wrong, and what would be right: English templates that `value` and `data` fill."""

    cell: str
    value: str
    wrong: str
    right: str
    data: Mapping[str, object] = field(default_factory=dict)

    def filling(self) -> dict[str, object]:
        return {"value": self.value, **self.data}


@dataclass(frozen=True, slots=True, kw_only=True)
class CellNote:
    """One cell that was read as something else than what stands in it to the letter."""

    cell: str
    value: str
    pieces: int
    note: str

    def filling(self) -> dict[str, object]:
        return {"value": self.value, "pieces": self.pieces}


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetRow:
    """What a sheet states: so many pieces of an item for an area on a day. `cells` are where it stands, several where a
    place has several rows or an item several columns; `row` is the first of them, from 1."""

    row: int
    area_id: int
    item_id: int
    kind: FactKind
    pieces: int
    on: date
    cells: tuple[str, ...]
    remark: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RowReport:
    """One row of the sheet, from 1: taken, skipped with the reason, or wrong with its cells."""

    row: int
    place: str
    outcome: Outcome
    area_id: int | None = None
    skip: Skip | None = None
    problems: tuple[CellProblem, ...] = ()
    notes: tuple[CellNote, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """Something the reader should know that stops nothing; an English template and what fills it."""

    template: str
    data: Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetReading:
    """A sheet that was read. `unknown` are names of places that nobody can say yet, as they stand in the sheet;
    `fingerprint` is that of its cells and its day."""

    sheet: str
    fingerprint: str
    first_row: int
    depth: int
    day: date | None
    rows: Sequence[RowReport]
    facts: Sequence[SheetRow]
    notices: Sequence[Notice] = ()
    unknown: Sequence[str] = ()

    def count(self, outcome: Outcome) -> int:
        return sum(row.outcome is outcome for row in self.rows)

    @property
    def wrong(self) -> int:
        return self.count(Outcome.WRONG)
