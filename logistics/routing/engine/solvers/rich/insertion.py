"""The cheapest place for a stop, and putting it there."""

import numpy as np

from logistics.routing.engine.solvers.rich.compiling import compiled, uniform
from logistics.routing.engine.solvers.rich.layout import (
    ADDS,
    BALANCE,
    CLASS,
    FAR,
    INDEX,
    LONGEST,
    MARKER,
    MARKER_AFTER,
    MARKER_BEFORE,
    NO_MARKER,
    RELOADS,
    SIZE,
    UNDERWAY,
    VEHICLE,
    Number,
    State,
    Tables,
)
from logistics.routing.engine.solvers.rich.pricing import has_room, price_at, price_with_marker
from logistics.routing.engine.solvers.rich.routes import refresh, touch

# How often a stop that fits the trip is tried with a marker all the same: it may be packed late, or loading again may
# make room for the next one.
MARKER_CHANCE = 0.15


@compiled
def try_at(tables: Tables, state: State, vehicle: Number, stop: Number, index: Number) -> None:
    """Keeps the place before position `index` if it is the best so far, with a marker or without."""
    best = state.best
    price = price_at(tables, state, vehicle, stop, index, best[ADDS])
    if price < best[ADDS]:
        best[ADDS], best[VEHICLE], best[INDEX], best[MARKER] = price, vehicle, index, NO_MARKER
    if tables.vehicles[vehicle, RELOADS] == 0:
        return
    if has_room(tables, state, vehicle, stop, index) and uniform(state.random) >= MARKER_CHANCE:
        return
    if index > 0 or tables.vehicles[vehicle, UNDERWAY]:
        price = price_with_marker(tables, state, vehicle, stop, index, MARKER_BEFORE, best[ADDS])
        if price < best[ADDS]:
            best[ADDS], best[VEHICLE], best[INDEX], best[MARKER] = price, vehicle, index, MARKER_BEFORE
    if index < state.routes[vehicle, SIZE]:
        price = price_with_marker(tables, state, vehicle, stop, index, MARKER_AFTER, best[ADDS])
        if price < best[ADDS]:
            best[ADDS], best[VEHICLE], best[INDEX], best[MARKER] = price, vehicle, index, MARKER_AFTER


@compiled
def try_row(tables: Tables, state: State, vehicle: Number, stop: Number) -> None:
    """Keeps the best place in the vehicle's row if it is the best so far."""
    if tables.access[tables.stops[stop, CLASS], vehicle]:
        for index in range(state.routes[vehicle, SIZE] + 1):
            try_at(tables, state, vehicle, stop, index)


@compiled
def try_beside(tables: Tables, state: State, stop: Number, blink_chance: Number) -> None:
    """Keeps the best place beside the stop's neighbours, overlooking some by chance."""
    access = tables.access[tables.stops[stop, CLASS]]
    for column in range(tables.before.shape[1]):
        neighbour = tables.before[stop, column]
        vehicle = state.route_of[neighbour]
        if vehicle >= 0 and access[vehicle] and uniform(state.random) >= blink_chance:
            try_at(tables, state, vehicle, stop, state.index_of[neighbour] + 1)
        neighbour = tables.after[stop, column]
        vehicle = state.route_of[neighbour]
        if vehicle >= 0 and access[vehicle] and uniform(state.random) >= blink_chance:
            try_at(tables, state, vehicle, stop, np.int64(state.index_of[neighbour]))


@compiled
def try_empty(tables: Tables, state: State, stop: Number) -> None:
    """Keeps the cheapest vehicle that has no stop yet if that is the best so far; one of each kind is looked at."""
    best = state.best
    for kind in range(state.empty_of_kind.shape[0]):
        vehicle = state.empty_of_kind[kind]
        if vehicle < 0 or state.alone[stop, kind, 0] >= FAR:
            continue
        adds = state.alone[stop, kind, 0]
        if tables.rules[BALANCE] > 0:
            longer = max(np.int64(0), state.alone[stop, kind, 1] - state.numbers[LONGEST])
            adds += tables.rules[BALANCE] * longer
        if adds < best[ADDS]:
            best[ADDS], best[VEHICLE], best[INDEX], best[MARKER] = adds, vehicle, 0, NO_MARKER


@compiled
def insert_best(tables: Tables, state: State, stop: Number) -> Number:
    """Puts the stop where `state.best` says; whether the route holds, which only a bug could prevent."""
    best = state.best
    vehicle, index = best[VEHICLE], best[INDEX]
    touch(state, vehicle)
    row, marker = state.rows[vehicle], tables.stops.shape[0]
    count = state.routes[vehicle, SIZE]
    nodes = (stop, np.int64(-1))
    if best[MARKER] == MARKER_BEFORE:
        nodes = (np.int64(marker), stop)
    elif best[MARKER] == MARKER_AFTER:
        nodes = (stop, np.int64(marker))
    grow = 1 if best[MARKER] == NO_MARKER else 2
    for position in range(count - 1, index - 1, -1):
        row[position + grow] = row[position]
    row[index] = nodes[0]
    if grow == 2:
        row[index + 1] = nodes[1]
    state.routes[vehicle, SIZE] = count + grow
    return refresh(tables, state, vehicle)
