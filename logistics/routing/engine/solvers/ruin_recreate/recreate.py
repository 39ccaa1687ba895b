"""Recreate: the removed stops, and some of those left out, go back one by one to their cheapest places."""

import numpy as np

from logistics.routing.engine.solvers.ruin_recreate.chance import below, uniform
from logistics.routing.engine.solvers.ruin_recreate.compiling import compiled_inline
from logistics.routing.engine.solvers.ruin_recreate.insertion import (
    best_free_slot,
    best_place_anywhere,
    best_place_near,
    insert,
)
from logistics.routing.engine.solvers.ruin_recreate.layout import (
    CLOSES,
    COST,
    DEPOT_DISTANCE,
    EXCHANGED,
    FAR,
    LEFT_OUT,
    MIXED,
    NODE_COLUMNS,
    OPENS,
    OPTIONAL,
    PRICE,
    REMOVED_COUNT,
    ROUTE,
    SHARE,
    SIZE,
    TIMED,
    TOUCHED_COUNT,
    WAS_OUT,
    Number,
    Settings,
    State,
    Tables,
)
from logistics.routing.engine.solvers.ruin_recreate.removal import take_free
from logistics.routing.engine.solvers.ruin_recreate.retyping import settle

# So many of the stops that are left out are tried again in one step.
RETRIED_MAX = 10
# How often each order is used: by chance, by load, far first, near first; with windows also narrow first, early first,
# late end first (the weights of the paper, and for windows those of its section on them).
BY_CHANCE, BY_LOAD, BY_FAR, BY_NEAR, BY_WIDTH, BY_START, BY_END = 4.0, 8.0, 10.0, 11.0, 13.0, 15.0, 17.0


@compiled_inline
def recreate(
    tables: Tables, state: State, settings: Settings, limit: Number, mark: Number
) -> tuple[Number, Number, Number, Number]:
    """Inserts what was removed; returns the next mark, what the step changes in cost, how many of those left out it
    tried, and how many stops are missed. The mark is ~mark if the step is to be undone, as when its cost is sure to
    exceed `limit`."""
    retried = retry_some(state)
    ruined = state.numbers[REMOVED_COUNT]
    delta = np.int64(0)
    for index in range(retried):
        stop = state.left_out[state.numbers[LEFT_OUT] - 1 - index]
        delta -= tables.stops[stop, PRICE]
        state.removed[ruined + index] = stop
    count = ruined + retried
    # What the insertions may cost together. None lowers the cost (but where a detour is shorter than the direct leg),
    # so the step is given up where one costs more than is left: a fifth to a half more steps in the same time.
    left = FAR
    if tables.flags[EXCHANGED] == 0:
        left = limit - delta
        for index in range(state.numbers[TOUCHED_COUNT]):
            left -= state.slots[state.touched[index], COST] - state.backup[index, COST]
    put_in_order(tables, state, count)
    missed = 0
    for index in range(count):
        stop = np.int64(state.removed[index])
        mark, price = place_one(tables, state, stop, settings.blink_chance, settings.looked_at, left, mark)
        if mark < 0:
            return mark, delta, retried, missed
        left -= price
        if state.nodes[stop, ROUTE] < 0:
            state.missed[missed] = stop
            missed += 1
            delta += tables.stops[stop, PRICE]
    if tables.flags[MIXED]:
        mark = settle(tables, state, mark)
        if mark < 0:
            return mark, delta, retried, missed
    for index in range(state.numbers[TOUCHED_COUNT]):
        delta += state.slots[state.touched[index], COST] - state.backup[index, COST]
    return mark, delta, retried, missed


@compiled_inline
def retry_some(state: State) -> Number:
    """Moves a random choice of those left out to the end of their list; returns how many."""
    count = state.numbers[LEFT_OUT]
    retried = min(count, RETRIED_MAX)
    if count > retried:
        for index in range(retried):
            end = count - 1 - index
            other = below(state.random, end + 1)
            state.left_out[other], state.left_out[end] = state.left_out[end], state.left_out[other]
    return retried


@compiled_inline
def place_one(
    tables: Tables, state: State, stop: Number, blink_chance: float, looked_at: float, left: Number, mark: Number
) -> tuple[Number, Number]:
    """Inserts the stop at its cheapest place if there is one, else leaves it out; returns the next mark and the price.

    ~mark if the log is full, or if neither costs less than `left` as far as it looks: within such a bound a stop
    without a place beside its neighbours is the end of most steps, and is tried in all routes only as often as that
    costs a look at `looked_at` places.
    """
    optional = tables.stops[stop, OPTIONAL] != 0
    bound = tables.stops[stop, PRICE] if optional else FAR
    bounded = left < tables.stops[stop, PRICE]
    if bounded:
        bound = left
    before, price = best_place_near(tables, state, stop, bound, blink_chance)
    kind, price = best_free_slot(tables, state, stop, price)
    if kind >= 0:
        slot = take_free(tables, state, kind)
        before = tables.stops.shape[0] + slot
    else:
        if before < 0 and not optional:
            if state.nodes[stop, WAS_OUT] != 0:
                # Where nothing changed there is still no room.
                changed = state.touched[: state.numbers[TOUCHED_COUNT]]
                before, price = best_place_anywhere(tables, state, stop, bound, changed)
            elif not bounded or uniform(state.random) * tables.stops.shape[0] < looked_at:
                before, price = best_place_anywhere(tables, state, stop, bound, state.every_slot)
        if before < 0:
            return (~mark if bounded else mark), tables.stops[stop, PRICE]
        slot = slot_of(tables, state, before)
    if mark + NODE_COLUMNS * (state.slots[slot, SIZE] + 4) > state.log.shape[0]:
        return ~mark, price
    return insert(tables, state, stop, slot, before, mark), price


@compiled_inline
def slot_of(tables: Tables, state: State, node: Number) -> Number:
    stop_count = tables.stops.shape[0]
    return node - stop_count if node >= stop_count else np.int64(state.nodes[node, ROUTE])


@compiled_inline
def put_in_order(tables: Tables, state: State, count: Number) -> None:
    """Orders the removed stops by chance, load, distance or window; which, is drawn anew each time."""
    removed, ranks, nodes = state.removed, state.ranks, state.nodes
    draw = uniform(state.random) * (BY_END if tables.flags[TIMED] else BY_NEAR)
    for index in range(count):
        stop = np.int64(removed[index])
        if draw < BY_CHANCE:
            rank = uniform(state.random)
        elif draw < BY_LOAD:
            rank = -tables.keys[stop, SHARE]
        elif draw < BY_FAR:
            rank = -tables.keys[stop, DEPOT_DISTANCE]
        elif draw < BY_NEAR:
            rank = tables.keys[stop, DEPOT_DISTANCE]
        elif draw < BY_WIDTH:
            rank = np.float64(nodes[stop, CLOSES] - nodes[stop, OPENS])
        elif draw < BY_START:
            rank = np.float64(nodes[stop, OPENS])
        else:
            rank = -np.float64(nodes[stop, CLOSES])
        place = index
        while place > 0 and ranks[place - 1] > rank:
            ranks[place] = ranks[place - 1]
            removed[place] = removed[place - 1]
            place -= 1
        ranks[place] = rank
        removed[place] = stop
