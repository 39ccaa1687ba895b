"""What it costs to put stops between two others of a route, and whether two legs forbid it.

For each gap the earliest departure ahead of it (forward) and the latest arrival behind it that keeps all later windows
(backward) are kept, so a stop is tested with two legs (Solomon 1987, DOI 10.1287/opre.35.2.254, push forward). With one
hard window a stop and hours this is the whole truth. Of every other rule only what is certain is kept: from the first
window's beginning to the last one's end, no end where lateness has a price, and legs at the highest speed there is.
"""

from collections.abc import Sequence
from itertools import pairwise
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from logistics.routing.engine.costs import FINE_PER_SECOND, drive_cost_fine
from logistics.routing.engine.problem import UNREACHABLE, Problem, Stop, Vehicle
from logistics.routing.engine.travelling import PERCENT

FOR_EVER_S = 2**40
# From so many gaps on numpy is quicker than testing them one by one.
TESTED_AT_ONCE = 12

Node = Stop | None
"""Where a route stands: at a stop, or at its depot to load again."""


Seconds = TypeVar("Seconds", int, NDArray[np.int64])


class Gaps:
    """The gaps ahead of each of the nodes of a vehicle's route, and ahead of its end."""

    def __init__(self, problem: Problem, vehicle: Vehicle, nodes: Sequence[Node]) -> None:
        self._problem = problem
        self._vehicle = vehicle
        self._travel = problem.travel(vehicle)
        self._depot = problem.depot(vehicle.depot).place
        self._hours = problem.hours_of(vehicle)
        self._fastest = max((PERCENT, *(slot.percent for slot in self._travel.speeds)))
        self._at = [problem.start_place(vehicle), *map(self._place, nodes), problem.end_place(vehicle)]
        # Without a node the vehicle stays where it is, wherever its route would end.
        self._old = [self._leg(here, there) for here, there in pairwise(self._at)] if nodes else [(0, 0)]
        spans = [self._span(node) for node in nodes]
        # _ready_s[i]: earliest departure ahead of gap i; _latest_s[i]: latest arrival behind it.
        self._ready_s = [self._hours.start_s]
        for (opens_s, _, lasting_s), (leg_s, _) in zip(spans, self._old, strict=False):
            self._ready_s.append(max(self._ready_s[-1] + self._least_s(leg_s), opens_s) + lasting_s)
        latest_s = [self._hours.end_s]
        for (_, closes_s, lasting_s), (leg_s, _) in zip(reversed(spans), reversed(self._old), strict=False):
            latest_s.append(min(closes_s, latest_s[-1] - self._least_s(leg_s) - lasting_s))
        self._latest_s = latest_s[::-1]
        self._arrays: list[NDArray[np.int64]] = []

    def __len__(self) -> int:
        return len(self._latest_s)

    def cost_at(self, gap: int, block: Sequence[Node]) -> int | None:
        """Fine units that the block adds, None if a window, the hours or a road forbid it.

        Waiting is not counted, nor what other stops are later for it.
        """
        here, clock_s = self._at[gap], self._ready_s[gap]
        seconds = metres = late_fine = 0
        for node in block:
            there = self._place(node)
            leg_s, leg_m = self._leg(here, there)
            opens_s, closes_s, lasting_s = self._span(node)
            clock_s = max(clock_s + self._least_s(leg_s), opens_s)
            if leg_s == UNREACHABLE or clock_s > closes_s:
                return None
            if node is not None:
                late_fine += _late_fine(node, clock_s)
            clock_s += lasting_s
            seconds += leg_s + lasting_s
            metres += leg_m
            here = there
        leg_s, leg_m = self._leg(here, self._at[gap + 1])
        if leg_s == UNREACHABLE or clock_s + self._least_s(leg_s) > self._latest_s[gap]:
            return None
        old_s, old_m = self._old[gap]
        metres, seconds = metres + leg_m - old_m, seconds + leg_s - old_s
        return drive_cost_fine(self._vehicle, metres=metres, seconds=seconds) + late_fine

    def costs(self, stop: Stop) -> list[tuple[int, int]]:
        """The cost and number of every gap into which the stop may go alone, as `cost_at` has them."""
        if len(self) < TESTED_AT_ONCE:
            tested = [(self.cost_at(gap, [stop]), gap) for gap in range(len(self))]
            return [(cost, gap) for cost, gap in tested if cost is not None]
        if not self._arrays:
            self._arrays = [np.array(row, dtype=np.int64) for row in (self._at, self._ready_s, self._latest_s)]
            self._arrays += [np.array(row, dtype=np.int64) for row in zip(*self._old, strict=True)]
        at, ready_s, latest_s, old_s, old_m = self._arrays
        ahead_s, ahead_m = self._legs(at[:-1], stop.place)
        behind_s, behind_m = self._legs(stop.place, at[1:])
        opens_s, closes_s, lasting_s = self._span(stop)
        start_s = np.maximum(ready_s + self._least_s(ahead_s), opens_s)
        fits = (start_s <= closes_s) & (start_s + lasting_s + self._least_s(behind_s) <= latest_s)
        fits &= (ahead_s != UNREACHABLE) & (behind_s != UNREACHABLE)
        fits &= (ahead_m != UNREACHABLE) & (behind_m != UNREACHABLE)
        gaps = np.flatnonzero(fits)
        seconds = (ahead_s + lasting_s + behind_s - old_s)[gaps].tolist()
        metres = (ahead_m + behind_m - old_m)[gaps].tolist()
        starts_s = start_s[gaps].tolist()
        return [
            (drive_cost_fine(self._vehicle, metres=more_m, seconds=more_s) + _late_fine(stop, clock_s), gap)
            for gap, more_s, more_m, clock_s in zip(gaps.tolist(), seconds, metres, starts_s, strict=True)
        ]

    def _leg(self, here: int, there: int) -> tuple[int, int]:
        profile = self._vehicle.profile
        return self._problem.leg_s(here, there, profile), self._problem.leg_m(here, there, profile)

    def _legs(
        self, here: NDArray[np.int64] | int, there: NDArray[np.int64] | int
    ) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        return self._travel.seconds[here, there].astype(np.int64), self._travel.metres[here, there].astype(np.int64)

    def _least_s(self, leg_s: Seconds) -> Seconds:
        """What a leg lasts at the highest speed there ever is."""
        return leg_s if self._fastest == PERCENT else -(-PERCENT * leg_s // self._fastest)

    def _span(self, node: Node) -> tuple[int, int, int]:
        """From when until when something may begin at a node, and how long it lasts."""
        if node is None:
            return self._hours.start_s, FOR_EVER_S, self._vehicle.reload_s
        closes_s = FOR_EVER_S if node.late_cents_per_h is not None else node.windows[-1].end_s
        return node.window.start_s, closes_s, node.serving_s

    def _place(self, node: Node) -> int:
        return self._depot if node is None else node.place


def _late_fine(stop: Stop, start_s: int) -> int:
    """The price of a start after the last window."""
    if stop.late_cents_per_h is None:
        return 0
    return stop.late_cents_per_h * max(0, start_s - stop.windows[-1].end_s) * FINE_PER_SECOND
