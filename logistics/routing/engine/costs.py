"""Money in whole numbers: one cent is 18,000 fine units.

18,000 is the least common multiple of 1,000 m and 3,600 s, so a metre at one cent a kilometre is exactly 18 units and a
second at one cent an hour exactly 5. Solvers add fine units without any rounding; a plan rounds once, at its end.
"""

from collections.abc import Iterable, Sequence

from logistics.routing.engine.plan import Route
from logistics.routing.engine.problem import Problem, Vehicle

FINE_PER_CENT = 18_000
FINE_PER_METRE = 18  # at 1 cent a kilometre
FINE_PER_SECOND = 5  # at 1 cent an hour


def drive_cost_fine(vehicle: Vehicle, *, metres: int, seconds: int) -> int:
    """What a vehicle costs on the road, without its fixed cost, in fine units."""
    return vehicle.cost_per_km * metres * FINE_PER_METRE + vehicle.cost_per_h * seconds * FINE_PER_SECOND


def route_cost_fine(vehicle: Vehicle, route: Route) -> int:
    """Fixed cost, kilometres, and hours from departure to return, in fine units; lateness is not in it.

    The fixed cost of a vehicle that is underway is spent whatever it does, and not counted.
    """
    fixed = vehicle.fixed_cost if vehicle.underway is None else 0
    return fixed * FINE_PER_CENT + drive_cost_fine(vehicle, metres=route.distance_m, seconds=paid_s(route))


def late_cost_fine(problem: Problem, route: Route) -> int:
    """The price of starting service after the last windows of the route's stops, in fine units."""
    total = 0
    for visit in route.visits:
        stop = problem.stop(visit.stop)
        if stop.late_cents_per_h is not None:
            total += stop.late_cents_per_h * max(0, visit.start_s - stop.windows[-1].end_s)
    return total * FINE_PER_SECOND


def longest_route_cost_fine(problem: Problem, routes: Iterable[Route]) -> int:
    """The price of the longest paid time, in fine units; nothing without routes."""
    return problem.longest_route_cents_per_h * max(map(paid_s, routes), default=0) * FINE_PER_SECOND


def routes_cost_fine(problem: Problem, routes: Sequence[Route]) -> int:
    """All that routes cost together, in fine units: the road, the vehicles, lateness, and the longest route's price."""
    total = longest_route_cost_fine(problem, routes)
    for route in routes:
        total += route_cost_fine(problem.vehicle(route.vehicle), route) + late_cost_fine(problem, route)
    return total


def plan_cost(problem: Problem, routes: Sequence[Route]) -> int:
    """Cost of all routes in cents, rounded half up once."""
    return (routes_cost_fine(problem, routes) + FINE_PER_CENT // 2) // FINE_PER_CENT


def paid_s(route: Route) -> int:
    """Seconds from departure to return."""
    return route.return_s - route.depart_s
