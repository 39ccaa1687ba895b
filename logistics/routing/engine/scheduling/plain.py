"""Times of a route in one pass each way: one window per stop, one trip, no breaks, one speed.

Return time as a function of departure time is flat and then rises one for one, so the earliest return and then the
latest departure also give the shortest paid time of the order (Savelsbergh 1992, "The vehicle routing problem with time
windows: minimizing route duration", DOI 10.1287/ijoc.4.2.146).
"""

from collections.abc import Collection, Sequence

from logistics.routing.engine.plan import Route, Visit
from logistics.routing.engine.problem import Problem, Stop, Vehicle
from logistics.routing.engine.scheduling.rules import InfeasibleRoute, RouteRule
from logistics.routing.engine.scheduling.trips import Way, released_s


def is_plain(problem: Problem, vehicle: Vehicle, stops: Sequence[Stop], reload_before: Collection[int] = ()) -> bool:
    """Whether `plain_route` knows all there is to know about the times of these stops."""
    if reload_before or vehicle.breaks or problem.travel(vehicle).speeds:
        return False
    return not any(stop.further_windows for stop in stops)


def plain_route(problem: Problem, vehicle: Vehicle, stops: Sequence[Stop], way: Way) -> Route:
    """The route with the earliest return and then the latest departure; a vehicle that is underway departs at once.

    Raises:
        InfeasibleRoute: WINDOW_MISSED or SHIFT_OVER.
    """
    hours = problem.hours_of(vehicle)
    depart_s = hours.start_s
    packed_s = released_s(stops)
    if packed_s is not None and vehicle.underway is None:
        depart_s = max(depart_s, packed_s)
    starts_s = _earliest_starts(vehicle, stops, way, leave_s=depart_s)
    return_s = starts_s[-1] + stops[-1].serving_s + way.home.seconds
    if return_s > hours.end_s:
        raise InfeasibleRoute(RouteRule.SHIFT_OVER, vehicle=vehicle.id, stop=None, value=return_s, limit=hours.end_s)
    if vehicle.underway is None:
        depart_s = _latest_departure(stops, way, starts_s, return_s=return_s)
    return Route(
        vehicle=vehicle.id,
        depart_s=depart_s,
        return_s=return_s,
        distance_m=way.metres,
        visits=_visits(stops, way, depart_s=depart_s),
        return_travel_s=way.home.seconds,
        return_travel_m=way.home.metres,
    )


def _earliest_starts(vehicle: Vehicle, stops: Sequence[Stop], way: Way, *, leave_s: int) -> list[int]:
    clock_s = leave_s
    starts_s = []
    for stop, leg in zip(stops, way.to_stop, strict=True):
        start_s = max(clock_s + leg.seconds, stop.window.start_s)
        if start_s > stop.window.end_s and stop.late_cents_per_h is None:
            raise InfeasibleRoute(
                RouteRule.WINDOW_MISSED, vehicle=vehicle.id, stop=stop.id, value=start_s, limit=stop.window.end_s
            )
        starts_s.append(start_s)
        clock_s = start_s + stop.serving_s
    return starts_s


def _latest_departure(stops: Sequence[Stop], way: Way, starts_s: Sequence[int], *, return_s: int) -> int:
    """The latest departure with this return and no more lateness than these starts; never before the one of these."""
    latest_s = return_s - way.home.seconds
    for stop, leg, start_s in zip(reversed(stops), reversed(way.to_stop), reversed(starts_s), strict=True):
        latest_s = min(max(stop.window.end_s, start_s), latest_s - stop.serving_s) - leg.seconds
    return latest_s


def _visits(stops: Sequence[Stop], way: Way, *, depart_s: int) -> tuple[Visit, ...]:
    visits = []
    clock_s = depart_s
    load_g = sum(stop.demand_g for stop in stops)
    for stop, leg in zip(stops, way.to_stop, strict=True):
        arrival_s = clock_s + leg.seconds
        start_s = max(arrival_s, stop.window.start_s)
        clock_s = start_s + stop.serving_s
        load_g -= stop.demand_g
        visits.append(
            Visit(
                stop=stop.id,
                travel_s=leg.seconds,
                travel_m=leg.metres,
                arrival_s=arrival_s,
                start_s=start_s,
                departure_s=clock_s,
                load_after_g=load_g,
            )
        )
    return tuple(visits)
