"""Both echelons: vehicles to the gates, volunteers from the gates to the buildings.

The second leg is solved first, so that its time is in the stop's service time when vehicles are planned; afterwards the
rounds get their clock times from the visits. Where a compound has several gates the two legs are weighed against each
other: a guess before there are routes, an exact comparison on the routes, and a second search from what that gives.
(Two-echelon routing as in Perboli, Tadei & Vigo 2011, "The two-echelon capacitated vehicle routing problem", DOI
10.1287/trsc.1110.0368; here a satellite is a gate and serves its own compound only, so that the second echelon falls
apart by compounds.)
"""

import dataclasses
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from logistics.routing.engine.costs import FINE_PER_CENT
from logistics.routing.engine.plan import Plan
from logistics.routing.engine.planning import solve
from logistics.routing.engine.problem import Problem
from logistics.routing.engine.solvers.closing import closed_plan, orders_of, plan_value, reloads_of
from logistics.routing.engine.solvers.protocol import Progress, SolveOptions, Solver
from logistics.routing.engine.walking.choosing import better_choice, first_choice, walking_cost_fine
from logistics.routing.engine.walking.items import WalkPlan
from logistics.routing.engine.walking.offers import Gates, Offer, offers_of, with_offers
from logistics.routing.engine.walking.solving import at_clock
from logistics.routing.engine.walking.walk import GateWalk

FIRST_SHARE = 0.5
"""Where gates are to be chosen the first search gets half of the time, the one after the choice what is left."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TwoEchelonPlan:
    """A plan of vehicles with the rounds of the volunteers at its gates.

    `problem` is the first echelon as it was planned: service times with the walks in them, at the gates chosen, a stop
    `id@gate` for each gate of a compound that is served at several. `plan` and both mappings use its stops. `walks`
    holds the walk of every stop that has one, `rounds` those of the visited ones, in clock times. `walking_cost` is
    what the volunteers' time costs in cents, rounded half up once; it is not in the plan's cost.
    """

    plan: Plan
    problem: Problem
    walks: Mapping[str, GateWalk]
    rounds: Mapping[str, WalkPlan]
    walking_cost: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    chosen: Mapping[str, Offer]
    problem: Problem
    plan: Plan
    walking_fine: int

    @property
    def value(self) -> tuple[int, int]:
        left_out, money = plan_value(self.problem, self.plan)
        return left_out, money + self.walking_fine


def plan_two_echelons(
    problem: Problem,
    walks: Mapping[str, Gates],
    options: SolveOptions,
    *,
    split: bool = False,
    walking_cents_per_h: int = 0,
    solver: Solver | None = None,
    on_progress: Callable[[Progress], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> TwoEchelonPlan:
    """Plans vehicles and volunteers together; `walks` holds the gate, or the gates to choose from, by stop id.

    The service time of a stop with a walk is what its rounds take, whatever `service_s` it had. Of several gates that
    one is taken with which route and walking together cost least; with `split` a compound may also be served at several
    gates at once. `walking_cents_per_h` prices the volunteers' time; at 0 it counts only as far as a vehicle waits.

    With an iteration limit each of the two searches that choosing a gate takes may use it.

    Raises:
        BadWalk: if walks and stops do not belong together.
        PlanRejected: if a plan breaks a rule.
    """
    started_s = time.monotonic()
    offers = offers_of(problem, walks, split=split, seed=options.seed)
    is_open = any(len(ways) > 1 for ways in offers.values())

    def over() -> bool:
        return time.monotonic() - started_s > options.time_limit_s or (cancelled is not None and cancelled())

    def searched(chosen: Mapping[str, Offer], share: float, known: _Found | None) -> _Found:
        before_s = time.monotonic() - started_s
        left = dataclasses.replace(options, time_limit_s=max(0.01, (options.time_limit_s - before_s) * share))
        if known is not None:
            left = dataclasses.replace(left, start=_ids(known), start_reloads=reloads_of(known.plan))

        def tell(progress: Progress) -> None:
            if on_progress is not None:
                on_progress(dataclasses.replace(progress, elapsed_s=progress.elapsed_s + before_s))

        gated = with_offers(problem, chosen)
        return _found(chosen, gated, solve(gated, left, solver, tell, cancelled), walking_cents_per_h)

    best = searched(first_choice(problem, offers, walking_cents_per_h), FIRST_SHARE if is_open else 1.0, None)
    if is_open:
        best = _with_better_gates(problem, offers, best, walking_cents_per_h, cancelled=over)
        if not over():
            again = searched(best.chosen, 1.0, best)
            if again.value < best.value:
                best = _with_better_gates(problem, offers, again, walking_cents_per_h, cancelled=over)
    return _told(best, seconds=time.monotonic() - started_s)


def _ids(found: _Found) -> dict[str, list[str]]:
    return {vehicle: [stop.id for stop in stops] for vehicle, stops in orders_of(found.problem, found.plan).items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class _AsOrdered:
    """A solver that drives the orders it is given, and inserts what fits beside them."""

    name: str
    orders: Mapping[str, Sequence[str]]
    reloads: Mapping[str, Sequence[int]]

    def can_express(self, problem: Problem) -> str | None:
        return None

    def solve(
        self,
        problem: Problem,
        options: SolveOptions,
        *,
        on_progress: Callable[[Progress], None] | None,
        cancelled: Callable[[], bool] | None,
    ) -> Plan:
        stops = {vehicle: [problem.stop(stop) for stop in order] for vehicle, order in self.orders.items()}
        return closed_plan(problem, stops, self.name, time.monotonic(), 1, self.reloads)


def _with_better_gates(
    problem: Problem,
    offers: Mapping[str, list[Offer]],
    found: _Found,
    walking_cents_per_h: int,
    *,
    cancelled: Callable[[], bool],
) -> _Found:
    """The plan with gates changed where that makes it cheaper; what was left out may fit then."""
    chosen, orders = better_choice(
        found.problem, found.plan, offers, found.chosen, walking_cents_per_h, cancelled=cancelled
    )
    if chosen == found.chosen:
        return found
    gated = with_offers(problem, chosen)
    known = SolveOptions(time_limit_s=1.0)  # nothing is searched: the orders are scheduled, explained and checked
    plan = solve(gated, known, _AsOrdered(name=found.plan.solver, orders=orders, reloads=reloads_of(found.plan)))
    changed = _found(chosen, gated, plan, walking_cents_per_h)
    return changed if changed.value < found.value else found


def _found(chosen: Mapping[str, Offer], problem: Problem, plan: Plan, walking_cents_per_h: int) -> _Found:
    visited = {visit.stop for route in plan.routes for visit in route.visits}
    walked = [(piece,) for offer in chosen.values() for piece in offer if piece.stop.id in visited]
    return _Found(
        chosen=chosen,
        problem=problem,
        plan=plan,
        walking_fine=sum(walking_cost_fine(piece, walking_cents_per_h) for piece in walked),
    )


def _told(found: _Found, *, seconds: float) -> TwoEchelonPlan:
    pieces = {piece.stop.id: piece for offer in found.chosen.values() for piece in offer}
    return TwoEchelonPlan(
        plan=dataclasses.replace(found.plan, seconds=seconds),
        problem=found.problem,
        walks={stop_id: piece.walk for stop_id, piece in pieces.items()},
        rounds={
            visit.stop: at_clock(pieces[visit.stop].rounds, visit.start_s)
            for route in found.plan.routes
            for visit in route.visits
            if visit.stop in pieces
        },
        walking_cost=(found.walking_fine + FINE_PER_CENT // 2) // FINE_PER_CENT,
    )
