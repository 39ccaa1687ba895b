"""An independent look at both echelons together: the vehicles' plan, the rounds at its gates, and what joins them."""

from collections.abc import Iterator

from logistics.routing.engine.check import Violation, check
from logistics.routing.engine.plan import Visit
from logistics.routing.engine.walking.check import check_walk
from logistics.routing.engine.walking.two_echelons import TwoEchelonPlan


def check_walks(both: TwoEchelonPlan) -> list[Violation]:
    """Every rule that the plan of vehicles, the rounds, or the two together break; stops are named."""
    found = list(check(both.problem, both.plan))
    visits = {visit.stop: visit for route in both.plan.routes for visit in route.visits}
    for rule in (rounds_are_where_vehicles_stop, walks_carry_what_is_dropped, vehicles_stand_as_long_as_walks_take):
        found += [Violation(rule=rule.__name__, message=message) for message in rule(both, visits)]
    for stop, rounds in both.rounds.items():
        if stop not in visits or stop not in both.walks:
            continue
        broken = check_walk(both.walks[stop], rounds, start_s=visits[stop].start_s)
        found += [Violation(rule=one.rule, message=f"stop {stop!r}: {one.message}") for one in broken]
    return found


def rounds_are_where_vehicles_stop(both: TwoEchelonPlan, visits: dict[str, Visit]) -> Iterator[str]:
    """Every visited stop with a walk has rounds, no other has, and the vehicle goes to the gate of the walk."""
    for stop in sorted(both.walks):
        if stop in visits and stop not in both.rounds:
            yield f"stop {stop!r} is visited, but nobody carries its goods on"
    for stop in sorted(both.rounds):
        if stop not in visits:
            yield f"stop {stop!r} has rounds, but no vehicle goes there"
        elif stop not in both.walks:
            yield f"stop {stop!r} has rounds, but no walk"
    for stop in sorted(visits.keys() & both.walks.keys()):
        gate, place = both.walks[stop].place, both.problem.stop(stop).place
        if gate is not None and gate != place:
            yield f"stop {stop!r} is at place {place}, the gate of its walk at {gate}"


def walks_carry_what_is_dropped(both: TwoEchelonPlan, visits: dict[str, Visit]) -> Iterator[str]:
    """No more packages and grams go to the buildings than the vehicle drops; the rest stays at the gate."""
    for stop in sorted(visits.keys() & both.walks.keys()):
        dropped, walk = both.problem.stop(stop), both.walks[stop]
        packages = sum(building.packages for building in walk.buildings)
        grams = sum(building.grams for building in walk.buildings)
        if packages > dropped.packages:
            yield f"stop {stop!r} drops {dropped.packages} packages, {packages} go to its buildings"
        if grams > dropped.demand_g:
            yield f"stop {stop!r} drops {dropped.demand_g} g, {grams} g go to its buildings"


def vehicles_stand_as_long_as_walks_take(both: TwoEchelonPlan, visits: dict[str, Visit]) -> Iterator[str]:
    """A vehicle that waits leaves when the last volunteer is back or later, another when it is unloaded or later."""
    for stop in sorted(visits.keys() & both.walks.keys() & both.rounds.keys()):
        walk, visit = both.walks[stop], visits[stop]
        backs_s = [trip.back_s for one in both.rounds[stop].rounds for trip in one.trips]
        free_s = max([visit.start_s + walk.unloading_s, *(backs_s if walk.vehicle_waits else ())])
        if visit.departure_s < free_s:
            yield f"stop {stop!r} is left at {visit.departure_s}, its walk needs the vehicle until {free_s}"
