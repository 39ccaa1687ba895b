"""A route changes to a vehicle of another kind: to any, before the ruin, when what does not fit any more joins the
removed stops; and to the cheapest that can drive it as it is, after recreation.

Without it a mixed fleet freezes: a route of forty stops would have to be taken apart string by string and built up
again in the cheaper vehicle, each step dearer than the last.
"""

import numpy as np

from logistics.routing.engine.solvers.ruin_recreate.chance import below
from logistics.routing.engine.solvers.ruin_recreate.compiling import compiled
from logistics.routing.engine.solvers.ruin_recreate.layout import (
    ACCESS,
    ACCESS_BOUND,
    CAPACITY_G,
    CAPACITY_ML,
    CAPACITY_PACKAGES,
    CLOCKED,
    COST,
    END_PLACE,
    FIXED,
    HEAD_S,
    HOURS_END,
    HOURS_START,
    KIND,
    LATEST,
    LONGEST_M,
    LONGEST_S,
    METRES,
    METRES_IN,
    METRES_OUT,
    MOST_STOPS,
    NEXT,
    NODE_COLUMNS,
    PER_METRE,
    PER_SECOND,
    PREVIOUS,
    ROOM_G,
    ROOM_ML,
    ROOM_PACKAGES,
    ROUTE,
    SECONDS,
    SECONDS_IN,
    SIZE,
    START_PLACE,
    TIMED,
    TOUCHED_COUNT,
    WAITING,
    Int32s,
    Number,
    State,
    Tables,
)
from logistics.routing.engine.solvers.ruin_recreate.propagation import backward, forward, in_time, put
from logistics.routing.engine.solvers.ruin_recreate.removal import cut, recount, release, take_free, touch


@compiled
def other_kind(tables: Tables, state: State, kind: Number) -> Number:
    """A kind that has a free vehicle, at random, or -1."""
    kind_count = tables.kinds.shape[0]
    shift = below(state.random, kind_count)
    for index in range(kind_count):
        other = (index + shift) % kind_count
        if other != kind and state.free_count[other] > 0:
            return np.int64(other)
    return np.int64(-1)


@compiled
def retype(tables: Tables, state: State, seed: Number, mark: Number) -> Number:
    """Gives the route of `seed` another kind of vehicle; returns the next mark, or ~mark if that cannot be."""
    slot = np.int64(state.nodes[seed, ROUTE])
    if slot < 0:
        return mark
    kind = other_kind(tables, state, state.slots[slot, KIND])
    if kind < 0:
        return mark
    target = take_free(tables, state, kind)
    mark = move_ring(tables, state, slot, target, mark)
    if mark < 0:
        return mark
    return shed(tables, state, target, mark)


@compiled
def move_ring(tables: Tables, state: State, slot: Number, target: Number, mark: Number) -> Number:
    """Moves all stops of a slot to an empty one, whatever it can carry; ~mark if the hours there do not allow it."""
    nodes, log, slots = state.nodes, state.log, state.slots
    stop_count = tables.stops.shape[0]
    gate, other = stop_count + slot, stop_count + target
    first, last = np.int64(nodes[gate, NEXT]), np.int64(nodes[gate, PREVIOUS])
    touch(state, slot)
    touch(state, target)
    out_m = np.int64(tables.metres[tables.exits[other], tables.entries[first]])
    home_m = np.int64(tables.metres[tables.exits[last], tables.entries[other]])
    ends_m = out_m + home_m - nodes[first, METRES_IN] - nodes[gate, METRES_IN]
    ends_s = np.int64(0)
    if tables.flags[CLOCKED]:
        out_s = np.int64(tables.seconds[tables.exits[other], tables.entries[first]])
        home_s = np.int64(tables.seconds[tables.exits[last], tables.entries[other]])
        ends_s = out_s + home_s - nodes[first, SECONDS_IN] - nodes[gate, SECONDS_IN]
        if tables.flags[TIMED] and max(out_s, home_s) > nodes[other, LATEST]:
            release(tables, state, target)
            return ~mark
        mark = put(nodes, log, mark, first, SECONDS_IN, out_s)
        mark = put(nodes, log, mark, other, SECONDS_IN, home_s)
        mark = put(nodes, log, mark, gate, SECONDS_IN, 0)
    mark = relink(nodes, log, gate, other, first, last, out_m, home_m, mark)
    node = first
    while node < stop_count:
        mark = put(nodes, log, mark, node, ROUTE, target)
        node = np.int64(nodes[node, NEXT])
    old, new = slots[slot, KIND], slots[target, KIND]
    for room, capacity in ((ROOM_G, CAPACITY_G), (ROOM_PACKAGES, CAPACITY_PACKAGES), (ROOM_ML, CAPACITY_ML)):
        slots[target, room] = slots[slot, room] - tables.kinds[old, capacity] + tables.kinds[new, capacity]
        slots[slot, room] = tables.kinds[old, capacity]
    slots[target, SIZE], slots[target, METRES] = slots[slot, SIZE], slots[slot, METRES] + ends_m
    slots[target, SECONDS] = slots[slot, SECONDS] + ends_s
    slots[slot, SIZE] = slots[slot, METRES] = slots[slot, SECONDS] = slots[slot, COST] = 0
    release(tables, state, slot)
    if tables.flags[TIMED]:
        mark = forward(nodes, log, mark, first, stop_count, tables.flags[WAITING])
        mark = backward(nodes, log, mark, last, stop_count, tables.flags[WAITING])
        if not in_time(nodes, first, stop_count):
            return ~mark
    if tables.flags[WAITING]:
        slots[target, SECONDS] = np.int64(nodes[last, HEAD_S]) + nodes[other, SECONDS_IN]
    return mark if recount(tables, state, target) else ~mark


@compiled
def relink(
    nodes: Int32s,
    log: Int32s,
    gate: Number,
    other: Number,
    first: Number,
    last: Number,
    out_m: Number,
    home_m: Number,
    mark: Number,
) -> Number:
    """Closes the ring of `gate` and lets `first` to `last` go through the gate `other`."""
    mark = put(nodes, log, mark, other, NEXT, first)
    mark = put(nodes, log, mark, other, PREVIOUS, last)
    mark = put(nodes, log, mark, other, METRES_OUT, out_m)
    mark = put(nodes, log, mark, other, METRES_IN, home_m)
    mark = put(nodes, log, mark, first, PREVIOUS, other)
    mark = put(nodes, log, mark, first, METRES_IN, out_m)
    mark = put(nodes, log, mark, last, NEXT, other)
    mark = put(nodes, log, mark, last, METRES_OUT, home_m)
    mark = put(nodes, log, mark, gate, NEXT, gate)
    mark = put(nodes, log, mark, gate, PREVIOUS, gate)
    mark = put(nodes, log, mark, gate, METRES_IN, 0)
    return put(nodes, log, mark, gate, METRES_OUT, 0)


@compiled
def shed(tables: Tables, state: State, slot: Number, mark: Number) -> Number:
    """Removes stops until the slot's vehicle may serve and can carry the others."""
    nodes, slots = state.nodes, state.slots
    stop_count = tables.stops.shape[0]
    kind = slots[slot, KIND]
    if tables.flags[ACCESS_BOUND]:
        node = np.int64(nodes[stop_count + slot, NEXT])
        while node < stop_count:
            after = np.int64(nodes[node, NEXT])
            if tables.access[tables.stops[node, ACCESS], kind] == 0:
                mark = cut(tables, state, slot, node, node, mark)
                if mark < 0:
                    return mark
            node = after
    while slots[slot, SIZE] > 0 and (
        min(slots[slot, ROOM_G], slots[slot, ROOM_PACKAGES], slots[slot, ROOM_ML]) < 0
        or slots[slot, SIZE] > tables.kinds[kind, MOST_STOPS]
    ):
        node = np.int64(nodes[stop_count + slot, NEXT])
        for _ in range(below(state.random, slots[slot, SIZE])):
            node = np.int64(nodes[node, NEXT])
        mark = cut(tables, state, slot, node, node, mark)
        if mark < 0:
            return mark
    return mark


@compiled
def settle(tables: Tables, state: State, mark: Number) -> Number:
    """Gives each touched route the cheapest free vehicle that differs in loads and prices alone; returns the next
    mark."""
    for index in range(state.numbers[TOUCHED_COUNT]):
        slot = np.int64(state.touched[index])
        size = state.slots[slot, SIZE]
        if size == 0 or mark + NODE_COLUMNS * (size + 4) > state.log.shape[0]:
            continue
        kind = cheapest_kind(tables, state, slot)
        if kind >= 0:
            moved = move_ring(tables, state, slot, take_free(tables, state, kind), mark)
            if moved < 0:
                return moved
            mark = moved
    return mark


@compiled
def cheapest_kind(tables: Tables, state: State, slot: Number) -> Number:
    """The kind with a free vehicle that drives the slot's route for less than its own, or -1."""
    kinds, row = tables.kinds, state.slots[slot]
    own = row[KIND]
    best, least = np.int64(-1), row[COST]
    for kind in range(kinds.shape[0]):
        price = kinds[kind, FIXED] + kinds[kind, PER_METRE] * row[METRES] + kinds[kind, PER_SECOND] * row[SECONDS]
        if state.free_count[kind] == 0 or price >= least:
            continue
        fits = row[SIZE] <= kinds[kind, MOST_STOPS]
        fits = fits and row[ROOM_G] >= kinds[own, CAPACITY_G] - kinds[kind, CAPACITY_G]
        fits = fits and row[ROOM_PACKAGES] >= kinds[own, CAPACITY_PACKAGES] - kinds[kind, CAPACITY_PACKAGES]
        fits = fits and row[ROOM_ML] >= kinds[own, CAPACITY_ML] - kinds[kind, CAPACITY_ML]
        fits = fits and row[METRES] <= kinds[kind, LONGEST_M] and row[SECONDS] <= kinds[kind, LONGEST_S]
        for column in (START_PLACE, END_PLACE, HOURS_START, HOURS_END):
            fits = fits and kinds[kind, column] == kinds[own, column]
        if fits and may_serve_all(tables, state, slot, kind):
            best, least = np.int64(kind), price
    return best


@compiled
def may_serve_all(tables: Tables, state: State, slot: Number, kind: Number) -> Number:
    """Whether the kind may serve every stop of the slot."""
    stop_count = tables.stops.shape[0]
    if tables.flags[ACCESS_BOUND]:
        node = np.int64(state.nodes[stop_count + slot, NEXT])
        while node < stop_count:
            if tables.access[tables.stops[node, ACCESS], kind] == 0:
                return False
            node = np.int64(state.nodes[node, NEXT])
    return True
