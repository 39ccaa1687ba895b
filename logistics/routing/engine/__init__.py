"""The routing engine: a pure library that plans one delivery day and checks its own plans.

    plan = solve(problem, SolveOptions(time_limit_s=20))

It knows nothing of the platform; standard library, numpy, OR-Tools and PyVRP are all it needs.
"""

from logistics.routing.engine.check import Violation, check
from logistics.routing.engine.explain import drop_reason, drop_reasons
from logistics.routing.engine.plan import Dropped, DropReason, Plan, Reload, Rest, Route, Visit
from logistics.routing.engine.planning import PlanRejected, solve
from logistics.routing.engine.problem import (
    UNREACHABLE,
    BadProblem,
    Break,
    Depot,
    Problem,
    Profile,
    SpeedSlot,
    Stop,
    TimeWindow,
    Underway,
    Vehicle,
)
from logistics.routing.engine.relaxing import Relaxation, RelaxationKind, relaxations
from logistics.routing.engine.replanning import Driven, Replan, replan
from logistics.routing.engine.schedule import InfeasibleRoute, RouteRule, schedule_route
from logistics.routing.engine.solvers.ortools_routing import OrToolsRouting
from logistics.routing.engine.solvers.portfolio import Portfolio
from logistics.routing.engine.solvers.protocol import Progress, SolveOptions, Solver
from logistics.routing.engine.solvers.pyvrp_search import PyvrpSearch

__all__ = [
    "UNREACHABLE",
    "BadProblem",
    "Break",
    "Depot",
    "Driven",
    "DropReason",
    "Dropped",
    "InfeasibleRoute",
    "OrToolsRouting",
    "Plan",
    "PlanRejected",
    "Portfolio",
    "Problem",
    "Profile",
    "Progress",
    "PyvrpSearch",
    "Relaxation",
    "RelaxationKind",
    "Reload",
    "Replan",
    "Rest",
    "Route",
    "RouteRule",
    "SolveOptions",
    "Solver",
    "SpeedSlot",
    "Stop",
    "TimeWindow",
    "Underway",
    "Vehicle",
    "Violation",
    "Visit",
    "check",
    "drop_reason",
    "drop_reasons",
    "relaxations",
    "replan",
    "schedule_route",
    "solve",
]
