"""What a viewer may read of delivery days and their runs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, case, false, literal, select, true
from sqlalchemy.orm import Session

from logistics.access import Viewer
from logistics.accounts.models import Role
from logistics.day.models import Day, DayCampaign, DayRun, DaySource
from logistics.day.rules import Phase, RunState, fraction_done
from logistics.orders.models import Campaign
from logistics.orders.scope import sees_campaign
from logistics.routing.models import Plan
from logistics.routing.queries import told_error, told_progress
from logistics.routing.rules import PlanState
from logistics.routing.scope import sees_whole_plan
from logistics.views import PAGE_SIZE, Rows, read, read_fields


@dataclass(frozen=True, slots=True, kw_only=True)
class DayView:
    """`counts` (rows imported, of every merchant) is shown to administrators; `campaign_ids` are the viewer's."""

    id: int
    code: str
    title: str
    delivery_date: date
    source: DaySource
    imported_at: datetime
    counts: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class DayDetail(DayView):
    campaign_ids: tuple[int, ...]
    run_ids: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RunView:
    """`summary` and `error` speak of every merchant and are shown to administrators; to everybody else `error` is
    "failed" where there is one, and `plan_progress` tells time alone unless the whole plan is the viewer's."""

    id: int
    day_id: int
    day_code: str
    state: RunState
    phase: Phase
    plan_id: int | None
    plan_state: PlanState | None
    plan_progress: Mapping[str, Any]
    time_limit_s: int
    iteration_limit: int | None
    seed: int
    started_at: datetime
    finished_at: datetime | None
    phase_seconds: Mapping[str, float]
    summary: Mapping[str, Any]
    error: str

    @property
    def fraction(self) -> float:
        """How much of the run is done, from 0 to 1."""
        progress = self.plan_progress.get("fraction", 0.0)
        return fraction_done(self.phase, plan_fraction=float(progress) if isinstance(progress, (int, float)) else 0.0)


def sees_day(viewer: Viewer) -> ColumnElement[bool]:
    """Whether a day is the viewer's to see: it has a campaign that is."""
    if viewer.role is Role.ADMIN:
        return true()
    mine = select(Campaign.id).where(sees_campaign(viewer))
    return Day.id.in_(select(DayCampaign.day_id).where(DayCampaign.campaign_id.in_(mine)))


def days(session: Session, viewer: Viewer, *, limit: int = PAGE_SIZE, offset: int = 0) -> list[DayView]:
    """The viewer's delivery days, latest first."""
    statement = _days(viewer).order_by(Day.delivery_date.desc(), Day.id.desc()).limit(limit).offset(offset)
    return read(session, statement, DayView)


def day(session: Session, viewer: Viewer, day_id: int) -> DayDetail:
    """One day with the viewer's campaigns in it and its runs, newest first. Raises NotFound."""
    fields = read_fields(session, _days(viewer).where(Day.id == day_id), kind="day", key=day_id)
    mine = (
        select(Campaign.id)
        .join(DayCampaign, DayCampaign.campaign_id == Campaign.id)
        .where(DayCampaign.day_id == day_id, sees_campaign(viewer))
    )
    return DayDetail(
        **fields,
        campaign_ids=tuple(session.scalars(mine.order_by(Campaign.id))),
        run_ids=tuple(session.scalars(select(DayRun.id).where(DayRun.day_id == day_id).order_by(DayRun.id.desc()))),
    )


def runs(
    session: Session, viewer: Viewer, *, day_id: int | None = None, limit: int = PAGE_SIZE, offset: int = 0
) -> list[RunView]:
    """Runs of the viewer's days, newest first."""
    statement = _runs(viewer).order_by(DayRun.started_at.desc(), DayRun.id.desc()).limit(limit).offset(offset)
    if day_id is not None:
        statement = statement.where(DayRun.day_id == day_id)
    return [_told(viewer, row) for row in session.execute(statement).mappings()]


def run(session: Session, viewer: Viewer, run_id: int) -> RunView:
    """One run. Raises NotFound."""
    return _told(viewer, read_fields(session, _runs(viewer).where(DayRun.id == run_id), kind="run", key=run_id))


def _told(viewer: Viewer, row: Mapping[Any, Any]) -> RunView:
    fields = dict(row)
    fields["plan_progress"] = told_progress(row["plan_progress"], whole=fields.pop("whole"))
    fields["error"] = told_error(viewer, row["error"])
    return RunView(**fields)


def _days(viewer: Viewer) -> Rows:
    admin = viewer.role is Role.ADMIN
    counts: Any = Day.counts if admin else literal({}, type_=Day.counts.type).label("counts")
    return select(Day.id, Day.code, Day.title, Day.delivery_date, Day.source, Day.imported_at, counts).where(
        sees_day(viewer)
    )


def _runs(viewer: Viewer) -> Rows:
    admin = viewer.role is Role.ADMIN
    summary: Any = DayRun.summary if admin else literal({}, type_=DayRun.summary.type).label("summary")
    no_plan = literal({}, type_=Plan.progress.type)
    return (
        select(
            DayRun.id,
            DayRun.day_id,
            Day.code.label("day_code"),
            DayRun.state,
            DayRun.phase,
            DayRun.plan_id,
            Plan.state.label("plan_state"),
            case((Plan.id.is_(None), no_plan), else_=Plan.progress).label("plan_progress"),
            DayRun.time_limit_s,
            DayRun.iteration_limit,
            DayRun.seed,
            DayRun.started_at,
            DayRun.finished_at,
            DayRun.phase_seconds,
            summary,
            DayRun.error,
            case((Plan.id.is_(None), false()), else_=sees_whole_plan(viewer)).label("whole"),
        )
        .join(Day, Day.id == DayRun.day_id)
        .outerjoin(Plan, Plan.id == DayRun.plan_id)
        .where(sees_day(viewer))
    )
