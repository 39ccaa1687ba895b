"""Searches in threads of their own, one seed each."""

import threading
import time
from dataclasses import dataclass

from logistics.routing.engine.solvers.rich.annealing import anneal, settle
from logistics.routing.engine.solvers.rich.holding import hold_state, hold_tables
from logistics.routing.engine.solvers.rich.layout import FOUND, Settings, Tables
from logistics.routing.engine.solvers.rich.states import Rows, best_rows, go_back_to_best, load, new_state

# One iteration of `SolveOptions`, and what a thread does at least before it looks at the clock: 10 ms at 460 stops.
STEPS_PER_ITERATION = 100
# A thread looks at the clock and for the caller's wish to stop about so often.
CHUNK_S = 0.03


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """When a search ends, by steps or by the clock, and how hot it is first and last (fine units)."""

    begin_s: float
    end_s: float
    steps: int | None
    hot: float
    cold: float

    def gone(self, steps: int) -> float:
        """Which share of the search is done after so many steps; from 1 on it ends."""
        now_s = time.monotonic()
        if now_s >= self.end_s:
            return 1.0
        if self.steps is not None:
            return steps / self.steps
        return (now_s - self.begin_s) / (self.end_s - self.begin_s)

    def heat(self, share: float) -> float:
        """The temperature there."""
        return float(self.hot * (self.cold / self.hot) ** min(1.0, share))


class RichThread(threading.Thread):
    """One search. `best` is the best plan it has shown so far, `found` how many it met that were better than before."""

    def __init__(self, tables: Tables, start: Rows, *, seed: int, pace: Pace, stop: threading.Event) -> None:
        super().__init__(name=f"rich-{seed}", daemon=True)
        self.best: Rows = {}
        self.found = 0
        self.steps = 0
        self.error: BaseException | None = None
        self._tables, self._start_from, self._seed = tables, start, seed
        self._pace, self._stop_event = pace, stop

    def run(self) -> None:
        try:
            self._search()
        except BaseException as error:  # raised again by `watched`, in the caller's thread
            self.error = error

    def _search(self) -> None:
        settings, pace = Settings(), self._pace
        state = new_state(self._tables, self._seed)
        if self._start_from:
            load(self._tables, state, self._start_from)
        tables_handle, state_handle = hold_tables(self._tables), hold_state(state)
        settle(tables_handle, state_handle)
        self._show(int(state.numbers[FOUND]), best_rows(self._tables, state))
        chunk, share = STEPS_PER_ITERATION, 0.0
        while share < 1.0 and not self._stop_event.is_set():
            began_s = time.monotonic()
            if pace.steps is not None:
                chunk = min(STEPS_PER_ITERATION, pace.steps - self.steps)
                after = (self.steps + chunk) / pace.steps
            else:
                after = share  # by the clock, nobody knows yet how much of it a chunk takes
            anneal(tables_handle, state_handle, settings, chunk, pace.heat(share), pace.heat(after))
            self.steps += chunk
            found = int(state.numbers[FOUND])
            if found > self.found:
                self._show(found, best_rows(self._tables, state))
            share = pace.gone(self.steps)
            if pace.steps is None:
                took_s = max(1e-6, time.monotonic() - began_s)
                chunk = max(1, min(100_000, int(chunk * min(4.0, CHUNK_S / took_s))))
        go_back_to_best(tables_handle, state_handle)
        settle(tables_handle, state_handle)
        self._show(int(state.numbers[FOUND]), best_rows(self._tables, state))

    def _show(self, found: int, rows: Rows) -> None:
        self.best, self.found = rows, found
