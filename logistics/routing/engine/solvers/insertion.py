"""Cheapest insertion of left-out stops into given routes.

Used after a search, so that "the fleet is full" is a fact and not a sign of a short time limit, and as the plan of last
resort when a search found nothing in time.
"""

import time
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from logistics.routing.engine.costs import FINE_PER_CENT
from logistics.routing.engine.problem import Problem, Stop
from logistics.routing.engine.solvers.choice import Choice
from logistics.routing.engine.solvers.open_route import EXACT_PLACES, Insertion, OpenRoute

__all__ = ["Insertion", "OpenRoute", "best_insertion", "insert_all", "open_routes"]

# Asking every route takes a millisecond for each fifty of them.
NEAR_FIRST_FROM = 2_000


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


def best_insertion(
    routes: Iterable[OpenRoute], stop: Stop, *, deadline_s: float | None = None
) -> tuple[OpenRoute, Insertion] | None:
    """The cheapest place for the stop over all routes, or None if no route can take it.

    Where waiting and lateness have to be found out, as for a stop whose `drop_cost` they are weighed against, the best
    of the few that look cheapest and hold. At `deadline_s` on the monotonic clock it goes on with what it has.
    """
    asked = list(routes)
    looks = sorted(
        (candidate.cost_fine, number, candidate)
        for number, route in enumerate(asked)
        for candidate in route.candidates(stop)
    )
    best: tuple[OpenRoute, Insertion] | None = None
    held = 0
    for _, number, candidate in looks:
        if best is not None and (held == EXACT_PLACES or asked[number].is_dearer(stop, candidate, best[1])):
            break
        if _is_over(deadline_s):
            break
        place = asked[number].settled(stop, candidate)
        if place is not None:
            held += 1
            best = (asked[number], place) if best is None or place.cost_fine < best[1].cost_fine else best
    return best


def insert_all(
    routes: Sequence[OpenRoute],
    stops: Iterable[Stop],
    *,
    deadline_s: float | None = None,
    near_first_from: int = NEAR_FIRST_FROM,
) -> None:
    """Inserts every stop that some route can take, those with the earliest end of window and then the heaviest first.

    Stops that belong together are inserted into one route, all or none, ahead of the others; those that are pinned to a
    position come last, from the first position on. A stop with a `drop_cost` is inserted only where that costs less, by
    what its route then costs more: legs, service, waiting, lateness and the vehicle (not what the longest route of all
    is priced at).

    Of more stops than `near_first_from` each asks the routes that stop near it first, and all others only once that is
    done. At `deadline_s` on the monotonic clock the stops that are left are left out.
    """
    choice = Choice(routes)
    groups: dict[str, list[Stop]] = defaultdict(list)
    alone = []
    for stop in stops:
        if stop.together is None:
            alone.append(stop)
        else:
            groups[stop.together].append(stop)
    for members in sorted(groups.values(), key=lambda members: min(map(_turn, members))):
        if _is_over(deadline_s):
            return
        _insert_together(choice, sorted(members, key=_turn))
    alone.sort(key=_turn)
    if len(alone) > near_first_from:
        alone = _inserted(choice, alone, deadline_s=deadline_s, near=True)
    _inserted(choice, alone, deadline_s=deadline_s, near=False)


def _inserted(choice: Choice, stops: Iterable[Stop], *, deadline_s: float | None, near: bool) -> list[Stop]:
    """The stops for which there was no place."""
    left = []
    for stop in stops:
        if _is_over(deadline_s):
            break
        best = best_insertion(choice.near(stop) if near else choice, stop, deadline_s=deadline_s)
        if best is None:
            left.append(stop)
            continue
        route, place = best
        if stop.drop_cost is None or place.cost_fine < stop.drop_cost * FINE_PER_CENT:
            route.insert(stop, place.index, place.reload_before)
            choice.note(route, stop)
    return left


def _is_over(deadline_s: float | None) -> bool:
    return deadline_s is not None and time.monotonic() >= deadline_s


def _turn(stop: Stop) -> tuple[int, int, int, int, str]:
    return stop.pinned_position or 0, -stop.priority, stop.window.end_s, -stop.demand_g, stop.id


def _insert_together(choice: Choice, members: Sequence[Stop]) -> None:
    """Inserts all of the stops into the route where that costs least, or none."""
    best: tuple[int, OpenRoute, OpenRoute] | None = None
    for route in choice:
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
        for stop in members:
            choice.note(route, stop)
