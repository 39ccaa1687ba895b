"""Parts solved in processes of their own, which share nothing with this one: for more workers than one interpreter
keeps busy.

They are spawned, not forked: this process has threads and large matrices. Each part is sent as its own small problem.
"""

import logging
import multiprocessing
import os
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from multiprocessing.synchronize import Event
from typing import Any

from logistics.routing.engine.decompose.tasks import PartSolver, PartTask, Stretch
from logistics.routing.engine.decompose.threads import SHORTEST_S
from logistics.routing.engine.plan import Plan
from logistics.routing.engine.problem import Problem
from logistics.routing.engine.solvers.protocol import SolveOptions

LOOK_EVERY_S = 0.05
# How much later than its limit a part may come back before it counts as lost: the way between the processes.
PATIENCE_S = 0.2

log = logging.getLogger(__name__)


class InProcesses:
    """`workers` parts at a time, each in a process that loads the kernels once and lives until `close`.

    A process that dies takes its part with it, and those that run beside it (the pool then is broken and made anew);
    their routes stay as they were, parts that wait are solved by the next.
    """

    def __init__(self, solver: PartSolver, *, workers: int) -> None:
        self._solver = solver
        self._workers = workers
        self._context = multiprocessing.get_context("spawn")
        self._stop = self._context.Event()
        self._pool: ProcessPoolExecutor | None = None

    @property
    def side_by_side(self) -> int:
        """See `tasks.PartRunner`."""
        return self._workers

    def start(self) -> None:
        """Starts the processes, so that the first parts do not wait for them; `run` does it where it was not done."""
        pool = self._pool_now()
        wait([pool.submit(os.getpid) for _ in range(self._workers)])

    def run(
        self,
        tasks: Sequence[PartTask],
        *,
        end_s: float,
        must_stop: Callable[[], bool],
        done: Callable[[int, Plan], None],
    ) -> None:
        """See `tasks.PartRunner`."""
        self._stop.clear()
        waiting = list(enumerate(tasks))[::-1]
        running: dict[Future[Plan], int] = {}
        try:
            while True:
                stopping = self._stop.is_set() or time.monotonic() + SHORTEST_S > end_s
                while waiting and len(running) < self._workers and not stopping:
                    self._submit(*waiting.pop(), running=running, end_s=end_s)
                if not running:
                    return
                finished, _ = wait(running, timeout=LOOK_EVERY_S, return_when=FIRST_COMPLETED)
                for future in finished:
                    self._take(future, running.pop(future), tasks, done)
                if not self._stop.is_set() and must_stop():
                    self._stop.set()
                if running and time.monotonic() > end_s + PATIENCE_S:
                    log.warning("%d parts were not back in time", len(running))
                    self._abandon()
                    return
        except BaseException:
            self._abandon()
            raise

    def close(self) -> None:
        """See `tasks.PartRunner`: asks the processes to end, and waits for them."""
        self._stop.set()
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)
            self._pool = None

    def process_ids(self) -> list[int]:
        """Of the processes that live now."""
        return [] if self._pool is None else list(self._pool._processes or {})

    def _submit(self, number: int, task: PartTask, *, running: dict[Future[Plan], int], end_s: float) -> None:
        began_s = time.monotonic()
        try:
            sent = as_sent(task.problem())
        except ValueError as fault:
            log.warning("a part of %d stops cannot be stated: %s", len(task.part.stops), fault)
            return
        left_s = min(began_s + task.seconds, end_s) - time.monotonic()
        arguments = (sent, task.options(seconds=left_s), task.stretch)
        try:
            running[self._pool_now().submit(_solve, *arguments)] = number
        except BrokenProcessPool:
            self._abandon()
            running[self._pool_now().submit(_solve, *arguments)] = number

    def _take(
        self, future: Future[Plan], number: int, tasks: Sequence[PartTask], done: Callable[[int, Plan], None]
    ) -> None:
        try:
            plan = future.result()
        except BrokenProcessPool:
            log.warning("a process died with a part of %d stops", len(tasks[number].part.stops))
            self._abandon()
        except Exception:  # one part's trouble: it keeps what it had, the others go on
            log.exception("a part of %d stops was not solved", len(tasks[number].part.stops))
        else:
            done(number, plan)

    def _pool_now(self) -> ProcessPoolExecutor:
        if self._pool is None:
            self._pool = ProcessPoolExecutor(
                self._workers, mp_context=self._context, initializer=_begin, initargs=(self._solver, self._stop)
            )
        return self._pool

    def _abandon(self) -> None:
        """Kills what still runs and lets the next parts have processes of their own."""
        if self._pool is None:
            return
        pool, self._pool = self._pool, None
        for process in list((pool._processes or {}).values()):
            process.kill()
        pool.shutdown(wait=False, cancel_futures=True)


Sent = dict[str, Any]
"""What makes a problem, as it goes through the pipe; a problem itself holds a read-only view that does not."""


def as_sent(problem: Problem) -> Sent:
    """The problem's own fields."""
    names = ("depots", "vehicles", "stops", "seconds", "metres", "speeds", "longest_route_cents_per_h")
    return {**{name: getattr(problem, name) for name in names}, "profiles": dict(problem.profiles)}


def as_received(sent: Sent) -> Problem:
    """The problem; arrays that were one before they were sent are one again."""
    arrays = [sent["seconds"], sent["metres"]]
    arrays += [array for profile in sent["profiles"].values() for array in (profile.seconds, profile.metres)]
    for array in arrays:
        array.setflags(write=False)
    return Problem(**sent)


class _Own:
    """What a process of the pool holds."""

    solver: PartSolver
    stop: Event


def _begin(solver: PartSolver, stop: Event) -> None:
    _Own.solver, _Own.stop = solver, stop
    threading.Thread(target=_end_with_parent, name="parent", daemon=True).start()
    solver.warm_up()


def _end_with_parent() -> None:
    """A parent that is killed cannot shut its pool down, and its processes would wait for work for ever."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _solve(sent: Sent, options: SolveOptions, stretch: Stretch) -> Plan:
    return _Own.solver.solve_part(as_received(sent), options, stretch, _Own.stop.is_set)
