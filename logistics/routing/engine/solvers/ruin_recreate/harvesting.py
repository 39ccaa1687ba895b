"""The routes a state passes through, kept for recombination; each is read out of the kernel's arrays once."""

import numpy as np
from numpy.typing import NDArray

from logistics.routing.engine.solvers.ruin_recreate.compiling import compiled
from logistics.routing.engine.solvers.ruin_recreate.layout import (
    COST,
    NEXT,
    NOW,
    SIZE,
    Int64s,
    State,
    Tables,
)
from logistics.routing.engine.solvers.ruin_recreate.model import Model
from logistics.routing.engine.solvers.set_partitioning import RoutePool

SEEN_MAX = 200_000


@compiled
def fingerprint(tables: Tables, state: State, marks: Int64s, prints: Int64s) -> None:
    """A number for each slot in use that tells its stops and its cost, whatever the order; 0 for an empty slot."""
    stop_count = tables.stops.shape[0]
    for slot in range(state.slots.shape[0]):
        prints[slot] = 0
        if state.slots[slot, SIZE] > 0:
            total = state.slots[slot, COST]
            node = np.int64(state.nodes[stop_count + slot, NEXT])
            while node < stop_count:
                total += marks[node]
                node = np.int64(state.nodes[node, NEXT])
            prints[slot] = total


class Harvest:
    """The pool of one thread."""

    def __init__(self, model: Model) -> None:
        self.pool = RoutePool()
        self._model = model
        generator = np.random.default_rng(0)
        self._marks: Int64s = generator.integers(-(2**62), 2**62, len(model.stops), dtype=np.int64)
        self._prints: Int64s = np.zeros(len(model.slot_kinds), dtype=np.int64)
        self._seen: NDArray[np.int64] = np.zeros(0, dtype=np.int64)

    def gather(self, state: State) -> None:
        """Adds the routes of the state that were not in it the times before."""
        fingerprint(self._model.tables, state, self._marks, self._prints)
        fresh = np.flatnonzero((self._prints != 0) & ~np.isin(self._prints, self._seen))
        if not len(fresh):
            return
        self._seen = np.union1d(self._seen[-SEEN_MAX:], self._prints[fresh])
        stop_count = len(self._model.stops)
        following, costs = state.nodes[:, NEXT], state.slots[:, COST]
        plan_cost = int(state.numbers[NOW])
        for slot in fresh.tolist():
            route = []
            node = int(following[stop_count + slot])
            while node < stop_count:
                route.append(node)
                node = int(following[node])
            order = int(self._model.slot_kinds[slot]), tuple(route)
            self.pool.add(order, cost=int(costs[slot]), plan_cost=plan_cost)
