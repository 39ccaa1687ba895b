"""What a stop adds at one place: a bound from the new legs first, then whether the times fit, then the whole route."""

import numpy as np

from logistics.routing.engine.solvers.rich.clocks import arrival, first_start, rest
from logistics.routing.engine.solvers.rich.compiling import compiled
from logistics.routing.engine.solvers.rich.evaluation import evaluate, length, loads_fit
from logistics.routing.engine.solvers.rich.layout import (
    BALANCE,
    BREAKS,
    CAPACITY_G,
    CAPACITY_ML,
    CAPACITY_PACKAGES,
    CLOCKED,
    CLOSED,
    CLOSED_WAY,
    DEPOT_PLACE,
    END_PLACE,
    EXACT,
    FAR,
    GRAMS,
    LONGEST,
    LONGEST_M,
    LONGEST_OF,
    MARKER_AFTER,
    MARKER_BEFORE,
    METRES,
    ML,
    MONEY,
    MOST_STOPS,
    NEVER,
    NO_MARKER,
    OUT_MONEY,
    OUT_PAID,
    OUT_PENALTY,
    PACKAGES,
    PAID,
    PENALTY,
    PER_METRE,
    PER_SECOND,
    PINNED,
    PLACE,
    PROFILE,
    RELEASED,
    RELOADS,
    SECOND_LONGEST,
    SERVING,
    SIZE,
    START_PLACE,
    TRIP_G,
    TRIP_ML,
    TRIP_PACKAGES,
    TRIP_RELEASED,
    UNDERWAY,
    VISITS,
    WORK,
    ZERO,
    Number,
    State,
    Tables,
)
from logistics.routing.engine.solvers.rich.routes import end_of, start_of
from logistics.routing.engine.solvers.rich.timing import place_of


@compiled
def added(tables: Tables, state: State, vehicle: Number, money: Number, penalty: Number, paid: Number) -> Number:
    """What a route with these numbers adds to the plan, compared with the vehicle's route now."""
    routes, numbers = state.routes, state.numbers
    adds = money - routes[vehicle, MONEY] + penalty - routes[vehicle, PENALTY]
    if tables.rules[BALANCE] > 0:
        others = numbers[SECOND_LONGEST] if numbers[LONGEST_OF] == vehicle else numbers[LONGEST]
        adds += tables.rules[BALANCE] * (max(paid, others) - numbers[LONGEST])
    return adds


@compiled
def in_time(
    tables: Tables,
    state: State,
    vehicle: Number,
    stop: Number,
    before: Number,
    after: Number,
    in_s: Number,
    out_s: Number,
) -> Number:
    """Whether a stop fits between two nodes in time, all later windows and the shift kept; exact unless its trip would
    have to leave later for it."""
    profile, breaks = tables.vehicles[vehicle, PROFILE], tables.vehicles[vehicle, BREAKS]
    if breaks == 0:
        clock = first_start(tables, stop, arrival(tables, profile, state.ready[before, 0], in_s))
        if clock == NEVER:
            return False
        return arrival(tables, profile, clock + tables.stops[stop, SERVING], out_s) <= state.latest[after, 0]
    walk = state.walk
    for taken in range(breaks + 1):
        clock = state.ready[before, taken]
        walk[taken] = arrival(tables, profile, clock, in_s) if clock < NEVER else NEVER
    rest(tables, vehicle, walk)
    for taken in range(breaks + 1):
        start = first_start(tables, stop, walk[taken]) if walk[taken] < NEVER else NEVER
        walk[taken] = min(NEVER, start + tables.stops[stop, SERVING])
    rest(tables, vehicle, walk)
    for taken in range(breaks + 1):
        if walk[taken] < NEVER and arrival(tables, profile, walk[taken], out_s) <= state.latest[after, taken]:
            return True
    return False


@compiled
def has_room(tables: Tables, state: State, vehicle: Number, stop: Number, index: Number) -> Number:
    """Whether the trip at position `index` of the vehicle's row can carry the stop too."""
    before = state.rows[vehicle, index - 1] if index > 0 else start_of(tables, state, vehicle)
    trip, numbers = state.trips[state.heads[before]], tables.vehicles[vehicle]
    return (
        trip[TRIP_G] + tables.stops[stop, GRAMS] <= numbers[CAPACITY_G]
        and trip[TRIP_PACKAGES] + tables.stops[stop, PACKAGES] <= numbers[CAPACITY_PACKAGES]
        and trip[TRIP_ML] + tables.stops[stop, ML] <= numbers[CAPACITY_ML]
    )


@compiled
def price_at(tables: Tables, state: State, vehicle: Number, stop: Number, index: Number, bound: Number) -> Number:
    """What the stop adds before position `index` of the vehicle's row, or FAR if that is not below `bound` or breaks a
    rule."""
    numbers, routes, row = tables.vehicles[vehicle], state.routes[vehicle], state.rows[vehicle]
    count, profile, place = routes[SIZE], numbers[PROFILE], tables.stops[stop, PLACE]
    before = start_of(tables, state, vehicle)
    after = end_of(tables, state, vehicle)
    origin, target = numbers[START_PLACE], numbers[END_PLACE]
    if index > 0:
        before = np.int64(row[index - 1])
        origin = place_of(tables, vehicle, before)
    if index < count:
        after = np.int64(row[index])
        target = place_of(tables, vehicle, after)
    in_m, out_m = np.int64(tables.metres[profile, origin, place]), np.int64(tables.metres[profile, place, target])
    if in_m == CLOSED or out_m == CLOSED:
        return FAR
    metres = in_m + out_m
    if count > 0:
        metres -= tables.metres[profile, origin, target]
    price = metres * numbers[PER_METRE]
    if price >= bound and numbers[PINNED] == 0:
        return FAR
    head = state.heads[before]
    if (
        not has_room(tables, state, vehicle, stop, index)
        or routes[VISITS] >= numbers[MOST_STOPS]
        or routes[METRES] + metres > numbers[LONGEST_M]
    ):
        return FAR
    in_s, out_s = np.int64(tables.seconds[profile, origin, place]), np.int64(tables.seconds[profile, place, target])
    if numbers[CLOCKED] and numbers[PINNED] == 0 and tables.speed_counts[profile] == 0:
        work = routes[WORK] + in_s + out_s + tables.stops[stop, SERVING]
        work -= tables.seconds[profile, origin, target]
        if price + max(np.int64(0), work - routes[PAID]) * numbers[PER_SECOND] >= bound:
            return FAR
    released = tables.stops[stop, RELEASED]
    first = np.int64(index)
    if released > state.trips[head, TRIP_RELEASED]:
        aboard = numbers[UNDERWAY] and head == start_of(tables, state, vehicle)
        if not aboard:
            first = state.index_of[head] if head != start_of(tables, state, vehicle) else np.int64(0)
    if first == index and not in_time(tables, state, vehicle, stop, before, after, in_s, out_s):
        return FAR
    if numbers[EXACT] == 0 and first == index:
        return price
    return price_of_trial(tables, state, vehicle, stop, index, first, NO_MARKER, routes[METRES] + metres)


@compiled
def price_of_trial(
    tables: Tables,
    state: State,
    vehicle: Number,
    stop: Number,
    index: Number,
    first: Number,
    marker: Number,
    metres: Number,
) -> Number:
    """What the stop adds there by timing the whole route, from index `first` on; FAR if a rule is broken."""
    row, trial, count = state.rows[vehicle], state.trial, state.routes[vehicle, SIZE]
    for position in range(index):
        trial[position] = row[position]
    end = index
    if marker == MARKER_BEFORE:
        trial[end] = tables.stops.shape[0]
        end += 1
    trial[end] = stop
    end += 1
    if marker == MARKER_AFTER:
        trial[end] = tables.stops.shape[0]
        end += 1
    shift = end - index
    for position in range(index, count):
        trial[position + shift] = row[position]
    count += shift
    if marker != NO_MARKER:
        metres = length(tables, vehicle, trial, count)
        if metres >= CLOSED_WAY or not loads_fit(tables, vehicle, trial, count):
            return FAR
    if not evaluate(tables, state, vehicle, trial, count, first, metres):
        return FAR
    return added(tables, state, vehicle, state.out[OUT_MONEY], state.out[OUT_PENALTY], state.out[OUT_PAID])


@compiled
def price_with_marker(
    tables: Tables, state: State, vehicle: Number, stop: Number, index: Number, marker: Number, bound: Number
) -> Number:
    """What the stop adds there with a marker before or after it; FAR if that is not below `bound` or breaks a rule."""
    numbers, routes, row = tables.vehicles[vehicle], state.routes[vehicle], state.rows[vehicle]
    if routes[VISITS] >= numbers[MOST_STOPS] or routes[SIZE] - routes[VISITS] >= numbers[RELOADS]:
        return FAR
    profile = numbers[PROFILE]
    origin = place_of(tables, vehicle, row[index - 1]) if index > 0 else numbers[START_PLACE]
    target = place_of(tables, vehicle, row[index]) if index < routes[SIZE] else numbers[END_PLACE]
    place, depot = tables.stops[stop, PLACE], numbers[DEPOT_PLACE]
    if marker == MARKER_BEFORE:
        metres = np.int64(tables.metres[profile, origin, depot]) + tables.metres[profile, depot, place]
        metres += tables.metres[profile, place, target]
    else:
        metres = np.int64(tables.metres[profile, origin, place]) + tables.metres[profile, place, depot]
        metres += tables.metres[profile, depot, target]
    metres -= tables.metres[profile, origin, target]
    if metres * numbers[PER_METRE] >= bound and numbers[PINNED] == 0:
        return FAR
    # The trip that ends here is packed for other stops now, so it may leave at another time: all of it is timed.
    return price_of_trial(tables, state, vehicle, stop, index, ZERO, marker, ZERO)
