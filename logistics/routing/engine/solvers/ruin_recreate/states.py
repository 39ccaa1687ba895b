"""States of a search: made, filled with routes, and read."""

from collections.abc import Sequence

import numpy as np

from logistics.routing.engine.solvers.ruin_recreate.annealing import construct, keep_best, total_cost
from logistics.routing.engine.solvers.ruin_recreate.layout import (
    BEST_LEFT_OUT,
    CAPACITY_G,
    CAPACITY_ML,
    CAPACITY_PACKAGES,
    CHANGED,
    EARLIEST,
    FIRST_SLOT,
    HEAD_LATEST,
    HOURS_END,
    HOURS_START,
    KIND,
    LATEST,
    LEFT_OUT,
    NEXT,
    NODE_COLUMNS,
    NOW,
    NUMBERS,
    PREVIOUS,
    ROOM_G,
    ROOM_ML,
    ROOM_PACKAGES,
    ROUTE,
    SEED_COUNT,
    SIZE,
    SLOT_COLUMNS,
    SLOTS,
    TAIL_EARLIEST,
    WAS_OUT,
    Int32s,
    State,
)
from logistics.routing.engine.solvers.ruin_recreate.loading import load_route
from logistics.routing.engine.solvers.ruin_recreate.model import Model, SlotRoutes

LOG_PER_STOP, LOG_AT_LEAST = 30, 65_536


def empty_state(model: Model, seed: int) -> State:
    """A state without routes in which every stop is left out, in the order of the problem."""
    stop_count, slot_count = len(model.stops), len(model.slot_kinds)
    node_count = stop_count + slot_count
    kinds = model.tables.kinds[model.slot_kinds]
    nodes = np.zeros((node_count, NODE_COLUMNS), dtype=np.int32)
    nodes[:stop_count] = model.times
    nodes[:, NEXT] = nodes[:, PREVIOUS] = np.arange(node_count)
    nodes[:stop_count, ROUTE] = -1
    nodes[:stop_count, WAS_OUT] = 1
    nodes[stop_count:, ROUTE] = np.arange(slot_count)
    nodes[stop_count:, EARLIEST] = nodes[stop_count:, TAIL_EARLIEST] = kinds[:, HOURS_START]
    nodes[stop_count:, LATEST] = nodes[stop_count:, HEAD_LATEST] = kinds[:, HOURS_END]
    slots = np.zeros((slot_count, SLOT_COLUMNS), dtype=np.int64)
    slots[:, ROOM_G] = kinds[:, CAPACITY_G]
    slots[:, ROOM_PACKAGES] = kinds[:, CAPACITY_PACKAGES]
    slots[:, ROOM_ML] = kinds[:, CAPACITY_ML]
    slots[:, KIND] = model.slot_kinds
    state = State(
        nodes=nodes,
        slots=slots,
        free=np.zeros(slot_count, dtype=np.int32),
        free_count=np.zeros(len(model.fleet.vehicles), dtype=np.int64),
        left_out=np.arange(stop_count, dtype=np.int32),
        seeds=np.arange(stop_count, dtype=np.int32),
        numbers=np.zeros(NUMBERS, dtype=np.int64),
        random=np.array([(seed * 0x9E3779B97F4A7C15 + 0x632BE59BD9B4E019) % 2**64], dtype=np.uint64),
        best_next=nodes[:, NEXT].copy(),
        best_left_out=np.arange(stop_count, dtype=np.int32),
        changed=np.zeros(slot_count, dtype=np.uint8),
        changed_slots=np.zeros(slot_count, dtype=np.int32),
        log=np.zeros((LOG_PER_STOP * node_count + LOG_AT_LEAST, 2), dtype=np.int32),
        stamps=np.full(slot_count, -1, dtype=np.int64),
        ruined=np.full(slot_count, -1, dtype=np.int64),
        touched=np.zeros(slot_count, dtype=np.int32),
        backup=np.zeros((slot_count, SLOT_COLUMNS), dtype=np.int64),
        freed=np.zeros(2 * node_count + 8, dtype=np.int32),
        removed=np.zeros(stop_count, dtype=np.int32),
        missed=np.zeros(stop_count, dtype=np.int32),
        ranks=np.zeros(stop_count),
        every_slot=np.arange(slot_count, dtype=np.int32),
    )
    state.numbers[[LEFT_OUT, BEST_LEFT_OUT, SEED_COUNT]] = stop_count
    return state


def filled_state(model: Model, seed: int, routes: SlotRoutes, order: Sequence[int]) -> State:
    """A state that holds these routes; the stops of `order`, which are in none, are then inserted one by one."""
    state = empty_state(model, seed)
    for slot, route in routes.items():
        if not load_route(model.tables, state, slot, np.array(route, dtype=np.int32)):
            raise AssertionError(f"the route given for slot {slot} does not hold")
    count_free(model, state)
    state.left_out[: len(order)] = order
    state.numbers[LEFT_OUT] = len(order)
    construct(model.tables, state)
    restart(model, state)
    return state


def count_free(model: Model, state: State) -> None:
    """Lists the empty slots of each kind as free, the first on top."""
    for kind, row in enumerate(model.tables.kinds):
        first, end = row[FIRST_SLOT], row[FIRST_SLOT] + row[SLOTS]
        empty = np.flatnonzero(state.slots[first:end, SIZE] == 0)[::-1] + first
        state.free[first : first + len(empty)] = empty
        state.free_count[kind] = len(empty)


def restart(model: Model, state: State) -> None:
    """Takes the routes as they are for the best so far."""
    state.numbers[NOW] = total_cost(model.tables, state)
    state.changed[:] = 1
    state.changed_slots[:] = state.every_slot
    state.numbers[CHANGED] = len(state.every_slot)
    keep_best(model.tables, state)


def routes_in(model: Model, following: Int32s) -> SlotRoutes:
    """The routes in a column of next nodes: a state's own or those of its best plan."""
    stop_count = len(model.stops)
    after = following.tolist()
    routes: SlotRoutes = {}
    for slot in range(len(model.slot_kinds)):
        node = after[stop_count + slot]
        route = []
        while node < stop_count:
            route.append(node)
            node = after[node]
        if route:
            routes[slot] = route
    return routes
