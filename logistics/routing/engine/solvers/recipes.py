"""What the portfolio does with problems the compiled kernel can hold: three recipes by size, all from the same parts.

Up to some hundred stops the kernel and PyVRP search from nothing side by side, since they fail on different problems;
what both met is recombined and the best polished by PyVRP. Beyond that the kernel has all threads first, and PyVRP
begins where it ends, if the time is enough for that. Beyond what PyVRP keeps its time on, the kernel works alone, on
parts.
"""

import dataclasses
import threading
import time
from collections.abc import Mapping, Sequence

import pyvrp

from logistics.routing.engine.costs import route_cost_fine
from logistics.routing.engine.plan import Plan
from logistics.routing.engine.problem import Problem, Stop
from logistics.routing.engine.solvers.closing import closed_plan, orders_of, plan_value
from logistics.routing.engine.solvers.protocol import SolveOptions
from logistics.routing.engine.solvers.pyvrp_model import PyvrpModel
from logistics.routing.engine.solvers.pyvrp_model import build_model as build_pyvrp_model
from logistics.routing.engine.solvers.pyvrp_search import SEEDS
from logistics.routing.engine.solvers.pyvrp_threads import Limits, SearchThread, best_routes, watched_quietly
from logistics.routing.engine.solvers.ruin_recreate.layout import PRICE
from logistics.routing.engine.solvers.ruin_recreate.model import Model, build_model
from logistics.routing.engine.solvers.ruin_recreate.pacing import Pace
from logistics.routing.engine.solvers.ruin_recreate.search import AnnealingSearch
from logistics.routing.engine.solvers.ruin_recreate.solver import STEPS_PER_ITERATION, heat, holding_orders
from logistics.routing.engine.solvers.set_partitioning import PooledRoute, RoutePool, cheapest_choice
from logistics.routing.engine.solvers.watching import Watch

# Up to so many stops both engines begin from nothing; beyond so many PyVRP takes no part.
SIDE_BY_SIDE_STOPS, POLISHED_STOPS = 300, 4_000
# By which share of the time the first phase ends, and recombination.
SIDE_BY_SIDE_ENDS, KERNEL_ENDS, RECOMBINED_AFTER = 0.55, 0.86, 0.04
# What recombination may take at most, what it is worth beginning with, and how many routes it is shown.
RECOMBINE_S_MAX, RECOMBINE_S_MIN, RECOMBINE_ROUTES = 1.5, 0.1, 1_500
# Longer routes are hardly ever met twice with the same neighbours: at 36 stops a route it never found anything.
RECOMBINE_STOPS_PER_ROUTE_MAX = 20
# One iteration of `SolveOptions` is so many of PyVRP's.
PYVRP_STEPS_PER_ITERATION = 10
# Up to so many stops so many iterations a stop do, and a person waits: for none of 42 samples of 30 stops did 6 a stop,
# which took five times as long, find a better plan.
SMALL_STOPS, SMALL_ITERATIONS_PER_STOP = 30, 1
# What comes after the search: a share of the time limit, at most so long, and so long for every stop.
CLOSING_SHARE, CLOSING_S_MAX, CLOSING_S_PER_STOP = 0.05, 0.2, 1e-4

# PyVRP looks at the clock between its iterations alone: at 2,500 stops it was 0.6 s late. Before the first it reads the
# matrices and looks over the whole plan: 1.5 s at 2,000 stops.
PYVRP_LATE_S_PER_STOP, PYVRP_BEGIN_S_PER_PAIR = 2e-4, 4e-7


class Recipe:
    """One run: the best plan so far, every route met, and how much of the time is gone.

    There must be a stop, and a vehicle with hours.
    """

    def __init__(self, problem: Problem, options: SolveOptions, watch: Watch, *, name: str, started_s: float) -> None:
        self.best: Plan | None = None
        self._problem, self._options, self._watch = problem, options, watch
        self._name, self._started_s = name, started_s
        self._stops = problem.stops
        closing_s = min(CLOSING_SHARE * options.time_limit_s, CLOSING_S_MAX) + CLOSING_S_PER_STOP * len(self._stops)
        self._end_s = started_s + max(0.5 * options.time_limit_s, options.time_limit_s - closing_s)
        self._iterations = options.iteration_limit
        if self._iterations is None and len(self._stops) <= SMALL_STOPS:
            self._iterations = SMALL_ITERATIONS_PER_STOP * len(self._stops)
        self._pool = RoutePool()
        self._solutions = 0
        self._orders = holding_orders(problem, options.start or {})
        self._model: Model = build_model(problem, self._stops, workers=options.workers)
        self._pyvrp: PyvrpModel | None = None

    def run(self, *, polished: bool) -> Plan:
        """The best plan found; `polished` says whether PyVRP can express the problem."""
        size, workers = len(self._stops), self._options.workers
        if size > POLISHED_STOPS:
            self._anneal(1.0, workers=workers, pooled=False)
        elif size <= SIDE_BY_SIDE_STOPS and not self._orders and polished and self._pays(1.0 - SIDE_BY_SIDE_ENDS):
            self._side_by_side(SIDE_BY_SIDE_ENDS)
            self._recombine(SIDE_BY_SIDE_ENDS + RECOMBINED_AFTER)
            self._polish(SIDE_BY_SIDE_ENDS)
        elif polished and self._pays(1.0 - KERNEL_ENDS):
            self._anneal(KERNEL_ENDS, workers=workers, pooled=True)
            self._recombine(KERNEL_ENDS + RECOMBINED_AFTER)
            self._polish(KERNEL_ENDS)
        else:
            pooled = self._may_recombine()
            self._anneal(1.0 - RECOMBINED_AFTER if pooled else 1.0, workers=workers, pooled=pooled)
            self._recombine(1.0)
        assert self.best is not None
        seconds = time.monotonic() - self._started_s
        return dataclasses.replace(self.best, solver=self._name, seconds=seconds, solutions=self._solutions)

    def _pays(self, share: float) -> bool:
        """Whether PyVRP searches for longer than it takes to begin, in so much of the time; by counted iterations the
        time does not matter."""
        beginning_s = PYVRP_BEGIN_S_PER_PAIR * len(self._stops) ** 2
        return self._iterations is not None or 2.0 * beginning_s <= share * self._options.time_limit_s

    def _may_recombine(self) -> bool:
        """Whether there will be time for it, and the routes can be short enough."""
        served_max = RECOMBINE_STOPS_PER_ROUTE_MAX * len(self._problem.vehicles)
        timed = self._iterations is None and RECOMBINED_AFTER * self._options.time_limit_s < RECOMBINE_S_MIN
        return len(self._stops) <= served_max and not timed

    def _pace(self, until: float) -> Pace:
        hot, cold = heat(self._model, warm=bool(self._orders), workers=self._options.workers)
        steps = None if self._iterations is None else int(until * self._iterations * STEPS_PER_ITERATION)
        return Pace(begin_s=time.monotonic(), end_s=self._time_of(until), steps=steps, hot=hot, cold=cold)

    def _time_of(self, share: float) -> float:
        """When this share of the time is gone; by counted iterations, only the end of it all counts."""
        if self._iterations is not None:
            return self._end_s
        return self._started_s + share * (self._end_s - self._started_s)

    def _anneal(self, until: float, *, workers: int, pooled: bool) -> None:
        """The kernel in all threads, from the given start if there is one."""
        search = self._annealing(workers, pooled=pooled)

        def look() -> bool:
            if self._watch.due():
                self._show(self._model.orders(search.best_routes()))
            return self._watch.must_stop()

        search.run(self._pace(until), look)
        self._gather(search)

    def _side_by_side(self, until: float) -> None:
        """Half of the threads PyVRP's, from nothing; a single thread is the kernel's."""
        count = self._options.workers // 2
        stop = threading.Event()
        search = self._annealing(self._options.workers - count, pooled=True)
        searching = self._searching(count, start=None, after=0.0, until=until, stop=stop) if count else []

        def look() -> bool:
            if self._watch.due():
                self._show(self._model.orders(search.best_routes()))
            return self._watch.must_stop()

        watched_quietly([*searching, *search.threads(self._pace(until), stop)], stop, look)
        self._gather(search)
        self._gather_searched(searching)

    def _polish(self, after: float) -> None:
        """PyVRP in every thread, from the best plan, to the end."""
        if self._watch.must_stop() or time.monotonic() >= self._end_s or self.best is None or not self.best.routes:
            return
        start = self._pyvrp_model().solution(orders_of(self._problem, self.best))
        stop = threading.Event()
        searching = self._searching(self._options.workers, start=start, after=after, until=1.0, stop=stop)

        def look() -> bool:
            if self._watch.due():
                for orders in self._searched(searching):
                    self._show(orders)
            return self._watch.must_stop()

        watched_quietly(searching, stop, look)
        self._gather_searched(searching)

    def _recombine(self, until: float) -> None:
        """The best choice among the routes met, if there is time and the routes are short enough for it to pay."""
        if self._watch.must_stop() or self.best is None:
            return
        routes = self.best.routes
        served = sum(len(route.visits) for route in routes)
        limit_s = self._end_s - time.monotonic()
        if self._iterations is None:
            limit_s = min(RECOMBINE_S_MAX, limit_s, max(0.3, self._time_of(until) - time.monotonic()))
        if limit_s < RECOMBINE_S_MIN or served > RECOMBINE_STOPS_PER_ROUTE_MAX * len(routes):
            return
        known = self._known_routes(self.best)
        prizes = self._model.tables.stops[:, PRICE].tolist()
        chosen = cheapest_choice(
            [*known, *self._pool.best(RECOMBINE_ROUTES)],
            available=[len(vehicles) for vehicles in self._model.fleet.vehicles],
            prizes=prizes,
            time_limit_s=limit_s,
        )
        if chosen and _total(chosen, prizes) < _total(known, prizes):
            self._take(self._model.orders_of_kinds([(route.kind, route.clients) for route in chosen]))

    def _known_routes(self, plan: Plan) -> list[PooledRoute]:
        """The routes of a plan as the pool holds them."""
        slot_routes = self._model.slot_routes(orders_of(self._problem, plan))
        return [
            PooledRoute(
                kind=int(self._model.slot_kinds[slot]),
                clients=tuple(clients),
                cost=route_cost_fine(self._problem.vehicle(route.vehicle), route),
                plan_cost=0,
            )
            for route, (slot, clients) in zip(plan.routes, slot_routes.items(), strict=True)
        ]

    def _annealing(self, workers: int, *, pooled: bool) -> AnnealingSearch:
        start = self._model.slot_routes(self._orders) if self._orders else None
        return AnnealingSearch(self._model, seed=self._options.seed, workers=workers, start=start, pooled=pooled)

    def _searching(
        self, count: int, *, start: pyvrp.Solution | None, after: float, until: float, stop: threading.Event
    ) -> list[SearchThread]:
        """PyVRP's threads for the share of the time from `after` to `until`."""
        steps = None
        if self._iterations is not None:
            steps = max(1, int((until - after) * self._iterations * PYVRP_STEPS_PER_ITERATION))
        latest_s = self._end_s - PYVRP_LATE_S_PER_STOP * len(self._stops)
        limits = Limits(iterations=steps, deadline_s=min(self._time_of(until), latest_s))
        seeds = [(self._options.seed * 1_009 + (start is not None) * 500 + index) % SEEDS for index in range(count)]
        return [SearchThread(self._pyvrp_model(), start=start, seed=seed, limits=limits, stop=stop) for seed in seeds]

    def _pyvrp_model(self) -> PyvrpModel:
        if self._pyvrp is None:
            self._pyvrp = build_pyvrp_model(self._problem, self._stops)
        return self._pyvrp

    def _gather(self, search: AnnealingSearch) -> None:
        self._take_annealed(search)
        self._solutions += search.solutions
        self._pool.merge(search.pool())

    def _gather_searched(self, threads: Sequence[SearchThread]) -> None:
        self._take_searched(threads)
        self._solutions += sum(thread.solutions for thread in threads)
        for thread in threads:
            self._pool.merge(thread.pool, unit=self._pyvrp_model().divisor)

    def _take_annealed(self, search: AnnealingSearch) -> None:
        self._take(self._model.orders(search.best_routes()))

    def _take_searched(self, threads: Sequence[SearchThread]) -> None:
        for orders in self._searched(threads):
            self._take(orders)

    def _searched(self, threads: Sequence[SearchThread]) -> list[dict[str, list[Stop]]]:
        model = self._pyvrp_model() if threads else None
        return [] if model is None else [model.orders(routes) for routes in best_routes(model, threads)]

    def _take(self, orders: Mapping[str, Sequence[Stop]]) -> None:
        """Keeps the better of the plan with these orders and the one known."""
        begun_s = time.monotonic()
        found = self._closed(orders, self._started_s + self._options.time_limit_s)
        self._spare(time.monotonic() - begun_s)
        if self.best is None or plan_value(self._problem, found) < plan_value(self._problem, self.best):
            self.best = found
            self._watch.show(found)

    def _spare(self, closing_s: float) -> None:
        """Ends the search so early that every thread's plan can be closed, each in the time that one took."""
        latest_s = self._started_s + self._options.time_limit_s - (self._options.workers + 1) * closing_s
        self._end_s = min(self._end_s, max(time.monotonic(), latest_s))

    def _show(self, orders: Mapping[str, Sequence[Stop]]) -> None:
        """Shows the plan without keeping it: when somebody looks must not decide what comes out."""
        self._watch.show(self._closed(orders, time.monotonic()))

    def _closed(self, orders: Mapping[str, Sequence[Stop]], deadline_s: float) -> Plan:
        return closed_plan(self._problem, orders, self._name, self._started_s, self._solutions, deadline_s=deadline_s)


def _total(routes: Sequence[PooledRoute], prizes: Sequence[int]) -> int:
    """What the routes cost, and those they leave out."""
    return sum(route.cost - sum(prizes[client] for client in route.clients) for route in routes)
