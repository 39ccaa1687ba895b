"""What a route costs, and whether it holds: timed by `timing`, priced as `costs` does, loads counted trip by trip."""

import numpy as np

from logistics.routing.engine.solvers.rich.compiling import compiled
from logistics.routing.engine.solvers.rich.layout import (
    ANY_LATE,
    BREAKS,
    CAPACITY_G,
    CAPACITY_ML,
    CAPACITY_PACKAGES,
    CLOCKED,
    CLOSED,
    CLOSED_WAY,
    DROP,
    END_PLACE,
    FIXED,
    GRAMS,
    LONGEST_M,
    LONGEST_S,
    ML,
    MOST_STOPS,
    NEVER,
    NO,
    OUT_DEPART,
    OUT_LATE,
    OUT_LOST,
    OUT_LOST_DROP,
    OUT_METRES,
    OUT_MONEY,
    OUT_PAID,
    OUT_PENALTY,
    OUT_RETURN,
    PACKAGES,
    PER_METRE,
    PER_SECOND,
    PINNED,
    POSITION,
    PROFILE,
    RELOADS,
    START_PLACE,
    UNDERWAY,
    WEIGHT,
    WEIGHT_PRICE,
    YES,
    ZERO,
    Int64s,
    Number,
    State,
    Tables,
)
from logistics.routing.engine.solvers.rich.resting import (
    backward_resting,
    forward_resting,
    tardiness,
    trace,
)
from logistics.routing.engine.solvers.rich.timing import backward, forward, opening, place_of


@compiled
def row_holds(tables: Tables, state: State, vehicle: Number, row: Int64s, count: Number) -> Number:
    """Whether a row that holds a stop keeps every rule but who may serve whom; in `state.out` its numbers."""
    visits = np.int64(0)
    for index in range(count):
        if row[index] < tables.stops.shape[0]:
            visits += 1
    numbers = tables.vehicles[vehicle]
    metres = length(tables, vehicle, row, count)
    state.out[OUT_METRES] = metres
    return (
        visits <= numbers[MOST_STOPS]
        and count - visits <= numbers[RELOADS]
        and metres < CLOSED_WAY
        and loads_fit(tables, vehicle, row, count)
        and evaluate(tables, state, vehicle, row, count, ZERO, metres)
    )


@compiled
def evaluate(
    tables: Tables, state: State, vehicle: Number, row: Int64s, count: Number, first: Number, metres: Number
) -> Number:
    """Whether a row of stops and markers holds in time, and in `state.out` what it costs.

    Its nodes before index `first` are those of the vehicle's row, timed already. Loads, closed legs and the number of
    stops are the caller's to look at, and so are the `metres`.
    """
    numbers, out = tables.vehicles[vehicle], state.out
    resting = numbers[BREAKS] > 0
    if metres > numbers[LONGEST_M]:
        return False
    if resting and tables.rules[ANY_LATE]:
        first = ZERO  # what lateness costs depends on where the breaks are
    if resting:
        back = forward_resting(tables, state, vehicle, row, count, first)
    else:
        back = forward(tables, state, vehicle, row, count, first)
    if back == NEVER:
        return False
    leave, known = back, resting and tables.rules[ANY_LATE] != 0
    if resting:
        out[OUT_LATE] = 0
    if numbers[UNDERWAY]:
        leave = opening(tables, vehicle, row, count)
        if known:
            out[OUT_LATE] = trace(tables, state, vehicle, row, count, back)
    elif known:
        late = trace(tables, state, vehicle, row, count, back)
        leave = backward_resting(tables, state, vehicle, row, count, back, YES)
        if late > 0:  # who is on time now is so from the latest departure too
            out[OUT_LATE] = tardiness(tables, state, vehicle, row, count, leave)
    elif numbers[CLOCKED]:
        if resting:
            leave = backward_resting(tables, state, vehicle, row, count, back, NO)
        else:
            leave = backward(tables, state, vehicle, row, count, first, back)
    if back - leave > numbers[LONGEST_S]:
        return False
    out[OUT_DEPART], out[OUT_RETURN], out[OUT_PAID] = leave, back, back - leave
    out[OUT_MONEY] = numbers[FIXED] + numbers[PER_METRE] * metres + numbers[PER_SECOND] * (back - leave) + out[OUT_LATE]
    out[OUT_PENALTY] = out[OUT_LOST] = out[OUT_LOST_DROP] = 0
    if numbers[PINNED]:
        miss_positions(tables, state, row, count)
    return True


@compiled
def miss_positions(tables: Tables, state: State, row: Int64s, count: Number) -> None:
    """Counts the stops that are not where they are pinned, those counted already taken out.

    In the search each costs a little less than leaving it out, and less the nearer it is: so it waits in its route
    until enough others come before it. It is less than a unit of weight, so that nothing else stays out for it.
    """
    visits = np.int64(0)
    for index in range(count):
        node = row[index]
        if node >= tables.stops.shape[0]:
            continue
        visits += 1
        wanted = tables.stops[node, POSITION]
        if wanted == 0 or wanted == visits:
            continue
        visits -= 1
        price = tables.stops[node, WEIGHT] * tables.rules[WEIGHT_PRICE] + tables.stops[node, DROP]
        rebate = min(price, tables.rules[WEIGHT_PRICE]) // (4 + 4 * abs(wanted - visits - 1))
        state.out[OUT_PENALTY] += price - rebate
        state.out[OUT_LOST] += tables.stops[node, WEIGHT]
        state.out[OUT_LOST_DROP] += tables.stops[node, DROP]


@compiled
def loads_fit(tables: Tables, vehicle: Number, row: Int64s, count: Number) -> Number:
    """Whether each trip of a row fits the vehicle."""
    grams, packages, ml = np.int64(0), np.int64(0), np.int64(0)
    numbers = tables.vehicles[vehicle]
    for index in range(count):
        node = row[index]
        if node >= tables.stops.shape[0]:
            grams, packages, ml = np.int64(0), np.int64(0), np.int64(0)
            continue
        grams += tables.stops[node, GRAMS]
        packages += tables.stops[node, PACKAGES]
        ml += tables.stops[node, ML]
        if grams > numbers[CAPACITY_G] or packages > numbers[CAPACITY_PACKAGES] or ml > numbers[CAPACITY_ML]:
            return False
    return True


@compiled
def length(tables: Tables, vehicle: Number, row: Int64s, count: Number) -> Number:
    """The metres of a row, CLOSED_WAY if there is no way."""
    profile, place = tables.vehicles[vehicle, PROFILE], tables.vehicles[vehicle, START_PLACE]
    metres = np.int64(0)
    for index in range(count + 1):
        there = place_of(tables, vehicle, row[index]) if index < count else tables.vehicles[vehicle, END_PLACE]
        if tables.metres[profile, place, there] == CLOSED:
            return CLOSED_WAY
        metres += tables.metres[profile, place, there]
        place = there
    return metres
