"""Reports of rows in words: as documents that keep templates and data apart, and as sentences in a language."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from logistics.errors import N_
from logistics.inventory.sheets.rows import Notice, RowReport, Skip

Translate = Callable[[str], str]

SKIPPED: Mapping[Skip, str] = {
    Skip.BLANK: N_("blank row"),
    Skip.TOTAL: N_("a total"),
    Skip.NOTE: N_("a note, not a place"),
    Skip.HEADING: N_("the heading again"),
    Skip.NO_QUANTITY: N_("no quantity stated"),
    Skip.LEFT_OUT: N_("left out, as you said of this name"),
}
LIST_JOINT = N_(", ")


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetRowView:
    """What became of a row, in sentences: `why` it was skipped, each problem with its cell and what would be right, and
    how cells were read that do not speak for themselves."""

    row: int
    place: str
    outcome: str
    why: str
    problems: tuple[CellProblemView, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CellProblemView:
    cell: str
    value: str
    wrong: str
    right: str


def report_documents(rows: Iterable[RowReport]) -> list[dict[str, Any]]:
    """The rows as JSON keeps them: templates in English beside what fills them, so that any language can be told."""
    return [
        {
            "row": row.row,
            "place": row.place,
            "outcome": row.outcome.value,
            "skip": row.skip.value if row.skip else None,
            "problems": [
                {"cell": one.cell, "wrong": one.wrong, "right": one.right, "data": one.filling()}
                for one in row.problems
            ],
            "notes": [{"cell": one.cell, "note": one.note, "data": one.filling()} for one in row.notes],
        }
        for row in rows
    ]


def row_views(documents: Iterable[Mapping[str, Any]], translate: Translate = str) -> list[SheetRowView]:
    """The rows in words."""
    return [
        SheetRowView(
            row=document["row"],
            place=document["place"],
            outcome=document["outcome"],
            why=translate(SKIPPED[Skip(document["skip"])]) if document["skip"] else "",
            problems=tuple(
                CellProblemView(
                    cell=one["cell"],
                    value=str(one["data"].get("value", "")),
                    wrong=filled(one["wrong"], one["data"], translate),
                    right=filled(one["right"], one["data"], translate),
                )
                for one in document["problems"]
            ),
            notes=tuple(f"{one['cell']}: {filled(one['note'], one['data'], translate)}" for one in document["notes"]),
        )
        for document in documents
    ]


def notice_texts(notices: Iterable[Notice], translate: Translate = str) -> list[str]:
    return [filled(notice.template, notice.data, translate) for notice in notices]


def filled(template: str, data: Mapping[str, Any], translate: Translate) -> str:
    """A template in the reader's language with its places filled; lists are joined as that language joins them."""
    joint = translate(LIST_JOINT)
    facts = {
        name: joint.join(map(str, value)) if isinstance(value, (list, tuple)) else value for name, value in data.items()
    }
    return translate(template) % facts
