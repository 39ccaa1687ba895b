"""A limit that can be moved, and the problem with it moved by so much."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass

from logistics.routing.engine.problem import Depot, Problem, Stop, TimeWindow, Vehicle
from logistics.routing.engine.relaxing.relaxation import Relaxation, RelaxationKind
from logistics.routing.engine.validation import LARGEST_AMOUNT, LARGEST_MONEY

Kind = RelaxationKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Lever:
    """One limit, of the stops to be served, of a vehicle or of a depot, that is moved by 1 to `most` units.

    For ONE_MORE_VEHICLE the units are the seconds that the new vehicle's shift begins before its end.
    """

    kind: RelaxationKind
    stop: str
    vehicle: str | None = None
    depot: str | None = None
    most: int


def apply(problem: Problem, relaxation: Relaxation) -> Problem:
    """The problem in which the relaxation is granted, with what it needs `also`, and nothing else."""
    if relaxation.also is not None:
        problem = apply(problem, relaxation.also)
    lever = Lever(
        kind=relaxation.kind, stop=relaxation.stop, vehicle=relaxation.vehicle, depot=relaxation.depot, most=0
    )
    amount = relaxation.amount
    if relaxation.kind is Kind.ONE_MORE_VEHICLE and relaxation.from_s is not None:
        amount = problem.vehicle(str(relaxation.vehicle)).shift.end_s - relaxation.from_s
    return moved(problem, lever, amount)


def moved(problem: Problem, lever: Lever, amount: int) -> Problem:
    """The problem with the lever moved by so much."""
    targets = group_of(problem, problem.stop(lever.stop))
    wanted = {stop.id for stop in targets}
    vehicles = [moved_vehicle(lever, amount, vehicle, targets) for vehicle in problem.vehicles]
    stops = [moved_stop(lever, amount, stop) if stop.id in wanted else stop for stop in problem.stops]
    if lever.kind is Kind.ONE_MORE_VEHICLE:
        new = new_vehicle(problem, lever, amount)
        vehicles.append(new)
        stops = [knowing(stop, new.id, like=str(lever.vehicle)) for stop in stops]
    return dataclasses.replace(
        problem,
        depots=tuple(moved_depot(lever, amount, depot) for depot in problem.depots),
        vehicles=tuple(vehicles),
        stops=tuple(stops),
    )


def group_of(problem: Problem, stop: Stop) -> tuple[Stop, ...]:
    """The stop, or all stops that must share a vehicle with it."""
    if stop.together is None:
        return (stop,)
    return tuple(other for other in problem.stops if other.together == stop.together)


def moved_stop(lever: Lever, amount: int, stop: Stop) -> Stop:
    """One of the stops to be served, with the lever moved."""
    first, last = stop.windows[0], stop.windows[-1]
    match lever.kind:
        case Kind.WINDOW_LATER:
            return _with_windows(
                stop, [*stop.windows[:-1], TimeWindow(start_s=last.start_s, end_s=last.end_s + amount)]
            )
        case Kind.WINDOW_EARLIER:
            return _with_windows(
                stop, [TimeWindow(start_s=first.start_s - amount, end_s=first.end_s), *stop.windows[1:]]
            )
        case Kind.RELEASE_EARLIER if stop.released_s is not None:
            return dataclasses.replace(stop, released_s=stop.released_s - amount)
        case Kind.DROP_COST if stop.drop_cost is not None:
            return dataclasses.replace(stop, drop_cost=min(LARGEST_MONEY, stop.drop_cost + amount))
        case Kind.POSITION_LIFTED:
            return dataclasses.replace(stop, pinned_position=None)
        case Kind.PIN_LIFTED:
            return dataclasses.replace(stop, pinned_position=None, pinned_vehicle=None)
        case Kind.VEHICLE_ALLOWED:
            allowed = stop.vehicles_allowed
            return dataclasses.replace(
                stop,
                vehicles_allowed=None if allowed is None else allowed | {str(lever.vehicle)},
                vehicles_forbidden=stop.vehicles_forbidden - {str(lever.vehicle)},
            )
        case _:
            return stop


def moved_vehicle(lever: Lever, amount: int, vehicle: Vehicle, targets: Sequence[Stop]) -> Vehicle:
    """A vehicle of the problem with the lever moved."""
    if vehicle.id != lever.vehicle:
        return vehicle
    shift = vehicle.shift
    match lever.kind:
        case Kind.SHIFT_LATER:
            return dataclasses.replace(vehicle, shift=TimeWindow(start_s=shift.start_s, end_s=shift.end_s + amount))
        case Kind.SHIFT_EARLIER:
            return dataclasses.replace(vehicle, shift=TimeWindow(start_s=shift.start_s - amount, end_s=shift.end_s))
        case Kind.CAPACITY_G:
            return dataclasses.replace(vehicle, capacity_g=_amount(vehicle.capacity_g + amount))
        case Kind.CAPACITY_PACKAGES:
            return dataclasses.replace(vehicle, capacity_packages=_amount(vehicle.capacity_packages + amount))
        case Kind.CAPACITY_ML:
            return dataclasses.replace(vehicle, capacity_ml=_amount((vehicle.capacity_ml or 0) + amount))
        case Kind.LONGEST_S:
            return dataclasses.replace(vehicle, longest_s=_amount((vehicle.longest_s or 0) + amount))
        case Kind.LONGEST_M:
            return dataclasses.replace(vehicle, longest_m=_amount((vehicle.longest_m or 0) + amount))
        case Kind.MOST_STOPS:
            return dataclasses.replace(vehicle, most_stops=_amount((vehicle.most_stops or 0) + amount))
        case Kind.SKILL:
            return dataclasses.replace(vehicle, skills=vehicle.skills.union(*(stop.skills for stop in targets)))
        case _:
            return vehicle


def _amount(wanted: int) -> int:
    """As much as a problem may say: what means "unlimited" cannot be raised."""
    return min(LARGEST_AMOUNT, wanted)


def moved_depot(lever: Lever, amount: int, depot: Depot) -> Depot:
    """A depot of the problem with the lever moved."""
    if depot.id != lever.depot:
        return depot
    if lever.kind is Kind.DEPOT_LATER:
        return dataclasses.replace(depot, closes_s=depot.closes_s + amount)
    return dataclasses.replace(depot, opens_s=depot.opens_s - amount)


def new_vehicle(problem: Problem, lever: Lever, amount: int) -> Vehicle:
    """Another vehicle like the one named, at its depot, whose shift begins so many seconds before its end."""
    like = problem.vehicle(str(lever.vehicle))
    shift = TimeWindow(start_s=like.shift.end_s - amount, end_s=like.shift.end_s)
    return dataclasses.replace(like, id=new_id(problem, like.id), shift=shift, underway=None)


def new_id(problem: Problem, like: str) -> str:
    """The id of another vehicle like one of the problem: van+2, say."""
    taken = {vehicle.id for vehicle in problem.vehicles}
    return next(name for number in range(2, len(taken) + 3) if (name := f"{like}+{number}") not in taken)


def knowing(stop: Stop, new: str, *, like: str) -> Stop:
    """The stop, allowing and forbidding a new vehicle as it does the one that it is like."""
    allowed, forbidden = stop.vehicles_allowed, stop.vehicles_forbidden
    if like in forbidden:
        return dataclasses.replace(stop, vehicles_forbidden=forbidden | {new})
    if allowed is not None and like in allowed:
        return dataclasses.replace(stop, vehicles_allowed=allowed | {new})
    return stop


def _with_windows(stop: Stop, windows: Sequence[TimeWindow]) -> Stop:
    return dataclasses.replace(stop, window=windows[0], further_windows=tuple(windows[1:]))
