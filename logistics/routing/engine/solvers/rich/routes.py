"""A vehicle's row of nodes after a change: loads, times and cost counted anew, and what a step must be able to undo."""

import numpy as np

from logistics.routing.engine.solvers.rich.clocks import departure, last_start, rest
from logistics.routing.engine.solvers.rich.compiling import compiled
from logistics.routing.engine.solvers.rich.evaluation import row_holds
from logistics.routing.engine.solvers.rich.layout import (
    BALANCE,
    BREAKS,
    CLOSES,
    DEPOT_CLOSES,
    END_PLACE,
    FIRST_MARKER,
    GRAMS,
    KIND,
    LAST_END,
    LATE,
    LONGEST,
    LONGEST_OF,
    LOST,
    LOST_DROP,
    METRES,
    ML,
    MONEY,
    NEVER,
    NO,
    OUT_LOST,
    OUT_LOST_DROP,
    OUT_METRES,
    OUT_MONEY,
    OUT_PAID,
    OUT_PENALTY,
    PACKAGES,
    PAID,
    PENALTY,
    PROFILE,
    RELEASED,
    RELOAD_S,
    ROUTE_COLUMNS,
    SECOND_LONGEST,
    SERVING,
    SIZE,
    START_PLACE,
    STEP,
    TOUCHED,
    TOUCHED_COUNT,
    TRIP_G,
    TRIP_ML,
    TRIP_PACKAGES,
    TRIP_RELEASED,
    UNDERWAY,
    UNTIL,
    VISITS,
    WORK,
    Number,
    State,
    Tables,
)
from logistics.routing.engine.solvers.rich.resting import set_out, step_backward
from logistics.routing.engine.solvers.rich.timing import opening, place_of


@compiled
def start_of(tables: Tables, state: State, vehicle: Number) -> Number:
    """The node where the vehicle's route begins; it ends at the one after as many as there are vehicles."""
    return state.ready.shape[0] - 2 * tables.vehicles.shape[0] + vehicle


@compiled
def end_of(tables: Tables, state: State, vehicle: Number) -> Number:
    """The node where the vehicle's route ends."""
    return state.ready.shape[0] - tables.vehicles.shape[0] + vehicle


@compiled
def touch(state: State, vehicle: Number) -> None:
    """Keeps the vehicle's row as it was before this step, once."""
    routes = state.routes
    if routes[vehicle, TOUCHED] == state.numbers[STEP]:
        return
    routes[vehicle, TOUCHED] = state.numbers[STEP]
    state.touched[state.numbers[TOUCHED_COUNT]] = vehicle
    state.numbers[TOUCHED_COUNT] += 1
    state.backup_routes[vehicle] = routes[vehicle]
    for index in range(routes[vehicle, SIZE]):
        state.backup_rows[vehicle, index] = state.rows[vehicle, index]


@compiled
def refresh(tables: Tables, state: State, vehicle: Number) -> Number:
    """Counts everything about the vehicle's row anew; False if it does not hold, and then nothing is known of it."""
    row, count, routes = state.rows[vehicle], state.routes[vehicle, SIZE], state.routes
    number_nodes(tables, state, vehicle)
    if count == 0:
        for column in range(TOUCHED):
            routes[vehicle, column] = 0
        open_row(tables, state, vehicle)
        note_longest(tables, state, vehicle)
        return True
    if not row_holds(tables, state, vehicle, row, count):
        return False
    out = state.out
    routes[vehicle, MONEY], routes[vehicle, PAID], routes[vehicle, METRES] = (
        out[OUT_MONEY],
        out[OUT_PAID],
        out[OUT_METRES],
    )
    routes[vehicle, PENALTY], routes[vehicle, LOST] = out[OUT_PENALTY], out[OUT_LOST]
    routes[vehicle, LOST_DROP] = out[OUT_LOST_DROP]
    keep_times(tables, state, vehicle)
    note_longest(tables, state, vehicle)
    return True


@compiled
def number_nodes(tables: Tables, state: State, vehicle: Number) -> None:
    """Where each node of the row is; markers get their numbers in order. Counts visits and the trips' loads."""
    row, stops = state.rows[vehicle], tables.stops
    head = start_of(tables, state, vehicle)
    for column in range(TRIP_RELEASED):
        state.trips[head, column] = 0
    state.trips[head, TRIP_RELEASED] = -NEVER
    state.heads[head] = head
    marker, visits, work = tables.vehicles[vehicle, FIRST_MARKER], np.int64(0), np.int64(0)
    profile, place = tables.vehicles[vehicle, PROFILE], tables.vehicles[vehicle, START_PLACE]
    for index in range(state.routes[vehicle, SIZE]):
        node = np.int64(row[index])
        if node >= stops.shape[0]:
            node = marker
            row[index] = node
            marker += 1
            head = node
            for column in range(TRIP_RELEASED):
                state.trips[head, column] = 0
            state.trips[head, TRIP_RELEASED] = -NEVER
            work += tables.vehicles[vehicle, RELOAD_S]
        else:
            visits += 1
            work += stops[node, SERVING]
            state.trips[head, TRIP_G] += stops[node, GRAMS]
            state.trips[head, TRIP_PACKAGES] += stops[node, PACKAGES]
            state.trips[head, TRIP_ML] += stops[node, ML]
            state.trips[head, TRIP_RELEASED] = max(state.trips[head, TRIP_RELEASED], stops[node, RELEASED])
            state.route_of[node] = vehicle
        state.index_of[node] = index
        state.heads[node] = head
        there = place_of(tables, vehicle, node)
        work += tables.seconds[profile, place, there]
        place = there
    work += tables.seconds[profile, place, tables.vehicles[vehicle, END_PLACE]]
    state.routes[vehicle, VISITS], state.routes[vehicle, WORK] = visits, work


@compiled
def open_row(tables: Tables, state: State, vehicle: Number) -> None:
    """The earliest moments at the start of the vehicle's row and the latest at its end."""
    start, end = start_of(tables, state, vehicle), end_of(tables, state, vehicle)
    opens = opening(tables, vehicle, state.rows[vehicle], state.routes[vehicle, SIZE])
    set_out(tables, vehicle, state.ready[start], opens)
    if tables.vehicles[vehicle, UNDERWAY]:
        rest(tables, vehicle, state.ready[start])
    breaks, closes = tables.vehicles[vehicle, BREAKS], tables.vehicles[vehicle, CLOSES]
    for taken in range(breaks):
        state.latest[end, taken] = min(closes, tables.breaks[vehicle, taken, UNTIL])
    state.latest[end, breaks] = closes
    state.tardy[start] = 0


@compiled
def keep_times(tables: Tables, state: State, vehicle: Number) -> None:
    """From the pass that has just timed the row: when each node may be left, and by when it must be reached."""
    row, count = state.rows[vehicle], state.routes[vehicle, SIZE]
    open_row(tables, state, vehicle)
    breaks = tables.vehicles[vehicle, BREAKS]
    tardy = np.int64(0)
    for index in range(count):
        node = row[index]
        for taken in range(breaks + 1):
            state.ready[node, taken] = state.clocks[index, taken]
        if breaks == 0 and node < tables.stops.shape[0] and tables.stops[node, LATE] > 0:
            late = state.starts[index, 0] - tables.stops[node, LAST_END]
            tardy += tables.stops[node, LATE] * max(np.int64(0), late)
        state.tardy[node] = tardy
    if breaks == 0:
        keep_latest(tables, state, vehicle)
        return
    place, end = tables.vehicles[vehicle, END_PLACE], end_of(tables, state, vehicle)
    for taken in range(breaks + 1):
        state.walk[taken] = state.latest[end, taken]
    for index in range(count - 1, -1, -1):
        step_backward(tables, state, vehicle, row, count, index, place, NO)
        place = place_of(tables, vehicle, row[index])
        for taken in range(breaks + 1):
            state.latest[row[index], taken] = state.walk[taken]


@compiled
def keep_latest(tables: Tables, state: State, vehicle: Number) -> None:
    """By when each node of a row without breaks must be reached."""
    row, profile = state.rows[vehicle], tables.vehicles[vehicle, PROFILE]
    clock, place = tables.vehicles[vehicle, CLOSES], tables.vehicles[vehicle, END_PLACE]
    for index in range(state.routes[vehicle, SIZE] - 1, -1, -1):
        node = row[index]
        here = place_of(tables, vehicle, node)
        clock = departure(tables, profile, clock, np.int64(tables.seconds[profile, here, place]))
        if node < tables.stops.shape[0]:
            clock = last_start(tables, node, clock - tables.stops[node, SERVING], NEVER)
        else:
            clock = min(clock - tables.vehicles[vehicle, RELOAD_S], tables.vehicles[vehicle, DEPOT_CLOSES])
        state.latest[node, 0] = clock
        place = here


@compiled
def note_longest(tables: Tables, state: State, vehicle: Number) -> None:
    """Keeps the longest and the second longest paid time, and which vehicle is emptied or filled first."""
    kind = tables.vehicles[vehicle, KIND]
    first = state.empty_of_kind[kind]
    if state.routes[vehicle, SIZE] == 0:
        state.empty_of_kind[kind] = vehicle if first < 0 else min(first, vehicle)
    elif first == vehicle:
        state.empty_of_kind[kind] = -1
        for index in range(tables.kind_starts[kind], tables.kind_starts[kind + 1]):
            if state.routes[tables.kind_vehicles[index], SIZE] == 0:
                state.empty_of_kind[kind] = tables.kind_vehicles[index]
                break
    if tables.rules[BALANCE] == 0:
        return
    longest, second, whose = np.int64(0), np.int64(0), np.int64(-1)
    for other in range(tables.vehicles.shape[0]):
        paid = state.routes[other, PAID]
        if paid > longest:
            second, longest, whose = longest, paid, np.int64(other)
        elif paid > second:
            second = paid
    state.numbers[LONGEST], state.numbers[LONGEST_OF], state.numbers[SECOND_LONGEST] = longest, whose, second


@compiled
def put_back(tables: Tables, state: State) -> None:
    """Undoes the step: every row that was touched is as it was before."""
    for number in range(state.numbers[TOUCHED_COUNT]):
        vehicle = state.touched[number]
        for index in range(state.routes[vehicle, SIZE]):
            if state.rows[vehicle, index] < tables.stops.shape[0]:
                state.route_of[state.rows[vehicle, index]] = -1
    for number in range(state.numbers[TOUCHED_COUNT]):
        vehicle = state.touched[number]
        for column in range(ROUTE_COLUMNS):
            state.routes[vehicle, column] = state.backup_routes[vehicle, column]
        state.routes[vehicle, TOUCHED] = -1
        for index in range(state.routes[vehicle, SIZE]):
            state.rows[vehicle, index] = state.backup_rows[vehicle, index]
        refresh(tables, state, vehicle)
