"""The problem as PyVRP reads it, and PyVRP's solutions as orders of stops.

Locations are depots and stops, not places. Times are shifted so that the earliest hour is 0. Vehicles that differ in
nothing are one vehicle type. A stop with several windows is a group of clients, one for each window, of which one is
served. Nothing that decides whether a route holds is rounded, so what holds here holds in `schedule_route`; prices are
divided by a common number and may lose up to a thousandth.

PyVRP searches through plans that break rules at a price per unit, and that price has an upper end. So a unit of load
must not be too small a part of a vehicle (a package of 150 would be carried too many for ever), and prices must not
dwarf a second of lateness.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pyvrp

from logistics.routing.engine.costs import FINE_PER_CENT, FINE_PER_METRE, FINE_PER_SECOND
from logistics.routing.engine.problem import Problem, Stop, TimeWindow, Vehicle
from logistics.routing.engine.schedule import schedule_route
from logistics.routing.engine.solvers.pyvrp_fleet import Fleet, fleet_of
from logistics.routing.engine.solvers.pyvrp_legs import Legs
from logistics.routing.engine.solvers.pyvrp_loads import Loads, loads_of
from logistics.routing.engine.solvers.pyvrp_prices import Prices, prices_of

UNLIMITED = 2**63 - 1
"""PyVRP's number for no limit."""

Order = tuple[int, tuple[int, ...]]
"""A route: kind of vehicle, and stops in order by their number in the model."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PyvrpModel:
    """PyVRP's data; client `c` is `stops[stop_of[c]]`, and the vehicles of type `t` are `fleet[t]`, all alike.

    One unit of PyVRP's cost is `divisor` fine units; the dearest vehicle pays `mean_leg_cost` of them for a mean leg.
    """

    problem: Problem
    data: pyvrp.ProblemData
    stops: tuple[Stop, ...]
    stop_of: tuple[int, ...]
    fleet: tuple[tuple[Vehicle, ...], ...]
    divisor: int
    mean_leg_cost: int

    @property
    def prizes(self) -> list[int]:
        """What serving each stop is worth, in PyVRP's units."""
        prizes = [0] * len(self.stops)
        for client, stop in zip(self.data.clients(), self.stop_of, strict=True):
            prizes[stop] = client.prize
        return prizes

    def routes_of(self, solution: pyvrp.Solution) -> list[Order]:
        """The routes of a solution, in PyVRP's order."""
        return [
            (route.vehicle_type(), tuple(self.stop_of[activity.idx] for activity in route if activity.is_client()))
            for route in solution.routes()
        ]

    def orders(self, routes: Sequence[Order]) -> dict[str, list[Stop]]:
        """Each vehicle's stops in order."""
        free = [iter(vehicles) for vehicles in self.fleet]
        return {next(free[kind]).id: [self.stops[stop] for stop in stops] for kind, stops in routes}

    def solution(self, orders: Mapping[str, Sequence[Stop]]) -> pyvrp.Solution:
        """The same orders as PyVRP's solution."""
        type_of = {vehicle.id: kind for kind, vehicles in enumerate(self.fleet) for vehicle in vehicles}
        first_of = {self.stops[stop].id: client for client, stop in reversed(list(enumerate(self.stop_of)))}
        routes = [
            pyvrp.Route(
                self.data,
                [first_of[stop.id] + chosen for stop, chosen in zip(order, self._windows(vehicle, order), strict=True)],
                type_of[vehicle],
            )
            for vehicle, order in orders.items()
        ]
        return pyvrp.Solution(self.data, routes)

    def _windows(self, vehicle: str, order: Sequence[Stop]) -> list[int]:
        """For each stop the number of the window in which it is served."""
        if not any(stop.further_windows for stop in order):
            return [0] * len(order)
        route = schedule_route(self.problem, self.problem.vehicle(vehicle), order)
        return [
            sum(visit.start_s > window.end_s for window in stop.windows)
            for stop, visit in zip(order, route.visits, strict=True)
        ]


def build_model(problem: Problem, stops: Sequence[Stop]) -> PyvrpModel:
    """The model for all vehicles that have hours to work in and the given stops, each served by one of them or not.

    There must be at least one such vehicle and stop.
    """
    fleet = fleet_of(problem, stops)
    if not fleet.kinds or not stops:
        raise AssertionError("a model needs a vehicle and a stop")
    hours = [problem.hours_of(vehicles[0]) for vehicles in fleet.kinds]
    span = TimeWindow(start_s=min(h.start_s for h in hours), end_s=max(h.end_s for h in hours))
    legs = Legs(problem, stops, fleet, closed_s=span.end_s - span.start_s + 1)
    prices = prices_of(fleet, stops, hours, legs)
    loads = loads_of(fleet, stops, legs)
    clients, groups, stop_of = _clients(stops, loads, prices, legs, span)
    depot_of = {depot.id: index for index, depot in enumerate(problem.depots)}
    types = [
        _vehicle_type(fleet, kind, depot_of, hours[kind], span, loads, prices, legs) for kind in range(len(fleet.kinds))
    ]
    data = pyvrp.ProblemData(
        locations=[pyvrp.Location(0, 0) for _ in range(legs.depot_count + len(stops))],
        clients=clients,
        depots=[pyvrp.Depot(location=index) for index in range(legs.depot_count)],
        vehicle_types=types,
        distance_matrices=legs.metres,
        duration_matrices=legs.seconds,
        groups=groups,
    )
    return PyvrpModel(
        problem=problem,
        data=data,
        stops=tuple(stops),
        stop_of=tuple(stop_of),
        fleet=fleet.kinds,
        divisor=prices.divisor,
        mean_leg_cost=max(
            int(
                kind.unit_distance_cost * legs.metres[kind.profile].mean()
                + kind.unit_duration_cost * legs.seconds[kind.profile].mean()
            )
            for kind in types
        ),
    )


def _clients(
    stops: Sequence[Stop], loads: Loads, prices: Prices, legs: Legs, span: TimeWindow
) -> tuple[list[pyvrp.Client], list[pyvrp.ClientGroup], list[int]]:
    """A client for each window of each stop, the groups of those that exclude each other, and each client's stop."""
    clients: list[pyvrp.Client] = []
    groups: list[pyvrp.ClientGroup] = []
    stop_of: list[int] = []
    horizon_s = span.end_s - span.start_s
    for number, stop in enumerate(stops):
        group = None
        if stop.further_windows:
            group = len(groups)
            copies = range(len(clients), len(clients) + len(stop.windows))
            groups.append(pyvrp.ClientGroup(list(copies), required=False))
        for window in stop.windows:
            # A window outside all hours becomes the moment of the span that is nearest, where legs take too long.
            early_s = min(max(0, window.start_s - span.start_s), horizon_s)
            clients.append(
                pyvrp.Client(
                    location=legs.depot_count + number,
                    delivery=[int(amount) for amount in loads.demands[number]],
                    service_duration=stop.serving_s,
                    tw_early=early_s,
                    tw_late=max(early_s, min(span.end_s, window.end_s) - span.start_s),
                    release_time=0 if stop.released_s is None else max(0, stop.released_s - span.start_s),
                    prize=prices.prizes[number],
                    required=False,
                    group=group,
                )
            )
            stop_of.append(number)
    return clients, groups, stop_of


def _vehicle_type(
    fleet: Fleet,
    kind: int,
    depot_of: Mapping[str, int],
    hours: TimeWindow,
    span: TimeWindow,
    loads: Loads,
    prices: Prices,
    legs: Legs,
) -> pyvrp.VehicleType:
    vehicles = fleet.kinds[kind]
    one = vehicles[0]
    return pyvrp.VehicleType(
        num_available=len(vehicles),
        capacity=loads.capacities[kind],
        start_depot=depot_of[one.depot],
        end_depot=depot_of[one.depot if one.end_depot is None else one.end_depot],
        fixed_cost=round(one.fixed_cost * FINE_PER_CENT / prices.divisor),
        tw_early=hours.start_s - span.start_s,
        tw_late=hours.end_s - span.start_s,
        unit_distance_cost=round(one.cost_per_km * FINE_PER_METRE / prices.divisor),
        unit_duration_cost=round(one.cost_per_h * FINE_PER_SECOND / prices.divisor),
        profile=legs.profiles.index(one.profile),
        shift_duration=UNLIMITED if one.longest_s is None else one.longest_s,
        max_distance=UNLIMITED if one.longest_m is None else one.longest_m,
    )
