"""Parts of a large plan as jobs of their own, so that workers on several machines solve them side by side.

A part is nobody's promise: it lives as long as the search that asks for it, in keys of Redis that expire. Its job names
the round and the part, nothing else. When it is lost its routes stay as they were.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from redis import Redis
from rq import get_current_job

from logistics.observability import get_logger
from logistics.routing.engine.decompose import default_part_solver
from logistics.routing.engine.decompose.packing import packed_orders, unpacked

log = get_logger("workers.part_jobs")

PART_QUEUE = "parts"
KEPT_S = 600
"""How long what belongs to a round is kept at most; the search takes it away itself when all is well."""
LOOK_EVERY_S = 0.5
GATHERED = b"gathered"
"""Stands among the numbers of the parts that ended when there is no more to wait for."""

PART_JOBS: dict[str, Callable[..., None]] = {}
"""The allowlist of jobs that no promise stands behind."""


def part_job(function: Callable[..., None]) -> Callable[..., None]:
    """Enter a function into the allowlist."""
    PART_JOBS[function.__name__] = function
    return function


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundKeys:
    """The names in Redis of one round of parts."""

    round_id: str

    def parcel(self, number: int) -> str:
        return f"parts:{self.round_id}:{number}:parcel"

    def answer(self, number: int) -> str:
        return f"parts:{self.round_id}:{number}:answer"

    @property
    def ended(self) -> str:
        """A list of the numbers of parts that ended."""
        return f"parts:{self.round_id}:ended"

    @property
    def over(self) -> str:
        """Exists once nobody waits for the round any more."""
        return f"parts:{self.round_id}:over"


@part_job
def solve_part(round_id: str, number: int) -> None:
    """Solve one part and leave its orders; nothing where nobody waits for it any more."""
    redis, keys = _redis(), RoundKeys(round_id=round_id)
    parcel = redis.get(keys.parcel(number))
    over = _Over(redis, keys)
    if not isinstance(parcel, bytes) or over():
        return
    problem, options, stretch = unpacked(parcel)
    plan = default_part_solver().solve_part(problem, options, stretch, over)
    if not redis.exists(keys.over):
        redis.set(keys.answer(number), packed_orders(plan), ex=KEPT_S)
        _tell(redis, keys, str(number).encode())


@part_job
def gather_parts(round_id: str) -> None:
    """Runs when every part of the round has ended, well or badly, and says so."""
    redis, keys = _redis(), RoundKeys(round_id=round_id)
    if not redis.exists(keys.over):
        _tell(redis, keys, GATHERED)


class _Over:
    """Whether the round is over, asked in Redis now and then."""

    def __init__(self, redis: Redis, keys: RoundKeys) -> None:
        self._redis, self._keys = redis, keys
        self._next_s = 0.0
        self._over = False

    def __call__(self) -> bool:
        now_s = time.monotonic()
        if not self._over and now_s >= self._next_s:
            self._next_s = now_s + LOOK_EVERY_S
            self._over = bool(self._redis.exists(self._keys.over))
        return self._over


def _tell(redis: Redis, keys: RoundKeys, what: bytes) -> None:
    with redis.pipeline() as pipeline:
        pipeline.rpush(keys.ended, what)
        pipeline.expire(keys.ended, KEPT_S)
        pipeline.execute()


def _redis() -> Redis:
    job = get_current_job()
    assert job is not None
    connection: Redis = job.connection
    return connection
