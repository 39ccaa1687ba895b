"""Verbs of a delivery day: start a run, do its phases one by one, look at it, stop it.

Each phase is one transaction that also promises the next, so a run survives the death of any process and goes on
where it stood. Planning is a job of its own on the solver's queue; `plan_ended` takes the run on from there.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from logistics import outbox
from logistics.day.models import Day, DayCampaign, DayRun
from logistics.day.rules import Phase, RunState, fraction_done, next_phase
from logistics.day.summary import summarise
from logistics.delivery import service as delivery
from logistics.errors import BadTransition, DomainError, NotFound
from logistics.fulfilment import service as fulfilment
from logistics.orders import service as orders
from logistics.orders.rules import DECIDED
from logistics.routing import service as routing
from logistics.routing.rules import PLAN_TRANSITIONS, PlanState


@dataclass(frozen=True, slots=True, kw_only=True)
class StartRun:
    """Which day to run and how long to search for its routes; `iteration_limit` makes the plan repeatable."""

    day_id: int
    time_limit_s: int
    iteration_limit: int | None
    seed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RunStatus:
    """How far a run is; `fraction` from 0 to 1, `plan_progress` the solver's last word."""

    run_id: int
    day_id: int
    day_code: str
    state: RunState
    phase: Phase
    fraction: float
    plan_id: int | None
    plan_progress: Mapping[str, Any]
    error: str
    phase_seconds: Mapping[str, float]
    summary: Mapping[str, Any]


def start_run(session: Session, command: StartRun, *, now: datetime) -> int:
    """Start running a day; a day that is being run already goes on with that run. Returns the run's id.

    Raises:
        NotFound: no such day.
    """
    if session.scalar(select(Day.id).where(Day.id == command.day_id).with_for_update()) is None:
        raise NotFound(kind="day", key=command.day_id)
    running = session.scalar(select(DayRun.id).where(DayRun.day_id == command.day_id, DayRun.state == RunState.RUNNING))
    if running is not None:
        return running
    run = DayRun(
        day_id=command.day_id,
        state=RunState.RUNNING,
        phase=Phase.CLOSE,
        time_limit_s=command.time_limit_s,
        iteration_limit=command.iteration_limit,
        seed=command.seed,
        started_at=now,
    )
    session.add(run)
    session.flush()
    _promise_phase(session, run, now=now)
    return run.id


def run_phase(session: Session, run_id: int, *, now: datetime) -> None:
    """Do the phase a run stands at and promise the next; a run that is over, or that waits for its plan, is left alone.

    A user's error ends the run as failed, with the error told; nothing of the phase is kept then.

    Raises:
        NotFound: no such run.
    """
    run = session.scalar(select(DayRun).where(DayRun.id == run_id).with_for_update())
    if run is None:
        raise NotFound(kind="run", key=run_id)
    if run.state is not RunState.RUNNING or run.phase is Phase.DONE:
        return
    started = time.monotonic()
    try:
        with session.begin_nested():
            goes_on = _PHASES[run.phase](session, run, now)
    except DomainError as fault:
        _end(run, RunState.FAILED, error=str(fault), now=now)
        return
    if goes_on:
        _advance(session, run, seconds=time.monotonic() - started, now=now)


def plan_ended(session: Session, plan_id: int, *, now: datetime) -> None:
    """Take every run that waits for this plan on: to the manifests if it is ready, to its end if it is not."""
    status = routing.plan_status(session, plan_id)
    if PLAN_TRANSITIONS[status.state]:
        return
    runs = session.scalars(
        select(DayRun)
        .where(DayRun.plan_id == plan_id, DayRun.phase == Phase.PLAN, DayRun.state == RunState.RUNNING)
        .order_by(DayRun.id)
        .with_for_update()
    )
    for run in runs.all():
        if status.state is PlanState.READY:
            seconds = routing.plan_phase_seconds(session, plan_id)
            run.phase_seconds = {**run.phase_seconds, **{f"plan_{name}": s for name, s in seconds.items()}}
            _advance(session, run, seconds=sum(seconds.values()), now=now)
        elif status.state is PlanState.CANCELLED:
            _end(run, RunState.CANCELLED, error="", now=now)
        else:
            _end(run, RunState.FAILED, error=status.error, now=now)


def lock_runs_of_plan(session: Session, plan_id: int) -> None:
    """Lock the runs that wait for a plan; to be asked for before the plan itself is changed, since `cancel_run` locks
    in that order too."""
    session.execute(select(DayRun.id).where(DayRun.plan_id == plan_id).order_by(DayRun.id).with_for_update())


def cancel_run(session: Session, run_id: int, *, now: datetime) -> None:
    """Stop a run. What earlier phases did stays; a plan under way is cancelled.

    Raises:
        NotFound: no such run.
        BadTransition: it is already over.
    """
    run = session.scalar(select(DayRun).where(DayRun.id == run_id).with_for_update())
    if run is None:
        raise NotFound(kind="run", key=run_id)
    if run.state is not RunState.RUNNING:
        raise BadTransition(entity="run", key=run_id, state=run.state, wanted=RunState.CANCELLED)
    if run.plan_id is not None and PLAN_TRANSITIONS[routing.plan_status(session, run.plan_id).state]:
        routing.cancel_plan(session, run.plan_id, now=now)
    _end(run, RunState.CANCELLED, error="", now=now)


def run_status(session: Session, run_id: int) -> RunStatus:
    """How far a run is.

    Raises:
        NotFound: no such run.
    """
    row = session.execute(
        select(DayRun, Day.code).join(Day, Day.id == DayRun.day_id).where(DayRun.id == run_id)
    ).one_or_none()
    if row is None:
        raise NotFound(kind="run", key=run_id)
    run, day_code = row
    progress = routing.plan_status(session, run.plan_id).progress if run.plan_id is not None else {}
    return RunStatus(
        run_id=run.id,
        day_id=run.day_id,
        day_code=day_code,
        state=run.state,
        phase=run.phase,
        fraction=fraction_done(run.phase, plan_fraction=float(progress.get("fraction", 0.0))),
        plan_id=run.plan_id,
        plan_progress=progress,
        error=run.error,
        phase_seconds=dict(run.phase_seconds),
        summary=dict(run.summary),
    )


def campaign_ids(session: Session, day_id: int) -> list[int]:
    """Ids of a day's campaigns, in order."""
    return list(
        session.scalars(
            select(DayCampaign.campaign_id).where(DayCampaign.day_id == day_id).order_by(DayCampaign.campaign_id)
        )
    )


def wave_ids(session: Session, day_id: int) -> list[int]:
    """Ids of the waves released from a day's campaigns, in order."""
    return fulfilment.waves_of_campaigns(session, campaign_ids(session, day_id))


def _close(session: Session, run: DayRun, now: datetime) -> bool:
    for campaign_id in campaign_ids(session, run.day_id):
        orders.close_campaign(session, campaign_id, now=now)
    return True


def _wave(session: Session, run: DayRun, now: datetime) -> bool:
    for campaign_id in campaign_ids(session, run.day_id):
        if orders.campaign_facts(session, campaign_id).state in DECIDED:
            fulfilment.release_wave(session, campaign_id, now=now)
    return True


def _batch(session: Session, run: DayRun, now: datetime) -> bool:
    for wave_id in wave_ids(session, run.day_id):
        fulfilment.make_batches(session, wave_id, now=now)
    return True


def _plan(session: Session, run: DayRun, now: datetime) -> bool:
    if run.plan_id is not None:
        return False  # asked for already; plan_ended takes the run on
    waves = wave_ids(session, run.day_id)
    if not fulfilment.batches_of_waves(session, waves):
        return True  # nobody gets anything: there is nothing to drive
    day = session.get_one(Day, run.day_id)
    run.plan_id = routing.request_plan(
        session,
        routing.PlanRequest(
            delivery_date=day.delivery_date,
            wave_ids=tuple(waves),
            roads_file=day.roads_file,
            time_limit_s=run.time_limit_s,
            iteration_limit=run.iteration_limit,
            seed=run.seed,
        ),
        now=now,
    )
    delivery.require_replannable(session, run.plan_id)
    return False


def _manifest(session: Session, run: DayRun, now: datetime) -> bool:
    if run.plan_id is not None:
        day = session.get_one(Day, run.day_id)
        delivery.issue_manifests(session, run.plan_id, day.delivery_date, now=now)
    return True


def _summary(session: Session, run: DayRun, now: datetime) -> bool:
    run.summary = summarise(
        session,
        campaign_ids=campaign_ids(session, run.day_id),
        wave_ids=wave_ids(session, run.day_id),
        plan_id=run.plan_id,
    )
    return True


_PHASES: Mapping[Phase, Callable[[Session, DayRun, datetime], bool]] = {
    Phase.CLOSE: _close,
    Phase.WAVE: _wave,
    Phase.BATCH: _batch,
    Phase.PLAN: _plan,
    Phase.MANIFEST: _manifest,
    Phase.SUMMARY: _summary,
}
"""What each phase does; each answers whether the run goes on at once."""


def _advance(session: Session, run: DayRun, *, seconds: float, now: datetime) -> None:
    run.phase_seconds = {**run.phase_seconds, run.phase.value: round(seconds, 3)}
    run.phase = next_phase(run.phase)
    if run.phase is Phase.DONE:
        _end(run, RunState.DONE, error="", now=now)
    else:
        _promise_phase(session, run, now=now)


def _end(run: DayRun, state: RunState, *, error: str, now: datetime) -> None:
    run.state, run.error, run.finished_at = state, error[:2000], now


def _promise_phase(session: Session, run: DayRun, *, now: datetime) -> None:
    outbox.promise(
        session, key=f"run_day:{run.id}:{run.phase.value}", job="run_day", args={"run_id": run.id}, due_at=now
    )
