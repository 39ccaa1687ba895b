"""A plan that is being driven, planned anew after something changed: as few changes as a stated price allows."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

from logistics.routing.engine.check import check
from logistics.routing.engine.costs import FINE_PER_CENT
from logistics.routing.engine.explain import drop_reasons, never_served
from logistics.routing.engine.orders import orders_in
from logistics.routing.engine.plan import Plan, Visit
from logistics.routing.engine.planning import PlanRejected
from logistics.routing.engine.problem import Problem
from logistics.routing.engine.replanning.changes import Change, changes_between
from logistics.routing.engine.replanning.keeping import kept_orders
from logistics.routing.engine.replanning.levels import Search, Unserved, near_to, opened, plan_of
from logistics.routing.engine.replanning.remaining import Remaining, remaining
from logistics.routing.engine.replanning.vehicles import Driven
from logistics.routing.engine.solvers.closing import plan_value
from logistics.routing.engine.solvers.portfolio import Portfolio
from logistics.routing.engine.solvers.protocol import Progress, SolveOptions, Solver

ARRIVAL_BOUND_S = 900
"""A quarter of an hour: whoever waits for less need not be told."""
NEIGHBOURHOOD_SHARE = 0.3
"""Of the time limit, for the neighbourhood; the rest is for the whole day."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Replan:
    """What to do with the rest of the day.

    `plan` covers what was not driven; it holds for `problem`, the rest of the day, in which vehicles that are out start
    where they are and have their goods pinned to them. `driven` holds the visits that are done, by vehicle. `changes`
    say how the plan differs from the one being driven, `kept` names the vehicles whose stops and order it leaves alone.
    `level` is how much was opened: 0 nothing, what came up was inserted; 1 the routes that this touched and their
    neighbours; 2 everything.
    """

    plan: Plan
    changes: tuple[Change, ...]
    kept: tuple[str, ...]
    level: int
    problem: Problem
    driven: Mapping[str, tuple[Visit, ...]]


def replan(
    problem: Problem,
    current: Plan,
    options: SolveOptions,
    *,
    underway: Mapping[str, Driven] | None = None,
    broken: Collection[str] = (),
    keep_within_cents: int = 0,
    arrival_bound_s: int = ARRIVAL_BOUND_S,
    solver: Solver | None = None,
    on_progress: Callable[[Progress], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> Replan:
    """The current plan, made to hold for the problem as it is now, with no more changes than worth their price.

    Stops that are new, windows and hours that moved, stops that are gone: all that the problem says and the plan does
    not know. What has been driven (`underway`) stays; a vehicle that is `broken` drives no further, and its stops go to
    others, from their depot, or are dropped with a reason. Who has not left may leave as the problem's shifts say, so
    let these begin now.

    Of three levels the lowest is taken that serves as much as the best, and costs at most `keep_within_cents` more:
    insertion with all other routes exactly as they are; the touched routes and their neighbours planned anew; all of
    it. If the current plan still holds as it is, it comes back without a change. Changed times are listed from
    `arrival_bound_s` on. What is not in `options.time_limit_s` is the insertion, which always runs.

    Raises:
        ValueError: if a vehicle is said to be out or broken that the problem does not have, or to have driven more
            visits than its route has.
        BadProblem: if pins and what is aboard contradict each other.
        PlanRejected: if the plan breaks a rule.
    """
    started_s = time.monotonic()
    rest = remaining(problem, current, underway or {}, broken)
    alone = drop_reasons(rest.problem)
    unserved = Unserved(alone=alone, never=never_served(rest.problem, alone))
    plans = [plan_of(rest, kept_orders(rest, unserved.never), alone, current.solver)]
    violations = check(rest.problem, plans[0])
    if violations:
        raise PlanRejected(plans[0], violations)
    least = _changes(rest, current, plans[0], arrival_bound_s)
    if least:
        search = Search(
            solver=Portfolio() if solver is None else solver,
            options=options,
            on_progress=on_progress,
            cancelled=cancelled,
            started_s=time.monotonic(),
        )
        plans += _searched(rest, plans[0], unserved, search, touched=_touched(least, plans[0]))
    level = _lowest(rest.problem, plans, keep_within_cents)
    plan = dataclasses.replace(plans[level], seconds=time.monotonic() - started_s)
    return Replan(
        plan=plan,
        changes=_changes(rest, current, plan, arrival_bound_s),
        kept=_kept(rest, current, plan),
        level=level,
        problem=rest.problem,
        driven=rest.driven,
    )


def _changes(rest: Remaining, current: Plan, plan: Plan, bound_s: int) -> tuple[Change, ...]:
    asked = frozenset(stop.id for stop in rest.problem.stops)
    return changes_between(current, plan, driven=rest.driven, asked=asked, bound_s=bound_s)


def _kept(rest: Remaining, current: Plan, plan: Plan) -> tuple[str, ...]:
    """The vehicles whose stops still to come, and their order, are those of the current plan."""
    before = {
        route.vehicle: tuple(visit.stop for visit in route.visits[len(rest.driven.get(route.vehicle, ())) :])
        for route in current.routes
    }
    after = {name: order.stops for name, order in orders_in(plan).items()}
    return tuple(name for name, stops in before.items() if stops == after.get(name, ()))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Touched:
    """What the least change concerns."""

    vehicles: frozenset[str]
    stops: frozenset[str]


def _touched(changes: Collection[Change], plan: Plan) -> _Touched:
    driving = {route.vehicle for route in plan.routes}
    named = {getattr(change, name, None) for change in changes for name in ("vehicle", "before", "after")}
    served = {visit.stop for route in plan.routes for visit in route.visits} | {drop.stop for drop in plan.dropped}
    stops = {getattr(change, "stop", None) for change in changes}
    return _Touched(
        vehicles=frozenset(name for name in named if isinstance(name, str) and name in driving),
        stops=frozenset(stop for stop in stops if isinstance(stop, str) and stop in served),
    )


def _searched(rest: Remaining, kept: Plan, unserved: Unserved, search: Search, *, touched: _Touched) -> list[Plan]:
    """The plans of levels 1 and 2, each no worse than the one before it; fewer if the time is over."""
    found = [kept]
    limits = [NEIGHBOURHOOD_SHARE * search.left_s(), search.options.time_limit_s]
    near = near_to(rest, kept, touched.stops, touched.vehicles)
    for limit_s, vehicles in zip(limits, (near, rest.problem.vehicles), strict=True):
        if search.stopped():
            break
        options = dataclasses.replace(search.options, time_limit_s=max(0.01, limit_s))
        whole = len(vehicles) == len(rest.problem.vehicles)
        level = dataclasses.replace(search, options=options, on_progress=search.on_progress if whole else None)
        better = opened(rest, found[-1], unserved, level, vehicles=vehicles)
        best = found[-1]
        if better is not None and plan_value(rest.problem, better) < plan_value(rest.problem, best):
            best = better
        found.append(best)
    return found[1:]


def _lowest(problem: Problem, plans: list[Plan], keep_within_cents: int) -> int:
    """The first plan that serves as much as the last and best, and costs little enough more."""
    values = [plan_value(problem, plan) for plan in plans]
    weight, money = min(values)
    return next(
        level
        for level, value in enumerate(values)
        if value[0] <= weight and value[1] <= money + keep_within_cents * FINE_PER_CENT
    )
