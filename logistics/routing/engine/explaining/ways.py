"""The shortest ways that a route could take to a stop and home again, over the places of any other stops."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Protocol

import numpy as np

from logistics.routing.engine.explaining.alone import Legs, Moments
from logistics.routing.engine.problem import UNREACHABLE, Problem, Stop, Vehicle
from logistics.routing.engine.travelling import PERCENT

FAR = 2**50
"""No way at all, and far enough from overflow."""
LEGS_READ_MAX = 100_000_000
"""So many legs are looked at for one problem, about a second; for ways not found by then a bound must do."""

EVERYWHERE = slice(None)
ROWS_AT_ONCE = 256
_BOTH_WAYS = (False, True)
"""There, and back home."""


class Row(Protocol):
    """The legs from a place to others, or from others to it; FAR where they are closed."""

    def __call__(self, place: int | Moments, others: Moments | slice = EVERYWHERE) -> Moments: ...


class Ways:
    """Shortest ways for vehicles of the problem to some of its stops.

    Matrices need not keep to it that the straight way is the shortest, and a closed leg can have a way round.
    """

    def __init__(self, problem: Problem, stops: Sequence[Stop], *, legs_read_max: int = LEGS_READ_MAX) -> None:
        self._problem = problem
        over = {stop.place for stop in problem.stops} | {depot.place for depot in problem.depots}
        self._over = np.array(sorted(over), dtype=np.int64)
        self._asked = np.array(sorted({stop.place for stop in stops}), dtype=np.int64)
        self._bound: dict[tuple[str, int, str, bool], Moments] = {}
        self._known: dict[tuple[str, int, str, bool], Moments] = {}
        self._to_read = legs_read_max
        hours = [problem.hours_of(vehicle) for vehicle in problem.vehicles]
        opens_s, closes_s = min(span.start_s for span in hours), max(span.end_s for span in hours)
        fastest = max(
            (PERCENT, *(slot.percent for vehicle in problem.vehicles for slot in problem.travel(vehicle).speeds))
        )
        begins_s = min((stop.window.start_s for stop in stops), default=opens_s)
        ends_s = [closes_s if stop.late_cents_per_h is not None else stop.windows[-1].end_s for stop in stops]
        # No way that is longer could be of use: it takes longer than there is time for.
        self._limit_s = {
            False: (min(closes_s, max(ends_s, default=closes_s)) - opens_s) * fastest // PERCENT + 1,
            True: (closes_s - max(opens_s, begins_s)) * fastest // PERCENT + 1,
        }
        self._limit_m = max((vehicle.longest_m or 0 for vehicle in problem.vehicles), default=0)

    def legs(self, vehicle: Vehicle, places: Moments) -> Iterator[Legs]:
        """From the vehicle's start to each place and on to its end, no longer than any route's; (places,).

        First what is quickly known, the last leg there and the first one home; then with the shortest ways there, and
        then with those home too. Metres are looked at for vehicles that are limited in them, and 0 for others.
        """
        units = ["seconds"] if vehicle.longest_m is None else ["seconds", "metres"]
        found = {(unit, back): self._bounds(vehicle, unit, back=back)[places] for unit in units for back in _BOTH_WAYS}
        yield _legs(found, len(places))
        for back in _BOTH_WAYS:
            found |= {(unit, back): self._least(vehicle, unit, places, found, back=back) for unit in units}
            yield _legs(found, len(places))

    def are_legs(self, vehicle: Vehicle, stops: Sequence[Stop]) -> bool:
        """Whether none of the vehicle's legs to, between and from these stops has a shorter way over other places."""
        problem = self._problem
        ends = np.array([problem.end_place(vehicle), *(stop.place for stop in stops)], dtype=np.int64)
        for start in {problem.start_place(vehicle), *(stop.place for stop in stops)}:
            for unit in ("seconds", "metres"):
                row = self._row(vehicle, unit, back=False)
                ways = self._shortest(row, start, limit=int(row(start)[ends].max()))
                if (ways[ends] < row(start)[ends]).any():
                    return False
        return True

    def _least(
        self, vehicle: Vehicle, unit: str, places: Moments, known: Mapping[tuple[str, bool], Moments], *, back: bool
    ) -> Moments:
        home = self._home(vehicle, back=back)
        key = vehicle.profile, home, unit, back
        if key not in self._known:
            limit = self._limit_m if unit == "metres" else self._limit_s[back]
            self._known[key] = self._shortest(self._row(vehicle, unit, back=back), home, limit=limit)
        return np.maximum(known[unit, back], self._known[key][places])

    def _bounds(self, vehicle: Vehicle, unit: str, *, back: bool) -> Moments:
        """The shortest leg at the far end, for every place: no way is shorter, and without one there is no way."""
        home, row = self._home(vehicle, back=back), self._row(vehicle, unit, back=back)
        key = vehicle.profile, home, unit, back
        if key not in self._bound:
            least = np.full(len(self._problem.seconds), FAR, dtype=np.int64)
            least[self._asked] = row(home, self._asked)
            for begin in range(0, len(self._over), ROWS_AT_ONCE):
                here = self._over[begin : begin + ROWS_AT_ONCE, None]
                legs = np.where(here == self._asked, FAR, row(here, self._asked))
                least[self._asked] = np.minimum(least[self._asked], legs.min(axis=0))
            self._bound[key] = least
        return self._bound[key]

    def _home(self, vehicle: Vehicle, *, back: bool) -> int:
        return self._problem.end_place(vehicle) if back else self._problem.start_place(vehicle)

    def _row(self, vehicle: Vehicle, unit: str, *, back: bool) -> Row:
        travel = self._problem.travel(vehicle)
        seconds, metres = (travel.seconds.T, travel.metres.T) if back else (travel.seconds, travel.metres)
        wanted = seconds if unit == "seconds" else metres

        def row(place: int | Moments, others: Moments | slice = EVERYWHERE) -> Moments:
            closed = (seconds[place, others] == UNREACHABLE) | (metres[place, others] == UNREACHABLE)
            legs: Moments = np.where(closed, FAR, wanted[place, others].astype(np.int64))
            return legs

        return row

    def _shortest(self, row: Row, start: int, *, limit: int) -> Moments:
        """The shortest ways from `start` to every place, exact up to `limit`.

        With too much to read, no way comes out longer than it is. (Dijkstra 1959, DOI 10.1007/BF01386390, on a full
        matrix.)
        """
        best = row(start)
        open_ = np.zeros(len(best), dtype=np.bool_)
        open_[self._over] = True
        open_[start] = False
        while True:
            waiting = np.where(open_, best, FAR)
            nearest = int(waiting.argmin())
            if waiting[nearest] > limit or waiting[nearest] >= FAR:
                return best
            self._to_read -= len(best)
            if self._to_read < 0:  # what is not settled is no nearer than the nearest of it
                nearest_left: Moments = np.minimum(best, waiting[nearest])
                return nearest_left
            open_[nearest] = False
            best = np.minimum(best, best[nearest] + row(nearest))


def _legs(found: Mapping[tuple[str, bool], Moments], count: int) -> Legs:
    there_s, back_s = found["seconds", False], found["seconds", True]
    nothing = np.zeros(count, dtype=np.int64)
    return Legs(
        there_s=there_s,
        back_s=back_s,
        there_m=found.get(("metres", False), nothing),
        back_m=found.get(("metres", True), nothing),
        closed=(there_s >= FAR) | (back_s >= FAR),
    )
