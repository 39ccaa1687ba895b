"""Rules of rest: what is listed is a break in which nobody works, and every break is taken somewhere."""

from collections.abc import Iterator

from logistics.routing.engine.check.reading import busy_of
from logistics.routing.engine.plan import Route
from logistics.routing.engine.problem import Break, Problem


def rests_are_breaks(problem: Problem, route: Route) -> Iterator[str]:
    """Each listed rest begins inside a break of the vehicle, lasts as long as that says, and none is listed twice."""
    left = list(problem.vehicle(route.vehicle).breaks)
    for rest in route.rests:
        fitting = [
            known
            for known in left
            if known.earliest_s <= rest.start_s <= known.latest_s and rest.end_s - rest.start_s == known.duration_s
        ]
        if fitting:
            left.remove(fitting[0])
        else:
            yield f"vehicle {route.vehicle!r} rests from {rest.start_s} to {rest.end_s}, which is none of its breaks"


def nobody_works_while_resting(problem: Problem, route: Route) -> Iterator[str]:
    """Listed rests lie between departure and return, and apart from driving, serving and loading."""
    busy = busy_of(problem, route)
    for rest in route.rests:
        stated = f"vehicle {route.vehicle!r} rests from {rest.start_s} to {rest.end_s}"
        if not route.depart_s <= rest.start_s <= rest.end_s <= route.return_s:
            yield f"{stated}, but is out from {route.depart_s} to {route.return_s}"
        for begin_s, end_s, what in busy:
            if begin_s < rest.end_s and rest.start_s < end_s:
                yield f"{stated}, but {what} from {begin_s} to {end_s}"


def rests_are_where_they_are_listed(problem: Problem, route: Route) -> Iterator[str]:
    """A rest lies between the visits it is listed for: on arrival before service, else before the leg."""
    for rest in route.rests:
        ahead_s = route.visits[rest.before - 1].departure_s if rest.before else route.depart_s
        until_s = route.visits[rest.before].start_s if rest.before < len(route.visits) else route.return_s
        if rest.on_arrival:
            ahead_s = route.visits[rest.before].arrival_s
        elif rest.before < len(route.visits):
            until_s = route.visits[rest.before].arrival_s
        if not ahead_s <= rest.start_s <= rest.end_s <= until_s:
            yield (
                f"vehicle {route.vehicle!r} rests from {rest.start_s} to {rest.end_s}, "
                f"listed where it stands from {ahead_s} to {until_s}"
            )


def every_break_is_taken(problem: Problem, route: Route) -> Iterator[str]:
    """For each break some time as long as it, begun when it may begin, is free of driving, serving and loading."""
    vehicle = problem.vehicle(route.vehicle)
    busy = busy_of(problem, route)
    for rest in vehicle.breaks:
        if not _fits(rest, busy):
            yield (
                f"vehicle {route.vehicle!r} has no {rest.duration_s} s of rest that begin "
                f"from {rest.earliest_s} to {rest.latest_s}"
            )


def _fits(rest: Break, busy: list[tuple[int, int, str]]) -> bool:
    """Whether the break fits ahead of, between or after the busy spans, which are in order."""
    free_s = rest.earliest_s
    for begin_s, end_s, _ in busy:
        if free_s > rest.latest_s or free_s + rest.duration_s <= begin_s:
            break
        free_s = max(free_s, end_s)
    return free_s <= rest.latest_s
