"""Solution files: written as they are read; routes carry vehicle numbers where vehicles differ."""

import json
from decimal import Decimal

import pytest

from logistics.routing.engine import check
from logistics.routing.engine.formats import BadProblemFile, plan_as_json, plan_of_routes, read_sol, write_sol
from logistics.routing.engine.formats.vrplib import read_vrplib

from .files import CVRP, DEPOTS, MIXED


def test_routes_are_numbered_as_they_come() -> None:
    read = read_vrplib(CVRP, "tiny.vrp")
    plan = plan_of_routes(read, [(1, ["2"]), (5, ["1"])], solver="by hand")

    assert write_sol(read, plan) == "Route #1: 2\nRoute #2: 1\nCost 12\n"  # 2 × 1 + 2 × 5


def test_a_route_carries_the_number_of_its_vehicle_where_these_differ() -> None:
    read = read_vrplib(MIXED, "mixed.vrp")
    plan = plan_of_routes(read, [(3, ["1", "2"])], solver="by hand")

    # 300 + 80 × (5 + 3.606 + 1.414)
    assert write_sol(read, plan) == "Route #1:\nRoute #2:\nRoute #3: 1 2\nCost 1101.6\n"


def test_what_is_written_is_read_again() -> None:
    read = read_vrplib(DEPOTS, "two.vrp")
    plan = plan_of_routes(read, [(1, ["2"]), (2, ["3"])], solver="by hand")

    routes, cost = read_sol(write_sol(read, plan), "two.sol")

    assert routes == [(1, ["2"]), (2, ["3"])]
    assert cost == Decimal(plan.cost)
    assert plan_of_routes(read, routes, solver="by hand") == plan
    assert check(read.problem, plan) == ()


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("Route #1: 1 2\n", "without a line Cost; is it cut off?"),
        ("Route #1: 1\nCost many\n", "line 2: the cost is 'many'"),
        ("1 2 3\nCost 4\n", "line 1: '1 2 3' is neither a route nor the cost"),
    ],
)
def test_a_solution_that_cannot_be_read_says_where(text: str, says: str) -> None:
    with pytest.raises(BadProblemFile) as refused:
        read_sol(text, "bad.sol")

    assert says in str(refused.value)


def test_a_plan_as_json_holds_routes_times_and_what_was_dropped() -> None:
    read = read_vrplib(CVRP, "tiny.vrp")
    plan = plan_of_routes(read, [(1, ["1"])], solver="by hand")

    written = json.loads(plan_as_json(read, plan))

    assert written["cost"] == 10
    assert [visit["stop"] for visit in written["routes"][0]["visits"]] == ["1"]
    assert [dropped["stop"] for dropped in written["dropped"]] == ["2"]
