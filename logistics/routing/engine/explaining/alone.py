"""Whether a vehicle could serve a stop if it had nothing else to do, and the first rule that forbids it.

Everything is (n,) arrays over the stops, for one kind of vehicle. Where that is exact it is also the last word: no
breaks, and no speeds together with a longest time. Else it decides what is plain (the break fits before departure or
after return) and leaves the rest to the scheduler.
"""

import dataclasses

import numpy as np
from numpy.typing import NDArray

from logistics.routing.engine.explaining.columns import StopColumns
from logistics.routing.engine.explaining.kinds import Kind
from logistics.routing.engine.plan import DropReason
from logistics.routing.engine.problem import UNREACHABLE, Problem, SpeedSlot, Stop, Vehicle
from logistics.routing.engine.schedule import InfeasibleRoute, schedule_route
from logistics.routing.engine.travelling import PERCENT

Moments = NDArray[np.int64]

RULES = (
    DropReason.NO_VEHICLE,
    DropReason.NO_SKILL,
    DropReason.UNREACHABLE,
    DropReason.TOO_HEAVY,
    DropReason.TOO_MANY_PACKAGES,
    DropReason.TOO_LARGE,
    DropReason.TOO_FAR,
    DropReason.TOO_LONG,
    DropReason.WINDOW_UNREACHABLE,
)
"""In the order in which they are asked; a result holds the index of the first that forbids, or `SERVED`."""
SERVED = len(RULES)
_ASKED = {reason: index for index, reason in enumerate(RULES)}
NOT_EVER_S = 2**50
"""After every moment a problem can name."""


def first_obstacles(problem: Problem, kind: Kind, columns: StopColumns) -> NDArray[np.int8]:
    """For each stop the index in `RULES` of the first rule that keeps this kind from serving it alone, or SERVED."""
    vehicle = kind.vehicle
    found = np.full(len(columns.stops), SERVED, dtype=np.int8)
    legs = Legs.of(problem, vehicle, columns)
    forbidden = {
        **forbidden_without_roads(problem, kind, columns),
        DropReason.UNREACHABLE: legs.closed,
        DropReason.TOO_FAR: _over(legs.there_m + legs.back_m, vehicle.longest_m),
    }
    for reason, where in forbidden.items():
        found[where] = np.minimum(found[where], _ASKED[reason])
    # Time is asked only where nothing else forbids.
    left = np.flatnonzero(found == SERVED)
    if len(left) == len(found):
        return _time_obstacles(problem, vehicle, columns, legs)
    if len(left):
        found[left] = _time_obstacles(problem, vehicle, columns.take(left), legs.take(left))
    return found


def forbidden_without_roads(problem: Problem, kind: Kind, columns: StopColumns) -> dict[DropReason, NDArray[np.bool_]]:
    """For each rule that asks for no road and no clock, the stops that it forbids."""
    vehicle = kind.vehicle
    depot = next(index for index, depot in enumerate(problem.depots) if depot.id == vehicle.depot)
    return {
        DropReason.NO_VEHICLE: ((columns.depot != -1) & (columns.depot != depot))
        | ~columns.allowing(kind)
        | (vehicle.most_stops == 0),
        DropReason.NO_SKILL: ~columns.skilled(kind),
        DropReason.TOO_HEAVY: _over(columns.demand_g, vehicle.capacity_g),
        DropReason.TOO_MANY_PACKAGES: _over(columns.packages, vehicle.capacity_packages),
        DropReason.TOO_LARGE: _over(columns.volume_ml, vehicle.capacity_ml),
    }


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Legs:
    """From the vehicle's start to each stop and on to its end; (n,) seconds at full speed, and metres."""

    there_s: Moments
    back_s: Moments
    there_m: Moments
    back_m: Moments
    closed: NDArray[np.bool_]

    @classmethod
    def of(cls, problem: Problem, vehicle: Vehicle, columns: StopColumns) -> "Legs":
        """Reads them from the vehicle's matrices."""
        travel, home, end = problem.travel(vehicle), problem.start_place(vehicle), problem.end_place(vehicle)
        legs = [
            travel.seconds[home, columns.place],
            travel.seconds[columns.place, end],
            travel.metres[home, columns.place],
            travel.metres[columns.place, end],
        ]
        closed = np.logical_or.reduce([leg == UNREACHABLE for leg in legs])
        there_s, back_s, there_m, back_m = (leg.astype(np.int64) for leg in legs)
        return cls(there_s=there_s, back_s=back_s, there_m=there_m, back_m=back_m, closed=closed)

    def take(self, rows: NDArray[np.int64]) -> "Legs":
        """The legs of some of the stops."""
        return Legs(
            there_s=self.there_s[rows],
            back_s=self.back_s[rows],
            there_m=self.there_m[rows],
            back_m=self.back_m[rows],
            closed=self.closed[rows],
        )


def _over(load: Moments, limit: int | None) -> NDArray[np.bool_]:
    return np.zeros(len(load), dtype=np.bool_) if limit is None else load > limit


def _time_obstacles(problem: Problem, vehicle: Vehicle, columns: StopColumns, legs: Legs) -> NDArray[np.int8]:
    unhurried = dataclasses.replace(vehicle, longest_s=None)
    in_window = served = _plainly_served(problem, unhurried, columns, legs)
    if vehicle.longest_s is not None:
        served = in_window & _plainly_served(problem, vehicle, columns, legs)
    found = np.full(len(served), _ASKED[DropReason.WINDOW_UNREACHABLE], dtype=np.int8)
    speeds = problem.travel(vehicle).speeds
    if vehicle.longest_s is not None:
        found[in_window] = _ASKED[DropReason.TOO_LONG]
        if not speeds:
            found[shortest_s(columns, legs) > vehicle.longest_s] = _ASKED[DropReason.TOO_LONG]
    found[served] = SERVED
    if not vehicle.breaks and not (speeds and vehicle.longest_s is not None):
        return found
    for row in np.flatnonzero(~served).tolist():
        stop = alone(columns.stops[row])
        if serves(problem, vehicle, stop):
            found[row] = SERVED
        elif vehicle.longest_s is not None and serves(problem, unhurried, stop):
            found[row] = _ASKED[DropReason.TOO_LONG]
    return found


def shortest_s(columns: StopColumns, legs: Legs) -> Moments:
    """Seconds there, of service and back at full speed."""
    return legs.there_s + columns.serving_s + legs.back_s


def alone(stop: Stop) -> Stop:
    """The stop without what other stops of its route or group would have to give."""
    if stop.pinned_position is None and stop.together is None:
        return stop
    return dataclasses.replace(stop, pinned_position=None, together=None)


def serves(problem: Problem, vehicle: Vehicle, stop: Stop) -> bool:
    """Whether the scheduler finds a route over this stop alone."""
    try:
        schedule_route(problem, vehicle, [stop])
    except InfeasibleRoute:
        return False
    return True


def _plainly_served(problem: Problem, vehicle: Vehicle, columns: StopColumns, legs: Legs) -> NDArray[np.bool_]:
    """Whether the stop can be served with the first so many breaks before departure and the others after return."""
    hours = problem.hours_of(vehicle)
    speeds = problem.travel(vehicle).speeds
    clock = earliest_departure(problem, vehicle, columns)
    possible = np.ones(len(clock), dtype=np.bool_)
    served = np.zeros(len(clock), dtype=np.bool_)
    for done in range(len(vehicle.breaks) + 1):
        if done:
            rest = vehicle.breaks[done - 1]
            clock = np.maximum(clock, rest.earliest_s)
            possible &= clock <= rest.latest_s
            clock = clock + rest.duration_s
        start = earliest_start(columns, arrivals(speeds, clock, legs.there_s))
        back = arrivals(speeds, start + columns.serving_s, legs.back_s)
        in_time = possible & (start < NOT_EVER_S) & (back <= hours.end_s)
        if done < len(vehicle.breaks):
            in_time &= back <= vehicle.breaks[done].latest_s
        served |= in_time & _paid_within(vehicle, columns, legs, clock, back, plain=not speeds)
    return served


def _paid_within(
    vehicle: Vehicle, columns: StopColumns, legs: Legs, clock: Moments, back: Moments, *, plain: bool
) -> NDArray[np.bool_]:
    """Whether the route is short enough; it leaves as late as its return allows, so one stop is never waited for."""
    if vehicle.longest_s is None:
        return np.ones(len(back), dtype=np.bool_)
    if plain and vehicle.underway is None:
        return shortest_s(columns, legs) <= vehicle.longest_s
    depart = clock if vehicle.underway is None else np.full(len(back), vehicle.underway.ready_s, dtype=np.int64)
    return back - depart <= vehicle.longest_s  # with speeds, leaving later may do better: the scheduler looks


def earliest_departure(problem: Problem, vehicle: Vehicle, columns: StopColumns) -> Moments:
    """When the vehicle can leave with each stop's goods: its hours have begun and the goods are packed, or aboard."""
    start_s = problem.hours_of(vehicle).start_s
    if vehicle.underway is not None:
        return np.full(len(columns.stops), start_s, dtype=np.int64)
    return np.maximum(columns.released_s, start_s)


def earliest_start(columns: StopColumns, arrival: Moments) -> Moments:
    """The earliest start of service for these arrivals, NOT_EVER_S where no window is left and none may be late."""
    start = np.where(columns.may_be_late & (arrival > columns.ends_s[:, -1]), arrival, NOT_EVER_S)
    for window in range(columns.opens_s.shape[1] - 1, -1, -1):
        inside = np.maximum(arrival, columns.opens_s[:, window])
        start = np.where(inside <= columns.ends_s[:, window], inside, start)
    return start


def arrivals(speeds: tuple[SpeedSlot, ...], depart: Moments, leg_s: Moments) -> Moments:
    """`travelling.arrival_s` for arrays; departures at NOT_EVER_S stay there."""
    if not speeds:
        return depart + leg_s
    left, now = PERCENT * leg_s, depart.copy()
    percent = np.full(len(depart), PERCENT, dtype=np.int64)
    under_way = np.ones(len(depart), dtype=np.bool_)
    for slot in speeds:
        ahead = under_way & (slot.start_s > now)
        driven = np.where(ahead, percent * (slot.start_s - now), 0)
        under_way &= ~(ahead & (driven >= left))
        reached = ahead & under_way
        left = np.where(reached, left - driven, left)
        now = np.where(reached, slot.start_s, now)
        percent = np.where(under_way, slot.percent, percent)
    return now - (-left // percent)
