"""Two things that serve a stop together."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, islice

from logistics.routing.engine.check import check
from logistics.routing.engine.orders import Order, Orders
from logistics.routing.engine.plan import Plan
from logistics.routing.engine.problem import Problem, Stop, Vehicle
from logistics.routing.engine.relaxing.allowance import Allowance
from logistics.routing.engine.relaxing.inserting import Inserted, as_small, inserted, least
from logistics.routing.engine.relaxing.lever import Kind, Lever, apply, group_of, moved, new_id
from logistics.routing.engine.relaxing.levers import new_vehicle_levers, stop_levers, vehicle_levers
from logistics.routing.engine.relaxing.relaxation import UNITS, Relaxation, effort_of
from logistics.routing.engine.relaxing.solving import Found
from logistics.routing.engine.relaxing.witness import relaxation_of

HOSTS_TRIED = 3
"""The nearest routes that could take the stop if everything about them were granted: each has up to a hundred pairs."""

PAIRS_KEPT = 3
"""A dispatcher weighs a few; the others ask for more. Each is proven on the whole problem, which with 2,000 stops
takes as long as a hundred insertions."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Pair:
    """Two limits moved: `second` granted first, and then `first` with the stop in its place."""

    first: Inserted
    second: Inserted
    effort: float


def least_pairs(
    problem: Problem, plan: Plan, stop: Stop, near: Sequence[Vehicle], base: Orders, allowance: Allowance
) -> list[Relaxation]:
    """The PAIRS_KEPT pairs of least effort, of different kinds, that were found by inserting the stop into the plan's
    routes; of fewer pairs if the `allowance` is over before all were tried, and none if it is at once.

    Of both limits one is moved as little as will do with the other as far as makes sense, and then the other as little
    as will do with that; either may be the first. So neither can be moved one unit less, though less of one and more of
    the other may be a smaller wish.
    """
    best: dict[frozenset[Kind], _Pair] = {}
    for small, one, other, host in _tried(problem, stop, near, base, allowance):
        if allowance.over():
            break
        kinds = frozenset((one.kind, other.kind))
        for first, second in ((one, other), (other, one)):
            known = best.get(kinds)
            pair = _both(small, first, second, host, base, known, allowance)
            if pair is None:
                break  # not with both as far as makes sense, or with no less than is known: nor the other way round
            if known is None or _rank(pair) < _rank(known):
                best[kinds] = pair
    relaxed: list[Relaxation] = []
    for pair in sorted(best.values(), key=_rank):
        # What was found in time is worth one proof, even if that ends late.
        if len(relaxed) == PAIRS_KEPT or allowance.told() or (relaxed and allowance.ended()):
            break
        proven = _relaxation(problem, plan, pair, base)
        relaxed += [] if proven is None else [proven]
    return relaxed


def _rank(pair: _Pair) -> tuple[float, int]:
    return pair.effort, pair.first.cost_fine


def _tried(
    problem: Problem, stop: Stop, near: Sequence[Vehicle], base: Orders, allowance: Allowance
) -> Iterator[tuple[Problem, Lever, Lever, str]]:
    """Pairs of limits of the stop, a vehicle near by and its depot, or of the stop and a new vehicle, and the host.

    A vehicle's are tried on a problem of its route and the stop alone, a new vehicle's on one of the stop and the
    vehicle that it is like: nothing else changes, and each movement makes a problem that is checked from end to end.
    """
    of_stop = list(stop_levers(problem, stop))
    wanted = [other.id for other in group_of(problem, stop)]
    hosts = 0
    for vehicle in near:
        if hosts == HOSTS_TRIED or allowance.over():
            break
        levers = [*of_stop, *vehicle_levers(problem, vehicle, stop)]
        order = base.get(vehicle.id, Order())
        small = _of_vehicle(problem, vehicle, [*order.stops, *wanted])
        allowance.spend()
        if len(levers) > 1 and _could_take(small, levers, vehicle.id, base):
            hosts += 1
            yield from ((small, one, other, vehicle.id) for one, other in combinations(levers, 2))
    for new in new_vehicle_levers(problem, stop):
        small = _of_vehicle(problem, problem.vehicle(str(new.vehicle)), wanted)
        yield from ((small, one, new, new_id(problem, str(new.vehicle))) for one in of_stop)


def _of_vehicle(problem: Problem, vehicle: Vehicle, stops: Sequence[str]) -> Problem:
    """The vehicle with these stops; the others make no stop, so that what stops say of them stays true, and a new one
    is called as in the whole problem."""
    here = frozenset(stops)
    named = {vehicle.id} | {one.id for one in problem.vehicles if one.id.startswith(f"{vehicle.id}+")}
    kept = tuple(stop for stop in problem.stops if stop.id in here)
    for stop in kept:
        named |= {stop.pinned_vehicle or vehicle.id} | (stop.vehicles_allowed or set()) | stop.vehicles_forbidden
    vehicles = tuple(one for one in problem.vehicles if one.id in named)
    # A position beyond the stops there are may not be said, so that others stand beside them, which no route has.
    last = max((stop.pinned_position or 0 for stop in kept), default=0)
    others = (_saying_nothing(stop) for stop in problem.stops if stop.id not in here)
    kept += tuple(islice(others, max(0, last - len(kept))))
    return dataclasses.replace(problem, vehicles=vehicles, stops=kept)


def _saying_nothing(stop: Stop) -> Stop:
    """The stop, naming no vehicle and no other stop."""
    return dataclasses.replace(
        stop,
        vehicles_allowed=None,
        vehicles_forbidden=frozenset(),
        pinned_vehicle=None,
        pinned_position=None,
        together=None,
    )


def _could_take(problem: Problem, levers: Sequence[Lever], host: str, base: Orders) -> bool:
    """Whether the stop has a place in the route with all of these as far as makes sense."""
    for lever in levers[1:]:
        problem = moved(problem, lever, lever.most)
    return inserted(problem, levers[0], levers[0].most, host, base) is not None


def _both(
    problem: Problem, one: Lever, other: Lever, host: str, base: Orders, known: _Pair | None, allowance: Allowance
) -> _Pair | None:
    """The pair with the other limit moved least, or None: also if it cannot be of less effort than the known one."""
    most = None if known is None else as_small(problem, other, known.effort)
    second = least(moved(problem, one, one.most), other, host, base, most=most, allowance=allowance)
    if second is None:
        return None
    granted = moved(problem, other, second.amount)
    first = least(granted, one, host, base, allowance=allowance)
    if first is None:
        return None
    effort = sum(effort_of(problem, *_wished(place), place.lever.vehicle) for place in (first, second))
    return _Pair(first=first, second=second, effort=effort)


def _wished(place: Inserted) -> tuple[Kind, int]:
    kind = place.lever.kind
    return kind, 1 if kind is Kind.ONE_MORE_VEHICLE else place.amount


def _relaxation(problem: Problem, plan: Plan, pair: _Pair, base: Orders) -> Relaxation | None:
    """The pair, proven by its witness, or None if that does not hold after all."""
    lever, amount = pair.second.lever, pair.second.amount
    granted = moved(problem, lever, amount)
    main = relaxation_of(granted, plan, Found(inserted=pair.first, base=base))
    if main is None:
        return None
    from_s = None
    if lever.kind is Kind.ONE_MORE_VEHICLE:
        from_s = problem.vehicle(str(lever.vehicle)).shift.end_s - amount
    kind, amount = _wished(pair.second)
    also = dataclasses.replace(
        main,
        kind=kind,
        vehicle=lever.vehicle,
        depot=lever.depot,
        amount=amount,
        unit=UNITS[kind],
        from_s=from_s,
        effort=effort_of(problem, kind, amount, lever.vehicle),
    )
    whole = dataclasses.replace(main, also=also, effort=main.effort + also.effort)
    return None if check(apply(problem, whole), whole.witness) else whole
