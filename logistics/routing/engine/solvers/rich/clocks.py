"""Time steps of a route: legs by the hour's speed, windows, breaks; forward as early as possible, backward as late.

The rules are those of `schedule`: integers throughout, so that both say the same to the second.
"""

import numpy as np

from logistics.routing.engine.solvers.rich.compiling import compiled
from logistics.routing.engine.solvers.rich.layout import (
    BREAKS,
    FIRST_WINDOW,
    FROM,
    LAST_END,
    LASTS,
    LATE,
    NEVER,
    UNTIL,
    WINDOWS,
    Int64s,
    Number,
    Tables,
)

PERCENT = 100


@compiled
def arrival(tables: Tables, profile: Number, clock: Number, leg: Number) -> Number:
    """When a leg that begins at `clock` ends; see `travelling.arrival_s`."""
    if tables.speed_counts[profile] == 0:
        return clock + leg
    return arrival_by_hour(tables, profile, clock, leg)


@compiled
def arrival_by_hour(tables: Tables, profile: Number, clock: Number, leg: Number) -> Number:
    """The same with speeds that change."""
    left = np.int64(PERCENT) * leg
    percent = np.int64(PERCENT)
    for slot in range(tables.speed_counts[profile]):
        start = tables.speed_starts[profile, slot]
        if start > clock:
            driven = percent * (start - clock)
            if driven >= left:
                break
            left -= driven
            clock = start
        percent = tables.speed_percents[profile, slot]
    return clock + (left + percent - 1) // percent


@compiled
def departure(tables: Tables, profile: Number, clock: Number, leg: Number) -> Number:
    """The latest moment to begin a leg that must end by `clock`; see `travelling.latest_departure_s`."""
    if tables.speed_counts[profile] == 0:
        return clock - leg
    return departure_by_hour(tables, profile, clock, leg)


@compiled
def departure_by_hour(tables: Tables, profile: Number, clock: Number, leg: Number) -> Number:
    """The same with speeds that change."""
    if clock <= -NEVER:
        return clock
    left = np.int64(PERCENT) * leg
    for slot in range(tables.speed_counts[profile] - 1, -1, -1):
        start = tables.speed_starts[profile, slot]
        if start < clock:
            percent = tables.speed_percents[profile, slot]
            driven = percent * (clock - start)
            if driven >= left:
                return clock - (left + percent - 1) // percent
            left -= driven
            clock = start
    return clock - (left + PERCENT - 1) // PERCENT


@compiled
def first_start(tables: Tables, stop: Number, clock: Number) -> Number:
    """The first moment from `clock` on at which service may start, or NEVER."""
    first = tables.stops[stop, FIRST_WINDOW]
    start = NEVER
    for row in range(first, first + tables.stops[stop, WINDOWS]):
        if clock <= tables.windows[row, 1]:
            start = max(clock, tables.windows[row, 0])
            break
    if start == NEVER and tables.stops[stop, LATE] >= 0:
        start = clock
    return start


@compiled
def last_start(tables: Tables, stop: Number, clock: Number, known: Number) -> Number:
    """The last moment up to `clock` at which service may start, -NEVER if there is none.

    A stop that may be late is not made later than `known`.
    """
    first = tables.stops[stop, FIRST_WINDOW]
    start = -NEVER
    if tables.stops[stop, LATE] >= 0 and clock > tables.stops[stop, LAST_END]:
        start = min(clock, max(tables.stops[stop, LAST_END], known))
    else:
        for row in range(first + tables.stops[stop, WINDOWS] - 1, first - 1, -1):
            if clock >= tables.windows[row, 0]:
                start = min(clock, tables.windows[row, 1])
                break
    return start


@compiled
def rest(tables: Tables, vehicle: Number, clocks: Int64s) -> None:
    """Lets the vehicle take its breaks where it stands: `clocks[b]` is the earliest moment with b breaks taken."""
    for taken in range(tables.vehicles[vehicle, BREAKS]):
        begin = max(clocks[taken], tables.breaks[vehicle, taken, FROM])
        if begin <= tables.breaks[vehicle, taken, UNTIL]:
            clocks[taken + 1] = min(clocks[taken + 1], begin + tables.breaks[vehicle, taken, LASTS])


@compiled
def unrest(tables: Tables, vehicle: Number, clocks: Int64s) -> None:
    """The same backward: `clocks[b]` is the latest moment with b breaks taken, before any is taken here."""
    for taken in range(tables.vehicles[vehicle, BREAKS] - 1, -1, -1):
        begin = min(tables.breaks[vehicle, taken, UNTIL], clocks[taken + 1] - tables.breaks[vehicle, taken, LASTS])
        if begin >= tables.breaks[vehicle, taken, FROM]:
            clocks[taken] = max(clocks[taken], begin)
