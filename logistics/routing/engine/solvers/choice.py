"""Which routes are worth asking for a place: those that drive, those near by, and one idle vehicle of each kind."""

from collections.abc import Hashable, Iterator, Sequence

import numpy as np

from logistics.routing.engine.problem import Stop
from logistics.routing.engine.solvers.likeness import kinds_of
from logistics.routing.engine.solvers.open_route import OpenRoute

# Stops near by whose routes are asked: more than two or three routes are seldom among so many.
NEAR_STOPS = 32


class Choice:
    """Open routes from which a stop may choose."""

    def __init__(self, routes: Sequence[OpenRoute]) -> None:
        numbers: dict[Hashable, int] = {}
        kinds = kinds_of(routes[0].problem) if routes else {}
        self._routes = [(route, numbers.setdefault(kinds[route.vehicle.id], len(numbers))) for route in routes]
        self._number = {route.vehicle.id: number for number, route in enumerate(routes)}
        self._asked: list[OpenRoute] = []
        self._idle: list[OpenRoute] = []
        stop_count = len(routes[0].problem.stops) if routes else 0
        self._place = np.zeros(stop_count, dtype=np.int64)
        self._owner = np.zeros(stop_count, dtype=np.int64)
        self._noted = 0
        for route in routes:
            for stop in route.stops:
                self.note(route, stop)
        self._choose()

    def __iter__(self) -> Iterator[OpenRoute]:
        """All that may make a difference."""
        if any(route.stops for route in self._idle):
            self._choose()
        return iter(self._asked)

    def near(self, stop: Stop) -> list[OpenRoute]:
        """The routes of the stops around this one, there and back, and one idle vehicle of each kind."""
        if any(route.stops for route in self._idle):
            self._choose()
        seconds = self._routes[0][0].problem.seconds
        places = self._place[: self._noted]
        around_s = seconds[places, stop.place].astype(np.int64) + seconds[stop.place, places]
        nearest = np.argpartition(around_s, NEAR_STOPS)[:NEAR_STOPS] if self._noted > NEAR_STOPS else slice(None)
        numbers = sorted(set(self._owner[: self._noted][nearest].tolist()))
        return [*(self._routes[number][0] for number in numbers), *self._idle]

    def note(self, route: OpenRoute, stop: Stop) -> None:
        """The route serves the stop now."""
        self._place[self._noted] = stop.place
        self._owner[self._noted] = self._number[route.vehicle.id]
        self._noted += 1

    def _choose(self) -> None:
        idle: dict[int, OpenRoute] = {}
        self._asked = [route for route, kind in self._routes if route.stops or idle.setdefault(kind, route) is route]
        self._idle = list(idle.values())
