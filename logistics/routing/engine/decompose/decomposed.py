"""Large problems, solved part by part side by side, and split anew every round until the time is up.

A part is small enough for its matrices to stay in the processor's caches and for the search to go over each stop often
enough; splitting along other lines each time moves the seams. The temperature of the search falls over all rounds as it
would in one search of the whole (after Taillard 1993, "Parallel iterative search methods for vehicle routing problems",
DOI 10.1002/net.3230230804; Santini et al. 2023, "Decomposition strategies for vehicle routing heuristics", DOI
10.1287/ijoc.2023.1288, on why parts are made of whole routes that lie close to each other).
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from logistics.routing.engine.decompose.atlas import Atlas
from logistics.routing.engine.decompose.first_split import first_split
from logistics.routing.engine.decompose.merging import Merged, StrangePlan
from logistics.routing.engine.decompose.part_solvers import default_part_solver
from logistics.routing.engine.decompose.parts import Part
from logistics.routing.engine.decompose.resplit import resplit
from logistics.routing.engine.decompose.starting import holding_routes, known_orders
from logistics.routing.engine.decompose.tasks import PartRunner, PartSolver, PartTask, Stretch
from logistics.routing.engine.decompose.threads import InThreads
from logistics.routing.engine.plan import Plan
from logistics.routing.engine.problem import Problem
from logistics.routing.engine.solvers.closing import plan_value
from logistics.routing.engine.solvers.protocol import Progress, SolveOptions
from logistics.routing.engine.solvers.watching import Watch

# About how many stops a part has.
PART_STOPS = 1_250
# Rounds: enough to move every seam several times, each long enough for a part to be worth cutting out.
ROUNDS, PART_SECONDS_MIN = 10, 1.0
# Merging and leaving, as a share of the time and at most.
CLOSING_SHARE, CLOSING_S_MAX = 0.01, 0.3
SEEDS = 2**31


@dataclass(frozen=True, slots=True, kw_only=True)
class Sizes:
    """How finely to split: about `part_stops` a part, and `rounds` rounds at most."""

    part_stops: int = PART_STOPS
    rounds: int = ROUNDS


class Decomposed:
    """See the module; `runner` solves the parts (threads of this process unless given), `sizes` says how many."""

    name = "decomposed"

    def __init__(
        self, *, solver: PartSolver | None = None, runner: PartRunner | None = None, sizes: Sizes | None = None
    ) -> None:
        self._solver = default_part_solver() if solver is None else solver
        self._runner = runner
        self._sizes = Sizes() if sizes is None else sizes

    def can_express(self, problem: Problem) -> str | None:
        """See `protocol.Solver`: what its parts' solver can."""
        return self._solver.can_express(problem)

    def solve(
        self,
        problem: Problem,
        options: SolveOptions,
        *,
        on_progress: Callable[[Progress], None] | None = None,
        cancelled: Callable[[], bool] | None = None,
    ) -> Plan:
        """See `protocol.Solver`; an iteration is one of the parts' solver, and a round's parts share none.

        Reasons of dropped stops are all FLEET_FULL here, the engine refines them.
        """
        started_s = time.monotonic()
        watch = Watch(problem, started_s, on_progress, cancelled)
        runner = InThreads(self._solver, workers=options.workers) if self._runner is None else self._runner
        search = _Search(problem, options, runner, self._sizes, watch, started_s)
        try:
            search.run()
        finally:
            if self._runner is None:
                runner.close()
        return search.best(self.name)


class _Search:
    """The rounds of one search."""

    def __init__(
        self,
        problem: Problem,
        options: SolveOptions,
        runner: PartRunner,
        sizes: Sizes,
        watch: Watch,
        started_s: float,
    ) -> None:
        self._problem = problem
        self._options = options
        self._runner = runner
        self._sizes = sizes
        self._watch = watch
        self._started_s = started_s
        closing_s = min(CLOSING_SHARE * options.time_limit_s, CLOSING_S_MAX)
        self._end_s = started_s + options.time_limit_s - closing_s
        self._random = np.random.default_rng(options.seed)
        self._atlas = Atlas(problem)
        self._wished = known_orders(self._atlas, options.start)
        self._merged = Merged(self._atlas, holding_routes(self._atlas, self._wished))
        self._best = self._plan()

    def run(self) -> None:
        """Round after round until the limit."""
        count = self._part_count()
        rounds = self._round_count(count)
        begin_s = time.monotonic()
        for number in range(rounds):
            if self._watch.must_stop() or time.monotonic() >= self._end_s:
                return
            share = (number + 1) / rounds
            self._round(number, rounds, count, begin_s + share * (self._end_s - begin_s))

    def best(self, name: str) -> Plan:
        """The best plan after any round, or the start."""
        return replace(self._best, solver=name, seconds=time.monotonic() - self._started_s)

    def _round(self, number: int, rounds: int, count: int, end_s: float) -> None:
        parts = self._parts(number, count)
        tasks = self._tasks(parts, number, rounds, end_s)

        def done(index: int, plan: Plan) -> None:
            try:
                self._merged.take(parts[index], plan)
            except StrangePlan:
                return
            if self._watch.due():
                self._keep()

        self._runner.run(tasks, end_s=self._end_s, must_stop=self._watch.must_stop, done=done)
        self._keep()

    def _parts(self, number: int, count: int) -> list[Part]:
        routes = self._merged.orders() or self._wished if number else self._wished
        if routes:
            parts = resplit(self._atlas, routes, part_count=count, turn=number, random=self._random)
        else:
            angle = float(self._random.uniform(0, 2 * np.pi))
            parts = first_split(self._atlas, part_count=count, angle=angle)
        return [part for part in parts if part.vehicles and part.stops]

    def _tasks(self, parts: Sequence[Part], number: int, rounds: int, end_s: float) -> list[PartTask]:
        turns = -(-len(parts) // self._runner.side_by_side)
        limit = self._options.iteration_limit
        counted = limit is not None
        left_s = max(0.0, (self._end_s if counted else end_s) - time.monotonic())
        return [
            PartTask(
                whole=self._problem,
                part=part,
                seed=int(self._random.integers(SEEDS)),
                seconds=left_s if counted else left_s / max(1, turns),
                iterations=None if limit is None else max(1, limit // rounds),
                stretch=Stretch(begin=number / rounds, end=(number + 1) / rounds),
            )
            for part in parts
        ]

    def _part_count(self) -> int:
        """So many that all who work side by side have as many."""
        stops, workers = len(self._problem.stops), self._runner.side_by_side
        turns = max(1, round(stops / (self._sizes.part_stops * workers)))
        return turns * workers if stops >= workers * self._sizes.part_stops // 2 else 1

    def _round_count(self, parts: int) -> int:
        if self._options.iteration_limit is not None:
            return min(self._sizes.rounds, self._options.iteration_limit)
        turns = -(-parts // self._runner.side_by_side)
        left_s = self._end_s - time.monotonic()
        return max(1, min(self._sizes.rounds, int(left_s / (turns * PART_SECONDS_MIN))))

    def _keep(self) -> None:
        plan = self._plan()
        if plan_value(self._problem, plan) <= plan_value(self._problem, self._best):
            self._best = plan
            self._watch.show(plan)

    def _plan(self) -> Plan:
        return self._merged.plan(Decomposed.name, self._started_s)
