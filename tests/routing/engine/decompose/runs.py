"""How the tests have towns planned in parts: small ones, by iterations and not by the clock."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from logistics.routing.engine import Plan, SolveOptions
from logistics.routing.engine.decompose.decomposed import Sizes
from logistics.routing.engine.decompose.tasks import PartTask
from tests.routing.engine.decompose.solvers import FirstFit

SMALL = Sizes(part_stops=10, rounds=4)

GENEROUS_S = 120.0


def options(*, seed: int = 1, iterations: int | None = 4, **more: object) -> SolveOptions:
    return SolveOptions(time_limit_s=GENEROUS_S, seed=seed, iteration_limit=iterations, **more)  # type: ignore[arg-type]


class Recording:
    """A runner that remembers what it was asked, and answers or not."""

    side_by_side = 2

    def __init__(self, *, answering: bool = False) -> None:
        self.rounds: list[Sequence[PartTask]] = []
        self._answering = answering

    def run(
        self,
        tasks: Sequence[PartTask],
        *,
        end_s: float,
        must_stop: Callable[[], bool],
        done: Callable[[int, Plan], None],
    ) -> None:
        self.rounds.append(tasks)
        for number, task in enumerate(tasks if self._answering else ()):
            done(number, FirstFit().solve_part(task.problem(), task.options(seconds=1.0), task.stretch, must_stop))

    def close(self) -> None:
        """Nothing was started."""
