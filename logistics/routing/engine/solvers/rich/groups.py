"""Stops that share a vehicle: all of them go into one route, or none."""

import numpy as np

from logistics.routing.engine.solvers.rich.compiling import below, compiled, uniform
from logistics.routing.engine.solvers.rich.insertion import insert_best, try_row
from logistics.routing.engine.solvers.rich.layout import (
    ADDS,
    CLASS,
    DROP,
    FAR,
    KIND,
    SIZE,
    VEHICLE,
    WEIGHT,
    Number,
    State,
    Tables,
)
from logistics.routing.engine.solvers.rich.routes import refresh, touch

# In how many routes the whole group is tried, those first where its first stop costs least.
ROUTES_TRIED = 8


@compiled
def insert_group(tables: Tables, state: State, group: Number, daring_chance: Number) -> None:
    """Puts the whole group into the route where that costs least, if there is one, and if it is worth it."""
    first, end = tables.group_starts[group], tables.group_starts[group + 1]
    begin = first + below(state.random, end - first)
    bound: Number = np.int64(0)
    optional = True
    for index in range(first, end):
        bound += tables.stops[tables.group_stops[index], DROP]
        optional = optional and tables.stops[tables.group_stops[index], WEIGHT] == 0
    if not optional or uniform(state.random) < daring_chance:
        bound = FAR
    prices = np.full(tables.vehicles.shape[0], FAR, np.int64)
    for vehicle in range(tables.vehicles.shape[0]):
        if may_take(tables, state, group, vehicle):
            prices[vehicle] = price_in(tables, state, vehicle, tables.group_stops[begin])
    best: Number = bound
    best_vehicle: Number = np.int64(-1)
    for _ in range(ROUTES_TRIED):
        next_vehicle = np.int64(np.argmin(prices))
        if prices[next_vehicle] >= FAR:
            break
        prices[next_vehicle] = FAR
        adds = try_group(tables, state, group, begin, next_vehicle)
        if adds < best:
            best, best_vehicle = adds, next_vehicle
        take_back(tables, state, group, next_vehicle)
    if best_vehicle >= 0:
        try_group(tables, state, group, begin, best_vehicle)


@compiled
def may_take(tables: Tables, state: State, group: Number, vehicle: Number) -> Number:
    """Whether the vehicle may serve the whole group; of empty vehicles of a kind only the first is asked."""
    if state.routes[vehicle, SIZE] == 0 and state.empty_of_kind[tables.vehicles[vehicle, KIND]] != vehicle:
        return False
    for index in range(tables.group_starts[group], tables.group_starts[group + 1]):
        if tables.access[tables.stops[tables.group_stops[index], CLASS], vehicle] == 0:
            return False
    return True


@compiled
def price_in(tables: Tables, state: State, vehicle: Number, stop: Number) -> Number:
    """What the stop adds at its best place in the vehicle's row, kept in `state.best`; FAR if there is none."""
    state.best[ADDS], state.best[VEHICLE] = FAR, -1
    try_row(tables, state, vehicle, stop)
    return state.best[ADDS]


@compiled
def try_group(tables: Tables, state: State, group: Number, begin: Number, vehicle: Number) -> Number:
    """Puts the group into the vehicle's row, from the stop at index `begin` on and around; what that adds, or FAR if
    not all could be put there."""
    first, end = tables.group_starts[group], tables.group_starts[group + 1]
    touch(state, vehicle)
    count = state.routes[vehicle, SIZE]
    for index in range(count):
        state.spare[index] = state.rows[vehicle, index]
    state.spare[state.spare.shape[0] - 1] = count
    total: Number = np.int64(0)
    for offset in range(end - first):
        index = begin + offset
        if index >= end:
            index -= end - first
        stop = tables.group_stops[index]
        adds = price_in(tables, state, vehicle, stop)
        if adds >= FAR:
            return FAR
        total += adds
        if not insert_best(tables, state, stop):
            return FAR
    return total


@compiled
def take_back(tables: Tables, state: State, group: Number, vehicle: Number) -> None:
    """Undoes `try_group`."""
    count = np.int64(state.spare[state.spare.shape[0] - 1])
    for index in range(count):
        state.rows[vehicle, index] = state.spare[index]
    state.routes[vehicle, SIZE] = count
    for index in range(tables.group_starts[group], tables.group_starts[group + 1]):
        state.route_of[tables.group_stops[index]] = -1
    refresh(tables, state, vehicle)
