"""How little a lever must be moved before the stop can be put into routes as they are."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import permutations

from logistics.routing.engine.orders import Order, Orders, scheduled, without
from logistics.routing.engine.parts import part_of
from logistics.routing.engine.problem import Problem, Stop, Vehicle
from logistics.routing.engine.relaxing.allowance import Allowance
from logistics.routing.engine.relaxing.lever import (
    Kind,
    Lever,
    group_of,
    knowing,
    moved_depot,
    moved_stop,
    moved_vehicle,
    new_id,
    new_vehicle,
)
from logistics.routing.engine.relaxing.relaxation import effort_of
from logistics.routing.engine.solvers.insertion import OpenRoute

ORDERS_TRIED_MAX = 3
"""A group of up to so many stops is inserted in every order, a larger one in the order of its windows."""

AT_ONCE = frozenset(
    {
        Kind.SEARCH_LONGER,
        Kind.DROP_COST,
        Kind.POSITION_LIFTED,
        Kind.PIN_LIFTED,
        Kind.VEHICLE_ALLOWED,
        Kind.SKILL,
    }
)
"""Kinds that are granted or not, there is no half of them; the price comes from what serving costs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Inserted:
    """The lever moved by `amount`, and what `host` then drives, the stop included, at so many fine units more."""

    lever: Lever
    amount: int
    host: str
    order: Order
    cost_fine: int


def local_problem(
    problem: Problem, lever: Lever, amount: int, *, vehicles: Sequence[str], stops: Sequence[str]
) -> Problem | None:
    """These vehicles (and the new one, if the lever brings one) with these stops and the lever moved, or None if the
    stops say that none of them may serve them."""
    targets = group_of(problem, problem.stop(lever.stop))
    wanted = {stop.id for stop in targets}
    here = [moved_vehicle(lever, amount, problem.vehicle(name), targets) for name in vehicles]
    served = [problem.stop(name) for name in stops]
    served = [moved_stop(lever, amount, stop) if stop.id in wanted else stop for stop in served]
    if lever.kind is Kind.ONE_MORE_VEHICLE:
        new = new_vehicle(problem, lever, amount)
        here.append(new)
        served = [knowing(stop, new.id, like=str(lever.vehicle)) for stop in served]
    return part_of(problem, here, served, depots=[moved_depot(lever, amount, depot) for depot in problem.depots])


def inserted(
    problem: Problem, lever: Lever, amount: int, host: str, base: Orders, *, start: Order | None = None
) -> Inserted | None:
    """The stop in the route of `host` (the new vehicle, maybe), every other stop where `base` has it, or None.

    If the lever is another vehicle's, that one's route must hold too. `start` holds the same stops as the order of the
    host in the same sequence, with loadings that the stop is to find there already; what they cost is counted too.
    """
    order = base.get(host, Order())
    targets = [stop.id for stop in group_of(problem, problem.stop(lever.stop))]
    levered = lever.vehicle
    if levered is not None and lever.kind is Kind.ONE_MORE_VEHICLE:
        levered = new_id(problem, levered)
    if levered not in (None, host) and not _holds(problem, lever, amount, str(levered), base):
        return None
    local = local_problem(problem, lever, amount, vehicles=_old(problem, host), stops=[*order.stops, *targets])
    if local is None:
        return None
    vehicle = local.vehicle(host)
    if order.stops and scheduled(local, vehicle, order) is None:
        return None
    before = _opened(local, vehicle, order).cost_fine()
    if start is not None and start.stops and scheduled(local, vehicle, start) is None:
        return None
    route = _opened(local, vehicle, order if start is None else start)
    wider = _with_all(route, [local.stop(name) for name in targets])
    if wider is None:
        return None
    return Inserted(
        lever=lever,
        amount=amount,
        host=vehicle.id,
        order=Order(stops=tuple(stop.id for stop in wider.stops), reload_before=wider.reload_before),
        cost_fine=wider.cost_fine() - before,
    )


def _opened(local: Problem, vehicle: Vehicle, order: Order) -> OpenRoute:
    return OpenRoute(local, vehicle, [local.stop(name) for name in order.stops], order.reload_before)


def _old(problem: Problem, name: str) -> list[str]:
    """The vehicle, unless it is one that a lever brings."""
    return [vehicle.id for vehicle in problem.vehicles if vehicle.id == name]


def _holds(problem: Problem, lever: Lever, amount: int, name: str, base: Orders) -> bool:
    """Whether the vehicle's route holds with the lever moved."""
    order = base.get(name, Order())
    if not order.stops:
        return True
    local = local_problem(problem, lever, amount, vehicles=_old(problem, name), stops=order.stops)
    return local is not None and scheduled(local, local.vehicle(name), order) is not None


def _with_all(route: OpenRoute, targets: Sequence[Stop]) -> OpenRoute | None:
    """The route with all of the stops put in where each costs least, or None."""
    first = sorted(targets, key=lambda stop: (stop.pinned_position or 0, stop.window.end_s, stop.id))
    orders = permutations(first) if len(first) <= ORDERS_TRIED_MAX else iter([tuple(first)])
    best: OpenRoute | None = None
    for order in orders:
        wider = route.copy()
        for stop in order:
            place = wider.cheapest(stop)
            if place is None:
                break
            wider.insert(stop, place.index, place.reload_before)
        else:
            if best is None or wider.cost_fine() < best.cost_fine():
                best = wider
    return best


def as_small(problem: Problem, lever: Lever, effort: float) -> int:
    """The furthest movement of the lever that is no greater wish than so many points."""
    if lever.kind is Kind.ONE_MORE_VEHICLE or lever.kind in AT_ONCE:
        return lever.most
    return int(effort / effort_of(problem, lever.kind, 1, lever.vehicle) + 1e-9)


def least(
    problem: Problem,
    lever: Lever,
    host: str,
    base: Orders,
    *,
    most: int | None = None,
    allowance: Allowance | None = None,
) -> Inserted | None:
    """The smallest movement of the lever, up to `most`, that lets the host take the stop; by bisection.

    One unit less does not, also where the trips that the host then makes are given. None if the furthest movement does
    not either. Each insertion is counted in `allowance`; the bisection is finished even when that is over: a movement
    found half way would not be the smallest.
    """
    counted = Allowance() if allowance is None else allowance
    highest = lever.most if most is None else min(most, lever.most)
    if highest < 1:
        return None
    counted.spend()
    found = inserted(problem, lever, highest, host, base)
    if found is None or lever.kind in AT_ONCE:
        return found
    targets = {stop.id for stop in group_of(problem, problem.stop(lever.stop))}
    start = base.get(host, Order())
    tried: Order | None = None
    while start != tried:
        found = _bisected(problem, lever, found, base, start, counted)
        tried, start = start, without(found.order, targets, out=False)
    return found


def _bisected(
    problem: Problem, lever: Lever, found: Inserted, base: Orders, start: Order, counted: Allowance
) -> Inserted:
    """The smallest movement below the one found that does where the host starts from this order of its stops."""
    too_little = 0
    while found.amount - too_little > 1:
        middle = (found.amount + too_little) // 2
        counted.spend()
        better = inserted(problem, lever, middle, found.host, base, start=start)
        if better is None:
            too_little = middle
        else:
            found = better
    return found
