"""The port every solver implements."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from logistics.routing.engine.plan import Plan
from logistics.routing.engine.problem import Problem

WORKERS_MAX = 256


@dataclass(frozen=True, slots=True, kw_only=True)
class SolveOptions:
    """How long to search and from which seed.

    `time_limit_s` is wall time, model building included, from 0.01 s. `iteration_limit` counts the solver's own steps
    (OR-Tools: a thousand checks of its limits, 1 to 3 ms; PyVRP: ten of its iterations in each thread, 10 ms at 30
    stops, 30 ms at 460; ruin and recreate: a thousand of its steps in each thread, 5 to 15 ms; the portfolio: as its
    parts). With it, a run is repeatable on any machine: same problem, same seed, same limit, same plan, as long as the
    time limit does not stop it first, so give that generously.

    `workers` is how many searches may run side by side, one on a core each. `start` is a plan to begin with, the ids of
    each vehicle's stops in order: what of it the problem does not know or no longer allows is left out. `start_reloads`
    says ahead of which of them, by position from 0 as in `Reload.before`, it loads again; for a vehicle that is not in
    it, or whose stops do not hold so, this is guessed: wherever there is no room for the next.

    Raises:
        ValueError: if a limit is not positive, the seed is not from 0 to 2**31 - 1, or there is no worker.
    """

    time_limit_s: float
    seed: int = 0
    iteration_limit: int | None = None
    workers: int = 2
    start: Mapping[str, Sequence[str]] | None = None
    start_reloads: Mapping[str, Sequence[int]] | None = None

    def __post_init__(self) -> None:
        if not 0.01 <= self.time_limit_s <= 86_400:
            raise ValueError(f"time_limit_s is {self.time_limit_s}; it must be from 0.01 to 86400 seconds")
        if not 0 <= self.seed < 2**31:
            raise ValueError(f"seed is {self.seed}; it must be from 0 to {2**31 - 1}")
        if self.iteration_limit is not None and self.iteration_limit < 1:
            raise ValueError(f"iteration_limit is {self.iteration_limit}; it must be at least 1, or None for no limit")
        if not 1 <= self.workers <= WORKERS_MAX:
            raise ValueError(f"workers is {self.workers}; it must be from 1 to {WORKERS_MAX}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """The best plan so far: seconds since the start, cost in cents as the solver counts it, routes, dropped stops."""

    elapsed_s: float
    cost: int
    routes: int
    dropped: int


class Solver(Protocol):
    """Finds routes for a problem; the engine checks whatever it returns."""

    @property
    def name(self) -> str:
        """Short and stable; stored with the plan."""

    def can_express(self, problem: Problem) -> str | None:
        """None, or why this solver is not to be asked about the problem, as a sentence with the numbers."""

    def solve(
        self,
        problem: Problem,
        options: SolveOptions,
        *,
        on_progress: Callable[[Progress], None] | None,
        cancelled: Callable[[], bool] | None,
    ) -> Plan:
        """The best plan found before a limit is reached or `cancelled` turns true; it never gives up empty-handed.

        Every stop of the problem is in one route or dropped. `on_progress` is called now and then from the solving
        thread, with a better plan each time. An error in either callback stops the search and is raised.
        """
