"""Metres and seconds between PyVRP's locations, for each profile."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from logistics.routing.engine.problem import UNREACHABLE, Problem, Stop
from logistics.routing.engine.solvers.pyvrp_fleet import Fleet


class Legs:
    """Depots first, then stops: for each of the `profiles` in use (n, n) metres and seconds.

    A closed leg takes longer than anyone works. Between what no kind of vehicle can both be at, all legs are closed:
    PyVRP then takes none for the other's neighbour, and a problem in which everything is bound falls into its parts.
    """

    def __init__(self, problem: Problem, stops: Sequence[Stop], fleet: Fleet, *, closed_s: int) -> None:
        self.depot_count = len(problem.depots)
        self.at_depots = _at_depots(problem, fleet)
        places = [depot.place for depot in problem.depots] + [stop.place for stop in stops]
        self.profiles = sorted({vehicles[0].profile for vehicles in fleet.kinds})
        grid = np.ix_(places, places)
        apart = _apart(fleet, self.at_depots)
        # PyVRP's stubs give the shape as one number, which no array has.
        self.metres: list[Any] = []
        self.seconds: list[Any] = []
        for profile in self.profiles:
            travel = problem.travel(next(vehicles[0] for vehicles in fleet.kinds if vehicles[0].profile == profile))
            metres, seconds = travel.metres[grid].astype(np.int64), travel.seconds[grid].astype(np.int64)
            closed = apart | (seconds == UNREACHABLE) | (metres == UNREACHABLE)
            np.fill_diagonal(closed, False)
            metres[closed] = 0
            metres[closed] = metres.max()  # its price need only not tempt
            seconds[closed] = closed_s
            self.metres.append(metres)
            self.seconds.append(np.minimum(seconds, closed_s))

    def longest_m(self, profile: str) -> int:
        """Metres of the longest open leg."""
        return int(self.metres[self.profiles.index(profile)].max())


def _at_depots(problem: Problem, fleet: Fleet) -> list[list[int]]:
    """The kinds of vehicle that start or end at each depot."""
    return [
        [kind for kind, vehicles in enumerate(fleet.kinds) if depot.id in (vehicles[0].depot, vehicles[0].end_depot)]
        for depot in problem.depots
    ]


def _apart(fleet: Fleet, at_depots: Sequence[Sequence[int]]) -> NDArray[np.bool_]:
    """(n, n): the locations that no kind of vehicle can both be at."""
    kind_count, class_count = fleet.may_serve.shape
    present = np.zeros((len(at_depots) + class_count, kind_count), dtype=np.float32)
    for depot, kinds in enumerate(at_depots):
        present[depot, list(kinds)] = 1
    present[len(at_depots) :] = fleet.may_serve.T
    apart = present @ present.T == 0
    index = np.concatenate([np.arange(len(at_depots)), len(at_depots) + fleet.class_of])
    wide: NDArray[np.bool_] = apart[np.ix_(index, index)]
    return wide
