"""The relay against a queue of the test's own: what it rings, takes back, trusts and gives up."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from redis.exceptions import ConnectionError as RedisDown
from sqlalchemy import select, text

from logistics import outbox
from logistics.day.commands import run_here
from logistics.day.models import DayRun
from logistics.day.rules import Phase, RunState
from logistics.day.service import StartRun, run_phase, start_run
from logistics.db import reading, transaction
from logistics.outbox import ATTEMPT_LIMIT, Ring
from logistics.routing.models import Plan
from tests.builders import a_campaign, a_day, a_store, a_town
from tests.conftest import REPO
from tests.routing.planning import a_ready_day
from tests.workers.promises import is_closed, is_done, promise_of, promise_to_close
from workers.giving_up import give_up
from workers.jobs import JOBS, ROADS_S, SOLVER_GRACE_S, timeout_s
from workers.relay import Relay, Tempo
from workers.schedule import PERIODIC

NOW = datetime.now(UTC)
QUIET = Tempo(lease=timedelta(seconds=10))


class FakeBell:
    """A queue in memory. `down` makes it unreachable; `alive` says whether earlier rings' jobs still wait or run."""

    def __init__(self) -> None:
        self.rung: list[Ring] = []
        self.timeouts: list[int] = []
        self.down_after: int | None = None
        self.alive = False

    def ring(self, ring: Ring, *, timeout_s: int) -> None:
        if self.down_after is not None and len(self.rung) >= self.down_after:
            raise RedisDown("no queue")
        self.rung.append(ring)
        self.timeouts.append(timeout_s)

    def last_ring_lives(self, ring: Ring, *, now: datetime) -> bool:
        return ring.attempt > 1 and self.alive


def close_rings(bell: FakeBell) -> list[tuple[int, int]]:
    return [(ring.promise_id, ring.attempt) for ring in bell.rung if ring.job == "close_campaign"]


def test_a_due_promise_is_rung_once(app: Flask) -> None:
    promise_id, campaign_id = promise_to_close()
    bell = FakeBell()
    relay = Relay(bell, QUIET)

    relay.step(datetime.now(UTC))
    relay.step(datetime.now(UTC))

    assert close_rings(bell) == [(promise_id, 1)]
    assert [ring.args for ring in bell.rung if ring.job == "close_campaign"] == [{"campaign_id": campaign_id}]


def test_a_cut_off_is_rung_when_it_is_due_and_not_a_second_before(app: Flask) -> None:
    promise_id, _ = promise_to_close(due_in=timedelta(hours=1))
    due_at = promise_of(promise_id).due_at
    bell = FakeBell()
    relay = Relay(bell, QUIET)

    relay.step(due_at - timedelta(seconds=1))
    assert close_rings(bell) == []

    relay.step(due_at)
    assert close_rings(bell) == [(promise_id, 1)]


def test_rings_that_did_not_reach_the_queue_are_taken_back_and_cost_no_attempt(app: Flask) -> None:
    first, _ = promise_to_close()
    second, _ = promise_to_close()
    bell = FakeBell()
    bell.down_after = 0
    relay = Relay(bell, QUIET)

    for _ in range(2 * ATTEMPT_LIMIT):
        with pytest.raises(RedisDown):
            relay.step(datetime.now(UTC))

    assert [(promise_of(p).attempts, promise_of(p).rung_at) for p in (first, second)] == [(0, None), (0, None)]
    bell.down_after = None
    relay.step(datetime.now(UTC))
    assert sorted(close_rings(bell)) == [(first, 1), (second, 1)]


def test_what_was_rung_before_the_queue_went_down_stays_rung(app: Flask) -> None:
    first, _ = promise_to_close()
    second, _ = promise_to_close()
    bell = FakeBell()
    relay = Relay(bell, QUIET)
    bell.down_after = len(PERIODIC) + 1  # the periodic work, due since its spans began, and the first

    with pytest.raises(RedisDown):
        relay.step(datetime.now(UTC))

    assert (promise_of(first).attempts, promise_of(second).attempts) == (1, 0)


def test_a_job_that_still_waits_is_not_rung_again_however_long_it_waits(app: Flask) -> None:
    promise_id, _ = promise_to_close()
    bell = FakeBell()
    bell.alive = True
    relay = Relay(bell, QUIET)
    start = datetime.now(UTC)

    for minutes in range(60):
        relay.step(start + timedelta(minutes=minutes))

    assert close_rings(bell) == [(promise_id, 1)]
    assert promise_of(promise_id).attempts == 1


def test_a_job_that_was_lost_is_rung_again_after_the_lease_with_a_new_attempt(app: Flask) -> None:
    promise_id, _ = promise_to_close()
    bell = FakeBell()
    relay = Relay(bell, QUIET)
    start = datetime.now(UTC)

    for seconds in (0, 10, 10.5):
        relay.step(start + timedelta(seconds=seconds))

    assert close_rings(bell) == [(promise_id, 1), (promise_id, 2)]


def test_a_promise_is_given_up_after_five_lost_rings(app: Flask) -> None:
    promise_id, _ = promise_to_close()
    bell = FakeBell()
    relay = Relay(bell, QUIET)
    start = datetime.now(UTC)

    for step in range(8):
        relay.step(start + timedelta(seconds=11 * step))

    assert [attempt for _, attempt in close_rings(bell)] == [1, 2, 3, 4, 5]
    lost = promise_of(promise_id)
    assert lost.failed_at is not None
    assert lost.error == "not done after 5 rings"


def test_a_promise_of_an_unknown_job_is_given_up_at_once(app: Flask) -> None:
    with transaction() as session:
        promise_id = outbox.promise(session, key="x", job="os.system", args={}, due_at=NOW)

    Relay(FakeBell(), QUIET).step(datetime.now(UTC))

    assert promise_of(promise_id).error == "no job is called os.system"


def test_the_cure_in_the_handbook_makes_a_campaign_that_was_given_up_be_closed(any_app: Flask) -> None:
    promise_id, campaign_id = promise_to_close()
    with transaction() as session:
        outbox.give_up(session, promise_id, error="the disk was full", now=NOW)

    apply_the_cure(promise_id)
    bell = FakeBell()
    Relay(bell, QUIET).step(datetime.now(UTC) + timedelta(seconds=2))
    JOBS["close_campaign"].run(promise_id, campaign_id=campaign_id)

    assert close_rings(bell) == [(promise_id, 1)]
    assert is_done(promise_id)
    assert is_closed(campaign_id)


def apply_the_cure(promise_id: int) -> None:
    handbook = (REPO / "docs" / "operations.md").read_text(encoding="utf-8")
    (cure,) = re.findall(r"```sql\n(.*?)\n```", handbook, flags=re.DOTALL)
    with transaction() as session:
        session.execute(text(cure.replace("…", str(promise_id))))


def test_a_run_whose_plan_was_given_up_is_followed_by_a_new_one_that_ends_well(any_app: Flask, tmp_path: Path) -> None:
    day = a_ready_day()
    with transaction() as session:
        day_id = a_day(session, [day.campaign])
        command = StartRun(day_id=day_id, time_limit_s=5, iteration_limit=20, seed=1)
        failed_id = start_run(session, command, now=NOW)
    for _ in (Phase.CLOSE, Phase.WAVE, Phase.BATCH, Phase.PLAN):
        with transaction() as session:
            run_phase(session, failed_id, now=NOW)
    with transaction() as session:
        owed = session.scalars(select(outbox.Promise).where(outbox.Promise.job == "solve_plan")).one()
        give_up(session, owed.id, job=owed.job, args=owed.args, error="no memory", now=NOW)
    apply_the_cure(owed.id)
    assert promise_of(owed.id).failed_at is not None  # ringing again would find a plan that is over

    with transaction() as session:
        run_id = start_run(session, command, now=NOW)
    ended = run_here(run_id, travel_cache_dir=tmp_path)

    assert run_id != failed_id
    assert (ended.state, ended.summary["unbatched"]) == (RunState.DONE, [])
    with reading() as session:
        failed = session.get_one(DayRun, failed_id)
        assert (failed.state, failed.error) == (RunState.FAILED, "no memory")


def test_a_run_whose_phase_is_given_up_ends_as_failed_and_not_as_waiting(app: Flask) -> None:
    with transaction() as session:
        town = a_town(session)
        day_id = a_day(session, [a_campaign(session, a_store(session), town)])
        run_id = start_run(
            session, StartRun(day_id=day_id, time_limit_s=1, iteration_limit=None, seed=1), now=datetime.now(UTC)
        )
    relay = Relay(FakeBell(), QUIET)
    start = datetime.now(UTC)

    for step in range(8):
        relay.step(start + timedelta(seconds=11 * step))

    with reading() as session:
        run = session.get_one(DayRun, run_id)
    assert (run.state, run.error) == (RunState.FAILED, "not done after 5 rings")


def test_a_promise_that_cannot_be_rung_fails_alone_and_the_others_are_rung(any_tables: Flask) -> None:
    with transaction() as session:
        bad_id = outbox.promise(session, key="bad", job="solve_plan", args={}, due_at=NOW - timedelta(days=1))
    good_id, _ = promise_to_close()
    bell = FakeBell()
    relay = Relay(bell, QUIET)
    start = datetime.now(UTC)

    assert relay.step(start) == 1 + len(PERIODIC)  # the good one, and what is done now and then
    for step in range(1, 8):
        relay.step(start + timedelta(seconds=40 * step))

    assert (good_id, 1) in close_rings(bell)
    bad = promise_of(bad_id)
    assert (bad.attempts, bad.error) == (5, "KeyError: 'plan_id'")
    assert bad.failed_at is not None


def test_a_promise_whose_waiting_run_cannot_be_told_fails_all_the_same(any_tables: Flask) -> None:
    with transaction() as session:
        bad_id = outbox.promise(session, key="bad", job="run_day", args={"run": 1}, due_at=NOW - timedelta(days=1))
    good_id, _ = promise_to_close()
    bell = FakeBell()
    relay = Relay(bell, QUIET)
    start = datetime.now(UTC)

    for step in range(8):
        relay.step(start + timedelta(seconds=11 * step))

    assert (good_id, 1) in close_rings(bell)
    assert promise_of(bad_id).error == "KeyError: 'run_id'"
    assert promise_of(bad_id).failed_at is not None


def test_what_was_kept_meanwhile_is_not_given_up(any_tables: Flask) -> None:
    with transaction() as session:
        town = a_town(session)
        day_id = a_day(session, [a_campaign(session, a_store(session), town)])
        run_id = start_run(session, StartRun(day_id=day_id, time_limit_s=1, iteration_limit=None, seed=1), now=NOW)
        promise_id = session.scalars(select(outbox.Promise.id).where(outbox.Promise.job == "run_day")).one()
        outbox.done(session, promise_id, now=NOW)  # by the worker, while the relay made up its mind

        give_up(session, promise_id, job="run_day", args={"run_id": run_id}, error="late", now=NOW)

        assert session.get_one(DayRun, run_id).state is RunState.RUNNING
    assert promise_of(promise_id).failed_at is None


def test_the_solver_gets_its_own_limit_and_room_around_it(app: Flask) -> None:
    with transaction() as session:
        plan = Plan(code="P", delivery_date=NOW.date(), requested_at=NOW, time_limit_s=20, iteration_limit=None, seed=1)
        session.add(plan)
        session.flush()

        assert timeout_s(session, "solve_plan", {"plan_id": plan.id}) == 20 + SOLVER_GRACE_S + ROADS_S
        assert timeout_s(session, "close_campaign", {"campaign_id": 1}) == 300


def test_forgetting_rings_makes_the_undone_due_at_once_and_gives_the_attempt_back(app: Flask) -> None:
    promise_id, _ = promise_to_close()
    bell = FakeBell()
    relay = Relay(bell, QUIET)
    relay.step(datetime.now(UTC))

    with transaction() as session:
        outbox.forget_rings(session)
    relay.step(datetime.now(UTC))

    assert close_rings(bell) == [(promise_id, 1), (promise_id, 1)]
