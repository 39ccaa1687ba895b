"""The memory of one search, and loading plans into it and out of it."""

from collections.abc import Mapping, Sequence

import numpy as np

from logistics.routing.engine.solvers.rich.annealing import begin_step, count_up, keep
from logistics.routing.engine.solvers.rich.compiling import compiled
from logistics.routing.engine.solvers.rich.evaluation import row_holds
from logistics.routing.engine.solvers.rich.holding import hold_state, hold_tables
from logistics.routing.engine.solvers.rich.layout import (
    ABSENT,
    BEST_COLUMNS,
    BREAKS,
    CLASS,
    FAR,
    LONGEST_OF,
    MONEY_BEST,
    MOST_STOPS,
    NUMBERS,
    ONE,
    OUT,
    OUT_MONEY,
    OUT_PAID,
    OUT_PENALTY,
    POSITION,
    RELOADS,
    ROUTE_COLUMNS,
    RUINED,
    SIZE,
    TOUCHED,
    WEIGHT_BEST,
    Number,
    State,
    Tables,
)
from logistics.routing.engine.solvers.rich.routes import refresh, touch
from logistics.routing.engine.solvers.rich.ruin import close_rows, take_out

Rows = dict[int, list[int]]
"""By the row of the vehicle: its stops in order, and the number of stops wherever it loads again."""


def new_state(tables: Tables, seed: int) -> State:
    """A search with every stop absent."""
    stops, vehicles = tables.stops.shape[0], tables.vehicles.shape[0]
    reloads = int(tables.vehicles[:, RELOADS].max())
    longest = min(stops, int(tables.vehicles[:, MOST_STOPS].max()))
    # A row holds a marker or two more while insertions are tried.
    room = longest + min(reloads, longest) + 4
    nodes = stops + int(tables.vehicles[:, RELOADS].sum()) + 2 * vehicles
    breaks = int(tables.vehicles[:, BREAKS].max()) + 1
    kinds = len(tables.kind_starts) - 1

    def whole(*shape: int) -> np.ndarray:
        return np.zeros(shape, np.int64)

    state = State(
        rows=whole(vehicles, room),
        routes=whole(vehicles, ROUTE_COLUMNS),
        route_of=np.full(stops, -1, np.int64),
        index_of=whole(nodes),
        ready=whole(nodes, breaks),
        latest=whole(nodes, breaks),
        heads=whole(nodes),
        trips=whole(nodes, 4),
        tardy=whole(nodes),
        absent=np.arange(stops, dtype=np.int64),
        empty_of_kind=np.full(kinds, -1, np.int64),
        backup_rows=whole(vehicles, room),
        backup_routes=whole(vehicles, ROUTE_COLUMNS),
        backup_absent=whole(stops),
        touched=whole(vehicles),
        best_rows=whole(vehicles, room),
        best_sizes=whole(vehicles),
        changed=np.zeros(vehicles, np.uint8),
        changed_routes=whole(vehicles),
        alone=whole(stops, kinds, 2),
        trial=whole(room + 2),
        spare=whole(room + 2),
        stands=whole(room + 2, breaks),
        starts=whole(room + 2, breaks),
        clocks=whole(room + 2, breaks),
        path=whole(room + 2),
        walk=whole(breaks),
        out=whole(OUT),
        best=whole(BEST_COLUMNS),
        numbers=whole(NUMBERS),
        ranks=np.zeros(stops),
        order=whole(stops),
        out_before=np.zeros(stops, np.uint8),
        random=np.array([seed], np.uint64),
    )
    state.numbers[ABSENT], state.numbers[LONGEST_OF] = stops, -1
    state.numbers[WEIGHT_BEST] = state.numbers[MONEY_BEST] = FAR
    state.routes[:, TOUCHED] = state.routes[:, RUINED] = -1
    tables_handle, state_handle = hold_tables(tables), hold_state(state)
    open_rows(tables_handle, state_handle)
    price_alone(tables_handle, state_handle)
    return state


def load(tables: Tables, state: State, rows: Mapping[int, Sequence[int]]) -> None:
    """Puts rows of stops and markers into the empty vehicles; of a row that does not hold, the longest beginning that
    does, and no part of a group."""
    tables_handle, state_handle = hold_tables(tables), hold_state(state)
    begin_step(state_handle)
    state.numbers[ABSENT] = 0
    for vehicle, row in rows.items():
        put_row(tables_handle, state_handle, vehicle, np.array(row, np.int64)[: state.rows.shape[1] - 4])
    mend_groups(tables_handle, state_handle)
    gone = np.flatnonzero(state.route_of < 0)
    state.absent[: len(gone)] = gone
    state.numbers[ABSENT] = len(gone)
    count_up(tables_handle, state_handle)
    keep(tables_handle, state_handle)


def best_rows(tables: Tables, state: State) -> Rows:
    """The best plan met, without the stops that are not where they are pinned."""
    stop_count, positions = tables.stops.shape[0], tables.stops[:, POSITION]
    found: Rows = {}
    for vehicle, size in enumerate(state.best_sizes.tolist()):
        row: list[int] = []
        visits = 0
        for node in state.best_rows[vehicle, :size].tolist():
            if node >= stop_count:
                row.append(stop_count)
                continue
            if positions[node] not in (0, visits + 1):
                continue
            visits += 1
            row.append(node)
        if visits:
            found[vehicle] = row
    return found


@compiled
def open_rows(tables: Tables, state: State) -> None:
    """Makes every vehicle's row empty."""
    for vehicle in range(tables.vehicles.shape[0]):
        refresh(tables, state, vehicle)


@compiled
def put_row(tables: Tables, state: State, vehicle: Number, row: np.ndarray) -> None:
    """Fills an empty vehicle with a row, its end left off as far as it does not hold."""
    touch(state, vehicle)
    count = len(row)
    while True:
        for index in range(count):
            state.rows[vehicle, index] = row[index]
        state.routes[vehicle, SIZE] = count
        if refresh(tables, state, vehicle):
            break
        count -= 1
        if row[count] < tables.stops.shape[0]:  # else it was a reload
            state.route_of[row[count]] = -1


@compiled
def price_alone(tables: Tables, state: State) -> None:
    """What each stop costs alone in a vehicle of each kind, and the seconds paid for; FAR where that breaks a rule."""
    trial = state.trial
    for stop in range(tables.stops.shape[0]):
        trial[0] = stop
        for kind in range(state.empty_of_kind.shape[0]):
            vehicle = tables.kind_vehicles[tables.kind_starts[kind]]
            state.alone[stop, kind, 0] = FAR
            may = tables.access[tables.stops[stop, CLASS], vehicle]
            if may and row_holds(tables, state, vehicle, trial, ONE):
                state.alone[stop, kind, 0] = state.out[OUT_MONEY] + state.out[OUT_PENALTY]
                state.alone[stop, kind, 1] = state.out[OUT_PAID]


@compiled
def mend_groups(tables: Tables, state: State) -> None:
    """Takes out what is there of a group that is not in one vehicle as a whole."""
    for group in range(tables.group_starts.shape[0] - 1):
        first = tables.group_stops[tables.group_starts[group]]
        for index in range(tables.group_starts[group], tables.group_starts[group + 1]):
            if state.route_of[tables.group_stops[index]] != state.route_of[first]:
                take_out(tables, state, first)
                break
    close_rows(tables, state)


@compiled
def go_back_to_best(tables: Tables, state: State) -> None:
    """Makes the best plan met the one the search stands at."""
    for vehicle in range(tables.vehicles.shape[0]):
        for index in range(state.routes[vehicle, SIZE]):
            if state.rows[vehicle, index] < tables.stops.shape[0]:
                state.route_of[state.rows[vehicle, index]] = -1
    for vehicle in range(tables.vehicles.shape[0]):
        state.routes[vehicle, SIZE] = state.best_sizes[vehicle]
        for index in range(state.best_sizes[vehicle]):
            state.rows[vehicle, index] = state.best_rows[vehicle, index]
        refresh(tables, state, vehicle)
    state.numbers[ABSENT] = 0
    for stop in range(tables.stops.shape[0]):
        if state.route_of[stop] < 0:
            state.absent[state.numbers[ABSENT]] = stop
            state.numbers[ABSENT] += 1
