"""What parts found is put together, and what is not theirs is not taken."""

from __future__ import annotations

import time

import pytest

from logistics.routing.engine import Problem, Route, check, schedule_route
from logistics.routing.engine.decompose.atlas import Atlas
from logistics.routing.engine.decompose.merging import Merged, StrangePlan
from logistics.routing.engine.decompose.parts import Part
from tests.routing.engine.builders import a_plan, a_problem, a_route, a_stop, a_vehicle, a_visit


def routed(problem: Problem, vehicle: str, *stops: str) -> Route:
    return schedule_route(problem, problem.vehicle(vehicle), [problem.stop(stop) for stop in stops])


def test_a_parts_routes_take_the_place_of_those_before() -> None:
    problem = a_problem(a_stop("A"), a_stop("B", place=2), vehicles=[a_vehicle(id="V"), a_vehicle(id="W")])
    merged = Merged(Atlas(problem), {0: routed(problem, "V", "A", "B")})

    merged.take(
        Part(vehicles=(0, 1), stops=(0, 1), routes={}),
        a_plan(routed(problem, "W", "A"), routed(problem, "V", "B")),
    )

    assert merged.orders() == {1: [0], 0: [1]}
    merged.take(Part(vehicles=(0, 1), stops=(0, 1), routes={}), a_plan(routed(problem, "V", "A", "B")))
    assert merged.orders() == {0: [0, 1]}  # W stays at home
    assert merged.reloads() == {0: []}
    merged.take(Part(vehicles=(1,), stops=(), routes={}), a_plan(routes=()))
    plan = merged.plan("x", time.monotonic())
    assert [route.vehicle for route in plan.routes] == ["V"]
    assert check(problem, plan) == ()


@pytest.mark.parametrize(
    "visits",
    [
        [a_visit("A"), a_visit("A")],
        [a_visit("A")],
        [a_visit("A"), a_visit("B"), a_visit("C")],
        [a_visit("A"), a_visit("X")],
    ],
)
def test_a_plan_of_other_stops_is_not_taken(visits: list[object]) -> None:
    problem = a_problem(a_stop("A"), a_stop("B", place=2), a_stop("C", place=3))
    merged = Merged(Atlas(problem), {})

    with pytest.raises(StrangePlan):
        merged.take(Part(vehicles=(0,), stops=(0, 1), routes={}), a_plan(a_route(*visits)))  # type: ignore[arg-type]
    assert merged.orders() == {}


def test_a_plan_of_another_parts_vehicle_is_not_taken() -> None:
    problem = a_problem(a_stop("A"), vehicles=[a_vehicle(id="V"), a_vehicle(id="W")])
    merged = Merged(Atlas(problem), {})

    with pytest.raises(StrangePlan):
        merged.take(Part(vehicles=(0,), stops=(0,), routes={}), a_plan(routed(problem, "W", "A")))
