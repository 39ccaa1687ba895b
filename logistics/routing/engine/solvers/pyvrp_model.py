"""The problem as PyVRP reads it, and PyVRP's solutions as orders of stops.

Locations are depots and stops, not places. Times are shifted so that the earliest hour is 0. Vehicles that differ in
nothing are one vehicle type. Nothing that decides whether a route holds is rounded, so what holds here holds in
`schedule_route`; prices are divided by a common number and may lose up to a thousandth.

PyVRP searches through plans that break rules at a price per unit, and that price has an upper end. So a unit of load
must not be too small a part of a vehicle (a package of 150 would be carried too many for ever), and prices must not
dwarf a second of lateness.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass, replace
from typing import Any

import numpy as np
import pyvrp
from numpy.typing import NDArray

from logistics.routing.engine.costs import FINE_PER_CENT, FINE_PER_METRE, FINE_PER_SECOND, drive_cost_fine
from logistics.routing.engine.problem import UNREACHABLE, Depot, Problem, Stop, TimeWindow, Vehicle
from logistics.routing.engine.solvers.closing import PACKAGES_PER_STOP, serving_weight

# The cheapest price per metre or second keeps this many units, so that rounding changes it by a thousandth at most.
UNITS_PER_PRICE_MIN = 500
# The largest vehicle holds at least this many units of each load.
UNITS_PER_LOAD = 10_000
# PyVRP adds costs and penalties in 64 bits.
LARGEST_TOTAL = 2**50

Order = tuple[int, tuple[int, ...]]
"""A route of PyVRP: vehicle type, and clients in order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PyvrpModel:
    """PyVRP's data; client `k` is `stops[k]`, and the vehicles of type `t` are `fleet[t]`, all alike.

    One unit of PyVRP's cost is `divisor` fine units; the dearest vehicle pays `mean_leg_cost` of them for a mean leg.
    """

    data: pyvrp.ProblemData
    stops: tuple[Stop, ...]
    fleet: tuple[tuple[Vehicle, ...], ...]
    divisor: int
    mean_leg_cost: int

    def orders(self, routes: Sequence[Order]) -> dict[str, list[Stop]]:
        """Each vehicle's stops in order."""
        free = [iter(vehicles) for vehicles in self.fleet]
        return {next(free[kind]).id: [self.stops[client] for client in clients] for kind, clients in routes}

    def solution(self, orders: Mapping[str, Sequence[Stop]]) -> pyvrp.Solution:
        """The same orders as PyVRP's solution."""
        client_of = {stop.id: client for client, stop in enumerate(self.stops)}
        type_of = {vehicle.id: kind for kind, vehicles in enumerate(self.fleet) for vehicle in vehicles}
        routes = [
            pyvrp.Route(self.data, [client_of[stop.id] for stop in order], type_of[vehicle])
            for vehicle, order in orders.items()
        ]
        return pyvrp.Solution(self.data, routes)


def routes_of(solution: pyvrp.Solution) -> list[Order]:
    """The routes of a solution, in PyVRP's order."""
    return [
        (route.vehicle_type(), tuple(activity.idx for activity in route if activity.is_client()))
        for route in solution.routes()
    ]


def build_model(problem: Problem, stops: Sequence[Stop]) -> PyvrpModel:
    """The model for all vehicles that have hours to work in and the given stops, each served by one of them or not.

    There must be at least one such vehicle and stop.
    """
    fleet = _fleet(problem)
    if not fleet or not stops:
        raise AssertionError("a model needs a vehicle and a stop")
    hours = [problem.hours_of(vehicles[0]) for vehicles in fleet]
    span = TimeWindow(start_s=min(h.start_s for h in hours), end_s=max(h.end_s for h in hours))
    legs = _Legs(problem, stops, closed_s=span.end_s - span.start_s + 1)
    divisor = _divisor(fleet, hours, legs)
    prize = _prize(fleet, hours, legs, divisor)
    demands, capacities = _loads(problem, fleet, stops)
    clients = [
        pyvrp.Client(
            location=legs.depot_count + k,
            delivery=[int(amount) for amount in demands[k]],
            service_duration=stop.serving_s,
            tw_early=max(0, stop.window.start_s - span.start_s),
            tw_late=min(span.end_s, stop.window.end_s) - span.start_s,
            prize=(
                prize * serving_weight(stop) // PACKAGES_PER_STOP
                if stop.drop_cost is None
                else stop.drop_cost * FINE_PER_CENT // divisor
            ),
            required=False,
        )
        for k, stop in enumerate(stops)
    ]
    depot_index = {depot.id: index for index, depot in enumerate(problem.depots)}
    types = [
        _vehicle_type(vehicles, depot_index[vehicles[0].depot], capacity, hour, span.start_s, divisor)
        for vehicles, capacity, hour in zip(fleet, capacities, hours, strict=True)
    ]
    data = pyvrp.ProblemData(
        locations=[pyvrp.Location(0, 0) for _ in range(legs.depot_count + len(stops))],
        clients=clients,
        depots=[pyvrp.Depot(location=index) for index in range(legs.depot_count)],
        vehicle_types=types,
        distance_matrices=[legs.metres],
        duration_matrices=[legs.seconds],
    )
    return PyvrpModel(
        data=data,
        stops=tuple(stops),
        fleet=fleet,
        divisor=divisor,
        mean_leg_cost=max(
            int(kind.unit_distance_cost * legs.metres.mean() + kind.unit_duration_cost * legs.seconds.mean())
            for kind in types
        ),
    )


class _Legs:
    """(n, n) metres and seconds between locations; a closed leg takes longer than anyone works.

    Between what is bound to different depots all legs are closed: PyVRP then takes none for the other's neighbour, and
    a problem in which everything is bound falls into its parts.
    """

    def __init__(self, problem: Problem, stops: Sequence[Stop], *, closed_s: int) -> None:
        depots: Sequence[Depot] = problem.depots
        self.depot_count = len(depots)
        places = [depot.place for depot in depots] + [stop.place for stop in stops]
        grid = np.ix_(places, places)
        # PyVRP's stubs give the shape as one number, which no array has.
        self.seconds: Any = problem.seconds[grid].astype(np.int64)
        self.metres: Any = problem.metres[grid].astype(np.int64)
        closed = (self.seconds == UNREACHABLE) | (self.metres == UNREACHABLE)
        index_of = {depot.id: index for index, depot in enumerate(depots)}
        bound = np.array([*range(len(depots)), *(-1 if stop.depot is None else index_of[stop.depot] for stop in stops)])
        closed |= (bound[:, None] != bound[None, :]) & (bound[:, None] >= 0) & (bound[None, :] >= 0)
        self.metres[closed] = 0
        self.longest_m = int(self.metres.max())
        self.metres[closed] = self.longest_m  # its price need only not tempt
        self.seconds[closed] = closed_s
        self.seconds = np.minimum(self.seconds, closed_s)


def _fleet(problem: Problem) -> tuple[tuple[Vehicle, ...], ...]:
    """The vehicles that have hours, those together that differ in nothing but their names."""
    kinds: dict[tuple[object, ...], list[Vehicle]] = {}
    for vehicle in problem.vehicles:
        hours = problem.hours_of(vehicle)
        if hours.start_s <= hours.end_s:
            kinds.setdefault(astuple(replace(vehicle, id="", type="", shift=hours)), []).append(vehicle)
    return tuple(tuple(vehicles) for vehicles in kinds.values())


def _divisor(fleet: Sequence[Sequence[Vehicle]], hours: Sequence[TimeWindow], legs: _Legs) -> int:
    """What all prices are divided by: exactly, or so far that the cheapest keeps UNITS_PER_PRICE_MIN units.

    Where prices are so far apart that a whole plan would pass LARGEST_TOTAL, the cheapest keeps fewer.
    """
    prices = {vehicles[0].cost_per_km * FINE_PER_METRE for vehicles in fleet}
    prices |= {vehicles[0].cost_per_h * FINE_PER_SECOND for vehicles in fleet}
    exact = math.gcd(*prices, *(vehicles[0].fixed_cost * FINE_PER_CENT for vehicles in fleet))
    rounded = min((price for price in prices if price), default=FINE_PER_CENT) // UNITS_PER_PRICE_MIN
    total = sum(
        len(vehicles) * _dearest_day(vehicles[0], hour, legs) for vehicles, hour in zip(fleet, hours, strict=True)
    ) + legs.longest_m * len(legs.metres) * FINE_PER_METRE * max(vehicles[0].cost_per_km for vehicles in fleet)
    return max(1, exact, rounded, total // LARGEST_TOTAL)


def _dearest_day(vehicle: Vehicle, hours: TimeWindow, legs: _Legs) -> int:
    """A whole day of the vehicle over the longest legs out and back, in fine units."""
    return vehicle.fixed_cost * FINE_PER_CENT + drive_cost_fine(
        vehicle, metres=2 * legs.longest_m, seconds=hours.end_s - hours.start_s
    )


def _prize(fleet: Sequence[Sequence[Vehicle]], hours: Sequence[TimeWindow], legs: _Legs, divisor: int) -> int:
    """What serving a stop without a `drop_cost` is worth: a day of the dearest vehicle on the longest legs, twice.

    The whole plan's cost, which would put serving before money once and for all, would also make lateness worth its
    price. What this leaves out in vain is inserted afterwards, and a plan that serves less never replaces one that
    serves more.
    """
    dearest = max(_dearest_day(vehicles[0], hour, legs) for vehicles, hour in zip(fleet, hours, strict=True))
    return 1 + 2 * dearest // divisor


def _loads(
    problem: Problem, fleet: Sequence[Sequence[Vehicle]], stops: Sequence[Stop]
) -> tuple[NDArray[np.int64], list[list[int]]]:
    """Demands, (stops, loads), and each type's capacities; what cannot bind is left out.

    That goods lie at one depot is a load too: its vehicles can carry all of it, the others nothing. Where no stop is
    free of depots the closed legs say it.
    """
    limits: list[tuple[list[int], list[int | None]]] = [
        ([stop.demand_g for stop in stops], [vehicles[0].capacity_g for vehicles in fleet]),
        ([stop.packages for stop in stops], [vehicles[0].capacity_packages for vehicles in fleet]),
        ([stop.volume_ml for stop in stops], [vehicles[0].capacity_ml for vehicles in fleet]),
    ]
    bound_depots = [] if all(stop.depot is not None for stop in stops) else problem.depots
    limits += [
        (
            [int(stop.depot == depot.id) for stop in stops],
            [None if vehicles[0].depot == depot.id else 0 for vehicles in fleet],
        )
        for depot in bound_depots
    ]
    columns: list[list[int]] = []
    capacities: list[list[int]] = [[] for _ in fleet]
    for demands, given in limits:
        total = sum(demands)
        bounds = [total if capacity is None else min(capacity, total) for capacity in given]
        if min(bounds) == total:
            continue
        scale = max(1, UNITS_PER_LOAD // max(1, *bounds))
        columns.append([amount * scale for amount in demands])
        for capacity, bound in zip(capacities, bounds, strict=True):
            capacity.append(bound * scale)
    return np.array(columns, dtype=np.int64).reshape(len(columns), len(stops)).T, capacities


def _vehicle_type(
    vehicles: Sequence[Vehicle], depot: int, capacity: list[int], hours: TimeWindow, start_s: int, divisor: int
) -> pyvrp.VehicleType:
    one = vehicles[0]
    return pyvrp.VehicleType(
        num_available=len(vehicles),
        capacity=capacity,
        start_depot=depot,
        end_depot=depot,
        fixed_cost=round(one.fixed_cost * FINE_PER_CENT / divisor),
        tw_early=hours.start_s - start_s,
        tw_late=hours.end_s - start_s,
        unit_distance_cost=round(one.cost_per_km * FINE_PER_METRE / divisor),
        unit_duration_cost=round(one.cost_per_h * FINE_PER_SECOND / divisor),
    )
