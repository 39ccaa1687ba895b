"""Rules of what stops and vehicles were promised: who serves, where in the route, and how much at most."""

from collections.abc import Iterator

from logistics.routing.engine.plan import Route
from logistics.routing.engine.problem import Problem


def goods_lie_at_the_vehicles_depot(problem: Problem, route: Route) -> Iterator[str]:
    """A stop bound to a depot is served from there."""
    home = problem.vehicle(route.vehicle).depot
    for visit in route.visits:
        depot = problem.stop(visit.stop).depot
        if depot not in (None, home):
            yield f"vehicle {route.vehicle!r} loads at {home!r}, but the goods of stop {visit.stop!r} lie at {depot!r}"


def vehicle_has_the_skills(problem: Problem, route: Route) -> Iterator[str]:
    """The vehicle can do all that its stops ask for."""
    skills = problem.vehicle(route.vehicle).skills
    for visit in route.visits:
        missing = sorted(problem.stop(visit.stop).skills.difference(skills))
        if missing:
            yield f"vehicle {route.vehicle!r} serves stop {visit.stop!r} without {len(missing)} skills: {missing}"


def stop_lets_the_vehicle_serve_it(problem: Problem, route: Route) -> Iterator[str]:
    """Allowed, forbidden and pinned vehicles are what the stop says."""
    for visit in route.visits:
        stop = problem.stop(visit.stop)
        who = f"stop {stop.id!r} is served by vehicle {route.vehicle!r}"
        if stop.vehicles_allowed is not None and route.vehicle not in stop.vehicles_allowed:
            yield f"{who}, not by one of {sorted(stop.vehicles_allowed)}"
        if route.vehicle in stop.vehicles_forbidden:
            yield f"{who}, which is one of {sorted(stop.vehicles_forbidden)} that must not"
        if stop.pinned_vehicle not in (None, route.vehicle):
            yield f"{who}, not by vehicle {stop.pinned_vehicle!r}"


def pinned_positions_are_kept(problem: Problem, route: Route) -> Iterator[str]:
    """A stop pinned to a position is that visit of the route, counted from 1."""
    for position, visit in enumerate(route.visits, start=1):
        pinned = problem.stop(visit.stop).pinned_position
        if pinned is not None and pinned != position:
            yield f"stop {visit.stop!r} is visit {position} of vehicle {route.vehicle!r}, not visit {pinned}"


def route_is_within_the_vehicles_limits(problem: Problem, route: Route) -> Iterator[str]:
    """Duration, distance and number of stops are at most what the vehicle may do."""
    vehicle = problem.vehicle(route.vehicle)
    for what, value, limit, unit in (
        ("is out for", route.return_s - route.depart_s, vehicle.longest_s, "s"),
        ("drives", route.distance_m, vehicle.longest_m, "m"),
        ("makes", len(route.visits), vehicle.most_stops, "stops"),
    ):
        if limit is not None and value > limit:
            yield f"vehicle {route.vehicle!r} {what} {value} {unit}, {value - limit} more than its {limit} {unit}"
