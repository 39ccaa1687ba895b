"""Money in whole numbers: one cent is 18,000 fine units.

18,000 is the least common multiple of 1,000 m and 3,600 s, so a metre at one cent a kilometre is exactly 18 units and a
second at one cent an hour exactly 5. Solvers add fine units without any rounding; a plan rounds once, at its end.
"""

from collections.abc import Iterable

from logistics.routing.engine.plan import Route
from logistics.routing.engine.problem import Problem, Vehicle

FINE_PER_CENT = 18_000
FINE_PER_METRE = 18  # at 1 cent a kilometre
FINE_PER_SECOND = 5  # at 1 cent an hour


def drive_cost_fine(vehicle: Vehicle, *, metres: int, seconds: int) -> int:
    """What a vehicle costs on the road, without its fixed cost, in fine units."""
    return vehicle.cost_per_km * metres * FINE_PER_METRE + vehicle.cost_per_h * seconds * FINE_PER_SECOND


def route_cost_fine(vehicle: Vehicle, route: Route) -> int:
    """Fixed cost, kilometres, and hours from departure to return, in fine units."""
    paid_s = route.return_s - route.depart_s
    return vehicle.fixed_cost * FINE_PER_CENT + drive_cost_fine(vehicle, metres=route.distance_m, seconds=paid_s)


def plan_cost(problem: Problem, routes: Iterable[Route]) -> int:
    """Cost of all routes in cents, rounded half up once."""
    total = sum(route_cost_fine(problem.vehicle(route.vehicle), route) for route in routes)
    return (total + FINE_PER_CENT // 2) // FINE_PER_CENT
