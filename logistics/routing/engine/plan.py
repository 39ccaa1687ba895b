"""What a solver hands back: routes with times, dropped stops with reasons, and what it all costs."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """One stop on a route.

    `travel_s` and `travel_m` belong to the leg that leads here. The vehicle arrives at `arrival_s`, waits if it is
    early, serves from `start_s` to `departure_s`, and then has `load_after_g` grams of the goods of this trip aboard.
    """

    stop: str
    travel_s: int
    travel_m: int
    arrival_s: int
    start_s: int
    departure_s: int
    load_after_g: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Reload:
    """The vehicle comes back to its depot before visit number `before` (from 0) and loads again.

    `travel_s` and `travel_m` belong to the leg to the depot; the visit's own leg then starts there.
    """

    before: int
    travel_s: int
    travel_m: int
    arrival_s: int
    departure_s: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Rest:
    """A break that is taken on the road, from `start_s` to `end_s`.

    It lies before visit number `before` (from 0; the number of visits for the way home): on arrival there and before
    service if `on_arrival`, else where the vehicle stood before the leg. Rests before departure and after return are
    not listed.
    """

    before: int
    on_arrival: bool
    start_s: int
    end_s: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """One vehicle's journey from its start over its stops to its end.

    `distance_m` is the sum of all legs, those to reloads and the last one included.
    """

    vehicle: str
    depart_s: int
    return_s: int
    distance_m: int
    visits: tuple[Visit, ...]
    return_travel_s: int
    return_travel_m: int
    reloads: tuple[Reload, ...] = ()
    rests: tuple[Rest, ...] = ()


class DropReason(StrEnum):
    """Why a stop is not served. All but the last two hold even if the fleet had nothing else to do."""

    NO_VEHICLE = "no_vehicle"
    """No vehicle at the depot where its goods lie, or none that is allowed."""
    NO_SKILL = "no_skill"
    """No vehicle has the skills it asks for."""

    UNREACHABLE = "unreachable"
    """No road from or back to the depot of any vehicle that may serve it."""
    TOO_HEAVY = "too_heavy"
    """Heavier than any vehicle that may serve it can carry."""
    TOO_MANY_PACKAGES = "too_many_packages"
    TOO_LARGE = "too_large"
    """More volume than any vehicle that may serve it can carry."""
    WINDOW_UNREACHABLE = "window_unreachable"
    """No vehicle can start service inside the window and still be back in time."""
    TOO_FAR = "too_far"
    """There and back is more than any vehicle may drive."""
    TOO_LONG = "too_long"
    """There and back takes longer than any vehicle may be out."""
    PIN_IMPOSSIBLE = "pin_impossible"
    """The vehicle it is pinned to cannot reach that position: too few other stops (in the plan, or at all), or they
    leave no time."""
    TOGETHER = "together"
    """Another stop that must be on the same vehicle cannot be served with it."""
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

    `cost` is the money of the driven routes in cents: fixed costs, kilometres, hours, lateness, and the price on the
    longest route, rounded once over the whole plan; what dropping stops is priced at is not in it. `seconds` is the
    wall time spent, left out of comparison so that two equal plans are equal. `solutions` counts the solutions the
    solver met.
    """

    routes: tuple[Route, ...]
    dropped: tuple[Dropped, ...]
    cost: int
    solver: str
    seconds: float = field(compare=False)
    solutions: int
