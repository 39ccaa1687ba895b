"""`python -m workers.worker QUEUE`: runs the jobs of one queue, one at a time, each in a process of its own.

A worker serves one queue, because one on several can lose a job between taking and starting it. The platform is loaded,
and for the solver's queue the compiled searches too, before the job's process is forked. When the worker is killed,
that process (the horse) dies with it, so no job runs twice side by side; the relay hears the silence and rings again.
"""

from __future__ import annotations

import argparse
import os
import signal
import socket
import subprocess
import sys
import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from redis import Redis
from rq import Worker

from logistics import create_app
from logistics.config import Settings
from logistics.db import db
from logistics.observability import configure_logging, get_logger
from logistics.outbox import Queue
from logistics.routing.engine.warming import not_compiled, warm_first
from workers.guard import SERIALIZER, GuardedJob
from workers.part_jobs import PART_QUEUE
from workers.processes import die_with_parent


@dataclass(frozen=True, slots=True, kw_only=True)
class Intervals:
    """In seconds. With RQ's own (420, 600, 30) a worker that was killed is noticed after a quarter of an hour."""

    worker_ttl: int = 30
    maintenance: int = 10
    job_monitoring: int = 5


class GuardedWorker(Worker):
    """RQ's worker, whose horse dies with it and which reaches a Redis that comes back within seconds."""

    max_connection_wait_time = 5.0

    def setup_work_horse_signals(self) -> None:
        super().setup_work_horse_signals()  # type: ignore[no-untyped-call]
        assert self.pid is not None
        die_with_parent(self.pid)
        for engine in db.engines.values():
            engine.dispose(close=False)  # connections of the parent are not the child's to use or close


def work(settings: Settings, queue: str, intervals: Intervals, *, burst: bool) -> None:
    """Serve `queue` until asked to stop; with `burst`, until it is empty."""
    worker = GuardedWorker(
        [queue],
        name=f"{queue}-{socket.gethostname()}-{uuid.uuid4().hex[:12]}",
        connection=Redis.from_url(settings.redis_url),
        job_class=GuardedJob,
        serializer=SERIALIZER,
        worker_ttl=intervals.worker_ttl,
        maintenance_interval=intervals.maintenance,
        job_monitoring_interval=intervals.job_monitoring,
        log_job_description=False,
    )
    worker.log_result_lifespan = False
    worker.work(burst=burst, logging_level="WARNING")  # RQ tells of every look at its books; jobs log themselves


def compile_the_rest() -> None:
    """Has a process of its own compile what only plans with rarer rules need, so that plain ones do not wait for it."""
    if not not_compiled():
        return
    bound = [sys.executable, "-m", "workers.child", str(os.getpid()), signal.SIGKILL.name]
    rest = [sys.executable, "-m", "workers.compiling", "--at-once", "1"]  # jobs need the other cores
    subprocess.Popen([*bound, *rest], stdout=subprocess.DEVNULL)  # noqa: S603  our own interpreter and modules


def require_senders(settings: Settings) -> None:
    """End at once, saying why, where messages could never be sent; their rows would wait in vain."""
    from logistics.notifications.gateway import BadGateway
    from logistics.notifications.outgoing import senders_of

    try:
        senders_of(settings)
    except BadGateway as wrong:
        raise SystemExit(str(wrong)) from wrong


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m workers.worker", description="Run the jobs of one queue.")
    parser.add_argument("queue", choices=[*(queue.value for queue in Queue), PART_QUEUE])
    parser.add_argument("--worker-ttl", type=int, default=30, metavar="SECONDS")
    parser.add_argument("--maintenance-interval", type=int, default=10, metavar="SECONDS")
    parser.add_argument("--job-monitoring-interval", type=int, default=5, metavar="SECONDS")
    parser.add_argument("--burst", action="store_true", help="stop when the queue is empty")
    chosen = parser.parse_args(arguments)
    intervals = Intervals(
        worker_ttl=chosen.worker_ttl,
        maintenance=chosen.maintenance_interval,
        job_monitoring=chosen.job_monitoring_interval,
    )
    settings = Settings.from_env()
    configure_logging(settings)
    if chosen.queue in {Queue.SOLVER.value, PART_QUEUE}:
        get_logger("workers.worker").info("search ready", seconds=round(warm_first(), 1))
        compile_the_rest()
    if chosen.queue == Queue.MESSAGES.value:
        require_senders(settings)
    with create_app(settings).app_context():
        work(settings, chosen.queue, intervals, burst=chosen.burst)


if __name__ == "__main__":
    main()
