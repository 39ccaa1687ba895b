"""A plan to begin with: what of it the problem knows, and where its vehicles load again."""

import dataclasses
from collections.abc import Mapping, Sequence

from logistics.routing.engine.orders import Order, Orders, keeping, scheduled
from logistics.routing.engine.plan import Plan
from logistics.routing.engine.problem import Problem, Stop, Vehicle
from logistics.routing.engine.solvers.closing import closed_plan
from logistics.routing.engine.solvers.protocol import SolveOptions


def start_orders(problem: Problem, options: SolveOptions) -> dict[str, Order]:
    """The orders of `SolveOptions.start` at their `known_positions`.

    The reloads are those of `start_reloads` if an order holds with them, else those of `reloads_by_load`.
    """
    start = options.start or {}
    return {
        name: _loading(problem, problem.vehicle(name), start[name], known, options.start_reloads or {})
        for name, known in known_positions(problem, start).items()
    }


def known_positions(problem: Problem, start: Mapping[str, Sequence[str]]) -> dict[str, list[int]]:
    """Where in the order of each vehicle, from 0, the stops are that it may go on to serve.

    Not those that the problem does not know, that their vehicle may not serve, or that one has already that may; nor
    vehicles that the problem does not know or that have no stop left.
    """
    vehicles = {vehicle.id: vehicle for vehicle in problem.vehicles}
    left = {stop.id: stop for stop in problem.stops}
    found = {}
    for name, stops in start.items():
        vehicle = vehicles.get(name)
        if vehicle is None:
            continue
        known = []
        for position, stop in enumerate(stops):
            if stop in left and problem.may_serve(vehicle, left[stop]):
                del left[stop]
                known.append(position)
        if known:
            found[name] = known
    return found


def start_plan(problem: Problem, orders: Orders, solver: str, started_s: float) -> Plan:
    """The plan of a start's orders: what does not hold is taken apart, and what is in none inserted where it fits."""
    return closed_plan(
        problem,
        {vehicle: [problem.stop(stop) for stop in order.stops] for vehicle, order in orders.items()},
        solver,
        started_s,
        0,
        {vehicle: order.reload_before for vehicle, order in orders.items()},
    )


def reloads_by_load(vehicle: Vehicle, stops: Sequence[Stop]) -> tuple[int, ...]:
    """The positions of the stops for which there is no room left, ahead of which the vehicle may load again."""
    found: list[int] = []
    grams = packages = ml = 0
    for position, stop in enumerate(stops):
        grams, packages, ml = grams + stop.demand_g, packages + stop.packages, ml + stop.volume_ml
        full = grams > vehicle.capacity_g or packages > vehicle.capacity_packages
        full = full or (vehicle.capacity_ml is not None and ml > vehicle.capacity_ml)
        if full and position > 0 and len(found) < vehicle.reloads:
            found.append(position)
            grams, packages, ml = stop.demand_g, stop.packages, stop.volume_ml
    return tuple(found)


def _loading(
    problem: Problem,
    vehicle: Vehicle,
    stops: Sequence[str],
    known: Sequence[int],
    reloads: Mapping[str, Sequence[int]],
) -> Order:
    """The stops at the known positions, with the reloads that hold or else the guess."""
    told = Order(stops=tuple(stops), reload_before=tuple(reloads.get(vehicle.id, ())))
    order = keeping(told, known, out=vehicle.underway is not None)
    if vehicle.reloads and scheduled(problem, vehicle, order) is not None:
        return order
    guessed = reloads_by_load(vehicle, [problem.stop(stop) for stop in order.stops])
    return dataclasses.replace(order, reload_before=guessed)
