"""Verbs of planning: ask for a plan, solve it, stop it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from logistics import outbox
from logistics.errors import N_, BadTransition, Conflict, Invalid, NotFound
from logistics.routing.models import Plan, PlanWave
from logistics.routing.rules import PLAN_TRANSITIONS, PlanState
from logistics.routing.solving import open_travel, solve_plan
from logistics.routing.stops import (
    DrivenRoute,
    PlannedOrder,
    StopToServe,
    driven_routes,
    orders_at_stop,
    planned_orders,
    rival_routes,
    stop_of_batches,
    stop_to_serve,
    stops_of_route,
)

__all__ = [
    "DrivenRoute",
    "PlanRequest",
    "PlanStatus",
    "PlannedOrder",
    "StopToServe",
    "cancel_plan",
    "driven_routes",
    "finish_plan",
    "open_travel",
    "orders_at_stop",
    "plan_phase_seconds",
    "plan_roads_file",
    "plan_status",
    "planned_orders",
    "request_plan",
    "rival_routes",
    "solve_plan",
    "stop_of_batches",
    "stop_to_serve",
    "stops_of_route",
]

TIME_LIMIT_S_MAX = 3_600


class NothingToPlan(Conflict):
    template = N_("There is no wave to plan on %(delivery_date)s; release one first.")
    code = "nothing_to_plan"


class NoRoadFile(Invalid):
    template = N_("Road file %(name)s is not there; give the path of an .osm.pbf or none.")
    code = "no_road_file"


class BadTimeLimit(Invalid):
    template = N_("A time limit of %(seconds)s s cannot be kept; give whole seconds from 1 to %(maximum)s.")
    code = "bad_time_limit"


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanRequest:
    """Which waves to plan, on which roads (empty: great circle), how long to search, from which seed.

    With `iteration_limit` a plan is the same on every machine, as long as `time_limit_s` does not end it first.
    """

    delivery_date: date
    wave_ids: tuple[int, ...]
    roads_file: str
    time_limit_s: int
    iteration_limit: int | None
    seed: int
    requested_by_id: int | None = None

    def __post_init__(self) -> None:
        if not 1 <= self.time_limit_s <= TIME_LIMIT_S_MAX:
            raise BadTimeLimit(seconds=self.time_limit_s, maximum=TIME_LIMIT_S_MAX)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanStatus:
    """How far a plan is. `progress` holds elapsed_s, fraction, cost, routes, dropped once the solver has spoken."""

    plan_id: int
    state: PlanState
    progress: dict[str, float]
    error: str


def request_plan(session: Session, request: PlanRequest, *, now: datetime) -> int:
    """Write down that a plan is wanted and promise the solving. Returns the plan's id.

    Raises:
        NothingToPlan: no waves are named.
        NoRoadFile: the road file does not exist.
    """
    if not request.wave_ids:
        raise NothingToPlan(delivery_date=request.delivery_date)
    if request.roads_file and not Path(request.roads_file).is_file():
        raise NoRoadFile(name=Path(request.roads_file).name)
    plan = Plan(
        code="",
        delivery_date=request.delivery_date,
        state=PlanState.QUEUED,
        requested_at=now,
        requested_by_id=request.requested_by_id,
        roads_file=request.roads_file,
        time_limit_s=request.time_limit_s,
        iteration_limit=request.iteration_limit,
        seed=request.seed,
    )
    session.add(plan)
    session.flush()
    plan.code = f"P{plan.id:05d}-{request.delivery_date:%Y%m%d}"
    session.add_all([PlanWave(plan_id=plan.id, wave_id=wave_id) for wave_id in sorted(set(request.wave_ids))])
    outbox.promise(
        session,
        key=f"solve_plan:{plan.id}",
        job="solve_plan",
        args={"plan_id": plan.id},
        due_at=now,
        queue=outbox.Queue.SOLVER,
    )
    return plan.id


def cancel_plan(session: Session, plan_id: int, *, now: datetime) -> None:
    """Stop a plan and throw away what it found. A queued one is cancelled at once, a solving one within a second.

    Raises:
        NotFound: no such plan.
        BadTransition: it is already over.
    """
    plan = _unfinished(session, plan_id, wanted=PlanState.CANCELLED)
    plan.cancel_requested = True
    if plan.state is PlanState.QUEUED:
        plan.state, plan.finished_at = PlanState.CANCELLED, now


def finish_plan(session: Session, plan_id: int) -> None:
    """Let a solving plan stop searching and keep the best it has.

    Raises:
        NotFound: no such plan.
        BadTransition: it is already over.
    """
    _unfinished(session, plan_id, wanted=PlanState.READY).finish_requested = True


def plan_status(session: Session, plan_id: int) -> PlanStatus:
    """How far a plan is.

    Raises:
        NotFound: no such plan.
    """
    plan = _plan(session, plan_id)
    return PlanStatus(plan_id=plan.id, state=plan.state, progress=dict(plan.progress), error=plan.error)


def plan_phase_seconds(session: Session, plan_id: int) -> dict[str, float]:
    """Seconds that each part of solving a plan took."""
    return dict(_plan(session, plan_id).phase_seconds)


def plan_roads_file(session: Session, plan_id: int) -> str:
    """The road file a plan was measured on; empty for the great circle."""
    return _plan(session, plan_id).roads_file


def _plan(session: Session, plan_id: int) -> Plan:
    plan = session.get(Plan, plan_id)
    if plan is None:
        raise NotFound(kind="plan", key=plan_id)
    return plan


def _unfinished(session: Session, plan_id: int, *, wanted: PlanState) -> Plan:
    plan = session.scalar(select(Plan).where(Plan.id == plan_id).with_for_update())
    if plan is None:
        raise NotFound(kind="plan", key=plan_id)
    if not PLAN_TRANSITIONS[plan.state]:
        raise BadTransition(entity="plan", key=plan.code, state=plan.state, wanted=wanted)
    return plan
