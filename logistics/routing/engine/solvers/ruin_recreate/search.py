"""A search over one model in several threads: each on its own, or each on its part of the routes, split anew in rounds.

Exchanging states between threads loses diversity and was worse; below some hundred stops parts are too small to be
worth what a split forbids.
"""

import threading
from collections.abc import Callable

import numpy as np

from logistics.routing.engine.solvers.ruin_recreate.harvesting import Harvest
from logistics.routing.engine.solvers.ruin_recreate.layout import (
    BEST,
    DEPOT_DISTANCE,
    Int32s,
    Settings,
    State,
)
from logistics.routing.engine.solvers.ruin_recreate.model import Model, SlotRoutes
from logistics.routing.engine.solvers.ruin_recreate.pacing import Pace
from logistics.routing.engine.solvers.ruin_recreate.splitting import hand_out, join, split_slots
from logistics.routing.engine.solvers.ruin_recreate.states import filled_state, restart, routes_in
from logistics.routing.engine.solvers.ruin_recreate.threads import AnnealingThread
from logistics.routing.engine.solvers.set_partitioning import RoutePool
from logistics.routing.engine.solvers.watching import watched

# From so many stops on the threads work on parts; a round is so long, and there are at least so many.
SPLIT_STOPS = 700
ROUND_S, ROUNDS_MIN, ROUNDS_MAX = 0.7, 10, 200
COUNTED_ROUNDS = 10

Look = Callable[[], bool]


def is_split(model: Model, workers: int) -> bool:
    """Whether so many threads work on parts of the routes."""
    return workers > 1 and len(model.stops) >= SPLIT_STOPS


class AnnealingSearch:
    """Searches from nothing or from given routes; `best` is a pair of cost (fine units) and next nodes."""

    def __init__(
        self,
        model: Model,
        *,
        seed: int,
        workers: int,
        settings: Settings | None = None,
        start: SlotRoutes | None = None,
        split: bool | None = None,
        pooled: bool = True,
    ) -> None:
        self.model = model
        self._settings = Settings() if settings is None else settings
        self._split = is_split(model, workers) if split is None else split and workers > 1
        self._generator = np.random.default_rng(seed)
        routes = {} if start is None else start
        order = _turns(model, routes)
        self._states: list[State] = [
            filled_state(model, seed * 1_009 + worker, routes, order) for worker in range(workers)
        ]
        self._harvests = [Harvest(model) if pooled else None for _ in range(workers)]
        self._running: list[AnnealingThread] = []
        self._seen = 0
        first = min(self._states, key=lambda state: int(state.numbers[BEST]))
        self.best: tuple[int, Int32s] = (int(first.numbers[BEST]), first.best_next.copy())

    def run(self, pace: Pace, look: Look) -> None:
        """Anneals to the end of the pace, or until `look`, called now and then in this thread, is true.

        Raises what `look` or a thread raised, when all have ended.
        """
        stop = threading.Event()
        if self._split:
            self._run_in_parts(pace, stop, look)
        else:
            watched(self.threads(pace, stop), stop, look)

    def threads(self, pace: Pace, stop: threading.Event) -> list[AnnealingThread]:
        """Threads, not yet started, that anneal each state by itself to the end of the pace or until `stop` is set."""
        self._running = self._threads(pace, stop, done=0, until=1.0)
        return self._running

    def pool(self) -> RoutePool:
        """The routes met."""
        pool = RoutePool()
        for harvest in self._harvests:
            if harvest is not None:
                pool.merge(harvest.pool)
        return pool

    def best_routes(self) -> SlotRoutes:
        """The routes of the best plan so far."""
        for thread in self._running:
            self._take(thread.best)
        return routes_in(self.model, self.best[1])

    @property
    def solutions(self) -> int:
        """How many better plans the threads have seen."""
        return self._seen + sum(thread.solutions for thread in self._running)

    def _run_in_parts(self, pace: Pace, stop: threading.Event, look: Look) -> None:
        rounds = COUNTED_ROUNDS
        if pace.steps is None:
            rounds = int(min(ROUNDS_MAX, max(ROUNDS_MIN, (pace.end_s - pace.begin_s) / ROUND_S)))
        whole, *others = self._states
        asked = False

        def look_once() -> bool:
            nonlocal asked
            asked = asked or look()
            return asked

        for number in range(rounds):
            done = 0 if pace.steps is None else number * pace.steps // rounds
            if asked or pace.over(done, 1.0):
                break
            parts = split_slots(self.model, whole, self._generator, len(self._states), around=number % 2 == 1)
            hand_out(self.model, whole, others, parts)
            stop.clear()
            threads = self._threads(pace, stop, done=done, until=(number + 1) / rounds)
            watched(threads, stop, look_once)
            self._seen += sum(thread.solutions for thread in threads)
            join(self.model, whole, others, parts)
            self._take((int(whole.numbers[BEST]), whole.best_next))
            restart(self.model, whole)
            self._take((int(whole.numbers[BEST]), whole.best_next))

    def _threads(self, pace: Pace, stop: threading.Event, *, done: int, until: float) -> list[AnnealingThread]:
        return [
            AnnealingThread(self.model, state, self._settings, pace, done=done, until=until, stop=stop, harvest=harvest)
            for state, harvest in zip(self._states, self._harvests, strict=True)
        ]

    def _take(self, found: tuple[int, Int32s]) -> None:
        if found[0] < self.best[0]:
            self.best = (found[0], found[1].copy())


def _turns(model: Model, routes: SlotRoutes) -> list[int]:
    """The stops that are in no route, far from the depots first."""
    served = {stop for route in routes.values() for stop in route}
    order: list[int] = np.argsort(-model.tables.keys[:, DEPOT_DISTANCE], kind="stable").tolist()
    return [stop for stop in order if stop not in served]
