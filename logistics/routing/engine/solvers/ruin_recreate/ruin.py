"""Ruin: strings of neighbouring stops are taken out of neighbouring routes (adjacent string removal).

Christiaens & Vanden Berghe 2020, "Slack induction by string removals for vehicle routing problems", DOI
10.1287/trsc.2019.0914.
"""

import numpy as np

from logistics.routing.engine.solvers.ruin_recreate.chance import below, uniform
from logistics.routing.engine.solvers.ruin_recreate.compiling import compiled_inline
from logistics.routing.engine.solvers.ruin_recreate.layout import (
    NEXT,
    PREVIOUS,
    ROUTE,
    SIZE,
    STEP,
    Int32s,
    Number,
    Settings,
    State,
    Tables,
)
from logistics.routing.engine.solvers.ruin_recreate.removal import cut


@compiled_inline
def ruin(tables: Tables, state: State, settings: Settings, seed: Number, mark: Number) -> Number:
    """Removes strings from the routes around `seed`; returns the next mark, or ~mark if a route no longer holds."""
    nodes, slots, random = state.nodes, state.slots, state.random
    route = nodes[seed, ROUTE]
    around = np.float64(slots[route, SIZE]) if route >= 0 else settings.removed_mean
    string_max = min(settings.string_max, max(1.0, around))
    wanted = np.int64(uniform(random) * (4.0 * settings.removed_mean / (1.0 + string_max) - 1.0) + 1.0)
    near_count = tables.near.shape[1]
    step = state.numbers[STEP]
    done = 0
    index = -1
    while done < wanted and index < near_count:
        stop = np.int64(seed) if index < 0 else np.int64(tables.near[seed, index])
        index += 1
        slot = np.int64(nodes[stop, ROUTE])
        if slot < 0 or state.ruined[slot] == step:
            continue
        state.ruined[slot] = step
        done += 1
        length = 1 + below(random, min(np.float64(slots[slot, SIZE]), string_max))
        mark = remove_string(tables, state, settings, slot, stop, length, mark)
        if mark < 0:
            break
    return mark


@compiled_inline
def remove_string(
    tables: Tables, state: State, settings: Settings, slot: Number, stop: Number, length: Number, mark: Number
) -> Number:
    """Removes a string of `length` stops that holds `stop`, or one with a gap in it that stays."""
    nodes, random = state.nodes, state.random
    size = state.slots[slot, SIZE]
    length = min(length, size)
    kept = np.int64(0)
    if 1 < length < size and uniform(random) < settings.gap_chance:
        kept = np.int64(1)
        while length + kept < size and uniform(random) < settings.gap_growth:
            kept += 1
    first, last = string_around(nodes, tables.stops.shape[0], stop, length + kept, below(random, length + kept))
    if kept == 0:
        return cut(tables, state, slot, first, last, mark)
    # The gap begins after at least one removed stop and ends before the last.
    head = 1 + below(random, length - 1)
    end = first
    for _ in range(head - 1):
        end = np.int64(nodes[end, NEXT])
    begin = end
    for _ in range(kept + 1):
        begin = np.int64(nodes[begin, NEXT])
    mark = cut(tables, state, slot, first, end, mark)
    if mark < 0:
        return mark
    return cut(tables, state, slot, begin, last, mark)


@compiled_inline
def string_around(
    nodes: Int32s, stop_count: Number, stop: Number, length: Number, offset: Number
) -> tuple[Number, Number]:
    """First and last of `length` stops in a row, `stop` among them, `offset` of them before it if there are so many."""
    first = stop
    while offset > 0 and nodes[first, PREVIOUS] < stop_count:
        first = np.int64(nodes[first, PREVIOUS])
        offset -= 1
    last = first
    count = 1
    while count < length and nodes[last, NEXT] < stop_count:
        last = np.int64(nodes[last, NEXT])
        count += 1
    while count < length:
        first = np.int64(nodes[first, PREVIOUS])
        count += 1
    return first, last
