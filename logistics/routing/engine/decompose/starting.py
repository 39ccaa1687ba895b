"""What a given start is worth: the orders that can be followed, and the routes of it that hold as they are."""

from dataclasses import dataclass

from logistics.routing.engine.decompose.atlas import Atlas
from logistics.routing.engine.decompose.parts import Reloads, Routes
from logistics.routing.engine.orders import without
from logistics.routing.engine.plan import Route
from logistics.routing.engine.schedule import InfeasibleRoute, schedule_route
from logistics.routing.engine.solvers.protocol import SolveOptions
from logistics.routing.engine.solvers.starting import start_orders


@dataclass(frozen=True, slots=True, kw_only=True)
class Wished:
    """What vehicles are to drive and where they load again, by numbers; each is in both or in none of the two."""

    routes: Routes
    reloads: Reloads


def known_orders(atlas: Atlas, options: SolveOptions) -> Wished:
    """The start as `start_orders` has it, without stops whose group is not all on one vehicle."""
    problem = atlas.problem
    orders = start_orders(problem, options)
    driver = {stop: vehicle for vehicle, order in orders.items() for stop in order.stops}
    torn: set[str] = set()
    for group in atlas.groups(range(len(problem.stops))):
        members = [problem.stops[stop] for stop in group]
        if members[0].together is not None and len({driver.get(stop.id) for stop in members}) > 1:
            torn.update(stop.id for stop in members)
    routes, reloads = {}, {}
    for name, order in orders.items():
        kept = without(order, torn, out=problem.vehicle(name).underway is not None)
        if kept.stops:
            vehicle = atlas.number_of_vehicle[name]
            routes[vehicle] = [atlas.number_of_stop[stop] for stop in kept.stops]
            reloads[vehicle] = kept.reload_before
    return Wished(routes=routes, reloads=reloads)


def holding_routes(atlas: Atlas, wished: Wished) -> dict[int, Route]:
    """The orders that break no rule, scheduled."""
    problem = atlas.problem
    routes = {}
    for vehicle, order in wished.routes.items():
        stops = [problem.stops[stop] for stop in order]
        try:
            routes[vehicle] = schedule_route(problem, problem.vehicles[vehicle], stops, wished.reloads[vehicle])
        except InfeasibleRoute:
            continue  # the part that gets it mends it
    return routes
