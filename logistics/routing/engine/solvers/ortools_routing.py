"""OR-Tools' routing library behind the solver port."""

import time
from collections.abc import Callable, Iterator
from itertools import chain, count, repeat
from typing import Any

from ortools.constraint_solver import pywrapcp, routing_enums_pb2

from logistics.routing.engine.costs import FINE_PER_CENT, plan_cost
from logistics.routing.engine.plan import Dropped, DropReason, Plan
from logistics.routing.engine.problem import Problem, Stop
from logistics.routing.engine.schedule import schedule_route
from logistics.routing.engine.solvers.insertion import insert_all, open_routes
from logistics.routing.engine.solvers.ortools_model import RoutingModel, build_model, serveable
from logistics.routing.engine.solvers.protocol import Progress, SolveOptions

# A callback into the caller's code may ask Redis or write a row: not more often than a person can watch.
CANCEL_EVERY_S = 0.1
PROGRESS_EVERY_S = 0.5
# What insertion and scheduling need after the search, as a share of the time limit and at most.
CLOSING_SHARE, CLOSING_S_MAX = 0.05, 0.2
# One iteration is this many checks of OR-Tools' limits: 1 to 3 ms of search.
CHECKS_PER_ITERATION = 1_000
# Guided local search never ends by itself. Up to 20 stops it has found its best long before this many iterations a stop
# (at most 4 s), and a person waits for the answer.
SMALL_STOPS, SMALL_ITERATIONS_PER_STOP = 20, 100


class OrToolsRouting:
    """A first solution, then guided local search until a limit.

    `iteration_limit` counts thousands of checks that OR-Tools makes of its limits, at every step of the search, which
    does not depend on the clock. The times of the plan come from `schedule_route`. If the search finds nothing in time,
    the plan is a cheapest insertion.
    """

    name = "ortools-routing"

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
        orders: dict[str, list[Stop]] = {}
        solutions = 0
        if stops:
            model = build_model(problem, stops)
            watch = _Watch(model, options, started_s, on_progress, cancelled)
            assignment = watch.search()
            if assignment is not None:
                orders = _orders(model, assignment)
            solutions = watch.solutions
        return _closed_plan(problem, orders, self.name, started_s, solutions)


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

    def search(self) -> Any | None:
        """The best assignment found, or None; raises what a callback raised."""
        routing = self._model.routing
        limit = self._options.time_limit_s
        left_s = limit - min(CLOSING_SHARE * limit, CLOSING_S_MAX) - (time.monotonic() - self._started_s)
        if left_s <= 0:
            return None
        if self._cancelled is not None or self._iteration_limit is not None:
            # OR-Tools asks a million times a second. The answers come from C; our Python runs once an iteration.
            answers = chain.from_iterable(self._iterations())
            routing.AddSearchMonitor(routing.solver().CustomLimit(answers.__next__))
        routing.AddAtSolutionCallback(self._at_solution)
        assignment = routing.SolveWithParameters(search_parameters(left_s))
        if self._error is not None:
            raise self._error
        return assignment

    def _iterations(self) -> Iterator[Iterator[bool]]:
        """Answers to "must the search stop?", one iteration's worth at a time, and yes for ever after."""
        for done in count():
            if done == self._iteration_limit or self._must_stop():
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
        dropped = [k for k in range(len(model.stops)) if not routing.ActiveVar(_index(model, k)).Min()]
        money = (objective - sum(model.drop_prices[k] for k in dropped)) * model.divisor
        return Progress(
            elapsed_s=now_s - self._started_s,
            cost=money // FINE_PER_CENT,
            routes=sum(routing.NextVar(routing.Start(k)).Min() != routing.End(k) for k in range(len(model.vehicles))),
            dropped=len(dropped),
        )


def search_parameters(left_s: float) -> Any:
    """The chosen strategy; see the measurements in the class that uses it."""
    parameters = pywrapcp.DefaultRoutingSearchParameters()
    parameters.first_solution_strategy = routing_enums_pb2.FirstSolutionStrategy.PARALLEL_CHEAPEST_INSERTION
    parameters.local_search_metaheuristic = routing_enums_pb2.LocalSearchMetaheuristic.GUIDED_LOCAL_SEARCH
    parameters.time_limit.FromMilliseconds(max(1, int(left_s * 1000)))
    return parameters


def _index(model: RoutingModel, position: int) -> int:
    index: int = model.manager.NodeToIndex(model.depot_count + position)
    return index


def _orders(model: RoutingModel, assignment: Any) -> dict[str, list[Stop]]:
    """The stops of each vehicle that drives, in order."""
    routing = model.routing
    orders: dict[str, list[Stop]] = {}
    for k, vehicle in enumerate(model.vehicles):
        order = []
        index = assignment.Value(routing.NextVar(routing.Start(k)))
        while not routing.IsEnd(index):
            order.append(model.stops[model.manager.IndexToNode(index) - model.depot_count])
            index = assignment.Value(routing.NextVar(index))
        if order:
            orders[vehicle.id] = order
    return orders


def _closed_plan(
    problem: Problem, orders: dict[str, list[Stop]], solver: str, started_s: float, solutions: int
) -> Plan:
    """Inserts what still fits, schedules the routes and counts the cost."""
    served = {stop.id for order in orders.values() for stop in order}
    routes = open_routes(problem, orders)
    insert_all(routes, (stop for stop in problem.stops if stop.id not in served))
    driven = tuple(schedule_route(problem, route.vehicle, route.stops) for route in routes if route.stops)
    served = {visit.stop for route in driven for visit in route.visits}
    return Plan(
        routes=driven,
        dropped=tuple(
            Dropped(stop=stop.id, reason=DropReason.FLEET_FULL, detail={})
            for stop in problem.stops
            if stop.id not in served
        ),
        cost=plan_cost(problem, driven),
        solver=solver,
        seconds=time.monotonic() - started_s,
        solutions=solutions,
    )
