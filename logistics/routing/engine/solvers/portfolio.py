"""Several engines, each for what it does best, chosen by what the problem needs and by its size."""

import dataclasses
import time
from collections.abc import Callable

from logistics.routing.engine.decompose import Decomposed, PartRunner
from logistics.routing.engine.plan import Plan
from logistics.routing.engine.problem import Problem
from logistics.routing.engine.solvers.closing import closed_plan
from logistics.routing.engine.solvers.ortools_routing import OrToolsRouting
from logistics.routing.engine.solvers.protocol import Progress, SolveOptions, Solver
from logistics.routing.engine.solvers.pyvrp_search import PyvrpSearch
from logistics.routing.engine.solvers.recipes import Recipe
from logistics.routing.engine.solvers.rich import RichRuinRecreate
from logistics.routing.engine.solvers.ruin_recreate import RuinRecreate
from logistics.routing.engine.solvers.watching import Watch

# What the rich search gets of the time where PyVRP polishes its plan.
RICH_SHARE = 0.65
# Beyond, a problem is solved in parts; a plan then bears the name of `Decomposed`.
WHOLE_STOPS = 4_000


class Portfolio:
    """The compiled kernel, PyVRP and OR-Tools' set partitioning together where the kernel's tables hold the problem
    (see `recipes`).

    What those tables do not hold, the rich search plans, which knows every rule, and PyVRP improves its plan where it
    can express the problem. What is too large for both, `OrToolsRouting` plans alone. A plan made by one search alone
    bears its name. With an `iteration_limit` (one iteration is a thousand of the kernel's steps or ten of PyVRP's in
    each thread) nothing but the time limit depends on the clock.

    Problems of more than WHOLE_STOPS are split into parts, which `parts` solves (threads of this process unless given).
    """

    name = "portfolio"

    def __init__(
        self,
        *,
        improver: PyvrpSearch | None = None,
        kernel: RuinRecreate | None = None,
        parts: PartRunner | None = None,
    ) -> None:
        self._large = Decomposed(runner=parts)
        self._kernel = RuinRecreate() if kernel is None else kernel
        self._improver = PyvrpSearch() if improver is None else improver
        self._rich = RichRuinRecreate()
        self._fallback = OrToolsRouting()

    def can_express(self, problem: Problem) -> str | None:
        """See `protocol.Solver`: one of its parts must."""
        asked: list[Solver] = [self._kernel, self._rich, self._fallback]
        if len(problem.stops) > WHOLE_STOPS:
            asked.insert(0, self._large)
        refusals = [solver.can_express(problem) for solver in asked]
        return None if None in refusals else refusals[-1]

    def solve(
        self,
        problem: Problem,
        options: SolveOptions,
        *,
        on_progress: Callable[[Progress], None] | None = None,
        cancelled: Callable[[], bool] | None = None,
    ) -> Plan:
        """See `protocol.Solver`; reasons of dropped stops are all FLEET_FULL here, the engine refines them."""
        if len(problem.stops) > WHOLE_STOPS and self._large.can_express(problem) is None:
            return self._large.solve(problem, options, on_progress=on_progress, cancelled=cancelled)
        if self._kernel.can_express(problem) is not None:
            return self._solve_with_every_rule(problem, options, on_progress, cancelled)
        started_s = time.monotonic()
        watch = Watch(problem, started_s, on_progress, cancelled)
        hours = [problem.hours_of(vehicle) for vehicle in problem.vehicles]
        if not problem.stops or all(span.start_s > span.end_s for span in hours) or watch.must_stop():
            return closed_plan(problem, {}, self.name, started_s, 0)
        recipe = Recipe(problem, options, watch, name=self.name, started_s=started_s)
        return recipe.run(polished=self._improver.can_express(problem) is None)

    def _solve_with_every_rule(
        self,
        problem: Problem,
        options: SolveOptions,
        on_progress: Callable[[Progress], None] | None,
        cancelled: Callable[[], bool] | None,
    ) -> Plan:
        """The rich search, and from its plan PyVRP where it can express the problem."""
        if self._rich.can_express(problem) is not None:
            return self._fallback.solve(problem, options, on_progress=on_progress, cancelled=cancelled)
        if self._improver.can_express(problem) is not None:
            return self._rich.solve(problem, options, on_progress=on_progress, cancelled=cancelled)
        started_s = time.monotonic()
        start = self._rich.solve(problem, _first_share(options), on_progress=on_progress, cancelled=cancelled)
        watch = Watch(problem, started_s, on_progress, cancelled)
        best = self._improver.improved(start, problem, options, started_s=started_s, watch=watch)
        return dataclasses.replace(best, solver=self.name, seconds=time.monotonic() - started_s)


def _first_share(options: SolveOptions) -> SolveOptions:
    """What the rich search may use of the time, or of the iterations, where another search comes after it."""
    limit = options.iteration_limit
    return dataclasses.replace(
        options,
        time_limit_s=max(0.01, RICH_SHARE * options.time_limit_s),
        iteration_limit=None if limit is None else max(1, int(RICH_SHARE * limit)),
    )
