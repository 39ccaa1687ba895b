"""For a stop that a plan leaves out: the least of everything that would let it be served."""

import dataclasses
import math
import time
from collections.abc import Callable, Iterator

from logistics.routing.engine.orders import Orders, orders_in
from logistics.routing.engine.plan import Plan
from logistics.routing.engine.problem import Problem, Stop, Vehicle
from logistics.routing.engine.relaxing.allowance import Allowance
from logistics.routing.engine.relaxing.inserting import Inserted, as_small, inserted, least
from logistics.routing.engine.relaxing.lever import Kind, Lever, group_of, new_id
from logistics.routing.engine.relaxing.levers import new_vehicle_levers, stop_levers, vehicle_levers, vehicles_tried
from logistics.routing.engine.relaxing.pairing import least_pairs
from logistics.routing.engine.relaxing.relaxation import Relaxation, effort_of
from logistics.routing.engine.relaxing.solving import Found, Searching
from logistics.routing.engine.relaxing.witness import relaxation_of
from logistics.routing.engine.solvers.portfolio import Portfolio
from logistics.routing.engine.solvers.protocol import Solver

PAIR_INSERTIONS = 300
"""For the pairs of one stop, which no search time is for: half a second with routes of 30 stops. Where two limits were
in the way, 200 found the same pairs as 1,000. Counted and not timed, so that the same plan gives the same pairs."""


def relaxations(
    problem: Problem,
    plan: Plan,
    stop_id: str,
    *,
    time_limit_s: float,
    solver: Solver | None = None,
    seed: int = 0,
    iteration_limit: int | None = None,
    deadline_s: float | None = None,
    stopped: Callable[[], bool] | None = None,
) -> tuple[Relaxation, ...]:
    """The least relaxation of each kind that serves the stop and everything the plan serves, the smallest first.

    Each is found by moving the limit of a stop, a vehicle or a depot as far as makes sense, putting the stop into the
    plan's routes, and bisecting how far it must be moved; of the vehicles the one that needs least. That is done over
    the routes that pass near however short `time_limit_s` is. With what it leaves of it the neighbourhood is planned
    anew with less of each (by the portfolio unless a `solver` is given), so that amounts are bounds from above: they
    serve the stop, and one unit less does not let it into the witness' routes. A stop with a group is served with all
    of it. At the same effort the cheaper comes first.

    Where none was found, pairs of kinds are tried in the same way, by about PAIR_INSERTIONS insertions into the few
    nearest routes, and up to three of least effort come back: two that do together, not the least two there are.
    Nothing does where only three things at once would help.

    Nothing new is tried after `deadline_s` (monotonic seconds) or once `stopped` says so. The smallest of what was
    found by then is still proven and comes back, unless it was stopped: maybe not all kinds, nor the vehicle that needs
    least.

    `apply` grants one; its `witness` then passes `check`.

    Raises:
        ValueError: if the plan does not leave the stop out.
    """
    if stop_id not in {dropped.stop for dropped in plan.dropped}:
        raise ValueError(f"stop {stop_id!r} is not left out by the plan; only one that is can be relaxed for")
    search_until_s = min(time.monotonic() + time_limit_s, math.inf if deadline_s is None else deadline_s)
    allowance = Allowance(deadline_s=deadline_s, stopped=stopped)
    stop, base = problem.stop(stop_id), orders_in(plan)
    near = vehicles_tried(problem, plan, stop)
    found = _as_it_is(problem, stop, near, base, allowance)
    if not found:
        found = _by_insertion(problem, stop, near, base, allowance)
        searching = Searching(
            problem=problem,
            base=base,
            vehicles=near,
            solver=Portfolio() if solver is None else solver,
            deadline_s=search_until_s,
            seed=seed,
            iteration_limit=iteration_limit,
            allowance=allowance,
        )
        found = _by_search(searching, stop, found, allowance)
    relaxed = _proven(problem, plan, found, allowance)
    if not relaxed:
        for_pairs = dataclasses.replace(allowance, insertions=PAIR_INSERTIONS)
        relaxed = least_pairs(problem, plan, stop, near, base, for_pairs)
    return tuple(sorted(relaxed, key=_smallness))


def _smallness(relaxation: Relaxation) -> tuple[float, int, int, str]:
    return relaxation.effort, relaxation.cost_cents, list(Kind).index(relaxation.kind), relaxation.vehicle or ""


def _proven(problem: Problem, plan: Plan, found: dict[Kind, Found], allowance: Allowance) -> list[Relaxation]:
    """Each as a relaxation with its witness, if that holds, the smallest first: a proof looks at the whole plan."""
    relaxed: list[Relaxation] = []
    for one in sorted(found.values(), key=lambda one: _measure(problem, one.inserted)):
        if allowance.told() or (relaxed and allowance.ended()):
            break
        proven = relaxation_of(problem, plan, one)
        relaxed += [] if proven is None else [proven]
    return relaxed


def _as_it_is(
    problem: Problem, stop: Stop, near: list[Vehicle], base: Orders, allowance: Allowance
) -> dict[Kind, Found]:
    """Nothing, or a price, if there is room in the plan's routes already: at least the nearest is looked at."""
    lever = _nothing(problem, stop)
    places: list[Inserted] = []
    for number, vehicle in enumerate(near):
        if number and allowance.ended():
            break
        place = inserted(problem, lever, 0, vehicle.id, base)
        places += [] if place is None else [place]
    if not places:
        return {}
    return {lever.kind: Found(inserted=min(places, key=lambda place: place.cost_fine), base=base)}


def _nothing(problem: Problem, stop: Stop) -> Lever:
    """Serving the stop by the rules as they are, which for a priced one may want a higher price."""
    priced = all(one.drop_cost is not None for one in group_of(problem, stop))
    return Lever(kind=Kind.DROP_COST if priced else Kind.SEARCH_LONGER, stop=stop.id, most=0)


def _pairs(problem: Problem, stop: Stop, near: list[Vehicle]) -> Iterator[tuple[Lever, str]]:
    """Each lever with each vehicle that could take the stop then."""
    for lever in stop_levers(problem, stop):
        for vehicle in near:
            yield lever, vehicle.id
    for vehicle in near:
        for lever in vehicle_levers(problem, vehicle, stop):
            yield lever, vehicle.id
    for lever in new_vehicle_levers(problem, stop):
        yield lever, new_id(problem, str(lever.vehicle))


def _by_insertion(
    problem: Problem, stop: Stop, near: list[Vehicle], base: Orders, allowance: Allowance
) -> dict[Kind, Found]:
    best: dict[Kind, Inserted] = {}
    for lever, host in _pairs(problem, stop, near):
        if allowance.over():
            break
        known = best.get(lever.kind)
        most = None if known is None else as_small(problem, lever, _measure(problem, known)[0])
        place = least(problem, lever, host, base, most=most)
        if place is not None and (known is None or _measure(problem, place) < _measure(problem, known)):
            best[lever.kind] = place
    return {kind: Found(inserted=place, base=base) for kind, place in best.items()}


def _measure(problem: Problem, place: Inserted) -> tuple[float, int, int]:
    lever = place.lever
    amount = 1 if lever.kind is Kind.ONE_MORE_VEHICLE else place.amount
    return effort_of(problem, lever.kind, amount, lever.vehicle), place.cost_fine, place.amount


def _by_search(searching: Searching, stop: Stop, found: dict[Kind, Found], allowance: Allowance) -> dict[Kind, Found]:
    """The same with less, or with what insertion could not do, as long as there is time; the smallest wishes first.

    A depot's hours bind routes beyond the neighbourhood: what insertion found for them stays.
    """
    problem = searching.problem
    best = dict(found)
    levers = {lever.kind: lever for lever, _ in _pairs(problem, stop, list(searching.vehicles)) if lever.depot is None}
    levers |= {kind: one.inserted.lever for kind, one in found.items() if one.inserted.lever.depot is None}
    order = sorted(levers.values(), key=lambda lever: (lever.kind not in found, _wish(problem, lever, found)))
    for index, lever in enumerate([_nothing(problem, stop), *order]):
        left_s = searching.deadline_s - time.monotonic()
        if left_s <= 0 or allowance.over():
            break
        smaller = searching.smaller(lever, best.get(lever.kind), left_s / (len(order) + 1 - index))
        if smaller is not None:
            best[lever.kind] = smaller
            if lever.kind is Kind.SEARCH_LONGER:
                return {lever.kind: smaller}  # it can be served as it is
    return best


def _wish(problem: Problem, lever: Lever, found: dict[Kind, Found]) -> float:
    return _measure(problem, found[lever.kind].inserted)[0] if lever.kind in found else 0.0
