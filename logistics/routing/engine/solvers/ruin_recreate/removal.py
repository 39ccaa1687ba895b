"""Taking stops out of a route: the links closed behind them, loads, totals and times brought up to date."""

import numpy as np

from logistics.routing.engine.solvers.ruin_recreate.compiling import compiled, compiled_inline
from logistics.routing.engine.solvers.ruin_recreate.layout import (
    CLOCKED,
    COST,
    EARLIEST,
    FIRST_SLOT,
    FIXED,
    FREED_COUNT,
    GRAMS,
    HEAD_S,
    KIND,
    LATEST,
    LIMITED,
    LONGEST_M,
    LONGEST_S,
    METRES,
    METRES_IN,
    METRES_OUT,
    ML,
    NEXT,
    PACKAGES,
    PER_METRE,
    PER_SECOND,
    PREVIOUS,
    REMOVED_COUNT,
    ROOM_G,
    ROOM_ML,
    ROOM_PACKAGES,
    ROUTE,
    SECONDS,
    SECONDS_IN,
    SERVICE,
    SIZE,
    SLOT_COLUMNS,
    STEP,
    TIMED,
    TOUCHED_COUNT,
    WAITING,
    Number,
    State,
    Tables,
)
from logistics.routing.engine.solvers.ruin_recreate.propagation import backward, forward, put


@compiled_inline
def touch(state: State, slot: Number) -> None:
    """Remembers a slot's totals the first time it is changed in a step."""
    step = state.numbers[STEP]
    if state.stamps[slot] != step:
        state.stamps[slot] = step
        index = state.numbers[TOUCHED_COUNT]
        state.touched[index] = slot
        for column in range(SLOT_COLUMNS):
            state.backup[index, column] = state.slots[slot, column]
        state.numbers[TOUCHED_COUNT] = index + 1


@compiled_inline
def release(tables: Tables, state: State, slot: Number) -> None:
    """Puts an emptied slot among the free ones of its kind."""
    kind = state.slots[slot, KIND]
    state.free[tables.kinds[kind, FIRST_SLOT] + state.free_count[kind]] = slot
    state.free_count[kind] += 1
    state.freed[state.numbers[FREED_COUNT]] = slot + 1
    state.numbers[FREED_COUNT] += 1


@compiled_inline
def take_free(tables: Tables, state: State, kind: Number) -> Number:
    """Takes a free slot of the kind; there must be one."""
    state.free_count[kind] -= 1
    slot = np.int64(state.free[tables.kinds[kind, FIRST_SLOT] + state.free_count[kind]])
    state.freed[state.numbers[FREED_COUNT]] = -slot - 1
    state.numbers[FREED_COUNT] += 1
    return slot


@compiled_inline
def recount(tables: Tables, state: State, slot: Number) -> Number:
    """The slot's cost from its metres and seconds; whether its route keeps the limits on both."""
    kind = state.slots[slot, KIND]
    metres = state.slots[slot, METRES]
    seconds = state.slots[slot, SECONDS]
    state.slots[slot, COST] = (
        tables.kinds[kind, FIXED] + tables.kinds[kind, PER_METRE] * metres + tables.kinds[kind, PER_SECOND] * seconds
    )
    if tables.flags[LIMITED] == 0:
        return True
    return metres <= tables.kinds[kind, LONGEST_M] and seconds <= tables.kinds[kind, LONGEST_S]


@compiled
def cut(tables: Tables, state: State, slot: Number, first: Number, last: Number, mark: Number) -> Number:
    """Takes the stops from `first` to `last` out of their route; returns the next mark, or ~mark if what is left of the
    route no longer holds, which happens where a detour is shorter than the direct leg."""
    nodes, log, slots = state.nodes, state.log, state.slots
    stop_count = tables.stops.shape[0]
    gate = stop_count + slot
    before = np.int64(nodes[first, PREVIOUS])
    after = np.int64(nodes[last, NEXT])
    touch(state, slot)
    metres = -np.int64(nodes[after, METRES_IN])
    seconds = -np.int64(nodes[after, SECONDS_IN])
    removed = state.numbers[REMOVED_COUNT]
    node = first
    while True:
        metres -= nodes[node, METRES_IN]
        seconds -= np.int64(nodes[node, SECONDS_IN]) + nodes[node, SERVICE]
        slots[slot, ROOM_G] += tables.stops[node, GRAMS]
        slots[slot, ROOM_PACKAGES] += tables.stops[node, PACKAGES]
        slots[slot, ROOM_ML] += tables.stops[node, ML]
        mark = put(nodes, log, mark, node, ROUTE, -1)
        state.removed[removed] = node
        removed += 1
        if node == last:
            break
        node = np.int64(nodes[node, NEXT])
    slots[slot, SIZE] -= removed - state.numbers[REMOVED_COUNT]
    state.numbers[REMOVED_COUNT] = removed
    leg_m = np.int64(0)
    leg_s = np.int64(0)
    if slots[slot, SIZE] > 0:
        leg_m = np.int64(tables.metres[tables.exits[before], tables.entries[after]])
        if tables.flags[CLOCKED]:
            leg_s = np.int64(tables.seconds[tables.exits[before], tables.entries[after]])
    mark = put(nodes, log, mark, before, NEXT, after)
    mark = put(nodes, log, mark, after, PREVIOUS, before)
    mark = put(nodes, log, mark, before, METRES_OUT, leg_m)
    mark = put(nodes, log, mark, after, METRES_IN, leg_m)
    if tables.flags[CLOCKED]:
        mark = put(nodes, log, mark, after, SECONDS_IN, leg_s)
    if slots[slot, SIZE] == 0:
        slots[slot, METRES] = slots[slot, SECONDS] = slots[slot, COST] = 0
        release(tables, state, slot)
        return mark
    slots[slot, METRES] += metres + leg_m
    if tables.flags[TIMED]:
        if np.int64(nodes[before, EARLIEST]) + nodes[before, SERVICE] + leg_s > nodes[after, LATEST]:
            return ~mark
        if after < stop_count:
            mark = forward(nodes, log, mark, after, stop_count, tables.flags[WAITING])
        if before < stop_count:
            mark = backward(nodes, log, mark, before, stop_count, tables.flags[WAITING])
    if tables.flags[WAITING]:
        slots[slot, SECONDS] = np.int64(nodes[nodes[gate, PREVIOUS], HEAD_S]) + nodes[gate, SECONDS_IN]
    else:
        slots[slot, SECONDS] += seconds + leg_s
    return mark if recount(tables, state, slot) else ~mark
