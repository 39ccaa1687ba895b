"""Two things that serve a stop together where no single one does."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence
from itertools import combinations

from logistics.routing.engine.check import check
from logistics.routing.engine.orders import Orders
from logistics.routing.engine.plan import Plan
from logistics.routing.engine.problem import Problem, Stop, Vehicle
from logistics.routing.engine.relaxing.inserting import inserted, least
from logistics.routing.engine.relaxing.lever import Kind, Lever, apply, moved, new_id
from logistics.routing.engine.relaxing.levers import new_vehicle_levers, stop_levers, vehicle_levers
from logistics.routing.engine.relaxing.relaxation import UNITS, Relaxation, effort_of
from logistics.routing.engine.relaxing.solving import Found
from logistics.routing.engine.relaxing.witness import relaxation_of

HOSTS_TRIED = 3
"""The nearest routes that could take the stop if everything about them were granted: each has up to a hundred pairs."""


def least_pairs(
    problem: Problem, plan: Plan, stop: Stop, near: Sequence[Vehicle], base: Orders
) -> dict[frozenset[Kind], Relaxation]:
    """For every two kinds the pair of least effort that was found by inserting the stop into the plan's routes.

    Of both limits one is moved as little as will do with the other as far as makes sense, and then the other as little
    as will do with that; either may be the first. So neither can be moved one unit less, though less of one and more of
    the other may be a smaller wish.
    """
    best: dict[frozenset[Kind], Relaxation] = {}
    for one, other, host in _pairs(problem, stop, near, base):
        for found in (
            _both(problem, plan, one, other, host, base),
            _both(problem, plan, other, one, host, base),
        ):
            kinds = frozenset((one.kind, other.kind))
            if found is not None and (kinds not in best or _rank(found) < _rank(best[kinds])):
                best[kinds] = found
    return best


def _rank(relaxation: Relaxation) -> tuple[float, int]:
    return relaxation.effort, relaxation.cost_cents


def _pairs(problem: Problem, stop: Stop, near: Sequence[Vehicle], base: Orders) -> Iterator[tuple[Lever, Lever, str]]:
    """Pairs of limits of the stop, a vehicle near by and its depot, or of the stop and a new vehicle; and the host."""
    of_stop = list(stop_levers(problem, stop))
    tried = 0
    for vehicle in near:
        levers = [*of_stop, *vehicle_levers(problem, vehicle, stop)]
        if tried == HOSTS_TRIED:
            break
        if len(levers) > 1 and _could_take(problem, levers, vehicle.id, base):
            tried += 1
            yield from ((one, other, vehicle.id) for one, other in combinations(levers, 2))
    for new in new_vehicle_levers(problem, stop):
        yield from ((one, new, new_id(problem, str(new.vehicle))) for one in of_stop)


def _could_take(problem: Problem, levers: Sequence[Lever], host: str, base: Orders) -> bool:
    """Whether the stop has a place in the route with all of these as far as makes sense."""
    for lever in levers[1:]:
        problem = moved(problem, lever, lever.most)
    return inserted(problem, levers[0], levers[0].most, host, base) is not None


def _both(problem: Problem, plan: Plan, one: Lever, other: Lever, host: str, base: Orders) -> Relaxation | None:
    """The pair, proven by its witness, or None."""
    second = least(moved(problem, one, one.most), other, host, base)
    if second is None:
        return None
    granted = moved(problem, other, second.amount)
    first = least(granted, one, host, base)
    main = None if first is None else relaxation_of(granted, plan, Found(inserted=first, base=base))
    if main is None:
        return None
    amount, from_s = second.amount, None
    if other.kind is Kind.ONE_MORE_VEHICLE:
        amount, from_s = 1, problem.vehicle(str(other.vehicle)).shift.end_s - second.amount
    effort = effort_of(problem, other.kind, amount, other.vehicle)
    also = dataclasses.replace(
        main,
        kind=other.kind,
        vehicle=other.vehicle,
        depot=other.depot,
        amount=amount,
        unit=UNITS[other.kind],
        from_s=from_s,
        effort=effort,
    )
    pair = dataclasses.replace(main, also=also, effort=main.effort + effort)
    return None if check(apply(problem, pair), pair.witness) else pair
