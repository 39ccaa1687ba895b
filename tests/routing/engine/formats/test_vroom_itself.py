"""VROOM plans random inputs; its routes hold here, and cost here what VROOM says they do."""

import contextlib
import json
import random
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from logistics.routing.engine import InfeasibleRoute, check
from logistics.routing.engine.formats import plan_of_routes
from logistics.routing.engine.formats.vroom import read_vroom

vroom = pytest.importorskip("vroom")

SIZE = 9
SPEEDS = (0.5, 1.0, 1.25, 2.0)
"""Their inverses are whole hundredths, so that VROOM's times and costs agree with each other."""


def a_matrix(draw: random.Random, longest: int) -> list[list[int]]:
    return [[0 if i == k else draw.randint(1, longest) for k in range(SIZE)] for i in range(SIZE)]


def an_input(draw: random.Random) -> dict[str, Any]:
    """Two profiles, one with a price on distance or a costs matrix; every field that VROOM and we both know."""
    dims = draw.randint(0, 3)
    jobs: list[dict[str, Any]] = []
    for number in range(draw.randint(1, 9)):
        job: dict[str, Any] = {"id": number, "location_index": draw.randrange(SIZE), "service": draw.randint(0, 50)}
        job["priority"] = draw.choice([0, 0, 100])
        job["skills"] = draw.choice([[], [], [1], [1, 2]])
        job["time_windows"] = draw.choice([[[0, 5_000]], [[50, 400]], [[900, 950], [30, 90]]])
        if dims:
            job["delivery"] = [draw.randint(0, 9) for _ in range(dims)]
        jobs.append(job)
    profiles = {"car": {"durations": a_matrix(draw, 300), "distances": a_matrix(draw, 9_000)}}
    profiles["bike"] = {"durations": a_matrix(draw, 600), "distances": a_matrix(draw, 9_000)}
    if draw.random() < 0.3:
        profiles["bike"]["costs"] = a_matrix(draw, 50)
    cars = [_a_vehicle(draw, number, dims) for number in range(draw.randint(1, 4))]
    return {"jobs": jobs, "vehicles": cars, "matrices": profiles}


def _a_vehicle(draw: random.Random, number: int, dims: int) -> dict[str, Any]:
    car: dict[str, Any] = {"id": number + 1, "profile": draw.choice(["car", "bike"]), "skills": [1, 2]}
    ends = draw.choice([("start_index", "end_index"), ("start_index", "end_index"), ("start_index",), ("end_index",)])
    car |= {key: draw.randrange(SIZE) for key in ends}
    car["speed_factor"] = draw.choice(SPEEDS)
    if draw.random() < 0.5:
        car["time_window"] = [draw.randint(0, 200), draw.randint(800, 4_000)]
    if draw.random() < 0.3:
        car["max_tasks"] = draw.randint(1, 4)
    if draw.random() < 0.3:
        car["max_travel_time"] = draw.randint(100, 1_500) if car["profile"] == "car" else 10**7
    if dims:
        car["capacity"] = [draw.randint(9, 40) for _ in range(dims)]
    car["costs"] = {"fixed": draw.randint(0, 500)}
    if car["profile"] == "car" and "max_travel_time" not in car:
        car["costs"] |= draw.choice([{}, {"per_hour": 1_234}, {"per_hour": 900, "per_km": 37}, {"per_hour": 0}])
    return car


def _broken_seconds(given: dict[str, Any], route: dict[str, Any]) -> int:
    """How many legs of a route take no whole number of seconds at its vehicle's speed."""
    car = next(car for car in given["vehicles"] if car["id"] == route["vehicle"])
    durations = given["matrices"][car["profile"]]["durations"]
    places = [step["location_index"] for step in route["steps"] if "location_index" in step]
    seconds = [durations[a][b] / car["speed_factor"] for a, b in pairwise(places)]
    return sum(not duration.is_integer() for duration in seconds)


def planned(given: dict[str, Any], path: Path) -> Any:
    path.write_text(json.dumps(given), encoding="utf-8")
    problem = vroom.Input.from_json(path)
    return problem.solve(exploration_level=1, nb_threads=1).to_dict()


def test_what_vroom_plans_holds_here_and_costs_the_same(tmp_path: Path) -> None:
    seed = random.randrange(10**6)
    print(f"seed {seed}")
    draw = random.Random(seed)
    routes_seen = 0
    for _ in range(60):
        given = an_input(draw)
        solution = planned(given, tmp_path / "in.json")
        read = read_vroom(json.dumps(given), "in.json")
        for route in solution["routes"]:
            stops = [str(step["id"]) for step in route["steps"] if step["type"] == "job"]
            plan = plan_of_routes(read, [(route["vehicle"], stops)], solver="VROOM")
            assert check(read.problem, plan) == ()
            # VROOM prints whole numbers, of seconds, too
            assert abs(read.objective(plan.cost) - Decimal(route["cost"])) <= 1
            routes_seen += 1
    assert routes_seen > 30  # else nothing was compared


def test_what_vroom_s_breaks_allow_costs_the_same(tmp_path: Path) -> None:
    """VROOM also rests in the middle of a leg, so not every route of its holds here, but many do."""
    seed = random.randrange(10**6)
    print(f"seed {seed}")
    draw = random.Random(seed)
    held = 0
    for _ in range(40):
        given = an_input(draw)
        for car in given["vehicles"]:
            car["time_window"] = [0, 4_000]
            car["breaks"] = [{"id": 1, "time_windows": [[200, 900]], "service": 100}]
        solution = planned(given, tmp_path / "in.json")
        read = read_vroom(json.dumps(given), "in.json")
        for route in solution["routes"]:
            stops = [str(step["id"]) for step in route["steps"] if step["type"] == "job"]
            with contextlib.suppress(InfeasibleRoute):
                plan = plan_of_routes(read, [(route["vehicle"], stops)], solver="VROOM")
                assert check(read.problem, plan) == ()
                # on a route with a rest VROOM drops what is short of a second on every leg, not once on the route
                more = read.objective(plan.cost) - Decimal(route["cost"])
                assert -1 <= more <= max(1, _broken_seconds(given, route))
                held += 1
    assert held > 10
