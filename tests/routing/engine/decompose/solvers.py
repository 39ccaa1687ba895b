"""Part solvers for the tests: quick, exact about every rule, and with faults to order. Other processes import them."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from logistics.routing.engine import (
    Dropped,
    DropReason,
    InfeasibleRoute,
    Plan,
    Problem,
    Route,
    SolveOptions,
    Stop,
    schedule_route,
)
from logistics.routing.engine.costs import plan_cost
from logistics.routing.engine.decompose.tasks import Stretch


@dataclass(frozen=True)
class FirstFit:
    """Keeps the start and where it loads again, then puts each stop, or each group of them, at the end of the first
    route that can take it."""

    def can_express(self, problem: Problem) -> str | None:
        return None

    def warm_up(self) -> None:
        """Nothing to load."""

    def solve_part(
        self, problem: Problem, options: SolveOptions, stretch: Stretch, cancelled: Callable[[], bool]
    ) -> Plan:
        orders: dict[str, list[Stop]] = {vehicle.id: [] for vehicle in problem.vehicles}
        orders |= {vehicle: [problem.stop(it) for it in order] for vehicle, order in (options.start or {}).items()}
        reloads = options.start_reloads or {}
        served = {stop.id for order in orders.values() for stop in order}
        for group in _groups([stop for stop in problem.stops if stop.id not in served], options.seed):
            for vehicle in problem.vehicles:
                longer = [*orders[vehicle.id], *group]
                if _scheduled(problem, vehicle.id, longer, reloads):
                    orders[vehicle.id] = longer
                    break
        routes = tuple(
            route
            for name, order in orders.items()
            if order and (route := _scheduled(problem, name, order, reloads)) is not None
        )
        served = {visit.stop for route in routes for visit in route.visits}
        left = [stop for stop in problem.stops if stop.id not in served]
        dropped = tuple(Dropped(stop=stop.id, reason=DropReason.FLEET_FULL, detail={}) for stop in left)
        return Plan(
            routes=routes,
            dropped=dropped,
            cost=plan_cost(problem, routes),
            solver="first fit",
            seconds=0.0,
            solutions=1,
        )


@dataclass(frozen=True)
class Failing(FirstFit):
    """Raises at the part with this stop."""

    stop: str

    def solve_part(
        self, problem: Problem, options: SolveOptions, stretch: Stretch, cancelled: Callable[[], bool]
    ) -> Plan:
        if any(stop.id == self.stop for stop in problem.stops):
            raise RuntimeError("as ordered")
        return super().solve_part(problem, options, stretch, cancelled)


@dataclass(frozen=True)
class Dying(FirstFit):
    """Kills its process at the part with this stop."""

    stop: str

    def solve_part(
        self, problem: Problem, options: SolveOptions, stretch: Stretch, cancelled: Callable[[], bool]
    ) -> Plan:
        if any(stop.id == self.stop for stop in problem.stops):
            os.kill(os.getpid(), signal.SIGKILL)
        return super().solve_part(problem, options, stretch, cancelled)


def _groups(stops: list[Stop], seed: int) -> list[list[Stop]]:
    """Those that must be together, in an order that the seed turns."""
    groups: dict[str, list[Stop]] = {}
    for stop in stops:
        groups.setdefault(f"group {stop.together}" if stop.together else f"stop {stop.id}", []).append(stop)
    found = list(groups.values())
    begin = seed % max(1, len(found))
    return found[begin:] + found[:begin]


def _scheduled(problem: Problem, vehicle: str, order: list[Stop], reloads: Mapping[str, Sequence[int]]) -> Route | None:
    try:
        return schedule_route(problem, problem.vehicle(vehicle), order, reloads.get(vehicle, ()))
    except InfeasibleRoute:
        return None
