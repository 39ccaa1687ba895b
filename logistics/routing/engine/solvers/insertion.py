"""Cheapest insertion of left-out stops into given routes.

Used after a search, so that "the fleet is full" is a fact and not a sign of a short time limit, and as the plan of last
resort when a search found nothing in time.
"""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence

from logistics.routing.engine.costs import FINE_PER_CENT
from logistics.routing.engine.problem import Problem, Stop
from logistics.routing.engine.solvers.likeness import kinds_of
from logistics.routing.engine.solvers.open_route import Insertion, OpenRoute

__all__ = ["Insertion", "OpenRoute", "best_insertion", "insert_all", "open_routes"]


def open_routes(
    problem: Problem, orders: Mapping[str, Sequence[Stop]], reloads: Mapping[str, Sequence[int]] | None = None
) -> list[OpenRoute]:
    """One open route per vehicle of the problem; `orders` holds the stops of those that have any, by vehicle id.

    `reloads` holds the positions of the stops ahead of which a vehicle loads again.
    """
    reloads = reloads or {}
    return [
        OpenRoute(problem, vehicle, orders.get(vehicle.id, ()), reloads.get(vehicle.id, ()))
        for vehicle in problem.vehicles
    ]


def best_insertion(routes: Iterable[OpenRoute], stop: Stop) -> tuple[OpenRoute, Insertion] | None:
    """The cheapest place for the stop over all routes, or None if no route can take it."""
    best: tuple[OpenRoute, Insertion] | None = None
    for route in routes:
        found = route.cheapest(stop)
        if found is not None and (best is None or found.cost_fine < best[1].cost_fine):
            best = (route, found)
    return best


class _Choice:
    """The routes worth asking: those that drive, and one of the idle vehicles of each kind."""

    def __init__(self, routes: Sequence[OpenRoute]) -> None:
        numbers: dict[Hashable, int] = {}
        kinds = kinds_of(routes[0].problem) if routes else {}
        self._routes = [(route, numbers.setdefault(kinds[route.vehicle.id], len(numbers))) for route in routes]
        self._asked: list[OpenRoute] = []
        self._idle: list[OpenRoute] = []
        self._choose()

    def __iter__(self) -> Iterator[OpenRoute]:
        if any(route.stops for route in self._idle):
            self._choose()
        return iter(self._asked)

    def _choose(self) -> None:
        idle: dict[int, OpenRoute] = {}
        self._asked = [route for route, kind in self._routes if route.stops or idle.setdefault(kind, route) is route]
        self._idle = list(idle.values())


def insert_all(routes: Sequence[OpenRoute], stops: Iterable[Stop]) -> None:
    """Inserts every stop that some route can take, those with the earliest end of window and then the heaviest first.

    Stops that belong together are inserted into one route, all or none, ahead of the others; those that are pinned to a
    position come last, from the first position on. A stop with a `drop_cost` is inserted only where that costs less.
    """
    choice = _Choice(routes)
    groups: dict[str, list[Stop]] = defaultdict(list)
    alone = []
    for stop in stops:
        if stop.together is None:
            alone.append(stop)
        else:
            groups[stop.together].append(stop)
    for members in sorted(groups.values(), key=lambda members: min(map(_turn, members))):
        _insert_together(choice, sorted(members, key=_turn))
    for stop in sorted(alone, key=_turn):
        best = best_insertion(choice, stop)
        if best is None:
            continue
        route, place = best
        if stop.drop_cost is None or place.cost_fine < stop.drop_cost * FINE_PER_CENT:
            route.insert(stop, place.index, place.reload_before)


def _turn(stop: Stop) -> tuple[int, int, int, int, str]:
    return stop.pinned_position or 0, -stop.priority, stop.window.end_s, -stop.demand_g, stop.id


def _insert_together(routes: Iterable[OpenRoute], members: Sequence[Stop]) -> None:
    """Inserts all of the stops into the route where that costs least, or none."""
    best: tuple[int, OpenRoute, OpenRoute] | None = None
    for route in routes:
        wider = route.copy()
        cost = 0
        for stop in members:
            place = wider.cheapest(stop)
            if place is None:
                break
            wider.insert(stop, place.index, place.reload_before)
            cost += place.cost_fine
        else:
            if best is None or cost < best[0]:
                best = cost, route, wider
    if best is None:
        return
    cost, route, wider = best
    dropping = [stop.drop_cost for stop in members]
    if None in dropping or cost < sum(price for price in dropping if price is not None) * FINE_PER_CENT:
        route.take(wider)
