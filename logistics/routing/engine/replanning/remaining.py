"""What is left of a day: what has been driven is taken out, what is aboard held fast, who broke down makes no stop."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from logistics.routing.engine.orders import Order, Orders, order_of, without
from logistics.routing.engine.plan import Plan, Route, Visit
from logistics.routing.engine.problem import Problem, Stop, Vehicle
from logistics.routing.engine.replanning.vehicles import Driven, left_of, loads, reloads_left

LOADS = "loads at its depot"
"""A skill of every vehicle that can still load, asked for by every stop whose goods are not aboard of one."""
LEFT_WITHOUT = "aboard when its vehicle left"
"""A skill that no vehicle has, asked for by stops pinned to a vehicle that is out without their goods."""
PASSED = "served at the position it is pinned to"
"""A skill that no vehicle has, asked for by stops left out so far whose position can no longer be theirs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Remaining:
    """The rest of the day as a problem, and the rest of the plan.

    `orders` holds what each vehicle still has to drive as planned; stops that are gone, or that it may not serve any
    more, are left out. `aboard` tells on which vehicle that is out the goods of a stop are. `driven` holds the visits
    that are done.
    """

    problem: Problem
    orders: Orders
    aboard: Mapping[str, str]
    driven: Mapping[str, tuple[Visit, ...]]


def remaining(problem: Problem, current: Plan, underway: Mapping[str, Driven], broken: Collection[str]) -> Remaining:
    """The rest of the day.

    A vehicle that is out, as `underway` or as the problem says, has the goods of its trip aboard: these stops are
    pinned to it, and no other stop may go on it unless it loads again. A pinned position counts from here on. Where it
    has been passed, or too few stops are left for it, it is void for a stop that the plan serves; one that the plan
    leaves out, or does not know, cannot be served: that nothing was in its position frees it of no promise. A vehicle
    that broke down makes no stop any more; its stops are free, their goods fetched anew from their depot, and pins to
    it are void. So is what holds a group together of which a part has left.

    Raises:
        ValueError: if a vehicle is not known, or has not that many visits in the plan.
    """
    routes = {route.vehicle: route for route in current.routes}
    _must_be_known(problem, routes, underway, broken)
    out = _out(problem, underway, broken)
    driven = {name: routes[name].visits[: state.visits] for name, state in underway.items() if name in routes}
    done = {visit.stop for visits in driven.values() for visit in visits}
    here = {stop.id for stop in problem.stops} - done
    aboard = {
        name: vehicle
        for vehicle, state in out.items()
        if vehicle in routes
        for name in _trip_aboard(routes[vehicle], state)
        if name in here and _may_stay(problem, vehicle, name, broken)
    }
    vehicles = tuple(left_of(vehicle, routes.get(vehicle.id), underway, broken) for vehicle in problem.vehicles)
    planned = {visit.stop for route in routes.values() for visit in route.visits}
    stops = tuple(
        _aboard(stop, aboard, driven)
        if stop.id in aboard
        else _unpinned(stop, broken, driven, len(here), planned=stop.id in planned)
        for stop in problem.stops
        if stop.id in here
    )
    parted = {stop.together for stop in problem.stops if stop.id in done or stop.id in aboard}
    stops = tuple(dataclasses.replace(s, together=None) if s.together in parted - {None} else s for s in stops)
    if out:
        loading = {vehicle.id for vehicle in vehicles if loads(vehicle)}
        stops = tuple(_loaded(stop, loading, is_aboard=stop.id in aboard) for stop in stops)
        vehicles = tuple(_loading(vehicle, vehicle.id in loading) for vehicle in vehicles)
    left = dataclasses.replace(problem, vehicles=vehicles, stops=stops)
    orders = {
        name: order
        for name, route in routes.items()
        if name not in broken and (order := _order_left(left, route, out.get(name))).stops
    }
    return Remaining(problem=left, orders=orders, aboard=aboard, driven=driven)


def _must_be_known(
    problem: Problem, routes: Mapping[str, Route], underway: Mapping[str, Driven], broken: Collection[str]
) -> None:
    known = {vehicle.id for vehicle in problem.vehicles}
    for name in [*underway, *broken]:
        if name not in known:
            raise ValueError(f"vehicle {name!r} is said to be out or broken, but the problem does not have it")
    for name, state in underway.items():
        count = len(routes[name].visits) if name in routes else 0
        if not 0 <= state.visits <= count:
            raise ValueError(f"vehicle {name!r} is said to have driven {state.visits} of {count} visits in the plan")


def _out(problem: Problem, underway: Mapping[str, Driven], broken: Collection[str]) -> dict[str, Driven]:
    """How far the vehicles are that are out; of whom only the problem says so, the whole route is still to come."""
    begun = {
        vehicle.id: Driven(visits=0, place=vehicle.underway.place, ready_s=vehicle.underway.ready_s)
        for vehicle in problem.vehicles
        if vehicle.underway is not None
    }
    return {name: state for name, state in {**begun, **underway}.items() if name not in broken}


def _trip_aboard(route: Route, state: Driven) -> list[str]:
    """The stops still to come of the trip that the vehicle is on."""
    end = next(iter(reloads_left(route, state)), len(route.visits))
    return [visit.stop for visit in route.visits[state.visits : end]]


def _may_stay(problem: Problem, vehicle: str, name: str, broken: Collection[str]) -> bool:
    """Whether the vehicle may still deliver what it has aboard; a pin to a broken one does not count."""
    stop = problem.stop(name)
    if stop.pinned_vehicle in broken:
        stop = dataclasses.replace(stop, pinned_vehicle=None, pinned_position=None)
    return problem.may_serve(problem.vehicle(vehicle), stop)


def _aboard(stop: Stop, aboard: Mapping[str, str], driven: Mapping[str, tuple[Visit, ...]]) -> Stop:
    vehicle = aboard[stop.id]
    on_it = sum(other == vehicle for other in aboard.values())
    position = None
    if stop.pinned_vehicle == vehicle and stop.pinned_position is not None:
        position = stop.pinned_position - len(driven.get(vehicle, ()))
        if not 1 <= position <= on_it:
            position = None
    return dataclasses.replace(stop, pinned_vehicle=vehicle, pinned_position=position)


def _unpinned(
    stop: Stop, broken: Collection[str], driven: Mapping[str, tuple[Visit, ...]], stop_count: int, *, planned: bool
) -> Stop:
    """A stop that is not aboard, its position counted from here on; without pins that cannot be meant any more."""
    if stop.pinned_vehicle in broken:
        return dataclasses.replace(stop, pinned_vehicle=None, pinned_position=None)
    if stop.pinned_vehicle is None or stop.pinned_position is None:
        return stop
    position = stop.pinned_position - len(driven.get(stop.pinned_vehicle, ()))
    if 1 <= position <= stop_count:
        return dataclasses.replace(stop, pinned_position=position)
    if planned:
        return dataclasses.replace(stop, pinned_position=None)
    # As a skill, because a problem refuses a position that none of its stops can have.
    return dataclasses.replace(stop, pinned_vehicle=None, pinned_position=None, skills=stop.skills | {PASSED})


def _loaded(stop: Stop, loading: Collection[str], *, is_aboard: bool) -> Stop:
    """A stop that is not aboard may go on vehicles that load; one pinned to another vehicle cannot be served."""
    if is_aboard:  # it may have been loaded since the problem was last planned anew
        return dataclasses.replace(stop, skills=stop.skills - {LOADS})
    if stop.pinned_vehicle is None or stop.pinned_vehicle in loading:
        return dataclasses.replace(stop, skills=stop.skills | {LOADS})
    return dataclasses.replace(stop, pinned_vehicle=None, pinned_position=None, skills=stop.skills | {LEFT_WITHOUT})


def _loading(vehicle: Vehicle, still: bool) -> Vehicle:
    """The vehicle with the skill if it can still load, and without it if it no longer can."""
    return dataclasses.replace(vehicle, skills=vehicle.skills | {LOADS} if still else vehicle.skills - {LOADS})


def _order_left(left: Problem, route: Route, state: Driven | None) -> Order:
    """What is still to be driven of a route: the stops that there are, and that the vehicle may serve."""
    vehicle = left.vehicle(route.vehicle)
    served = {stop.id for stop in left.stops if left.may_serve(vehicle, stop)}
    if state is None:
        order = order_of(route)
    else:
        order = Order(
            stops=tuple(visit.stop for visit in route.visits[state.visits :]),
            reload_before=tuple(before - state.visits for before in reloads_left(route, state)),
        )
    out = vehicle.underway is not None
    return without(order, [stop for stop in order.stops if stop not in served], out=out)
