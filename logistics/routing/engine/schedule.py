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
    TOO_HEAVY = "too_heavy"
    TOO_MANY_PACKAGES = "too_many_packages"
    TOO_LARGE = "too_large"
    UNREACHABLE = "unreachable"
    WINDOW_MISSED = "window_missed"
    SHIFT_OVER = "shift_over"


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

    Raises:
        InfeasibleRoute: with the first rule broken: depot, load, road, window, shift in this order.
    """
    if not stops:
        raise AssertionError("a route has at least one stop; leave an unused vehicle out of the plan")
    _check_load(problem, vehicle, stops)
    legs_s, legs_m = _legs(problem, vehicle, stops)
    hours = problem.hours_of(vehicle)
    return_s = _earliest_return(vehicle, stops, legs_s, leave_s=hours.start_s)
    if return_s > hours.end_s:
        raise InfeasibleRoute(RouteRule.SHIFT_OVER, vehicle=vehicle.id, stop=None, value=return_s, limit=hours.end_s)
    depart_s = _latest_departure(stops, legs_s, return_s=return_s)
    return Route(
        vehicle=vehicle.id,
        depart_s=depart_s,
        return_s=return_s,
        distance_m=sum(legs_m),
        visits=_visits(stops, legs_s, legs_m, depart_s=depart_s),
        return_travel_s=legs_s[-1],
        return_travel_m=legs_m[-1],
    )


def _check_load(problem: Problem, vehicle: Vehicle, stops: Sequence[Stop]) -> None:
    for stop in stops:
        if not problem.may_serve(vehicle, stop):
            raise InfeasibleRoute(RouteRule.WRONG_DEPOT, vehicle=vehicle.id, stop=stop.id, value=1, limit=0)
    for rule, load, capacity in (
        (RouteRule.TOO_HEAVY, sum(stop.demand_g for stop in stops), vehicle.capacity_g),
        (RouteRule.TOO_MANY_PACKAGES, sum(stop.packages for stop in stops), vehicle.capacity_packages),
        (RouteRule.TOO_LARGE, sum(stop.volume_ml for stop in stops), vehicle.capacity_ml),
    ):
        if capacity is not None and load > capacity:
            raise InfeasibleRoute(rule, vehicle=vehicle.id, stop=None, value=load, limit=capacity)


def _legs(problem: Problem, vehicle: Vehicle, stops: Sequence[Stop]) -> tuple[list[int], list[int]]:
    """Seconds and metres of the legs: one to each stop and one back."""
    home = problem.depot(vehicle.depot).place
    places = [home, *(stop.place for stop in stops), home]
    legs_s = [problem.leg_s(here, there) for here, there in pairwise(places)]
    legs_m = [problem.leg_m(here, there) for here, there in pairwise(places)]
    for index, leg_s in enumerate(legs_s):
        if leg_s == UNREACHABLE:
            stop = stops[min(index, len(stops) - 1)]
            raise InfeasibleRoute(
                RouteRule.UNREACHABLE, vehicle=vehicle.id, stop=stop.id, value=leg_s, limit=UNREACHABLE - 1
            )
    return legs_s, legs_m


def _earliest_return(vehicle: Vehicle, stops: Sequence[Stop], legs_s: Sequence[int], *, leave_s: int) -> int:
    clock_s = leave_s
    for stop, leg_s in zip(stops, legs_s, strict=False):
        start_s = max(clock_s + leg_s, stop.window.start_s)
        if start_s > stop.window.end_s:
            raise InfeasibleRoute(
                RouteRule.WINDOW_MISSED, vehicle=vehicle.id, stop=stop.id, value=start_s, limit=stop.window.end_s
            )
        clock_s = start_s + stop.service_s
    return clock_s + legs_s[-1]


def _latest_departure(stops: Sequence[Stop], legs_s: Sequence[int], *, return_s: int) -> int:
    """The latest departure that still allows this return; never before the one that gave it."""
    latest_s = return_s
    for stop, leg_s in zip(reversed(stops), reversed(legs_s), strict=False):
        latest_s = min(stop.window.end_s, latest_s - leg_s - stop.service_s)
    return latest_s - legs_s[0]


def _visits(stops: Sequence[Stop], legs_s: Sequence[int], legs_m: Sequence[int], *, depart_s: int) -> tuple[Visit, ...]:
    visits = []
    clock_s = depart_s
    load_g = sum(stop.demand_g for stop in stops)
    for stop, leg_s, leg_m in zip(stops, legs_s, legs_m, strict=False):
        arrival_s = clock_s + leg_s
        start_s = max(arrival_s, stop.window.start_s)
        clock_s = start_s + stop.service_s
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
