"""Which gate of a compound: both legs count, what the vehicle's detour and wait cost and what the walking does."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from logistics.routing.engine.costs import FINE_PER_CENT, FINE_PER_SECOND, drive_cost_fine, route_cost_fine
from logistics.routing.engine.plan import Plan
from logistics.routing.engine.problem import UNREACHABLE, Problem, Stop, Vehicle
from logistics.routing.engine.schedule import InfeasibleRoute, schedule_route
from logistics.routing.engine.solvers.closing import orders_of, reloads_of
from logistics.routing.engine.walking.offers import Offer

NEIGHBOURS = 3
"""Before there are routes the detour to a gate is guessed from so many of the places nearest to it."""
LEG_BITS = 31
"""What the seconds or metres of a leg take, UNREACHABLE being the largest."""
ROUNDS_MAX = 10
CLOSED = 2**62


def walking_cost_fine(offer: Offer, walking_cents_per_h: int) -> int:
    """What all volunteers' time costs, in fine units."""
    return walking_cents_per_h * FINE_PER_SECOND * sum(piece.rounds.busy_s for piece in offer)


def first_choice(problem: Problem, offers: Mapping[str, Sequence[Offer]], walking_cents_per_h: int) -> dict[str, Offer]:
    """A gate for every compound before there are routes: the least of walking, waiting, and the way in and out.

    Being served at several gates at once is left to `better_choice`, which knows the routes.
    """
    places = np.array(sorted({stop.place for stop in problem.stops} | {depot.place for depot in problem.depots}))
    chosen: dict[str, Offer] = {}
    for stop_id, ways in offers.items():
        here = {piece.stop.place for way in ways for piece in way}
        single = [way for way in ways if len(way) == 1]
        vehicle = next((one for one in problem.vehicles if problem.may_serve(one, problem.stop(stop_id))), None)
        if len(single) == 1 or vehicle is None:
            chosen[stop_id] = single[0]
        else:
            others = places[~np.isin(places, list(here))]
            guessed = [_guessed_fine(problem, vehicle, way, others, walking_cents_per_h) for way in single]
            chosen[stop_id] = single[guessed.index(min(guessed))]
    return chosen


def _guessed_fine(
    problem: Problem, vehicle: Vehicle, way: Offer, others: NDArray[np.int64], walking_cents_per_h: int
) -> int:
    (piece,) = way
    gate = piece.stop.place
    near = [*_shortest(problem, vehicle, others, gate), *_shortest(problem, vehicle, gate, others)]
    if any(leg_s == UNREACHABLE for leg_s, _ in near):
        return CLOSED
    count = max(1, len(near) // 2)
    driven = drive_cost_fine(
        vehicle,
        metres=sum(leg_m for _, leg_m in near) // count,
        seconds=sum(leg_s for leg_s, _ in near) // count + piece.stop.service_s,
    )
    return driven + walking_cost_fine(way, walking_cents_per_h)


def _shortest(
    problem: Problem, vehicle: Vehicle, here: NDArray[np.int64] | int, there: NDArray[np.int64] | int
) -> list[tuple[int, int]]:
    """Seconds and metres of the NEIGHBOURS shortest of these legs, UNREACHABLE where they are closed."""
    travel = problem.travel(vehicle)
    seconds, metres = (matrix[here, there].astype(np.int64) for matrix in (travel.seconds, travel.metres))
    closed = (seconds == UNREACHABLE) | (metres == UNREACHABLE)
    ranks = np.where(closed, UNREACHABLE, seconds) << LEG_BITS | np.where(closed, UNREACHABLE, metres)
    most = min(NEIGHBOURS, len(ranks))
    shortest = np.sort(np.partition(ranks, most - 1)[:most]).tolist() if most else []
    return [(rank >> LEG_BITS, rank & UNREACHABLE) for rank in shortest]


@dataclass(slots=True, kw_only=True)
class Tour:
    """One vehicle's stops in order, with the positions ahead of which it loads again."""

    vehicle: Vehicle
    stops: list[Stop]
    reloads: list[int] = field(default_factory=list)


def better_choice(
    problem: Problem,
    plan: Plan,
    offers: Mapping[str, Sequence[Offer]],
    chosen: Mapping[str, Offer],
    walking_cents_per_h: int,
    *,
    cancelled: Callable[[], bool],
) -> tuple[dict[str, Offer], dict[str, list[str]]]:
    """Changes gates one compound at a time, as long as a route gets cheaper with it.

    `problem` and `plan` are of the choices in `chosen`. A compound stays on its vehicle, but its gate may be visited at
    another moment; one that was left out goes where one of its gates fits. Returns the choices and the stops of every
    vehicle in order.
    """
    orders, reloads = orders_of(problem, plan), reloads_of(plan)
    tours = [
        Tour(vehicle=one, stops=orders.get(one.id, []), reloads=reloads.get(one.id, [])) for one in problem.vehicles
    ]
    choice = dict(chosen)
    for _ in range(ROUNDS_MAX):
        changed = False
        for stop_id, ways in offers.items():
            if cancelled():
                break
            if len(ways) > 1 and _improved(problem, tours, stop_id, ways, choice, walking_cents_per_h):
                changed = True
        if not changed:
            break
    return choice, {tour.vehicle.id: [stop.id for stop in tour.stops] for tour in tours if tour.stops}


def _improved(
    problem: Problem,
    tours: Sequence[Tour],
    stop_id: str,
    ways: Sequence[Offer],
    choice: dict[str, Offer],
    walking_cents_per_h: int,
) -> bool:
    now = {piece.stop.id for piece in choice[stop_id]}
    holding = [tour for tour in tours if now & {stop.id for stop in tour.stops}]
    if len(holding) > 1 or (holding and len(now & {stop.id for stop in holding[0].stops}) < len(now)):
        return False  # not all its gates are visited by one vehicle: the next search may change that
    best_fine = CLOSED // 2
    best: tuple[Offer, Tour, list[Stop]] | None = None
    if holding:
        best_fine = walking_cost_fine(choice[stop_id], walking_cents_per_h)
    for tour in holding or tours:
        if not holding and problem.stop(next(iter(now))).drop_cost is not None:
            continue  # it was left out because it is not worth its price
        before_fine = _tour_fine(problem, tour, tour.stops)
        for way in ways:
            if holding and way is choice[stop_id]:
                continue
            walking_fine = walking_cost_fine(way, walking_cents_per_h)
            for stops in _with_pieces(problem, tour, now, way):
                if _least_fine(problem, tour, stops) - before_fine + walking_fine >= best_fine:
                    continue
                cost_fine = _tour_fine(problem, tour, stops) - before_fine + walking_fine
                if cost_fine < best_fine:
                    best_fine, best = cost_fine, (way, tour, stops)
    if best is None:
        return False
    choice[stop_id], tour, tour.stops = best
    return True


def _with_pieces(problem: Problem, tour: Tour, now: set[str], way: Offer) -> Iterator[list[Stop]]:
    """Orders of the tour with the pieces of another way: each where it costs least, one after the other.

    Where the vehicle loads again only the same place is tried: trips would change with it.
    """
    position = next((index for index, stop in enumerate(tour.stops) if stop.id in now), 0)
    rest = [stop for stop in tour.stops if stop.id not in now]
    if tour.reloads:
        if len(now) == len(way):
            pieces = iter(piece.stop for piece in way)
            yield [next(pieces) if stop.id in now else stop for stop in tour.stops]
        return
    for piece in way[:-1]:
        orders = [[*rest[:index], piece.stop, *rest[index:]] for index in range(len(rest) + 1)]
        rest = min(orders, key=lambda order: _tour_fine(problem, tour, order))
    last = way[-1].stop
    if last.pinned_position is not None:
        yield [*rest[:position], last, *rest[position:]]
        return
    for index in range(len(rest) + 1):
        yield [*rest[:index], last, *rest[index:]]


def _tour_fine(problem: Problem, tour: Tour, stops: Sequence[Stop]) -> int:
    """What the vehicle costs with these stops, lateness included; CLOSED if they break a rule."""
    if not stops:
        return 0
    try:
        route = schedule_route(problem, tour.vehicle, stops, tour.reloads)
    except InfeasibleRoute:
        return CLOSED
    late = sum(
        stop.late_cents_per_h * max(0, visit.start_s - stop.windows[-1].end_s)
        for stop, visit in zip(stops, route.visits, strict=True)
        if stop.late_cents_per_h is not None
    )
    return route_cost_fine(tour.vehicle, route) + FINE_PER_SECOND * late


def _least_fine(problem: Problem, tour: Tour, stops: Sequence[Stop]) -> int:
    """No more than `_tour_fine`: the road and the services alone, which takes a tenth of the time to know.

    Nothing is known of a tour that loads again, and of the seconds on the road where speeds change.
    """
    if tour.reloads or not stops:
        return 0
    vehicle = tour.vehicle
    travel = problem.travel(vehicle)
    places = [problem.start_place(vehicle), *(stop.place for stop in stops), problem.end_place(vehicle)]
    seconds = sum(stop.serving_s for stop in stops)
    if not travel.speeds:
        seconds += int(travel.seconds[places[:-1], places[1:]].sum(dtype=np.int64))
    metres = int(travel.metres[places[:-1], places[1:]].sum(dtype=np.int64))
    fixed = vehicle.fixed_cost if vehicle.underway is None else 0
    return min(CLOSED, fixed * FINE_PER_CENT + drive_cost_fine(vehicle, metres=metres, seconds=seconds))
