"""The work that promises name, one short entry point each.

A promise says a name and ids; a worker runs the function registered here under that name and nothing else. Every
entry point asks first whether the work is still owed, because the same bell may ring twice, and marks it done in the
transaction of the effect, or after it where the service keeps its own short transactions and can be run again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import wraps

from flask import current_app
from sqlalchemy import select
from sqlalchemy.orm import Session

from logistics import outbox
from logistics.clock import utc_now
from logistics.config import Settings
from logistics.day import service as days
from logistics.db import transaction
from logistics.errors import DomainError
from logistics.inventory.ballots import service as ballots
from logistics.inventory.ledger import service as ledger
from logistics.inventory.reports import service as reports
from logistics.inventory.rounds import service as rounds
from logistics.observability import bound_job, error_line, get_logger
from logistics.orders import service as orders
from logistics.routing import service as routing
from logistics.routing.models import Plan
from workers import housekeeping
from workers.giving_up import give_up, keep_error
from workers.part_queue import parts_of
from workers.posting import post_of

log = get_logger("workers.jobs")

SOLVER_GRACE_S = 30
"""Reading the problem, checking and saving the plan."""
ROADS_S = 120
"""Reading a road file for the first time, which comes before the solver's own limit begins to run."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JobKind:
    """A function a worker may run. `timeout_s` bounds one run of it."""

    name: str
    run: Callable[..., None]
    timeout_s: int


JOBS: dict[str, JobKind] = {}
"""The allowlist: every job by the name that promises use."""


def job(*, timeout_s: int) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Enter a function into the allowlist and give it what every job needs: log context, and errors kept in the outbox.

    A refusal by a rule is given up at once, since ringing again would end in the same refusal; anything else is rung
    again until the attempts are used up. Neither is raised, so the queue's own retry is left for workers that died.
    """

    def enter(function: Callable[..., None]) -> Callable[..., None]:
        name = function.__name__

        @wraps(function)
        def run(promise_id: int, **args: int) -> None:
            with bound_job(name, promise_id):
                try:
                    function(promise_id, **args)
                    log.info("job ended")
                except DomainError as refusal:
                    log.warning("job refused", error=error_line(refusal))
                    with transaction() as session:
                        give_up(session, promise_id, job=name, args=args, error=str(refusal), now=_now())
                except Exception as failure:
                    log.exception("job failed")
                    error = error_line(failure)
                    with transaction() as session:
                        keep_error(session, promise_id, job=name, args=args, error=error, now=_now())

        JOBS[name] = JobKind(name=name, run=run, timeout_s=timeout_s)
        return run

    return enter


@job(timeout_s=300)
def close_campaign(promise_id: int, campaign_id: int) -> None:
    with transaction() as session:
        if outbox.is_owed(session, promise_id):
            orders.cut_off(session, campaign_id, now=_now())
            outbox.done(session, promise_id, now=_now())


@job(timeout_s=300)
def close_ballot(promise_id: int, ballot_id: int) -> None:
    with transaction() as session:
        if outbox.is_owed(session, promise_id):
            ballots.close_ballot(session, ballot_id, now=_now())
            outbox.done(session, promise_id, now=_now())


@job(timeout_s=300)
def move_up_ballot(promise_id: int, ballot_id: int) -> None:
    with transaction() as session:
        if outbox.is_owed(session, promise_id):
            ballots.move_up(session, ballot_id, now=_now())
            outbox.done(session, promise_id, now=_now())


@job(timeout_s=600)
def run_day(promise_id: int, run_id: int) -> None:
    with transaction() as session:
        if outbox.is_owed(session, promise_id):
            days.run_phase(session, run_id, now=_now())
            outbox.done(session, promise_id, now=_now())


@job(timeout_s=SOLVER_GRACE_S + ROADS_S)
def solve_plan(promise_id: int, plan_id: int) -> None:
    with transaction() as session:
        owed = outbox.is_owed(session, promise_id)
    if owed:
        settings = _settings()
        routing.solve_plan(
            plan_id, travel_cache_dir=settings.travel_cache_dir, now=_now, parts=parts_of(settings.redis_url)
        )
        with transaction() as session:
            outbox.done(session, promise_id, now=_now())  # first: promises are locked before runs
            days.plan_ended(session, plan_id, now=_now())


@job(timeout_s=300)
def keep_house(promise_id: int) -> None:
    with transaction() as session:
        if outbox.is_owed(session, promise_id):
            housekeeping.purge(session, now=_now())
            outbox.done(session, promise_id, now=_now())


@job(timeout_s=300)
def expire_reservations(promise_id: int) -> None:
    """A thousand promises a transaction: whoever moves these goods waits for one of them at most, and what a killed
    worker has let go stays so."""
    expired = 1
    while expired:
        with transaction() as session:
            if not outbox.is_owed(session, promise_id):
                return
            expired = ledger.expire_due(session, now=_now())
            if not expired:
                outbox.done(session, promise_id, now=_now())


@job(timeout_s=300)
def finish_rounds(promise_id: int) -> None:
    with transaction() as session:
        if outbox.is_owed(session, promise_id):
            rounds.finish_arrived(session, now=_now())
            outbox.done(session, promise_id, now=_now())


@job(timeout_s=300)
def finish_campaigns(promise_id: int) -> None:
    with transaction() as session:
        if outbox.is_owed(session, promise_id):
            orders.finish_delivered(session, now=_now())
            outbox.done(session, promise_id, now=_now())


@job(timeout_s=300)
def open_reports(promise_id: int) -> None:
    with transaction() as session:
        if outbox.is_owed(session, promise_id):
            opened = reports.open_due(session, now=_now(), clock=reports.clock_of(_settings()))
            told = reports.tell_late(session, now=_now())
            days_opened = [day.isoformat() for day in opened.days]
            log.info("reports opened", days=days_opened, new=opened.report_count, told_late=told)
            outbox.done(session, promise_id, now=_now())


@job(timeout_s=120)
def send_messages(promise_id: int) -> None:
    with transaction() as session:
        owed = outbox.is_owed(session, promise_id)
    if owed:
        counts = post_of(_settings(), now=_now).run()
        log.info("messages sent", **counts)
        with transaction() as session:
            outbox.done(session, promise_id, now=_now())


def timeout_s(session: Session, name: str, args: Mapping[str, int]) -> int:
    """Seconds that one run of the job may take; for a plan that is its own limit and what stands around it.

    The queue's limit cannot stop the solver's C++ in time, so it lies well behind the solver's own.
    """
    limit = session.scalar(select(Plan.time_limit_s).where(Plan.id == args["plan_id"])) if name == "solve_plan" else 0
    return JOBS[name].timeout_s + (limit or 0)


def _settings() -> Settings:
    settings: Settings = current_app.config["SETTINGS"]
    return settings


def _now() -> datetime:
    return utc_now()
