"""Cheapest insertion of left-out stops into given routes, in constant time per position.

Used after a search, so that "the fleet is full" is a fact and not a sign of a short time limit, and as the plan of last
resort when a search found nothing in time. For each position the earliest start (forward) and the latest start that
keeps all later windows (backward) are kept, so an insertion is tested with two legs (Solomon 1987, DOI
10.1287/opre.35.2.254, push forward).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from logistics.routing.engine.costs import FINE_PER_CENT, drive_cost_fine
from logistics.routing.engine.problem import UNREACHABLE, Problem, Stop, Vehicle


@dataclass(frozen=True, slots=True, kw_only=True)
class Insertion:
    """A place for a stop: before position `index` of the vehicle's route, at `cost_fine` more (waiting not counted)."""

    vehicle: str
    index: int
    cost_fine: int


class OpenRoute:
    """A vehicle's order of stops that can take more, with the slack that tells whether it can."""

    def __init__(self, problem: Problem, vehicle: Vehicle, stops: Iterable[Stop] = ()) -> None:
        self.problem = problem
        self.vehicle = vehicle
        self.stops = list(stops)
        self._home = problem.depot(vehicle.depot).place
        self._hours = problem.hours_of(vehicle)
        self._refresh()

    def cheapest(self, stop: Stop) -> Insertion | None:
        """The cheapest position that breaks no rule, or None if there is none."""
        if not self.problem.may_serve(self.vehicle, stop) or not self._fits(stop):
            return None
        best: Insertion | None = None
        for index in range(len(self.stops) + 1):
            cost = self._cost_at(index, stop)
            if cost is not None and (best is None or cost < best.cost_fine):
                best = Insertion(vehicle=self.vehicle.id, index=index, cost_fine=cost)
        return best

    def insert(self, stop: Stop, index: int) -> None:
        """Puts the stop before position `index`; the caller has it from `cheapest`."""
        self.stops.insert(index, stop)
        self._refresh()

    def _fits(self, stop: Stop) -> bool:
        vehicle = self.vehicle
        return (
            self._load_g + stop.demand_g <= vehicle.capacity_g
            and self._packages + stop.packages <= vehicle.capacity_packages
            and (vehicle.capacity_ml is None or self._volume_ml + stop.volume_ml <= vehicle.capacity_ml)
        )

    def _cost_at(self, index: int, stop: Stop) -> int | None:
        """Fine units the insertion adds, waiting not counted; None if a window, the shift or a road forbids it."""
        before, after = self._places[index], self._places[index + 1]
        there_s, onward_s = self.problem.leg_s(before, stop.place), self.problem.leg_s(stop.place, after)
        if there_s == UNREACHABLE or onward_s == UNREACHABLE:
            return None
        start_s = max(self._ready_s[index] + there_s, stop.window.start_s)
        if start_s > stop.window.end_s or start_s + stop.serving_s + onward_s > self._latest_s[index]:
            return None
        leg_s, leg_m = self.problem.leg_s, self.problem.leg_m
        old_s, old_m = leg_s(before, after), leg_m(before, after)
        metres = leg_m(before, stop.place) + leg_m(stop.place, after) - old_m
        cost = drive_cost_fine(self.vehicle, metres=metres, seconds=there_s + stop.serving_s + onward_s - old_s)
        return cost if self.stops else cost + self.vehicle.fixed_cost * FINE_PER_CENT

    def _refresh(self) -> None:
        stops, leg_s = self.stops, self.problem.leg_s
        self._load_g = sum(stop.demand_g for stop in stops)
        self._packages = sum(stop.packages for stop in stops)
        self._volume_ml = sum(stop.volume_ml for stop in stops)
        self._places = [self._home, *(stop.place for stop in stops), self._home]
        # _ready_s[i]: earliest departure from place i; _latest_s[i]: latest arrival at place i + 1.
        self._ready_s = [self._hours.start_s]
        for index, stop in enumerate(stops):
            arrival_s = self._ready_s[-1] + leg_s(self._places[index], stop.place)
            self._ready_s.append(max(arrival_s, stop.window.start_s) + stop.serving_s)
        latest_s = [self._hours.end_s]
        for index in range(len(stops) - 1, -1, -1):
            onward_s = leg_s(stops[index].place, self._places[index + 2])
            latest_s.append(min(stops[index].window.end_s, latest_s[-1] - onward_s - stops[index].serving_s))
        self._latest_s = latest_s[::-1]


def open_routes(problem: Problem, orders: Mapping[str, Sequence[Stop]]) -> list[OpenRoute]:
    """One open route per vehicle of the problem; `orders` holds the stops of those that have any, by vehicle id."""
    return [OpenRoute(problem, vehicle, orders.get(vehicle.id, ())) for vehicle in problem.vehicles]


def best_insertion(routes: Iterable[OpenRoute], stop: Stop) -> tuple[OpenRoute, Insertion] | None:
    """The cheapest place for the stop over all routes, or None if no route can take it."""
    best: tuple[OpenRoute, Insertion] | None = None
    for route in routes:
        found = route.cheapest(stop)
        if found is not None and (best is None or found.cost_fine < best[1].cost_fine):
            best = (route, found)
    return best


def insert_all(routes: Sequence[OpenRoute], stops: Iterable[Stop]) -> None:
    """Inserts every stop that some route can take, those with the earliest end of window and then the heaviest first.

    A stop with a `drop_cost` is inserted only where that costs less than dropping it.
    """
    for stop in sorted(stops, key=lambda stop: (stop.window.end_s, -stop.demand_g, stop.id)):
        best = best_insertion(routes, stop)
        if best is None:
            continue
        route, place = best
        if stop.drop_cost is None or place.cost_fine < stop.drop_cost * FINE_PER_CENT:
            route.insert(stop, place.index)
