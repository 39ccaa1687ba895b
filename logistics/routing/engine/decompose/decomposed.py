"""Large problems, solved part by part side by side, and split anew every round until the time is up.

A part is small enough for its matrices to stay in the processor's caches and for the search to go over each stop often
enough; splitting along other lines each time moves the seams. The temperature of the search falls over all rounds as it
would in one search of the whole (after Taillard 1993, "Parallel iterative search methods for vehicle routing problems",
DOI 10.1002/net.3230230804; Santini et al. 2023, "Decomposition strategies for vehicle routing heuristics", DOI
10.1287/ijoc.2023.1288, on why parts are made of whole routes that lie close to each other).
"""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from logistics.routing.engine.decompose.atlas import Atlas
from logistics.routing.engine.decompose.first_split import first_split
from logistics.routing.engine.decompose.merging import Merged, StrangePlan
from logistics.routing.engine.decompose.part_solvers import default_part_solver
from logistics.routing.engine.decompose.parts import Part
from logistics.routing.engine.decompose.resplit import resplit
from logistics.routing.engine.decompose.starting import Wished, holding_routes, known_orders
from logistics.routing.engine.decompose.tasks import PartRunner, PartSolver, PartTask, Stretch
from logistics.routing.engine.decompose.threads import SHORTEST_S, InThreads
from logistics.routing.engine.plan import Plan
from logistics.routing.engine.problem import Problem
from logistics.routing.engine.solvers.closing import closed_plan, orders_of, plan_value, reloads_of
from logistics.routing.engine.solvers.protocol import Progress, SolveOptions
from logistics.routing.engine.solvers.watching import Watch

# About how many stops a part has.
PART_STOPS = 1_250
# Rounds: enough to move every seam several times, each long enough for a part to be worth cutting out.
ROUNDS, PART_SECONDS_MIN = 10, 1.0
# Merging and leaving, as a share of the time and at most, and so long for every stop: a last insertion of what is left
# out schedules all routes once more.
CLOSING_SHARE, CLOSING_S_MAX, CLOSING_S_PER_STOP = 0.01, 0.3, 5e-5
SEEDS = 2**31
# After so many rounds in a row of which no part came back there is no use in another.
LOST_ROUNDS_MAX = 3

log = logging.getLogger(__name__)


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
        closing_s += min(0.1 * options.time_limit_s, CLOSING_S_PER_STOP * len(problem.stops))
        self._end_s = started_s + options.time_limit_s - closing_s
        self._insert_until_s = self._end_s + closing_s / 2
        self._random = np.random.default_rng(options.seed)
        self._atlas = Atlas(problem)
        self._wished = known_orders(self._atlas, options)
        self._merged = Merged(self._atlas, holding_routes(self._atlas, self._wished))
        self._best = self._plan()
        self._lost_rounds = 0

    def run(self) -> None:
        """Round after round until the limit."""
        count = self._part_count()
        rounds = self._round_count(count)
        if self._options.iteration_limit is not None:
            for number in range(rounds):
                if self._over():
                    return
                stretch = Stretch(begin=number / rounds, end=(number + 1) / rounds)
                iterations = max(1, self._options.iteration_limit // rounds)
                self._round(number, count, stretch, end_s=self._end_s, iterations=iterations)
            return
        begin_s = time.monotonic()
        whole_s = max(1e-9, self._end_s - begin_s)
        round_s, number = whole_s / rounds, 0
        while not self._over():
            now_s = time.monotonic()
            left_s = self._end_s - now_s
            end_s = now_s + left_s / max(1, round(left_s / round_s))
            stretch = Stretch(begin=(now_s - begin_s) / whole_s, end=(end_s - begin_s) / whole_s)
            self._round(number, count, stretch, end_s=end_s, iterations=None)
            # on a busy machine rounds last longer than planned, and there are fewer
            round_s, number = max(round_s, time.monotonic() - now_s), number + 1

    def _over(self) -> bool:
        over = self._watch.must_stop() or time.monotonic() + SHORTEST_S > self._end_s
        return over or self._lost_rounds >= LOST_ROUNDS_MAX

    def best(self, name: str) -> Plan:
        """The best plan after any round, or the start, with what a vehicle of another part can still take."""
        self._insert_left_out()
        return replace(self._best, solver=name, seconds=time.monotonic() - self._started_s)

    def _insert_left_out(self) -> None:
        if not self._best.dropped or self._watch.must_stop() or time.monotonic() >= self._insert_until_s:
            return
        plan = closed_plan(
            self._problem,
            orders_of(self._problem, self._best),
            self._best.solver,
            self._started_s,
            self._best.solutions,
            reloads_of(self._best),
            deadline_s=self._insert_until_s,
        )
        if plan_value(self._problem, plan) < plan_value(self._problem, self._best):
            self._best = plan

    def _round(self, number: int, count: int, stretch: Stretch, *, end_s: float, iterations: int | None) -> None:
        parts = self._parts(number, count)
        turns = -(-len(parts) // self._runner.side_by_side)
        left_s = max(0.0, end_s - time.monotonic())
        tasks = [
            PartTask(
                whole=self._problem,
                part=part,
                seed=int(self._random.integers(SEEDS)),
                seconds=left_s / max(1, turns) if iterations is None else left_s,
                iterations=iterations,
                stretch=stretch,
            )
            for part in parts
        ]

        self._lost_rounds += 1

        def done(index: int, plan: Plan) -> None:
            self._lost_rounds = 0
            try:
                self._merged.take(parts[index], plan)
            except StrangePlan as fault:
                log.warning("a part's plan is not taken: %s", fault)
                return
            if self._watch.due():
                self._keep()

        self._runner.run(tasks, end_s=self._end_s, must_stop=self._watch.must_stop, done=done)
        self._keep()

    def _parts(self, number: int, count: int) -> list[Part]:
        now = Wished(routes=self._merged.orders(), reloads=self._merged.reloads())
        if not now.routes or not number:  # a route that does not hold is not merged, but its part may mend it
            now = self._wished
        if now.routes:
            parts = resplit(self._atlas, now.routes, now.reloads, part_count=count, turn=number, random=self._random)
        else:
            angle = float(self._random.uniform(0, 2 * np.pi))
            parts = first_split(self._atlas, part_count=count, angle=angle)
        return [part for part in parts if part.vehicles and part.stops]

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
