"""OR-Tools' routing library behind the solver port."""

import random
import time
from collections.abc import Callable, Iterator
from itertools import chain, count, repeat
from typing import Any

from ortools.constraint_solver import pywrapcp
from ortools.constraint_solver.routing_enums_pb2 import FirstSolutionStrategy, LocalSearchMetaheuristic
from ortools.util.optional_boolean_pb2 import OptionalBoolean

from logistics.routing.engine.costs import FINE_PER_CENT
from logistics.routing.engine.plan import Plan
from logistics.routing.engine.problem import Problem
from logistics.routing.engine.solvers.closing import closed_plan, orders_of, reloads_of
from logistics.routing.engine.solvers.features import EVERYWHERE, Feature, refusal, used_features
from logistics.routing.engine.solvers.ortools.model import RoutingModel
from logistics.routing.engine.solvers.ortools.reading import Order, index_rows, read_orders
from logistics.routing.engine.solvers.ortools.rules import build_model
from logistics.routing.engine.solvers.protocol import Progress, SolveOptions
from logistics.routing.engine.solvers.serveable import serveable
from logistics.routing.engine.solvers.starting import start_orders, start_plan

# A leg of the model takes the same time at every hour.
EXPRESSED = frozenset(Feature) - {Feature.SPEEDS}
# A callback into the caller's code may ask Redis or write a row: not more often than a person can watch.
CANCEL_EVERY_S = 0.1
PROGRESS_EVERY_S = 0.5
# The search starts from the better of these: which one that is changes with windows and prices.
FIRST_SOLUTIONS = (
    FirstSolutionStrategy.PATH_CHEAPEST_ARC,
    FirstSolutionStrategy.SAVINGS,
    FirstSolutionStrategy.PARALLEL_CHEAPEST_INSERTION,
)
# On by default in 9.15; without them the Jinan day costs 0.4 % less after ten seconds.
SLOW_OPERATORS = (
    "use_global_cheapest_insertion_path_lns",
    "use_local_cheapest_insertion_path_lns",
    "use_relocate_path_global_cheapest_insertion_insert_unperformed",
)
# What insertion and scheduling need after the search, as a share of the time limit and at most.
CLOSING_SHARE, CLOSING_S_MAX = 0.05, 0.2
# One iteration is this many checks of OR-Tools' limits: 1 to 3 ms of search.
CHECKS_PER_ITERATION = 1_000
# Guided local search never ends by itself. Up to 20 stops it has found its best long before this many iterations a stop
# (at most 4 s), and a person waits for the answer.
SMALL_STOPS, SMALL_ITERATIONS_PER_STOP = 20, 100


class OrToolsRouting:
    """The best of three constructed solutions, then guided local search until a limit.

    Measured on the Jinan day (463 stops, 16 vehicles), see `local_search` for what was tried. A seed other than 0
    shuffles the stops.

    `iteration_limit` counts thousands of checks that OR-Tools makes of its limits, at every step of the search, which
    does not depend on the clock. The times of the plan come from `schedule_route`. If the search finds nothing in time,
    the plan is a cheapest insertion.
    """

    name = "ortools-routing"

    def __init__(self, *, start_only: bool = False) -> None:
        """With `start_only`, the best constructed solution is the answer: what another search starts from."""
        self._start_only = start_only

    def can_express(self, problem: Problem) -> str | None:
        """See `protocol.Solver`: whatever is in `EXPRESSED`."""
        return refusal(problem, EXPRESSED, "OR-Tools' model") or _combined(problem)

    def solve(
        self,
        problem: Problem,
        options: SolveOptions,
        *,
        on_progress: Callable[[Progress], None] | None = None,
        cancelled: Callable[[], bool] | None = None,
    ) -> Plan:
        """See `protocol.Solver`; reasons of dropped stops are all FLEET_FULL here, the engine refines them."""
        started_s = time.monotonic()
        stops = [stop for stop in problem.stops if serveable(problem, stop)]
        orders: dict[str, Order] = {}
        solutions = 0
        if options.seed:
            # Guided local search draws nothing at random; the order of the nodes decides between equal moves.
            random.Random(options.seed).shuffle(stops)
        if stops:
            model = build_model(problem, stops)
            watch = _Watch(model, options, started_s, on_progress, cancelled)
            orders = watch.search(start_only=self._start_only)
            solutions = watch.solutions
        stops_of = {vehicle: order.stops for vehicle, order in orders.items()}
        reloads = {vehicle: order.reload_before for vehicle, order in orders.items()}
        return closed_plan(problem, stops_of, self.name, started_s, solutions, reloads)


class _Watch:
    """One search: stops it when the caller cancels, reports progress, and carries errors out of the C++ search."""

    def __init__(
        self,
        model: RoutingModel,
        options: SolveOptions,
        started_s: float,
        on_progress: Callable[[Progress], None] | None,
        cancelled: Callable[[], bool] | None,
    ) -> None:
        self.solutions = 0
        self._model = model
        self._options = options
        self._started_s = started_s
        self._on_progress = on_progress
        self._cancelled = cancelled
        self._next_cancel_s = 0.0
        self._iteration_limit = options.iteration_limit
        if options.iteration_limit is None and len(model.stops) <= SMALL_STOPS:
            self._iteration_limit = SMALL_ITERATIONS_PER_STOP * len(model.stops)
        self._next_progress_s = 0.0
        self._best: int | None = None
        self._stop = False
        self._error: BaseException | None = None

    def search(self, *, start_only: bool) -> dict[str, Order]:
        """Each vehicle's order in the best solution found, empty if there is none; raises what a callback raised."""
        routing = self._model.routing
        routing.solver().ReSeed(self._options.seed)
        if self._cancelled is not None or self._iteration_limit is not None:
            # OR-Tools asks a million times a second. The answers come from C; our Python runs once an iteration.
            answers = chain.from_iterable(self._iterations())
            routing.AddSearchMonitor(routing.solver().CustomLimit(answers.__next__))
        routing.AddAtSolutionCallback(self._at_solution)
        found: list[tuple[int, dict[str, Order]]] = []
        self._insert(found)
        for strategy in FIRST_SOLUTIONS:
            self._keep(routing.SolveWithParameters(first_solution(strategy, self._left_ms())), found)
        if found and not self._stop and not start_only:
            start = routing.ReadAssignmentFromRoutes(index_rows(self._model, min(found, key=_objective)[1]), True)
            self._keep(routing.SolveFromAssignmentWithParameters(start, local_search(self._left_ms())), found)
        if self._error is not None:
            raise self._error
        return min(found, key=_objective)[1] if found else {}

    def _insert(self, found: list[tuple[int, dict[str, Order]]]) -> None:
        """What insertion makes of a given plan, or of none where OR-Tools' constructions stumble over rules in use."""
        problem = self._model.problem
        given = start_orders(problem, self._options)
        if not given and used_features(problem).keys() <= EVERYWHERE - {Feature.TOGETHER}:
            return
        plan = start_plan(problem, given, "insertion", self._started_s)
        reloads = reloads_of(plan)
        orders = {
            vehicle: Order(stops=stops, reload_before=tuple(reloads[vehicle]))
            for vehicle, stops in orders_of(problem, plan).items()
        }
        start = self._model.routing.ReadAssignmentFromRoutes(index_rows(self._model, orders), True)
        if start is not None:
            found.append((start.ObjectiveValue(), orders))

    def _keep(self, assignment: Any | None, found: list[tuple[int, dict[str, Order]]]) -> None:
        # OR-Tools reuses the assignment in its next search, so the orders are read at once.
        if assignment is not None:
            found.append((assignment.ObjectiveValue(), read_orders(self._model, assignment)))

    def _left_ms(self) -> int:
        limit_s = self._options.time_limit_s
        closing_s = min(CLOSING_SHARE * limit_s, CLOSING_S_MAX)
        # A limit of 0 would mean none.
        return max(1, int(1000 * (limit_s - closing_s - (time.monotonic() - self._started_s))))

    def _iterations(self) -> Iterator[Iterator[bool]]:
        """Answers to "must the search stop?", one iteration's worth at a time, and yes for ever after."""
        for done in count():
            if done == self._iteration_limit or self._must_stop():
                self._stop = True
                break
            yield repeat(False, CHECKS_PER_ITERATION)
        yield repeat(True)

    def _must_stop(self) -> bool:
        now_s = time.monotonic()
        if self._stop or self._cancelled is None or now_s < self._next_cancel_s:
            return self._stop
        self._next_cancel_s = now_s + CANCEL_EVERY_S
        try:
            self._stop = self._cancelled()
        except BaseException as error:  # an exception cannot cross the C++ frames: stop, and raise it outside
            self._error, self._stop = error, True
        return self._stop

    def _at_solution(self) -> None:
        self.solutions += 1
        if self._on_progress is None or self._stop:
            return
        now_s = time.monotonic()
        cost = self._model.routing.CostVar().Min()
        if (self._best is not None and cost >= self._best) or now_s < self._next_progress_s:
            return
        self._best = cost
        self._next_progress_s = now_s + PROGRESS_EVERY_S
        try:
            self._on_progress(self._progress(cost, now_s))
        except BaseException as error:  # as above
            self._error, self._stop = error, True
            self._model.routing.CancelSearch()

    def _progress(self, objective: int, now_s: float) -> Progress:
        model, routing = self._model, self._model.routing
        dropped = [k for k in range(len(model.stops)) if not routing.ActiveVar(model.index(k)).Min()]
        money = (objective - sum(model.prices.drops[k] for k in dropped)) * model.prices.divisor
        return Progress(
            elapsed_s=now_s - self._started_s,
            cost=money // FINE_PER_CENT,
            routes=sum(routing.NextVar(routing.Start(k)).Min() != routing.End(k) for k in range(len(model.vehicles))),
            dropped=len(dropped),
        )


def first_solution(strategy: int, left_ms: int) -> Any:
    """Search parameters for one constructed solution."""
    parameters = pywrapcp.DefaultRoutingSearchParameters()
    parameters.first_solution_strategy = strategy
    parameters.local_search_metaheuristic = LocalSearchMetaheuristic.GREEDY_DESCENT
    parameters.solution_limit = 1
    parameters.time_limit.FromMilliseconds(left_ms)
    return parameters


def local_search(left_ms: int) -> Any:
    """Search parameters for guided local search from a given solution.

    A day of 463 stops needs some 20 s of one core for its first descent, so that a shorter search ends inside it: what
    decides there is the model and the start, not what happens at the first local optimum.
    """
    parameters = pywrapcp.DefaultRoutingSearchParameters()
    parameters.local_search_metaheuristic = LocalSearchMetaheuristic.GUIDED_LOCAL_SEARCH
    for name in SLOW_OPERATORS:
        setattr(parameters.local_search_operators, name, OptionalBoolean.BOOL_FALSE)
    parameters.time_limit.FromMilliseconds(left_ms)
    return parameters


def _objective(found: tuple[int, dict[str, Order]]) -> int:
    return found[0]


def _combined(problem: Problem) -> str | None:
    """What the model knows each for itself but not together: it has no clock for each trip."""
    released = any(stop.released_s is not None for stop in problem.stops)
    for vehicle in problem.vehicles:
        if vehicle.reloads and released:
            return f"vehicle {vehicle.id!r} has reloads and stops have released_s; OR-Tools' model knows one departure"
    return None
