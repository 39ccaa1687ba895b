"""Parts of a large plan through a real Valkey and real RQ workers."""

from __future__ import annotations

import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from flask import Flask
from redis import Redis
from redis.backoff import NoBackoff
from redis.retry import Retry
from rq import Queue
from rq.job import JobStatus

from logistics.routing.engine import Plan, Problem, SolveOptions, check
from logistics.routing.engine.decompose import Decomposed, InThreads, PartTask, Sizes, Stretch
from logistics.routing.engine.decompose.packing import packed
from tests.routing.engine.decompose.solvers import FirstFit
from tests.routing.engine.decompose.test_splits import split_first
from tests.routing.engine.decompose.towns import a_town
from tests.workers.conftest import Machine, kill, wait_for
from workers.guard import SERIALIZER, GuardedJob
from workers.jobs import JOBS
from workers.part_jobs import PART_JOBS, PART_QUEUE, RoundKeys
from workers.part_queue import InQueue

SOON_S = 60.0


@pytest.fixture
def town() -> Problem:
    return a_town(40)


@pytest.fixture
def valkey(machine: Machine) -> Redis:
    machine.start_valkey()
    return machine.redis


def a_runner(redis: Redis) -> InQueue:
    return InQueue(redis, local=InThreads(FirstFit(), workers=1))


def start_workers(machine: Machine, count: int) -> list[subprocess.Popen[bytes]]:
    workers = [machine.start_worker(PART_QUEUE) for _ in range(count)]
    wait_for("the workers", lambda: len(machine.redis.smembers(f"rq:workers:{PART_QUEUE}")) == count)
    return workers


def tasks_of(town: Problem, *, seconds: float, iterations: int | None = 1) -> list[PartTask]:
    return [
        PartTask(whole=town, part=part, seed=1, seconds=seconds, iterations=iterations, stretch=Stretch())
        for part in split_first(town, 4)
    ]


class Run(threading.Thread):
    """A round in a thread, so that the test can interfere."""

    def __init__(self, runner: InQueue, tasks: list[PartTask]) -> None:
        super().__init__(daemon=True)
        self.found: dict[int, Plan] = {}
        self.stop = False
        self._runner, self._tasks = runner, tasks
        self.start()

    def run(self) -> None:
        self._runner.run(
            self._tasks, end_s=time.monotonic() + SOON_S, must_stop=lambda: self.stop, done=self.found.__setitem__
        )


def horses(worker: subprocess.Popen[bytes]) -> list[psutil.Process]:
    return psutil.Process(worker.pid).children()


def test_a_town_is_solved_by_two_workers(machine: Machine, valkey: Redis, town: Problem) -> None:
    start_workers(machine, 2)
    runner = a_runner(valkey)

    assert runner.side_by_side == 2
    plan = Decomposed(runner=runner, sizes=Sizes(part_stops=10, rounds=2)).solve(
        town, SolveOptions(time_limit_s=SOON_S, seed=1, iteration_limit=10)
    )

    assert check(town, plan) == ()
    assert plan.dropped == ()
    # parcels and answers are gone; what is left of the bookkeeping expires
    assert {key.decode().rpartition(":")[2] for key in valkey.scan_iter("parts:*")} <= {"over", "ended"}
    assert all(valkey.ttl(key) > 0 for key in valkey.scan_iter("parts:*"))


def test_a_killed_job_loses_its_part_and_no_other(machine: Machine, valkey: Redis, town: Problem) -> None:
    (worker,) = start_workers(machine, 1)
    run = Run(a_runner(valkey), tasks_of(town, seconds=3.0, iterations=None))
    wait_for("the first part begun", lambda: horses(worker) != [])

    kill(horses(worker)[0])
    run.join(timeout=SOON_S)

    assert sorted(run.found) == [1, 2, 3]


def test_a_parcel_that_is_not_ours_is_a_lost_part(machine: Machine, valkey: Redis, town: Problem) -> None:
    run = _run_before_the_worker(valkey, town)
    keys = _keys(valkey)
    valkey.set(keys.parcel(1), b"rubbish")

    start_workers(machine, 1)
    run.join(timeout=SOON_S)

    assert sorted(run.found) == [0, 2, 3]


def test_a_round_that_is_over_is_not_solved(machine: Machine, valkey: Redis, town: Problem) -> None:
    run = _run_before_the_worker(valkey, town)
    keys = _keys(valkey)
    run.stop = True
    run.join(timeout=SOON_S)

    start_workers(machine, 1)

    jobs = [f"part-{keys.round_id}-{number}" for number in range(4)]
    fetched = [GuardedJob.fetch(job, connection=valkey, serializer=SERIALIZER) for job in jobs]
    wait_for("the jobs ended", lambda: all(job.get_status() is JobStatus.FINISHED for job in fetched))
    assert run.found == {}
    assert not list(valkey.scan_iter("parts:*:answer"))


def test_without_workers_parts_are_solved_here(valkey: Redis, town: Problem) -> None:
    run = Run(a_runner(valkey), tasks_of(town, seconds=SOON_S))
    run.join(timeout=SOON_S)

    assert sorted(run.found) == [0, 1, 2, 3]


def test_without_redis_parts_are_solved_here(app: Flask, town: Problem, tmp_path: Path) -> None:
    redis = Redis(unix_socket_path=str(tmp_path / "no-such.sock"), retry=Retry(NoBackoff(), 0))
    run = Run(a_runner(redis), tasks_of(town, seconds=SOON_S))
    run.join(timeout=SOON_S)
    redis.close()

    assert sorted(run.found) == [0, 1, 2, 3]


def test_only_the_two_jobs_of_parts_run_without_a_promise() -> None:
    assert set(PART_JOBS) == {"solve_part", "gather_parts"}
    assert not set(PART_JOBS) & set(JOBS)


def test_a_forged_round_that_holds_code_is_refused(machine: Machine, valkey: Redis, tmp_path: Path) -> None:
    mark = tmp_path / "pwned"
    queue = Queue(PART_QUEUE, connection=valkey, serializer=SERIALIZER)
    queue.enqueue_call("os.system", args=[f"touch {mark}"], job_id="forged")
    keys = RoundKeys(round_id="x")
    valkey.set(keys.parcel(0), b"cos\nsystem\n(S'touch " + str(mark).encode() + b"'\ntR.")  # a pickle
    queue.enqueue_call("solve_part", kwargs={"round_id": "x", "number": 0}, job_id="forged-parcel")

    machine.run_worker_until_empty(PART_QUEUE)

    assert not mark.exists()
    assert valkey.get(keys.answer(0)) is None


def _run_before_the_worker(valkey: Redis, town: Problem) -> Run:
    """A round that believes in a worker, and waits for it with all parts in the queue."""
    valkey.sadd(f"rq:workers:{PART_QUEUE}", "rq:worker:promised")
    run = Run(a_runner(valkey), tasks_of(town, seconds=20.0))
    wait_for("the parts in the queue", lambda: valkey.llen(f"rq:queue:{PART_QUEUE}") == 4)
    valkey.srem(f"rq:workers:{PART_QUEUE}", "rq:worker:promised")
    return run


def _keys(valkey: Redis) -> RoundKeys:
    (name,) = {key.decode().split(":")[1] for key in valkey.scan_iter("parts:*:parcel")}
    return RoundKeys(round_id=name)


@pytest.fixture(autouse=True)
def _clients_are_closed(machine: Machine) -> Iterator[None]:
    yield
    machine.end()


def test_a_parcel_is_small(town: Problem) -> None:
    parcel = packed(town, SolveOptions(time_limit_s=1), Stretch())

    # two matrices of 41 × 41 in 16 bits are 6,724 bytes; the rest is 40 stops and 8 vehicles as text
    assert len(parcel) < 6_724 + 48 * 300
