"""Timing a whole route without breaks: when it is back at the earliest, and when it may leave for that at the latest.

`schedule.schedule_route` says the same in Python and makes the plan in the end; `resting` is for vehicles with breaks.
"""

import numpy as np

from logistics.routing.engine.solvers.rich.clocks import (
    arrival,
    departure,
    first_start,
    last_start,
)
from logistics.routing.engine.solvers.rich.compiling import compiled
from logistics.routing.engine.solvers.rich.layout import (
    ANY_RELEASE,
    CLOSES,
    DEPOT_CLOSES,
    DEPOT_OPENS,
    DEPOT_PLACE,
    END_PLACE,
    LAST_END,
    LATE,
    NEVER,
    OPENS,
    OUT_LATE,
    PLACE,
    PROFILE,
    RELEASED,
    RELOAD_S,
    SERVING,
    START_PLACE,
    UNDERWAY,
    ZERO,
    Int64s,
    Number,
    State,
    Tables,
)


@compiled
def place_of(tables: Tables, vehicle: Number, node: Number) -> Number:
    """Where a stop or one of the vehicle's markers lies."""
    return tables.stops[node, PLACE] if node < tables.stops.shape[0] else tables.vehicles[vehicle, DEPOT_PLACE]


@compiled
def packed(tables: Tables, row: Int64s, begin: Number, count: Number) -> Number:
    """When the last goods of the trip that begins at index `begin` are packed."""
    released = -NEVER
    for index in range(begin, count):
        if row[index] >= tables.stops.shape[0]:
            break
        released = max(released, tables.stops[row[index], RELEASED])
    return released


@compiled
def opening(tables: Tables, vehicle: Number, row: Int64s, count: Number) -> Number:
    """The earliest departure."""
    opens = tables.vehicles[vehicle, OPENS]
    if tables.rules[ANY_RELEASE] and tables.vehicles[vehicle, UNDERWAY] == 0:
        opens = max(opens, packed(tables, row, ZERO, count))
    return opens


@compiled
def loaded(tables: Tables, vehicle: Number, row: Int64s, index: Number, count: Number) -> Number:
    """When the trip that the marker at `index` begins may leave: the depot is open and its goods are packed."""
    ready = tables.vehicles[vehicle, DEPOT_OPENS]
    if tables.rules[ANY_RELEASE]:
        ready = max(ready, packed(tables, row, index + 1, count))
    return ready


@compiled
def forward(tables: Tables, state: State, vehicle: Number, row: Int64s, count: Number, first: Number) -> Number:
    """The earliest return of a row without breaks, timed anew from index `first` on; NEVER if it does not hold."""
    vehicles, starts, leaves = tables.vehicles, state.starts, state.clocks
    profile, stop_count = vehicles[vehicle, PROFILE], tables.stops.shape[0]
    place, tardy = vehicles[vehicle, START_PLACE], np.int64(0)
    if first == 0:
        clock = opening(tables, vehicle, row, count)
    else:
        clock = state.ready[row[first - 1], 0]
        place = place_of(tables, vehicle, row[first - 1])
        tardy = state.tardy[row[first - 1]]
    for index in range(first, count):
        node = row[index]
        there = place_of(tables, vehicle, node)
        clock = arrival(tables, profile, clock, np.int64(tables.seconds[profile, place, there]))
        if node < stop_count:
            clock = first_start(tables, node, clock)
            if clock == NEVER:
                return NEVER
            late = tables.stops[node, LATE]
            if late > 0:
                tardy += late * max(np.int64(0), clock - tables.stops[node, LAST_END])
            starts[index, 0] = clock
            clock += tables.stops[node, SERVING]
        else:
            if clock > vehicles[vehicle, DEPOT_CLOSES]:
                return NEVER
            clock = max(clock + vehicles[vehicle, RELOAD_S], loaded(tables, vehicle, row, index, count))
        leaves[index, 0] = clock
        place = there
    state.out[OUT_LATE] = tardy
    clock = arrival(tables, profile, clock, np.int64(tables.seconds[profile, place, vehicles[vehicle, END_PLACE]]))
    return clock if clock <= vehicles[vehicle, CLOSES] else NEVER


@compiled
def backward(
    tables: Tables, state: State, vehicle: Number, row: Int64s, count: Number, first: Number, back: Number
) -> Number:
    """The latest departure of a row without breaks that is back at `back`; `forward` has just timed it."""
    profile, stop_count = tables.vehicles[vehicle, PROFILE], tables.stops.shape[0]
    clock, place = back, tables.vehicles[vehicle, END_PLACE]
    for index in range(count - 1, -1, -1):
        node = row[index]
        here = place_of(tables, vehicle, node)
        clock = departure(tables, profile, clock, np.int64(tables.seconds[profile, here, place]))
        if node < stop_count:
            serving = tables.stops[node, SERVING]
            known = state.starts[index, 0] if index >= first else state.ready[node, 0] - serving
            clock = last_start(tables, node, clock - serving, known)
        else:
            clock = min(clock - tables.vehicles[vehicle, RELOAD_S], tables.vehicles[vehicle, DEPOT_CLOSES])
        place = here
    here = tables.vehicles[vehicle, START_PLACE]
    return departure(tables, profile, clock, np.int64(tables.seconds[profile, here, place]))
