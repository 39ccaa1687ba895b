"""Promise, run, plan: whoever locks rows in another order can be caught with somebody else in a deadlock.

On PostgreSQL only, since SQLite has one writer. A connection of the test's own holds a row that both sides need, until
both wait, so that they meet in every run of the test.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread

import pytest
import sqlalchemy as sa
from flask import Flask

from logistics import outbox
from logistics.config import Settings
from logistics.day import service as days
from logistics.day.models import DayRun
from logistics.day.rules import Phase, RunState
from logistics.db import db, reading, transaction
from logistics.errors import BadTransition
from logistics.outbox import Promise
from logistics.routing.models import Plan
from logistics.routing.rules import PlanState
from tests.builders import NOW, a_day
from tests.routing.planning import a_ready_day
from tests.workers.conftest import wait_for
from workers.giving_up import give_up
from workers.jobs import JOBS

pytestmark = pytest.mark.postgres


class Waiter:
    """A transaction in a thread of its own that is let in only after somebody else."""

    def __init__(self, app: Flask, work: Callable[[], None]) -> None:
        self.error: BaseException | None = None
        self._app, self._work = app, work
        self._thread = Thread(target=self._run)
        self._thread.start()

    def _run(self) -> None:
        with self._app.app_context():
            try:
                self._work()
            except Exception as error:
                self.error = error

    def join(self) -> None:
        self._thread.join(timeout=20)
        assert not self._thread.is_alive()


@pytest.fixture
def planning(postgres_tables: Flask) -> tuple[int, int, int]:
    """A run that waits for its plan: ids of the run, the plan, and the promise to solve it."""
    day = a_ready_day()
    with transaction() as session:
        day_id = a_day(session, [day.campaign])
        command = days.StartRun(day_id=day_id, time_limit_s=5, iteration_limit=20, seed=1)
        run_id = days.start_run(session, command, now=NOW)
    for _ in (Phase.CLOSE, Phase.WAVE, Phase.BATCH, Phase.PLAN):
        with transaction() as session:
            days.run_phase(session, run_id, now=NOW)
    with reading() as session:
        plan_id = session.get_one(DayRun, run_id).plan_id
        promise_id = session.scalars(sa.select(Promise.id).where(Promise.job == "solve_plan")).one()
    assert plan_id is not None
    return run_id, plan_id, promise_id


@contextmanager
def held(row: sa.Select[int]) -> Iterator[Callable[[int], None]]:
    """Hold a row; what it yields waits until so many transactions wait for locks."""
    waiting = sa.text(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    )
    with db.engine.connect() as connection, connection.begin():
        connection.execute(row.with_for_update())

        def until_waiting(count: int) -> None:
            with db.engine.connect() as looking:
                wait_for(f"{count} waiting", lambda: _now(looking, waiting) == count, patience_s=20)

        yield until_waiting


def _now(connection: sa.Connection, question: sa.TextClause) -> int:
    with connection.begin():
        return int(connection.scalar(question) or 0)


def test_a_plan_given_up_while_its_run_is_being_cancelled(
    postgres_tables: Flask, planning: tuple[int, int, int]
) -> None:
    run_id, plan_id, promise_id = planning

    def lose() -> None:
        with transaction() as session:
            give_up(session, promise_id, job="solve_plan", args={"plan_id": plan_id}, error="lost", now=NOW)

    def cancel() -> None:
        with transaction() as session:
            days.cancel_run(session, run_id, now=NOW)

    with held(sa.select(Plan.id).where(Plan.id == plan_id)) as until_waiting:
        losing = Waiter(postgres_tables, lose)
        until_waiting(1)
        cancelling = Waiter(postgres_tables, cancel)
        until_waiting(2)
    losing.join()
    cancelling.join()

    assert losing.error is None
    assert isinstance(cancelling.error, BadTransition)  # there was nothing left to cancel
    with reading() as session:
        assert session.get_one(Plan, plan_id).state is PlanState.FAILED
        assert session.get_one(DayRun, run_id).state is RunState.FAILED


def test_a_plan_given_up_while_its_job_ends(
    postgres_tables: Flask, planning: tuple[int, int, int], tmp_path: Path
) -> None:
    run_id, plan_id, promise_id = planning
    postgres_tables.config["SETTINGS"] = Settings.from_env({"INSTANCE_DIR": str(tmp_path)})

    def lose() -> None:
        with transaction() as session:
            give_up(session, promise_id, job="solve_plan", args={"plan_id": plan_id}, error="lost", now=NOW)

    with held(sa.select(DayRun.id).where(DayRun.id == run_id)) as until_waiting:
        ending = Waiter(postgres_tables, lambda: JOBS["solve_plan"].run(promise_id, plan_id=plan_id))
        until_waiting(1)
        losing = Waiter(postgres_tables, lose)
        until_waiting(2)
    ending.join()
    losing.join()

    assert (ending.error, losing.error) == (None, None)
    with reading() as session:
        promise = session.get_one(outbox.Promise, promise_id)
        assert (promise.done_at is not None, promise.failed_at, promise.attempts) == (True, None, 0)
        assert session.get_one(Plan, plan_id).state is PlanState.READY
        assert session.get_one(DayRun, run_id).phase is Phase.MANIFEST
