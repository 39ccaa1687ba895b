"""From a walk to the rounds of its volunteers, with times."""

import dataclasses
from collections.abc import Sequence

import numpy as np

from logistics.routing.engine.walking.exact import EXACT_LOADS_MAX, exact_rounds
from logistics.routing.engine.walking.items import HandOver, Round, Trip, WalkPlan
from logistics.routing.engine.walking.loads import Load, loads_of
from logistics.routing.engine.walking.search import searched_rounds
from logistics.routing.engine.walking.walk import GATE, GateWalk

STEPS_PER_LOAD = 500
STEPS_MIN, STEPS_MAX = 10_000, 50_000
"""20 ms for 20 loads, 0.1 s for 80. Against longer searches the end is 0.0 % later at 20 loads, 0.6 % at 40."""


def plan_walk(walk: GateWalk, *, seed: int = 0, steps: int | None = None) -> WalkPlan:
    """The rounds with which the last volunteer is back earliest, and of these the least time for all together.

    Times count from the moment service begins at the gate. Up to `EXACT_LOADS_MAX` loads the answer is proven; beyond
    it is searched for in so many `steps` (None: by size) from the seed, and the same on every machine.
    """
    loads = loads_of(walk)
    team = walk.volunteers
    rows = [GATE, *(load.building.place for load in loads)]
    legs = walk.seconds[np.ix_(rows, rows)].astype(np.int64)
    handing, packages, grams = (
        np.array([getattr(load, name) for load in loads], dtype=np.int64) for name in ("handing_s", "packages", "grams")
    )
    most, proven = (team.packages_each, team.grams_each), len(loads) <= EXACT_LOADS_MAX
    if proven:
        orders = exact_rounds(
            legs, handing, packages, grams, most=most, loading_s=team.loading_s, volunteers=team.count
        )
    else:
        usual = min(max(STEPS_MIN, STEPS_PER_LOAD * len(loads)), STEPS_MAX)
        orders = searched_rounds(
            legs,
            handing,
            packages,
            grams,
            most=most,
            loading_s=team.loading_s,
            volunteers=min(team.count, len(loads)),
            steps=usual if steps is None else steps,
            seed=seed,
        )
    trips = [[[loads[load] for load in trip] for trip in trips] for trips in orders if trips]
    rounds = tuple(_round(walk, number, mine) for number, mine in enumerate(sorted(trips, key=_rank), start=1))
    return _summed(walk, rounds, proven=proven)


def at_clock(plan: WalkPlan, start_s: int) -> WalkPlan:
    """The same rounds with clock times, where service begins at `start_s`."""
    rounds = tuple(
        dataclasses.replace(
            one,
            trips=tuple(
                dataclasses.replace(
                    trip,
                    begins_s=trip.begins_s + start_s,
                    leaves_s=trip.leaves_s + start_s,
                    back_s=trip.back_s + start_s,
                    hand_overs=tuple(
                        dataclasses.replace(
                            drop, arrival_s=drop.arrival_s + start_s, departure_s=drop.departure_s + start_s
                        )
                        for drop in trip.hand_overs
                    ),
                )
                for trip in one.trips
            ),
        )
        for one in plan.rounds
    )
    return dataclasses.replace(plan, rounds=rounds, done_s=plan.done_s + start_s)


def _rank(trips: Sequence[Sequence[Load]]) -> tuple[int, str]:
    """Volunteers are numbered by the first building they go to, so that equal plans are equal."""
    return trips[0][0].building.place, trips[0][0].building.id


def _round(walk: GateWalk, number: int, trips: Sequence[Sequence[Load]]) -> Round:
    walked, now_s = [], walk.unloading_s
    for loads in trips:
        trip = _trip(walk, loads, begins_s=now_s)
        walked.append(trip)
        now_s = trip.back_s
    return Round(volunteer=number, trips=tuple(walked))


def _trip(walk: GateWalk, loads: Sequence[Load], *, begins_s: int) -> Trip:
    leaves_s = begins_s + walk.volunteers.loading_s
    now_s, here, drops = leaves_s, GATE, []
    for load in loads:
        there = load.building.place
        arrival_s = now_s + walk.seconds.item(here, there)
        now_s, here = arrival_s + load.handing_s, there
        drops.append(
            HandOver(
                building=load.building.id,
                packages=load.packages,
                grams=load.grams,
                doors=load.doors,
                arrival_s=arrival_s,
                departure_s=now_s,
            )
        )
    back_s = now_s + walk.seconds.item(here, GATE)
    return Trip(begins_s=begins_s, leaves_s=leaves_s, hand_overs=tuple(drops), back_s=back_s)


def _summed(walk: GateWalk, rounds: tuple[Round, ...], *, proven: bool) -> WalkPlan:
    done_s = max(one.trips[-1].back_s for one in rounds)
    return WalkPlan(
        rounds=rounds,
        done_s=done_s,
        busy_s=sum(trip.back_s - trip.begins_s for one in rounds for trip in one.trips),
        service_s=done_s if walk.vehicle_waits else walk.unloading_s,
        proven=proven,
    )
