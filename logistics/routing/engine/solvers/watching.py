"""The caller's two callbacks, asked in the caller's thread while searches run in their own, and not more often than a
person can watch."""

import threading
import time
from collections.abc import Callable, Sequence
from typing import Protocol

from logistics.routing.engine.plan import Plan
from logistics.routing.engine.problem import Problem
from logistics.routing.engine.solvers.closing import Value, plan_value
from logistics.routing.engine.solvers.protocol import Progress

# A callback into the caller's code may ask Redis or write a row.
CANCEL_EVERY_S = 0.1
PROGRESS_EVERY_S = 0.5
# How often the thread that waits for the searches looks up.
LOOK_EVERY_S = 0.05


class Watch:
    """Shows better plans to the caller, and asks it whether to stop; once it said so, that holds."""

    def __init__(
        self,
        problem: Problem,
        started_s: float,
        on_progress: Callable[[Progress], None] | None,
        cancelled: Callable[[], bool] | None,
    ) -> None:
        self._problem = problem
        self._started_s = started_s
        self._on_progress = on_progress
        self._cancelled = cancelled
        self._stopped = False
        self._next_cancel_s = self._next_progress_s = 0.0
        self._shown: Value | None = None

    def must_stop(self) -> bool:
        """Whether the caller wants the best so far."""
        now_s = time.monotonic()
        if not self._stopped and self._cancelled is not None and now_s >= self._next_cancel_s:
            self._next_cancel_s = now_s + CANCEL_EVERY_S
            self._stopped = self._cancelled()
        return self._stopped

    def due(self) -> bool:
        """Whether somebody watches and has not been shown anything for a while."""
        return self._on_progress is not None and time.monotonic() >= self._next_progress_s

    def show(self, plan: Plan) -> None:
        """Reports the plan if it is better than the last one reported and that is a while ago."""
        if self._on_progress is None or not self.due():
            return
        value = plan_value(self._problem, plan)
        if self._shown is not None and value >= self._shown:
            return
        now_s = time.monotonic()
        self._shown, self._next_progress_s = value, now_s + PROGRESS_EVERY_S
        self._on_progress(
            Progress(
                elapsed_s=now_s - self._started_s, cost=plan.cost, routes=len(plan.routes), dropped=len(plan.dropped)
            )
        )


class Searching(Protocol):
    """A thread that searches, and keeps what it raised."""

    error: BaseException | None

    def start(self) -> None:
        """As `threading.Thread`."""

    def is_alive(self) -> bool:
        """As `threading.Thread`."""

    def join(self, timeout: float | None = None) -> None:
        """As `threading.Thread`."""


def watched(threads: Sequence[Searching], stop: threading.Event, look: Callable[[], bool]) -> None:
    """Runs the searches to their end, or until `look`, called now and then in this thread, is true.

    Raises what `look` or a search raised, when all have ended.
    """
    for thread in threads:
        thread.start()
    try:
        for thread in threads:
            while thread.is_alive():
                thread.join(LOOK_EVERY_S)
                if not stop.is_set() and look():
                    stop.set()
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    for thread in threads:
        if thread.error is not None:
            raise thread.error
