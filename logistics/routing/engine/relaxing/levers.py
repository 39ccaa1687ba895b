"""Which limits could be in a stop's way, and how far each can sensibly be moved."""

import dataclasses
from collections.abc import Iterator, Sequence

import numpy as np

from logistics.routing.engine.plan import Plan
from logistics.routing.engine.problem import UNREACHABLE, Problem, Stop, Vehicle
from logistics.routing.engine.relaxing.lever import Kind, Lever, group_of
from logistics.routing.engine.validation.values import LARGEST_AMOUNT

ROUTES_TRIED = 16
"""Of a large fleet, the routes that pass nearest to the stop; the limit of one far away is no small wish."""


def vehicles_tried(problem: Problem, plan: Plan, stop: Stop) -> list[Vehicle]:
    """The vehicles whose routes pass nearest, and one of each kind that stands unused; nearest first."""
    places = {route.vehicle: [problem.stop(visit.stop).place for visit in route.visits] for route in plan.routes}
    named = frozenset().union(*(_names(other) for other in group_of(problem, stop)))
    unused: dict[Vehicle, Vehicle] = {}
    tried: list[tuple[int, Vehicle]] = []
    for vehicle in problem.vehicles:
        if vehicle.id not in places:
            alike = vehicle if vehicle.id in named else dataclasses.replace(vehicle, id="")
            if alike in unused:
                continue
            unused[alike] = vehicle
        tried.append((_nearest_s(problem, vehicle, places.get(vehicle.id, ()), stop), vehicle))
    tried.sort(key=lambda pair: pair[0])
    driving = [pair for pair in tried if pair[1].id in places][:ROUTES_TRIED]
    standing = [pair for pair in tried if pair[1].id not in places][:ROUTES_TRIED]
    return [vehicle for _, vehicle in sorted(driving + standing, key=lambda pair: pair[0])]


def _names(stop: Stop) -> frozenset[str]:
    pinned = frozenset() if stop.pinned_vehicle is None else frozenset([stop.pinned_vehicle])
    return pinned | stop.vehicles_forbidden | (stop.vehicles_allowed or frozenset())


def _nearest_s(problem: Problem, vehicle: Vehicle, visited: Sequence[int], stop: Stop) -> int:
    places = np.array([problem.start_place(vehicle), problem.end_place(vehicle), *visited])
    seconds = problem.travel(vehicle).seconds
    there, onward = seconds[places, stop.place].astype(np.int64), seconds[stop.place, places].astype(np.int64)
    return min(int(there.min()) + int(onward.min()), 2 * UNREACHABLE)


def stop_levers(problem: Problem, stop: Stop) -> Iterator[Lever]:
    """Limits of the stop, or of the group it belongs to."""
    targets = group_of(problem, stop)
    hours = [problem.hours_of(vehicle) for vehicle in problem.vehicles]
    if not hours:
        return
    opens_s, closes_s = min(span.start_s for span in hours), max(span.end_s for span in hours)
    ends_s = [one.windows[-1].end_s for one in targets if one.late_cents_per_h is None]
    most = {
        Kind.POSITION_LIFTED: int(any(one.pinned_position is not None for one in targets)),
        Kind.PIN_LIFTED: int(any(one.pinned_vehicle is not None for one in targets)),
        Kind.RELEASE_EARLIER: max(
            (one.released_s - opens_s for one in targets if one.released_s is not None), default=0
        ),
        Kind.WINDOW_LATER: max((closes_s - end_s for end_s in ends_s), default=0),
        Kind.WINDOW_EARLIER: max(one.window.start_s - opens_s for one in targets),
    }
    for kind, amount in most.items():
        if amount > 0:
            yield Lever(kind=kind, stop=stop.id, most=amount)


def vehicle_levers(problem: Problem, vehicle: Vehicle, asked: Stop) -> Iterator[Lever]:
    """Limits of the vehicle and of its depots that a stop, or the group it belongs to, could need moved."""
    stop, targets = asked.id, group_of(problem, asked)
    depot, end = problem.depot(vehicle.depot), problem.depot(vehicle.end_depot or vehicle.depot)
    hours, shift = problem.hours_of(vehicle), vehicle.shift
    starts_at_depot = vehicle.underway is None
    most = {
        Kind.VEHICLE_ALLOWED: int(any(_excludes(one, vehicle) for one in targets)),
        Kind.SKILL: len(frozenset().union(*(one.skills for one in targets)) - vehicle.skills),
        Kind.MOST_STOPS: 0 if vehicle.most_stops is None else len(targets),
        Kind.LONGEST_S: 0 if vehicle.longest_s is None else hours.end_s - hours.start_s - vehicle.longest_s,
        Kind.LONGEST_M: 0 if vehicle.longest_m is None else LARGEST_AMOUNT - vehicle.longest_m,
        Kind.CAPACITY_G: sum(one.demand_g for one in targets),
        Kind.CAPACITY_PACKAGES: sum(one.packages for one in targets),
        Kind.CAPACITY_ML: 0 if vehicle.capacity_ml is None else sum(one.volume_ml for one in targets),
        Kind.SHIFT_LATER: end.closes_s - shift.end_s,
        Kind.SHIFT_EARLIER: shift.start_s - depot.opens_s if starts_at_depot else 0,
    }
    for kind, amount in most.items():
        if amount > 0:
            yield Lever(kind=kind, stop=stop, vehicle=vehicle.id, most=amount)
    if shift.end_s > end.closes_s:
        yield Lever(kind=Kind.DEPOT_LATER, stop=stop, depot=end.id, most=shift.end_s - end.closes_s)
    if starts_at_depot and shift.start_s < depot.opens_s:
        yield Lever(kind=Kind.DEPOT_EARLIER, stop=stop, depot=depot.id, most=depot.opens_s - shift.start_s)


def _excludes(stop: Stop, vehicle: Vehicle) -> bool:
    allowed = stop.vehicles_allowed
    return stop.pinned_vehicle is None and (
        vehicle.id in stop.vehicles_forbidden or (allowed is not None and vehicle.id not in allowed)
    )


def new_vehicle_levers(problem: Problem, stop: Stop) -> Iterator[Lever]:
    """One more of each kind of vehicle there is, kinds differing in any field but the id and what is out already."""
    found: dict[Vehicle, Vehicle] = {}
    for vehicle in problem.vehicles:
        found.setdefault(dataclasses.replace(vehicle, id="", underway=None), vehicle)
    for vehicle in list(found.values())[:ROUTES_TRIED]:
        shift = vehicle.shift
        yield Lever(kind=Kind.ONE_MORE_VEHICLE, stop=stop.id, vehicle=vehicle.id, most=shift.end_s - shift.start_s)
