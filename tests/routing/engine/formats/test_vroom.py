"""VROOM input: its objective in our terms; what cannot be expressed is refused by its field."""

import json
from pathlib import Path
from typing import Any

import pytest

from logistics.routing.engine import TimeWindow
from logistics.routing.engine.formats import BadProblemFile, plan_of_routes, read_problem
from logistics.routing.engine.formats.vroom import read_vroom


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


@pytest.mark.parametrize(
    ("kind", "change", "says"),
    [
        ("jobs", {"skills": [1]}, "jobs[0].skills: would change the plan and cannot be expressed here"),
        ("jobs", {"priority": 10}, "jobs[0].priority: would change the plan"),
        ("jobs", {"servise": 10}, "jobs[0].servise: is not known here"),
        ("jobs", {"time_windows": [[5, 4]]}, "jobs[0].time_windows[0]: ends at 4, before it begins at 5"),
        ("jobs", {"time_windows": [[1, 2], [3, 4]]}, "jobs[0].time_windows: has 2 windows; here a stop has one"),
        ("jobs", {"service": -1}, "jobs[0].service: is -1"),
        ("jobs", {"location": [36.6, 117.0]}, "jobs[0].location: is [36.6, 117], which is latitude before longitude"),
        ("vehicles", {"capacity": [0]}, "vehicles[0].capacity: is zero"),
        ("vehicles", {"end_index": 1}, "vehicles[0]: starts and ends at different places"),
        ("vehicles", {"breaks": [{"id": 1}]}, "vehicles[0].breaks: would change the plan"),
        ("vehicles", {"max_tasks": 4}, "vehicles[0].max_tasks: would change the plan"),
        ("vehicles", {"costs": {"per_km": 4}}, "vehicles[0].costs: per_km counts here only if per_hour is 0"),
        ("vehicles", {"profile": "bike"}, "matrices.bike: is missing"),
    ],
)
def test_what_does_not_fit_is_named_with_its_field(kind: str, change: dict[str, Any], says: str) -> None:
    given = an_input()
    given[kind][0] |= change

    with pytest.raises(BadProblemFile) as refused:
        read(given)

    assert says in str(refused.value)


def test_shipments_are_refused() -> None:
    with pytest.raises(BadProblemFile, match=r"^in\.json: shipments: would change the plan"):
        read(an_input(shipments=[{"pickup": {}}]))
