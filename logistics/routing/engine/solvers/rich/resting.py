"""Timing a whole route of a vehicle with breaks: one clock for each number of breaks taken.

The passes are those of `scheduling.passes` and `scheduling.stepwise`: forward for the earliest return, backward for the
latest departure that keeps it, and, where lateness costs, forward again from there.
"""

import numpy as np

from logistics.routing.engine.solvers.rich.clocks import (
    arrival,
    departure,
    first_start,
    last_start,
    rest,
    unrest,
)
from logistics.routing.engine.solvers.rich.compiling import compiled
from logistics.routing.engine.solvers.rich.layout import (
    BREAKS,
    CLOSES,
    DEPOT_CLOSES,
    END_PLACE,
    FROM,
    LAST_END,
    LASTS,
    LATE,
    NEVER,
    NO,
    PROFILE,
    RELOAD_S,
    SERVING,
    START_PLACE,
    UNDERWAY,
    UNTIL,
    YES,
    ZERO,
    Int64s,
    Number,
    State,
    Tables,
)
from logistics.routing.engine.solvers.rich.timing import loaded, opening, place_of


@compiled
def set_out(tables: Tables, vehicle: Number, clocks: Int64s, clock: Number) -> None:
    """The earliest moments at the start: before departure one rests at home, underway one has rested or not."""
    clocks[0] = clock
    for taken in range(tables.vehicles[vehicle, BREAKS]):
        over = tables.breaks[vehicle, taken, FROM] + tables.breaks[vehicle, taken, LASTS]
        clocks[taken + 1] = max(clock, over)
        if tables.vehicles[vehicle, UNDERWAY] and over > clock:
            clocks[taken + 1] = NEVER


@compiled
def step_forward(
    tables: Tables,
    state: State,
    vehicle: Number,
    row: Int64s,
    count: Number,
    index: Number,
    place: Number,
    capped: Number,
) -> Number:
    """Carries `state.walk` from a place over the node at `index`; whether any number of breaks gets through. If
    `capped`, no stop may be later than on `state.path`."""
    walk, node, breaks = state.walk, row[index], tables.vehicles[vehicle, BREAKS]
    profile, is_stop = tables.vehicles[vehicle, PROFILE], node < tables.stops.shape[0]
    leg = np.int64(tables.seconds[profile, place, place_of(tables, vehicle, node)])
    for taken in range(breaks + 1):
        if walk[taken] < NEVER:
            walk[taken] = arrival(tables, profile, walk[taken], leg)
            if not is_stop and walk[taken] > tables.vehicles[vehicle, DEPOT_CLOSES]:
                walk[taken] = NEVER
    rest(tables, vehicle, walk)
    ready = -NEVER if is_stop else loaded(tables, vehicle, row, index, count)
    reached = False
    for taken in range(breaks + 1):
        state.stands[index, taken] = walk[taken]
        if walk[taken] == NEVER:
            state.starts[index, taken] = NEVER
            continue
        if is_stop:
            start = first_start(tables, node, walk[taken])
            if capped and start > max(tables.stops[node, LAST_END], state.path[index]):
                start = NEVER
            state.starts[index, taken] = start
            walk[taken] = min(NEVER, start + tables.stops[node, SERVING])
        else:
            walk[taken] += tables.vehicles[vehicle, RELOAD_S]
        reached = reached or walk[taken] < NEVER
    rest(tables, vehicle, walk)
    for taken in range(breaks + 1):
        if not is_stop:
            state.starts[index, taken] = walk[taken]
            walk[taken] = max(walk[taken], ready)
        state.clocks[index, taken] = walk[taken]
    return reached


@compiled
def walk_on(
    tables: Tables, state: State, vehicle: Number, row: Int64s, count: Number, first: Number, capped: Number
) -> Number:
    """Carries `state.walk` over the nodes from index `first` on; the earliest return of all, or NEVER."""
    walk, breaks = state.walk, tables.vehicles[vehicle, BREAKS]
    profile = tables.vehicles[vehicle, PROFILE]
    place = tables.vehicles[vehicle, START_PLACE]
    if first > 0:
        place = place_of(tables, vehicle, row[first - 1])
    for index in range(first, count):
        if not step_forward(tables, state, vehicle, row, count, index, place, capped):
            return NEVER
        place = place_of(tables, vehicle, row[index])
    back = NEVER
    leg = np.int64(tables.seconds[profile, place, tables.vehicles[vehicle, END_PLACE]])
    for taken in range(breaks + 1):
        if walk[taken] < NEVER:
            walk[taken] = arrival(tables, profile, walk[taken], leg)
            if taken == breaks or walk[taken] <= tables.breaks[vehicle, taken, UNTIL]:
                back = min(back, walk[taken])
    return back if back <= tables.vehicles[vehicle, CLOSES] else NEVER


@compiled
def forward_resting(tables: Tables, state: State, vehicle: Number, row: Int64s, count: Number, first: Number) -> Number:
    """The earliest return of a row, timed anew from index `first` on; NEVER if it does not hold."""
    if first > 0:
        for taken in range(tables.vehicles[vehicle, BREAKS] + 1):
            state.walk[taken] = state.ready[row[first - 1], taken]
    else:
        set_out(tables, vehicle, state.walk, opening(tables, vehicle, row, count))
        if tables.vehicles[vehicle, UNDERWAY]:
            rest(tables, vehicle, state.walk)
    return walk_on(tables, state, vehicle, row, count, first, NO)


@compiled
def step_backward(
    tables: Tables,
    state: State,
    vehicle: Number,
    row: Int64s,
    count: Number,
    index: Number,
    place: Number,
    capped: Number,
) -> None:
    """Carries `state.walk` back from a place to the arrival at the node at `index`. If `capped`, no stop may be later
    than on `state.path`."""
    walk, node, breaks = state.walk, row[index], tables.vehicles[vehicle, BREAKS]
    profile, is_stop = tables.vehicles[vehicle, PROFILE], node < tables.stops.shape[0]
    leg = np.int64(tables.seconds[profile, place_of(tables, vehicle, node), place])
    ready = -NEVER if is_stop else loaded(tables, vehicle, row, index, count)
    for taken in range(breaks + 1):
        if walk[taken] > -NEVER:
            walk[taken] = departure(tables, profile, walk[taken], leg)
            if walk[taken] < ready:
                walk[taken] = -NEVER
    unrest(tables, vehicle, walk)
    for taken in range(breaks + 1):
        if walk[taken] == -NEVER:
            continue
        if is_stop:
            known = state.path[index] if capped else NEVER
            walk[taken] = last_start(tables, node, walk[taken] - tables.stops[node, SERVING], known)
        else:
            walk[taken] -= tables.vehicles[vehicle, RELOAD_S]
    unrest(tables, vehicle, walk)
    if not is_stop:
        for taken in range(breaks + 1):
            walk[taken] = min(walk[taken], tables.vehicles[vehicle, DEPOT_CLOSES])


@compiled
def backward_resting(
    tables: Tables, state: State, vehicle: Number, row: Int64s, count: Number, back: Number, capped: Number
) -> Number:
    """The latest departure that allows to be back at `back`, the earliest return."""
    walk, breaks = state.walk, tables.vehicles[vehicle, BREAKS]
    profile, place = tables.vehicles[vehicle, PROFILE], tables.vehicles[vehicle, END_PLACE]
    for taken in range(breaks + 1):
        missed = taken < breaks and tables.breaks[vehicle, taken, UNTIL] < back
        walk[taken] = -NEVER if missed else back
    for index in range(count - 1, -1, -1):
        step_backward(tables, state, vehicle, row, count, index, place, capped)
        place = place_of(tables, vehicle, row[index])
    leg = np.int64(tables.seconds[profile, tables.vehicles[vehicle, START_PLACE], place])
    leave, earliest = -NEVER, opening(tables, vehicle, row, count)
    for taken in range(breaks + 1):
        if taken > 0:
            over = tables.breaks[vehicle, taken - 1, FROM] + tables.breaks[vehicle, taken - 1, LASTS]
            earliest = max(earliest, over)
        if walk[taken] > -NEVER:
            clock = departure(tables, profile, walk[taken], leg)
            if clock >= earliest:
                leave = max(leave, clock)
    return leave


@compiled
def taken_before(tables: Tables, vehicle: Number, clocks: Int64s, taken: Number) -> Number:
    """How many breaks were taken before the vehicle stood here, if it goes on with `taken` of them."""
    while taken > 0:
        last = taken - 1
        if clocks[last] > tables.breaks[vehicle, last, UNTIL]:
            break
        begin = max(clocks[last], tables.breaks[vehicle, last, FROM])
        if begin + tables.breaks[vehicle, last, LASTS] != clocks[taken]:
            break
        taken = last
    return taken


@compiled
def trace(tables: Tables, state: State, vehicle: Number, row: Int64s, count: Number, back: Number) -> Number:
    """Writes the starts of service on the way that is back at `back` to `state.path`; what lateness costs there.

    `walk_on` has just timed the row.
    """
    taken = np.int64(0)
    breaks = tables.vehicles[vehicle, BREAKS]
    while taken < breaks and (state.walk[taken] != back or back > tables.breaks[vehicle, taken, UNTIL]):
        taken += 1
    cost = np.int64(0)
    for index in range(count - 1, -1, -1):
        node = row[index]
        if node < tables.stops.shape[0]:
            taken = taken_before(tables, vehicle, state.clocks[index], taken)
            state.path[index] = state.starts[index, taken]
            late = tables.stops[node, LATE]
            if late > 0:
                cost += late * max(np.int64(0), state.path[index] - tables.stops[node, LAST_END])
        else:
            taken = taken_before(tables, vehicle, state.starts[index], taken)
        taken = taken_before(tables, vehicle, state.stands[index], taken)
    return cost


@compiled
def tardiness(tables: Tables, state: State, vehicle: Number, row: Int64s, count: Number, leave: Number) -> Number:
    """What lateness costs on the way that leaves at `leave`, in fine units."""
    breaks = tables.vehicles[vehicle, BREAKS]
    rested: Number = np.int64(0)
    set_out(tables, vehicle, state.walk, opening(tables, vehicle, row, count))
    for taken in range(breaks + 1):
        if state.walk[taken] <= leave:
            rested = taken
    for taken in range(breaks + 1):
        state.walk[taken] = leave if taken == rested else NEVER
    back = walk_on(tables, state, vehicle, row, count, ZERO, YES)
    return trace(tables, state, vehicle, row, count, back)
