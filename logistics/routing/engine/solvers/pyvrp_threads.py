"""PyVRP's search in threads of its own, one seed each, watched from the caller's thread.

PyVRP's search is C++ that releases the interpreter's lock, so two threads use two cores and share the matrices. It is
iterated local search with late acceptance (Wouda, Lan & Kool 2024, "PyVRP: a high-performance VRP solver package", DOI
10.1287/ijoc.2023.0055; acceptance: Burke & Bykov 2017, DOI 10.1016/j.ejor.2016.07.012).
"""

import threading
import time
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import pyvrp
from pyvrp.exceptions import PenaltyBoundWarning
from pyvrp.search import OPERATORS, LocalSearch, PerturbationManager, compute_neighbours

from logistics.routing.engine.solvers.pyvrp_model import Order, PyvrpModel
from logistics.routing.engine.solvers.set_partitioning import RoutePool
from logistics.routing.engine.solvers.watching import Searching, watched

# What one second of lateness or one unit of load too many may cost at most, in mean legs. PyVRP's own ceiling is made
# for legs of some hundred units: with dearer ones it stays among plans that do not hold, and says nothing.
PENALTY_LEGS, PENALTY_MIN, PENALTY_MAX = 20, 100_000.0, 1e10
# Every so many iterations the routes of the current plan are kept for recombination; more are too alike.
KEEP_ROUTES_EVERY = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """When a search ends: after so many iterations, or at this time of the monotonic clock, whichever is first."""

    iterations: int | None
    deadline_s: float


class SearchThread(threading.Thread, pyvrp.IteratedLocalSearchCallbacks):
    """One search from a given solution, or from a random one. Its `best` holds, or is None."""

    def __init__(
        self,
        model: PyvrpModel,
        *,
        start: pyvrp.Solution | None,
        seed: int,
        limits: Limits,
        stop: threading.Event,
    ) -> None:
        super().__init__(name=f"pyvrp-{seed}", daemon=True)
        self.best = start if start is not None and start.is_feasible() else None
        self.pool = RoutePool()
        self.solutions = 0
        self.error: BaseException | None = None
        self._model = model
        self._start_from = start
        self._seed = seed
        self._limits = limits
        self._stop_event = stop
        self._iterations = 0

    def run(self) -> None:
        try:
            self._search()
        except BaseException as error:  # raised again by `watched`, in the caller's thread
            self.error = error

    def on_best(self, best: pyvrp.Solution) -> None:
        """PyVRP calls this with every new best plan."""
        self.solutions += 1
        if best.is_feasible():
            self.best = best
            self._keep_routes(best, best.uncollected_prizes() + sum(map(_route_cost, best.routes())))

    def on_iteration(
        self,
        current: pyvrp.Solution,
        candidate: pyvrp.Solution,
        best: pyvrp.Solution,
        cost_evaluator: pyvrp.CostEvaluator,
    ) -> None:
        """PyVRP calls this after every iteration."""
        self._iterations += 1
        if self._iterations % KEEP_ROUTES_EVERY == 0:
            self._keep_routes(candidate, cost_evaluator.penalised_cost(candidate))

    def _search(self) -> None:
        data = self._model.data
        rng = pyvrp.RandomNumberGenerator(seed=self._seed)
        search = LocalSearch(data, rng, compute_neighbours(data), PerturbationManager())
        for operator in OPERATORS:
            if operator.supports(data):
                search.add_operator(operator(data))
        ceiling = min(PENALTY_MAX, max(PENALTY_MIN, float(PENALTY_LEGS * self._model.mean_leg_cost)))
        parameters = pyvrp.PenaltyParams(max_penalty=ceiling)
        penalties = pyvrp.PenaltyManager(parameters.midpoint_penalties(data), parameters)
        start = self._start_from
        if start is None:
            start = search(pyvrp.Solution.make_random(data, rng), penalties.max_cost_evaluator(), exhaustive=True)
        options = pyvrp.IteratedLocalSearchParams(callbacks=self)
        result = pyvrp.IteratedLocalSearch(data, penalties, search, start, options).run(
            self._must_stop, collect_stats=False
        )
        if result.best.is_feasible():
            self.best = result.best

    def _must_stop(self, best_cost: float) -> bool:
        limits = self._limits
        return (
            self._stop_event.is_set()
            or (limits.iterations is not None and self._iterations >= limits.iterations)
            or time.monotonic() >= limits.deadline_s
        )

    def _keep_routes(self, solution: pyvrp.Solution, plan_cost: int) -> None:
        for route, order in zip(solution.routes(), self._model.routes_of(solution), strict=True):
            if route.is_feasible():
                self.pool.add(order, cost=_route_cost(route), plan_cost=plan_cost)


def _route_cost(route: pyvrp.Route) -> int:
    """Fixed cost, metres and seconds in PyVRP's units."""
    return route.fixed_vehicle_cost() + route.distance_cost() + route.duration_cost()


def watched_quietly(threads: Sequence[Searching], stop: threading.Event, look: Callable[[], bool]) -> None:
    """As `watching.watched`, without what PyVRP says when it finds no plan that holds: whoever asked sees that, and has
    the plan it started from."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", PenaltyBoundWarning)
        watched(threads, stop, look)


def best_routes(model: PyvrpModel, threads: Sequence[SearchThread]) -> list[list[Order]]:
    """What each search has found that holds, as vehicle type and stops of every route."""
    return [model.routes_of(best) for thread in threads if (best := thread.best) is not None]
