"""RQ's job, narrowed to the functions we allow.

A job in Redis names its function and its callbacks as dotted paths, and RQ imports whatever they say: who can write to
Redis could run anything, also under the JSON serializer. Here a name is looked up in the allowlist and never imported;
callbacks and webhooks, which we do not use, are dropped as the job is read.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from rq.job import Job
from rq.serializers import JSONSerializer

from workers.jobs import JOBS
from workers.part_jobs import PART_JOBS

SERIALIZER = JSONSerializer


class Refused(ValueError):
    """A job in the queue that no relay of ours has put there."""


class GuardedJob(Job):
    """A job whose function stands in `workers.jobs.JOBS` or `workers.part_jobs.PART_JOBS`."""

    @property
    def func(self) -> Callable[..., None]:
        name = self.func_name
        if self.instance is None and name in JOBS:
            return JOBS[name].run
        if self.instance is None and name in PART_JOBS:
            return PART_JOBS[name]
        raise Refused(f"job {self.id} names {name!r}, which is not on the list of jobs")

    def restore(self, raw_data: Any) -> None:
        super().restore(raw_data)
        self._success_callback_name = self._failure_callback_name = self._stopped_callback_name = None
        self.webhooks = []
