"""The engine itself, as the product calls it, and with OR-Tools' routing library alone."""

from __future__ import annotations

from benchmarks.routing_peers.plain import Routes
from logistics.routing import engine
from logistics.routing.engine.formats import ReadProblem


def engine_default(read: ReadProblem, time_limit_s: float, seed: int) -> Routes:
    """The engine as the product calls it."""
    return _of_plan(engine.solve(read.problem, engine.SolveOptions(time_limit_s=time_limit_s, seed=seed)))


def engine_ortools(read: ReadProblem, time_limit_s: float, seed: int) -> Routes:
    """The engine's own use of OR-Tools' routing library, alone."""
    options = engine.SolveOptions(time_limit_s=time_limit_s, seed=seed)
    return _of_plan(engine.solve(read.problem, options, solver=engine.OrToolsRouting()))


def _of_plan(plan: engine.Plan) -> Routes:
    return [(route.vehicle, [visit.stop for visit in route.visits]) for route in plan.routes]
