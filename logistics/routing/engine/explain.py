"""Why a stop is not served: the rules in a fixed order, each shrinking the set of vehicles that could do it.

Vehicle, skill, road, grams, packages, volume, metres, duration, hours: the reason is the rule that rules out the last
vehicle. A stop too heavy for the vans and in too many packages for the trucks is therefore TOO_MANY_PACKAGES, with the
trucks' numbers. Positions and groups come after these, and only then what the plan at hand has no room for.
"""

from collections.abc import Collection, Mapping, Sequence
from itertools import pairwise

import numpy as np

from logistics.routing.engine.explaining.alone import SERVED, first_obstacles
from logistics.routing.engine.explaining.columns import StopColumns
from logistics.routing.engine.explaining.company import perhaps_served
from logistics.routing.engine.explaining.details import explained
from logistics.routing.engine.explaining.kinds import Kind, kinds_of
from logistics.routing.engine.explaining.promises import (
    ALONE,
    Proof,
    broken_pins,
    in_any_company,
    split_groups,
)
from logistics.routing.engine.explaining.ways import LEGS_READ_MAX, Ways
from logistics.routing.engine.plan import Dropped, DropReason, Route
from logistics.routing.engine.problem import Problem, Stop, Vehicle


def drop_reasons(problem: Problem) -> dict[str, Dropped]:
    """Every stop that could not be served even if the fleet had nothing else to do, by id.

    Alike vehicles are asked once and all stops at a time: 20,000 plain stops and 400 vehicles take a tenth of a second.
    """
    kinds = kinds_of(problem)
    columns = StopColumns.of(problem, problem.stops)
    gone = {dropped.stop: dropped for dropped in _never_alone(problem, kinds, columns)}
    return _with_broken_promises(problem, kinds, gone, ALONE)


def never_served(
    problem: Problem, reasons: Mapping[str, Dropped], *, legs_read_max: int = LEGS_READ_MAX
) -> frozenset[str]:
    """Those of the stops with `drop_reasons` that no plan whatsoever can hold, proven.

    The others might be served beside other stops: where those give a place for a break, a way round a closed leg or a
    later return. Beyond some size, and once `legs_read_max` legs have been looked at, the proof is given up for some of
    them, which are then not among these.
    """
    if not reasons:
        return frozenset()
    suspects = [stop for stop in problem.stops if stop.id in reasons]
    kinds, ways = kinds_of(problem), Ways(problem, suspects, legs_read_max=legs_read_max)
    perhaps = perhaps_served(problem, kinds, suspects, ways)
    gone = {stop.id: reasons[stop.id] for stop, may_be in zip(suspects, perhaps, strict=True) if not may_be}
    return frozenset(_with_broken_promises(problem, kinds, gone, in_any_company(ways)))


def drop_reason(problem: Problem, stop: Stop) -> Dropped | None:
    """Why no vehicle could serve this stop even if it had nothing else to do; None means that one could.

    A stop with a pinned position or a group depends on others; only then all of the problem is looked at.
    """
    if stop.together is not None or stop.pinned_position is not None:
        return drop_reasons(problem).get(stop.id)
    found = _never_alone(problem, kinds_of(problem), StopColumns.of(problem, [stop]))
    return found[0] if found else None


def left_out_reasons(
    problem: Problem, routes: Sequence[Route], stops: Sequence[Stop], *, insertable: Collection[str] = ()
) -> list[Dropped]:
    """The reasons of stops that fit alone but are in no route: the fleet is full, or they are not worth their cost.

    `insertable` names those that some route has room for, so that only their `drop_cost` keeps them out. A stop whose
    vehicle makes too few stops for the position it is pinned to is PIN_IMPOSSIBLE. The detail holds the free load of
    the roomiest vehicle that could serve the stop alone, and how many of these are still unused.
    """
    kinds = kinds_of(problem)
    columns = StopColumns.of(problem, stops)
    served = [first_obstacles(problem, kind, columns) == SERVED for kind in kinds]
    rooms = _Rooms(problem, routes)
    visits = {route.vehicle: len(route.visits) for route in routes}
    found = []
    for row, stop in enumerate(stops):
        made = visits.get(stop.pinned_vehicle or "", 0)
        if stop.pinned_position is not None and made < stop.pinned_position - 1:
            short: dict[str, int | str] = {"position": stop.pinned_position, "visits": made}
            found.append(Dropped(stop=stop.id, reason=DropReason.PIN_IMPOSSIBLE, detail=short))
            continue
        detail = rooms.detail(stop, [kind for kind, able in zip(kinds, served, strict=True) if able[row]])
        if stop.drop_cost is not None and stop.id in insertable:
            worth = {**detail, "drop_cost": stop.drop_cost}
            found.append(Dropped(stop=stop.id, reason=DropReason.NOT_WORTH_IT, detail=worth))
        else:
            found.append(Dropped(stop=stop.id, reason=DropReason.FLEET_FULL, detail=detail))
    return found


def _with_broken_promises(
    problem: Problem, kinds: Sequence[Kind], gone: dict[str, Dropped], proof: Proof
) -> dict[str, Dropped]:
    """These stops and those whose position or group cannot be without them, or at all."""
    known = -1
    while known < len(gone):  # a group that cannot be may leave too few stops for a position, and the other way round
        known = len(gone)
        for found in (broken_pins, split_groups):
            gone = {dropped.stop: dropped for dropped in found(problem, kinds, gone, proof)} | gone
    return gone


def _never_alone(problem: Problem, kinds: Sequence[Kind], columns: StopColumns) -> list[Dropped]:
    rows = np.arange(len(columns.stops))
    left = columns
    for kind in kinds:
        if not len(rows):
            return []
        rows = rows[first_obstacles(problem, kind, left) != SERVED]
        left = columns.take(rows)
    return explained(problem, kinds, left)


class _Rooms:
    """What every vehicle of a plan can still load."""

    def __init__(self, problem: Problem, routes: Sequence[Route]) -> None:
        self._driven = {route.vehicle: route for route in routes}
        self._free = {vehicle.id: self._free_load(problem, vehicle) for vehicle in problem.vehicles}

    def detail(self, stop: Stop, able: Sequence[Kind]) -> dict[str, int | str]:
        """The numbers of the vehicles that could serve the stop alone."""
        vehicles = [vehicle for kind in able for vehicle in kind.serving(stop)]
        return {
            "demand_g": stop.demand_g,
            "free_g_max": max((self._free[vehicle][0] for vehicle in vehicles), default=0),
            "packages": stop.packages,
            "free_packages_max": max((self._free[vehicle][1] for vehicle in vehicles), default=0),
            "vehicles_able": len(vehicles),
            "vehicles_unused": sum(vehicle not in self._driven for vehicle in vehicles),
        }

    def _free_load(self, problem: Problem, vehicle: Vehicle) -> tuple[int, int]:
        """Grams and packages of the emptiest trip; a vehicle that may load once more has all its room."""
        route = self._driven.get(vehicle.id)
        if route is None or len(route.reloads) < vehicle.reloads:
            return vehicle.capacity_g, vehicle.capacity_packages
        stops = [problem.stop(visit.stop) for visit in route.visits]
        cuts = [0, *(reload.before for reload in route.reloads), len(stops)]
        trips = [stops[start:end] for start, end in pairwise(cuts)]
        return (
            max(0, vehicle.capacity_g - min(sum(stop.demand_g for stop in trip) for trip in trips)),
            max(0, vehicle.capacity_packages - min(sum(stop.packages for stop in trip) for trip in trips)),
        )
