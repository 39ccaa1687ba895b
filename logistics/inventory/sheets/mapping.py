"""What an office says once about its sheet, and saves: which column is what, where the day stands, how to count."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, ClassVar

from logistics.communities.rules import AreaLevel
from logistics.errors import N_, Invalid
from logistics.inventory.sheets.quantities import BlankMeans, Fractions

DEPTH_MAX = 6
PER_UNIT_MAX = 100_000
COLUMNS_MAX = 40
TITLE_LENGTH_MAX = 300


class ColumnRole(StrEnum):
    """What stands in a column. The quantities are facts of their own: see `FactKind`."""

    PLACE = "place"
    ABOVE = "above"
    REQUESTED = "requested"
    SENT = "sent"
    RECEIVED = "received"
    STOCK = "stock"
    REMARK = "remark"
    ITEM = "item"
    DAY = "day"


class FactKind(StrEnum):
    """What a sheet states of a place, an item and a day. Requested becomes a request, received a receipt, stock a
    count; what was sent is kept as it was stated."""

    REQUESTED = "requested"
    SENT = "sent"
    RECEIVED = "received"
    STOCK = "stock"


QUANTITIES = frozenset({ColumnRole(kind.value) for kind in FactKind})
SINGLE = frozenset(ColumnRole) - QUANTITIES
"""Roles that one column has, or none."""


class DayFrom(StrEnum):
    """Where the day stands that a column's own title does not name. `automatic` looks in this order."""

    AUTOMATIC = "automatic"
    HEADING = "heading"
    SHEET_NAME = "sheet_name"
    FILE_NAME = "file_name"
    CELL = "cell"


class Repeats(StrEnum):
    """What becomes of a place that stands in two rows of its own: a slip, or parts of one number."""

    REFUSE = "refuse"
    SUM = "sum"


class BadMapping(Invalid):
    template = N_("The mapping cannot be used: %(why)s.")
    code = "bad_mapping"
    words: ClassVar[Mapping[str, str]] = {"why": "bad_mapping"}


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnUse:
    """One column that is read. `title` is its heading from top to bottom, dates masked, so that tomorrow's sheet has
    it too; `nth` counts columns of one title from 0. `item` is a code, for a column that is about another item than
    the sheet's."""

    role: ColumnRole
    title: str
    nth: int = 0
    item: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetMapping:
    """How a sheet is read. `sheet` is the name of one, dates masked, or empty for the first that fits; `level` narrows
    the places to one level of the tree; one unit of the sheet is `per_unit` pieces.

    Raises:
        BadMapping: the columns contradict each other.
    """

    columns: tuple[ColumnUse, ...]
    depth: int = 1
    sheet: str = ""
    item: str = ""
    level: AreaLevel | None = None
    per_unit: int = 1
    fractions: Fractions = Fractions.REFUSE
    blank: BlankMeans = BlankMeans.NOTHING
    repeats: Repeats = Repeats.REFUSE
    day_from: DayFrom = DayFrom.AUTOMATIC
    day_cell: str = ""

    def __post_init__(self) -> None:
        roles = [column.role for column in self.columns]
        if len(self.columns) > COLUMNS_MAX:
            raise BadMapping(why="too_many")
        if roles.count(ColumnRole.PLACE) != 1:
            raise BadMapping(why="no_place")
        if not QUANTITIES & set(roles):
            raise BadMapping(why="no_quantity")
        if any(roles.count(role) > 1 for role in SINGLE):
            raise BadMapping(why="role_twice")
        if len({(column.title, column.nth) for column in self.columns}) != len(self.columns):
            raise BadMapping(why="column_twice")
        if not 1 <= self.depth <= DEPTH_MAX or not 1 <= self.per_unit <= PER_UNIT_MAX:
            raise BadMapping(why="out_of_range")
        if self.day_from is DayFrom.CELL and not self.day_cell:
            raise BadMapping(why="no_day_cell")
        needs_item = any(not column.item for column in self.columns if column.role in QUANTITIES)
        if needs_item and not self.item and ColumnRole.ITEM not in roles:
            raise BadMapping(why="no_item")

    def one(self, role: ColumnRole) -> ColumnUse | None:
        return next((column for column in self.columns if column.role is role), None)

    def document(self) -> dict[str, Any]:
        """The mapping as JSON has it."""
        return {
            "columns": [
                {"role": use.role.value, "title": use.title, "nth": use.nth, "item": use.item} for use in self.columns
            ],
            "depth": self.depth,
            "sheet": self.sheet,
            "item": self.item,
            "level": self.level.value if self.level else None,
            "per_unit": self.per_unit,
            "fractions": self.fractions.value,
            "blank": self.blank.value,
            "repeats": self.repeats.value,
            "day_from": self.day_from.value,
            "day_cell": self.day_cell,
        }

    def fingerprint(self) -> str:
        """SHA-256 of the document."""
        text = json.dumps(self.document(), sort_keys=True, ensure_ascii=False, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()


def mapping_of(document: Mapping[str, Any]) -> SheetMapping:
    """The mapping that a document states; members left out have their defaults.

    Raises:
        BadMapping: it is not a mapping, with what is wrong in it.
    """
    try:
        members = ("depth", "sheet", "item", "per_unit", "day_cell")
        plain = {name: document[name] for name in members if name in document}
        words: dict[str, Any] = {
            name: kind(document[name])
            for name, kind in (
                ("fractions", Fractions),
                ("blank", BlankMeans),
                ("repeats", Repeats),
                ("day_from", DayFrom),
                ("level", AreaLevel),
            )
            if document.get(name)
        }
        columns = tuple(
            ColumnUse(
                role=ColumnRole(column["role"]),
                title=str(column["title"])[:TITLE_LENGTH_MAX],
                nth=int(column.get("nth", 0)),
                item=str(column.get("item") or ""),
            )
            for column in document["columns"]
        )
        return SheetMapping(columns=columns, **plain, **words)
    except (KeyError, TypeError, ValueError) as wrong:
        raise BadMapping(why="malformed") from wrong


def with_item(mapping: SheetMapping, code: str) -> SheetMapping:
    """The same mapping for another item."""
    return replace(mapping, item=code)
