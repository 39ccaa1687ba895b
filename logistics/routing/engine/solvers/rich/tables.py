"""From a problem to the arrays the search reads."""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from logistics.routing.engine.costs import FINE_PER_CENT, FINE_PER_METRE, FINE_PER_SECOND
from logistics.routing.engine.problem import UNREACHABLE, Problem, Profile, Vehicle
from logistics.routing.engine.solvers.closing import serving_weight
from logistics.routing.engine.solvers.rich.layout import (
    KIND,
    NEVER,
    RULES,
    STOP_COLUMNS,
    VEHICLE_COLUMNS,
    Int32s,
    Int64s,
    Tables,
    read_only,
)
from logistics.routing.engine.solvers.rich.neighbours import neighbours_of, order_keys

# A load or a distance that nothing reaches: a hundred thousand stops of a billion grams.
UNLIMITED = 2**50
# Sums of money stay below: a plan, and what the search adds to compare plans.
MONEY_MAX = 2**55


def tables_of(problem: Problem) -> Tables:
    """Everything about the problem that no search changes. It has at least one stop and one vehicle."""
    names = sorted({vehicle.profile for vehicle in problem.vehicles} | {""})
    profiles = [problem.travel(vehicle) for vehicle in problem.vehicles]
    travel = {vehicle.profile: profile for vehicle, profile in zip(problem.vehicles, profiles, strict=True)}
    names = [name for name in names if name in travel]
    metres, seconds = _matrices([travel[name] for name in names])
    starts, percents, counts = _speeds([travel[name] for name in names])
    classes, access = _access(problem)
    groups = sorted({stop.together for stop in problem.stops if stop.together is not None})
    members = [[row for row, stop in enumerate(problem.stops) if stop.together == group] for group in groups]
    group_starts, group_stops = _rows(members)
    scale = _scale(problem, metres, seconds)
    stops = _stops(problem, classes, {name: index for index, name in enumerate(groups)}, scale)
    vehicles = _vehicles(problem, {name: index for index, name in enumerate(names)}, access, scale)
    kinds: dict[int, list[int]] = {}
    for row, kind in enumerate(_kinds(problem, access)):
        vehicles[row, KIND] = kind
        kinds.setdefault(kind, []).append(row)
    kind_starts, kind_vehicles = _rows(list(kinds.values()))
    windows = [(window.start_s, window.end_s) for stop in problem.stops for window in stop.windows]
    before, after, near = neighbours_of(problem)
    return Tables(
        metres=read_only(metres),
        seconds=read_only(seconds),
        speed_starts=read_only(starts),
        speed_percents=read_only(percents),
        speed_counts=read_only(counts),
        stops=read_only(stops),
        windows=read_only(np.array(windows, np.int64)),
        vehicles=read_only(vehicles),
        breaks=read_only(_breaks(problem.vehicles)),
        access=read_only(access),
        kind_starts=read_only(kind_starts),
        kind_vehicles=read_only(kind_vehicles),
        group_starts=read_only(group_starts),
        group_stops=read_only(group_stops),
        before=read_only(before),
        after=read_only(after),
        near=read_only(near),
        keys=read_only(order_keys(problem)),
        rules=read_only(_rules(problem, scale)),
    )


def scale_of(problem: Problem) -> int:
    """By what the search divides money so that its sums stay inside 64 bits; 1 for prices that anybody pays."""
    return _scale(problem, problem.metres, problem.seconds)


def _matrices(profiles: Sequence[Profile]) -> tuple[Int32s, Int32s]:
    """(profiles, places, places) metres and seconds; a leg closed in one is closed in both."""
    pairs = []
    for profile in profiles:
        metres, seconds = profile.metres, profile.seconds
        closed = (metres == UNREACHABLE) != (seconds == UNREACHABLE)
        if closed.any():
            metres, seconds = metres.copy(), seconds.copy()
            metres[closed] = seconds[closed] = UNREACHABLE
        pairs.append((metres, seconds))
    if len(pairs) == 1:  # no copy: the matrices of a city are gigabytes
        return pairs[0][0][None], pairs[0][1][None]
    return np.stack([metres for metres, _ in pairs]), np.stack([seconds for _, seconds in pairs])


def _speeds(profiles: Sequence[Profile]) -> tuple[Int64s, Int64s, Int64s]:
    counts = np.array([len(profile.speeds) for profile in profiles], np.int64)
    starts = np.zeros((len(profiles), max(1, int(counts.max()))), np.int64)
    percents = np.full_like(starts, 100)
    for row, profile in enumerate(profiles):
        for column, slot in enumerate(profile.speeds):
            starts[row, column], percents[row, column] = slot.start_s, slot.percent
    return starts, percents, counts


def _access(problem: Problem) -> tuple[list[int], NDArray[np.uint8]]:
    """The class of each stop, and a row for each class: which vehicles may serve its stops."""
    rows: dict[tuple[object, ...], int] = {}
    classes: list[int] = []
    table: list[list[bool]] = []
    for stop in problem.stops:
        key = (stop.depot, stop.skills, stop.vehicles_allowed, stop.vehicles_forbidden, stop.pinned_vehicle)
        if key not in rows:
            rows[key] = len(table)
            table.append([problem.may_serve(vehicle, stop) for vehicle in problem.vehicles])
        classes.append(rows[key])
    return classes, np.array(table, np.uint8)


def _kinds(problem: Problem, access: NDArray[np.uint8]) -> list[int]:
    """The kind of each vehicle: those of a kind can do exactly the same at the same price."""
    kinds: dict[tuple[object, ...], int] = {}
    pinned = {stop.pinned_vehicle for stop in problem.stops}
    found = []
    for row, vehicle in enumerate(problem.vehicles):
        key = (
            *(getattr(vehicle, name) for name in vehicle.__slots__ if name not in ("id", "type", "skills")),
            access[:, row].tobytes(),
            vehicle.id if vehicle.id in pinned else None,
        )
        found.append(kinds.setdefault(key, len(kinds)))
    return found


def _breaks(vehicles: Sequence[Vehicle]) -> Int64s:
    table = np.zeros((len(vehicles), max(1, *(len(vehicle.breaks) for vehicle in vehicles), 1), 3), np.int64)
    for row, vehicle in enumerate(vehicles):
        for column, rest in enumerate(vehicle.breaks):
            table[row, column] = rest.earliest_s, rest.latest_s, rest.duration_s
    return table


def _stops(problem: Problem, classes: Sequence[int], groups: dict[str, int], scale: int) -> Int64s:
    table = np.zeros((len(problem.stops), STOP_COLUMNS), np.int64)
    first = 0
    for row, stop in enumerate(problem.stops):
        late = stop.late_cents_per_h
        table[row, :15] = (
            stop.place,
            stop.demand_g,
            stop.packages,
            stop.volume_ml,
            stop.serving_s,
            first,
            len(stop.windows),
            -NEVER if stop.released_s is None else stop.released_s,
            -1 if late is None else late * FINE_PER_SECOND // scale,
            classes[row],
            -1 if stop.together is None else groups[stop.together],
            stop.pinned_position or 0,
            serving_weight(stop) if stop.drop_cost is None else 0,
            0 if stop.drop_cost is None else stop.drop_cost * FINE_PER_CENT // scale,
            stop.windows[-1].end_s,
        )
        first += len(stop.windows)
    return table


def _vehicles(problem: Problem, profiles: dict[str, int], access: NDArray[np.uint8], scale: int) -> Int64s:
    table = np.zeros((len(problem.vehicles), VEHICLE_COLUMNS), np.int64)
    positioned = {stop.pinned_vehicle for stop in problem.stops if stop.pinned_position is not None}
    any_late = any(stop.late_cents_per_h for stop in problem.stops)
    marker = len(problem.stops)
    for row, vehicle in enumerate(problem.vehicles):
        hours, depot = problem.hours_of(vehicle), problem.depot(vehicle.depot)
        reloads = min(vehicle.reloads, len(problem.stops))
        clocked = vehicle.cost_per_h > 0 or vehicle.longest_s is not None or problem.longest_route_cents_per_h > 0
        pinned = vehicle.id in positioned
        table[row] = (
            problem.start_place(vehicle),
            problem.end_place(vehicle),
            depot.place,
            profiles[vehicle.profile],
            vehicle.capacity_g,
            vehicle.capacity_packages,
            _limit(vehicle.capacity_ml),
            hours.start_s,
            hours.end_s,
            _limit(vehicle.longest_s),
            _limit(vehicle.longest_m),
            _limit(vehicle.most_stops),
            reloads,
            vehicle.reload_s,
            len(vehicle.breaks),
            vehicle.underway is not None,
            0 if vehicle.underway is not None else vehicle.fixed_cost * FINE_PER_CENT // scale,
            vehicle.cost_per_km * FINE_PER_METRE // scale,
            vehicle.cost_per_h * FINE_PER_SECOND // scale,
            0,
            marker,
            clocked or any_late or pinned,
            pinned,
            clocked,
            depot.opens_s,
            depot.closes_s,
        )
        marker += reloads
    return table


def _limit(value: int | None) -> int:
    return UNLIMITED if value is None else value


def _rules(problem: Problem, scale: int) -> Int64s:
    rules = np.zeros(RULES, np.int64)
    stops = problem.stops
    balance = problem.longest_route_cents_per_h * FINE_PER_SECOND // scale
    rules[:6] = (
        balance,
        _weight_price(problem) // scale,
        any(stop.released_s is not None for stop in stops),
        any(stop.late_cents_per_h for stop in stops),
        any(stop.together is not None for stop in stops),
        any(stop.pinned_position is not None for stop in stops),
    )
    return rules


def _weight_price(problem: Problem) -> int:
    """More than serving any stop can cost, for the least weight a stop can have."""

    def dearest(price: Callable[[Vehicle], int]) -> int:
        return max(price(vehicle) for vehicle in problem.vehicles)

    legs = [problem.travel(vehicle) for vehicle in problem.vehicles]
    metres = max(_longest(profile.metres) for profile in {id(p): p for p in legs}.values())
    seconds = max(_longest(profile.seconds) for profile in {id(p): p for p in legs}.values())
    span = max(0, dearest(lambda v: problem.hours_of(v).end_s - problem.hours_of(v).start_s))
    per_hour = dearest(lambda v: v.cost_per_h) + problem.longest_route_cents_per_h
    late = max((stop.late_cents_per_h or 0 for stop in problem.stops), default=0)
    price = dearest(lambda v: v.fixed_cost) * FINE_PER_CENT
    price += 4 * metres * dearest(lambda v: v.cost_per_km) * FINE_PER_METRE
    price += min(span, 20 * seconds + 36_000) * (per_hour + late) * FINE_PER_SECOND
    return price // 10 + 1


def _scale(problem: Problem, metres: Int32s, seconds: Int32s) -> int:
    weight = sum(serving_weight(stop) for stop in problem.stops if stop.drop_cost is None)
    drops = sum(stop.drop_cost * FINE_PER_CENT for stop in problem.stops if stop.drop_cost is not None)
    per_stop = _weight_price(problem) * 10
    bound = per_stop * (len(problem.stops) + len(problem.vehicles)) + _weight_price(problem) * weight + drops
    return 1 + bound // MONEY_MAX


def _longest(matrix: Int32s) -> int:
    """The longest leg that is not closed."""
    longest = int(matrix.max(initial=0))
    return longest if longest < UNREACHABLE else int(matrix[matrix < UNREACHABLE].max(initial=0))


def _rows(lists: Sequence[Sequence[int]]) -> tuple[Int64s, Int64s]:
    """Lists of different length, one after another, and where each begins (and the last ends)."""
    starts = np.cumsum([0, *(len(items) for items in lists)], dtype=np.int64)
    return starts, np.array([item for items in lists for item in items], np.int64)
