"""From the orders a search found to a plan, and which of two plans is better."""

import time
from collections import Counter
from collections.abc import Mapping, Sequence, Set

from logistics.routing.engine.costs import FINE_PER_CENT, plan_cost, routes_cost_fine
from logistics.routing.engine.orders import Order, keeping
from logistics.routing.engine.plan import Dropped, DropReason, Plan, Route
from logistics.routing.engine.problem import Problem, Stop
from logistics.routing.engine.schedule import InfeasibleRoute, schedule_route
from logistics.routing.engine.solvers.insertion import insert_all, open_routes

# Being served counts like ten packages, and packages beyond a hundred no longer count: of two stops the one with fewer
# packages is left out, but two small stops are worth more than one large.
PACKAGES_PER_STOP, PACKAGES_COUNTED = 10, 100

_Order = tuple[list[Stop], tuple[int, ...]]
"""Stops in order, and the positions of those ahead of which the vehicle loads again."""

Value = tuple[int, int]
"""How bad a plan is: weight of the stops left out without a `drop_cost`, then money in fine units, with drop costs."""


def closed_plan(
    problem: Problem,
    orders: Mapping[str, Sequence[Stop]],
    solver: str,
    started_s: float,
    solutions: int,
    reloads: Mapping[str, Sequence[int]] | None = None,
    *,
    deadline_s: float | None = None,
) -> Plan:
    """The plan of each vehicle's stops in order: inserts what still fits, schedules the routes and counts the cost.

    `deadline_s` on the monotonic clock ends inserting; what is left then stays out though it might fit.
    `reloads` holds the positions of the stops ahead of which a vehicle loads again. What does not hold is not kept: the
    stops of a route that breaks a rule, and of a group that is torn, are inserted like those left out.
    """
    kept = _holding(problem, orders, reloads or {})
    served = {stop.id for order, _ in kept.values() for stop in order}
    left_out = [stop for stop in problem.stops if stop.id not in served]
    if left_out:  # with nothing to insert, opening thousands of idle vehicles would only take time
        routes = open_routes(
            problem,
            {vehicle: order for vehicle, (order, _) in kept.items()},
            {vehicle: reload_before for vehicle, (_, reload_before) in kept.items()},
        )
        insert_all(routes, left_out, deadline_s=deadline_s)
        kept = {route.vehicle.id: (route.stops, route.reload_before) for route in routes if route.stops}
    driven = tuple(
        schedule_route(problem, vehicle, *kept[vehicle.id]) for vehicle in problem.vehicles if vehicle.id in kept
    )
    return plan_of_routes(problem, driven, solver, started_s, solutions)


def plan_of_routes(problem: Problem, routes: tuple[Route, ...], solver: str, started_s: float, solutions: int) -> Plan:
    """The plan of scheduled routes as they are: what is in none of them is left out, and nothing is inserted."""
    served = {visit.stop for route in routes for visit in route.visits}
    return Plan(
        routes=routes,
        dropped=tuple(
            Dropped(stop=stop.id, reason=DropReason.FLEET_FULL, detail={})
            for stop in problem.stops
            if stop.id not in served
        ),
        cost=plan_cost(problem, routes),
        solver=solver,
        seconds=time.monotonic() - started_s,
        solutions=solutions,
    )


def _holding(
    problem: Problem, orders: Mapping[str, Sequence[Stop]], reloads: Mapping[str, Sequence[int]]
) -> dict[str, _Order]:
    """What of the orders holds: routes by themselves, and groups on one vehicle."""
    kept: dict[str, _Order] = {
        vehicle: (list(order), tuple(reloads.get(vehicle, ()))) for vehicle, order in orders.items() if order
    }
    groups = Counter(stop.together for stop in problem.stops if stop.together is not None)
    while True:
        kept = {vehicle: order for vehicle, order in kept.items() if _holds(problem, vehicle, order)}
        found = Counter((vehicle, stop.together) for vehicle, (stops, _) in kept.items() for stop in stops)
        changed = False
        for vehicle, order in kept.items():
            torn = {
                stop.id
                for stop in order[0]
                if stop.together is not None and found[vehicle, stop.together] < groups[stop.together]
            }
            if torn:
                out = problem.vehicle(vehicle).underway is not None
                kept[vehicle] = _without(order, torn, out=out)
                changed = True
        if not changed:
            return kept


def _holds(problem: Problem, vehicle: str, order: _Order) -> bool:
    stops, reload_before = order
    if not stops:
        return False
    try:
        schedule_route(problem, problem.vehicle(vehicle), stops, reload_before)
    except InfeasibleRoute:
        return False
    return True


def _without(order: _Order, leaving: Set[str], *, out: bool) -> _Order:
    """As `orders.without`."""
    stops, reload_before = order
    staying = [position for position, stop in enumerate(stops) if stop.id not in leaving]
    left = keeping(Order(stops=tuple(stop.id for stop in stops), reload_before=reload_before), staying, out=out)
    return [stops[position] for position in staying], left.reload_before


def plan_value(problem: Problem, plan: Plan) -> Value:
    """How bad the plan is; less is better, and serving more comes before money."""
    dropped = [problem.stop(drop.stop) for drop in plan.dropped]
    money = routes_cost_fine(problem, plan.routes)
    money += sum(stop.drop_cost * FINE_PER_CENT for stop in dropped if stop.drop_cost is not None)
    return sum(serving_weight(stop) for stop in dropped if stop.drop_cost is None), money


def serving_weight(stop: Stop) -> int:
    """How much it counts to serve the stop, in packages; a stop of priority 1 counts like two."""
    return (PACKAGES_PER_STOP + min(stop.packages, PACKAGES_COUNTED)) * (1 + stop.priority)


def orders_of(problem: Problem, plan: Plan) -> dict[str, list[Stop]]:
    """The stops of each vehicle that drives, in order."""
    return {route.vehicle: [problem.stop(visit.stop) for visit in route.visits] for route in plan.routes}


def reloads_of(plan: Plan) -> dict[str, list[int]]:
    """Ahead of which positions each vehicle that drives loads again."""
    return {route.vehicle: [reload.before for reload in route.reloads] for route in plan.routes}
