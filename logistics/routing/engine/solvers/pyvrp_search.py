"""PyVRP behind the solver port: two seeds on two cores, and set partitioning over the routes both met."""

import dataclasses
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from logistics.routing.engine.plan import Plan
from logistics.routing.engine.problem import Problem, Stop
from logistics.routing.engine.solvers.closing import closed_plan, orders_of, plan_value, reloads_of
from logistics.routing.engine.solvers.features import Feature, refusal
from logistics.routing.engine.solvers.protocol import Progress, SolveOptions
from logistics.routing.engine.solvers.pyvrp_model import Order, PyvrpModel, build_model
from logistics.routing.engine.solvers.pyvrp_threads import Limits, SearchThread, best_routes, watched_quietly
from logistics.routing.engine.solvers.serveable import serveable
from logistics.routing.engine.solvers.set_partitioning import RoutePool, cheapest_choice
from logistics.routing.engine.solvers.starting import start_orders, start_plan
from logistics.routing.engine.solvers.watching import Watch

EXPRESSED = frozenset(
    {
        Feature.SERVICE_PER_PACKAGE,
        Feature.PRIORITY,
        Feature.SKILLS,
        Feature.VEHICLES_ALLOWED,
        Feature.VEHICLES_FORBIDDEN,
        Feature.PINNED_VEHICLE,
        Feature.END_DEPOT,
        Feature.PROFILE,
        Feature.LONGEST_S,
        Feature.LONGEST_M,
        Feature.MOST_STOPS,
        Feature.RELOADS,
        Feature.RELEASED,
        Feature.FURTHER_WINDOWS,
    }
)
# Its first descent cannot be interrupted: 5,000 stops keep to 60 s, 20,000 took 198 s of 90 and 12 GB.
STOPS_MAX = 5_000
THREAD_COUNT = 2
# PyVRP's generator takes 32 bits.
SEEDS = 2**32
# One iteration of `SolveOptions` is so many of PyVRP's: 10 ms at 30 stops, 30 ms at 460.
STEPS_PER_ITERATION = 10
# Up to so many stops the search has found its best long before this many steps a stop (2 s), and a person waits.
SMALL_STOPS, SMALL_STEPS_PER_STOP = 30, 60
# Of the time or the iterations, by when each round ends; between rounds the routes are recombined.
ROUND_ENDS = (0.6, 1.0)
# What recombination may take, as a share of the time and at most, and how many routes it is shown.
RECOMBINE_SHARE, RECOMBINE_S_MAX, RECOMBINE_ROUTES = 0.06, 1.5, 1_500
# Longer routes are hardly ever met twice with the same neighbours: at 36 stops a route it never found anything.
RECOMBINE_STOPS_PER_ROUTE_MAX = 20
# What comes after the search, as a share of the time limit and at most.
CLOSING_SHARE, CLOSING_S_MAX = 0.05, 0.3


@dataclass(frozen=True, slots=True, kw_only=True)
class _Budget:
    """What a search may use from `begin_s` on; `steps` of PyVRP or None, in either case not beyond `end_s`."""

    begin_s: float
    end_s: float
    steps: int | None

    def round(self, number: int) -> Limits:
        """The limits of one round."""
        before = ROUND_ENDS[number - 1] if number else 0.0
        if self.steps is not None:
            steps = int(self.steps * ROUND_ENDS[number]) - int(self.steps * before)
            return Limits(iterations=steps, deadline_s=self.end_s)
        return Limits(iterations=None, deadline_s=self.begin_s + ROUND_ENDS[number] * (self.end_s - self.begin_s))

    def recombine_s(self) -> float:
        """What recombination may take now; a search that counts its steps lets it take what it needs."""
        left_s = self.end_s - time.monotonic()
        if self.steps is not None:
            return left_s
        return min(RECOMBINE_S_MAX, RECOMBINE_SHARE * (self.end_s - self.begin_s), left_s)


class PyvrpSearch:
    """PyVRP from two seeds in two threads, from random plans or from a given one."""

    name = "pyvrp"

    def __init__(self, *, stops_max: int = STOPS_MAX) -> None:
        self._stops_max = stops_max

    def can_express(self, problem: Problem) -> str | None:
        """See `protocol.Solver`: whatever is in `EXPRESSED`, but not any size."""
        if len(problem.stops) > self._stops_max:
            return f"{len(problem.stops)} stops; PyVRP keeps to its time up to {self._stops_max}"
        return refusal(problem, EXPRESSED, "PyVRP") or _combined(problem)

    def solve(
        self,
        problem: Problem,
        options: SolveOptions,
        *,
        on_progress: Callable[[Progress], None] | None,
        cancelled: Callable[[], bool] | None,
    ) -> Plan:
        """See `protocol.Solver`; reasons of dropped stops are all FLEET_FULL here, the engine refines them."""
        started_s = time.monotonic()
        watch = Watch(problem, started_s, on_progress, cancelled)
        start = start_plan(problem, start_orders(problem, options), self.name, started_s)
        return self.improved(start, problem, options, started_s=started_s, watch=watch)

    def improved(self, start: Plan, problem: Problem, options: SolveOptions, *, started_s: float, watch: Watch) -> Plan:
        """The best plan found from the given one within the options, or that one; it is never worse."""
        stops = [stop for stop in problem.stops if serveable(problem, stop)]
        if not stops or watch.must_stop():
            return dataclasses.replace(start, solver=self.name)
        watch.show(start)
        model = build_model(problem, stops)
        search = _Search(problem, model, start, self.name, started_s, watch)
        closing_s = min(CLOSING_SHARE * options.time_limit_s, CLOSING_S_MAX)
        budget = _Budget(
            begin_s=time.monotonic(), end_s=started_s + options.time_limit_s - closing_s, steps=_steps(options, stops)
        )
        for number in range(len(ROUND_ENDS)):
            if watch.must_stop() or time.monotonic() >= budget.end_s:
                break
            search.run_round(number, seed=options.seed, limits=budget.round(number))
            if not watch.must_stop():
                search.recombine(budget.recombine_s())
        return dataclasses.replace(search.best, seconds=time.monotonic() - started_s, solutions=search.solutions)


class _Search:
    """The rounds of one search: the best plan so far, and every route met."""

    def __init__(
        self, problem: Problem, model: PyvrpModel, start: Plan, name: str, started_s: float, watch: Watch
    ) -> None:
        self.best = dataclasses.replace(start, solver=name)
        self.solutions = start.solutions
        self._problem = problem
        self._model = model
        self._name = name
        self._started_s = started_s
        self._watch = watch
        self._pool = RoutePool()

    def run_round(self, number: int, *, seed: int, limits: Limits) -> None:
        """One search from the best plan in each thread."""
        stop = threading.Event()
        start = self._model.solution(orders_of(self._problem, self.best), reloads_of(self.best))
        threads = [
            SearchThread(
                self._model,
                start=start,
                seed=((seed * len(ROUND_ENDS) + number) * THREAD_COUNT + index) % SEEDS,
                limits=limits,
                stop=stop,
            )
            for index in range(THREAD_COUNT)
        ]
        seen = 0

        def look() -> bool:
            nonlocal seen
            found = sum(thread.solutions for thread in threads)
            if found > seen and self._watch.due():
                seen = found
                self._take(best_routes(self._model, threads))
                self._watch.show(self.best)
            return self._watch.must_stop()

        watched_quietly(threads, stop, look)
        self._take(best_routes(self._model, threads))
        for thread in threads:
            self.solutions += thread.solutions
            self._pool.merge(thread.pool)

    def recombine(self, time_limit_s: float) -> None:
        """The best choice among the routes met, if there is time and the routes are short enough for it to pay."""
        routes = self.best.routes
        served = sum(len(route.visits) for route in routes)
        if time_limit_s <= 0 or served > RECOMBINE_STOPS_PER_ROUTE_MAX * len(routes):
            return
        chosen = cheapest_choice(
            self._pool.best(RECOMBINE_ROUTES),
            available=[len(vehicles) for vehicles in self._model.fleet],
            prizes=self._model.prizes,
            time_limit_s=time_limit_s,
        )
        if chosen:
            self._take([[(route.kind, route.clients) for route in chosen]])

    def _take(self, found: Iterable[list[Order]]) -> None:
        """Keeps the best of the plans found and the one known."""
        for routes in found:
            orders, reloads = self._model.orders(routes), self._model.reloads(routes)
            plan = closed_plan(self._problem, orders, self._name, self._started_s, 0, reloads)
            if plan_value(self._problem, plan) < plan_value(self._problem, self.best):
                self.best = plan


def _combined(problem: Problem) -> str | None:
    """What PyVRP knows each for itself but not together: it counts loads by trip, and loads only what is packed."""
    released = any(stop.released_s is not None for stop in problem.stops)
    for vehicle in problem.vehicles:
        if vehicle.reloads and vehicle.most_stops is not None:
            return f"vehicle {vehicle.id!r} has reloads and most_stops, which PyVRP counts for each trip"
        if vehicle.reloads and vehicle.reload_s and released:
            return f"vehicle {vehicle.id!r} has reload_s and stops have released_s; PyVRP loads only after it"
    return None


def _steps(options: SolveOptions, stops: Sequence[Stop]) -> int | None:
    if options.iteration_limit is not None:
        return options.iteration_limit * STEPS_PER_ITERATION
    return len(stops) * SMALL_STEPS_PER_STOP if len(stops) <= SMALL_STOPS else None
