"""From an ordered list of stops to a route with times.

The vehicle comes back as early as the order allows and, for that return, leaves as late as possible. Return time as a
function of departure time is flat and then rises one for one, so this also gives the shortest paid time of the order
(Savelsbergh 1992, "The vehicle routing problem with time windows: minimizing route duration", DOI
10.1287/ijoc.4.2.146).
"""

from collections.abc import Sequence
from enum import StrEnum
from itertools import pairwise

from logistics.routing.engine.plan import Route, Visit
from logistics.routing.engine.problem import UNREACHABLE, Problem, Stop, Vehicle


class RouteRule(StrEnum):
    """The rules an order of stops can break."""

    WRONG_DEPOT = "wrong_depot"
    NO_SKILL = "no_skill"
    NOT_ALLOWED = "not_allowed"
    TOO_MANY_STOPS = "too_many_stops"
    TOO_HEAVY = "too_heavy"
    TOO_MANY_PACKAGES = "too_many_packages"
    TOO_LARGE = "too_large"
    TOO_MANY_RELOADS = "too_many_reloads"
    UNREACHABLE = "unreachable"
    WINDOW_MISSED = "window_missed"
    BREAK_MISSED = "break_missed"
    SHIFT_OVER = "shift_over"
    TOO_FAR = "too_far"
    TOO_LONG = "too_long"
    WRONG_POSITION = "wrong_position"


class InfeasibleRoute(ValueError):
    """These stops in this order break `rule`: `value` exceeds `limit` (seconds, grams, …), at `stop` if at one."""

    def __init__(self, rule: RouteRule, *, vehicle: str, stop: str | None, value: int, limit: int) -> None:
        self.rule = rule
        self.vehicle = vehicle
        self.stop = stop
        self.value = value
        self.limit = limit
        at = f" at stop {stop!r}" if stop is not None else ""
        super().__init__(f"vehicle {vehicle!r}{at}: {rule}, {value} where at most {limit} is allowed")


def schedule_route(problem: Problem, vehicle: Vehicle, stops: Sequence[Stop]) -> Route:
    """The route of a vehicle over stops in this order, with the earliest return and then the latest departure.

    A vehicle that is underway departs at once, and what its stops get is aboard whenever it is packed. A stop that may
    be late is served as early as the order allows; leaving later never makes it later.

    Raises:
        InfeasibleRoute: with the first rule broken, in the order of `RouteRule`.
    """
    if not stops:
        raise AssertionError("a route has at least one stop; leave an unused vehicle out of the plan")
    _check_allowed(problem, vehicle, stops)
    _check_load(vehicle, stops)
    legs_s, legs_m = _legs(problem, vehicle, stops)
    hours = problem.hours_of(vehicle)
    leave_s = _ready_s(vehicle, stops, hours.start_s)
    starts_s, return_s = _earliest(vehicle, stops, legs_s, leave_s=leave_s)
    if return_s > hours.end_s:
        raise InfeasibleRoute(RouteRule.SHIFT_OVER, vehicle=vehicle.id, stop=None, value=return_s, limit=hours.end_s)
    depart_s = leave_s
    if vehicle.underway is None:
        depart_s = _latest_departure(stops, legs_s, starts_s, return_s=return_s)
    _check_limits(vehicle, metres=sum(legs_m), seconds=return_s - depart_s)
    _check_positions(vehicle, stops)
    return Route(
        vehicle=vehicle.id,
        depart_s=depart_s,
        return_s=return_s,
        distance_m=sum(legs_m),
        visits=_visits(stops, legs_s, legs_m, depart_s=depart_s),
        return_travel_s=legs_s[-1],
        return_travel_m=legs_m[-1],
    )


def _check_allowed(problem: Problem, vehicle: Vehicle, stops: Sequence[Stop]) -> None:
    for stop in stops:
        if problem.may_serve(vehicle, stop):
            continue
        rule = RouteRule.NOT_ALLOWED
        if stop.depot not in (None, vehicle.depot):
            rule = RouteRule.WRONG_DEPOT
        elif not stop.skills <= vehicle.skills:
            rule = RouteRule.NO_SKILL
        raise InfeasibleRoute(rule, vehicle=vehicle.id, stop=stop.id, value=1, limit=0)
    if vehicle.most_stops is not None and len(stops) > vehicle.most_stops:
        raise InfeasibleRoute(
            RouteRule.TOO_MANY_STOPS, vehicle=vehicle.id, stop=None, value=len(stops), limit=vehicle.most_stops
        )


def _check_load(vehicle: Vehicle, stops: Sequence[Stop]) -> None:
    for rule, load, capacity in (
        (RouteRule.TOO_HEAVY, sum(stop.demand_g for stop in stops), vehicle.capacity_g),
        (RouteRule.TOO_MANY_PACKAGES, sum(stop.packages for stop in stops), vehicle.capacity_packages),
        (RouteRule.TOO_LARGE, sum(stop.volume_ml for stop in stops), vehicle.capacity_ml),
    ):
        if capacity is not None and load > capacity:
            raise InfeasibleRoute(rule, vehicle=vehicle.id, stop=None, value=load, limit=capacity)


def _legs(problem: Problem, vehicle: Vehicle, stops: Sequence[Stop]) -> tuple[list[int], list[int]]:
    """Seconds and metres of the legs: one to each stop and one to the end."""
    places = [problem.start_place(vehicle), *(stop.place for stop in stops), problem.end_place(vehicle)]
    legs_s = [problem.leg_s(here, there, vehicle.profile) for here, there in pairwise(places)]
    legs_m = [problem.leg_m(here, there, vehicle.profile) for here, there in pairwise(places)]
    for index, leg_s in enumerate(legs_s):
        if leg_s == UNREACHABLE:
            stop = stops[min(index, len(stops) - 1)]
            raise InfeasibleRoute(
                RouteRule.UNREACHABLE, vehicle=vehicle.id, stop=stop.id, value=leg_s, limit=UNREACHABLE - 1
            )
    return legs_s, legs_m


def _ready_s(vehicle: Vehicle, stops: Sequence[Stop], opens_s: int) -> int:
    """When the vehicle may leave first: its hours have begun and all goods are packed, or aboard already."""
    if vehicle.underway is not None:
        return opens_s
    return max(opens_s, *(opens_s if stop.released_s is None else stop.released_s for stop in stops))


def _earliest(vehicle: Vehicle, stops: Sequence[Stop], legs_s: Sequence[int], *, leave_s: int) -> tuple[list[int], int]:
    """The earliest start of each service, and the earliest return."""
    clock_s = leave_s
    starts_s = []
    for stop, leg_s in zip(stops, legs_s, strict=False):
        start_s = max(clock_s + leg_s, stop.window.start_s)
        if start_s > stop.window.end_s and stop.late_cents_per_h is None:
            raise InfeasibleRoute(
                RouteRule.WINDOW_MISSED, vehicle=vehicle.id, stop=stop.id, value=start_s, limit=stop.window.end_s
            )
        starts_s.append(start_s)
        clock_s = start_s + stop.serving_s
    return starts_s, clock_s + legs_s[-1]


def _latest_departure(stops: Sequence[Stop], legs_s: Sequence[int], starts_s: Sequence[int], *, return_s: int) -> int:
    """The latest departure that allows this return and no more lateness; never before the one that gave them."""
    latest_s = return_s
    for stop, leg_s, start_s in zip(reversed(stops), reversed(legs_s), reversed(starts_s), strict=False):
        latest_s = min(max(stop.window.end_s, start_s), latest_s - leg_s - stop.serving_s)
    return latest_s - legs_s[0]


def _check_limits(vehicle: Vehicle, *, metres: int, seconds: int) -> None:
    for rule, value, limit in (
        (RouteRule.TOO_FAR, metres, vehicle.longest_m),
        (RouteRule.TOO_LONG, seconds, vehicle.longest_s),
    ):
        if limit is not None and value > limit:
            raise InfeasibleRoute(rule, vehicle=vehicle.id, stop=None, value=value, limit=limit)


def _check_positions(vehicle: Vehicle, stops: Sequence[Stop]) -> None:
    for position, stop in enumerate(stops, start=1):
        if stop.pinned_position not in (None, position):
            raise InfeasibleRoute(
                RouteRule.WRONG_POSITION, vehicle=vehicle.id, stop=stop.id, value=position, limit=stop.pinned_position
            )


def _visits(stops: Sequence[Stop], legs_s: Sequence[int], legs_m: Sequence[int], *, depart_s: int) -> tuple[Visit, ...]:
    visits = []
    clock_s = depart_s
    load_g = sum(stop.demand_g for stop in stops)
    for stop, leg_s, leg_m in zip(stops, legs_s, legs_m, strict=False):
        arrival_s = clock_s + leg_s
        start_s = max(arrival_s, stop.window.start_s)
        clock_s = start_s + stop.serving_s
        load_g -= stop.demand_g
        visits.append(
            Visit(
                stop=stop.id,
                travel_s=leg_s,
                travel_m=leg_m,
                arrival_s=arrival_s,
                start_s=start_s,
                departure_s=clock_s,
                load_after_g=load_g,
            )
        )
    return tuple(visits)
