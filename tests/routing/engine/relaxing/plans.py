"""Plans by hand for what is to be relaxed."""

from collections.abc import Mapping, Sequence

from logistics.routing.engine import Dropped, DropReason, Plan, Problem, schedule_route
from logistics.routing.engine.costs import plan_cost


def planned(problem: Problem, orders: Mapping[str, Sequence[str]]) -> Plan:
    """The plan in which each vehicle drives its stops in this order, and the others are left out."""
    routes = tuple(
        schedule_route(problem, vehicle, [problem.stop(stop) for stop in orders[vehicle.id]])
        for vehicle in problem.vehicles
        if orders.get(vehicle.id)
    )
    served = {stop for order in orders.values() for stop in order}
    return Plan(
        routes=routes,
        dropped=tuple(
            Dropped(stop=stop.id, reason=DropReason.FLEET_FULL, detail={})
            for stop in problem.stops
            if stop.id not in served
        ),
        cost=plan_cost(problem, routes),
        solver="hand",
        seconds=0.0,
        solutions=1,
    )
