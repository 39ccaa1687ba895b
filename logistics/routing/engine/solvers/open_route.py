"""A route that can still take stops: which places there are for one, quickly, and whether the route then holds.

`Gaps` knows hours, loads and one hard window a stop; where no other rule is in play, that is the whole truth. Every
other rule only takes places away: `Slack` rules out what breaks and further windows do not allow, and the places that
are left are tried with `schedule_route`, those that look cheapest first.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from heapq import nsmallest
from typing import NamedTuple

from logistics.routing.engine.costs import FINE_PER_CENT, late_cost_fine, route_cost_fine
from logistics.routing.engine.problem import Problem, Stop, Vehicle
from logistics.routing.engine.schedule import InfeasibleRoute, schedule_route
from logistics.routing.engine.scheduling.slack import Slack
from logistics.routing.engine.solvers.features import EVERYWHERE, used_by_stop, used_by_vehicle
from logistics.routing.engine.solvers.gaps import Gaps, Node

# Of the places that hold, the best of so many is taken: what waiting and lateness cost there is known only afterwards.
EXACT_PLACES = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Insertion:
    """A place for a stop: before position `index` of the vehicle's route, at `cost_fine` more (waiting not counted).

    `reload_before` holds the positions of the stops ahead of which the vehicle then loads again. Where more than hours,
    loads and hard windows decide, or the stop has a `drop_cost` to weigh it against, waiting and lateness are counted.
    """

    vehicle: str
    index: int
    cost_fine: int
    reload_before: tuple[int, ...] = ()


class Candidate(NamedTuple):
    """A place that may hold: its cost without waiting, the gap between nodes, and which of the blocks goes there."""

    cost_fine: int
    gap: int
    block: int


class OpenRoute:
    """A vehicle's order of stops that can take more, with the slack that tells whether it can.

    The order given must hold; `schedule_route` says so.
    """

    def __init__(
        self, problem: Problem, vehicle: Vehicle, stops: Iterable[Stop] = (), reload_before: Iterable[int] = ()
    ) -> None:
        self.problem = problem
        self.vehicle = vehicle
        self.stops = list(stops)
        self.reload_before = tuple(reload_before)
        self._strict = any(feature not in EVERYWHERE for feature in used_by_vehicle(problem, vehicle))
        self._slack: list[Slack | None] = []
        self._cost: int | None = None
        self._refresh()

    def copy(self) -> "OpenRoute":
        """The same route, to try something on."""
        return OpenRoute(self.problem, self.vehicle, self.stops, self.reload_before)

    def cheapest(self, stop: Stop) -> Insertion | None:
        """The cheapest position that breaks no rule, or None if there is none."""
        best: Insertion | None = None
        held = 0
        for candidate in self.candidates(stop):
            if held == EXACT_PLACES or (best is not None and self.is_dearer(stop, candidate, best)):
                break
            place = self.settled(stop, candidate)
            if place is not None:
                held += 1
                best = place if best is None or place.cost_fine < best.cost_fine else best
        return best

    def candidates(self, stop: Stop) -> list[Candidate]:
        """Where the stop may go, those that look cheapest first; where that is certain, only the first.

        Of a stop with a `drop_cost` there are more, because what waiting adds or saves is to be counted too.
        """
        if not self.problem.may_serve(self.vehicle, stop) or not self._may_fit(stop):
            return []
        places = self._places(stop)
        if places and self._is_certain(stop):
            return [min(places)] if stop.drop_cost is None else nsmallest(EXACT_PLACES, places)
        return sorted(places)

    def settled(self, stop: Stop, candidate: Candidate) -> Insertion | None:
        """The place as it would be, or None if the route does not hold with it after all."""
        if self._is_certain(stop):
            place = self._insertion(candidate, stop)
            return place if stop.drop_cost is None else self._tried(stop, place)
        slack = self._known_slack()
        if slack is not None and not slack.takes(candidate.gap, self._blocks(stop)[candidate.block]):
            return None
        return self._tried(stop, self._insertion(candidate, stop))

    @staticmethod
    def is_dearer(stop: Stop, candidate: Candidate, best: Insertion) -> bool:
        """Whether a place need not be tried.

        A stop served while the vehicle would wait costs less than it looks like, which a `drop_cost` asks to know.
        """
        return stop.drop_cost is None and candidate.cost_fine >= best.cost_fine

    def insert(self, stop: Stop, index: int, reload_before: Sequence[int] = ()) -> None:
        """Puts the stop before position `index`; the caller has all this from `cheapest`."""
        self.stops.insert(index, stop)
        self.reload_before = tuple(reload_before)
        self._refresh()

    def take(self, other: "OpenRoute") -> None:
        """Becomes what was tried on a copy."""
        self.stops, self.reload_before = other.stops, other.reload_before
        self._refresh()

    def cost_fine(self) -> int:
        """What the route costs now, in fine units; nothing if it has no stops."""
        if not self.stops:
            return 0
        route = schedule_route(self.problem, self.vehicle, self.stops, self.reload_before)
        return route_cost_fine(self.vehicle, route) + late_cost_fine(self.problem, route)

    def _may_fit(self, stop: Stop) -> bool:
        vehicle = self.vehicle
        if vehicle.most_stops is not None and len(self.stops) >= vehicle.most_stops:
            return False
        grams, packages, volume_ml = (0, 0, 0) if vehicle.reloads else self._aboard
        return (
            grams + stop.demand_g <= vehicle.capacity_g
            and packages + stop.packages <= vehicle.capacity_packages
            and (vehicle.capacity_ml is None or volume_ml + stop.volume_ml <= vehicle.capacity_ml)
        )

    def _is_certain(self, stop: Stop) -> bool:
        """Whether the gaps tell the whole truth."""
        return not self._exact and all(feature in EVERYWHERE for feature in used_by_stop(stop))

    def _known_slack(self) -> Slack | None:
        """None if the route does not hold as it is, though it might with one stop more."""
        if not self._slack:
            try:
                self._slack = [Slack(self.problem, self.vehicle, self._nodes)]
            except InfeasibleRoute:
                self._slack = [None]
        return self._slack[0]

    def _places(self, stop: Stop) -> list[Candidate]:
        free = bool(self.stops) or self.vehicle.underway is not None
        fixed = 0 if free else self.vehicle.fixed_cost * FINE_PER_CENT
        places = [Candidate(cost + fixed, gap, 0) for cost, gap in self._gaps.costs(stop)]
        for number, block in list(enumerate(self._blocks(stop)))[1:]:
            for gap in range(len(self._gaps)):
                # Twice at the depot is once too often, and so is coming back before having left, or at the very end.
                if (
                    None in self._nodes[max(0, gap - 1) : gap + 1]
                    or (number == 1 and gap == 0 and self.vehicle.underway is None)
                    or (number == 2 and gap == len(self._nodes))
                ):
                    continue
                cost = self._gaps.cost_at(gap, block)
                if cost is not None:
                    places.append(Candidate(cost + fixed, gap, number))
        if stop.pinned_position is None and not self._pinned_gap:
            return places
        return [place for place in places if self._keeps_positions(place.gap, stop)]

    def _keeps_positions(self, gap: int, stop: Stop) -> bool:
        """Whether the stop, and those behind it, are then the visits to which they are pinned."""
        if gap < self._pinned_gap:
            return False
        ahead = sum(node is not None for node in self._nodes[:gap])
        return stop.pinned_position in (None, ahead + 1)

    def _blocks(self, stop: Stop) -> list[list[Node]]:
        """The stop, or, if it may load once more, loading and the stop and the stop and loading."""
        if len(self.reload_before) >= self.vehicle.reloads:
            return [[stop]]
        return [[stop], [None, stop], [stop, None]]

    def _insertion(self, candidate: Candidate, stop: Stop) -> Insertion:
        gap = candidate.gap
        nodes = [*self._nodes[:gap], *self._blocks(stop)[candidate.block], *self._nodes[gap:]]
        return Insertion(
            vehicle=self.vehicle.id,
            index=sum(node is not None for node in nodes[: nodes.index(stop)]),
            cost_fine=candidate.cost_fine,
            reload_before=tuple(
                sum(one is not None for one in nodes[:at]) for at, node in enumerate(nodes) if node is None
            ),
        )

    def _tried(self, stop: Stop, place: Insertion) -> Insertion | None:
        """The place with its whole cost, or None if the route does not hold with it."""
        changed = self.stops.copy()
        changed.insert(place.index, stop)
        try:
            route = schedule_route(self.problem, self.vehicle, changed, place.reload_before)
        except InfeasibleRoute:
            return None
        if self._cost is None:
            self._cost = self.cost_fine()
        cost = route_cost_fine(self.vehicle, route) + late_cost_fine(self.problem, route) - self._cost
        return Insertion(vehicle=place.vehicle, index=place.index, cost_fine=cost, reload_before=place.reload_before)

    def _refresh(self) -> None:
        nodes: list[Node] = []
        for index, stop in enumerate(self.stops):
            nodes += [None, stop] if index in self.reload_before else [stop]
        self._nodes = nodes
        self._gaps = Gaps(self.problem, self.vehicle, nodes)
        self._slack = []
        self._cost = None
        self._exact = self._strict or any(
            feature not in EVERYWHERE for stop in self.stops for feature in used_by_stop(stop)
        )
        self._aboard = (
            sum(stop.demand_g for stop in self.stops),
            sum(stop.packages for stop in self.stops),
            sum(stop.volume_ml for stop in self.stops),
        )
        pinned = [gap for gap, node in enumerate(nodes) if node is not None and node.pinned_position is not None]
        # Nothing goes ahead of a stop that is pinned to its position.
        self._pinned_gap = pinned[-1] + 1 if pinned else 0
