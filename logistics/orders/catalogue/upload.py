"""A merchant's file as it is taken over HTTP: one transaction that leaves everything or nothing, and its report."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from logistics.db import transaction
from logistics.errors import DomainError
from logistics.orders.catalogue.importing import (
    CatalogueReport,
    RowOutcome,
    TakeCatalogue,
    Undone,
    import_catalogue,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class CatalogueRowView:
    """What became of a row of the file; `problems` are sentences with what would be right."""

    row: int
    sku: str
    name: str
    outcome: RowOutcome
    problems: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CatalogueReportView:
    """What became, or would become, of a file. `taken` is false where nothing was changed."""

    taken: bool
    added: int
    changed: int
    repriced: int
    unchanged: int
    wrong: int
    rows: tuple[CatalogueRowView, ...]


def imported(command: TakeCatalogue, *, dry_run: bool, now: datetime) -> CatalogueReport:
    """Take the file, or find out what would become of it: rows that are wrong, like a dry run, leave nothing behind.

    Raises:
        BadCatalogueFile, TooManyRows: nothing was read.
    """
    try:
        with transaction() as session:
            report = import_catalogue(session, command, now=now)
            if dry_run or report.count(RowOutcome.WRONG):
                raise Undone(report)
    except Undone as undone:
        return undone.report
    return report


def report_view(report: CatalogueReport, *, tell: Callable[[DomainError], str], dry_run: bool) -> CatalogueReportView:
    wrong = report.count(RowOutcome.WRONG)
    return CatalogueReportView(
        taken=not dry_run and not wrong,
        added=report.count(RowOutcome.ADDED),
        changed=report.count(RowOutcome.CHANGED),
        repriced=report.count(RowOutcome.REPRICED),
        unchanged=report.count(RowOutcome.UNCHANGED),
        wrong=wrong,
        rows=tuple(
            CatalogueRowView(
                row=row.number,
                sku=row.sku,
                name=row.name,
                outcome=row.outcome,
                problems=tuple(tell(error) for error in row.errors),
            )
            for row in report.rows
        ),
    )
