"""Ruin and recreate over whole routes, behind the solver port."""

import dataclasses
import threading
import time
from collections.abc import Callable

from logistics.routing.engine.plan import Plan
from logistics.routing.engine.problem import Problem, Stop
from logistics.routing.engine.schedule import InfeasibleRoute, schedule_route
from logistics.routing.engine.solvers.closing import closed_plan, plan_of_routes, plan_value
from logistics.routing.engine.solvers.protocol import Progress, SolveOptions
from logistics.routing.engine.solvers.rich.layout import Tables
from logistics.routing.engine.solvers.rich.neighbours import mean_leg_price
from logistics.routing.engine.solvers.rich.states import Rows
from logistics.routing.engine.solvers.rich.tables import scale_of, tables_of
from logistics.routing.engine.solvers.rich.threads import STEPS_PER_ITERATION, Pace, RichThread
from logistics.routing.engine.solvers.starting import start_orders
from logistics.routing.engine.solvers.watching import Watch, watched

# Beyond, the first plan alone takes longer than a person waits.
STOPS_MAX = 5_000
# Up to so many stops the best is found long before so many iterations a stop, and a person waits.
SMALL_STOPS, SMALL_ITERATIONS_PER_STOP = 30, 2
# The temperature first and last, in legs to a near neighbour: colder starts freeze on long routes. A given plan would
# be forgotten at that heat.
HOT_LEGS, WARM_LEGS, COLD_LEGS = 4.0, 0.5, 0.1
# What comes after the search: a share of the time limit, at most so long, and so long for every stop.
CLOSING_SHARE, CLOSING_S_MAX, CLOSING_S_PER_STOP = 0.05, 0.2, 1e-4
SEEDS = 2**31


class RichRuinRecreate:
    """The engine for everything: each insertion is tested by timing the whole route, with every rule.

    Where a plain kernel is enough it is about ten times as slow as that. Each worker searches from a seed of its own,
    and the best plan is taken.
    """

    name = "rich-ruin-recreate"

    def __init__(self, *, stops_max: int = STOPS_MAX) -> None:
        self._stops_max = stops_max

    def can_express(self, problem: Problem) -> str | None:
        """See `protocol.Solver`: every rule, but not any size."""
        if len(problem.stops) > self._stops_max:
            return f"{len(problem.stops)} stops; {self.name} keeps to its time up to {self._stops_max}"
        return None

    def solve(
        self,
        problem: Problem,
        options: SolveOptions,
        *,
        on_progress: Callable[[Progress], None] | None = None,
        cancelled: Callable[[], bool] | None = None,
    ) -> Plan:
        """See `protocol.Solver`; reasons of dropped stops are all FLEET_FULL here, the engine refines them."""
        started_s = time.monotonic()
        watch = Watch(problem, started_s, on_progress, cancelled)
        if not problem.stops or not problem.vehicles:
            return closed_plan(problem, {}, self.name, started_s, 0)
        tables = tables_of(problem)
        start = _start_rows(problem, options)
        pace = _pace(problem, tables, options, started_s=started_s, warm=bool(start))
        stop = threading.Event()
        threads = [
            RichThread(tables, start, seed=(options.seed + index * 7_919) % SEEDS, pace=pace, stop=stop)
            for index in range(options.workers)
        ]

        def best() -> Plan:
            found = sum(thread.found for thread in threads)
            plans = [
                _plan_of(problem, rows, self.name, started_s, found) for thread in threads if (rows := thread.best)
            ]
            if not plans:
                return closed_plan(problem, {}, self.name, started_s, found)
            return min(plans, key=lambda plan: plan_value(problem, plan))

        seen = 0

        def look() -> bool:
            nonlocal seen
            found = sum(thread.found for thread in threads)
            if found > seen and watch.due():
                seen = found
                watch.show(best())
            return watch.must_stop()

        watched(threads, stop, look)
        plan = best()
        watch.show(plan)
        return dataclasses.replace(plan, seconds=time.monotonic() - started_s)


def _plan_of(problem: Problem, rows: Rows, name: str, started_s: float, found: int) -> Plan:
    """The plan of the search's rows, timed by `schedule_route`."""
    orders: dict[str, list[Stop]] = {}
    reloads: dict[str, list[int]] = {}
    for vehicle, row in rows.items():
        stops: list[Stop] = []
        before: list[int] = []
        for node in row:
            if node < len(problem.stops):
                stops.append(problem.stops[node])
            else:
                before.append(len(stops))
        orders[problem.vehicles[vehicle].id] = stops
        reloads[problem.vehicles[vehicle].id] = before
    try:
        routes = tuple(
            schedule_route(problem, vehicle, orders[vehicle.id], reloads[vehicle.id])
            for vehicle in problem.vehicles
            if vehicle.id in orders
        )
    except InfeasibleRoute:
        # Without the stops that miss their positions another leg is driven, and where detours are shorter that may not
        # hold.
        return closed_plan(problem, orders, name, started_s, found, reloads)
    return plan_of_routes(problem, routes, name, started_s, found)


def _pace(problem: Problem, tables: Tables, options: SolveOptions, *, started_s: float, warm: bool) -> Pace:
    count = len(problem.stops)
    iterations = options.iteration_limit
    if iterations is None and count <= SMALL_STOPS:
        iterations = SMALL_ITERATIONS_PER_STOP * count
    leg = max(1.0, mean_leg_price(problem, tables.near) / scale_of(problem))
    closing_s = min(CLOSING_SHARE * options.time_limit_s, CLOSING_S_MAX) + CLOSING_S_PER_STOP * count
    return Pace(
        begin_s=time.monotonic(),
        end_s=started_s + options.time_limit_s - closing_s,
        steps=None if iterations is None else iterations * STEPS_PER_ITERATION,
        hot=(WARM_LEGS if warm else HOT_LEGS) * leg,
        cold=COLD_LEGS * leg,
    )


def _start_rows(problem: Problem, options: SolveOptions) -> Rows:
    """The given plan as rows, with a marker wherever a vehicle loads again."""
    vehicle_of = {vehicle.id: row for row, vehicle in enumerate(problem.vehicles)}
    stop_of = {stop.id: row for row, stop in enumerate(problem.stops)}
    marker = len(problem.stops)
    rows: Rows = {}
    for vehicle, order in start_orders(problem, options).items():
        row = rows[vehicle_of[vehicle]] = []
        for position, stop in enumerate(order.stops):
            if position in order.reload_before:
                row.append(marker)
            row.append(stop_of[stop])
    return rows
