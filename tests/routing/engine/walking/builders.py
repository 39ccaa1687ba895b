"""Small walks with round numbers: the gate at 0 on a line, one step takes one second."""

import time
from collections.abc import Iterator, Sequence
from itertools import pairwise, permutations, product
from typing import Any

import numpy as np
from numpy.typing import NDArray

from logistics.routing.engine import Plan, Problem, SolveOptions, Stop, Vehicle
from logistics.routing.engine.solvers.closing import closed_plan
from logistics.routing.engine.walking import BuildingDrop, GateWalk, Volunteers, loads_of
from logistics.routing.engine.walking.loads import Load
from tests.routing.engine.builders import a_stop, a_vehicle


def on_a_line(*positions: int) -> NDArray[np.int32]:
    """Seconds between the gate at 0 and buildings on a line."""
    at = np.array((0, *positions), dtype=np.int32)
    return np.abs(at[:, None] - at[None, :])


def a_team(**changes: Any) -> Volunteers:
    """One volunteer with 10 packages or 20 kg at once, 5 s a door and 1 s a package, nothing for loading."""
    given = {"count": 1, "packages_each": 10, "grams_each": 20_000, "s_per_door": 5, "s_per_package": 1}
    return Volunteers(**{**given, **changes})


def a_drop(place: int, **changes: Any) -> BuildingDrop:
    """Two packages of 1 kg each for building B1, B2, …"""
    return BuildingDrop(**{"id": f"B{place}", "place": place, "packages": 2, "grams": 2_000, **changes})


def a_walk(*positions: int, team: Volunteers | None = None, **changes: Any) -> GateWalk:
    """A building with two packages at each position; the goods are unloaded in 60 s and the vehicle waits."""
    given = {
        "buildings": tuple(a_drop(place) for place in range(1, len(positions) + 1)),
        "seconds": on_a_line(*positions),
        "volunteers": a_team() if team is None else team,
        "unloading_s": 60,
    }
    return GateWalk(**{**given, **changes})


def brute_force(walk: GateWalk) -> tuple[int, int]:
    """The earliest end after unloading and the least time of all together, over every way to carry the loads."""
    loads = loads_of(walk)
    team = walk.volunteers
    best = (10**9, 10**9)
    for parts in partitions(list(range(len(loads)))):
        trips = [[loads[one] for one in part] for part in parts]
        if any(
            sum(load.packages for load in trip) > team.packages_each
            or sum(load.grams for load in trip) > team.grams_each
            for trip in trips
        ):
            continue
        lasting_s = [trip_s(walk, trip) for trip in trips]
        for owners in product(range(team.count), repeat=len(trips)):
            ends = [0] * team.count
            for owner, one_s in zip(owners, lasting_s, strict=True):
                ends[owner] += one_s
            best = min(best, (max(ends), sum(ends)))
    return best


def trip_s(walk: GateWalk, trip: Sequence[Load]) -> int:
    """The shortest order of a trip by trying all."""
    served_s = walk.volunteers.loading_s + sum(load.handing_s for load in trip)
    return served_s + min(
        sum(int(walk.seconds[here, there]) for here, there in pairwise([0, *(one.building.place for one in order), 0]))
        for order in permutations(trip)
    )


def partitions(items: list[int]) -> Iterator[list[list[int]]]:
    """All ways to part the items."""
    if not items:
        yield []
        return
    first, *rest = items
    for parts in partitions(rest):
        yield [[first], *parts]
        for index, part in enumerate(parts):
            yield [*parts[:index], [first, *part], *parts[index + 1 :]]


class ByInsertion:
    """Not a search at all: every stop goes where it costs least, one after the other, unless a start is given."""

    name = "insertion"

    def can_express(self, problem: Problem) -> None:
        return None

    def solve(self, problem: Problem, options: SolveOptions, **_: Any) -> Plan:
        stops = {stop.id: stop for stop in problem.stops}
        start = {
            vehicle: [stops[one] for one in order if one in stops] for vehicle, order in (options.start or {}).items()
        }
        return closed_plan(problem, start, self.name, time.monotonic(), 1)


def a_compound(**changes: Any) -> Stop:
    """Stop S with the goods of buildings B1 and B2: four packages of 1 kg, dropped by a van for 10 kg."""
    return a_stop(**{"demand_g": 4_000, "packages": 4, "service_s": 999, **changes})


def a_van(**changes: Any) -> Vehicle:
    return a_vehicle(**{"capacity_g": 10_000, **changes})
