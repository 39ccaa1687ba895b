"""The queue as the relay sees it: ring for a promise, and tell whether the last ring's job is still alive."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Protocol

from redis import Redis
from rq import Queue, Retry
from rq.exceptions import NoSuchJobError
from rq.job import Job, JobStatus

from logistics.outbox import Ring
from workers.guard import SERIALIZER, GuardedJob

RETRIES_OF_A_KILLED_HORSE = 1
"""RQ starts a job anew by itself when its process was killed; more is the outbox's business, which counts attempts."""
RESULT_KEPT_S = 300
FAILURE_KEPT_S = 24 * 3600
SEEN_KEPT = timedelta(hours=1)


class Bell(Protocol):
    """A queue. Both methods raise `redis.exceptions.RedisError` when it does not answer."""

    def ring(self, ring: Ring, *, timeout_s: int) -> None: ...

    def last_ring_lives(self, ring: Ring, *, now: datetime) -> bool: ...


def job_id(promise_id: int, attempt: int) -> str:
    return f"promise-{promise_id}-{attempt}"


class RqBell:
    """RQ on Redis. `heartbeat_grace`: a started job whose worker has been silent for longer is taken for dead.

    A heartbeat is a moment by the worker's clock, which may differ from ours. So it is only asked whether it has moved
    since we looked last, and the time it stands still is measured by our own clock.
    """

    def __init__(self, connection: Redis, *, heartbeat_grace: timedelta) -> None:
        self._connection = connection
        self._grace = heartbeat_grace
        self._seen: dict[str, tuple[datetime, datetime]] = {}
        """By job: its last heartbeat that we saw, and when we saw it first."""

    def ring(self, ring: Ring, *, timeout_s: int) -> None:
        """Put the job of this attempt into its queue, and take the one of the attempt before out of RQ's books."""
        self._forget(ring.promise_id, ring.attempt - 1)
        self._queue(ring.queue).enqueue_call(
            ring.job,
            kwargs={"promise_id": ring.promise_id, **ring.args},
            job_id=job_id(ring.promise_id, ring.attempt),
            description=f"{ring.job} {ring.promise_id}",
            timeout=timeout_s,
            result_ttl=RESULT_KEPT_S,
            failure_ttl=FAILURE_KEPT_S,
            retry=Retry(max=RETRIES_OF_A_KILLED_HORSE),
        )

    def last_ring_lives(self, ring: Ring, *, now: datetime) -> bool:
        """Whether the job of the attempt before `ring` still waits in its queue or is being run by a live worker."""
        if ring.attempt < 2:
            return False
        try:
            job = self._fetch(ring.promise_id, ring.attempt - 1)
        except NoSuchJobError:
            return False
        status = job.get_status(refresh=False)
        if status is JobStatus.QUEUED:
            return self._queue(ring.queue).get_job_position(job.id) is not None
        if status is not JobStatus.STARTED or job.last_heartbeat is None:
            return False
        return self._beats(job.id, job.last_heartbeat, now)

    def _beats(self, job_id: str, heartbeat: datetime, now: datetime) -> bool:
        known, since = self._seen.get(job_id, (None, now))
        if heartbeat != known:
            self._seen = {job: seen for job, seen in self._seen.items() if now - seen[1] < SEEN_KEPT}
            self._seen[job_id] = heartbeat, now
            return True
        return now - since < self._grace

    def _forget(self, promise_id: int, attempt: int) -> None:
        try:
            self._fetch(promise_id, attempt).delete()
        except NoSuchJobError:
            return

    def _fetch(self, promise_id: int, attempt: int) -> Job:
        return GuardedJob.fetch(job_id(promise_id, attempt), connection=self._connection, serializer=SERIALIZER)

    def _queue(self, name: str) -> Queue:
        return Queue(name, connection=self._connection, serializer=SERIALIZER, job_class=GuardedJob)


def empty_queues(connection: Redis) -> int:
    """Delete everything RQ keeps. Only for a Redis that is ours alone, while no worker runs: the tables ring again."""
    keys = list(connection.scan_iter("rq:*", count=1000))
    return int(connection.delete(*keys)) if keys else 0
