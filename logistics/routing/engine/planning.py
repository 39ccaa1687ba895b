"""One call from a problem to a plan that holds: split off the impossible, solve, explain, check."""

import dataclasses
import time
from collections.abc import Callable, Mapping, Sequence

from logistics.routing.engine.check import Violation, check
from logistics.routing.engine.explain import drop_reasons, left_out_reasons, never_served
from logistics.routing.engine.plan import Dropped, Plan
from logistics.routing.engine.problem import Problem
from logistics.routing.engine.solvers.closing import orders_of, reloads_of
from logistics.routing.engine.solvers.insertion import best_insertion, open_routes
from logistics.routing.engine.solvers.portfolio import Portfolio
from logistics.routing.engine.solvers.protocol import Progress, SolveOptions, Solver

# What reasons and check take after the search, as processor time: 0.85 s at 20,000 stops, and as much again for safety.
CHECK_S_PER_STOP = 9e-5
# On a machine that others use too, it takes so many times as long at most.
BUSY_MAX = 5.0


class PlanRejected(RuntimeError):
    """A solver handed back a plan that breaks rules: a bug in the engine, never the user's fault."""

    def __init__(self, plan: Plan, violations: Sequence[Violation]) -> None:
        self.plan = plan
        self.violations = tuple(violations)
        sentences = "; ".join(f"{violation.rule}: {violation.message}" for violation in self.violations)
        super().__init__(f"the plan of {plan.solver} breaks {len(self.violations)} rules: {sentences}")


def solve(
    problem: Problem,
    options: SolveOptions,
    solver: Solver | None = None,
    on_progress: Callable[[Progress], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> Plan:
    """The best plan the solver (the portfolio by default) finds within the options, checked by `check`.

    Stops that no plan whatsoever can hold are left out beforehand. Of those and what the solver leaves out, stops that
    no vehicle could serve alone are dropped with that reason, the others as FLEET_FULL, or NOT_WORTH_IT if only their
    own `drop_cost` kept them out. `cancelled` is asked about ten times a second; once it is true the best plan so far
    comes back.

    Raises:
        ValueError: if the solver cannot express the problem, with the item and the field that it does not know.
        PlanRejected: if the solver's plan breaks a rule.
    """
    started_s, worked_s = time.monotonic(), time.thread_time()
    solver = Portfolio() if solver is None else solver
    refusal = solver.can_express(problem)
    if refusal is not None:
        raise ValueError(f"{solver.name} is not to be asked: {refusal}")
    alone = drop_reasons(problem)
    impossible = never_served(problem, alone)
    possible = problem
    if impossible:
        stops = tuple(stop for stop in problem.stops if stop.id not in impossible)
        possible = dataclasses.replace(problem, stops=stops)
    spent_s = time.monotonic() - started_s
    busy = min(BUSY_MAX, max(1.0, spent_s / max(1e-3, time.thread_time() - worked_s)))
    spent_s += CHECK_S_PER_STOP * len(problem.stops) * busy
    left = dataclasses.replace(options, time_limit_s=max(0.01, options.time_limit_s - spent_s))
    shown = None if on_progress is None else _counting(on_progress, len(impossible))
    found = solver.solve(possible, left, on_progress=shown, cancelled=cancelled)
    plan = dataclasses.replace(with_reasons(problem, found, alone=alone), seconds=time.monotonic() - started_s)
    violations = check(problem, plan)
    if violations:
        raise PlanRejected(plan, violations)
    return plan


def _counting(on_progress: Callable[[Progress], None], impossible: int) -> Callable[[Progress], None]:
    """The same, told of the stops too that were left out beforehand."""
    return lambda seen: on_progress(dataclasses.replace(seen, dropped=seen.dropped + impossible))


def with_reasons(problem: Problem, plan: Plan, *, alone: Mapping[str, Dropped]) -> Plan:
    """The plan with the reason of every stop it drops, and with those of `alone` dropped too that it does not serve.

    These are stops that no vehicle could serve if it had nothing else to do, as `drop_reasons` finds them; some may be
    served beside others all the same.
    """
    served = {visit.stop for route in plan.routes for visit in route.visits}
    left_out = [problem.stop(dropped.stop) for dropped in plan.dropped if dropped.stop not in alone]
    insertable = set()
    if any(stop.drop_cost is not None for stop in left_out):
        routes = open_routes(problem, orders_of(problem, plan), reloads_of(plan))
        priced = [stop for stop in left_out if stop.drop_cost is not None]
        insertable = {stop.id for stop in priced if best_insertion(routes, stop) is not None}
    found = left_out_reasons(problem, plan.routes, left_out, insertable=insertable)
    reasons = {stop: dropped for stop, dropped in alone.items() if stop not in served}
    reasons |= {dropped.stop: dropped for dropped in found}
    dropped = tuple(reasons[stop.id] for stop in problem.stops if stop.id in reasons)
    return dataclasses.replace(plan, dropped=dropped)
