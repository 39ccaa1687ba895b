"""The searches that solve parts, each on one core."""

import time
from collections.abc import Callable, Mapping, Sequence

from logistics.routing.engine.decompose.tasks import PartSolver, Stretch
from logistics.routing.engine.plan import Plan
from logistics.routing.engine.problem import Problem, Stop
from logistics.routing.engine.schedule import schedule_route
from logistics.routing.engine.solvers.closing import plan_of_routes
from logistics.routing.engine.solvers.protocol import SolveOptions
from logistics.routing.engine.solvers.rich.solver import RichRuinRecreate
from logistics.routing.engine.solvers.rich.warming import warm as warm_rich
from logistics.routing.engine.solvers.ruin_recreate.expressing import why_not
from logistics.routing.engine.solvers.ruin_recreate.model import build_model
from logistics.routing.engine.solvers.ruin_recreate.pacing import Pace
from logistics.routing.engine.solvers.ruin_recreate.search import AnnealingSearch
from logistics.routing.engine.solvers.ruin_recreate.solver import STEPS_PER_ITERATION, holding_orders
from logistics.routing.engine.solvers.ruin_recreate.warming import warm

# Temperatures in typical legs. Over a city there is time for some hundred steps a stop, not thousands, and what was
# heated has to cool down again: at 500 steps a stop 4.0 cost 0.1 % more than 1.0, and 0.3 cost 0.8 % more.
HOT, COLD = 1.5, 0.1
# Scheduling the routes at the end.
CLOSING_S_PER_STOP = 2e-5


class KernelParts:
    """Ruin and recreate, at the temperatures of the stretch; what it leaves out is left out."""

    name = "ruin-recreate"

    def can_express(self, problem: Problem) -> str | None:
        """See `tasks.PartSolver`."""
        return why_not(problem)

    def warm_up(self) -> None:
        """See `tasks.PartSolver`."""
        warm()

    def solve_part(
        self, problem: Problem, options: SolveOptions, stretch: Stretch, cancelled: Callable[[], bool]
    ) -> Plan:
        """See `tasks.PartSolver`."""
        started_s = time.monotonic()
        orders = holding_orders(problem, options.start or {})
        if not any(hours.start_s <= hours.end_s for hours in map(problem.hours_of, problem.vehicles)):
            return scheduled_plan(problem, orders, self.name, started_s, 0)
        model = build_model(problem, problem.stops, workers=1)
        start = model.slot_routes(orders) if orders else None
        search = AnnealingSearch(model, seed=options.seed, workers=1, start=start, split=False, pooled=False)
        whole = Pace(begin_s=0.0, end_s=1.0, steps=None, hot=HOT * model.typical_leg, cold=COLD * model.typical_leg)
        closing_s = CLOSING_S_PER_STOP * len(problem.stops)
        pace = Pace(
            begin_s=time.monotonic(),
            end_s=started_s + options.time_limit_s - closing_s,
            steps=None if options.iteration_limit is None else options.iteration_limit * STEPS_PER_ITERATION,
            hot=whole.temperature(stretch.begin),
            cold=whole.temperature(stretch.end),
        )
        search.run(pace, cancelled)
        return scheduled_plan(problem, model.orders(search.best_routes()), self.name, started_s, search.solutions)


def scheduled_plan(
    problem: Problem, orders: Mapping[str, Sequence[Stop]], solver: str, started_s: float, solutions: int
) -> Plan:
    """The plan of these orders, which hold; nothing is inserted: a part is one of many rounds."""
    routes = tuple(
        schedule_route(problem, vehicle, orders[vehicle.id]) for vehicle in problem.vehicles if orders.get(vehicle.id)
    )
    return plan_of_routes(problem, routes, solver, started_s, solutions)


class RichParts:
    """Ruin and recreate that times every route with every rule, ten times as slow. It cools down within each part."""

    def can_express(self, problem: Problem) -> str | None:
        """See `tasks.PartSolver`."""
        return _rich(problem).can_express(problem)

    def warm_up(self) -> None:
        """See `tasks.PartSolver`."""
        warm_rich()

    def solve_part(
        self, problem: Problem, options: SolveOptions, stretch: Stretch, cancelled: Callable[[], bool]
    ) -> Plan:
        """See `tasks.PartSolver`."""
        return _rich(problem).solve(problem, options, on_progress=None, cancelled=cancelled)


class EitherParts:
    """Each part by the quick kernel if that can express it, else by the one that knows every rule."""

    def can_express(self, problem: Problem) -> str | None:
        """See `tasks.PartSolver`."""
        return KernelParts().can_express(problem) and RichParts().can_express(problem)

    def warm_up(self) -> None:
        """See `tasks.PartSolver`."""
        KernelParts().warm_up()
        RichParts().warm_up()

    def solve_part(
        self, problem: Problem, options: SolveOptions, stretch: Stretch, cancelled: Callable[[], bool]
    ) -> Plan:
        """See `tasks.PartSolver`."""
        quick = KernelParts()
        chosen: PartSolver = quick if quick.can_express(problem) is None else RichParts()
        return chosen.solve_part(problem, options, stretch, cancelled)


def _rich(problem: Problem) -> RichRuinRecreate:
    return RichRuinRecreate(stops_max=len(problem.stops))


def default_part_solver() -> PartSolver:
    """The one that the engine uses for parts, wherever they are solved."""
    return EitherParts()
