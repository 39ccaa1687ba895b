"""What the rows of a list come to: orders with the rows they were read from, and every other row with its reason."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from logistics.orders.chat_sheets.homes import Home
from logistics.orders.chat_sheets.lines import Line


class Outcome(StrEnum):
    """What becomes of an order of the list. `ready`, `change` and `held` are what would become of it."""

    READY = "ready"
    ENTERED = "entered"
    KNOWN = "known"
    CHANGE = "change"
    CHANGED = "changed"
    HELD = "held"
    DUPLICATE = "duplicate"
    SKIPPED = "skipped"
    WRONG = "wrong"


class Skip(StrEnum):
    """Why a row is no order."""

    BLANK = "blank"
    TOTAL = "total"
    NOTE = "note"
    HEADING = "heading"
    NOTHING = "nothing"
    CANCELLED = "cancelled"
    LEFT_OUT = "left_out"


class Reason(StrEnum):
    """What is wrong with an order, or why it waits."""

    ADDRESS = "address"
    UNKNOWN_HOME = "unknown_home"
    AMBIGUOUS_HOME = "ambiguous_home"
    PRODUCT = "product"
    QUANTITY = "quantity"
    TEXT = "text"
    NUMBER = "number"
    STATE = "state"
    REPEATED = "repeated"
    OTHER_CAMPAIGN = "other_campaign"
    LIMIT = "limit"
    REFUSED = "refused"
    HAS_ORDER = "has_order"
    UNCLEAR_CHANGE = "unclear_change"
    ORDER_GONE = "order_gone"


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """What is wrong, and what would be right: English templates that `data` fills. `cell` is empty where it is not
    about one cell."""

    reason: Reason
    wrong: str
    right: str
    cell: str = ""
    data: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """Something the reader should know that stops nothing."""

    note: str
    cell: str = ""
    data: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One order of a list. `rows` count from 1; `address` is what the list says and `number` its own order number.
    `home` is None where nobody can say which it is; then `new` may be the flat that would have to be entered."""

    rows: tuple[int, ...]
    address: str
    number: str = ""
    home: Home | None = None
    lines: tuple[Line, ...] = ()
    remark: str = ""
    cancelled: bool = False
    problems: tuple[Problem, ...] = ()
    notes: tuple[Note, ...] = ()
    new: Home | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SkippedRow:
    """A row, from 1, that is no order; `text` is what stands in it."""

    row: int
    skip: Skip
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class UnknownHome:
    """An address that nobody can say yet, with its compound as the list has it, and households it may mean."""

    text: str
    compound: str
    options: tuple[Home, ...] = ()
    new: Home | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class UnknownProduct:
    """A word that is no product of the campaign, and SKUs and names it may mean."""

    text: str
    options: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ListReading:
    """A sheet that was read: every row is in one of its entries or skipped. `fingerprint` is that of its cells."""

    sheet: str
    fingerprint: str
    first_row: int
    depth: int
    entries: Sequence[Entry]
    skipped: Sequence[SkippedRow]
    homes: Sequence[UnknownHome] = ()
    products: Sequence[UnknownProduct] = ()
