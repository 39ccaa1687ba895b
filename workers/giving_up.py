"""What happens when a promise is given up: whoever waits for it is told, so that nobody waits for ever.

Rows are locked in one order, here as in `workers.jobs` and in the day's verbs: promise, run, plan. Another order
somewhere would be a deadlock on PostgreSQL.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

from sqlalchemy import update
from sqlalchemy.orm import Session

from logistics import outbox
from logistics.day import service as days
from logistics.day.models import DayRun
from logistics.day.rules import RunState
from logistics.routing.models import Plan
from logistics.routing.rules import PLAN_TRANSITIONS, PlanState

UNFINISHED_PLANS = [state for state in PlanState if PLAN_TRANSITIONS[state]]


def give_up(session: Session, promise_id: int, *, job: str, args: Mapping[str, int], error: str, now: datetime) -> None:
    """Mark the promise failed and end what hung on it; one that was kept meanwhile is left alone."""
    if outbox.give_up(session, promise_id, error=error, now=now):
        _tell_who_waits(session, job=job, args=args, error=error, now=now)


def keep_error(
    session: Session, promise_id: int, *, job: str, args: Mapping[str, int], error: str, now: datetime
) -> None:
    """Keep what went wrong with one attempt; after the last one, end what hung on the promise."""
    if outbox.record_error(session, promise_id, error=error, now=now):
        _tell_who_waits(session, job=job, args=args, error=error, now=now)


def _tell_who_waits(session: Session, *, job: str, args: Mapping[str, int], error: str, now: datetime) -> None:
    """End the plan or the run that the lost work belonged to as failed, with the error."""
    if job in _WAITING:
        _WAITING[job](session, args, error[: outbox.ERROR_LENGTH], now)


def _fail_run(session: Session, args: Mapping[str, int], error: str, now: datetime) -> None:
    session.execute(
        update(DayRun)
        .where(DayRun.id == args["run_id"], DayRun.state == RunState.RUNNING)
        .values(state=RunState.FAILED, error=error, finished_at=now)
    )


def _fail_plan(session: Session, args: Mapping[str, int], error: str, now: datetime) -> None:
    days.lock_runs_of_plan(session, args["plan_id"])
    session.execute(
        update(Plan)
        .where(Plan.id == args["plan_id"], Plan.state.in_(UNFINISHED_PLANS))
        .values(state=PlanState.FAILED, error=error, finished_at=now)
    )
    days.plan_ended(session, args["plan_id"], now=now)


_WAITING: Mapping[str, Callable[[Session, Mapping[str, int], str, datetime], None]] = {
    "run_day": _fail_run,
    "solve_plan": _fail_plan,
}
