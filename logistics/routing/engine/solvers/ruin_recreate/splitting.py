"""The routes of one state, split into neighbouring groups of about equal size, one for each thread, and joined again.

Routes lie where their stops are, and all that is known of places are the legs between them. So a split sorts the routes
along a line between two stops far from each other, or around the depot by the angle to one stop (law of cosines).
"""

import numpy as np
from numpy.typing import NDArray

from logistics.routing.engine.solvers.ruin_recreate.annealing import total_cost
from logistics.routing.engine.solvers.ruin_recreate.layout import (
    BEST,
    BEST_LEFT_OUT,
    COST,
    KIND,
    LEFT_OUT,
    NOW,
    ROUTE,
    SEED_COUNT,
    SIZE,
    START_PLACE,
    State,
)
from logistics.routing.engine.solvers.ruin_recreate.model import Model
from logistics.routing.engine.solvers.ruin_recreate.states import count_free, restart

Flags = NDArray[np.bool_]


def split_slots(model: Model, state: State, generator: np.random.Generator, parts: int, *, around: bool) -> list[Flags]:
    """A row of flags over all slots for each part; every slot is in one of them, free ones by turns."""
    stop_count = len(model.stops)
    slots_of = state.nodes[:stop_count, ROUTE]
    served = np.flatnonzero(slots_of >= 0)
    sizes = state.slots[:, SIZE].astype(np.float64)
    keys = np.zeros(len(sizes))
    if len(served):
        places = np.asarray(model.tables.entries[:stop_count], dtype=np.int64)
        pivot = int(places[generator.choice(served)])
        if around:
            home = int(model.tables.kinds[state.slots[slots_of[generator.choice(served)], KIND], START_PLACE])
            key = _towards(model, home, pivot, places[served])
        else:
            key = _along(model, pivot, places[served])
        keys = np.bincount(slots_of[served], weights=key, minlength=len(sizes)) / np.maximum(1.0, sizes)
    used = np.flatnonzero(sizes > 0)
    used = used[np.argsort(keys[used], kind="stable")]
    filled = np.cumsum(sizes[used])
    part_of = np.zeros(len(sizes), dtype=np.int64)
    part_of[used] = np.minimum(parts - 1, ((filled - sizes[used] / 2) * parts / max(1.0, sizes.sum())).astype(np.int64))
    free = np.flatnonzero(sizes == 0)
    part_of[free] = np.arange(len(free)) % parts
    return [part_of == part for part in range(parts)]


def _along(model: Model, pivot: int, places: NDArray[np.int64]) -> NDArray[np.float64]:
    """How far each place lies from the pivot towards the place farthest from it."""
    metres = model.tables.metres
    away = metres[pivot, places].astype(np.float64)
    other = int(places[int(away.argmax())])
    line: NDArray[np.float64] = away - metres[other, places]
    return line


def _towards(model: Model, home: int, pivot: int, places: NDArray[np.int64]) -> NDArray[np.float64]:
    """The cosine of the angle at the depot between each place and the pivot."""
    metres = model.tables.metres
    here = metres[home, places].astype(np.float64)
    there = float(metres[home, pivot])
    across = metres[pivot, places].astype(np.float64)
    cosine: NDArray[np.float64] = (here**2 + there**2 - across**2) / np.maximum(1.0, 2.0 * here * there)
    return cosine


def hand_out(model: Model, state: State, others: list[State], parts: list[Flags]) -> None:
    """Leaves `state` the slots of the first part and what is left out, and gives each other state its own part.

    What is not a state's own it takes for absent, so that the kernels need not ask.
    """
    stop_count = len(model.stops)
    for other in others:
        other.nodes[:] = state.nodes
        other.slots[:] = state.slots
        other.numbers[LEFT_OUT] = 0
    for current, mine in zip([state, *others], parts, strict=True):
        routes = current.nodes[:stop_count, ROUTE]
        own = (routes >= 0) & mine[routes]
        current.nodes[:stop_count, ROUTE][~own] = -1
        current.slots[~mine, SIZE] = current.slots[~mine, COST] = 0
        count_free(model, current)
        _only(model, current, mine)
        seeds = np.flatnonzero(own).astype(np.int32)
        if current is state:
            seeds = np.concatenate([seeds, current.left_out[: current.numbers[LEFT_OUT]]])
        current.seeds[: len(seeds)] = seeds
        current.numbers[SEED_COUNT] = len(seeds)
        restart(model, current)


def _only(model: Model, state: State, mine: Flags) -> None:
    """Strikes the slots of other parts off the lists of free ones."""
    start = 0
    for kind in range(len(model.fleet.vehicles)):
        end = start + int((model.slot_kinds == kind).sum())
        listed = state.free[start : start + int(state.free_count[kind])]
        own = listed[mine[listed]]
        state.free[start : start + len(own)] = own
        state.free_count[kind] = len(own)
        start = end


def join(model: Model, state: State, others: list[State], parts: list[Flags]) -> None:
    """Brings the parts back into `state`, the routes as they are now and the best of each, whose costs add up."""
    stop_count = len(model.stops)
    for other, mine in zip(others, parts[1:], strict=True):
        gates = stop_count + np.flatnonzero(mine)
        stops = other.seeds[: other.numbers[SEED_COUNT]]
        rows = np.concatenate([stops, gates])
        state.nodes[rows] = other.nodes[rows]
        state.slots[mine] = other.slots[mine]
        state.best_next[rows] = other.best_next[rows]
        # What a part leaves out was its own.
        for count, left_out, theirs in (
            (LEFT_OUT, state.left_out, other.left_out),
            (BEST_LEFT_OUT, state.best_left_out, other.best_left_out),
        ):
            have, more = int(state.numbers[count]), int(other.numbers[count])
            left_out[have : have + more] = theirs[:more]
            state.numbers[count] = have + more
        state.numbers[BEST] += other.numbers[BEST]
    state.numbers[NOW] = total_cost(model.tables, state)
    count_free(model, state)
    state.seeds[:] = np.arange(stop_count)
    state.numbers[SEED_COUNT] = stop_count
