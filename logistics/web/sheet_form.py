"""The form in which an office says how its sheet is read: from a first guess or a saved mapping, and back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from logistics.inventory.sheets.rules import (
    DEPTH_MAX,
    PER_UNIT_MAX,
    ColumnRole,
    ColumnUse,
    SheetMapping,
    mapping_of,
)
from logistics.inventory.sheets.service import Guess, Heading, Workbook, find_heading, heading_at, masked
from logistics.web.words import _

LEFT_OUT = "-"
"""What is typed for a name whose rows are left out."""
OPTIONS = ("level", "fractions", "blank", "repeats", "day_from")


@dataclass(slots=True)
class SheetForm:
    """What the form shows, as texts: `roles` and `items` by column, `options` of the mapping, `places` by the names
    that nobody knows yet. `errors` by field."""

    sheet: int = 0
    first_row: int = 1
    depth: int = 1
    roles: dict[int, str] = field(default_factory=dict)
    items: dict[int, str] = field(default_factory=dict)
    item: str = ""
    per_unit: str = "1"
    day_cell: str = ""
    day: str = ""
    facts_only: bool = False
    on_top: bool = False
    save_as: str = ""
    options: dict[str, str] = field(default_factory=dict)
    places: dict[str, str] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)

    def heading(self, book: Workbook) -> Heading:
        """The heading that the form names."""
        grid = book.grids[self.sheet]
        return heading_at(grid, min(self.first_row, grid.height) - 1, self.depth)

    def mapping(self, book: Workbook) -> SheetMapping:
        """The mapping that the form says.

        Raises:
            BadMapping: the columns contradict each other.
        """
        signatures = self.heading(book).signatures
        columns = tuple(
            ColumnUse(
                role=ColumnRole(role), title=signatures[index][0], nth=signatures[index][1],
                item=self.items.get(index, ""),
            )
            for index, role in sorted(self.roles.items())
            if index < len(signatures)
        )  # fmt: skip
        document: dict[str, Any] = {
            "columns": [
                {"role": use.role.value, "title": use.title, "nth": use.nth, "item": use.item} for use in columns
            ],
            "depth": self.depth,
            "sheet": masked(book.grids[self.sheet].name),
            "item": self.item,
            "per_unit": self._whole("per_unit", self.per_unit, 1, PER_UNIT_MAX),
            "day_cell": self.day_cell,
            **{name: value for name, value in self.options.items() if value},
        }
        return mapping_of(document)

    def stated_day(self) -> date | None:
        """The day that was typed; None where the sheet says it."""
        if not self.day:
            return None
        try:
            return date.fromisoformat(self.day)
        except ValueError:
            self.errors["day"] = _("Give a date such as 2020-02-18, or leave it to the sheet.")
            return None

    def _whole(self, name: str, text: str, low: int, high: int) -> int:
        if text.isascii() and text.isdecimal() and len(text) < 8 and low <= int(text) <= high:
            return int(text)
        self.errors[name] = _("Give a whole number from %(low)s to %(high)s.", low=low, high=high)
        return low


def form_of_guess(guess: Guess, book: Workbook, *, item: str) -> SheetForm:
    """The first guess, to be corrected."""
    return SheetForm(
        sheet=list(book.grids).index(guess.grid),
        first_row=guess.heading.first_row + 1,
        depth=guess.heading.depth,
        roles={column: role.value for column, role in guess.roles.items()},
        item=item,
        options={"level": guess.level.value if guess.level else ""},
    )


def form_of_mapping(mapping: SheetMapping, book: Workbook) -> SheetForm | None:
    """A saved mapping as this sheet has it; None where no sheet of the file has its columns."""
    for index, grid in enumerate(book.grids):
        if mapping.sheet and len(book.grids) > 1 and masked(grid.name) != mapping.sheet:
            continue
        heading = find_heading(grid, mapping)
        if heading is None:
            continue
        columns = {heading.place_of(use): use for use in mapping.columns}
        document = mapping.document()
        return SheetForm(
            sheet=index,
            first_row=heading.first_row + 1,
            depth=heading.depth,
            roles={column: use.role.value for column, use in columns.items() if column is not None},
            items={column: use.item for column, use in columns.items() if column is not None and use.item},
            item=mapping.item,
            per_unit=str(mapping.per_unit),
            day_cell=mapping.day_cell,
            options={name: document[name] or "" for name in OPTIONS},
        )
    return None


def form_sent(sent: Mapping[str, str], book: Workbook) -> SheetForm:
    """What was typed; nonsense in a choice is the first choice."""
    form = SheetForm(
        sheet=_choice(sent.get("sheet", ""), range(len(book.grids))),
        first_row=_number(sent.get("first_row", ""), 1, 20_000),
        depth=_number(sent.get("depth", ""), 1, DEPTH_MAX),
        item=sent.get("item", "").strip(),
        per_unit=sent.get("per_unit", "").strip() or "1",
        day_cell=sent.get("day_cell", "").strip()[:8],
        day=sent.get("day", "").strip(),
        facts_only="facts_only" in sent,
        on_top="on_top" in sent,
        save_as=sent.get("save_as", "").strip(),
        options={name: sent.get(name, "").strip() for name in OPTIONS},
    )
    for index in range(book.grids[form.sheet].width):
        role = sent.get(f"role-{index}", "")
        if role in set(ColumnRole):
            form.roles[index] = role
            form.items[index] = sent.get(f"item-{index}", "").strip()
    for number in range(len(sent)):
        name = sent.get(f"name-{number}")
        if name is None:
            break
        form.places[name] = sent.get(f"place-{number}", "").strip()
    return form


def _choice(text: str, allowed: Sequence[int]) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 6 and int(text) in allowed else 0


def _number(text: str, low: int, high: int) -> int:
    whole = int(text) if text.isascii() and text.isdecimal() and len(text) < 8 else low
    return min(max(whole, low), high)
