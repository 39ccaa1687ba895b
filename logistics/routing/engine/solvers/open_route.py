"""A route that can still take stops: which places there are for one, quickly, and whether the route then holds.

For each place the earliest start (forward) and the latest start that keeps all later windows (backward) are kept, so an
insertion is tested with two legs (Solomon 1987, DOI 10.1287/opre.35.2.254, push forward). With capacities, one hard
window a stop and hours this is the whole truth. Every other rule only takes places away: windows are then widened to
what is certain, and the places that are left are tried with `schedule_route`, those that look cheapest first.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice

from logistics.routing.engine.costs import FINE_PER_CENT, drive_cost_fine, late_cost_fine, route_cost_fine
from logistics.routing.engine.problem import UNREACHABLE, Problem, Stop, Vehicle
from logistics.routing.engine.schedule import InfeasibleRoute, schedule_route
from logistics.routing.engine.solvers.features import EVERYWHERE, used_by_stop, used_by_vehicle
from logistics.routing.engine.travelling import PERCENT

# Of the places that hold, the best of so many is taken: what waiting and lateness cost there is known only afterwards.
EXACT_PLACES = 3
FOR_EVER_S = 2**40


@dataclass(frozen=True, slots=True, kw_only=True)
class Insertion:
    """A place for a stop: before position `index` of the vehicle's route, at `cost_fine` more (waiting not counted).

    `reload_before` holds the positions of the stops ahead of which the vehicle then loads again. Where more than hours,
    loads and hard windows decide, waiting and lateness are counted too.
    """

    vehicle: str
    index: int
    cost_fine: int
    reload_before: tuple[int, ...] = ()


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
        self._depot = problem.depot(vehicle.depot).place
        self._ends = problem.start_place(vehicle), problem.end_place(vehicle)
        self._hours = problem.hours_of(vehicle)
        self._exact = any(feature not in EVERYWHERE for feature in used_by_vehicle(problem, vehicle)) or any(
            map(_asks_more, self.stops)
        )
        self._fastest = max((slot.percent for slot in problem.travel(vehicle).speeds), default=PERCENT)
        self._fastest = max(self._fastest, PERCENT)
        self._cost: int | None = None
        self._refresh()

    def copy(self) -> "OpenRoute":
        """The same route, to try something on."""
        return OpenRoute(self.problem, self.vehicle, self.stops, self.reload_before)

    def cheapest(self, stop: Stop) -> Insertion | None:
        """The cheapest position that breaks no rule, or None if there is none."""
        if not self.problem.may_serve(self.vehicle, stop) or not self._may_fit(stop):
            return None
        places = self._places(stop)
        if not self._exact and not _asks_more(stop):
            return self._insertion(*min(places), stop) if places else None
        tried = (self._tried(stop, self._insertion(*place, stop)) for place in sorted(places))
        return min(islice(filter(None, tried), EXACT_PLACES), key=lambda place: place.cost_fine, default=None)

    def insert(self, stop: Stop, index: int, reload_before: Sequence[int] = ()) -> None:
        """Puts the stop before position `index`; the caller has all this from `cheapest`."""
        self.stops.insert(index, stop)
        self.reload_before = tuple(reload_before)
        self._exact = self._exact or _asks_more(stop)
        self._refresh()

    def take(self, other: "OpenRoute") -> None:
        """Becomes what was tried on a copy."""
        self.stops, self.reload_before, self._exact = other.stops, other.reload_before, other._exact
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
        taken = [stop] if vehicle.reloads else [*self.stops, stop]
        return (
            sum(one.demand_g for one in taken) <= vehicle.capacity_g
            and sum(one.packages for one in taken) <= vehicle.capacity_packages
            and (vehicle.capacity_ml is None or sum(one.volume_ml for one in taken) <= vehicle.capacity_ml)
        )

    def _places(self, stop: Stop) -> list[tuple[int, int, int]]:
        """Where the stop may go: cost without waiting, gap between nodes, and which of the `_blocks` goes there."""
        blocks = self._blocks(stop)
        places = []
        for gap in range(len(self._nodes) + 1):
            for number, block in enumerate(blocks):
                # Twice at the depot is once too often, and so is coming back before having left, or at the very end.
                if number and (
                    None in self._nodes[max(0, gap - 1) : gap + 1]
                    or (number == 1 and gap == 0 and self.vehicle.underway is None)
                    or (number == 2 and gap == len(self._nodes))
                ):
                    continue
                cost = self._cost_at(gap, block)
                if cost is not None:
                    places.append((cost, gap, number))
        return places

    def _blocks(self, stop: Stop) -> list[list[Stop | None]]:
        """The stop, or, if it may load once more, loading and the stop and the stop and loading."""
        if len(self.reload_before) >= self.vehicle.reloads:
            return [[stop]]
        return [[stop], [None, stop], [stop, None]]

    def _insertion(self, cost: int, gap: int, block: int, stop: Stop) -> Insertion:
        nodes = [*self._nodes[:gap], *self._blocks(stop)[block], *self._nodes[gap:]]
        return Insertion(
            vehicle=self.vehicle.id,
            index=sum(node is not None for node in nodes[: nodes.index(stop)]),
            cost_fine=cost,
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
        cost = route_cost_fine(self.vehicle, route) + late_cost_fine(self.problem, route) - self._cost_now()
        return Insertion(vehicle=place.vehicle, index=place.index, cost_fine=cost, reload_before=place.reload_before)

    def _cost_now(self) -> int:
        cost = self.cost_fine() if self._cost is None else self._cost
        self._cost = cost
        return cost

    def _cost_at(self, gap: int, block: Sequence[Stop | None]) -> int | None:
        """Fine units that the block adds, waiting not counted; None if a window, the shift or a road forbids it."""
        leg_s, leg_m, profile = self.problem.leg_s, self.problem.leg_m, self.vehicle.profile
        before, after, clock_s = self._at[gap], self._at[gap + 1], self._ready_s[gap]
        here, seconds, metres = before, 0, 0
        for node in block:
            there = self._depot if node is None else node.place
            there_s = leg_s(here, there, profile)
            if there_s == UNREACHABLE:
                return None
            opens_s, closes_s, lasting_s = self._span(node)
            clock_s = max(clock_s + self._least_s(there_s), opens_s)
            if clock_s > closes_s:
                return None
            clock_s += lasting_s
            seconds += there_s + lasting_s
            metres += leg_m(here, there, profile)
            here = there
        onward_s = leg_s(here, after, profile)
        if onward_s == UNREACHABLE or clock_s + self._least_s(onward_s) > self._latest_s[gap]:
            return None
        metres += leg_m(here, after, profile)
        seconds += onward_s
        if self.stops:  # an empty route drives nowhere, wherever it would end
            metres -= leg_m(before, after, profile)
            seconds -= leg_s(before, after, profile)
        cost = drive_cost_fine(self.vehicle, metres=metres, seconds=seconds)
        free = self.stops or self.vehicle.underway is not None
        return cost if free else cost + self.vehicle.fixed_cost * FINE_PER_CENT

    def _least_s(self, leg_s: int) -> int:
        """What a leg lasts at the highest speed there ever is."""
        return leg_s if self._fastest == PERCENT else -(-PERCENT * leg_s // self._fastest)

    def _span(self, node: Stop | None) -> tuple[int, int, int]:
        """From when until when something may begin at a node, and how long it lasts; for None loading again."""
        if node is None:
            return self._hours.start_s, FOR_EVER_S, self.vehicle.reload_s
        closes_s = FOR_EVER_S if node.late_cents_per_h is not None else node.windows[-1].end_s
        return node.window.start_s, closes_s, node.serving_s

    def _refresh(self) -> None:
        nodes: list[Stop | None] = []
        for index, stop in enumerate(self.stops):
            nodes += [None, stop] if index in self.reload_before else [stop]
        self._nodes = nodes
        self._cost = None
        self._at = [self._ends[0], *(self._depot if node is None else node.place for node in nodes), self._ends[1]]
        legs_s = [
            self._least_s(self.problem.leg_s(self._at[k], self._at[k + 1], self.vehicle.profile))
            for k in range(len(nodes) + 1)
        ]
        spans = [self._span(node) for node in nodes]
        # _ready_s[i]: earliest departure from node i; _latest_s[i]: latest arrival at node i + 1.
        self._ready_s = [self._hours.start_s]
        for (opens_s, _, lasting_s), leg_s in zip(spans, legs_s, strict=False):
            self._ready_s.append(max(self._ready_s[-1] + leg_s, opens_s) + lasting_s)
        latest_s = [self._hours.end_s]
        for (_, closes_s, lasting_s), leg_s in zip(reversed(spans), reversed(legs_s), strict=False):
            latest_s.append(min(closes_s, latest_s[-1] - leg_s - lasting_s))
        self._latest_s = latest_s[::-1]


def _asks_more(stop: Stop) -> bool:
    """Whether two legs do not tell the whole truth about the stop."""
    return any(feature not in EVERYWHERE for feature in used_by_stop(stop))
