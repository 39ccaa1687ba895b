"""The plan that shows that a relaxation serves the stop."""

import dataclasses

from logistics.routing.engine.check import check
from logistics.routing.engine.costs import FINE_PER_CENT, plan_cost, routes_cost_fine
from logistics.routing.engine.orders import Order, orders_in, scheduled
from logistics.routing.engine.plan import Plan
from logistics.routing.engine.problem import Problem, Vehicle
from logistics.routing.engine.relaxing.lever import Kind, Lever, group_of, moved
from logistics.routing.engine.relaxing.relaxation import UNITS, Relaxation, effort_of
from logistics.routing.engine.relaxing.solving import Found


def relaxation_of(problem: Problem, plan: Plan, found: Found) -> Relaxation | None:
    """The relaxation with its witness, or None if the witness does not hold after all."""
    lever, amount = found.inserted.lever, found.inserted.amount
    if lever.kind is Kind.DROP_COST:
        amount = _price(problem, plan, found)
        if amount < 1:  # it was worth serving all the time
            lever, amount = Lever(kind=Kind.SEARCH_LONGER, stop=lever.stop, most=0), 0
    applied = moved(problem, lever, amount)
    witness = _witness(problem, applied, plan, found, lever)
    if witness is None or check(applied, witness):
        return None
    from_s = None
    if lever.kind is Kind.ONE_MORE_VEHICLE:
        from_s, amount = problem.vehicle(str(lever.vehicle)).shift.end_s - amount, 1
    return Relaxation(
        kind=lever.kind,
        stop=lever.stop,
        vehicle=lever.vehicle,
        depot=lever.depot,
        amount=amount,
        unit=UNITS[lever.kind],
        from_s=from_s,
        cost_cents=witness.cost - plan.cost,
        effort=effort_of(problem, lever.kind, amount, lever.vehicle),
        witness=witness,
    )


def _price(problem: Problem, plan: Plan, found: Found) -> int:
    """Cents by which the drop cost of each stop must rise for serving them to be cheaper."""
    targets = group_of(problem, problem.stop(found.inserted.lever.stop))
    witness = _witness(problem, problem, plan, found, found.inserted.lever)
    if witness is None:
        return 0
    more = routes_cost_fine(problem, witness.routes) - routes_cost_fine(problem, plan.routes)
    more -= sum(stop.drop_cost or 0 for stop in targets) * FINE_PER_CENT
    return more // (len(targets) * FINE_PER_CENT) + 1


def _witness(problem: Problem, applied: Problem, plan: Plan, found: Found, lever: Lever) -> Plan | None:
    """The plan's routes, those that changed scheduled anew, and what it leaves out without the stop."""
    planned = orders_in(plan)
    orders = {**found.base, found.inserted.host: found.inserted.order}
    old = {route.vehicle: route for route in plan.routes}
    routes = []
    for vehicle in applied.vehicles:
        order = orders.get(vehicle.id, Order())
        if not order.stops:
            continue
        if order == planned.get(vehicle.id) and not _moved(problem, vehicle):
            routes.append(old[vehicle.id])
            continue
        route = scheduled(applied, vehicle, order)
        if route is None:
            return None
        routes.append(route)
    served = {visit.stop for route in routes for visit in route.visits}
    return dataclasses.replace(
        plan,
        routes=tuple(routes),
        dropped=tuple(dropped for dropped in plan.dropped if dropped.stop not in served),
        cost=plan_cost(applied, routes),
    )


def _moved(problem: Problem, vehicle: Vehicle) -> bool:
    return vehicle != problem.vehicle(vehicle.id)
