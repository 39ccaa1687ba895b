"""The form in which an importer says how a chat group's list is read: from a guess or a saved mapping, and back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from logistics.orders.chat_sheets.rules import DEPTH_MAX, NAME_LENGTH_MAX, ListColumn, ListMapping, list_mapping_of
from logistics.orders.chat_sheets.service import (
    Heading,
    ListColumnsNotFound,
    ListGuess,
    Workbook,
    heading_at,
    table_of,
)

LEFT_OUT = "-"
"""What is typed for an address or a word that is left out."""
OPTIONS = ("channel", "second_row", "unsaid")
ASKED = ("changes", "second", "create")


@dataclass(slots=True)
class ChatForm:
    """What the form shows, as texts: `roles` and `products` by column, `options` of the mapping, `asked` what is done
    beyond what is new and clear. `homes` is what was typed for (address, compound), `words` for words that are no
    product; `errors` by field."""

    sheet: int = 0
    first_row: int = 1
    depth: int = 1
    roles: dict[int, str] = field(default_factory=dict)
    products: dict[int, str] = field(default_factory=dict)
    compound: str = ""
    source: str = ""
    window: str = ""
    options: dict[str, str] = field(default_factory=dict)
    asked: dict[str, bool] = field(default_factory=dict)
    homes: dict[tuple[str, str], str] = field(default_factory=dict)
    words: dict[str, str] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)

    def heading(self, book: Workbook) -> Heading:
        """The heading that the form names."""
        grid = book.grids[self.sheet]
        return heading_at(grid, min(self.first_row, grid.height) - 1, self.depth)

    def mapping(self, book: Workbook) -> ListMapping:
        """The mapping that the form says.

        Raises:
            BadListMapping: the columns contradict each other.
        """
        signatures = self.heading(book).signatures
        columns = [
            {"role": role, "title": signatures[at][0], "nth": signatures[at][1], "product": self.products.get(at, "")}
            for at, role in sorted(self.roles.items())
            if at < len(signatures)
        ]
        document: dict[str, Any] = {
            "columns": columns,
            "depth": self.depth,
            "sheet": book.grids[self.sheet].name if len(book.grids) > 1 else "",
            "compound": self.compound,
            **{name: value for name, value in self.options.items() if value},
        }
        return list_mapping_of(document)


def form_of_guess(guess: ListGuess, book: Workbook, *, compound: str) -> ChatForm:
    """The first guess, to be corrected."""
    return ChatForm(
        sheet=list(book.grids).index(guess.grid),
        first_row=guess.heading.first_row + 1,
        depth=guess.heading.depth,
        roles={column: role.value for column, role in guess.roles.items()},
        compound=compound,
    )


def form_of_mapping(mapping: ListMapping, book: Workbook, *, source: str) -> ChatForm | None:
    """A saved mapping as this file has it; None where no sheet of it has its columns."""
    try:
        table = table_of(book.grids, mapping)
    except ListColumnsNotFound:
        return None
    document = mapping.document()
    return ChatForm(
        sheet=list(book.grids).index(table.grid),
        first_row=table.heading.first_row + 1,
        depth=table.heading.depth,
        roles={column: use.role.value for use, column in table.places.items()},
        products={column: use.product for use, column in table.places.items() if use.product},
        compound=mapping.compound,
        source=source,
        options={name: document[name] for name in OPTIONS},
    )


def form_sent(sent: Mapping[str, str], book: Workbook) -> ChatForm:
    """What was typed; nonsense in a choice is the first choice."""
    form = ChatForm(
        sheet=_choice(sent.get("sheet", ""), range(len(book.grids))),
        first_row=_number(sent.get("first_row", ""), 1, 20_000),
        depth=_number(sent.get("depth", ""), 1, DEPTH_MAX),
        compound=sent.get("compound", "").strip()[:120],
        source=sent.get("source", "").strip()[:NAME_LENGTH_MAX],
        window=sent.get("window", "").strip(),
        options={name: sent.get(name, "").strip() for name in OPTIONS},
        asked={name: name in sent for name in ASKED},
    )
    for column in range(book.grids[form.sheet].width):
        role = sent.get(f"role-{column}", "")
        if role in set(ListColumn):
            form.roles[column] = role
            form.products[column] = sent.get(f"product-{column}", "").strip()
    for number in range(len(sent)):
        address, word = sent.get(f"address-{number}"), sent.get(f"word-{number}")
        if address is not None:
            form.homes[address, sent.get(f"in-{number}", "")] = sent.get(f"home-{number}", "").strip()
        if word is not None:
            form.words[word] = sent.get(f"means-{number}", "").strip()
    return form


def _choice(text: str, allowed: Sequence[int]) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 6 and int(text) in allowed else 0


def _number(text: str, low: int, high: int) -> int:
    whole = int(text) if text.isascii() and text.isdecimal() and len(text) < 8 else low
    return min(max(whole, low), high)
