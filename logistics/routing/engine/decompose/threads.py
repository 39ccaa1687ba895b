"""Parts solved in threads of this process: they share its matrices, and the kernels hold no lock while they search."""

import logging
import queue
import threading
import time
from collections.abc import Callable, Sequence

from logistics.routing.engine.decompose.tasks import PartSolver, PartTask
from logistics.routing.engine.plan import Plan
from logistics.routing.engine.solvers.watching import watched

# A part that has less is not worth cutting out.
SHORTEST_S = 0.05

log = logging.getLogger(__name__)


class InThreads:
    """`workers` parts at a time."""

    def __init__(self, solver: PartSolver, *, workers: int) -> None:
        self._solver = solver
        self._workers = workers

    @property
    def side_by_side(self) -> int:
        """See `tasks.PartRunner`."""
        return self._workers

    def run(
        self,
        tasks: Sequence[PartTask],
        *,
        end_s: float,
        must_stop: Callable[[], bool],
        done: Callable[[int, Plan], None],
    ) -> None:
        """See `tasks.PartRunner`."""
        stop = threading.Event()
        waiting = iter(range(len(tasks)))
        turn = threading.Lock()
        found: queue.SimpleQueue[tuple[int, Plan]] = queue.SimpleQueue()

        def work() -> None:
            while not stop.is_set():
                with turn:
                    number = next(waiting, None)
                if number is None or time.monotonic() + SHORTEST_S > end_s:
                    return
                plan = self._solved(tasks[number], end_s, stop)
                if plan is not None:
                    found.put((number, plan))

        def look() -> bool:
            stopped = must_stop()
            _report(found, done)
            return stopped

        count = min(self._workers, len(tasks))
        watched([_Working(work, name=f"part-{index}") for index in range(count)], stop, look)
        _report(found, done)

    def close(self) -> None:
        """See `tasks.PartRunner`: threads end with each run."""

    def _solved(self, task: PartTask, end_s: float, stop: threading.Event) -> Plan | None:
        began_s = time.monotonic()
        try:
            problem = task.problem()
            left_s = min(began_s + task.seconds, end_s) - time.monotonic()
            return self._solver.solve_part(problem, task.options(seconds=left_s), task.stretch, stop.is_set)
        except Exception:  # one part's trouble: it keeps what it had, the others go on
            log.exception("a part of %d stops was not solved", len(task.part.stops))
            return None


class _Working(threading.Thread):
    """Works in a thread of its own and keeps what it raised, for whoever watches."""

    def __init__(self, work: Callable[[], None], *, name: str) -> None:
        super().__init__(name=name, daemon=True)
        self.error: BaseException | None = None
        self._work = work

    def run(self) -> None:
        try:
            self._work()
        except BaseException as error:  # raised again by `watched`, in the caller's thread
            self.error = error


def _report(found: "queue.SimpleQueue[tuple[int, Plan]]", done: Callable[[int, Plan], None]) -> None:
    while not found.empty():
        done(*found.get())
