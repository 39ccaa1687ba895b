"""Rules of what is aboard: each trip fits, the loads add up, reloads are allowed and take their time."""

from collections.abc import Iterator
from itertools import pairwise

from logistics.routing.engine.check.reading import loading_of
from logistics.routing.engine.plan import Route, Visit
from logistics.routing.engine.problem import Problem


def loads_stay_within_capacity(problem: Problem, route: Route) -> Iterator[str]:
    """Grams, packages and millilitres of all stops between two loadings together fit the vehicle."""
    vehicle = problem.vehicle(route.vehicle)
    trips = list(_trips(route))
    for number, trip in enumerate(trips, start=1):
        where = f" on trip {number}" if len(trips) > 1 else ""
        stops = [problem.stop(visit.stop) for visit in trip]
        for unit, load, capacity in (
            ("g", sum(stop.demand_g for stop in stops), vehicle.capacity_g),
            ("packages", sum(stop.packages for stop in stops), vehicle.capacity_packages),
            ("ml", sum(stop.volume_ml for stop in stops), vehicle.capacity_ml),
        ):
            if capacity is not None and load > capacity:
                over = load - capacity
                yield f"vehicle {route.vehicle!r} carries {load} {unit}{where}, {over} more than its {capacity} {unit}"


def remaining_loads_add_up(problem: Problem, route: Route) -> Iterator[str]:
    """What is aboard after a visit is what the later stops of the trip will get."""
    for trip in _trips(route):
        left_g = 0
        for visit in reversed(trip):
            if visit.load_after_g != left_g:
                yield (
                    f"vehicle {route.vehicle!r} has {visit.load_after_g} g after stop {visit.stop!r}, "
                    f"the later stops take {left_g} g"
                )
            left_g += problem.stop(visit.stop).demand_g


def vehicle_reloads_as_often_as_it_may(problem: Problem, route: Route) -> Iterator[str]:
    """The vehicle comes back to load no more often than it is allowed."""
    allowed = problem.vehicle(route.vehicle).reloads
    if len(route.reloads) > allowed:
        yield f"vehicle {route.vehicle!r} loads again {len(route.reloads)} times; it may {allowed} times"


def loading_takes_its_time(problem: Problem, route: Route) -> Iterator[str]:
    """Between coming back and leaving, rests left out, there is room for loading in one piece."""
    reload_s = problem.vehicle(route.vehicle).reload_s
    for reload in route.reloads:
        begin_s, end_s = loading_of(problem, route, reload)
        if end_s > reload.departure_s:
            yield (
                f"vehicle {route.vehicle!r} is back at {reload.arrival_s} and loads for {reload_s} s from {begin_s}, "
                f"but leaves at {reload.departure_s}"
            )


def goods_are_packed_before_departure(problem: Problem, route: Route) -> Iterator[str]:
    """No vehicle leaves the depot before what it carries is released; what a vehicle underway began with was packed."""
    leaves_s = [route.depart_s, *(reload.departure_s for reload in route.reloads)]
    begun = problem.vehicle(route.vehicle).underway is not None
    for number, (left_s, trip) in enumerate(zip(leaves_s, _trips(route), strict=True)):
        for visit in trip:
            released_s = problem.stop(visit.stop).released_s
            if released_s is not None and left_s < released_s and not (begun and number == 0):
                yield (
                    f"vehicle {route.vehicle!r} leaves at {left_s} with the goods of stop {visit.stop!r}, "
                    f"which are packed at {released_s}"
                )


def _trips(route: Route) -> Iterator[tuple[Visit, ...]]:
    """The visits between two loadings."""
    for begin, end in pairwise((0, *(reload.before for reload in route.reloads), len(route.visits))):
        yield route.visits[begin:end]
