"""VROOM input: its objective, places and rules in our terms."""

import json
from pathlib import Path
from typing import Any

import pytest

from logistics.routing.engine import TimeWindow
from logistics.routing.engine.formats import (
    plan_as_svg,
    plan_of_routes,
    read_problem,
    read_sol,
    write_sol,
)
from logistics.routing.engine.formats.vroom import read_vroom
from logistics.routing.engine.items import Break


def an_input(**changes: Any) -> dict[str, Any]:
    given: dict[str, Any] = {
        "jobs": [
            {"id": 11, "location_index": 1, "service": 30, "delivery": [4], "time_windows": [[100, 200]]},
            {"id": 12, "location_index": 2, "delivery": [3], "priority": 0, "skills": []},
        ],
        "vehicles": [{"id": 7, "start_index": 0, "end_index": 0, "capacity": [10], "time_window": [0, 900]}],
        "matrices": {"car": {"durations": [[0, 10, 20], [11, 0, 5], [21, 6, 0]]}},
    }
    return {**given, **changes}


def read(given: dict[str, Any]) -> Any:
    return read_vroom(json.dumps(given), "in.json")


def test_cost_is_seconds_of_driving() -> None:
    got = read(an_input())

    plan = plan_of_routes(got, [(7, ["11", "12"])], solver="by hand")

    assert got.objective(plan.cost) == 10 + 5 + 21  # neither 30 s of service nor the wait until 100
    assert got.problem.stop("11").window == TimeWindow(start_s=100, end_s=200)
    assert got.problem.stop("11").demand_g == 4


def test_a_price_an_hour_stays_exact() -> None:
    car = {**an_input()["vehicles"][0], "costs": {"fixed": 2, "per_hour": 1_000}}
    got = read(an_input(vehicles=[car]))

    plan = plan_of_routes(got, [(7, ["11", "12"])], solver="by hand")

    # 2 + 36 × 1000 / 3600 = 12
    assert got.objective(plan.cost) == 12


def test_a_matrix_of_costs_is_the_objective() -> None:
    matrices = {"car": {**an_input()["matrices"]["car"], "costs": [[0, 1, 2], [3, 0, 4], [5, 6, 0]]}}
    got = read(an_input(matrices=matrices))

    assert got.objective(plan_of_routes(got, [(7, ["11", "12"])], solver="by hand").cost) == 1 + 4 + 5


def test_without_matrices_the_straight_line_is_taken(tmp_path: Path) -> None:
    jobs = [{"id": 1, "location": [117.01, 36.6]}]
    path = tmp_path / "geo.json"
    path.write_text(json.dumps({"jobs": jobs, "vehicles": [{"id": 1, "start": [117.0, 36.6], "end": [117.0, 36.6]}]}))

    got = read_problem(path)

    # 0.01° of longitude at 36.6° north: 111,195 m × 0.01 × cos 36.6° = 892.7 m, × 1.35 = 1,205 m
    assert got.problem.metres.max() == pytest.approx(got.problem.seconds.max(), abs=1)
    assert got.problem.seconds[0, 1] == pytest.approx(1_205 / 25 * 3.6, abs=1)
    assert got.geographic


def test_speeds_and_prices_of_vehicles_make_profiles() -> None:
    """Three ways of paying: 3,600 an hour, 3,600 an hour at half the speed, 1,800 an hour and 500 a kilometre."""
    matrices = {"car": {**an_input()["matrices"]["car"], "distances": [[0, 100, 200], [110, 0, 50], [210, 60, 0]]}}
    cars = [
        {"id": 1, "start_index": 0, "end_index": 0, "capacity": [10]},
        {"id": 2, "start_index": 0, "end_index": 0, "capacity": [10], "speed_factor": 0.5},
        {"id": 3, "start_index": 0, "end_index": 0, "capacity": [10], "costs": {"per_hour": 1_800, "per_km": 500}},
        {"id": 4, "start_index": 0, "end_index": 0, "capacity": [10], "costs": {"fixed": 5, "per_hour": 3_600}},
    ]
    got = read(an_input(vehicles=cars, matrices=matrices))

    vehicles = got.problem.vehicles
    assert [vehicle.profile for vehicle in vehicles] == ["", "car 2", "car 3", ""]
    assert got.problem.leg_s(0, 1, "car 2") == 20
    both = [got.objective(plan_of_routes(got, [(car, ["11", "12"])], solver="by hand").cost) for car in (1, 2, 3, 4)]
    # 36 s; 72 s; 36 × 0.5 + 0.36 km × 500; 5 + 36
    assert [str(cost) for cost in both] == ["36", "72", "198", "41"]


def test_times_at_another_speed_are_rounded_up_and_costs_are_exact() -> None:
    """1 / 1.5 is 0.67 to VROOM where it takes time, and exact where it costs: 10 s take 6.7 s and cost 6.667."""
    car = {**an_input()["vehicles"][0], "speed_factor": 1.5}
    got = read(an_input(vehicles=[car]))

    assert got.problem.seconds.tolist() == [[0, 7, 14], [8, 0, 4], [15, 5, 0]]
    plan = plan_of_routes(got, [(7, ["11", "12"])], solver="by hand")
    assert got.objective(plan.cost) == 24  # 36 / 1.5


def test_profiles_have_matrices_of_their_own() -> None:
    matrices = {**an_input()["matrices"], "bike": {"durations": [[0, 1, 2], [3, 0, 4], [5, 6, 0]]}}
    car = an_input()["vehicles"][0]
    got = read(an_input(vehicles=[car, {**car, "id": 8, "profile": "bike"}], matrices=matrices))

    assert [got.problem.leg_s(0, 1, name) for name in ("", "bike 2")] == [10, 1]
    assert got.objective(plan_of_routes(got, [(8, ["12"])], solver="by hand").cost) == 2 + 5


def test_skills_priorities_and_windows_are_those_of_the_stop() -> None:
    given = an_input()
    given["jobs"][0] |= {"skills": [3, 1], "priority": 100, "time_windows": [[300, 400], [100, 200]], "setup": 5}
    given["vehicles"][0] |= {"skills": [1, 3, 9], "max_tasks": 4, "type": "lorry"}

    problem = read(given).problem

    stop, vehicle = problem.stop("11"), problem.vehicle("7")
    assert (stop.skills, vehicle.skills) == ({"1", "3"}, {"1", "3", "9"})
    assert stop.windows == (TimeWindow(start_s=100, end_s=200), TimeWindow(start_s=300, end_s=400))
    assert (stop.priority, stop.serving_s) == (100, 35)  # 5 s of setup, always, and 30 s
    assert (vehicle.most_stops, vehicle.type) == (4, "lorry")


def test_a_break_lies_inside_the_hours() -> None:
    given = an_input()
    given["vehicles"][0]["breaks"] = [
        {"id": 2, "time_windows": [[800, 1_000]], "service": 60},
        {"id": 1, "time_windows": [[300, 400]], "service": 60, "description": "lunch"},
        {"id": 3, "time_windows": [[500, 500]]},
    ]

    breaks = read(given).problem.vehicles[0].breaks

    # the second must be over at 900, and the third takes no time
    assert breaks == (
        Break(earliest_s=300, latest_s=400, duration_s=60),
        Break(earliest_s=800, latest_s=840, duration_s=60),
    )


def test_routes_may_end_elsewhere_or_anywhere() -> None:
    cars = [
        {"id": 1, "start_index": 0, "end_index": 2, "capacity": [10]},
        {"id": 2, "start_index": 0, "capacity": [10]},
        {"id": 3, "end_index": 0, "capacity": [10]},
    ]
    got = read(an_input(vehicles=cars))

    assert [(vehicle.depot, vehicle.end_depot) for vehicle in got.problem.vehicles] == [
        ("P0", "P2"),
        ("P0", "open"),
        ("open", "P0"),
    ]
    costs = [got.objective(plan_of_routes(got, [(car, ["11"])], solver="by hand").cost) for car in (1, 2, 3)]
    assert costs == [10 + 5, 10, 11]


def test_an_open_route_is_drawn_without_its_open_end() -> None:
    where = [[117.0, 36.6], [117.01, 36.6]]
    given = {"jobs": [{"id": 1, "location": where[1]}], "vehicles": [{"id": 1, "start": where[0]}]}
    got = read(given)

    drawing = plan_as_svg(got, plan_of_routes(got, [(1, ["1"])], solver="by hand"))

    assert 'points="20.0,40.0 980.0,40.0"' in drawing
    assert "nan" not in drawing


@pytest.mark.parametrize(
    ("change", "longest_m"),
    [
        ({"max_travel_time": 36}, 36),
        ({"max_travel_time": 36, "speed_factor": 2}, 72),
        ({"max_distance": 360, "costs": {"per_hour": 0, "per_km": 7}}, 360),
        ({"max_distance": 630}, None),  # no three legs are longer than 3 × 210
        ({"max_travel_time": 63, "costs": {"per_hour": 0, "per_km": 7}}, None),
        ({"max_travel_time": 20, "max_distance": 700}, 20),
        ({"max_travel_time": 30, "costs": {"per_hour": 0, "per_km": 0}}, 30),
    ],
)
def test_what_legs_cost_can_be_limited(change: dict[str, Any], longest_m: int | None) -> None:
    given = an_input()
    given["matrices"]["car"]["distances"] = [[0, 100, 200], [110, 0, 50], [210, 61, 0]]
    given["vehicles"][0] |= change

    assert read(given).problem.vehicles[0].longest_m == longest_m


def test_steps_are_where_the_search_begins() -> None:
    given = an_input()
    steps = [{"type": "start"}, {"type": "job", "id": 12}, {"type": "break", "id": 1}, {"type": "job", "id": 11}]
    given["vehicles"][0]["steps"] = [*steps, {"type": "end"}]

    assert read(given).start == {"7": ("12", "11")}
    assert read(an_input()).start is None


def test_a_solution_file_names_vehicles_by_their_numbers() -> None:
    got = read(an_input())
    plan = plan_of_routes(got, [(7, ["12"])], solver="by hand")

    assert write_sol(got, plan) == "Route #7: 12\nCost 41\n"
    assert plan_of_routes(got, read_sol(write_sol(got, plan), "x.sol")[0], solver="by hand") == plan
