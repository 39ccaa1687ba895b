"""What a runner gets: parts to be solved, and how; and the port itself."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from logistics.routing.engine.decompose.parts import Part, cut
from logistics.routing.engine.plan import Plan
from logistics.routing.engine.problem import Problem
from logistics.routing.engine.solvers.protocol import SolveOptions


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """The piece of the whole cooling that one round goes through: 0 is the hottest moment, 1 the coldest."""

    begin: float = 0.0
    end: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class PartTask:
    """One part to be solved; `seconds` is what it may take, cutting it out included."""

    whole: Problem
    part: Part
    seed: int
    seconds: float
    iterations: int | None
    stretch: Stretch

    def problem(self) -> Problem:
        """The part cut out of the whole; only done when it is its turn, since its matrices take room.

        Raises:
            BadProblem: if the part cannot be stated.
        """
        return cut(self.whole, self.part)

    def options(self, *, seconds: float) -> SolveOptions:
        """How to solve the part in so many seconds, beginning with its routes and where they load again."""
        stops, vehicles = self.whole.stops, self.whole.vehicles
        start = {vehicles[index].id: [stops[stop].id for stop in order] for index, order in self.part.routes.items()}
        reloads = {vehicles[index].id: list(before) for index, before in self.part.reloads.items()}
        return SolveOptions(
            time_limit_s=max(0.01, seconds),
            seed=self.seed,
            iteration_limit=self.iterations,
            workers=1,
            start=start or None,
            start_reloads=reloads or None,
        )


class PartSolver(Protocol):
    """Solves one part on one core, from `options.start` on; must be picklable to be used in other processes."""

    def can_express(self, problem: Problem) -> str | None:
        """None, or why it is not to be asked about such a problem, whatever its size."""

    def warm_up(self) -> None:
        """Compiles or loads what the first part would have to wait for."""

    def solve_part(
        self, problem: Problem, options: SolveOptions, stretch: Stretch, cancelled: Callable[[], bool]
    ) -> Plan:
        """A plan of the part, its best or the one where the search stands."""


class PartRunner(Protocol):
    """Where parts are solved: threads, processes, other machines."""

    @property
    def side_by_side(self) -> int:
        """How many parts are solved at the same time."""

    def run(
        self,
        tasks: Sequence[PartTask],
        *,
        end_s: float,
        must_stop: Callable[[], bool],
        done: Callable[[int, Plan], None],
    ) -> None:
        """Solves the tasks and calls `done` in this thread with each one's number and plan, in any order.

        Back by `end_s` of the monotonic clock, or soon after `must_stop`, which is asked now and then, turns true. A
        task that failed, was lost or not begun in time is never reported: whoever asked goes on from what it had.
        Errors of the callbacks are raised when all has ended.
        """

    def close(self) -> None:
        """Ends what was started; the runner is not used again."""
