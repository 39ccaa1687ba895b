"""Ruin: what is taken out of the routes before it is put back elsewhere.

Strings of neighbouring stops out of neighbouring routes (adjacent string removal: Christiaens & Vanden Berghe 2020,
"Slack induction by string removals for vehicle routing problems", DOI 10.1287/trsc.2019.0914), now and then stops from
anywhere or a whole route. Stops that belong together leave together.
"""

import numpy as np

from logistics.routing.engine.solvers.rich.compiling import below, compiled, uniform
from logistics.routing.engine.solvers.rich.evaluation import row_holds
from logistics.routing.engine.solvers.rich.layout import (
    ABSENT,
    BALANCE,
    GROUP,
    LONGEST_OF,
    OUT_MONEY,
    RUINED,
    SIZE,
    STEP,
    TOUCHED_COUNT,
    VISITS,
    Number,
    Settings,
    State,
    Tables,
)
from logistics.routing.engine.solvers.rich.routes import refresh, touch


@compiled
def ruin(tables: Tables, state: State, settings: Settings) -> None:
    """Takes stops out and closes the rows behind them."""
    stop_count = tables.stops.shape[0]
    seed = below(state.random, stop_count)
    draw = uniform(state.random)
    if draw < settings.scatter_chance:
        for _ in range(1 + below(state.random, 2.0 * settings.removed_mean)):
            take_out(tables, state, below(state.random, stop_count))
    elif draw < settings.scatter_chance + settings.whole_route_chance:
        empty_route(tables, state, seed, settings)
    else:
        remove_strings(tables, state, settings, seed)
    close_rows(tables, state)


@compiled
def take_out(tables: Tables, state: State, stop: Number) -> None:
    """Takes a stop out of its route, and with it those that belong together with it; their row still shows them."""
    group = tables.stops[stop, GROUP]
    if group < 0:
        take_one(state, stop)
        return
    for index in range(tables.group_starts[group], tables.group_starts[group + 1]):
        take_one(state, tables.group_stops[index])


@compiled
def take_one(state: State, stop: Number) -> None:
    vehicle = np.int64(state.route_of[stop])
    if vehicle >= 0:
        touch(state, vehicle)
        state.route_of[stop] = -1
        state.absent[state.numbers[ABSENT]] = stop
        state.numbers[ABSENT] += 1


@compiled
def empty_route(tables: Tables, state: State, seed: Number, settings: Settings) -> None:
    """Takes all stops out of the seed's route, or the longest if that has a price, if they are not too many."""
    vehicle = np.int64(state.route_of[seed])
    if tables.rules[BALANCE] > 0 and uniform(state.random) < 0.5:
        vehicle = state.numbers[LONGEST_OF]
    if vehicle < 0:
        return
    if state.routes[vehicle, VISITS] > 5.0 * settings.removed_mean:
        remove_strings(tables, state, settings, seed)
        return
    for index in range(state.routes[vehicle, SIZE]):
        node = state.rows[vehicle, index]
        if node < tables.stops.shape[0]:
            take_out(tables, state, node)


@compiled
def remove_strings(tables: Tables, state: State, settings: Settings, seed: Number) -> None:
    """Removes strings from the routes around `seed`."""
    random, routes, step = state.random, state.routes, state.numbers[STEP]
    vehicle = np.int64(state.route_of[seed])
    around = np.float64(routes[vehicle, VISITS]) if vehicle >= 0 else settings.removed_mean
    string_max = min(settings.string_max, max(1.0, around))
    wanted = np.int64(uniform(random) * (4.0 * settings.removed_mean / (1.0 + string_max) - 1.0) + 1.0)
    done = 0
    for index in range(-1, tables.near.shape[1]):
        if done >= wanted:
            break
        stop = seed if index < 0 else np.int64(tables.near[seed, index])
        vehicle = np.int64(state.route_of[stop])
        if vehicle < 0 or routes[vehicle, RUINED] == step:
            continue
        routes[vehicle, RUINED] = step
        done += 1
        size = routes[vehicle, SIZE]
        length_max = min(np.float64(size), string_max)
        remove_string(tables, state, settings, vehicle, np.int64(state.index_of[stop]), 1 + below(random, length_max))


@compiled
def remove_string(
    tables: Tables, state: State, settings: Settings, vehicle: Number, index: Number, count: Number
) -> None:
    """Removes `count` nodes in a row around an index, or leaves a gap between them."""
    random, size = state.random, state.routes[vehicle, SIZE]
    count = min(count, size)
    gap: Number = np.int64(0)
    if 1 < count < size and uniform(random) < settings.gap_chance:
        gap = 1
        while count + gap < size and uniform(random) < settings.gap_growth:
            gap += 1
    first = max(np.int64(0), min(size - count - gap, index - below(random, count + gap)))
    gap_begin = first + 1 + below(random, max(1, count - 1)) if gap > 0 else np.int64(-1)
    for position in range(first, first + count + gap):
        if gap_begin <= position < gap_begin + gap:
            continue
        node = state.rows[vehicle, position]
        if node < tables.stops.shape[0]:
            take_out(tables, state, node)


@compiled
def close_rows(tables: Tables, state: State) -> None:
    """Takes what was removed out of the rows, and with it the markers that no longer help; a row that does not hold any
    more, which detours shorter than the direct leg can bring about, loses all its stops."""
    for number in range(state.numbers[TOUCHED_COUNT]):
        vehicle = np.int64(state.touched[number])
        compress(tables, state, vehicle)
        drop_markers(tables, state, vehicle)
        if refresh(tables, state, vehicle):
            continue
        for index in range(state.routes[vehicle, SIZE]):
            if state.rows[vehicle, index] < tables.stops.shape[0]:
                take_out(tables, state, state.rows[vehicle, index])
        state.routes[vehicle, SIZE] = 0
        refresh(tables, state, vehicle)


@compiled
def compress(tables: Tables, state: State, vehicle: Number) -> None:
    """Closes the gaps in a row; a marker ahead of another, at the end or at the start goes."""
    row, stop_count = state.rows[vehicle], tables.stops.shape[0]
    kept, marker = 0, np.int64(-1)
    for index in range(state.routes[vehicle, SIZE]):
        node = row[index]
        if node >= stop_count:
            marker = node
        elif state.route_of[node] == vehicle:
            if marker >= 0 and kept > 0:
                row[kept] = marker
                kept += 1
            marker = np.int64(-1)
            row[kept] = node
            kept += 1
    state.routes[vehicle, SIZE] = kept


@compiled
def drop_markers(tables: Tables, state: State, vehicle: Number) -> None:
    """Takes out every marker without which the row holds and is not dearer."""
    row, trial, stop_count = state.rows[vehicle], state.trial, tables.stops.shape[0]
    index = 0
    while index < state.routes[vehicle, SIZE]:
        count = state.routes[vehicle, SIZE] - 1
        if row[index] < stop_count:
            index += 1
            continue
        for position in range(count):
            trial[position] = row[position] if position < index else row[position + 1]
        if row_holds(tables, state, vehicle, trial, count):
            without = state.out[OUT_MONEY]
            if not row_holds(tables, state, vehicle, row, count + 1) or without <= state.out[OUT_MONEY]:
                for position in range(index, count):
                    row[position] = trial[position]
                state.routes[vehicle, SIZE] = count
                continue
        index += 1
