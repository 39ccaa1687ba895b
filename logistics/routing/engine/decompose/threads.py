"""Parts solved in threads of this process: they share its matrices, and the kernels hold no lock while they search."""

import logging
import queue
import threading
import time
from collections.abc import Callable, Sequence

from logistics.routing.engine.decompose.tasks import PartSolver, PartTask
from logistics.routing.engine.plan import Plan

LOOK_EVERY_S = 0.05
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

        threads = [
            threading.Thread(target=work, name=f"part-{index}", daemon=True)
            for index in range(min(self._workers, len(tasks)))
        ]
        for thread in threads:
            thread.start()
        try:
            for thread in threads:
                while thread.is_alive():
                    thread.join(LOOK_EVERY_S)
                    if not stop.is_set() and must_stop():
                        stop.set()
                    _report(found, done)
        finally:
            stop.set()
            for thread in threads:
                thread.join()
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


def _report(found: "queue.SimpleQueue[tuple[int, Plan]]", done: Callable[[int, Plan], None]) -> None:
    while not found.empty():
        done(*found.get())
