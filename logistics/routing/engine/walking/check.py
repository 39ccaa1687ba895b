"""An independent look at rounds on foot: every rule is checked by code of its own, nothing is shared with the solver.

A rule is a function that yields one sentence per breach, with both numbers.
"""

from collections import defaultdict
from collections.abc import Iterator
from itertools import pairwise

from logistics.routing.engine.check import Violation
from logistics.routing.engine.problem import UNREACHABLE
from logistics.routing.engine.walking.items import HandOver, Round, Trip, WalkPlan
from logistics.routing.engine.walking.walk import GateWalk


def check_walk(walk: GateWalk, plan: WalkPlan, *, start_s: int = 0) -> list[Violation]:
    """Every rule the rounds break; `start_s` is when service begins at the gate (0: times count from there)."""
    known = {building.id for building in walk.buildings}
    strange = [
        f"building {drop.building!r} is on a round but not on the list"
        for drop in _hand_overs(plan)
        if drop.building not in known
    ]
    if strange:  # the other rules look buildings up
        return [Violation(rule="only_listed_buildings_are_visited", message=message) for message in strange]
    return [Violation(rule=rule.__name__, message=message) for rule in RULES for message in rule(walk, plan, start_s)]


def every_package_is_brought_once(walk: GateWalk, plan: WalkPlan, start_s: int) -> Iterator[str]:
    """A building's hand-overs add up to its packages and grams, and each brings at least one package."""
    brought: dict[str, list[HandOver]] = defaultdict(list)
    for drop in _hand_overs(plan):
        brought[drop.building].append(drop)
        if drop.packages < 1:
            yield f"building {drop.building!r} is visited with {drop.packages} packages"
    for building in walk.buildings:
        drops = brought[building.id]
        for name in ("packages", "grams"):
            sent, wanted = sum(getattr(drop, name) for drop in drops), getattr(building, name)
            if sent != wanted:
                yield f"building {building.id!r} gets {sent} {name}, it is to get {wanted}"


def a_building_is_visited_once_if_one_can_carry_it(walk: GateWalk, plan: WalkPlan, start_s: int) -> Iterator[str]:
    """Only what is too much for one trip is brought in several."""
    visits: dict[str, int] = defaultdict(int)
    for drop in _hand_overs(plan):
        visits[drop.building] += 1
    for building in walk.buildings:
        fits = building.packages <= walk.volunteers.packages_each and building.grams <= walk.volunteers.grams_each
        if fits and visits[building.id] > 1:
            yield f"building {building.id!r} is visited {visits[building.id]} times, though one trip carries its goods"


def every_door_is_met(walk: GateWalk, plan: WalkPlan, start_s: int) -> Iterator[str]:
    """A hand-over is at one door at least and no more than it has packages or the building doors; all are met."""
    doors = {building.id: building.doors for building in walk.buildings}
    met: dict[str, int] = defaultdict(int)
    for drop in _hand_overs(plan):
        met[drop.building] += drop.doors
        most = min(doors[drop.building], drop.packages)
        if not 1 <= drop.doors <= most:
            yield f"building {drop.building!r}: {drop.doors} doors with {drop.packages} packages, 1 to {most} are there"
    for name, wanted in doors.items():
        if met[name] < wanted:
            yield f"building {name!r}: {met[name]} doors are met, it has {wanted}"


def nobody_carries_too_much(walk: GateWalk, plan: WalkPlan, start_s: int) -> Iterator[str]:
    """What leaves the gate on one trip is within what a volunteer carries at once."""
    team = walk.volunteers
    for who, trip in _trips(plan):
        for name, most in (("packages", team.packages_each), ("grams", team.grams_each)):
            carried = sum(getattr(drop, name) for drop in trip.hand_overs)
            if carried > most:
                yield f"{who} carries {carried} {name}, at most {most} at once are allowed"


def no_more_volunteers_than_there_are(walk: GateWalk, plan: WalkPlan, start_s: int) -> Iterator[str]:
    """Everybody has one round, and their numbers run from 1 to the count at most."""
    numbers = [one.volunteer for one in plan.rounds]
    for number in sorted(set(numbers)):
        if numbers.count(number) > 1:
            yield f"volunteer {number} has {numbers.count(number)} rounds, one is right"
        if not 1 <= number <= walk.volunteers.count:
            yield f"volunteer {number} has a round, there are volunteers 1 to {walk.volunteers.count}"


def legs_follow_the_matrix(walk: GateWalk, plan: WalkPlan, start_s: int) -> Iterator[str]:
    """Every arrival is the departure before it plus the leg of the walking matrix, and so is the return."""
    place = {building.id: building.place for building in walk.buildings}
    for who, trip in _trips(plan):
        places = [0, *(place[drop.building] for drop in trip.hand_overs), 0]
        left_s = [trip.leaves_s, *(drop.departure_s for drop in trip.hand_overs)]
        reached_s = [*(drop.arrival_s for drop in trip.hand_overs), trip.back_s]
        for (here, there), left, reached in zip(pairwise(places), left_s, reached_s, strict=True):
            leg_s = int(walk.seconds[here, there])
            if leg_s == UNREACHABLE:
                yield f"{who} walks from place {here} to {there}, where there is no way"
            elif reached - left != leg_s:
                yield f"{who} takes {reached - left} s from place {here} to {there}, the matrix says {leg_s} s"


def trips_follow_each_other(walk: GateWalk, plan: WalkPlan, start_s: int) -> Iterator[str]:
    """Nobody loads before the goods are on the ground or before being back, and loading takes its time."""
    team = walk.volunteers
    for one in plan.rounds:
        free_s = start_s + walk.unloading_s
        for number, trip in enumerate(one.trips, start=1):
            who = f"volunteer {one.volunteer} on trip {number}"
            if not trip.hand_overs:
                yield f"{who} carries nothing"
            if trip.begins_s < free_s:
                yield f"{who} loads from {trip.begins_s}, {free_s - trip.begins_s} s too early"
            if trip.leaves_s != trip.begins_s + team.loading_s:
                yield f"{who} leaves at {trip.leaves_s}, not at {trip.begins_s} + {team.loading_s}"
            free_s = trip.back_s


def hand_overs_take_their_time(walk: GateWalk, plan: WalkPlan, start_s: int) -> Iterator[str]:
    """A hand-over lasts so long per door and per package."""
    team = walk.volunteers
    for drop in _hand_overs(plan):
        wanted_s = team.s_per_door * drop.doors + team.s_per_package * drop.packages
        lasts_s = drop.departure_s - drop.arrival_s
        if lasts_s != wanted_s:
            yield f"building {drop.building!r} takes {lasts_s} s, {drop.doors} doors and packages take {wanted_s} s"


def sums_add_up(walk: GateWalk, plan: WalkPlan, start_s: int) -> Iterator[str]:
    """The end is the last return, the time of all is the sum of the trips."""
    trips = [trip for _, trip in _trips(plan)]
    last_s = max((trip.back_s for trip in trips), default=start_s)
    busy_s = sum(trip.back_s - trip.begins_s for trip in trips)
    if plan.done_s != last_s:
        yield f"the walk is said to be done at {plan.done_s}, the last volunteer is back at {last_s}"
    if plan.busy_s != busy_s:
        yield f"all trips are said to take {plan.busy_s} s, they add up to {busy_s} s"


def service_is_long_enough(walk: GateWalk, plan: WalkPlan, start_s: int) -> Iterator[str]:
    """A vehicle that waits stands there until the last volunteer is back, another until it is unloaded."""
    last_s = max((trip.back_s for _, trip in _trips(plan)), default=start_s) - start_s
    wanted_s = max(walk.unloading_s, last_s) if walk.vehicle_waits else walk.unloading_s
    if plan.service_s < wanted_s:
        yield f"the vehicle stands at the gate for {plan.service_s} s, it is needed for {wanted_s} s"


RULES = (
    every_package_is_brought_once,
    a_building_is_visited_once_if_one_can_carry_it,
    every_door_is_met,
    nobody_carries_too_much,
    no_more_volunteers_than_there_are,
    legs_follow_the_matrix,
    trips_follow_each_other,
    hand_overs_take_their_time,
    sums_add_up,
    service_is_long_enough,
)


def _hand_overs(plan: WalkPlan) -> list[HandOver]:
    return [drop for one in plan.rounds for trip in one.trips for drop in trip.hand_overs]


def _trips(plan: WalkPlan) -> list[tuple[str, Trip]]:
    def named(one: Round) -> Iterator[tuple[str, Trip]]:
        for number, trip in enumerate(one.trips, start=1):
            yield f"volunteer {one.volunteer} on trip {number}", trip

    return [pair for one in plan.rounds for pair in named(one)]
