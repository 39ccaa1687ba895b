"""From an ordered list of stops to a route with times.

The vehicle comes back as early as the order allows and, for that return, leaves as late as possible. With breaks,
speeds by the hour and several windows a later return could mean less time on the road; the earliest one leaves the most
room for what happens on the day.
"""

from collections.abc import Collection, Sequence

from logistics.routing.engine.plan import Route
from logistics.routing.engine.problem import Problem, Stop, Vehicle
from logistics.routing.engine.scheduling.admission import admit_loads, admit_route, admit_stops
from logistics.routing.engine.scheduling.plain import is_plain, plain_route
from logistics.routing.engine.scheduling.rules import InfeasibleRoute, RouteRule
from logistics.routing.engine.scheduling.stepwise import stepwise_route
from logistics.routing.engine.scheduling.trips import trips_of, way_of

__all__ = ["InfeasibleRoute", "RouteRule", "schedule_route"]


def schedule_route(
    problem: Problem, vehicle: Vehicle, stops: Sequence[Stop], reload_before: Collection[int] = ()
) -> Route:
    """The route of a vehicle over stops in this order, with the earliest return and then the latest departure.

    `reload_before` holds the positions (from 0) of the stops ahead of which it comes back to its depot to load; only a
    vehicle that is underway, whose first trip is aboard, can do so ahead of the first. It departs at once, and when
    the goods aboard were packed does not matter.

    A stop that may be late is served as early as can be, and leaving later never makes it later. Breaks are taken where
    the vehicle stands, those that fall before departure or after return at home.

    Raises:
        InfeasibleRoute: with the first rule broken, in the order of `RouteRule`.
    """
    if not stops:
        raise AssertionError("a route has at least one stop; leave an unused vehicle out of the plan")
    reloads = sorted(set(reload_before))
    if reloads and not (0 if vehicle.underway else 1) <= reloads[0] <= reloads[-1] < len(stops):
        raise AssertionError(f"vehicle {vehicle.id!r} cannot load before {reloads} of {len(stops)} stops")
    admit_stops(problem, vehicle, stops)
    admit_loads(vehicle, trips_of(stops, reloads))
    way = way_of(problem, vehicle, stops, reloads)
    if is_plain(problem, vehicle, stops, reloads):
        route = plain_route(problem, vehicle, stops, way)
    else:
        route = stepwise_route(problem, vehicle, stops, reloads, way)
    admit_route(vehicle, stops, route)
    return route
