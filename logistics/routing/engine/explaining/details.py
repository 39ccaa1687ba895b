"""The numbers behind a reason, of the vehicle that comes closest to serving the stop."""

import dataclasses
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from logistics.routing.engine.explaining.alone import (
    RULES,
    Legs,
    Moments,
    arrivals,
    earliest_departure,
    earliest_start,
    first_obstacles,
    shortest_s,
)
from logistics.routing.engine.explaining.columns import StopColumns
from logistics.routing.engine.explaining.kinds import Kind, ids
from logistics.routing.engine.plan import Dropped, DropReason
from logistics.routing.engine.problem import Problem, Stop, Vehicle

Detail = dict[str, int | str]
_FAR = 2**60


def explained(problem: Problem, kinds: Sequence[Kind], columns: StopColumns) -> list[Dropped]:
    """The reasons of stops that none of these kinds can serve alone: the rule that rules out the last of them."""
    count = len(columns.stops)
    if not kinds:
        return [_dropped(stop, DropReason.NO_VEHICLE, _no_vehicle(stop)) for stop in columns.stops]
    obstacles = np.stack([first_obstacles(problem, kind, columns) for kind in kinds])
    last = obstacles.max(axis=0)
    found: list[Dropped | None] = [None] * count
    for rule in np.unique(last):
        reason, rows = RULES[rule], np.flatnonzero(last == rule)
        some = columns.take(rows)
        stopped = obstacles[:, rows] == rule
        closest = _closest(problem, reason, kinds, some, stopped)
        for index, row in enumerate(rows):
            kind = kinds[closest[index]]
            able = [other for other, here in zip(kinds, stopped[:, index], strict=True) if here]
            one = some.take(np.array([index]))
            found[row] = _dropped(one.stops[0], reason, _DETAILS[reason](problem, kind.vehicle, one, able))
    return [dropped for dropped in found if dropped is not None]


def _dropped(stop: Stop, reason: DropReason, detail: Detail) -> Dropped:
    return Dropped(stop=stop.id, reason=reason, detail=detail)


def _closest(
    problem: Problem, reason: DropReason, kinds: Sequence[Kind], columns: StopColumns, stopped: NDArray[np.bool_]
) -> NDArray[np.int64]:
    """For each stop the index of the kind that misses it by least, among those that this rule stops."""
    best = np.full(len(columns.stops), _FAR, dtype=np.int64)
    closest = np.zeros(len(columns.stops), dtype=np.int64)
    measure = _SHORTFALLS.get(reason)
    if measure is None:
        first: NDArray[np.int64] = np.argmax(stopped, axis=0)
        return first
    for index, kind in enumerate(kinds):
        rows = np.flatnonzero(stopped[index])
        if len(rows):
            short = measure(problem, kind.vehicle, columns.take(rows))
            nearer = short < best[rows]
            best[rows[nearer]] = short[nearer]
            closest[rows[nearer]] = index
    return closest


def _capacity(limit: Callable[[Vehicle], int | None]) -> Callable[[Problem, Vehicle, StopColumns], Moments]:
    def shortfall(_: Problem, vehicle: Vehicle, columns: StopColumns) -> Moments:
        return np.full(len(columns.stops), -(limit(vehicle) or 0), dtype=np.int64)

    return shortfall


def _lacking(_: Problem, vehicle: Vehicle, columns: StopColumns) -> Moments:
    by_set = np.array([len(skills - vehicle.skills) for skills in columns.skill_sets], dtype=np.int64)
    lacking: Moments = by_set[columns.skills]
    return lacking


def _too_far_by(problem: Problem, vehicle: Vehicle, columns: StopColumns) -> Moments:
    legs = Legs.of(problem, vehicle, columns)
    return legs.there_m + legs.back_m - (vehicle.longest_m or 0)


def _too_long_by(problem: Problem, vehicle: Vehicle, columns: StopColumns) -> Moments:
    return _out_s(problem, vehicle, columns) - (vehicle.longest_s or 0)


def _out_s(problem: Problem, vehicle: Vehicle, columns: StopColumns) -> Moments:
    """Seconds from the latest departure that the earliest return allows, or from where an underway one stands."""
    legs = Legs.of(problem, vehicle, columns)
    if vehicle.underway is None:
        return shortest_s(columns, legs)
    _, back = _earliest(problem, vehicle, columns)
    out_s: Moments = np.maximum(back - vehicle.underway.ready_s, shortest_s(columns, legs))
    return out_s


def _earliest(problem: Problem, vehicle: Vehicle, columns: StopColumns) -> tuple[Moments, Moments]:
    """Earliest arrival, and earliest return of who would serve after the last window too; breaks are left out."""
    legs, speeds = Legs.of(problem, vehicle, columns), problem.travel(vehicle).speeds
    arrival = arrivals(speeds, earliest_departure(problem, vehicle, columns), legs.there_s)
    late = dataclasses.replace(columns, may_be_late=np.ones(len(arrival), dtype=np.bool_))
    start = earliest_start(late, arrival)
    return arrival, arrivals(speeds, start + columns.serving_s, legs.back_s)


def _late_by(problem: Problem, vehicle: Vehicle, columns: StopColumns) -> Moments:
    arrival, back = _earliest(problem, vehicle, columns)
    late_s: Moments = np.maximum(arrival - columns.ends_s[:, -1], back - problem.hours_of(vehicle).end_s)
    return late_s


_SHORTFALLS: dict[DropReason, Callable[[Problem, Vehicle, StopColumns], Moments]] = {
    DropReason.NO_SKILL: _lacking,
    DropReason.TOO_HEAVY: _capacity(lambda vehicle: vehicle.capacity_g),
    DropReason.TOO_MANY_PACKAGES: _capacity(lambda vehicle: vehicle.capacity_packages),
    DropReason.TOO_LARGE: _capacity(lambda vehicle: vehicle.capacity_ml),
    DropReason.TOO_FAR: _too_far_by,
    DropReason.TOO_LONG: _too_long_by,
    DropReason.WINDOW_UNREACHABLE: _late_by,
}


def _no_vehicle(stop: Stop) -> Detail:
    detail: Detail = {"depot": stop.depot or "any"}
    if stop.pinned_vehicle is not None:
        detail["pinned_vehicle"] = stop.pinned_vehicle
    if stop.vehicles_allowed is not None:
        detail["vehicles_allowed"] = ids(stop.vehicles_allowed)
    if stop.vehicles_forbidden:
        detail["vehicles_forbidden"] = ids(stop.vehicles_forbidden)
    return detail


def _skills(_: Problem, vehicle: Vehicle, one: StopColumns, __: Sequence[Kind]) -> Detail:
    skills = one.stops[0].skills
    return {"skills": ids(skills), "skills_missing": ids(skills - vehicle.skills), "vehicle": vehicle.id}


def _unreachable(_: Problem, __: Vehicle, one: StopColumns, able: Sequence[Kind]) -> Detail:
    return {"place": one.stops[0].place, "depots": ids({kind.vehicle.depot for kind in able})}


def _far(problem: Problem, vehicle: Vehicle, one: StopColumns, _: Sequence[Kind]) -> Detail:
    legs = Legs.of(problem, vehicle, one)
    return {"round_trip_m": int(legs.there_m[0] + legs.back_m[0]), "longest_m": vehicle.longest_m or 0}


def _long(problem: Problem, vehicle: Vehicle, one: StopColumns, _: Sequence[Kind]) -> Detail:
    return {"round_trip_s": int(_out_s(problem, vehicle, one)[0]), "longest_s": vehicle.longest_s or 0}


def _window(problem: Problem, vehicle: Vehicle, one: StopColumns, _: Sequence[Kind]) -> Detail:
    arrival, back = _earliest(problem, vehicle, one)
    stop = one.stops[0]
    detail: Detail = {
        "earliest_arrival_s": int(arrival[0]),
        "window_end_s": stop.windows[-1].end_s,
        "earliest_return_s": int(back[0]),
        "latest_return_s": problem.hours_of(vehicle).end_s,
    }
    if stop.released_s is not None and vehicle.underway is None:
        detail["released_s"] = stop.released_s
    if vehicle.breaks:
        detail["breaks_s"] = sum(rest.duration_s for rest in vehicle.breaks)
    return detail


_DETAILS: dict[DropReason, Callable[[Problem, Vehicle, StopColumns, Sequence[Kind]], Detail]] = {
    DropReason.NO_VEHICLE: lambda _, __, one, ___: _no_vehicle(one.stops[0]),
    DropReason.NO_SKILL: _skills,
    DropReason.UNREACHABLE: _unreachable,
    DropReason.TOO_HEAVY: lambda _, vehicle, one, ___: {
        "demand_g": one.stops[0].demand_g,
        "largest_capacity_g": vehicle.capacity_g,
    },
    DropReason.TOO_MANY_PACKAGES: lambda _, vehicle, one, ___: {
        "packages": one.stops[0].packages,
        "largest_capacity_packages": vehicle.capacity_packages,
    },
    DropReason.TOO_LARGE: lambda _, vehicle, one, ___: {
        "volume_ml": one.stops[0].volume_ml,
        "largest_capacity_ml": vehicle.capacity_ml or 0,
    },
    DropReason.TOO_FAR: _far,
    DropReason.TOO_LONG: _long,
    DropReason.WINDOW_UNREACHABLE: _window,
}
