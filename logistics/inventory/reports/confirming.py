"""A report is confirmed by its area, once; a correction is a version of its own and the original stays."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from logistics.inventory.reports import queries
from logistics.inventory.reports.errors import (
    NotConfirmed,
    NothingToCorrect,
    ReasonMissing,
    ReportChanged,
    TooEarly,
)
from logistics.inventory.reports.line_queries import branch_lines, branches_of, item_ids
from logistics.inventory.reports.models import DailyReport, ReportLine, ReportVersion
from logistics.inventory.reports.opening import open_missed_before, open_one, require_of_its_own, span_in_order
from logistics.inventory.reports.rules import (
    QUANTITIES,
    Clock,
    Scope,
    Span,
    StockLine,
    as_it_stood,
    differences,
    is_zero_report,
)
from logistics.inventory.reports.showing import computed_lines

TEXT_LENGTH_MAX = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfirmReport:
    """The area says that the numbers of the day are right. Nobody may state others: they come from the ledger."""

    area_id: int
    on_day: date
    remark: str = ""
    account_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CorrectReport:
    """Report what the ledger says now instead of `version`, which is the one that was looked at."""

    area_id: int
    on_day: date
    version: int
    reason: str
    remark: str = ""
    account_id: int | None = None

    def __post_init__(self) -> None:
        if not 1 <= len(self.reason.strip()) <= TEXT_LENGTH_MAX:
            raise ReasonMissing(length=TEXT_LENGTH_MAX)


def confirm(session: Session, command: ConfirmReport, *, now: datetime, clock: Clock) -> int:
    """Report the numbers of the day as the ledger has them at the cut-off. Returns the version.

    Confirmed already, it stays as it is: a second click reports nothing twice.

    Raises:
        TooEarly: the cut-off has not passed.
        CoveredByNext: the day was left out, and the next report covers it.
    """
    span = span_in_order(session, command.on_day, clock)
    if now < span.cut_off_at:
        raise TooEarly(day=command.on_day, cut_off_at=span.cut_off_at)
    if queries.span_of_day(session, command.on_day) is None:
        open_missed_before(session, command.on_day, now=now, clock=clock)
        span = span_in_order(session, command.on_day, clock)
        require_of_its_own(session, span)
    open_one(session, command.area_id, command.on_day, now=now, clock=clock)
    report = _locked(session, command.area_id, command.on_day)
    if report is None or report.version:
        return report.version if report else 0
    lines = _computed(session, command.area_id, span)
    _write(session, report, lines, number=1, reason="", remark=command.remark, account_id=command.account_id, now=now)
    return 1


def correct(session: Session, command: CorrectReport, *, now: datetime, clock: Clock) -> int:
    """Report what the ledger says by now, as a new version; what was reported before stays. Returns the version.

    Raises:
        NotConfirmed: nothing was reported yet.
        ReportChanged: somebody corrected it since it was looked at.
        NothingToCorrect: the ledger says what was reported.
    """
    report = _locked(session, command.area_id, command.on_day)
    if report is None or not report.version:
        raise NotConfirmed(day=command.on_day)
    if report.version != command.version:
        raise ReportChanged(version=report.version)
    reported = queries.reported(session, command.area_id, command.on_day)
    lines = as_it_stood(_computed(session, command.area_id, span_in_order(session, command.on_day, clock)), reported)
    if not differences(reported, lines):
        raise NothingToCorrect()
    number = report.version + 1
    _write(
        session,
        report,
        lines,
        number=number,
        reason=command.reason.strip(),
        remark=command.remark,
        account_id=command.account_id,
        now=now,
    )
    return number


def _locked(session: Session, area_id: int, day: date) -> DailyReport | None:
    """The report, which nobody else confirms or corrects until this transaction ends."""
    return session.scalars(
        select(DailyReport)
        .where(DailyReport.area_id == area_id, DailyReport.on_day == day)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one_or_none()


def _computed(session: Session, area_id: int, span: Span) -> dict[tuple[Scope, int], StockLine]:
    found = branch_lines(session, span, area_id=area_id)
    has_below = len(queries.reporting_counts(session, branches_of(area_id), span.on_day)) > 1
    return computed_lines(found, item_ids=item_ids(session), whole_too=has_below)


def _write(
    session: Session,
    report: DailyReport,
    lines: dict[tuple[Scope, int], StockLine],
    *,
    number: int,
    reason: str,
    remark: str,
    account_id: int | None,
    now: datetime,
) -> None:
    kept: dict[str, Any] = {
        "report_id": report.id,
        "number": number,
        "reason": reason,
        "remark": remark.strip()[:TEXT_LENGTH_MAX],
        "zero": is_zero_report(list(lines.values())),
        "account_id": account_id,
        "made_at": now,
    }
    version_id = session.scalars(insert(ReportVersion).returning(ReportVersion.id), kept).one()
    rows = [
        {"version_id": version_id, "scope": scope, "item_id": item_id}
        | {name: getattr(line, name) for name in QUANTITIES}
        for (scope, item_id), line in lines.items()
    ]
    if rows:
        session.execute(insert(ReportLine), rows)
    session.execute(
        update(DailyReport)
        .where(DailyReport.id == report.id, DailyReport.version == number - 1)
        .values(version=number, confirmed_at=report.confirmed_at or now)
    )
