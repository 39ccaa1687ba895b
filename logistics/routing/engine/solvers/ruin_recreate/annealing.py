"""Steps of ruin and recreate under simulated annealing, and the first routes."""

import numpy as np

from logistics.routing.engine.solvers.ruin_recreate.chance import below, uniform
from logistics.routing.engine.solvers.ruin_recreate.compiling import compiled, compiled_inline
from logistics.routing.engine.solvers.ruin_recreate.layout import (
    BEST,
    BEST_LEFT_OUT,
    CHANGED,
    COST,
    FAR,
    FIRST_SLOT,
    FREED_COUNT,
    KIND,
    LEFT_OUT,
    MIXED,
    NEXT,
    NOW,
    PRICE,
    REMOVED_COUNT,
    ROUTE,
    SEED_COUNT,
    SLOT_COLUMNS,
    STEP,
    TOUCHED_COUNT,
    WAS_OUT,
    Number,
    Settings,
    State,
    Tables,
)
from logistics.routing.engine.solvers.ruin_recreate.recreate import place_one, recreate
from logistics.routing.engine.solvers.ruin_recreate.retyping import retype
from logistics.routing.engine.solvers.ruin_recreate.ruin import ruin


@compiled
def anneal(tables: Tables, state: State, settings: Settings, steps: Number, hot: float, cold: float) -> Number:
    """So many steps, the temperature falling from `hot` to `cold` fine units; returns how many were accepted."""
    cooling = (cold / hot) ** (1.0 / max(1, steps))
    temperature = hot
    accepted = 0
    for _ in range(steps):
        temperature *= cooling
        begin_step(state)
        seed = np.int64(state.seeds[below(state.random, state.numbers[SEED_COUNT])])
        mark = np.int64(0)
        if tables.flags[MIXED] and uniform(state.random) < settings.retype_chance:
            mark = retype(tables, state, seed, mark)
        if mark >= 0:
            mark = ruin(tables, state, settings, seed, mark)
        if mark < 0:
            undo(tables, state, ~mark)
            continue
        allowed = -temperature * np.log(1.0 - uniform(state.random))
        mark, delta, retried, missed = recreate(tables, state, settings, np.int64(allowed) + 1, mark)
        if mark >= 0 and delta < allowed:
            accepted += 1
            accept(tables, state, delta, retried, missed)
        else:
            undo(tables, state, mark if mark >= 0 else ~mark)
    return accepted


@compiled
def construct(tables: Tables, state: State) -> None:
    """Inserts those left out in the order of their list, each at its cheapest place; this cannot be undone."""
    count = state.numbers[LEFT_OUT]
    missed = 0
    for index in range(count):
        stop = np.int64(state.left_out[index])
        begin_step(state)
        state.nodes[stop, WAS_OUT] = 0
        place_one(tables, state, stop, 0.0, 0.0, np.int64(FAR), np.int64(0))
        if state.nodes[stop, ROUTE] < 0:
            state.nodes[stop, WAS_OUT] = 1
            state.left_out[missed] = stop
            missed += 1
    state.numbers[LEFT_OUT] = missed


@compiled_inline
def begin_step(state: State) -> None:
    """Nothing touched, freed or removed yet."""
    state.numbers[STEP] += 1
    state.numbers[TOUCHED_COUNT] = 0
    state.numbers[FREED_COUNT] = 0
    state.numbers[REMOVED_COUNT] = 0


@compiled_inline
def accept(tables: Tables, state: State, delta: Number, retried: Number, missed: Number) -> None:
    """Keeps what the step did, and the plan if it is the best so far."""
    numbers = state.numbers
    numbers[NOW] += delta
    left = numbers[LEFT_OUT] - retried
    for index in range(retried):
        state.nodes[state.left_out[left + index], WAS_OUT] = 0
    for index in range(missed):
        state.left_out[left + index] = state.missed[index]
        state.nodes[state.missed[index], WAS_OUT] = 1
    numbers[LEFT_OUT] = left + missed
    for index in range(numbers[TOUCHED_COUNT]):
        slot = state.touched[index]
        if state.changed[slot] == 0:
            state.changed[slot] = 1
            state.changed_slots[numbers[CHANGED]] = slot
            numbers[CHANGED] += 1
    if numbers[NOW] < numbers[BEST]:
        keep_best(tables, state)


@compiled
def keep_best(tables: Tables, state: State) -> None:
    """Copies the routes that changed since the last best plan, and the list of those left out."""
    numbers, nodes = state.numbers, state.nodes
    stop_count = tables.stops.shape[0]
    numbers[BEST] = numbers[NOW]
    for index in range(numbers[CHANGED]):
        slot = state.changed_slots[index]
        state.changed[slot] = 0
        node = np.int64(stop_count + slot)
        while True:
            after = np.int64(nodes[node, NEXT])
            state.best_next[node] = after
            if after >= stop_count:
                break
            node = after
    numbers[CHANGED] = 0
    numbers[BEST_LEFT_OUT] = numbers[LEFT_OUT]
    for index in range(numbers[LEFT_OUT]):
        state.best_left_out[index] = state.left_out[index]


@compiled_inline
def undo(tables: Tables, state: State, mark: Number) -> None:
    """Takes back every write of the step: nodes, totals and free slots, in reverse."""
    nodes, numbers = state.nodes, state.numbers
    for index in range(mark - 1, -1, -1):
        cell = np.int64(state.log[index, 0])
        nodes[cell >> 4, cell & 15] = state.log[index, 1]
    for index in range(numbers[TOUCHED_COUNT]):
        for column in range(SLOT_COLUMNS):
            state.slots[state.touched[index], column] = state.backup[index, column]
    for index in range(numbers[FREED_COUNT] - 1, -1, -1):
        entry = state.freed[index]
        slot = abs(entry) - 1
        kind = state.slots[slot, KIND]
        if entry > 0:
            state.free_count[kind] -= 1
        else:
            state.free[tables.kinds[kind, FIRST_SLOT] + state.free_count[kind]] = slot
            state.free_count[kind] += 1


@compiled
def total_cost(tables: Tables, state: State) -> Number:
    """The routes' costs and the prices of those left out, counted anew."""
    total = np.int64(0)
    for slot in range(state.slots.shape[0]):
        total += state.slots[slot, COST]
    for index in range(state.numbers[LEFT_OUT]):
        total += tables.stops[state.left_out[index], PRICE]
    return total
