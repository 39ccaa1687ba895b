"""The cheapest place for a stop, and putting it there.

Places are tried beside the stop's nearest neighbours; every route is searched only if none of those can take it.
"""

import numpy as np

from logistics.routing.engine.solvers.ruin_recreate.chance import uniform
from logistics.routing.engine.solvers.ruin_recreate.compiling import compiled, compiled_inline
from logistics.routing.engine.solvers.ruin_recreate.layout import (
    ACCESS,
    ACCESS_BOUND,
    CLOCKED,
    CLOSES,
    EARLIEST,
    FAR,
    FIRST_SLOT,
    FIXED,
    GRAMS,
    HEAD_LATEST,
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
    MOST_STOPS,
    NEXT,
    OPENS,
    PACKAGES,
    PER_METRE,
    PER_SECOND,
    PREVIOUS,
    ROOM_G,
    ROOM_ML,
    ROOM_PACKAGES,
    ROUTE,
    SECONDS,
    SECONDS_IN,
    SERVICE,
    SIZE,
    TAIL_EARLIEST,
    TAIL_S,
    TIMED,
    WAITING,
    Int32s,
    Int64s,
    Number,
    State,
    Tables,
)
from logistics.routing.engine.solvers.ruin_recreate.propagation import backward, forward, put
from logistics.routing.engine.solvers.ruin_recreate.removal import recount, touch


@compiled_inline
def price_between(
    tables: Tables,
    state: State,
    stop: Number,
    place: Number,
    slot: Number,
    before: Number,
    after: Number,
    metres: Number,
    bound: Number,
) -> Number:
    """What the stop, with the `metres` that it adds, costs between two nodes of a slot's route; FAR if that is not
    below `bound` or breaks a rule. Compared with the bound before anything else is read: most places end there."""
    nodes, slots = state.nodes, state.slots
    kind = slots[slot, KIND]
    price = metres * tables.kinds[kind, PER_METRE]
    if price >= bound:
        return FAR
    if (
        slots[slot, ROOM_G] < tables.stops[stop, GRAMS]
        or slots[slot, ROOM_PACKAGES] < tables.stops[stop, PACKAGES]
        or slots[slot, ROOM_ML] < tables.stops[stop, ML]
    ):
        return FAR
    if tables.flags[CLOCKED] == 0:
        if tables.flags[LIMITED] and not may_grow(tables, slots, slot, kind, stop, metres, np.int64(0)):
            return FAR
        return price
    there_s = np.int64(tables.seconds_back[place, tables.exits[before]])
    onward_s = np.int64(tables.seconds[place, tables.entries[after]])
    service = np.int64(nodes[stop, SERVICE])
    if tables.flags[TIMED]:
        start = max(np.int64(nodes[stop, OPENS]), np.int64(nodes[before, EARLIEST]) + nodes[before, SERVICE] + there_s)
        if start > nodes[stop, CLOSES] or start + service + onward_s > nodes[after, LATEST]:
            return FAR
    if tables.flags[WAITING]:
        span = np.int64(nodes[before, HEAD_S]) + there_s
        wait = max(0, nodes[stop, OPENS] - (span + nodes[before, HEAD_LATEST]))
        latest = min(np.int64(nodes[before, HEAD_LATEST]), nodes[stop, CLOSES] - span)
        span += wait + service + onward_s
        wait = max(0, nodes[after, TAIL_EARLIEST] - (span + latest))
        seconds = span + wait + nodes[after, TAIL_S] - slots[slot, SECONDS]
    else:
        seconds = there_s + onward_s + service - nodes[after, SECONDS_IN]
    price += seconds * tables.kinds[kind, PER_SECOND]
    if price >= bound:
        return FAR
    if tables.flags[LIMITED] and not may_grow(tables, slots, slot, kind, stop, metres, seconds):
        return FAR
    return price


@compiled_inline
def detour(tables: Tables, place: Number, before: Number, after: Number) -> Number:
    """The metres from one node to another by way of the place."""
    there_m = np.int64(tables.metres_back[place, tables.exits[before]])
    return there_m + tables.metres[place, tables.entries[after]]


@compiled_inline
def may_grow(
    tables: Tables, slots: Int64s, slot: Number, kind: Number, stop: Number, metres: Number, seconds: Number
) -> Number:
    """Whether the route keeps its limits on seconds, metres and stops with so much more."""
    return (
        slots[slot, SECONDS] + seconds <= tables.kinds[kind, LONGEST_S]
        and slots[slot, METRES] + metres <= tables.kinds[kind, LONGEST_M]
        and slots[slot, SIZE] < tables.kinds[kind, MOST_STOPS]
    )


@compiled_inline
def may_serve(tables: Tables, state: State, stop: Number, slot: Number) -> Number:
    """Whether the slot's kind of vehicle may serve the stop."""
    return tables.flags[ACCESS_BOUND] == 0 or tables.access[tables.stops[stop, ACCESS], state.slots[slot, KIND]] != 0


@compiled_inline
def best_place_near(
    tables: Tables, state: State, stop: Number, bound: Number, blink_chance: float
) -> tuple[Number, Number]:
    """The node after which the stop is cheapest beside its neighbours, or -1, and the price."""
    nodes = state.nodes
    place = np.int64(tables.entries[stop])
    least = tables.least[0]
    best = np.int64(-1)
    for index in range(tables.before.shape[1]):
        before = np.int64(tables.before[stop, index])
        slot = np.int64(nodes[before, ROUTE])
        if slot >= 0:
            # A leg to the neighbour that is too dear by itself spares the look at what comes beyond it.
            metres = np.int64(tables.before_m[stop, index]) - nodes[before, METRES_OUT]
            if metres * least < bound and may_serve(tables, state, stop, slot):
                after = np.int64(nodes[before, NEXT])
                metres += tables.metres[place, tables.entries[after]]
                price = price_between(tables, state, stop, place, slot, before, after, metres, bound)
                if price < bound and uniform(state.random) >= blink_chance:
                    bound = price
                    best = before
        after = np.int64(tables.after[stop, index])
        slot = np.int64(nodes[after, ROUTE])
        if slot >= 0:
            metres = np.int64(tables.after_m[stop, index]) - nodes[after, METRES_IN]
            if metres * least < bound and may_serve(tables, state, stop, slot):
                before = np.int64(nodes[after, PREVIOUS])
                metres += tables.metres_back[place, tables.exits[before]]
                price = price_between(tables, state, stop, place, slot, before, after, metres, bound)
                if price < bound and uniform(state.random) >= blink_chance:
                    bound = price
                    best = before
    return best, bound


@compiled_inline
def best_free_slot(tables: Tables, state: State, stop: Number, bound: Number) -> tuple[Number, Number]:
    """The kind whose free vehicle would serve the stop alone for less than `bound`, or -1, and the price."""
    stop_count = tables.stops.shape[0]
    place = np.int64(tables.entries[stop])
    best = np.int64(-1)
    for kind in range(tables.kinds.shape[0]):
        if state.free_count[kind] == 0:
            continue
        fixed = tables.kinds[kind, FIXED]
        if fixed >= bound:
            continue
        slot = np.int64(state.free[tables.kinds[kind, FIRST_SLOT] + state.free_count[kind] - 1])
        gate = stop_count + slot
        if may_serve(tables, state, stop, slot):
            metres = detour(tables, place, gate, gate)
            price = price_between(tables, state, stop, place, slot, gate, gate, metres, bound - fixed)
            if price < bound - fixed:
                bound = price + fixed
                best = np.int64(kind)
    return best, bound


@compiled
def best_place_anywhere(
    tables: Tables, state: State, stop: Number, bound: Number, slots: Int32s
) -> tuple[Number, Number]:
    """As `best_place_near`, in all the given slots that are in use, without blinks."""
    nodes = state.nodes
    stop_count = tables.stops.shape[0]
    place = np.int64(tables.entries[stop])
    best = np.int64(-1)
    for index in range(slots.shape[0]):
        slot = np.int64(slots[index])
        if state.slots[slot, SIZE] == 0 or not may_serve(tables, state, stop, slot):
            continue
        before = stop_count + slot
        while True:
            after = np.int64(nodes[before, NEXT])
            metres = detour(tables, place, before, after) - nodes[after, METRES_IN]
            price = price_between(tables, state, stop, place, slot, before, after, metres, bound)
            if price < bound:
                bound = price
                best = before
            if after >= stop_count:
                break
            before = after
    return best, bound


@compiled_inline
def insert(tables: Tables, state: State, stop: Number, slot: Number, before: Number, mark: Number) -> Number:
    """Puts the stop after `before` in the slot's route; the place was found to hold."""
    nodes, log, slots = state.nodes, state.log, state.slots
    stop_count = tables.stops.shape[0]
    after = np.int64(nodes[before, NEXT])
    place = np.int64(tables.entries[stop])
    exit_place, entry_place = tables.exits[before], tables.entries[after]
    touch(state, slot)
    there_m = np.int64(tables.metres_back[place, exit_place])
    onward_m = np.int64(tables.metres[place, entry_place])
    slots[slot, METRES] += there_m + onward_m - nodes[after, METRES_IN]
    slots[slot, ROOM_G] -= tables.stops[stop, GRAMS]
    slots[slot, ROOM_PACKAGES] -= tables.stops[stop, PACKAGES]
    slots[slot, ROOM_ML] -= tables.stops[stop, ML]
    slots[slot, SIZE] += 1
    mark = put(nodes, log, mark, before, NEXT, stop)
    mark = put(nodes, log, mark, before, METRES_OUT, there_m)
    mark = put(nodes, log, mark, after, PREVIOUS, stop)
    mark = put(nodes, log, mark, after, METRES_IN, onward_m)
    mark = put(nodes, log, mark, stop, PREVIOUS, before)
    mark = put(nodes, log, mark, stop, NEXT, after)
    mark = put(nodes, log, mark, stop, ROUTE, slot)
    mark = put(nodes, log, mark, stop, METRES_IN, there_m)
    mark = put(nodes, log, mark, stop, METRES_OUT, onward_m)
    if tables.flags[CLOCKED]:
        there_s = np.int64(tables.seconds_back[place, exit_place])
        onward_s = np.int64(tables.seconds[place, entry_place])
        slots[slot, SECONDS] += there_s + onward_s + nodes[stop, SERVICE] - nodes[after, SECONDS_IN]
        mark = put(nodes, log, mark, stop, SECONDS_IN, there_s)
        mark = put(nodes, log, mark, after, SECONDS_IN, onward_s)
    if tables.flags[TIMED]:
        mark = time_inserted(nodes, log, mark, stop, before, after, stop_count, tables.flags[WAITING])
    if tables.flags[WAITING]:
        gate = stop_count + slot
        slots[slot, SECONDS] = np.int64(nodes[nodes[gate, PREVIOUS], HEAD_S]) + nodes[gate, SECONDS_IN]
    recount(tables, state, slot)
    return mark


@compiled_inline
def time_inserted(
    nodes: Int32s,
    log: Int32s,
    mark: Number,
    stop: Number,
    before: Number,
    after: Number,
    stop_count: Number,
    waiting: Number,
) -> Number:
    """Times of a new stop and of those around it. What it held from an earlier place must not stop the propagation, so
    it is marked as out of date first."""
    mark = put(nodes, log, mark, stop, EARLIEST, -1)
    mark = put(nodes, log, mark, stop, LATEST, -1)
    mark = forward(nodes, log, mark, stop, stop_count, waiting)
    return backward(nodes, log, mark, stop, stop_count, waiting)
