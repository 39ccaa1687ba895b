"""What vehicles drive, without times: the part of a plan that decides, and that can be changed."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from logistics.routing.engine.plan import Plan, Route
from logistics.routing.engine.problem import Problem, Vehicle
from logistics.routing.engine.schedule import InfeasibleRoute, schedule_route


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What one vehicle drives: stop ids in order, and the positions (from 0) ahead of which it loads again."""

    stops: tuple[str, ...] = ()
    reload_before: tuple[int, ...] = ()


Orders = Mapping[str, Order]
"""The order of each vehicle, by its id; who is not in it stands still."""


def order_of(route: Route) -> Order:
    """The order of a route."""
    return Order(
        stops=tuple(visit.stop for visit in route.visits),
        reload_before=tuple(reload.before for reload in route.reloads),
    )


def orders_in(plan: Plan) -> dict[str, Order]:
    """The order of every route of the plan, by vehicle."""
    return {route.vehicle: order_of(route) for route in plan.routes}


def without(order: Order, gone: Collection[str], *, out: bool) -> Order:
    """The order without some stops; a trip of which nothing is left is not loaded for.

    A vehicle that is `out` already has its first trip aboard: with nothing left of that it must load for the next.
    """
    return keeping(order, [index for index, stop in enumerate(order.stops) if stop not in gone], out=out)


def keeping(order: Order, positions: Sequence[int], *, out: bool) -> Order:
    """The order of the stops at these positions alone, which must rise; else as `without`.

    A reload ahead of no stop of the order is none.
    """
    reloads = {sum(index < before for index in positions) for before in order.reload_before}
    needed = {after for after in reloads if after < len(positions) and (after > 0 or out)}
    return Order(stops=tuple(order.stops[index] for index in positions), reload_before=tuple(sorted(needed)))


def scheduled(problem: Problem, vehicle: Vehicle, order: Order) -> Route | None:
    """The route of an order that has stops, or None if it breaks a rule."""
    try:
        return schedule_route(problem, vehicle, [problem.stop(stop) for stop in order.stops], order.reload_before)
    except InfeasibleRoute:
        return None
