"""One state annealed in a thread of its own."""

import threading
import time

import numpy as np

from logistics.routing.engine.solvers.ruin_recreate.annealing import anneal
from logistics.routing.engine.solvers.ruin_recreate.harvesting import Harvest
from logistics.routing.engine.solvers.ruin_recreate.layout import BEST, SEED_COUNT, Int32s, Settings, State
from logistics.routing.engine.solvers.ruin_recreate.model import Model
from logistics.routing.engine.solvers.ruin_recreate.pacing import COUNTED_CHUNK, Pace

# While it is hot a search passes through routes that no good plan holds.
HARVEST_FROM = 0.4


class AnnealingThread(threading.Thread):
    """Anneals its state from `done` steps on until `until` of the pace is over, or `stop` is set.

    `best` is the column of next nodes of the best plan and `best_cost` its cost, both read while the kernel rests, so
    that another thread may look at them.
    """

    def __init__(
        self,
        model: Model,
        state: State,
        settings: Settings,
        pace: Pace,
        *,
        done: int,
        until: float,
        stop: threading.Event,
        harvest: Harvest | None,
    ) -> None:
        super().__init__(name="ruin-recreate", daemon=True)
        self.best: tuple[int, Int32s] = (int(state.numbers[BEST]), state.best_next.copy())
        self.solutions = 0
        self.error: BaseException | None = None
        self._model, self._state, self._settings, self._pace = model, state, settings, pace
        self._done, self._until, self._stop_event, self._harvest = done, until, stop, harvest

    def run(self) -> None:
        try:
            self._anneal()
        except BaseException as error:  # raised again in the caller's thread
            self.error = error

    def _anneal(self) -> None:
        state, pace = self._state, self._pace
        if state.numbers[SEED_COUNT] == 0:
            return
        steps, took_s = COUNTED_CHUNK // 4, 0.02
        while not self._stop_event.is_set() and not pace.over(self._done, self._until):
            steps = pace.chunk(self._done, self._until, steps, took_s)
            share = pace.share(self._done)
            hot = pace.temperature(share)
            begun_s = time.monotonic()
            anneal(self._model.tables, state, self._settings, np.int64(steps), hot, hot)
            took_s = time.monotonic() - begun_s
            self._done += steps
            if state.numbers[BEST] < self.best[0]:
                self.solutions += 1
                self.best = (int(state.numbers[BEST]), state.best_next.copy())
            if self._harvest is not None and share >= HARVEST_FROM:
                self._harvest.gather(state)
