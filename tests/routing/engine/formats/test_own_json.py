"""Our own JSON: an exact round trip; what is wrong is named with its field."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from logistics.routing.engine import UNREACHABLE, TimeWindow
from logistics.routing.engine.formats import BadProblemFile, ReadProblem, read_json, read_problem, write_json
from logistics.routing.engine.formats.vrplib import read_vrplib

from ..builders import a_depot, a_problem, a_stop, a_vehicle
from .files import DEPOTS, MIXED, ORTEC


def a_read(**changes: Any) -> ReadProblem:
    problem = a_problem(
        a_stop("面粉", place=1, window=TimeWindow(start_s=-5, end_s=70), drop_cost=900, name="北门"),
        a_stop("B", place=2, depot=None, volume_ml=4),
        depots=[a_depot()],
        vehicles=[a_vehicle(capacity_ml=9, fixed_cost=7)],
        positions=(0, 100, 200),
    )
    given: dict[str, Any] = {"name": "Tuesday", "format": "json", "convention": "money", "problem": problem}
    return ReadProblem(**{**given, **changes})


def same(one: ReadProblem, other: ReadProblem) -> bool:
    plain = ("name", "convention", "scale", "factor", "longest_s", "geographic", "numbered_vehicles")
    items = ("depots", "vehicles", "stops")
    return (
        all(getattr(one, name) == getattr(other, name) for name in plain)
        and all(getattr(one.problem, name) == getattr(other.problem, name) for name in items)
        and np.array_equal(one.problem.seconds, other.problem.seconds)
        and np.array_equal(one.problem.metres, other.problem.metres)
        and np.array_equal(np.array(one.coordinates), np.array(other.coordinates))
    )


def broken(**changes: Any) -> str:
    """The JSON of `a_read` with other fields; a key such as `stops__0__window` goes down."""
    root = json.loads(write_json(a_read()))
    for way, value in changes.items():
        *above, last = [int(step) if step.isdigit() else step for step in way.split("__")]
        inner = root
        for step in above:
            inner = inner[step]
        inner[last] = value
    return json.dumps(root)


@pytest.mark.parametrize(
    "read",
    [
        a_read(),
        a_read(coordinates=np.array([[117.1, 36.6], [117.25, 36.7], [117.0, 36.65]]), geographic=True),
        read_vrplib(ORTEC, "asym.vrp"),
        read_vrplib(DEPOTS, "two.vrp"),
        read_vrplib(MIXED, "mixed.vrp"),
    ],
)
def test_what_is_written_is_read_again_exactly(read: ReadProblem) -> None:
    assert same(read_json(write_json(read), "again.json"), read)


def test_no_way_is_null() -> None:
    closed = np.array([[0, UNREACHABLE, 5], [4, 0, 6], [7, 8, 0]])
    problem = a_problem(a_stop(), positions=(0, 1, 2), seconds=closed)

    again = read_json(write_json(a_read(problem=problem)), "again.json")

    assert again.problem.leg_s(0, 1) == UNREACHABLE


def test_a_field_with_a_default_may_be_left_out() -> None:
    root = json.loads(write_json(a_read()))
    del root["vehicles"][0]["fixed_cost"], root["stops"][0]["name"], root["longest_s"]

    problem = read_json(json.dumps(root), "short.json").problem

    assert problem.vehicles[0].fixed_cost == 0
    assert problem.stops[0].name == ""


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"stops__0__window": {"start_s": 9, "end_s": 8}}, "stops[0].window.end_s: is 8, before start_s 9"),
        ({"stops__1__id": {}}, "stops[1].id: is {}; it must be a text"),
        ({"vehicles__0__depot": None}, "vehicle 'V': depot is None"),
        ({"stops__1__weight": 3}, "stops[1].weight: is not known here"),
        ({"stops__1__demand_g": "3"}, "stop 'B': demand_g is '3'; it must be a whole number"),
        ({"stops__1__place": 3}, "stop 'B': place is 3; it must be from 0 to 2"),
        ({"vehicles": []}, "there are no vehicles"),
        ({"seconds__1": [0, 5]}, "seconds[1]: has 2 cells; it must have 3"),
        ({"metres": [[0]]}, "metres: has 1 rows; it must have 3"),
        ({"seconds__1__2": -4}, "seconds[1][2]: is -4; it must be a whole number from 0"),
        ({"seconds__1__2": float("nan")}, "seconds[1][2]: is NaN"),
        ({"version": 2}, "version: is 2; it must be 1"),
        ({"lnglat": [[117, 36], [36.6, 117.2], [117, 37]]}, "lnglat[1]: is [36.6, 117.2], which is latitude before"),
        ({"lnglat": [[117, 36]]}, "lnglat: has 1 points; it must have 3"),
        ({"xy": [[0, 0], [1, None], [2, 2]]}, "xy[1][1]: is null; it must be a number"),
    ],
)
def test_what_is_wrong_is_named_with_its_field(changes: dict[str, Any], says: str) -> None:
    with pytest.raises(BadProblemFile) as refused:
        read_json(broken(**changes), "bad.json")

    assert str(refused.value).startswith("bad.json: ")
    assert says in str(refused.value)


def test_the_example_in_the_documentation_is_one() -> None:
    page = Path(__file__).parents[4] / "docs" / "problem-files.md"
    example = page.read_text(encoding="utf-8").partition("```json\n")[2].partition("```")[0]

    problem = read_json(example, "Tuesday.json").problem

    assert problem.leg_m(1, 0) == 2150
    assert problem.stops[0].drop_cost is None


def test_a_file_cut_in_half_is_refused_with_its_line(tmp_path: Path) -> None:
    text = write_json(a_read())
    path = tmp_path / "half.json"
    path.write_text("\n".join(text.splitlines()[:12]), encoding="utf-8")

    with pytest.raises(BadProblemFile, match=r"^half\.json, line 12: this is not JSON: .*is it cut off\?"):
        read_problem(path)
