"""Searches of the libraries begin with a plan that is given."""

import pytest

from logistics.routing import engine
from logistics.routing.engine import OrToolsRouting, SolveOptions
from logistics.routing.engine.solvers.closing import start_orders
from logistics.routing.engine.solvers.pyvrp_search import PyvrpSearch
from tests.routing.engine.builders import a_problem, a_stop, a_vehicle


def test_what_the_problem_does_not_know_is_left_out_of_a_start():
    problem = a_problem(a_stop("A"), a_stop("B"), vehicles=[a_vehicle(), a_vehicle(id="W")])

    orders = start_orders(problem, {"V": ["B", "gone", "B"], "sold": ["A"], "W": ["B", "A"]})

    assert {vehicle: [stop.id for stop in order] for vehicle, order in orders.items()} == {"V": ["B"], "W": ["A"]}
    assert start_orders(problem, None) == {}


@pytest.mark.parametrize("solver", [OrToolsRouting(), PyvrpSearch()], ids=lambda solver: solver.name)
def test_a_start_that_is_best_stays_and_one_that_does_not_hold_does_no_harm(solver):
    stops = [a_stop(name) for name in "ABCD"]
    problem = a_problem(*stops, vehicles=[a_vehicle(), a_vehicle(id="W", capacity_packages=4)])
    options = {"time_limit_s": 60, "iteration_limit": 5}

    # All four at one place by either vehicle: whichever drives, the plan costs the same.
    kept = engine.solve(problem, SolveOptions(start={"W": ["D", "C", "B", "A"]}, **options), solver)
    assert [(route.vehicle, [visit.stop for visit in route.visits]) for route in kept.routes] == [
        ("W", ["D", "C", "B", "A"])
    ]

    broken = engine.solve(problem, SolveOptions(start={"W": ["A", "B", "C", "D", "A"], "V": ["X"]}, **options), solver)
    assert broken.dropped == ()
