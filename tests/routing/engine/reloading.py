"""Days on which a vehicle loads again where its loads alone do not say: D at 500 on a line, A at 200, B at 800."""

from __future__ import annotations

from typing import Any

from logistics.routing.engine import Plan, Problem, TimeWindow, Underway, Vehicle, schedule_route
from logistics.routing.engine.costs import plan_cost
from tests.routing.engine.builders import a_plan, a_problem, a_stop, a_vehicle

POSITIONS = (500, 200, 800)


def a_loader(**changes: Any) -> Vehicle:
    """V, which may load twice more, and loads in no time."""
    return a_vehicle(**{"reloads": 2, **changes})


def passing(**vehicle: Any) -> Problem:
    """A, M beside the depot, and B, with room for two: in this order loading ahead of M costs what it does ahead of B,
    where there is no room left. No other plan is better."""
    stops = [a_stop("A", place=1), a_stop("M", place=0), a_stop("B", place=2)]
    return a_problem(*stops, positions=POSITIONS, vehicles=[a_loader(capacity_packages=2, **vehicle)])


def waiting(**vehicle: Any) -> Problem:
    """B is packed at 700, when A, whose window ends at 400, must have been served: one trip cannot do it."""
    stops = [
        a_stop("A", place=1, window=TimeWindow(start_s=0, end_s=400)),
        a_stop("B", place=2, released_s=700),
    ]
    return a_problem(*stops, positions=POSITIONS, vehicles=[a_loader(**vehicle)])


def coming_home() -> Problem:
    """V stands at B's place and passes the depot on its way to A, the only stop."""
    out = a_loader(underway=Underway(place=2, ready_s=0))
    return a_problem(a_stop("A", place=1), positions=POSITIONS, vehicles=[out])


def driven(problem: Problem, *stops: str, reload_before: tuple[int, ...]) -> Plan:
    """The plan in which V drives these stops."""
    order = [problem.stop(stop) for stop in stops]
    route = schedule_route(problem, problem.vehicle("V"), order, reload_before)
    return a_plan(route, cost=plan_cost(problem, (route,)))


def loads(plan: Plan) -> dict[str, list[int]]:
    """Ahead of which positions each vehicle that drives loads again."""
    return {route.vehicle: [reload.before for reload in route.reloads] for route in plan.routes}
