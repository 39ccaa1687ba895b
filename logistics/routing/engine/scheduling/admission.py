"""What can be said of an order without a clock: who may serve, what fits, how far, in which position."""

from collections.abc import Sequence

from logistics.routing.engine.plan import Route
from logistics.routing.engine.problem import Problem, Stop, Vehicle
from logistics.routing.engine.scheduling.rules import InfeasibleRoute, RouteRule


def admit_stops(problem: Problem, vehicle: Vehicle, stops: Sequence[Stop]) -> None:
    """Raises InfeasibleRoute if the vehicle may not serve one of the stops, or not so many."""
    for stop in stops:
        if not problem.may_serve(vehicle, stop):
            raise InfeasibleRoute(_forbidding(vehicle, stop), vehicle=vehicle.id, stop=stop.id, value=1, limit=0)
    _refuse_above(vehicle, RouteRule.TOO_MANY_STOPS, len(stops), vehicle.most_stops)


def admit_loads(vehicle: Vehicle, trips: Sequence[Sequence[Stop]]) -> None:
    """Raises InfeasibleRoute if a trip is too heavy or too large, or if there are too many trips."""
    for trip in trips:
        _refuse_above(vehicle, RouteRule.TOO_HEAVY, sum(stop.demand_g for stop in trip), vehicle.capacity_g)
        _refuse_above(
            vehicle, RouteRule.TOO_MANY_PACKAGES, sum(stop.packages for stop in trip), vehicle.capacity_packages
        )
        _refuse_above(vehicle, RouteRule.TOO_LARGE, sum(stop.volume_ml for stop in trip), vehicle.capacity_ml)
    _refuse_above(vehicle, RouteRule.TOO_MANY_RELOADS, len(trips) - 1, vehicle.reloads)


def admit_route(vehicle: Vehicle, stops: Sequence[Stop], route: Route) -> None:
    """Raises InfeasibleRoute if the route is too far or too long, or a stop is not where it is pinned."""
    _refuse_above(vehicle, RouteRule.TOO_FAR, route.distance_m, vehicle.longest_m)
    _refuse_above(vehicle, RouteRule.TOO_LONG, route.return_s - route.depart_s, vehicle.longest_s)
    for position, stop in enumerate(stops, start=1):
        pinned = stop.pinned_position
        if pinned is not None and pinned != position:
            raise InfeasibleRoute(
                RouteRule.WRONG_POSITION, vehicle=vehicle.id, stop=stop.id, value=position, limit=pinned
            )


def _forbidding(vehicle: Vehicle, stop: Stop) -> RouteRule:
    if stop.depot not in (None, vehicle.depot):
        return RouteRule.WRONG_DEPOT
    return RouteRule.NOT_ALLOWED if stop.skills <= vehicle.skills else RouteRule.NO_SKILL


def _refuse_above(vehicle: Vehicle, rule: RouteRule, value: int, limit: int | None) -> None:
    if limit is not None and value > limit:
        raise InfeasibleRoute(rule, vehicle=vehicle.id, stop=None, value=value, limit=limit)
