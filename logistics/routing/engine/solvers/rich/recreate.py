"""Recreate: what is absent goes back where it costs least, in an order that changes from step to step."""

import numpy as np

from logistics.routing.engine.solvers.rich.compiling import below, compiled, uniform
from logistics.routing.engine.solvers.rich.groups import insert_group
from logistics.routing.engine.solvers.rich.insertion import insert_best, try_beside, try_empty, try_row
from logistics.routing.engine.solvers.rich.layout import (
    ABSENT,
    ADDS,
    ANY_POSITION,
    CLASS,
    DROP,
    FAR,
    GROUP,
    OLD_ABSENT,
    POSITION,
    SIZE,
    TOUCHED_COUNT,
    VEHICLE,
    WEIGHT,
    WEIGHT_PRICE,
    Number,
    State,
    Tables,
)

# How many of those absent for longer are tried again in a step, on average: with a fleet far too small there are
# hundreds, and hardly ever a place for one.
RETRIES = 30.0
# By what stops are put in order, and how often relative to one another.
RANDOM, DEMAND, FAR_FIRST, CLOSE_FIRST, EARLY_FIRST, LATE_FIRST, NARROW_FIRST, WEIGHT_FIRST = range(8)
POSITIONED_LAST = 1e12


@compiled
def recreate(tables: Tables, state: State, blink_chance: Number, daring_chance: Number) -> None:
    """Puts back what can be put back; the rest stays in the list of the absent."""
    count = put_in_order(tables, state)
    for number in range(count):
        stop = np.int64(state.order[number])
        group = tables.stops[stop, GROUP]
        if group >= 0:
            insert_group(tables, state, group, daring_chance)
        else:
            insert_stop(tables, state, stop, blink_chance, daring_chance)
    kept = 0
    for number in range(state.numbers[ABSENT]):
        stop = np.int64(state.absent[number])
        if state.route_of[stop] < 0:
            state.absent[kept] = stop
            kept += 1
    state.numbers[ABSENT] = kept


@compiled
def insert_stop(tables: Tables, state: State, stop: Number, blink_chance: Number, daring_chance: Number) -> None:
    """Puts a stop where it costs least: beside its neighbours, in an empty vehicle, or else anywhere.

    One that was absent before this step is looked for only in routes that have changed. One with a drop cost goes back
    if it costs less than that, and with `daring_chance` in any case: two may be worth a way that one is not.
    """
    best = state.best
    best[ADDS] = FAR
    optional = tables.stops[stop, WEIGHT] == 0
    if (optional or tables.rules[ANY_POSITION]) and uniform(state.random) >= daring_chance:
        # Where positions are pinned, a stop that pushes another from its place is not worth more than its own weight.
        best[ADDS] = tables.stops[stop, DROP] + tables.stops[stop, WEIGHT] * tables.rules[WEIGHT_PRICE]
    best[VEHICLE] = -1
    try_beside(tables, state, stop, blink_chance)
    try_empty(tables, state, stop)
    if best[VEHICLE] < 0:
        if state.out_before[stop]:
            for number in range(state.numbers[TOUCHED_COUNT]):
                try_row(tables, state, np.int64(state.touched[number]), stop)
        else:
            access = tables.access[tables.stops[stop, CLASS]]
            for vehicle in range(tables.vehicles.shape[0]):
                if access[vehicle] and state.routes[vehicle, SIZE] > 0:
                    try_row(tables, state, vehicle, stop)
    if best[VEHICLE] >= 0:
        insert_best(tables, state, stop)


@compiled
def put_in_order(tables: Tables, state: State) -> Number:
    """Writes those to be put back to `state.order`, of a group the first only; how many they are."""
    numbers, order, ranks = state.numbers, state.order, state.ranks
    how = drawn_order(state)
    # Others fill the positions before a pinned stop if it comes last, and do not take its place if it comes first.
    positioned = POSITIONED_LAST if uniform(state.random) < 0.5 else -POSITIONED_LAST
    retry_chance = RETRIES / max(1.0, np.float64(numbers[OLD_ABSENT]))
    count = 0
    for number in range(numbers[ABSENT]):
        stop = state.absent[number]
        group = tables.stops[stop, GROUP]
        if group >= 0 and tables.group_stops[tables.group_starts[group]] != stop:
            continue
        state.out_before[stop] = number < numbers[OLD_ABSENT]
        if number < numbers[OLD_ABSENT] and retry_chance < 1.0 and uniform(state.random) >= retry_chance:
            continue
        rank = rank_of(tables, state, stop, how)
        position = tables.stops[stop, POSITION]
        if position > 0:
            rank = position + positioned
        place = count
        if count < 200:
            while place > 0 and ranks[place - 1] > rank:
                ranks[place] = ranks[place - 1]
                order[place] = order[place - 1]
                place -= 1
        ranks[place], order[place] = rank, stop
        count += 1
    if count > 200:
        by_rank = np.argsort(ranks[:count])
        order[:count] = order[:count][by_rank]
    return count


@compiled
def drawn_order(state: State) -> Number:
    """Which order is used now: 4 : 4 : 2 : 1 for the first four, 2 each for the windows, 1 for the weight."""
    draw = below(state.random, 18)
    if draw < 4:
        return RANDOM
    if draw < 8:
        return DEMAND
    if draw < 10:
        return FAR_FIRST
    if draw < 11:
        return CLOSE_FIRST
    if draw < 13:
        return EARLY_FIRST
    if draw < 15:
        return LATE_FIRST
    return NARROW_FIRST if draw < 17 else WEIGHT_FIRST


@compiled
def rank_of(tables: Tables, state: State, stop: Number, how: Number) -> Number:
    """What the stop is sorted by: the least goes first."""
    keys = tables.keys[stop]
    if how == DEMAND:
        return -keys[0]
    if how == FAR_FIRST:
        return -keys[1]
    if how == CLOSE_FIRST:
        return keys[1]
    if how == EARLY_FIRST:
        return keys[2]
    if how == LATE_FIRST:
        return -keys[3]
    if how == NARROW_FIRST:
        return keys[4]
    if how == WEIGHT_FIRST:
        return -keys[5]
    return uniform(state.random)
