"""What a viewer may read of reports: an office its area and below, a community worker its community."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import CTE, ColumnElement, Select, and_, false, func, or_, select, true
from sqlalchemy.orm import Session, aliased

from logistics.access import Viewer
from logistics.accounts.models import Account, Role
from logistics.communities.models import Area
from logistics.communities.scope import AREA_ROLES, area_and_below
from logistics.errors import NotFound
from logistics.inventory.ledger.models import Item
from logistics.inventory.reports.models import DailyReport, ReportLine, ReportVersion
from logistics.inventory.reports.rules import QUANTITIES, Clock, Scope, Span, StockLine, span_of, state_of
from logistics.inventory.reports.views import ReportedLineView, ReportRow, ReportVersionDetail, ReportVersionView
from logistics.views import PAGE_SIZE, Rows, read, read_fields

_NUMBERS = tuple(getattr(ReportLine, name) for name in QUANTITIES)


def reports_of_day(
    session: Session,
    viewer: Viewer,
    day: date,
    *,
    now: datetime,
    clock: Clock,
    area_id: int | None = None,
    parent_id: int | None = None,
    limit: int = PAGE_SIZE,
    offset: int = 0,
) -> list[ReportRow]:
    """Where the reports of a day stand, by area code: of the viewer's area and below; with `area_id` of that area and
    below, with `parent_id` of the areas right below that one. An area whose report is not open yet is there too."""
    span, missed = span_of_day(session, day) or span_of(day, clock), _is_missed(session, day)
    statement = _rows(viewer, day).order_by(Area.code).limit(limit).offset(offset)
    if area_id is not None:
        statement = statement.where(Area.id.in_(area_and_below(area_id)))
    if parent_id is not None:
        statement = statement.where(Area.parent_id == parent_id)
    return [_row(dict(row), span, now=now, missed=missed) for row in session.execute(statement).mappings()]


def report_row(session: Session, viewer: Viewer, area_id: int, day: date, *, now: datetime, clock: Clock) -> ReportRow:
    """Where one report stands.

    Raises:
        NotFound: no such area, or it is not the viewer's.
    """
    span = span_of_day(session, day) or span_of(day, clock)
    fields = read_fields(session, _rows(viewer, day).where(Area.id == area_id), kind="area", key=area_id)
    return _row(dict(fields), span, now=now, missed=_is_missed(session, day))


def late_reports(
    session: Session,
    viewer: Viewer,
    *,
    now: datetime,
    day: date | None = None,
    limit: int = PAGE_SIZE,
    offset: int = 0,
) -> list[ReportRow]:
    """Reports that were not confirmed by their deadline, the latest day first: those still missing, and those that came
    after it."""
    statement = _late(viewer, now=now).order_by(DailyReport.on_day.desc(), Area.code).limit(limit).offset(offset)
    if day is not None:
        statement = statement.where(DailyReport.on_day == day)
    rows = []
    for fields in session.execute(statement).mappings():
        values = dict(fields)
        span = Span(on_day=values["on_day"], since=values["cut_off_at"], cut_off_at=values["cut_off_at"],
                    deadline_at=values["deadline_at"])  # fmt: skip
        rows.append(_row(values, span, now=now))
    return rows


def versions(session: Session, area_id: int, day: date) -> list[ReportVersionView]:
    """The versions of a report, the first one first."""
    return read(session, _versions(area_id, day).order_by(ReportVersion.number), ReportVersionView)


def version(session: Session, viewer: Viewer, area_id: int, day: date, number: int) -> ReportVersionDetail:
    """One version as it was reported.

    Raises:
        NotFound: no such version, or it is not the viewer's.
    """
    statement = (
        _versions(area_id, day)
        .add_columns(Area.id.label("area_id"), Area.name.label("area_name"), DailyReport.on_day)
        .where(ReportVersion.number == number, _sees(viewer))
    )
    fields = read_fields(session, statement, kind="report", key=f"{day.isoformat()}/{number}")
    lines = tuple(_reported_lines(session, area_id, day, number))
    return ReportVersionDetail(**fields, lines=lines)


def reported(session: Session, area_id: int, day: date) -> dict[tuple[Scope, int], StockLine]:
    """The numbers of the last version of a report, by scope and item; nothing before it is confirmed. Of an area
    without areas below the whole is its own."""
    number = session.scalar(
        select(DailyReport.version).where(DailyReport.area_id == area_id, DailyReport.on_day == day)
    )
    return {(line.scope, line.item_id): line.numbers for line in _reported_lines(session, area_id, day, number or 0)}


def last_opened_day(session: Session) -> date | None:
    """The latest day whose reports are open; None before the first."""
    return session.scalar(select(func.max(DailyReport.on_day)))


def cut_off_before(session: Session, day: date) -> datetime | None:
    """When the last report before a day was cut off."""
    return session.scalar(
        select(DailyReport.cut_off_at).where(DailyReport.on_day < day).order_by(DailyReport.on_day.desc()).limit(1)
    )


def opened_after(session: Session, day: date) -> Span | None:
    """What the first reports after a day cover, where there are any."""
    following = session.scalar(select(func.min(DailyReport.on_day)).where(DailyReport.on_day > day))
    return None if following is None else span_of_day(session, following)


def span_of_day(session: Session, day: date) -> Span | None:
    """What the reports of a day cover, as it was settled when they were opened; None before."""
    row = session.execute(
        select(DailyReport.since, DailyReport.cut_off_at, DailyReport.deadline_at)
        .where(DailyReport.on_day == day)
        .limit(1)
    ).one_or_none()
    if row is None:
        return None
    return Span(on_day=day, since=row.since, cut_off_at=row.cut_off_at, deadline_at=row.deadline_at)


def area_ids(area_id: int | None) -> Select[Any]:
    """Every area, or one of them, as rows to be inserted; in order, so that two who insert them wait and do not block
    each other."""
    return select(Area.id).where(true() if area_id is None else Area.id == area_id).order_by(Area.id)


def require_area(session: Session, viewer: Viewer, area_id: int) -> None:
    """
    Raises:
        NotFound: no such area, or its reports are not the viewer's.
    """
    if session.scalar(select(Area.id).where(Area.id == area_id, _sees(viewer))) is None:
        raise NotFound(kind="area", key=area_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reporting:
    """How many areas of a branch owe a report of the day, and how many have confirmed theirs."""

    owed: int
    confirmed: int


def reporting_counts(session: Session, branches: CTE, day: date) -> dict[int, Reporting]:
    """How far the reports of a day are, by branch (see `line_queries.branches_of`)."""
    statement = (
        select(branches.c.branch_id, func.count(), func.count(DailyReport.confirmed_at))
        .select_from(branches)
        .outerjoin(DailyReport, and_(DailyReport.area_id == branches.c.area_id, DailyReport.on_day == day))
        .group_by(branches.c.branch_id)
    )
    return {branch: Reporting(owed=owed, confirmed=done) for branch, owed, done in session.execute(statement)}


def items(session: Session) -> list[Any]:
    """Id, code, name and unit of every item, by code."""
    return list(session.execute(select(Item.id, Item.code, Item.name, Item.unit).order_by(Item.code)))


def _rows(viewer: Viewer, day: date) -> Rows:
    by = aliased(Account)
    latest = and_(ReportVersion.report_id == DailyReport.id, ReportVersion.number == DailyReport.version)
    return (
        select(
            Area.id.label("area_id"),
            Area.code.label("area_code"),
            Area.name.label("area_name"),
            Area.level,
            Area.parent_id,
            DailyReport.on_day,
            DailyReport.cut_off_at,
            DailyReport.deadline_at,
            func.coalesce(DailyReport.version, 0).label("version"),
            DailyReport.confirmed_at,
            func.coalesce(by.username, "").label("confirmed_by"),
            ReportVersion.zero,
        )
        .select_from(Area)
        .outerjoin(DailyReport, and_(DailyReport.area_id == Area.id, DailyReport.on_day == day))
        .outerjoin(ReportVersion, latest)
        .outerjoin(by, by.id == ReportVersion.account_id)
        .where(_sees(viewer))
    )


def _late(viewer: Viewer, *, now: datetime) -> Rows:
    by = aliased(Account)
    latest = and_(ReportVersion.report_id == DailyReport.id, ReportVersion.number == DailyReport.version)
    missing = and_(DailyReport.confirmed_at.is_(None), DailyReport.deadline_at < now)
    return (
        select(
            Area.id.label("area_id"),
            Area.code.label("area_code"),
            Area.name.label("area_name"),
            Area.level,
            Area.parent_id,
            DailyReport.on_day,
            DailyReport.cut_off_at,
            DailyReport.deadline_at,
            DailyReport.version,
            DailyReport.confirmed_at,
            func.coalesce(by.username, "").label("confirmed_by"),
            ReportVersion.zero,
        )
        .join(DailyReport, DailyReport.area_id == Area.id)
        .outerjoin(ReportVersion, latest)
        .outerjoin(by, by.id == ReportVersion.account_id)
        .where(_sees(viewer), or_(missing, DailyReport.confirmed_at > DailyReport.deadline_at))
    )


def _is_missed(session: Session, day: date) -> bool:
    """Whether a day comes after the last one that was opened, so that its reports are owed and nothing opened them."""
    last = last_opened_day(session)
    return last is not None and day > last


def _row(fields: dict[str, Any], span: Span, *, now: datetime, missed: bool = False) -> ReportRow:
    """A row with its state; of a report that is not open yet with the moments that it will have."""
    cut_off_at, deadline_at = fields["cut_off_at"] or span.cut_off_at, fields["deadline_at"] or span.deadline_at
    confirmed_at, owed = fields["confirmed_at"], missed or fields["cut_off_at"] is not None
    state = state_of(cut_off_at=cut_off_at, deadline_at=deadline_at, confirmed_at=confirmed_at, now=now, owed=owed)
    moments = {"on_day": span.on_day, "cut_off_at": cut_off_at, "deadline_at": deadline_at, "state": state}
    return ReportRow(**fields | moments)


def _versions(area_id: int, day: date) -> Rows:
    return (
        select(
            ReportVersion.number,
            ReportVersion.made_at,
            func.coalesce(Account.username, "").label("made_by"),
            ReportVersion.reason,
            ReportVersion.remark,
            ReportVersion.zero,
        )
        .join(DailyReport, DailyReport.id == ReportVersion.report_id)
        .join(Area, Area.id == DailyReport.area_id)
        .outerjoin(Account, Account.id == ReportVersion.account_id)
        .where(DailyReport.area_id == area_id, DailyReport.on_day == day)
    )


def _reported_lines(session: Session, area_id: int, day: date, number: int) -> list[ReportedLineView]:
    statement = (
        select(ReportLine.item_id, Item.code, Item.name, Item.unit, ReportLine.scope, *_NUMBERS)
        .join(ReportVersion, ReportVersion.id == ReportLine.version_id)
        .join(DailyReport, DailyReport.id == ReportVersion.report_id)
        .join(Item, Item.id == ReportLine.item_id)
        .where(DailyReport.area_id == area_id, DailyReport.on_day == day, ReportVersion.number == number)
        .order_by(ReportLine.scope, Item.code)
    )
    return [
        ReportedLineView(
            item_id=row["item_id"],
            item_code=row["code"],
            item_name=row["name"],
            unit=row["unit"],
            scope=row["scope"],
            numbers=StockLine(**{name: row[name] for name in QUANTITIES}),
        )
        for row in session.execute(statement).mappings()
    ]


def _sees(viewer: Viewer) -> ColumnElement[bool]:
    if viewer.role is Role.ADMIN:
        return true()
    if viewer.role in AREA_ROLES:
        return Area.id.in_(area_and_below(viewer.area_id))
    return false()
