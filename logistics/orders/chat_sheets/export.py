"""What became of each row of a list, as a file to send back to the group's leader."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from logistics.errors import N_, NotFound
from logistics.orders.chat_sheets.telling import ListRowView, Named, Translate, row_views
from logistics.tables_out import XLSX_MIMETYPE, Cell, Column, Sheet, csv_file, xlsx

WORKBOOK, CSV = "report.xlsx", "report.csv"
"""The files of a list's report by what they are called in addresses."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ListFile:
    """A report to be saved under a name of its own."""

    name: str
    content_type: str
    content: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class ListWords:
    """The reader's language: sentences, and words for outcomes."""

    said: Translate
    named: Named


def list_file(
    documents: Sequence[Mapping[str, Any]], kind: str, words: ListWords, *, name: str, made_at: datetime
) -> ListFile:
    """The report as `report.xlsx` or `report.csv`, one line per order and per row that is none. No text in it is ever
    run as a formula.

    Raises:
        NotFound: there is no other file.
    """
    sheet = report_sheet(documents, words)
    if kind == CSV:
        return ListFile(name=f"{name}.csv", content_type="text/csv; charset=utf-8", content=csv_file(sheet))
    if kind == WORKBOOK:
        return ListFile(name=f"{name}.xlsx", content_type=XLSX_MIMETYPE, content=xlsx([sheet], made_at=made_at))
    raise NotFound(kind="report", key=kind)


def report_sheet(documents: Sequence[Mapping[str, Any]], words: ListWords) -> Sheet:
    """The report as a table."""
    said = words.said
    titles = (
        said(N_("Rows")), said(N_("Outcome")), said(N_("Order number")), said(N_("Address")), said(N_("Household")),
        said(N_("Goods")), said(N_("Order")), said(N_("Why")), said(N_("Remark")),
    )  # fmt: skip
    rows = [_cells(view, words) for view in row_views(documents, words.said, words.named)]
    return Sheet(
        name=said(N_("Rows of the list")), columns=[Column(title=title) for title in titles], rows=rows, frozen=1
    )


def _cells(view: ListRowView, words: ListWords) -> list[Cell]:
    joint = words.said(N_("; "))
    wrong = (f"{one.cell} {one.wrong}{joint}{one.right}".strip() for one in view.problems)
    return [
        ", ".join(map(str, view.rows)),
        words.named(view.outcome, "list_outcome"),
        view.number,
        view.address,
        view.home,
        view.goods,
        view.order,
        "\n".join(filter(None, (view.why, *wrong, *view.notes))),
        view.remark,
    ]
