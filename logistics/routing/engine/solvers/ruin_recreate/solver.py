"""The kernel's search behind the solver port, alone."""

import time
from collections.abc import Callable, Mapping, Sequence

from logistics.routing.engine.plan import Plan
from logistics.routing.engine.problem import Problem, Stop, Vehicle
from logistics.routing.engine.schedule import InfeasibleRoute, schedule_route
from logistics.routing.engine.solvers.closing import closed_plan
from logistics.routing.engine.solvers.protocol import Progress, SolveOptions
from logistics.routing.engine.solvers.ruin_recreate.expressing import why_not
from logistics.routing.engine.solvers.ruin_recreate.model import Model, build_model
from logistics.routing.engine.solvers.ruin_recreate.pacing import Pace
from logistics.routing.engine.solvers.ruin_recreate.search import AnnealingSearch, is_split
from logistics.routing.engine.solvers.starting import known_positions
from logistics.routing.engine.solvers.watching import Watch

# Temperatures in typical legs (the cost of one to a near stop). Colder starts freeze; a start that is already good is
# only thrown away by heat. Searched in halves, 1,000 stops ended 0.2 % lower from twice the heat in both of two runs.
HOT, HOT_SPLIT, COLD, WARM_SHARE = 4.0, 8.0, 0.1, 0.11
# One iteration of `SolveOptions` is so many of the kernel's steps in each thread: 5 to 15 ms.
STEPS_PER_ITERATION = 1_000
# A small problem's best is found long before so many steps in all and so many a stop, and a person waits.
SMALL_STOPS, SMALL_STEPS, SMALL_STEPS_PER_STOP = 30, 10_000, 2_000
# What comes after the search: a share of the time limit, at most so long, and so long for every stop.
CLOSING_SHARE, CLOSING_S_MAX, CLOSING_S_PER_STOP = 0.05, 0.2, 2e-5


class RuinRecreate:
    """Slack induction by string removals in compiled code (Christiaens & Vanden Berghe 2020, DOI
    10.1287/trsc.2019.0914), in as many threads as the options allow, from nothing or from the plan they name."""

    name = "ruin-recreate"

    def can_express(self, problem: Problem) -> str | None:
        """See `protocol.Solver`."""
        return why_not(problem)

    def solve(
        self,
        problem: Problem,
        options: SolveOptions,
        *,
        on_progress: Callable[[Progress], None] | None,
        cancelled: Callable[[], bool] | None,
    ) -> Plan:
        """See `protocol.Solver`; reasons of dropped stops are all FLEET_FULL here, the engine refines them."""
        started_s = time.monotonic()
        watch = Watch(problem, started_s, on_progress, cancelled)
        orders = holding_orders(problem, options.start or {})
        hours = [problem.hours_of(vehicle) for vehicle in problem.vehicles]
        if not problem.stops or all(span.start_s > span.end_s for span in hours) or watch.must_stop():
            return closed_plan(problem, orders, self.name, started_s, 0)
        model = build_model(problem, problem.stops, workers=options.workers)
        warm = model.slot_routes(orders) if orders else None
        search = AnnealingSearch(model, seed=options.seed, workers=options.workers, start=warm, pooled=False)

        def found() -> Plan:
            return closed_plan(problem, model.orders(search.best_routes()), self.name, started_s, search.solutions)

        def look() -> bool:
            if watch.due():
                watch.show(found())
            return watch.must_stop()

        search.run(pace_of(model, options, started_s=started_s, warm=warm is not None), look)
        return found()


def pace_of(model: Model, options: SolveOptions, *, started_s: float, warm: bool) -> Pace:
    """From now on as long as the options and the closing of the plan allow."""
    stop_count = len(model.stops)
    closing_s = min(CLOSING_SHARE * options.time_limit_s, CLOSING_S_MAX) + CLOSING_S_PER_STOP * stop_count
    hot, cold = heat(model, warm=warm, workers=options.workers)
    steps = None if options.iteration_limit is None else options.iteration_limit * STEPS_PER_ITERATION
    if steps is None and stop_count <= SMALL_STOPS:
        steps = SMALL_STEPS + SMALL_STEPS_PER_STOP * stop_count
    return Pace(
        begin_s=time.monotonic(),
        end_s=started_s + options.time_limit_s - closing_s,
        steps=steps,
        hot=hot,
        cold=cold,
    )


def heat(model: Model, *, warm: bool, workers: int) -> tuple[float, float]:
    """The first and the last temperature, in fine units."""
    cold_start = HOT_SPLIT if is_split(model, workers) else HOT
    return (HOT * WARM_SHARE if warm else cold_start) * model.typical_leg, COLD * model.typical_leg


def holding_orders(problem: Problem, start: Mapping[str, Sequence[str]]) -> dict[str, list[Stop]]:
    """The orders of a plan to begin with at their `known_positions`, without what does not hold any more."""
    orders: dict[str, list[Stop]] = {}
    for vehicle_id, positions in known_positions(problem, start).items():
        vehicle = problem.vehicle(vehicle_id)
        known = [problem.stop(start[vehicle_id][position]) for position in positions]
        if _holds(problem, vehicle, known):
            orders[vehicle_id] = known
            continue
        kept: list[Stop] = []
        for stop in known:
            if _holds(problem, vehicle, [*kept, stop]):
                kept.append(stop)
        if kept:
            orders[vehicle_id] = kept
    return orders


def _holds(problem: Problem, vehicle: Vehicle, order: Sequence[Stop]) -> bool:
    try:
        schedule_route(problem, vehicle, order)
    except InfeasibleRoute:
        return False
    return True
