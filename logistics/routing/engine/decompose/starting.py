"""What a given start is worth: the orders that can be followed, and the routes of it that hold as they are."""

from collections.abc import Mapping, Sequence

from logistics.routing.engine.decompose.atlas import Atlas
from logistics.routing.engine.plan import Route
from logistics.routing.engine.schedule import InfeasibleRoute, schedule_route


def known_orders(atlas: Atlas, start: Mapping[str, Sequence[str]] | None) -> dict[int, list[int]]:
    """The start by numbers: without vehicles and stops that are not in the problem, stops that the vehicle may not
    serve, second visits, and stops whose group is not all on one vehicle."""
    problem = atlas.problem
    orders: dict[int, list[int]] = {}
    seen: set[int] = set()
    for vehicle_id, stop_ids in (start or {}).items():
        vehicle = atlas.number_of_vehicle.get(vehicle_id)
        if vehicle is None:
            continue
        named = (atlas.number_of_stop.get(stop_id) for stop_id in stop_ids)
        order = []
        for stop in named:
            if stop is not None and stop not in seen and atlas.able([stop])[vehicle]:
                seen.add(stop)
                order.append(stop)
        orders[vehicle] = order
    groups = [group for group in atlas.groups(range(len(problem.stops))) if len(group) > 1]
    driver = {stop: vehicle for vehicle, order in orders.items() for stop in order}
    torn = {
        stop
        for group in groups
        if problem.stops[group[0]].together is not None and len({driver.get(stop) for stop in group}) > 1
        for stop in group
    }
    return {vehicle: kept for vehicle, order in orders.items() if (kept := [it for it in order if it not in torn])}


def holding_routes(atlas: Atlas, orders: Mapping[int, Sequence[int]]) -> dict[int, Route]:
    """The orders that break no rule, scheduled."""
    problem = atlas.problem
    routes = {}
    for vehicle, order in orders.items():
        try:
            routes[vehicle] = schedule_route(
                problem, problem.vehicles[vehicle], [problem.stops[stop] for stop in order]
            )
        except InfeasibleRoute:
            continue  # the part that gets it mends it
    return routes
