"""Whole routes put into empty slots, with all their totals and times."""

import numpy as np

from logistics.routing.engine.solvers.ruin_recreate.compiling import compiled
from logistics.routing.engine.solvers.ruin_recreate.layout import (
    CLOCKED,
    EARLIEST,
    GRAMS,
    HEAD_S,
    LATEST,
    METRES,
    METRES_IN,
    METRES_OUT,
    ML,
    NEXT,
    PACKAGES,
    PREVIOUS,
    ROOM_G,
    ROOM_ML,
    ROOM_PACKAGES,
    ROUTE,
    SECONDS,
    SECONDS_IN,
    SERVICE,
    SIZE,
    TIMED,
    WAITING,
    WAS_OUT,
    Int32s,
    Number,
    State,
    Tables,
)
from logistics.routing.engine.solvers.ruin_recreate.propagation import backward, forward, in_time
from logistics.routing.engine.solvers.ruin_recreate.removal import recount


@compiled
def load_route(tables: Tables, state: State, slot: Number, stops: Int32s) -> Number:
    """Fills an empty slot with these stops, which must not be in another; returns whether the route keeps its hours and
    its limits on seconds and metres. Loads and access are the caller's business. A state with a route that
    does not hold is good for nothing."""
    nodes, slots = state.nodes, state.slots
    stop_count = tables.stops.shape[0]
    gate = stop_count + slot
    before = gate
    metres, seconds = np.int64(0), np.int64(0)
    holds = True
    for index in range(stops.shape[0] + 1):
        node = np.int64(stops[index]) if index < stops.shape[0] else gate
        nodes[before, NEXT] = node
        nodes[node, PREVIOUS] = before
        leg_m = tables.metres[tables.exits[before], tables.entries[node]]
        nodes[before, METRES_OUT] = nodes[node, METRES_IN] = leg_m
        metres += leg_m
        if tables.flags[CLOCKED]:
            nodes[node, SECONDS_IN] = tables.seconds[tables.exits[before], tables.entries[node]]
            seconds += np.int64(nodes[node, SECONDS_IN]) + nodes[node, SERVICE]
            # A closed leg is longer than any hours, and times beyond it would not fit in 32 bits.
            holds = holds and (tables.flags[TIMED] == 0 or nodes[node, SECONDS_IN] <= nodes[gate, LATEST])
        if node < stop_count:
            nodes[node, ROUTE] = slot
            nodes[node, WAS_OUT] = 0
            nodes[node, EARLIEST] = nodes[node, LATEST] = -1
            slots[slot, ROOM_G] -= tables.stops[node, GRAMS]
            slots[slot, ROOM_PACKAGES] -= tables.stops[node, PACKAGES]
            slots[slot, ROOM_ML] -= tables.stops[node, ML]
        before = node
    if not holds:
        return False
    slots[slot, SIZE] = stops.shape[0]
    slots[slot, METRES], slots[slot, SECONDS] = metres, seconds
    if tables.flags[TIMED]:
        waiting = tables.flags[WAITING]
        forward(nodes, state.log, np.int64(0), np.int64(nodes[gate, NEXT]), stop_count, waiting)
        backward(nodes, state.log, np.int64(0), np.int64(nodes[gate, PREVIOUS]), stop_count, waiting)
        if waiting:
            slots[slot, SECONDS] = np.int64(nodes[nodes[gate, PREVIOUS], HEAD_S]) + nodes[gate, SECONDS_IN]
        if not in_time(nodes, np.int64(nodes[gate, NEXT]), stop_count):
            return False
    return recount(tables, state, slot)
