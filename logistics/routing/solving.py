"""Solving one plan: read in a short transaction, solve in none, save in a short one.

Runs in a job that may be killed and run again: a plan that is over is left alone, one that was being solved is solved
anew. What it was made from is compared again before anything is saved.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import structlog
from sqlalchemy import select, update
from sqlalchemy.exc import SQLAlchemyError

from logistics.db import reading, transaction
from logistics.errors import NotFound
from logistics.routing import engine
from logistics.routing.easing import eased
from logistics.routing.engine.decompose import PartRunner
from logistics.routing.engine.travel import BadRoadFile, GreatCircleTravel, RoadTravel, TravelMatrix, TravelSource
from logistics.routing.engine.walking import BadWalk, TwoEchelonPlan, plan_two_echelons
from logistics.routing.inputs import PlanInputs, build_problem, load_inputs
from logistics.routing.models import Plan
from logistics.routing.rules import PLAN_TRANSITIONS, PlanState
from logistics.routing.saving import save_plan
from logistics.routing.walks import gate_walk

log = structlog.get_logger()

POLL_S = 0.5
"""How often a running solver looks whether it should stop, and how often at most it writes its progress."""


class InputsChanged(RuntimeError):
    """What the plan was made from changed while it was being solved; the job is to run again."""


class Cancelled(Exception):
    """The plan was cancelled while it was being worked on."""


def open_travel(roads_file: str, *, cache_dir: Path) -> TravelSource:
    """The roads of a file, or the great circle where none is given.

    Raises:
        BadRoadFile, FileNotFoundError: the file cannot be used; the message names it.
    """
    return RoadTravel.open(Path(roads_file), cache_dir=cache_dir) if roads_file else GreatCircleTravel()


def solve_plan(
    plan_id: int, *, travel_cache_dir: Path, now: Callable[[], datetime], parts: PartRunner | None = None
) -> None:
    """Solve a plan and save it as ready, failed or cancelled; a plan that is over is left alone.

    `parts` solves the parts of a plan that is too large for one search; threads of this process unless given.

    Raises:
        NotFound: no such plan.
        InputsChanged: to be called again.
    """
    clock = _Clock()
    with transaction() as session:
        plan = session.scalar(select(Plan).where(Plan.id == plan_id).with_for_update())
        if plan is None:
            raise NotFound(kind="plan", key=plan_id)
        if PlanState.SOLVING not in PLAN_TRANSITIONS[plan.state]:
            return
        if plan.cancel_requested:  # asked while the worker that had begun it was dead
            plan.state, plan.finished_at = PlanState.CANCELLED, now()
            return
        plan.state = PlanState.SOLVING
        inputs = load_inputs(session, plan)
    clock.lap("load")
    try:
        solved = _solve(inputs, travel_cache_dir=travel_cache_dir, clock=clock, parts=parts)
    except Cancelled:
        _end(plan_id, PlanState.CANCELLED, error="", now=now())
        return
    except (BadRoadFile, FileNotFoundError, engine.BadProblem, BadWalk, engine.PlanRejected) as fault:
        log.warning("plan_failed", plan_id=plan_id, error=str(fault))
        _end(plan_id, PlanState.FAILED, error=str(fault), now=now())
        return
    with transaction() as session:
        plan = session.scalar(select(Plan).where(Plan.id == plan_id).with_for_update())
        if plan is None or plan.state is not PlanState.SOLVING:
            return
        if plan.cancel_requested:
            plan.state, plan.finished_at = PlanState.CANCELLED, now()
            return
        if load_inputs(session, plan).sha256 != inputs.sha256:
            raise InputsChanged(f"plan {plan.code} was made from data that has changed since")
        save_plan(session, plan, inputs, solved.both, solved.travel, solved.lines, solved.wishes, now=now())
        clock.lap("save")
        plan.phase_seconds = clock.laps


@dataclass(frozen=True, slots=True, kw_only=True)
class _Solved:
    both: TwoEchelonPlan
    travel: TravelMatrix
    lines: dict[str, list[tuple[float, float]]]
    wishes: dict[str, list[dict[str, Any]]]


def _solve(inputs: PlanInputs, *, travel_cache_dir: Path, clock: _Clock, parts: PartRunner | None) -> _Solved:
    source = open_travel(inputs.roads_file, cache_dir=travel_cache_dir)
    clock.lap("roads")
    travel = source.matrix(inputs.points())
    clock.lap("matrix")
    problem = build_problem(inputs, travel)
    clock.lap("problem")
    watch = _Watch(inputs.plan_id, time_limit_s=inputs.time_limit_s)
    options = engine.SolveOptions(
        time_limit_s=inputs.time_limit_s, seed=inputs.seed, iteration_limit=inputs.iteration_limit
    )
    walks = {code: gate_walk(walk) for code, walk in inputs.walks.items()}
    both = plan_two_echelons(
        problem,
        walks,
        options,
        solver=engine.Portfolio(parts=parts),
        on_progress=watch.on_progress,
        cancelled=watch.should_stop,
    )
    clock.lap("solve")
    if watch.cancelled:
        raise Cancelled
    wishes = eased(both.problem, both.plan, search=inputs.iteration_limit is None, stopped=watch.should_stop)
    clock.lap("reasons")
    lines = _lines(inputs, source, both.plan)
    clock.lap("lines")
    return _Solved(both=both, travel=travel, lines=lines, wishes=wishes)


def _lines(inputs: PlanInputs, source: TravelSource, plan: engine.Plan) -> dict[str, list[tuple[float, float]]]:
    """The line on the map of every route, by vehicle."""
    points = {point.id: point for point in inputs.points()}
    place = {stop.code: f"gate:{stop.place}" for stop in inputs.stops}
    depot = {vehicle.name: f"depot:{vehicle.depot}" for vehicle in inputs.named_vehicles()}
    return {
        route.vehicle: source.line(
            [points[depot[route.vehicle]]]
            + [points[place[visit.stop]] for visit in route.visits]
            + [points[depot[route.vehicle]]]
        )
        for route in plan.routes
        if route.visits
    }


def _end(plan_id: int, state: PlanState, *, error: str, now: datetime) -> None:
    with transaction() as session:
        session.execute(
            update(Plan)
            .where(Plan.id == plan_id, Plan.state == PlanState.SOLVING)
            .values(state=state, error=error[:2000], finished_at=now)
        )


class _Watch:
    """Between the solver and the plan's row: looks for a wish to stop, writes progress, neither more than every
    `POLL_S`."""

    def __init__(self, plan_id: int, *, time_limit_s: int) -> None:
        self.cancelled = False
        self._plan_id = plan_id
        self._time_limit_s = time_limit_s
        self._started = time.monotonic()
        self._looked = self._started
        self._wrote = 0.0
        self._stop = False
        self._warned = False
        self._best: dict[str, float] = {}

    def should_stop(self) -> bool:
        if not self._stop and time.monotonic() - self._looked >= POLL_S:
            self._looked = time.monotonic()
            with self._database_may_be_away():
                self._look()
            self._write()
        return self._stop

    def on_progress(self, progress: engine.Progress) -> None:
        self._best = {"cost": progress.cost, "routes": progress.routes, "dropped": progress.dropped}
        self._write()

    def _look(self) -> None:
        with reading() as session:
            row = session.execute(
                select(Plan.cancel_requested, Plan.finish_requested).where(Plan.id == self._plan_id)
            ).one_or_none()
        self.cancelled = row is None or row.cancel_requested
        self._stop = self.cancelled or bool(row and row.finish_requested)

    def _write(self) -> None:
        elapsed = time.monotonic() - self._started
        if time.monotonic() - self._wrote < POLL_S:
            return
        self._wrote = time.monotonic()
        fraction = min(elapsed / self._time_limit_s, 1.0)
        values = {**self._best, "elapsed_s": round(elapsed, 1), "fraction": round(fraction, 3)}
        with self._database_may_be_away(), transaction() as session:
            session.execute(update(Plan).where(Plan.id == self._plan_id).values(progress=values))

    @contextmanager
    def _database_may_be_away(self) -> Iterator[None]:
        """A database that does not answer wishes nothing: the search, which does not need it, goes on."""
        try:
            yield
        except SQLAlchemyError as trouble:
            if not self._warned:
                log.warning("plan_unwatched", plan_id=self._plan_id, error=type(trouble).__name__)
            self._warned = True


class _Clock:
    """Seconds per phase."""

    def __init__(self) -> None:
        self.laps: dict[str, float] = {}
        self._at = time.monotonic()

    def lap(self, name: str) -> None:
        now = time.monotonic()
        self.laps[name] = round(now - self._at, 3)
        self._at = now
