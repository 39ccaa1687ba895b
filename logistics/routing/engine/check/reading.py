"""What a route says it does, second by second, for the rules to compare with the problem."""

from collections.abc import Iterator
from dataclasses import dataclass

from logistics.routing.engine.plan import Reload, Rest, Route
from logistics.routing.engine.problem import Problem, SpeedSlot


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """A leg as the route states it: where to, and when; `begin_s` is when the vehicle is free to leave.

    `stop` is the visit it leads to; None if it leads to the depot to load, or to the end.
    """

    name: str
    stop: str | None = None
    here: int
    there: int
    begin_s: int
    arrival_s: int
    travel_s: int
    travel_m: int


def moves_of(problem: Problem, route: Route) -> Iterator[Move]:
    """Every leg in order: to the stops, back to the depot for reloads, and to the end."""
    vehicle = problem.vehicle(route.vehicle)
    depot = problem.depot(vehicle.depot).place
    here = depot if vehicle.underway is None else vehicle.underway.place
    reloads = {reload.before: reload for reload in route.reloads}
    clock_s = route.depart_s
    for index, visit in enumerate(route.visits):
        reload = reloads.get(index)
        clock_s = _rested(clock_s, standing_rests(route, index, reload))
        if reload is not None:
            yield Move(
                name=f"to load before stop {visit.stop!r}",
                here=here,
                there=depot,
                begin_s=clock_s,
                arrival_s=reload.arrival_s,
                travel_s=reload.travel_s,
                travel_m=reload.travel_m,
            )
            here, clock_s = depot, reload.departure_s
        there = problem.stop(visit.stop).place
        yield Move(
            name=f"to stop {visit.stop!r}",
            stop=visit.stop,
            here=here,
            there=there,
            begin_s=clock_s,
            arrival_s=visit.arrival_s,
            travel_s=visit.travel_s,
            travel_m=visit.travel_m,
        )
        here, clock_s = there, visit.departure_s
    yield Move(
        name="back",
        here=here,
        there=problem.depot(vehicle.end_depot or vehicle.depot).place,
        begin_s=_rested(clock_s, standing_rests(route, len(route.visits), None)),
        arrival_s=route.return_s,
        travel_s=route.return_travel_s,
        travel_m=route.return_travel_m,
    )


def standing_rests(route: Route, index: int, reload: Reload | None) -> list[Rest]:
    """Rests after the visit ahead of visit `index`; those at the depot, where it comes back to load, are not meant."""
    rests = [rest for rest in route.rests if rest.before == index and not rest.on_arrival]
    return rests if reload is None else [rest for rest in rests if rest.start_s < reload.arrival_s]


def loading_of(problem: Problem, route: Route, reload: Reload) -> tuple[int, int]:
    """From when to when the vehicle loads: as soon as it is back and no rest is in the way."""
    reload_s = problem.vehicle(route.vehicle).reload_s
    begin_s = reload.arrival_s
    for rest in route.rests:
        at_depot = rest.before == reload.before and not rest.on_arrival and rest.start_s >= reload.arrival_s
        if at_depot and rest.start_s < begin_s + reload_s:
            begin_s = rest.end_s
    return begin_s, begin_s + reload_s


def busy_of(problem: Problem, route: Route) -> list[tuple[int, int, str]]:
    """When the vehicle drives, serves or loads, in order: from, to, and what in words."""
    busy = [
        (move.arrival_s - move.travel_s, move.arrival_s, f"drives {move.name}")
        for move in moves_of(problem, route)
        if move.travel_s > 0
    ]
    busy += [(visit.start_s, visit.departure_s, f"serves stop {visit.stop!r}") for visit in route.visits]
    if problem.vehicle(route.vehicle).reload_s > 0:
        for reload in route.reloads:
            busy.append((*loading_of(problem, route, reload), f"loads before visit {reload.before + 1}"))
    return sorted(busy)


def driven(speeds: tuple[SpeedSlot, ...], begin_s: int, end_s: int) -> int:
    """How much of a leg is driven between two moments, in hundredths of a second at the speed of the matrix."""
    edges = [begin_s, *(slot.start_s for slot in speeds), end_s]
    percents = [100, *(slot.percent for slot in speeds)]
    done = 0
    for number, percent in enumerate(percents):
        since_s = max(begin_s, edges[number])
        until_s = end_s if number == len(speeds) else min(end_s, edges[number + 1])
        done += percent * max(0, until_s - since_s)
    return done


def _rested(clock_s: int, rests: list[Rest]) -> int:
    return max([clock_s, *(rest.end_s for rest in rests)])
