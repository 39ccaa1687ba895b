"""From the orders a search found to a plan, and which of two plans is better."""

import time
from collections.abc import Mapping, Sequence

from logistics.routing.engine.costs import FINE_PER_CENT, plan_cost, routes_cost_fine
from logistics.routing.engine.plan import Dropped, DropReason, Plan
from logistics.routing.engine.problem import Problem, Stop
from logistics.routing.engine.schedule import schedule_route
from logistics.routing.engine.solvers.insertion import insert_all, open_routes

# Being served counts like ten packages, and packages beyond a hundred no longer count: of two stops the one with fewer
# packages is left out, but two small stops are worth more than one large.
PACKAGES_PER_STOP, PACKAGES_COUNTED = 10, 100

Value = tuple[int, int]
"""How bad a plan is: weight of the stops left out without a `drop_cost`, then money in fine units, with drop costs."""


def closed_plan(
    problem: Problem, orders: Mapping[str, Sequence[Stop]], solver: str, started_s: float, solutions: int
) -> Plan:
    """The plan of each vehicle's stops in order: inserts what still fits, schedules the routes and counts the cost."""
    served = {stop.id for order in orders.values() for stop in order}
    routes = open_routes(problem, orders)
    insert_all(routes, (stop for stop in problem.stops if stop.id not in served))
    driven = tuple(schedule_route(problem, route.vehicle, route.stops) for route in routes if route.stops)
    served = {visit.stop for route in driven for visit in route.visits}
    return Plan(
        routes=driven,
        dropped=tuple(
            Dropped(stop=stop.id, reason=DropReason.FLEET_FULL, detail={})
            for stop in problem.stops
            if stop.id not in served
        ),
        cost=plan_cost(problem, driven),
        solver=solver,
        seconds=time.monotonic() - started_s,
        solutions=solutions,
    )


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
