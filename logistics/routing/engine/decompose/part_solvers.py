"""The searches that solve parts, each on one core."""

import time
from collections.abc import Callable

from logistics.routing.engine.decompose.tasks import PartSolver, Stretch
from logistics.routing.engine.plan import Plan
from logistics.routing.engine.problem import Problem
from logistics.routing.engine.solvers.closing import closed_plan
from logistics.routing.engine.solvers.protocol import SolveOptions
from logistics.routing.engine.solvers.pyvrp_search import PyvrpSearch
from logistics.routing.engine.solvers.watching import Watch


class PyvrpParts:
    """PyVRP's search, which knows no temperature."""

    def can_express(self, problem: Problem) -> str | None:
        """See `tasks.PartSolver`."""
        return PyvrpSearch(stops_max=len(problem.stops)).can_express(problem)

    def warm_up(self) -> None:
        """See `tasks.PartSolver`: there is nothing to compile."""

    def solve_part(
        self, problem: Problem, options: SolveOptions, stretch: Stretch, cancelled: Callable[[], bool]
    ) -> Plan:
        """See `tasks.PartSolver`."""
        started_s = time.monotonic()
        search = PyvrpSearch()
        orders = {vehicle: [problem.stop(stop) for stop in order] for vehicle, order in (options.start or {}).items()}
        start = closed_plan(problem, orders, search.name, started_s, 0)
        watch = Watch(problem, started_s, None, cancelled)
        return search.improved(start, problem, options, started_s=started_s, watch=watch)


def default_part_solver() -> PartSolver:
    """The one that the engine uses for parts, wherever they are solved."""
    return PyvrpParts()
