"""What a split asks of a problem again and again: where everything lies, who may serve what, how much each takes."""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Sequence
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from logistics.routing.engine.decompose.positions import Plane, positions
from logistics.routing.engine.problem import UNREACHABLE, Problem, Stop, Vehicle

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Item = TypeVar("Item")

# What a stop's leg is taken to be: that to the nearest of so many stops drawn at random, over √ of how many more there
# are (in a plane, twice the density means legs shorter by √2).
SAMPLE = 256


class Atlas:
    """Stops and vehicles by number; arrays are made once.

    `stops_at` (stops, 2) and `starts_at` (vehicles, 2) are positions in the plane. `need` (stops,) and `supply`
    (vehicles,) are shares of what the whole fleet can do, in the measure that is scarcest: grams, packages,
    millilitres, number of stops or time.
    """

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        plane = positions(problem.seconds)
        self.stops_at: Plane = plane[[stop.place for stop in problem.stops]]
        self.starts_at: Plane = plane[[problem.start_place(vehicle) for vehicle in problem.vehicles]]
        self.number_of_stop = {stop.id: index for index, stop in enumerate(problem.stops)}
        self.number_of_vehicle = {vehicle.id: index for index, vehicle in enumerate(problem.vehicles)}
        self._access = _Access(problem)
        self.need, self.supply = _shares(problem)
        self._mates = _mates(problem.stops)

    def able(self, stops: Sequence[int]) -> Flags:
        """(vehicles,): which vehicles may serve all of these stops."""
        return self._access.able(stops)

    def groups(self, stops: Iterable[int]) -> list[list[int]]:
        """The stops by what must be on one vehicle, each with those of its group that are among the given."""
        found: dict[Hashable, list[int]] = defaultdict(list)
        for stop in stops:
            mate = self._mates[stop]
            found[stop if mate is None else mate].append(stop)
        return list(found.values())


class _Access:
    """Who may serve what, asked once for each kind of stop and kind of vehicle."""

    def __init__(self, problem: Problem) -> None:
        named = {vehicle for stop in problem.stops for vehicle in _names(stop)}
        stop_kinds, self.classes = _kinds(problem.stops, _stop_key)
        vehicle_kinds, self._vehicle_kinds = _kinds(
            problem.vehicles, lambda it: (it.depot, it.skills, it.id if it.id in named else None)
        )
        self._may = np.array(
            [[problem.may_serve(vehicle, stop) for vehicle in vehicle_kinds] for stop in stop_kinds], dtype=np.bool_
        ).reshape(len(stop_kinds), len(vehicle_kinds))
        self._known: dict[frozenset[int], Flags] = {}

    def able(self, stops: Sequence[int]) -> Flags:
        kinds = frozenset(self.classes[stop] for stop in stops)
        if kinds not in self._known:
            may: Flags = np.logical_and.reduce(self._may[sorted(kinds)], axis=0)
            self._known[kinds] = may[self._vehicle_kinds]
        return self._known[kinds]


def _names(stop: Stop) -> set[str]:
    pinned = set() if stop.pinned_vehicle is None else {stop.pinned_vehicle}
    return pinned | set(stop.vehicles_allowed or ()) | stop.vehicles_forbidden


def _stop_key(stop: Stop) -> Hashable:
    return stop.depot, stop.skills, stop.pinned_vehicle, stop.vehicles_allowed, stop.vehicles_forbidden


def _kinds(items: Sequence[Item], key: Callable[[Item], Hashable]) -> tuple[list[Item], list[int]]:
    """One item of each kind, and the kind of every item."""
    first: dict[Hashable, int] = {}
    examples: list[Item] = []
    numbers: list[int] = []
    for item in items:
        kind = first.setdefault(key(item), len(examples))
        if kind == len(examples):
            examples.append(item)
        numbers.append(kind)
    return examples, numbers


def _mates(stops: Sequence[Stop]) -> list[Hashable]:
    """What each stop must share a vehicle for, or None: a group, or the vehicle it is pinned to.

    A stop of a group that is pinned pins the group.
    """
    pinned_groups = {
        stop.together: stop.pinned_vehicle
        for stop in stops
        if stop.together is not None and stop.pinned_vehicle is not None
    }
    mates: list[Hashable] = []
    for stop in stops:
        vehicle = stop.pinned_vehicle or (None if stop.together is None else pinned_groups.get(stop.together))
        if vehicle is not None:
            mates.append(("pinned", vehicle))
        else:
            mates.append(None if stop.together is None else ("together", stop.together))
    return mates


def _shares(problem: Problem) -> tuple[Floats, Floats]:
    stops, vehicles = problem.stops, problem.vehicles
    asked = np.array([[it.demand_g, it.packages, it.volume_ml, 1] for it in stops], dtype=np.float64).reshape(-1, 4)
    total = asked.sum(axis=0)
    offered = np.array([_capacities(vehicle, total) for vehicle in vehicles], dtype=np.float64).reshape(-1, 4)
    asked = np.column_stack([asked, _times(problem)])
    offered = np.column_stack([offered, [_hours_s(problem, vehicle) for vehicle in vehicles]])
    fleet = np.maximum(offered.sum(axis=0), 1.0)
    scarcest = int((asked.sum(axis=0) / fleet).argmax())
    return asked[:, scarcest] / fleet[scarcest], offered[:, scarcest] / fleet[scarcest]


def _capacities(vehicle: Vehicle, total: Floats) -> list[float]:
    trips = 1 + vehicle.reloads
    given = (vehicle.capacity_g, vehicle.capacity_packages, vehicle.capacity_ml, vehicle.most_stops)
    return [
        most if limit is None else min(float(limit * trips), most)
        for limit, most in zip(given, total.tolist(), strict=True)
    ]


def _hours_s(problem: Problem, vehicle: Vehicle) -> float:
    hours = problem.hours_of(vehicle)
    span_s = max(0, hours.end_s - hours.start_s)
    return float(span_s if vehicle.longest_s is None else min(span_s, vehicle.longest_s))


def _times(problem: Problem) -> Floats:
    """Seconds that each stop takes about: service, a short leg, and its share of the way from its nearest depot."""
    stops = problem.stops
    if not stops:
        return np.zeros(0)
    places = np.array([stop.place for stop in stops], dtype=np.int64)
    serving = np.array([stop.serving_s for stop in stops], dtype=np.float64)
    step = max(1, len(stops) // SAMPLE)
    sample = places[::step]
    legs = problem.seconds[np.ix_(sample, places)].astype(np.float64)
    legs[(legs == 0) | (legs == UNREACHABLE)] = np.inf
    short = legs.min(axis=0, initial=np.inf) / np.sqrt(step)
    homes = sorted({depot.place for depot in problem.depots})
    away = problem.seconds[np.ix_(np.array(homes, dtype=np.int64), places)].astype(np.float64)
    away[away == UNREACHABLE] = np.inf
    trips = min(1.0, len(problem.vehicles) / len(stops))
    times = serving + np.where(np.isfinite(short), short, 0.0)
    nearest = away.min(axis=0, initial=np.inf)
    result: Floats = times + 2.0 * trips * np.where(np.isfinite(nearest), nearest, 0.0)
    return result
