"""One call from a problem to a plan that holds: split off the impossible, solve, explain, check."""

import dataclasses
import time
from collections.abc import Callable, Sequence

from logistics.routing.engine.check import Violation, check
from logistics.routing.engine.explain import drop_reasons, left_out_reasons
from logistics.routing.engine.plan import Dropped, Plan
from logistics.routing.engine.problem import Problem
from logistics.routing.engine.solvers.closing import orders_of, reloads_of
from logistics.routing.engine.solvers.insertion import best_insertion, open_routes
from logistics.routing.engine.solvers.portfolio import Portfolio
from logistics.routing.engine.solvers.protocol import Progress, SolveOptions, Solver


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

    Stops that no vehicle could serve even alone are left out beforehand and dropped with that reason; those the solver
    leaves out are dropped as FLEET_FULL, or NOT_WORTH_IT if only their own `drop_cost` kept them out. `cancelled` is
    asked about ten times a second; once it is true the best plan so far comes back.

    Raises:
        PlanRejected: if the solver's plan breaks a rule.
    """
    started_s = time.monotonic()
    solver = Portfolio() if solver is None else solver
    impossible = drop_reasons(problem)
    possible = problem
    if impossible:
        stops = tuple(stop for stop in problem.stops if stop.id not in impossible)
        possible = dataclasses.replace(problem, stops=stops)
    spent_s = time.monotonic() - started_s
    left = dataclasses.replace(options, time_limit_s=max(0.01, options.time_limit_s - spent_s))
    found = solver.solve(possible, left, on_progress=on_progress, cancelled=cancelled)
    left_out = {dropped.stop: dropped for dropped in _explained(possible, found)}
    reasons = {**impossible, **left_out}
    plan = dataclasses.replace(
        found,
        dropped=tuple(reasons[stop.id] for stop in problem.stops if stop.id in reasons),
        seconds=time.monotonic() - started_s,
    )
    violations = check(problem, plan)
    if violations:
        raise PlanRejected(plan, violations)
    return plan


def _explained(problem: Problem, plan: Plan) -> list[Dropped]:
    """The reason of every stop the solver left out, though it could be served alone."""
    if not plan.dropped:
        return []
    stops = [problem.stop(dropped.stop) for dropped in plan.dropped]
    priced = [stop for stop in stops if stop.drop_cost is not None]
    insertable = set()
    if priced:
        routes = open_routes(problem, orders_of(problem, plan), reloads_of(plan))
        insertable = {stop.id for stop in priced if best_insertion(routes, stop) is not None}
    return left_out_reasons(problem, plan.routes, stops, insertable=insertable)
