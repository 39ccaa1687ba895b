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
"""So many legs are looked at for one problem, one to two seconds; of ways not found by then nothing is proven."""

EVERYWHERE = slice(None)
ROWS_AT_ONCE = 256
_UNREAD = -1
_BOTH_WAYS = (False, True)
"""There, and back home."""


class Row(Protocol):
    """The legs from a place to others, or from others to it; FAR where they are closed."""

    def __call__(self, place: int | Moments, others: Moments | slice = EVERYWHERE) -> Moments: ...


class Ways:
    """Shortest ways for vehicles of the problem to some of its stops.

    Matrices need not keep to it that the straight way is the shortest, and a closed leg can have a way round. All
    questions share `legs_left`, the legs that may still be read; the first row of a way is not counted in `legs`.
    """

    def __init__(self, problem: Problem, stops: Sequence[Stop], *, legs_read_max: int = LEGS_READ_MAX) -> None:
        self._problem = problem
        over = {stop.place for stop in problem.stops} | {depot.place for depot in problem.depots}
        self._over = np.array(sorted(over), dtype=np.int64)
        self._last_leg: dict[tuple[str, str, bool], Moments] = {}
        self._known: dict[tuple[str, int, str, bool], Moments] = {}
        self._straight: dict[tuple[str, int, int, frozenset[int]], bool] = {}
        self.legs_left = legs_read_max
        hours = [problem.hours_of(vehicle) for vehicle in problem.vehicles]
        opens_s = min((span.start_s for span in hours), default=0)
        closes_s = max((span.end_s for span in hours), default=0)
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
        found = {(unit, back): self._bounds(vehicle, unit, places, back=back) for unit in units for back in _BOTH_WAYS}
        yield _legs(found, len(places))
        for back in _BOTH_WAYS:
            found |= {(unit, back): self._least(vehicle, unit, places, found, back=back) for unit in units}
            yield _legs(found, len(places))

    def are_legs(self, vehicle: Vehicle, stops: Sequence[Stop]) -> bool:
        """Whether none of the vehicle's legs to, between and from these stops has a shorter way over other places.

        With too much to read the answer is no.
        """
        places = frozenset(stop.place for stop in stops)
        key = vehicle.profile, self._home(vehicle, back=False), self._home(vehicle, back=True), places
        if key not in self._straight:
            self._straight[key] = self._no_shorter_way(vehicle, places)
        return self._straight[key]

    def _no_shorter_way(self, vehicle: Vehicle, places: frozenset[int]) -> bool:
        ends = np.array(sorted({self._home(vehicle, back=True), *places}), dtype=np.int64)
        for start in sorted({self._home(vehicle, back=False), *places}):
            for unit in ("seconds", "metres"):
                if not self._may_read(len(self._problem.seconds)):
                    return False
                row = self._row(vehicle, unit, back=False)
                legs = row(start, ends)
                if (self._shortest(row, start, limit=int(legs.max()))[ends] < legs).any():
                    return False
        return True

    def _may_read(self, count: int) -> bool:
        """Whether so many more legs may be read, which are then counted."""
        if count > self.legs_left:
            return False
        self.legs_left -= count
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

    def _bounds(self, vehicle: Vehicle, unit: str, places: Moments, *, back: bool) -> Moments:
        """The shortest leg at the far end, for each place: no way is shorter, and without one there is no way.

        With too much to read it is 0: some of the legs alone would be no bound.
        """
        home, row = self._home(vehicle, back=back), self._row(vehicle, unit, back=back)
        key = vehicle.profile, unit, back
        if key not in self._last_leg:
            self._last_leg[key] = np.full(len(self._problem.seconds), _UNREAD, dtype=np.int64)
        least = self._last_leg[key]
        unread = np.unique(places[least[places] == _UNREAD])
        if not self._may_read(len(self._over) * len(unread) + len(places)):
            return np.zeros(len(places), dtype=np.int64)
        least[unread] = FAR
        for begin in range(0, len(self._over) if len(unread) else 0, ROWS_AT_ONCE):
            here = self._over[begin : begin + ROWS_AT_ONCE, None]
            legs = np.where(here == unread, FAR, row(here, unread))
            least[unread] = np.minimum(least[unread], legs.min(axis=0))
        return np.minimum(least[places], row(home, places))

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
            if not self._may_read(len(best)):  # what is not settled is no nearer than the nearest of it
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
