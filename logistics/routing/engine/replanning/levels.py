"""Replanning a part of the remaining day or all of it, from the orders that the least change gives."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from logistics.routing.engine.check import check
from logistics.routing.engine.costs import plan_cost
from logistics.routing.engine.orders import Order, Orders, order_of, orders_in, scheduled
from logistics.routing.engine.parts import part_of
from logistics.routing.engine.plan import Dropped, DropReason, Plan
from logistics.routing.engine.planning import with_reasons
from logistics.routing.engine.problem import Problem, Stop, Vehicle
from logistics.routing.engine.replanning.keeping import on_later_trips
from logistics.routing.engine.replanning.later_trips import LaterTrips, later_trips
from logistics.routing.engine.replanning.remaining import LOADS, Remaining
from logistics.routing.engine.solvers.protocol import Progress, SolveOptions, Solver

NEIGHBOURS = 4
"""So many routes near to what changes are opened besides those that change."""
SHORTEST_SEARCH_S = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """How a part is planned anew, and who listens."""

    solver: Solver
    options: SolveOptions
    on_progress: Callable[[Progress], None] | None
    cancelled: Callable[[], bool] | None
    started_s: float

    def left_s(self) -> float:
        """Seconds until the time limit."""
        return self.options.time_limit_s - (time.monotonic() - self.started_s)

    def stopped(self) -> bool:
        """Whether nobody wants more, or no time is left for it."""
        return self.left_s() < SHORTEST_SEARCH_S or (self.cancelled is not None and self.cancelled())


@dataclass(frozen=True, slots=True, kw_only=True)
class Unserved:
    """The reasons of stops that could not be served `alone`, and which of them no plan whatsoever can hold."""

    alone: Mapping[str, Dropped]
    never: frozenset[str]


def plan_of(rest: Remaining, orders: Orders, alone: Mapping[str, Dropped], solver: str) -> Plan:
    """The plan of orders that hold, with the reasons of what is in none."""
    problem = rest.problem
    routes = [
        route
        for vehicle in problem.vehicles
        if orders.get(vehicle.id, Order()).stops
        and (route := scheduled(problem, vehicle, orders[vehicle.id])) is not None
    ]
    served = {visit.stop for route in routes for visit in route.visits}
    plan = Plan(
        routes=tuple(routes),
        dropped=tuple(
            Dropped(stop=stop.id, reason=DropReason.FLEET_FULL, detail={})
            for stop in problem.stops
            if stop.id not in served
        ),
        cost=plan_cost(problem, routes),
        solver=solver,
        seconds=0.0,
        solutions=1,
    )
    return with_reasons(problem, plan, alone=alone)


def opened(
    rest: Remaining, start: Plan, unserved: Unserved, search: Search, *, vehicles: Sequence[Vehicle]
) -> Plan | None:
    """The plan with the routes of these vehicles, and what no route serves, planned anew; None if that found nothing.

    Of a route that loads again behind what is aboard, the trips still to be loaded for are.
    """
    orders = orders_in(start)
    later = _later(rest, start, vehicles)
    begin = {name: later[name].order if name in later else order for name, order in orders.items()}
    names = {vehicle.id for vehicle in vehicles}
    fixed = {stop for name, order in orders.items() if name not in names for stop in order.stops}
    fixed |= {stop for trips in later.values() for stop in trips.first}
    stops = [stop for stop in rest.problem.stops if stop.id not in fixed and stop.id not in unserved.never]
    part = _part(rest, vehicles, later, stops)
    left_s = search.left_s()
    if part is None or search.solver.can_express(part) is not None or left_s < SHORTEST_SEARCH_S:
        return None
    options = dataclasses.replace(
        search.options,
        time_limit_s=left_s,
        start={name: order.stops for name, order in begin.items() if name in names},
        start_reloads={name: order.reload_before for name, order in begin.items() if name in names},
    )
    found = search.solver.solve(part, options, on_progress=search.on_progress, cancelled=search.cancelled)
    merged = {name: order for name, order in orders.items() if name not in names}
    merged |= {route.vehicle: order_of(route) for route in found.routes}
    merged |= {name: trips.whole(merged.get(name, Order())) for name, trips in later.items()}
    merged = on_later_trips(rest.problem, merged, [stop for stop in stops if stop.id not in rest.aboard])
    plan = plan_of(rest, merged, unserved.alone, found.solver)
    plan = dataclasses.replace(plan, solutions=found.solutions)
    return None if check(rest.problem, plan) else plan


def _later(rest: Remaining, start: Plan, vehicles: Sequence[Vehicle]) -> dict[str, LaterTrips]:
    """The trips still to be loaded for, of those of the vehicles that are out and have any."""
    routes = {route.vehicle: route for route in start.routes if route.reloads}
    return {
        vehicle.id: later_trips(rest.problem, vehicle, routes[vehicle.id])
        for vehicle in vehicles
        if vehicle.underway is not None and vehicle.id in routes
    }


def _part(
    rest: Remaining, vehicles: Sequence[Vehicle], later: Mapping[str, LaterTrips], stops: Sequence[Stop]
) -> Problem | None:
    """The vehicles and those of the stops that some of them may serve as a problem of their own, or None."""
    here = [later[vehicle.id].vehicle if vehicle.id in later else _as_loaded(vehicle) for vehicle in vehicles]
    by_id = {vehicle.id: vehicle for vehicle in here}
    counted = [later[str(s.pinned_vehicle)].stop_here(s) if s.pinned_vehicle in later else s for s in stops]
    wanted = [s for s in counted if s is not None and (s.pinned_vehicle is None or _may_carry(rest, by_id, s))]
    part = part_of(rest.problem, here, wanted)
    if part is None:
        part = part_of(rest.problem, here, [stop for stop in wanted if part_of(rest.problem, here, [stop]) is not None])
    return part if part is not None and part.stops and part.vehicles else None


def _may_carry(rest: Remaining, vehicles: Mapping[str, Vehicle], stop: Stop) -> bool:
    """Whether the vehicle that the stop is pinned to is among these, and has it aboard or is at its depot."""
    vehicle = vehicles.get(str(stop.pinned_vehicle))
    return vehicle is not None and rest.problem.may_serve(vehicle, stop)


def _as_loaded(vehicle: Vehicle) -> Vehicle:
    """A vehicle that is out as one that takes nothing more: only what is aboard is certain to be on its first trip."""
    if vehicle.underway is None:
        return vehicle
    return dataclasses.replace(vehicle, reloads=0, skills=vehicle.skills - {LOADS})


def near_to(rest: Remaining, start: Plan, stops: Collection[str], touched: Collection[str]) -> list[Vehicle]:
    """The touched vehicles, and those that pass or stand nearest to the stops, in the problem's order."""
    problem = rest.problem
    places = np.array(sorted({problem.stop(stop).place for stop in stops}), dtype=np.int64)
    orders = orders_in(start)
    distances = []
    for vehicle in problem.vehicles:
        if vehicle.id in touched or not len(places):
            continue
        visited = [problem.stop(stop).place for stop in orders.get(vehicle.id, Order()).stops]
        passed = np.array([problem.start_place(vehicle), *visited], dtype=np.int64)
        seconds = problem.travel(vehicle).seconds[np.ix_(passed, places)]
        distances.append((int(seconds.min()), vehicle.id))
    chosen = {*touched, *(name for _, name in sorted(distances)[:NEIGHBOURS])}
    return [vehicle for vehicle in problem.vehicles if vehicle.id in chosen]
