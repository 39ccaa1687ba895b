"""Reports of rows: as documents that keep templates and data apart, and as sentences in a language."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from logistics.errors import N_
from logistics.inventory.sheets.rules import filled
from logistics.orders.chat_sheets.deciding import ChangeKind, Decided, Decision
from logistics.orders.chat_sheets.rows import ListReading, Outcome, Skip, SkippedRow
from logistics.orders.rules import OrderState

Translate = Callable[[str], str]
Named = Callable[[object, str], str]
"""The word for a member of an enum, by the name of the enum's table."""

SKIPPED: Mapping[Skip, str] = {
    Skip.BLANK: N_("blank row"),
    Skip.TOTAL: N_("a total"),
    Skip.NOTE: N_("a note, not an order"),
    Skip.HEADING: N_("the heading again"),
    Skip.NOTHING: N_("nothing ordered"),
    Skip.CANCELLED: N_("called off in the list"),
    Skip.LEFT_OUT: N_("left out, as you said of this address"),
}
CHANGES: Mapping[tuple[Outcome, ChangeKind], str] = {
    (Outcome.CHANGE, ChangeKind.LINES): N_("other goods than order %(order)s, which stands until changes are wanted"),
    (Outcome.CHANGE, ChangeKind.HOME): N_("another flat than order %(order)s, which stands until changes are wanted"),
    (Outcome.CHANGE, ChangeKind.CANCEL): N_("called off; order %(order)s stands until changes are wanted"),
    (Outcome.CHANGED, ChangeKind.LINES): N_("in place of order %(order)s"),
    (Outcome.CHANGED, ChangeKind.HOME): N_("in place of order %(order)s of another flat"),
    (Outcome.CHANGED, ChangeKind.CANCEL): N_("order %(order)s was cancelled"),
}
KNOWN = N_("entered before as order %(order)s")
KNOWN_CANCELLED = N_("entered before as order %(order)s, which was cancelled since; it is not entered again")
SAME_AS = N_("counted once, in row %(row)s")
NEW_FLAT = N_("its flat is entered as new")


@dataclass(frozen=True, slots=True, kw_only=True)
class ListProblemView:
    cell: str
    reason: str
    wrong: str
    right: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ListRowView:
    """What became of an order of the list, or of a row that is none. `rows` count from 1; `home` is the household as
    the platform writes it, `order` the order that came of it or is meant, `why` what is to be said of the outcome."""

    rows: tuple[int, ...]
    number: str
    address: str
    home: str
    goods: str
    outcome: str
    order: str
    why: str
    remark: str
    problems: tuple[ListProblemView, ...]
    notes: tuple[str, ...]


def list_documents(reading: ListReading, decided: Decided) -> list[dict[str, Any]]:
    """The rows as JSON keeps them, in their order: templates in English beside what fills them."""
    documents = [_document(decision) for decision in decided.decisions] + [_skipped(row) for row in reading.skipped]
    return sorted(documents, key=lambda document: document["rows"][0])


def row_views(documents: Iterable[Mapping[str, Any]], translate: Translate, named: Named) -> list[ListRowView]:
    """The rows in words."""
    return [
        ListRowView(
            rows=tuple(document["rows"]),
            number=document["number"],
            address=document["address"],
            home=document["home"],
            goods=translate(N_(", ")).join(f"{line['name']}×{line['quantity']}" for line in document["lines"]),
            outcome=document["outcome"],
            order=document["order"],
            why=filled(document["why"], document["data"], translate) if document["why"] else "",
            remark=document["remark"],
            problems=tuple(_problem_view(one, translate, named) for one in document["problems"]),
            notes=tuple(_note_text(one, translate) for one in document["notes"]),
        )
        for document in documents
    ]


def _document(decision: Decision) -> dict[str, Any]:
    entry, (why, data) = decision.entry, _why(decision)
    order = decision.order or (decision.known.order if decision.known else "")
    return {
        "rows": list(entry.rows),
        "number": entry.number,
        "address": entry.address,
        "home": entry.home.address if entry.home else "",
        "lines": [{"sku": line.sku, "name": line.name, "quantity": line.quantity} for line in entry.lines],
        "outcome": decision.outcome.value,
        "order": order,
        "why": why,
        "data": data,
        "remark": entry.remark,
        "problems": [
            {
                "cell": one.cell,
                "reason": one.reason.value,
                "wrong": one.wrong,
                "right": one.right,
                "data": dict(one.data),
            }
            for one in decision.problems
        ],
        "notes": [{"cell": one.cell, "note": one.note, "data": dict(one.data)} for one in decision.notes],
    }


def _skipped(row: SkippedRow) -> dict[str, Any]:
    empty: dict[str, Any] = {"number": "", "home": "", "order": "", "remark": "", "data": {}}
    empty |= {"lines": [], "problems": [], "notes": []}
    outcome = Outcome.SKIPPED.value
    return {"rows": [row.row], "address": row.text, "outcome": outcome, "why": SKIPPED[row.skip], **empty}


def _why(decision: Decision) -> tuple[str, dict[str, object]]:
    """What is to be said of an outcome beside its problems."""
    known = decision.known
    if decision.skip is not None:
        return SKIPPED[decision.skip], {}
    if decision.of_row:
        return SAME_AS, {"row": decision.of_row}
    if decision.change is not None and known is not None:
        return CHANGES[decision.outcome, decision.change], {"order": known.order}
    if decision.outcome is Outcome.KNOWN and known is not None:
        return KNOWN_CANCELLED if known.state is OrderState.CANCELLED else KNOWN, {"order": known.order}
    home = decision.entry.home
    new = home is not None and not home.household_id and decision.outcome is Outcome.READY
    return (NEW_FLAT if new else ""), {}


def _problem_view(document: Mapping[str, Any], translate: Translate, named: Named) -> ListProblemView:
    data = dict(document["data"])
    if document["reason"] == "order_gone":
        data["state"] = named(data["state"], "order_state")
    return ListProblemView(
        cell=document["cell"],
        reason=document["reason"],
        wrong=filled(document["wrong"], data, translate),
        right=filled(document["right"], data, translate),
    )


def _note_text(document: Mapping[str, Any], translate: Translate) -> str:
    text = filled(document["note"], document["data"], translate)
    return f"{document['cell']}: {text}" if document["cell"] else text
