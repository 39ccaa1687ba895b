"""A plan to begin with: what of it the problem knows, and where its vehicles load again."""

import dataclasses
from collections.abc import Mapping, Sequence

from logistics.routing.engine.orders import Order, Orders, keeping, scheduled
from logistics.routing.engine.plan import Plan
from logistics.routing.engine.problem import Problem, Stop, Vehicle
from logistics.routing.engine.solvers.closing import closed_plan
from logistics.routing.engine.solvers.protocol import SolveOptions


def start_orders(problem: Problem, options: SolveOptions) -> dict[str, Order]:
    """The orders of `SolveOptions.start` without vehicles and stops that the problem does not know, stops that their
    vehicle may not serve, and second visits; who has no stop left is left out.

    The reloads are those of `start_reloads` if an order holds with them, else those of `reloads_by_load`.
    """
    vehicles = {vehicle.id: vehicle for vehicle in problem.vehicles}
    left = {stop.id: stop for stop in problem.stops}
    orders = {}
    for name, stops in (options.start or {}).items():
        vehicle = vehicles.get(name)
        if vehicle is None:
            continue
        known = []
        for position, stop in enumerate(stops):
            if stop in left and problem.may_serve(vehicle, left[stop]):
                del left[stop]
                known.append(position)
        if known:
            orders[name] = _loading(problem, vehicle, stops, known, options.start_reloads or {})
    return orders


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
