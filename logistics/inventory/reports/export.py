"""A report as tables for offices: a workbook with everything, or one CSV."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from logistics.clock import SHANGHAI
from logistics.errors import N_, NotFound
from logistics.inventory.reports.rules import QUANTITIES, Scope, StockLine
from logistics.inventory.reports.views import ReportDetail, ReportLineView
from logistics.tables_out import XLSX_MIMETYPE, Cell, Column, ColumnKind, Sheet, csv_file, xlsx

Translate = Callable[[str], str]
Named = Callable[[object, str], str]
"""The word for a member of an enum, by the name of the enum's table."""

WORKBOOK, CSV = "report.xlsx", "report.csv"
"""The files of a report by what they are called in addresses."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportFile:
    """A report to be saved under a name of its own."""

    name: str
    content_type: str
    content: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """The reader's language: sentences, and words for states and columns."""

    said: Translate
    named: Named


def report_file(report: ReportDetail, kind: str, words: Words, *, made_at: datetime) -> ReportFile:
    """The report as `report.xlsx` or `report.csv`.

    Raises:
        NotFound: there is no other file.
    """
    name = f"report-{report.area_code}-{report.on_day.isoformat()}"
    if kind == CSV:
        content = csv_file(lines_sheet(report, words))
        return ReportFile(name=f"{name}.csv", content_type="text/csv; charset=utf-8", content=content)
    if kind == WORKBOOK:
        content = xlsx(report_sheets(report, words), made_at=made_at)
        return ReportFile(name=f"{name}.xlsx", content_type=XLSX_MIMETYPE, content=content)
    raise NotFound(kind="report", key=kind)


def report_sheets(report: ReportDetail, words: Words) -> list[Sheet]:
    """The report, the areas right below it, what differs by now, and its versions: those that hold something."""
    sheets = [lines_sheet(report, words)]
    if report.below:
        sheets.append(_below_sheet(report, words))
    if report.differences:
        sheets.append(_differences_sheet(report, words))
    if report.versions:
        sheets.append(_versions_sheet(report, words))
    return sheets


def lines_sheet(report: ReportDetail, words: Words) -> Sheet:
    """What was reported, or before that what would be: one row per item and scope, every zero stated."""
    said, named = words.said, words.named
    columns = (
        Column(title=said(N_("Area code"))),
        Column(title=said(N_("Area"))),
        Column(title=said(N_("Date")), kind=ColumnKind.DAY),
        Column(title=said(N_("Covers"))),
        Column(title=said(N_("Item code"))),
        Column(title=said(N_("Item"))),
        Column(title=said(N_("Unit"))),
        *_number_columns(words),
        Column(title=said(N_("Fill")), kind=ColumnKind.SHARE),
    )
    rows: list[list[Cell]] = []
    for line in report.lines:
        numbers = shown(line)
        rows.append(
            [
                report.area_code, report.area_name, report.on_day, named(line.scope, "scope"), line.item_code,
                line.item_name, line.unit, *cells(numbers), numbers.fill,
            ]
        )  # fmt: skip
    signed = said(N_("Drawn up by: ____________   Checked by: ____________   Head of office: ____________"))
    return Sheet(
        name=said(N_("Daily report")), columns=columns, rows=rows, heading=_heading(report, words), below=("", signed),
        frozen=7,
    )  # fmt: skip


def shown(line: ReportLineView) -> StockLine:
    """What stands in the report: what was reported, and before that what the ledger says."""
    return line.computed if line.reported is None else line.reported


def cells(numbers: StockLine) -> list[int]:
    return [getattr(numbers, name) for name in QUANTITIES]


def _below_sheet(report: ReportDetail, words: Words) -> Sheet:
    """Per item the own store, each area right below with all that lies below it, and the sum, computed by one look at
    the ledger."""
    said, named = words.said, words.named
    columns = (
        Column(title=said(N_("Item code"))),
        Column(title=said(N_("Item"))),
        Column(title=said(N_("Area code"))),
        Column(title=said(N_("Area"))),
        Column(title=said(N_("State"))),
        *_number_columns(words),
    )
    own = [line for line in report.lines if line.scope is Scope.OWN]
    whole = {line.item_id: line for line in report.lines if line.scope is Scope.WHOLE}
    rows: list[list[Cell]] = []
    for index, line in enumerate(own):
        start: list[Cell] = [line.item_code, line.item_name]
        name, state = named(Scope.OWN, "scope"), named(report.state, "report_state")
        rows.append([*start, report.area_code, f"{report.area_name} ({name})", state, *cells(line.computed)])
        for area in report.below:
            word = named(area.state, "report_state")
            rows.append([*start, area.area_code, area.area_name, word, *cells(area.lines[index])])
        rows.append([*start, "", said(N_("Sum")), "", *cells(whole[line.item_id].computed)])
    return Sheet(name=said(N_("Areas below")), columns=columns, rows=rows, heading=_heading(report, words), frozen=5)


def _differences_sheet(report: ReportDetail, words: Words) -> Sheet:
    said, named = words.said, words.named
    columns = (
        Column(title=said(N_("Item"))),
        Column(title=said(N_("Covers"))),
        Column(title=said(N_("Number"))),
        Column(title=said(N_("Was reported")), kind=ColumnKind.WHOLE),
        Column(title=said(N_("The ledger says now")), kind=ColumnKind.WHOLE),
    )
    rows: list[Sequence[Cell]] = [
        [one.item_name, named(one.scope, "scope"), named(one.quantity, "report_quantity"), one.reported, one.computed]
        for one in report.differences
    ]
    return Sheet(name=said(N_("Differences")), columns=columns, rows=rows)


def _versions_sheet(report: ReportDetail, words: Words) -> Sheet:
    said = words.said
    columns = (
        Column(title=said(N_("Version")), kind=ColumnKind.WHOLE),
        Column(title=said(N_("Made at")), kind=ColumnKind.MOMENT, width=18),
        Column(title=said(N_("By"))),
        Column(title=said(N_("Reason"))),
        Column(title=said(N_("Remark"))),
    )
    rows: list[Sequence[Cell]] = [
        [one.number, one.made_at, one.made_by, one.reason, one.remark] for one in report.versions
    ]
    return Sheet(name=said(N_("Versions")), columns=columns, rows=rows)


def _number_columns(words: Words) -> list[Column]:
    return [Column(title=words.named(name, "report_quantity"), kind=ColumnKind.WHOLE) for name in QUANTITIES]


def _heading(report: ReportDetail, words: Words) -> tuple[str, ...]:
    since, until = (f"{moment.astimezone(SHANGHAI):%Y-%m-%d %H:%M}" for moment in (report.since, report.cut_off_at))
    title = words.said(N_("Daily report of scarce goods: %(area)s, %(day)s")) % {
        "area": report.area_name,
        "day": report.on_day.isoformat(),
    }
    span = words.said(N_("From %(since)s to %(until)s")) % {"since": since, "until": until}
    state = words.named(report.state, "report_state")
    zero = f" · {words.said(N_('Zero report'))}" if report.zero else ""
    version = words.said(N_("version %(number)s")) % {"number": report.version} if report.version else ""
    return title, f"{span} · {state}{f' · {version}' if version else ''}{zero}"
