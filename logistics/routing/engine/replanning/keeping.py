"""The least change: routes stay as they are, what no longer holds comes off them, and the rest is put where it fits."""

from collections.abc import Collection, Mapping, Sequence

from logistics.routing.engine.costs import late_cost_fine, route_cost_fine
from logistics.routing.engine.orders import Order, Orders, scheduled, without
from logistics.routing.engine.plan import Route
from logistics.routing.engine.problem import Problem, Stop, Vehicle
from logistics.routing.engine.replanning.remaining import Remaining
from logistics.routing.engine.solvers.closing import serving_weight
from logistics.routing.engine.solvers.insertion import OpenRoute, insert_all


def kept_orders(rest: Remaining, impossible: Collection[str]) -> dict[str, Order]:
    """The planned orders without what no longer holds, with what is in no route inserted where it fits.

    Routes into which nothing is inserted and off which nothing must come are left exactly as they are. A stop that is
    not aboard of a vehicle that is out goes on a later trip of it, or on none.
    """
    problem = rest.problem
    holding = {
        vehicle.id: order
        for vehicle in problem.vehicles
        if (order := _holding(problem, vehicle, rest.orders.get(vehicle.id, Order()), impossible)).stops
    }
    holding = _whole_groups(problem, holding)
    served = {stop for order in holding.values() for stop in order.stops}
    left = [stop for stop in problem.stops if stop.id not in served and stop.id not in impossible]
    return inserted(rest, holding, left)


def inserted(rest: Remaining, orders: Orders, stops: Sequence[Stop]) -> dict[str, Order]:
    """The orders with all of the stops that fit somewhere, as cheaply as one at a time can be."""
    problem = rest.problem
    routes = {
        vehicle.id: OpenRoute(
            problem,
            vehicle,
            [problem.stop(stop) for stop in orders.get(vehicle.id, Order()).stops],
            orders.get(vehicle.id, Order()).reload_before,
        )
        for vehicle in problem.vehicles
    }
    for name in dict.fromkeys(rest.aboard.values()):
        insert_all([routes[name]], [stop for stop in stops if rest.aboard.get(stop.id) == name])
    here = [route for route in routes.values() if route.vehicle.underway is None]
    insert_all(here, [stop for stop in stops if stop.id not in rest.aboard])
    found = {
        name: Order(stops=tuple(stop.id for stop in route.stops), reload_before=route.reload_before)
        for name, route in routes.items()
        if route.stops
    }
    return on_later_trips(problem, found, [stop for stop in stops if stop.id not in rest.aboard])


def on_later_trips(problem: Problem, orders: Orders, stops: Sequence[Stop]) -> dict[str, Order]:
    """The orders with those of the stops that are in none, and fit on a trip for which a vehicle that is out loads."""
    found = dict(orders)
    out = [vehicle for vehicle in problem.vehicles if vehicle.underway is not None]
    served = {stop for order in orders.values() for stop in order.stops}
    for stop in stops:
        if stop.id in served or stop.drop_cost is not None or stop.together is not None:
            continue  # the others are left to the search, which weighs prices and groups
        places = [
            (_cost(problem, vehicle, route), vehicle.id, order)
            for vehicle in out
            for order in _later_places(vehicle, found.get(vehicle.id, Order()), stop)
            if (route := scheduled(problem, vehicle, order)) is not None
        ]
        if places:
            _, name, order = min(places, key=lambda place: place[:2])
            found[name] = order
    return found


def _later_places(vehicle: Vehicle, order: Order, stop: Stop) -> list[Order]:
    """The stop at every position behind the first time the vehicle loads, or on a trip of its own at the end."""
    count, reloads = len(order.stops), order.reload_before
    places = []
    if reloads:
        for index in range(reloads[0], count + 1):
            stops = (*order.stops[:index], stop.id, *order.stops[index:])
            moved = tuple(before + (before > index or (before == index and index != reloads[0])) for before in reloads)
            places.append(Order(stops=stops, reload_before=moved))
    if len(reloads) < vehicle.reloads:
        places.append(Order(stops=(*order.stops, stop.id), reload_before=(*reloads, count)))
    return places


def _cost(problem: Problem, vehicle: Vehicle, route: Route) -> int:
    return route_cost_fine(vehicle, route) + late_cost_fine(problem, route)


def _holding(problem: Problem, vehicle: Vehicle, planned: Order, gone: Collection[str]) -> Order:
    """The order without those that are gone, and without the fewest and least that make it break a rule."""
    out = vehicle.underway is not None
    order = without(planned, gone, out=out)
    while order.stops and scheduled(problem, vehicle, order) is None:
        shorter = [(stop, without(order, [stop], out=out)) for stop in order.stops]
        holding = [
            (serving_weight(problem.stop(stop)), _cost(problem, vehicle, route), stop)
            for stop, rest in shorter
            if rest.stops and (route := scheduled(problem, vehicle, rest)) is not None
        ]
        stop = min(holding)[2] if holding else _least_fitting(problem, vehicle, order)
        order = without(order, [stop], out=out)
    return order


def _least_fitting(problem: Problem, vehicle: Vehicle, order: Order) -> str:
    """The first stop up to which the order does not hold: where nothing single helps, time or room ran out there."""
    for count in range(1, len(order.stops)):
        begun = Order(
            stops=order.stops[:count], reload_before=tuple(before for before in order.reload_before if before < count)
        )
        if scheduled(problem, vehicle, begun) is None:
            return order.stops[count - 1]
    return order.stops[-1]


def _whole_groups(problem: Problem, orders: Mapping[str, Order]) -> dict[str, Order]:
    """The orders without stops whose group is not all on their vehicle."""
    groups: dict[str, set[str]] = {}
    for stop in problem.stops:
        if stop.together is not None:
            groups.setdefault(stop.together, set()).add(stop.id)
    torn = {
        stop
        for order in orders.values()
        for stop in order.stops
        if (name := problem.stop(stop).together) is not None and not groups[name] <= set(order.stops)
    }
    if not torn:
        return dict(orders)
    again = {name: _holding(problem, problem.vehicle(name), order, torn) for name, order in orders.items()}
    return _whole_groups(problem, {name: order for name, order in again.items() if order.stops})
