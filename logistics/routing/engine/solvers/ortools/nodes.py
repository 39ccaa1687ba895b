"""The nodes of a model, and the legs between them for each profile.

Nodes are ends of routes, stops, and a place at the depot for each time a vehicle may load again; not places: stops that
share a place are two nodes 0 m apart.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from logistics.routing.engine.problem import UNREACHABLE, Problem, Stop, TimeWindow, Vehicle
from logistics.routing.engine.validation import LARGEST_TIME_S


@dataclass(frozen=True, slots=True, kw_only=True)
class Legs:
    """(n, n) of one profile: `seconds` and `metres`, `closed` where there is no way, and `transit_s` with service.

    `transit_s` holds the waiting that is certain too. A closed leg is impossible in the time dimension; its price need
    only not overflow, so that it counts 0 here.
    """

    seconds: NDArray[np.int64]
    metres: NDArray[np.int64]
    closed: NDArray[np.bool_]
    transit_s: NDArray[np.int64]


class Nodes:
    """Ends of routes come first, then the stops, then the reloads: `reloading[k]` is the vehicle of the k-th."""

    def __init__(self, problem: Problem, vehicles: Sequence[Vehicle], stops: Sequence[Stop]) -> None:
        starts = [problem.start_place(vehicle) for vehicle in vehicles]
        ends = [problem.end_place(vehicle) for vehicle in vehicles]
        # A place where no route starts or ends would be a node to visit, so it is none.
        end_places = list(dict.fromkeys([*starts, *ends]))
        node_of = {place: node for node, place in enumerate(end_places)}
        self.starts, self.ends = [node_of[place] for place in starts], [node_of[place] for place in ends]
        self.first_stop, self.first_reload = len(end_places), len(end_places) + len(stops)
        self.reloading = [number for number, one in enumerate(vehicles) for _ in range(min(one.reloads, len(stops)))]
        loading = [vehicles[number] for number in self.reloading]
        places = [*end_places, *(stop.place for stop in stops), *(problem.depot(one.depot).place for one in loading)]
        self.count = len(places)
        self.service_s = np.array(
            [0] * self.first_stop + [stop.serving_s for stop in stops] + [one.reload_s for one in loading],
            dtype=np.int64,
        )
        waiting_s = None if any(vehicle.breaks for vehicle in vehicles) else self._spans(stops)
        self.legs = {
            profile: self._legs(problem, next(one for one in vehicles if one.profile == profile), places, waiting_s)
            for profile in sorted({vehicle.profile for vehicle in vehicles})
        }

    def _legs(
        self, problem: Problem, vehicle: Vehicle, places: Sequence[int], spans: tuple[NDArray[np.int64], ...] | None
    ) -> Legs:
        travel = problem.travel(vehicle)
        grid = np.ix_(places, places)
        seconds, metres = travel.seconds[grid].astype(np.int64), travel.metres[grid].astype(np.int64)
        closed = (seconds == UNREACHABLE) | (metres == UNREACHABLE)
        # From end to end only a vehicle "drives" that stays at home.
        closed[: self.first_stop, : self.first_stop] = False
        seconds[: self.first_stop, : self.first_stop] = metres[: self.first_stop, : self.first_stop] = 0
        seconds[closed] = metres[closed] = 0
        transit_s = seconds + self.service_s[:, None]
        if spans is not None:
            opens_s, closes_s = spans
            transit_s = transit_s + np.maximum(0, opens_s[None, :] - (closes_s[:, None] + transit_s))
        return Legs(seconds=seconds, metres=metres, closed=closed, transit_s=transit_s)

    def _spans(self, stops: Sequence[Stop]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """From when until when service may begin at each node.

        Between two windows some seconds pass for certain, even if service at the first starts at its very end. Where
        breaks are to be planned they are none of the leg, because a break may fill them.
        """
        always = LARGEST_TIME_S * 2
        opens_s = np.full(self.count, -always, dtype=np.int64)
        closes_s = np.full(self.count, always, dtype=np.int64)
        for node, stop in enumerate(stops, start=self.first_stop):
            opens_s[node] = stop.window.start_s
            if stop.late_cents_per_h is None:
                closes_s[node] = stop.windows[-1].end_s
        return opens_s, closes_s


def span_of(problem: Problem, vehicles: Sequence[Vehicle]) -> TimeWindow:
    """From the first moment that counts to the last: everybody's hours, and breaks that may begin before them."""
    hours = [problem.hours_of(vehicle) for vehicle in vehicles]
    rests = [rest.earliest_s for vehicle in vehicles for rest in vehicle.breaks]
    return TimeWindow(start_s=min([*(h.start_s for h in hours), *rests]), end_s=max(h.end_s for h in hours))
