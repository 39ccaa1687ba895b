"""Which rules beyond the plain ones a problem makes use of, so that a solver refuses what it would ignore.

Plain is what every solver knows: capacities, one hard window a stop, shifts and depot hours, depots where goods lie,
drop costs, fixed costs, kilometres and hours.
"""

from collections.abc import Collection, Iterator
from enum import StrEnum

from logistics.routing.engine.problem import Problem, Stop, Vehicle


class Feature(StrEnum):
    """What a solver may not know, by the field that asks for it."""

    END_DEPOT = "end_depot"
    PROFILE = "profile"
    LONGEST_S = "longest_s"
    LONGEST_M = "longest_m"
    MOST_STOPS = "most_stops"
    RELOADS = "reloads"
    BREAKS = "breaks"
    UNDERWAY = "underway"
    FURTHER_WINDOWS = "further_windows"
    SERVICE_PER_PACKAGE = "service_s_per_package"
    LATE_PRICE = "late_cents_per_h"
    RELEASED = "released_s"
    SKILLS = "skills"
    VEHICLES_ALLOWED = "vehicles_allowed"
    VEHICLES_FORBIDDEN = "vehicles_forbidden"
    PINNED_VEHICLE = "pinned_vehicle"
    PINNED_POSITION = "pinned_position"
    TOGETHER = "together"
    PRIORITY = "priority"
    SPEEDS = "speeds"
    LONGEST_ROUTE_PRICE = "longest_route_cents_per_h"


EVERYWHERE = frozenset(
    {
        Feature.SERVICE_PER_PACKAGE,
        Feature.PRIORITY,
        Feature.SKILLS,
        Feature.VEHICLES_ALLOWED,
        Feature.VEHICLES_FORBIDDEN,
        Feature.PINNED_VEHICLE,
        Feature.TOGETHER,
        Feature.END_DEPOT,
        Feature.PROFILE,
        Feature.MOST_STOPS,
    }
)
"""What does not change when a route's stops may be served, or is asked before that."""


def used_features(problem: Problem) -> dict[Feature, str]:
    """Each feature the problem makes use of, and who asks for it first: "vehicle 'V'", "stop 'S'", "the problem"."""
    found: dict[Feature, str] = {}
    for vehicle in problem.vehicles:
        for feature in used_by_vehicle(problem, vehicle):
            found.setdefault(feature, f"vehicle {vehicle.id!r}")
    for stop in problem.stops:
        for feature in used_by_stop(stop):
            found.setdefault(feature, f"stop {stop.id!r}")
    if problem.longest_route_cents_per_h:
        found[Feature.LONGEST_ROUTE_PRICE] = "the problem"
    return found


def refusal(problem: Problem, known: Collection[Feature], solver: str) -> str | None:
    """None if the solver knows every feature in use, else a sentence that names one it does not, and the item."""
    for feature, who in used_features(problem).items():
        if feature not in known:
            return f"{who} has {feature}, which {solver} cannot express"
    return None


def used_by_vehicle(problem: Problem, vehicle: Vehicle) -> Iterator[Feature]:
    """What the vehicle asks for."""
    if vehicle.end_depot not in (None, vehicle.depot):
        yield Feature.END_DEPOT
    if vehicle.profile:
        yield Feature.PROFILE
    if problem.travel(vehicle).speeds:
        yield Feature.SPEEDS
    for feature in (Feature.LONGEST_S, Feature.LONGEST_M, Feature.MOST_STOPS, Feature.UNDERWAY):
        if getattr(vehicle, feature) is not None:
            yield feature
    for feature in (Feature.RELOADS, Feature.BREAKS):
        if getattr(vehicle, feature):
            yield feature


def used_by_stop(stop: Stop) -> Iterator[Feature]:
    """What the stop asks for."""
    for feature in (
        Feature.FURTHER_WINDOWS,
        Feature.SERVICE_PER_PACKAGE,
        Feature.SKILLS,
        Feature.VEHICLES_FORBIDDEN,
        Feature.PRIORITY,
    ):
        if getattr(stop, feature):
            yield feature
    for feature in (
        Feature.LATE_PRICE,
        Feature.RELEASED,
        Feature.VEHICLES_ALLOWED,
        Feature.PINNED_VEHICLE,
        Feature.PINNED_POSITION,
        Feature.TOGETHER,
    ):
        if getattr(stop, feature) is not None:
            yield feature
