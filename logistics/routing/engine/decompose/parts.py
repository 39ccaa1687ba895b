"""A part of a large problem: some of its vehicles and stops, as a problem of its own."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from logistics.routing.engine.problem import Depot, Problem, Profile, Stop, Vehicle

Routes = Mapping[int, Sequence[int]]
"""The stops of each vehicle that drives, in order; both by their number in the whole problem."""

Reloads = Mapping[int, Sequence[int]]
"""The positions in `Routes` (from 0) ahead of which each of these vehicles loads again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Vehicles and stops by their number in the whole problem, in its order; `routes` is what they drive so far, and
    `reloads` where they load again; of those not in it nobody knows."""

    vehicles: tuple[int, ...]
    stops: tuple[int, ...]
    routes: Routes
    reloads: Reloads = field(default_factory=dict)


def cut(problem: Problem, part: Part) -> Problem:
    """The part as a problem: the same ids, matrices over its own places only.

    Vehicles that a stop names but the part has not are no longer named. Promises hold as in the whole problem as long
    as the part has each vehicle that one of its stops is pinned to, and one of those that a stop allows.

    Raises:
        BadProblem: if that is not so, or a stop is pinned to a position that the part has too few stops for.
    """
    vehicles = [problem.vehicles[index] for index in part.vehicles]
    stops = [problem.stops[index] for index in part.stops]
    depots = _depots(problem, vehicles, stops)
    used_places = {depot.place for depot in depots} | {stop.place for stop in stops} | _underway(vehicles)
    places = np.array(sorted(used_places), dtype=np.int64)
    row = {int(place): index for index, place in enumerate(places)}
    names = frozenset(vehicle.id for vehicle in vehicles)
    used = {vehicle.profile for vehicle in vehicles}
    small = _Cutter(places)
    return Problem(
        depots=tuple(replace(depot, place=row[depot.place]) for depot in depots),
        vehicles=tuple(_moved(vehicle, row) for vehicle in vehicles),
        stops=tuple(_renamed(stop, row[stop.place], names) for stop in stops),
        seconds=small.of(problem.seconds),
        metres=small.of(problem.metres),
        speeds=problem.speeds,
        profiles={
            name: Profile(seconds=small.of(profile.seconds), metres=small.of(profile.metres), speeds=profile.speeds)
            for name, profile in problem.profiles.items()
            if name in used
        },
        longest_route_cents_per_h=problem.longest_route_cents_per_h,
    )


class _Cutter:
    """Small matrices; one given twice is cut once and stays one."""

    def __init__(self, places: NDArray[np.int64]) -> None:
        self._cells = np.ix_(places, places)
        self._cut: dict[int, NDArray[np.int32]] = {}

    def of(self, matrix: NDArray[np.int32]) -> NDArray[np.int32]:
        if id(matrix) not in self._cut:
            small = np.ascontiguousarray(matrix[self._cells])
            small.setflags(write=False)  # so that the problem shares it
            self._cut[id(matrix)] = small
        return self._cut[id(matrix)]


def _depots(problem: Problem, vehicles: Iterable[Vehicle], stops: Iterable[Stop]) -> list[Depot]:
    named = {depot for vehicle in vehicles for depot in (vehicle.depot, vehicle.end_depot)}
    named |= {stop.depot for stop in stops}
    return [depot for depot in problem.depots if depot.id in named]


def _underway(vehicles: Iterable[Vehicle]) -> set[int]:
    return {vehicle.underway.place for vehicle in vehicles if vehicle.underway is not None}


def _moved(vehicle: Vehicle, row: Mapping[int, int]) -> Vehicle:
    if vehicle.underway is None:
        return vehicle
    return replace(vehicle, underway=replace(vehicle.underway, place=row[vehicle.underway.place]))


def _renamed(stop: Stop, place: int, names: frozenset[str]) -> Stop:
    if stop.vehicles_allowed is None and not stop.vehicles_forbidden:
        return replace(stop, place=place)
    allowed = None if stop.vehicles_allowed is None else stop.vehicles_allowed & names
    return replace(stop, place=place, vehicles_allowed=allowed, vehicles_forbidden=stop.vehicles_forbidden & names)
