"""Where a search finds the workers of parts: fan-out to their queue, fan-in when all have ended, well or badly."""

from __future__ import annotations

import math
import secrets
import time
from collections.abc import Callable, Sequence

from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry
from rq import Queue, Worker
from rq.job import Dependency, Job
from rq.serializers import JSONSerializer

from logistics.observability import error_line, get_logger
from logistics.routing.engine import Plan
from logistics.routing.engine.decompose import InThreads, PartRunner, PartTask, default_part_solver
from logistics.routing.engine.decompose.packing import BadParcel, packed, plan_of_parcel
from workers.part_jobs import GATHERED, KEPT_S, PART_QUEUE, RoundKeys

log = get_logger("workers.part_queue")

ON_THE_WAY_S = 0.5
"""What a part's way to a worker and back may take: it searches so much shorter, at most half."""
PATIENCE_S = 1.0
"""How much later than planned the last part of a round may come."""
LOOK_EVERY_S = 0.2
JOB_GRACE_S = 30
RESULT_KEPT_S = 60
LOCAL_WORKERS = 2


def parts_of(redis_url: str) -> InQueue:
    """The workers of the queue behind this address, or two threads of this process; nothing is asked of either yet."""
    impatient = Retry(NoBackoff(), 0)  # the search goes on without
    connection = Redis.from_url(redis_url, socket_connect_timeout=2, socket_timeout=10, retry=impatient)
    return InQueue(connection, local=InThreads(default_part_solver(), workers=LOCAL_WORKERS))


class InQueue:
    """Parts solved by the workers of the queue `parts`; `local` solves them where there are none or Redis is away."""

    def __init__(self, connection: Redis, *, local: PartRunner) -> None:
        self._connection = connection
        self._local = local
        self._queue = Queue(PART_QUEUE, connection=connection, serializer=JSONSerializer)
        self._workers: int | None = None

    @property
    def side_by_side(self) -> int:
        """See `PartRunner`: the workers that there are."""
        if self._workers is None:
            self._workers = self._worker_count()
        return self._workers or self._local.side_by_side

    def run(
        self,
        tasks: Sequence[PartTask],
        *,
        end_s: float,
        must_stop: Callable[[], bool],
        done: Callable[[int, Plan], None],
    ) -> None:
        """See `PartRunner`."""
        self._workers = self._worker_count()
        if not self._workers:
            self._local.run(tasks, end_s=end_s, must_stop=must_stop, done=done)
            return
        keys = RoundKeys(round_id=secrets.token_hex(8))
        try:
            sent = self._fan_out(tasks, keys, end_s, must_stop)
            self._fan_in(tasks, keys, sent, end_s, must_stop, done)
        except RedisError as trouble:
            log.warning("parts lost", error=error_line(trouble), parts=len(tasks))
        finally:
            self._clear(keys, len(tasks))

    def close(self) -> None:
        """See `PartRunner`; the workers are not ours."""
        self._local.close()

    def _worker_count(self) -> int:
        try:
            return Worker.count(queue=self._queue)
        except RedisError as trouble:
            log.warning("no workers for parts", error=error_line(trouble))
            return 0

    def _fan_out(
        self, tasks: Sequence[PartTask], keys: RoundKeys, end_s: float, must_stop: Callable[[], bool]
    ) -> list[int]:
        """The numbers of the parts that wait in the queue; those that cannot be stated stay as they are."""
        jobs: dict[int, Job] = {}
        for number, task in enumerate(tasks):
            if must_stop():
                break
            seconds = min(task.seconds, end_s - time.monotonic())
            seconds = max(0.5 * seconds, seconds - ON_THE_WAY_S)
            try:
                parcel = packed(task.problem(), task.options(seconds=seconds), task.stretch)
            except ValueError as fault:
                log.warning("part not stated", error=error_line(fault), stops=len(task.part.stops))
                continue
            self._connection.set(keys.parcel(number), parcel, ex=KEPT_S)
            jobs[number] = self._queue.enqueue_call(
                "solve_part",
                kwargs={"round_id": keys.round_id, "number": number},
                job_id=f"part-{keys.round_id}-{number}",
                description=f"solve_part {number}",
                timeout=math.ceil(seconds) + JOB_GRACE_S,
                result_ttl=RESULT_KEPT_S,
                failure_ttl=RESULT_KEPT_S,
            )
        if jobs:
            self._queue.enqueue_call(
                "gather_parts",
                kwargs={"round_id": keys.round_id},
                job_id=f"parts-{keys.round_id}",
                description="gather_parts",
                depends_on=Dependency(jobs=list(jobs.values()), allow_failure=True, enqueue_at_front=True),
                timeout=JOB_GRACE_S,
                result_ttl=RESULT_KEPT_S,
                failure_ttl=RESULT_KEPT_S,
            )
        return list(jobs)

    def _fan_in(
        self,
        tasks: Sequence[PartTask],
        keys: RoundKeys,
        sent: Sequence[int],
        end_s: float,
        must_stop: Callable[[], bool],
        done: Callable[[int, Plan], None],
    ) -> None:
        turns = math.ceil(len(sent) / self.side_by_side)
        longest_s = max((tasks[number].seconds for number in sent), default=0.0)
        deadline_s = min(end_s, time.monotonic() + turns * longest_s + PATIENCE_S)
        waiting, stopping = set(sent), False
        while waiting and time.monotonic() < deadline_s:
            if not stopping and must_stop():
                stopping = True
                self._connection.set(keys.over, b"1", ex=KEPT_S)
                deadline_s = min(deadline_s, time.monotonic() + PATIENCE_S)
            left_s = max(0.01, min(LOOK_EVERY_S, deadline_s - time.monotonic()))
            ended = self._connection.blpop([keys.ended], timeout=left_s)
            if ended is None:
                continue
            if ended[1] == GATHERED:
                break
            for number in waiting & {int(ended[1])}:
                waiting.remove(number)
                self._take(tasks[number], number, keys, done)
        if waiting:
            log.warning("parts lost", parts=len(waiting))

    def _take(self, task: PartTask, number: int, keys: RoundKeys, done: Callable[[int, Plan], None]) -> None:
        answer = self._connection.get(keys.answer(number))
        if not isinstance(answer, bytes):
            return
        try:
            plan = plan_of_parcel(task.whole, task.part, answer, solver="queue")
        except BadParcel as fault:
            log.warning("part refused", error=error_line(fault), stops=len(task.part.stops))
            return
        done(number, plan)

    def _clear(self, keys: RoundKeys, count: int) -> None:
        """Parts that still wait or run are told that nobody wants them; what they leave expires."""
        try:
            self._connection.set(keys.over, b"1", ex=KEPT_S)
            numbers = range(count)
            self._connection.delete(keys.ended, *map(keys.parcel, numbers), *map(keys.answer, numbers))
        except RedisError as trouble:
            log.warning("parts left behind", error=error_line(trouble))
