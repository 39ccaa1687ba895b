"""What is said once about a source's lists, and saved: which column is what, and how its rows become orders."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, ClassVar

from logistics.errors import N_, Invalid
from logistics.orders.chat_sheets.lines import Unsaid
from logistics.orders.rules import Channel

DEPTH_MAX = 4
COLUMNS_MAX = 120
TITLE_LENGTH_MAX = 300
NAME_LENGTH_MAX = 80
CHANNELS = frozenset({Channel.GROUP_BUY, Channel.PROXY})
"""How goods that were listed elsewhere may have been ordered."""


class ListColumn(StrEnum):
    """What stands in a column. A person's name is not among them: nothing here needs it."""

    ADDRESS = "address"
    COMPOUND = "compound"
    BUILDING = "building"
    UNIT = "unit"
    FLAT = "flat"
    NUMBER = "number"
    PHONE = "phone"
    STATE = "state"
    PRODUCT = "product"
    QUANTITY = "quantity"
    COUNT = "count"
    TEXT = "text"
    REMARK = "remark"


class Layout(StrEnum):
    """How the goods stand in a list: one product per row, one column per product, or a text."""

    ROWS = "rows"
    COLUMNS = "columns"
    TEXT = "text"


class SecondRow(StrEnum):
    """What a second row of one household means, where rows have no order numbers: a slip, a further order, or that the
    last one counts."""

    REFUSE = "refuse"
    ADD = "add"
    LAST = "last"


class BadListMapping(Invalid):
    template = N_("The list cannot be read like this: %(why)s.")
    code = "bad_list_mapping"
    words: ClassVar[Mapping[str, str]] = {"why": "bad_list_mapping"}


@dataclass(frozen=True, slots=True, kw_only=True)
class ListColumnUse:
    """One column that is read. `title` is its heading from top to bottom; `nth` counts columns of one title from 0.
    `product` is a code, for a column of one product that its title does not name."""

    role: ListColumn
    title: str
    nth: int = 0
    product: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ListMapping:
    """How lists of one source are read. `sheet` is the name of one sheet, or empty for the first that fits; `compound`
    the name or code of the compound whose chat group it is, for addresses that name none.

    Raises:
        BadListMapping: the columns contradict each other, or say neither where nor what.
    """

    columns: tuple[ListColumnUse, ...]
    depth: int = 1
    sheet: str = ""
    compound: str = ""
    channel: Channel = Channel.GROUP_BUY
    second_row: SecondRow = SecondRow.REFUSE
    unsaid: Unsaid = Unsaid.REFUSE

    def __post_init__(self) -> None:
        roles = [column.role for column in self.columns]
        if len(self.columns) > COLUMNS_MAX:
            raise BadListMapping(why="too_many")
        if any(roles.count(role) > 1 for role in ListColumn if role is not ListColumn.COUNT):
            raise BadListMapping(why="role_twice")
        if len({(column.title, column.nth) for column in self.columns}) != len(self.columns):
            raise BadListMapping(why="column_twice")
        split = {ListColumn.BUILDING, ListColumn.FLAT} & set(roles)
        if ListColumn.ADDRESS in roles and split:
            raise BadListMapping(why="address_twice")
        if ListColumn.ADDRESS not in roles and len(split) < 2:
            raise BadListMapping(why="no_address")
        layouts = {ListColumn.PRODUCT, ListColumn.COUNT, ListColumn.TEXT} & set(roles)
        if len(layouts) != 1:
            raise BadListMapping(why="two_layouts" if layouts else "no_goods")
        if (ListColumn.PRODUCT in roles) != (ListColumn.QUANTITY in roles):
            raise BadListMapping(why="no_quantity")
        if not 1 <= self.depth <= DEPTH_MAX:
            raise BadListMapping(why="out_of_range")
        if self.channel not in CHANNELS:
            raise BadListMapping(why="channel")

    @property
    def layout(self) -> Layout:
        roles = {column.role for column in self.columns}
        if ListColumn.PRODUCT in roles:
            return Layout.ROWS
        return Layout.COLUMNS if ListColumn.COUNT in roles else Layout.TEXT

    def document(self) -> dict[str, Any]:
        """The mapping as JSON has it."""
        return {
            "columns": [
                {"role": use.role.value, "title": use.title, "nth": use.nth, "product": use.product}
                for use in self.columns
            ],
            "depth": self.depth,
            "sheet": self.sheet,
            "compound": self.compound,
            "channel": self.channel.value,
            "second_row": self.second_row.value,
            "unsaid": self.unsaid.value,
        }

    def fingerprint(self) -> str:
        """SHA-256 of the document."""
        text = json.dumps(self.document(), sort_keys=True, ensure_ascii=False, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()


def list_mapping_of(document: Mapping[str, Any]) -> ListMapping:
    """The mapping that a document states; members left out have their defaults.

    Raises:
        BadListMapping: it is not a mapping, with what is wrong in it.
    """
    try:
        plain = {name: document[name] for name in ("depth", "sheet", "compound") if name in document}
        kinds = (("channel", Channel), ("second_row", SecondRow), ("unsaid", Unsaid))
        words: dict[str, Any] = {name: kind(document[name]) for name, kind in kinds if document.get(name)}
        columns = tuple(
            ListColumnUse(
                role=ListColumn(column["role"]),
                title=str(column["title"])[:TITLE_LENGTH_MAX],
                nth=int(column.get("nth", 0)),
                product=str(column.get("product") or ""),
            )
            for column in document["columns"]
        )
        return ListMapping(columns=columns, **plain, **words)
    except (KeyError, TypeError, ValueError) as wrong:
        raise BadListMapping(why="malformed") from wrong
