"""Vehicles that are alike: which of several that stand idle takes a stop makes no difference."""

from collections.abc import Hashable
from dataclasses import replace

from logistics.routing.engine.problem import Problem, Vehicle


def kinds_of(problem: Problem) -> dict[str, Hashable]:
    """For each vehicle by its id what it has in common with those that differ from it in nothing but their names.

    A vehicle that a stop names is of its own kind, and of no other's.
    """
    named = {stop.pinned_vehicle for stop in problem.stops if stop.pinned_vehicle is not None}
    for stop in problem.stops:
        named |= stop.vehicles_forbidden
        if stop.vehicles_allowed is not None:
            named |= stop.vehicles_allowed
    return {vehicle.id: _kind(problem, vehicle, vehicle.id in named) for vehicle in problem.vehicles}


def _kind(problem: Problem, vehicle: Vehicle, named: bool) -> Vehicle:
    return replace(vehicle, id=vehicle.id if named else "", type="", shift=problem.hours_of(vehicle))
