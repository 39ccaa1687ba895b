"""Random small routes with every feature, and what is possible for them, second by second."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from hypothesis import strategies as st

from logistics.routing.engine import Break, Problem, SpeedSlot, Stop, TimeWindow, Underway, Vehicle
from tests.routing.engine.builders import a_depot, a_stop, a_vehicle

DAY_S = 30
"""No clock runs longer."""


@dataclass(frozen=True)
class Case:
    """An order of stops for the only vehicle of a problem."""

    problem: Problem
    reload_before: tuple[int, ...]

    @property
    def vehicle(self) -> Vehicle:
        return self.problem.vehicles[0]


@st.composite
def breaks(draw) -> tuple[Break, ...]:
    found: list[Break] = []
    clock_s = 0
    for _ in range(draw(st.integers(0, 2))):
        earliest_s = clock_s + draw(st.integers(0, 8))
        latest_s = earliest_s + draw(st.integers(0, 6))
        found.append(Break(earliest_s=earliest_s, latest_s=latest_s, duration_s=draw(st.integers(1, 4))))
        clock_s = latest_s + found[-1].duration_s
    return tuple(found)


@st.composite
def windows(draw) -> tuple[TimeWindow, ...]:
    """One to three windows apart."""
    edges = sorted(draw(st.lists(st.integers(0, DAY_S), min_size=2, max_size=6, unique=True)))
    return tuple(TimeWindow(start_s=a, end_s=b) for a, b in zip(edges[::2], edges[1::2], strict=False))


@st.composite
def cases(draw) -> Case:
    """Up to three stops at three places beside the depot."""
    matrix = np.array(draw(st.lists(st.lists(st.integers(0, 4), min_size=4, max_size=4), min_size=4, max_size=4)))
    np.fill_diagonal(matrix, 0)
    stops: list[Stop] = []
    for number in range(draw(st.integers(1, 3))):
        first, *further = draw(windows())
        stops.append(
            a_stop(
                f"S{number}",
                place=draw(st.integers(0, 3)),
                service_s=draw(st.integers(0, 2)),
                window=first,
                further_windows=tuple(further),
                released_s=draw(st.none() | st.integers(0, 12)),
                late_cents_per_h=draw(st.none() | st.just(3_600)),
            )
        )
    underway = draw(st.none() | st.builds(Underway, place=st.integers(0, 3), ready_s=st.integers(0, 6)))
    starts = range(0 if underway else 1, len(stops))
    reload_before = tuple(at for at in starts if draw(st.integers(0, 2)) == 0)
    slots = draw(st.lists(st.tuples(st.integers(0, 20), st.sampled_from([25, 50, 70, 100, 150])), max_size=2))
    vehicle = a_vehicle(
        breaks=draw(breaks()),
        reloads=3,
        reload_s=draw(st.integers(0, 3)),
        underway=underway,
        shift=TimeWindow(start_s=draw(st.integers(0, 5)), end_s=DAY_S),
    )
    problem = Problem(
        depots=(a_depot(opens_s=draw(st.integers(0, 4)), closes_s=draw(st.integers(20, DAY_S))),),
        vehicles=(vehicle,),
        stops=tuple(stops),
        seconds=matrix,
        metres=matrix,
        speeds=tuple(SpeedSlot(start_s=at, percent=percent) for at, percent in sorted(dict(slots).items())),
    )
    return Case(problem=problem, reload_before=reload_before)


def returns(case: Case, *, depart_s: int, starts_by_s: dict[str, int] | None = None) -> set[int]:
    """All seconds at which a vehicle that leaves then can be back, whatever it waits for wherever it stands.

    `starts_by_s` is when a stop may be served at the latest, where that is not what its windows say. A state is the
    clock, since when nobody works, and which breaks have been taken in such a time.
    """
    vehicle = case.vehicle
    never_s = -(10**6)
    if vehicle.underway is None:
        states = {(depart_s, never_s, frozenset())}
    else:
        over = [rest for rest in vehicle.breaks if rest.earliest_s + rest.duration_s <= depart_s]
        states = {(depart_s, depart_s, frozenset(over))}
    for number, (kind, value) in enumerate(_doings(case)):
        # Who waits at home leaves later, and coming in is no moment to wait.
        waits = kind != "enter" and (number > 0 or vehicle.underway is not None)
        after = set()
        for state in states:
            for clock_s in range(state[0], DAY_S + 1 if waits else state[0] + 1):
                after |= set(_done(case, kind, value, (clock_s, *state[1:]), starts_by_s or {}))
        states = after
    ends = {(clock_s, taken | _rests(case, idle_s, 10**6)) for clock_s, idle_s, taken in states}
    closes_s = min(DAY_S, case.problem.depots[0].closes_s)
    return {clock_s for clock_s, taken in ends if len(taken) == len(vehicle.breaks) and clock_s <= closes_s}


def _doings(case: Case) -> Iterator[tuple[str, object]]:
    """What the vehicle does in order."""
    problem, vehicle = case.problem, case.vehicle
    here = problem.start_place(vehicle)
    for index, stop in enumerate(problem.stops):
        if index in case.reload_before:
            later = [at for at in case.reload_before if at > index] + [len(problem.stops)]
            packed_s = [other.released_s or 0 for other in problem.stops[index : later[0]]]
            yield "drive", problem.leg_s(here, 0)
            yield "enter", problem.depots[0].closes_s
            yield "load", max(packed_s)
            here = 0
        yield "drive", problem.leg_s(here, stop.place)
        yield "serve", stop
        here = stop.place
    yield "drive", problem.leg_s(here, problem.end_place(vehicle))


def _done(case: Case, kind: str, value, state, starts_by_s: dict[str, int]) -> Iterator[tuple[int, int, frozenset]]:
    clock_s, idle_s, taken = state
    if kind == "drive":
        end_s = clock_s
        todo = 100 * value
        while todo > 0:
            todo -= max((slot.start_s, slot.percent) for slot in (*case.problem.speeds, SLOW) if slot.start_s <= end_s)[
                1
            ]
            end_s += 1
        yield (end_s, end_s, taken | _rests(case, idle_s, clock_s)) if end_s > clock_s else state
    elif kind == "serve":
        soft = value.late_cents_per_h is not None and clock_s > value.windows[-1].end_s
        opened = soft or any(window.start_s <= clock_s <= window.end_s for window in value.windows)
        if opened and clock_s <= starts_by_s.get(value.id, clock_s):
            end_s = clock_s + value.serving_s
            yield end_s, end_s, taken | _rests(case, idle_s, clock_s)
    elif kind == "enter":
        if clock_s <= value:
            yield state
    else:
        depot = case.problem.depots[0]
        # It may wait again after loading, until the goods are packed or longer.
        end_s = clock_s + case.vehicle.reload_s
        if end_s > clock_s:
            idle_s, taken = end_s, taken | _rests(case, idle_s, clock_s)
        for left_s in range(max(end_s, value, depot.opens_s), DAY_S + 1):
            yield left_s, idle_s, taken


def _rests(case: Case, since_s: int, until_s: int) -> frozenset[Break]:
    """The breaks that fit between two moments."""
    return frozenset(
        rest
        for rest in case.vehicle.breaks
        if max(rest.earliest_s, since_s) <= rest.latest_s and max(rest.earliest_s, since_s) + rest.duration_s <= until_s
    )


SLOW = SpeedSlot(start_s=-(10**6), percent=100)
