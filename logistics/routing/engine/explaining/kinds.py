"""Vehicles that can do the same, as one: a fleet of hundreds is mostly a handful of kinds."""

import dataclasses
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from logistics.routing.engine.problem import Problem, Stop, Vehicle


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """Vehicles that differ in their ids, types and prices only; `vehicle` is the first of them."""

    vehicle: Vehicle
    members: frozenset[str]

    def serving(self, stop: Stop) -> frozenset[str]:
        """The ids of those that the stop's pin, allowance and ban leave."""
        left = self.members
        if stop.vehicles_forbidden:
            left -= stop.vehicles_forbidden
        if stop.vehicles_allowed is not None:
            left &= stop.vehicles_allowed
        if stop.pinned_vehicle is not None:
            left &= {stop.pinned_vehicle}
        return left


def kinds_of(problem: Problem) -> tuple[Kind, ...]:
    """The kinds of the fleet, in the order of their first vehicles."""
    members: dict[Vehicle, list[Vehicle]] = defaultdict(list)
    for vehicle in problem.vehicles:
        alike = dataclasses.replace(vehicle, id="", type="", fixed_cost=0, cost_per_km=0, cost_per_h=0)
        members[alike].append(vehicle)
    return tuple(
        Kind(vehicle=vehicles[0], members=frozenset(vehicle.id for vehicle in vehicles))
        for vehicles in members.values()
    )


def names_vehicles(stop: Stop) -> bool:
    """Whether the stop tells vehicles apart by their ids."""
    return stop.pinned_vehicle is not None or stop.vehicles_allowed is not None or bool(stop.vehicles_forbidden)


def ids(members: Iterable[str]) -> str:
    """Names for a sentence, in order."""
    return ", ".join(sorted(members))
