"""The problem as PyVRP reads it, and PyVRP's solutions as orders of stops.

Locations are depots and stops, not places. Times are shifted so that the earliest hour is 0. Vehicles that differ in
nothing are one vehicle type. A stop with several windows is a group of clients, one for each window, of which one is
served. Nothing that decides whether a route holds is rounded, so what holds here holds in `schedule_route`; prices are
divided by a common number and may lose up to a thousandth.

PyVRP searches through plans that break rules at a price per unit, and that price has an upper end. So a unit of load
must not be too small a part of a vehicle (a package of 150 would be carried too many for ever), and prices must not
dwarf a second of lateness.
"""

from collections.abc import Collection, Mapping, Sequence
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

RELOAD = -1
"""In an order: the vehicle comes back to its depot and loads again."""

Order = tuple[int, tuple[int, ...]]
"""A route: kind of vehicle, and stops in order by their number in the model, or RELOAD."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PyvrpModel:
    """PyVRP's data; client `c` is `stops[stop_of[c]]`, and the vehicles of type `t` are `fleet[t]`, all alike.

    `client_of` finds the client by the number of the stop and of its window.

    Depots of PyVRP from number `len(problem.depots)` on are for loading again.

    One unit of PyVRP's cost is `divisor` fine units; the dearest vehicle pays `mean_leg_cost` of them for a mean leg.
    """

    problem: Problem
    data: pyvrp.ProblemData
    stops: tuple[Stop, ...]
    client_of: Mapping[tuple[int, int], int]
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
        """The routes of a solution, in PyVRP's order, without trips that serve nobody."""
        routes = []
        for route in solution.routes():
            order: list[int] = []
            for activity in route:
                if activity.is_client():
                    order.append(self.stop_of[activity.idx])
                elif order and order[-1] != RELOAD and activity.idx >= len(self.problem.depots):
                    order.append(RELOAD)
            routes.append((route.vehicle_type(), tuple(order[:-1] if order[-1:] == [RELOAD] else order)))
        return routes

    def orders(self, routes: Sequence[Order]) -> dict[str, list[Stop]]:
        """Each vehicle's stops in order."""
        return {
            vehicle: [self.stops[number] for number in order if number != RELOAD]
            for vehicle, order in self._driven(routes).items()
        }

    def reloads(self, routes: Sequence[Order]) -> dict[str, list[int]]:
        """The positions of the stops ahead of which each vehicle loads again."""
        return {
            vehicle: [at - found for found, at in enumerate(at for at, one in enumerate(order) if one == RELOAD)]
            for vehicle, order in self._driven(routes).items()
        }

    def _driven(self, routes: Sequence[Order]) -> dict[str, tuple[int, ...]]:
        free = [iter(vehicles) for vehicles in self.fleet]
        return {next(free[kind]).id: order for kind, order in routes}

    def solution(
        self, orders: Mapping[str, Sequence[Stop]], reloads: Mapping[str, Sequence[int]] | None = None
    ) -> pyvrp.Solution:
        """The same orders as PyVRP's solution."""
        type_of = {vehicle.id: kind for kind, vehicles in enumerate(self.fleet) for vehicle in vehicles}
        number_of = {stop.id: number for number, stop in enumerate(self.stops)}
        routes = []
        for vehicle, order in orders.items():
            reload_before = (reloads or {}).get(vehicle, ())
            activities = []
            windows = self._windows(vehicle, order, reload_before)
            for position, (stop, window) in enumerate(zip(order, windows, strict=True)):
                if position in reload_before:
                    depot = self.data.vehicle_type(type_of[vehicle]).reload_depots[0]
                    activities.append(pyvrp.Activity(pyvrp.ActivityType.DEPOT, depot))
                activities.append(pyvrp.Activity(pyvrp.ActivityType.CLIENT, self.client_of[number_of[stop.id], window]))
            routes.append(pyvrp.Route(self.data, activities, type_of[vehicle]))
        return pyvrp.Solution(self.data, routes)

    def _windows(self, vehicle: str, order: Sequence[Stop], reload_before: Collection[int]) -> list[int]:
        """For each stop the number of the window in which it is served."""
        if not any(stop.further_windows for stop in order):
            return [0] * len(order)
        route = schedule_route(self.problem, self.problem.vehicle(vehicle), order, reload_before)
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
    clients, groups, client_of = _clients(stops, loads, prices, legs, span)
    depots = _Depots(problem, fleet, span)
    types = [
        _vehicle_type(fleet, kind, depots, hours[kind], span, loads, prices, legs) for kind in range(len(fleet.kinds))
    ]
    data = pyvrp.ProblemData(
        locations=[pyvrp.Location(0, 0) for _ in range(legs.depot_count + len(stops))],
        clients=clients,
        depots=depots.all,
        vehicle_types=types,
        distance_matrices=legs.metres,
        duration_matrices=legs.seconds,
        groups=groups,
    )
    return PyvrpModel(
        problem=problem,
        data=data,
        stops=tuple(stops),
        client_of=client_of,
        stop_of=tuple(number for number, _ in client_of),
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


class _Depots:
    """The problem's depots, and one more for each loading time at one: what PyVRP counts at a depot is its own."""

    def __init__(self, problem: Problem, fleet: Fleet, span: TimeWindow) -> None:
        self.number_of = {depot.id: number for number, depot in enumerate(problem.depots)}
        self.to_load: dict[tuple[str, int], int] = {}
        self.all = [pyvrp.Depot(location=number) for number in range(len(problem.depots))]
        for one in (vehicles[0] for vehicles in fleet.kinds if vehicles[0].reloads):
            key = one.depot, one.reload_s
            if key not in self.to_load:
                self.to_load[key] = len(self.all)
                closes_s = max(0, problem.depot(one.depot).closes_s - span.start_s)
                self.all.append(
                    pyvrp.Depot(location=self.number_of[one.depot], service_duration=one.reload_s, tw_late=closes_s)
                )


def _clients(
    stops: Sequence[Stop], loads: Loads, prices: Prices, legs: Legs, span: TimeWindow
) -> tuple[list[pyvrp.Client], list[pyvrp.ClientGroup], dict[tuple[int, int], int]]:
    """A client for each window of each stop, the groups of those that exclude each other, and the client of each."""
    clients: list[pyvrp.Client] = []
    groups: list[pyvrp.ClientGroup] = []
    client_of: dict[tuple[int, int], int] = {}
    for number, stop in enumerate(stops):
        windows = _open_windows(stop, span)
        if len(windows) > 1:
            groups.append(pyvrp.ClientGroup(list(range(len(clients), len(clients) + len(windows))), required=False))
        for which, early_s, late_s, release_s in windows:
            client_of[number, which] = len(clients)
            clients.append(
                pyvrp.Client(
                    location=legs.depot_count + number,
                    delivery=[int(amount) for amount in loads.demands[number]],
                    service_duration=stop.serving_s,
                    tw_early=early_s,
                    tw_late=late_s,
                    release_time=release_s,
                    prize=prices.prizes[number],
                    required=False,
                    group=len(groups) - 1 if len(windows) > 1 else None,
                )
            )
    return clients, groups, client_of


def _open_windows(stop: Stop, span: TimeWindow) -> list[tuple[int, int, int, int]]:
    """The windows in which the stop may be served: number, start, end and release, counted from the span's start.

    A window that ends before the hours or the release begin is none. If no other is left, it is the last moment.
    """
    horizon_s = span.end_s - span.start_s
    release_s = 0 if stop.released_s is None else max(0, stop.released_s - span.start_s)
    found = []
    for number, window in enumerate(stop.windows):
        early_s = max(0, window.start_s - span.start_s)
        late_s = min(span.end_s, window.end_s) - span.start_s
        if max(early_s, release_s) <= late_s:
            found.append((number, early_s, late_s, release_s))
    return found or [(0, horizon_s, horizon_s, min(release_s, horizon_s))]


def _vehicle_type(
    fleet: Fleet,
    kind: int,
    depots: _Depots,
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
        start_depot=depots.number_of[one.depot],
        end_depot=depots.number_of[one.depot if one.end_depot is None else one.end_depot],
        reload_depots=[depots.to_load[one.depot, one.reload_s]] if one.reloads else [],
        max_reloads=one.reloads,
        fixed_cost=round(one.fixed_cost * FINE_PER_CENT / prices.divisor),
        tw_early=hours.start_s - span.start_s,
        tw_late=hours.end_s - span.start_s,
        unit_distance_cost=round(one.cost_per_km * FINE_PER_METRE / prices.divisor),
        unit_duration_cost=round(one.cost_per_h * FINE_PER_SECOND / prices.divisor),
        profile=legs.profiles.index(one.profile),
        shift_duration=UNLIMITED if one.longest_s is None else one.longest_s,
        max_distance=UNLIMITED if one.longest_m is None else one.longest_m,
    )
