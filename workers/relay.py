"""`python -m workers.relay`: rings the queue for the work that the tables owe.

It looks a few times a second for promises that are due and not rung, and rings again for those that were rung a while
ago and are still undone, unless the queue says that their job waits or runs. Any number of relays may run. Redis may be
down for any time: the promises wait in the tables, and so do cut-offs, whose `due_at` stands there. A relay that is
killed between marking a promise rung and reaching the queue delays it by one lease.
"""

from __future__ import annotations

import argparse
import signal
import threading
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from types import FrameType

from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry
from sqlalchemy.exc import SQLAlchemyError

from logistics import create_app, outbox
from logistics.config import Settings
from logistics.db import reading, transaction
from logistics.observability import configure_logging, error_line, get_logger
from logistics.outbox import Ring
from workers import schedule
from workers.bell import Bell, RqBell
from workers.claim import Claim, claim_for, queue_is_embedded
from workers.giving_up import give_up, keep_error
from workers.jobs import JOBS, timeout_s

log = get_logger("workers.relay")


@dataclass(frozen=True, slots=True, kw_only=True)
class Tempo:
    """How often the relay looks.

    `lease`: how long a ring is trusted before the queue is asked about its job; short, since asking is cheap.
    `heartbeat_grace`: silence after which a worker is taken for dead; three times the workers' monitoring interval.
    `sweep_every`: how often periodic work is promised.
    """

    poll: timedelta = timedelta(milliseconds=250)
    lease: timedelta = timedelta(seconds=10)
    heartbeat_grace: timedelta = timedelta(seconds=15)
    sweep_every: timedelta = timedelta(minutes=1)
    backoff_max: timedelta = timedelta(seconds=10)


class Relay:
    """`claim`: whether this relay's queue may ring for the database; None where no other can be meant."""

    def __init__(self, bell: Bell, tempo: Tempo, claim: Claim | None = None) -> None:
        self._bell = bell
        self._tempo = tempo
        self._claim = claim
        self._claimed = True
        self._swept_at: datetime | None = None

    def step(self, now: datetime) -> int:
        """Ring for everything due; returns how many rings reached the queue.

        Raises:
            RedisError: the queue does not answer; what it was to be rung for has been taken back.
        """
        self._sweep(now)
        with reading() as session:
            if not outbox.anything_due(session, now=now, lease=self._tempo.lease):
                return 0
        if not self._may_ring():
            return 0
        with transaction() as session:
            rings = outbox.claim_due(session, now=now, lease=self._tempo.lease)
        return self._ring(rings, now)

    def _sweep(self, now: datetime) -> None:
        if self._swept_at is None or now - self._swept_at >= self._tempo.sweep_every:
            schedule.promise_periodic(now)
            self._swept_at = now
            self._may_ring()  # a relay with nothing to ring keeps its claim all the same

    def _may_ring(self) -> bool:
        held = self._claim is None or self._claim.hold()
        if self._claimed and not held:
            log.error("another queue rings for this database: stop that platform, or give both the same REDIS_URL")
        self._claimed = held
        return held

    def _ring(self, rings: Sequence[Ring], now: datetime) -> int:
        unrung = deque(rings)
        alive: list[int] = []
        rung = 0
        try:
            while unrung:
                ring = unrung[0]
                try:
                    if self._bell.last_ring_lives(ring, now=now):
                        alive.append(ring.promise_id)
                    else:
                        rung += self._ring_anew(ring, now)
                except RedisError:
                    raise
                except Exception as failure:  # this promise's own trouble, which the others shall not share
                    _keep_error(ring, failure, now)
                unrung.popleft()
        finally:  # also when the queue does not answer: what was not rung is due again at once
            with transaction() as session:
                outbox.keep_waiting(session, alive, now=now)
                outbox.release(session, [ring.promise_id for ring in unrung])
        return rung

    def _ring_anew(self, ring: Ring, now: datetime) -> int:
        """Ring, or give up what cannot be rung; returns the number of rings."""
        if ring.job not in JOBS:
            _give_up(ring, f"no job is called {ring.job}", now)
        elif ring.exhausted:
            _give_up(ring, ring.last_error or f"not done after {ring.attempt - 1} rings", now)
        else:
            self._bell.ring(ring, timeout_s=_timeout_of(ring))
            log.info("rung", job=ring.job, job_id=ring.promise_id, attempt=ring.attempt)
            return 1
        return 0


def _timeout_of(ring: Ring) -> int:
    with reading() as session:
        return timeout_s(session, ring.job, ring.args)


def _give_up(ring: Ring, error: str, now: datetime) -> None:
    log.error("given up", job=ring.job, job_id=ring.promise_id, error=error)
    with transaction() as session:
        give_up(session, ring.promise_id, job=ring.job, args=ring.args, error=error, now=now)


def _keep_error(ring: Ring, failure: Exception, now: datetime) -> None:
    """Count the attempt with its error. Where those who wait cannot be told, the promise fails without them."""
    error = error_line(failure)
    log.error("not rung", job=ring.job, job_id=ring.promise_id, attempt=ring.attempt, error=error)
    try:
        with transaction() as session:
            keep_error(session, ring.promise_id, job=ring.job, args=ring.args, error=error, now=now)
    except Exception as second:
        log.error("nobody told", job=ring.job, job_id=ring.promise_id, error=error_line(second))
        with transaction() as session:
            outbox.record_error(session, ring.promise_id, error=error, now=now)


def run(relay: Relay, tempo: Tempo, stop: threading.Event) -> None:
    """Step until `stop` is set; where the database or Redis does not answer, wait longer and longer, and go on."""
    trouble = 0
    while not stop.is_set():
        try:
            relay.step(datetime.now(UTC))
            trouble = 0
        except (RedisError, SQLAlchemyError) as failure:
            trouble += 1
            log.warning("relay waits", error=error_line(failure), failures=trouble)
        stop.wait(min(tempo.poll * 2 ** min(trouble, 10), tempo.backoff_max).total_seconds())


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m workers.relay", description="Ring the queue for what is owed.")
    parser.add_argument("--lease", type=float, default=10.0, metavar="SECONDS")
    parser.add_argument("--heartbeat-grace", type=float, default=15.0, metavar="SECONDS")
    chosen = parser.parse_args(arguments)
    tempo = Tempo(lease=timedelta(seconds=chosen.lease), heartbeat_grace=timedelta(seconds=chosen.heartbeat_grace))
    settings = Settings.from_env()
    configure_logging(settings)
    stop = threading.Event()

    def on_signal(_number: int, _frame: FrameType | None) -> None:
        stop.set()

    signal.signal(signal.SIGTERM, on_signal)
    signal.signal(signal.SIGINT, on_signal)
    no_retry = Retry(NoBackoff(), 0)  # waiting is our own business, and promises are taken back meanwhile
    connection = Redis.from_url(settings.redis_url, socket_connect_timeout=2, socket_timeout=10, retry=no_retry)
    with create_app(settings).app_context():
        claim = claim_for(settings, embedded=queue_is_embedded())
        run(Relay(RqBell(connection, heartbeat_grace=tempo.heartbeat_grace), tempo, claim), tempo, stop)
        claim.leave()


if __name__ == "__main__":
    main()
