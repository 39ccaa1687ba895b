"""Times of a route with everything: breaks, several windows, reloads, speeds by the hour.

Three passes: forward for the earliest return, backward for the latest departure that keeps it, and forward again from
there for the times of the visits.
"""

import dataclasses
from collections.abc import Sequence
from itertools import pairwise

from logistics.routing.engine.plan import Reload, Route, Visit
from logistics.routing.engine.problem import Problem, Stop, Vehicle
from logistics.routing.engine.scheduling.passes import Clocks, Path, backward, forward, path_to, start_clocks
from logistics.routing.engine.scheduling.rules import InfeasibleRoute, RouteRule
from logistics.routing.engine.scheduling.steps import LONG_AGO, NEVER, Drive, Leave, Serve, Step, steps_of
from logistics.routing.engine.scheduling.trips import Way, released_s, trips_of


def stepwise_route(
    problem: Problem, vehicle: Vehicle, stops: Sequence[Stop], reload_before: Sequence[int], way: Way
) -> Route:
    """The route with the earliest return, and then the latest departure that makes no stop later than that return does.

    A vehicle that is underway departs at once.

    Raises:
        InfeasibleRoute: WINDOW_MISSED, BREAK_MISSED or SHIFT_OVER.
    """
    hours = problem.hours_of(vehicle)
    steps = steps_of(problem, vehicle, stops, reload_before, way)
    ready_s = hours.start_s
    packed_s = released_s(trips_of(stops, reload_before)[0])
    if packed_s is not None and vehicle.underway is None:
        ready_s = max(ready_s, packed_s)
    row = forward(vehicle, steps, start_clocks(vehicle, ready_s))
    taken = _earliest_end(vehicle, row[-1])
    return_s = row[-1][taken]
    if return_s > hours.end_s:
        raise InfeasibleRoute(RouteRule.SHIFT_OVER, vehicle=vehicle.id, stop=None, value=return_s, limit=hours.end_s)
    path = path_to(vehicle.breaks, steps, row, taken)
    if vehicle.underway is None:
        path = _leaving_late(vehicle, steps, path, ready_s=ready_s, return_s=return_s)
    return _as_route(vehicle, stops, way, steps, path)


def _earliest_end(vehicle: Vehicle, clocks: Clocks) -> int:
    """How many breaks the earliest return takes; those left begin after it."""
    ends = [taken for taken, return_s in enumerate(clocks) if return_s != NEVER and _may_end(vehicle, taken, return_s)]
    if ends:
        return min(ends, key=lambda taken: (clocks[taken], taken))
    soonest = min(range(len(clocks)), key=lambda taken: (clocks[taken], taken))
    raise InfeasibleRoute(
        RouteRule.BREAK_MISSED,
        vehicle=vehicle.id,
        stop=None,
        value=clocks[soonest],
        limit=vehicle.breaks[soonest].latest_s,
    )


def _may_end(vehicle: Vehicle, taken: int, return_s: int) -> bool:
    return taken == len(vehicle.breaks) or return_s <= vehicle.breaks[taken].latest_s


def _leaving_late(vehicle: Vehicle, steps: Sequence[Step], path: Path, *, ready_s: int, return_s: int) -> Path:
    """The same return from the latest departure, no stop later than on this path."""
    capped: list[Step] = [
        dataclasses.replace(step, latest_s=max(step.windows[-1].end_s, end_s - step.serving_s))
        if isinstance(step, Serve)
        else step
        for step, end_s in zip(steps, path.clocks_s[1:], strict=True)
    ]
    breaks = vehicle.breaks
    end = [return_s if _may_end(vehicle, taken, return_s) else LONG_AGO for taken in range(len(breaks) + 1)]
    latest = backward(breaks, capped, end)[0]
    soonest = start_clocks(vehicle, ready_s)
    depart_s = max(late_s for late_s, soon_s in zip(latest, soonest, strict=True) if late_s >= soon_s)
    rested = max(taken for taken, soon_s in enumerate(soonest) if soon_s <= depart_s)
    start = [depart_s if taken == rested else NEVER for taken in range(len(breaks) + 1)]
    row = forward(vehicle, capped, start)
    return path_to(breaks, capped, row, _earliest_end(vehicle, row[-1]))


def _as_route(vehicle: Vehicle, stops: Sequence[Stop], way: Way, steps: Sequence[Step], path: Path) -> Route:
    visits: list[Visit] = []
    reloads: list[Reload] = []
    trips = iter(trips_of(stops, sorted(way.to_depot)))
    load_g = sum(stop.demand_g for stop in next(trips))
    leg_s = arrival_s = 0
    for step, (begin_s, end_s) in zip(steps, pairwise(path.clocks_s), strict=True):
        index = len(visits)
        if isinstance(step, Drive):
            leg_s, arrival_s = end_s - begin_s, end_s
        elif isinstance(step, Leave):
            load_g = sum(stop.demand_g for stop in next(trips))
            metres = way.to_depot[index].metres
            reloads.append(
                Reload(before=index, travel_s=leg_s, travel_m=metres, arrival_s=arrival_s, departure_s=end_s)
            )
        elif isinstance(step, Serve):
            load_g -= stops[index].demand_g
            visits.append(
                Visit(
                    stop=step.stop,
                    travel_s=leg_s,
                    travel_m=way.to_stop[index].metres,
                    arrival_s=arrival_s,
                    start_s=end_s - step.serving_s,
                    departure_s=end_s,
                    load_after_g=load_g,
                )
            )
    return Route(
        vehicle=vehicle.id,
        depart_s=path.clocks_s[0],
        return_s=path.clocks_s[-1],
        distance_m=way.metres,
        visits=tuple(visits),
        return_travel_s=leg_s,
        return_travel_m=way.home.metres,
        reloads=tuple(reloads),
        rests=path.rests,
    )
