"""The whole way from a row in the outbox to its effect, through a real Valkey and real RQ workers."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psutil
import pytest
from flask import Flask
from redis import Redis
from rq import Queue
from rq.job import Job, JobStatus
from rq.serializers import JSONSerializer
from sqlalchemy import update

from logistics import outbox
from logistics.db import db, transaction
from logistics.outbox import Promise, Ring
from tests.racing import race
from tests.workers.conftest import Machine, kill, wait_for
from tests.workers.promises import is_closed, is_done, messages, promise_of, promise_to_close
from workers.bell import RqBell, job_id
from workers.jobs import JOBS
from workers.schedule import PERIODIC

REPO = Path(__file__).resolve().parents[2]


def test_a_row_in_the_outbox_becomes_a_done_job(any_machine: Machine) -> None:
    promise_id, campaign_id = promise_to_close()
    any_machine.start_valkey()
    any_machine.start_relay()
    any_machine.start_worker()

    wait_for("the promise kept", lambda: is_done(promise_id))

    assert is_closed(campaign_id)
    assert promise_of(promise_id).attempts == 1


def test_while_redis_is_down_the_promise_waits_and_is_rung_later(machine: Machine) -> None:
    promise_id, campaign_id = promise_to_close()  # an order's work is promised while nothing can be rung
    relay = machine.start_relay()
    wait_for("the relay in trouble", lambda: "relay waits" in machine.log())

    machine.start_valkey()
    machine.start_worker()

    wait_for("the promise kept", lambda: is_done(promise_id))
    assert is_closed(campaign_id)
    assert relay.poll() is None
    assert promise_of(promise_id).attempts == 1


def test_a_bell_that_rings_twice_has_its_effect_once(machine: Machine) -> None:
    promise_id, campaign_id = promise_to_close()
    machine.start_valkey()
    for attempt in (1, 2, 3):
        enqueue(machine.redis, "close_campaign", job_id(promise_id, attempt), promise_id, campaign_id=campaign_id)

    machine.run_worker_until_empty()

    assert is_closed(campaign_id)
    # two households asked for 2 of the 2 pieces: two messages of their orders, two of what they were given
    assert messages() == 4


def test_a_forged_job_that_names_any_function_is_refused(machine: Machine, tmp_path: Path) -> None:
    machine.start_valkey()
    mark = tmp_path / "pwned"
    queue = Queue("default", connection=machine.redis, serializer=JSONSerializer)
    queue.enqueue_call("os.system", args=[f"touch {mark}"], job_id="forged-1")
    queue.enqueue_call("workers.jobs.os.system", args=[f"touch {mark}"], job_id="forged-2")

    machine.run_worker_until_empty()

    assert not mark.exists()
    for forged in ("forged-1", "forged-2"):
        assert Job.fetch(forged, connection=machine.redis, serializer=JSONSerializer).is_failed
    assert "which is not on the list of jobs" in machine.log()


def test_a_forged_callback_of_an_allowed_job_is_not_called(machine: Machine, tmp_path: Path) -> None:
    promise_id, campaign_id = promise_to_close()
    machine.start_valkey()
    mark = tmp_path / "pwned"
    job = enqueue(machine.redis, "close_campaign", "forged", promise_id, campaign_id=campaign_id, later=True)
    job._success_callback_name = "os.system"
    job.description = f"touch {mark}"
    Queue("default", connection=machine.redis, serializer=JSONSerializer).enqueue_job(job)

    machine.run_worker_until_empty()

    assert is_closed(campaign_id)
    assert not mark.exists()
    assert "os.system" not in machine.log()


def test_worker_and_job_killed_in_the_middle_the_work_is_finished(any_machine: Machine) -> None:
    promise_id, campaign_id = promise_to_close()
    any_machine.start_valkey()
    any_machine.start_relay()
    wait_for("the bell rung", lambda: promise_of(promise_id).attempts == 1)
    with held(promise_id):  # the job waits for this row, which makes the middle of it long enough to hit
        worker = any_machine.start_worker()
        wait_for("a job under way", lambda: bool(horses(worker)))
        horse = horses(worker)[0]
        kill(worker)
        kill(horse)
    assert not is_done(promise_id)

    any_machine.start_worker()

    wait_for("the promise kept", lambda: is_done(promise_id))
    assert is_closed(campaign_id)
    assert promise_of(promise_id).attempts == 2
    assert messages() == 4


def test_a_job_dies_with_its_worker_so_that_nothing_runs_twice_side_by_side(machine: Machine) -> None:
    promise_id, _ = promise_to_close()
    machine.start_valkey()
    machine.start_relay()
    wait_for("the bell rung", lambda: promise_of(promise_id).attempts == 1)
    with held(promise_id):
        worker = machine.start_worker()
        wait_for("a job under way", lambda: bool(horses(worker)))
        horse = horses(worker)[0]

        kill(worker)

        wait_for("the job's process gone", lambda: not lives(horse), patience_s=5)


@pytest.mark.parametrize("skew", [timedelta(hours=-1), timedelta(hours=1)])
def test_a_job_lives_while_its_heartbeat_moves_whatever_its_workers_clock_says(
    machine: Machine, skew: timedelta
) -> None:
    promise_id, campaign_id = promise_to_close()
    machine.start_valkey()
    job = enqueue(machine.redis, "close_campaign", job_id(promise_id, 1), promise_id, campaign_id=campaign_id)
    job.set_status(JobStatus.STARTED)
    bell = RqBell(machine.redis, heartbeat_grace=timedelta(seconds=15))
    ring = Ring(promise_id=promise_id, job=job.func_name, args={}, queue="default", attempt=2)
    start = datetime.now(UTC)

    def lives_at(seconds: float, *, beaten_at: float) -> bool:
        job.heartbeat(start + skew + timedelta(seconds=beaten_at), ttl=60)
        return bell.last_ring_lives(ring, now=start + timedelta(seconds=seconds))

    assert [lives_at(at, beaten_at=at) for at in (0, 10, 20, 30)] == [True] * 4
    assert [lives_at(at, beaten_at=30) for at in (40, 44.9, 45)] == [True, True, False]
    assert lives_at(50, beaten_at=50)


def test_two_relays_racing_ring_each_promise_once(any_app: Flask) -> None:
    promises = [promise_to_close(orders=0)[0] for _ in range(20)]
    now = promise_of(promises[-1]).due_at

    def claim() -> list[int]:
        with transaction() as session:
            rings = outbox.claim_due(session, now=now, lease=timedelta(seconds=60), limit=15)
            return [ring.promise_id for ring in rings]

    claimed = race(any_app, [claim] * 4)

    taken = [promise_id for part in claimed for promise_id in part]  # type: ignore[union-attr]
    assert sorted(taken) == sorted(set(taken))
    assert set(taken) <= set(promises)


def test_every_job_that_the_platform_promises_is_on_the_list() -> None:
    periodic = {work.job for work in PERIODIC}
    named = {"close_ballot", "close_campaign", "move_up_ballot", "run_day", "solve_plan", *periodic}
    sources = " ".join(path.read_text(encoding="utf-8") for path in (REPO / "logistics").rglob("*.py"))

    assert set(JOBS) == named
    assert all(f'job="{name}"' in sources for name in named - periodic)


def enqueue(redis: Redis, name: str, id_: str, promise_id: int, *, later: bool = False, **args: int) -> Job:
    queue = Queue("default", connection=redis, serializer=JSONSerializer)
    job = queue.create_job(name, kwargs={"promise_id": promise_id, **args}, job_id=id_, timeout=60)
    return job if later else queue.enqueue_job(job)


@contextmanager
def held(promise_id: int) -> Iterator[None]:
    """Keep the promise's row locked, as a slow transaction of somebody else would."""
    with db.engine.connect() as connection, connection.begin():
        connection.execute(update(Promise).where(Promise.id == promise_id).values(error=Promise.error))
        yield


def horses(worker: subprocess.Popen[bytes]) -> list[psutil.Process]:
    return psutil.Process(worker.pid).children()


def lives(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
