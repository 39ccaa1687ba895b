"""What a solver hands back: routes with times, dropped stops with reasons, and what it all costs."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """One stop on a route.

    `travel_s` and `travel_m` belong to the leg that leads here. The vehicle arrives at `arrival_s`, waits if it is
    early, serves from `start_s` to `departure_s`, and has `load_after_g` grams still aboard when it leaves.
    """

    stop: str
    travel_s: int
    travel_m: int
    arrival_s: int
    start_s: int
    departure_s: int
    load_after_g: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """One vehicle's journey from its depot over its stops and back; `distance_m` includes the last leg."""

    vehicle: str
    depart_s: int
    return_s: int
    distance_m: int
    visits: tuple[Visit, ...]
    return_travel_s: int
    return_travel_m: int


class DropReason(StrEnum):
    """Why a stop is not served. All but the last two hold even if the fleet had nothing else to do."""

    UNREACHABLE = "unreachable"
    """No road from or back to the depot of any vehicle that may serve it."""
    TOO_HEAVY = "too_heavy"
    """Heavier than any vehicle that may serve it can carry."""
    TOO_MANY_PACKAGES = "too_many_packages"
    TOO_LARGE = "too_large"
    """More volume than any vehicle that may serve it can carry."""
    WINDOW_UNREACHABLE = "window_unreachable"
    """No vehicle can start service inside the window and still be back in time."""
    NO_VEHICLE = "no_vehicle"
    """No vehicle at the depot where its goods lie."""
    FLEET_FULL = "fleet_full"
    """It fits alone, but no route of the plan has time and load left for it."""
    NOT_WORTH_IT = "not_worth_it"
    """A route has room, but serving the stop costs more than the `drop_cost` the caller set on it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dropped:
    """A stop the plan leaves out, with the numbers a sentence about it needs (units in the keys)."""

    stop: str
    reason: DropReason
    detail: Mapping[str, int | str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Routes in the order of the problem's vehicles; every stop is in exactly one route or dropped.

    `cost` is the money of the driven routes in cents, rounded once over the whole plan; what dropping stops is priced
    at is not in it. `seconds` is the wall time spent, left out of comparison so that two equal plans are equal.
    `solutions` counts the solutions the solver met.
    """

    routes: tuple[Route, ...]
    dropped: tuple[Dropped, ...]
    cost: int
    solver: str
    seconds: float = field(compare=False)
    solutions: int
