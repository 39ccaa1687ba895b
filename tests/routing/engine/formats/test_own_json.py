"""Our own JSON: an exact round trip; what is wrong is named with its field."""

import dataclasses
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings

from logistics.routing.engine import UNREACHABLE, Problem, TimeWindow
from logistics.routing.engine.formats import (
    BadProblemFile,
    ReadProblem,
    plan_of_orders,
    read_json,
    read_problem,
    write_json,
    write_sol,
)
from logistics.routing.engine.formats.vrplib import read_vrplib
from logistics.routing.engine.travelling import Profile

from ..builders import a_depot, a_problem, a_stop, a_vehicle
from .files import DEPOTS, MIXED, ORTEC
from .random_problems import problems


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
    """Whether all fields are equal, those of the problem too; a field that is added is compared at once."""
    plain = {field.name for field in dataclasses.fields(ReadProblem)} - {"problem", "coordinates", "format"}
    return (
        all(getattr(one, name) == getattr(other, name) for name in plain)
        and same_problem(one.problem, other.problem)
        and np.array_equal(np.array(one.coordinates, float), np.array(other.coordinates, float), equal_nan=True)
    )


def same_problem(one: Problem, other: Problem) -> bool:
    fields = {field.name for field in dataclasses.fields(Problem) if field.init}
    plain = fields - {"seconds", "metres", "speeds", "profiles"}
    return (
        all(getattr(one, name) == getattr(other, name) for name in plain)
        and same_travel(one, other)
        and one.profiles.keys() == other.profiles.keys()
        and all(same_travel(one.profiles[name], other.profiles[name]) for name in one.profiles)
    )


def same_travel(one: Problem | Profile, other: Problem | Profile) -> bool:
    return (
        np.array_equal(one.seconds, other.seconds)
        and np.array_equal(one.metres, other.metres)
        and one.speeds == other.speeds
    )


def broken(**changes: Any) -> str:
    """The JSON of `a_read` with other fields; a key such as `stops__0__window` goes down."""
    return changed(json.loads(write_json(a_read())), changes)


def changed(root: dict[str, Any], changes: dict[str, Any]) -> str:
    for way, value in changes.items():
        *above, last = [int(step) if step.isdigit() else step for step in way.split("__")]
        inner: Any = root
        for step in above:
            inner = inner[step]
        inner[last] = value
    return json.dumps(root)


@pytest.mark.parametrize(
    "read",
    [
        a_read(),
        a_read(coordinates=np.array([[117.1, 36.6], [117.25, 36.7], [117.0, 36.65]]), geographic=True),
        a_read(coordinates=np.array([[117.1, 36.6], [np.nan, np.nan], [117.0, 36.65]]), geographic=True),
        a_read(coordinates=np.array([[0.5, 1], [np.nan, np.nan], [2, 3]])),
        read_vrplib(ORTEC, "asym.vrp"),
        read_vrplib(DEPOTS, "two.vrp"),
        read_vrplib(MIXED, "mixed.vrp"),
    ],
)
def test_what_is_written_is_read_again_exactly(read: ReadProblem) -> None:
    assert same(read_json(write_json(read), "again.json"), read)


@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow])  # on a busy machine, drawing is slow
@given(problem=problems())
def test_every_field_of_the_model_is_written_and_read_again(problem: Problem) -> None:
    vehicle, order = problem.vehicles[0], tuple(stop.id for stop in problem.stops)
    loading = tuple(range(0 if vehicle.underway is not None else 1, len(order)))[: vehicle.reloads]
    read = a_read(problem=problem, start={"车0": order}, start_reloads={"车0": loading})

    again = read_json(write_json(read), "again.json")

    assert same(again, read)


def test_sets_are_sorted_lists_and_defaults_are_left_out() -> None:
    stop = a_stop(skills=frozenset({"b", "a"}), further_windows=(TimeWindow(start_s=10_001, end_s=10_002),))

    written = json.loads(write_json(a_read(problem=a_problem(stop))))["stops"][0]

    assert written["skills"] == ["a", "b"]
    assert written["further_windows"] == [{"start_s": 10_001, "end_s": 10_002}]
    assert "priority" not in written  # 0 is the default


@pytest.mark.parametrize(
    ("changes", "numbered"),
    [
        ({}, False),
        ({"vehicles__1__capacity_g": 500}, True),
        ({"stops__0__pinned_vehicle": "W"}, True),
        ({"vehicles__1__capacity_g": 500, "numbered_vehicles": False}, False),
    ],
)
def test_vehicles_that_differ_are_numbered(changes: dict[str, Any], numbered: bool) -> None:
    root = json.loads(write_json(a_read()))
    del root["numbered_vehicles"]
    root["vehicles"].append({**root["vehicles"][0], "id": "W"})

    read = read_json(changed(root, changes), "again.json")

    assert read.numbered_vehicles == numbered
    plan = plan_of_orders(read, {"W": ["B"]}, solver="by hand")
    assert write_sol(read, plan).splitlines()[0] == ("Route #1:" if numbered else "Route #1: B")


def test_no_way_is_null() -> None:
    closed = np.array([[0, UNREACHABLE, 5], [4, 0, 6], [7, 8, 0]])
    problem = a_problem(a_stop(), positions=(0, 1, 2), seconds=closed)

    again = read_json(write_json(a_read(problem=problem)), "again.json")

    assert again.problem.leg_s(0, 1) == UNREACHABLE


def test_a_field_with_a_default_may_be_left_out() -> None:
    root = json.loads(write_json(a_read()))
    del root["vehicles"][0]["fixed_cost"], root["stops"][0]["name"]

    problem = read_json(json.dumps(root), "short.json").problem

    assert problem.vehicles[0].fixed_cost == 0
    assert problem.stops[0].name == ""


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"stops__0__window": {"start_s": 9, "end_s": 8}}, "stops[0].window.end_s: is 8, before start_s 9"),
        ({"stops__1__id": {}}, "stops[1].id: is {}; it must be a text"),
        ({"vehicles__0__depot": None}, "vehicles[0].depot: is null; it must be a text"),
        ({"stops__1__weight": 3}, "stops[1].weight: is not known here"),
        ({"stops__1__demand_g": "3"}, "stop 'B': demand_g is '3'; it must be a whole number"),
        ({"stops__1__place": 3}, "stop 'B': place is 3; it must be from 0 to 2"),
        ({"vehicles": []}, "there are no vehicles"),
        ({"seconds__1": [0, 5]}, "seconds[1]: has 2 cells; it must have 3"),
        ({"metres": [[0]]}, "metres: has 1 rows; it must have 3"),
        ({"seconds__1__2": -4}, "seconds[1][2]: is -4; it must be a whole number from 0"),
        ({"seconds__1__2": float("nan")}, "seconds[1][2]: is NaN"),
        ({"metres__1__1": 3}, "metres[1][1]: is 3; it must be 0, from a place to itself"),
        ({"metres__1__1": None}, "metres[1][1]: is null; it must be 0, from a place to itself"),
        ({"vehicles__0__capacity_g": 0}, "vehicles[0].capacity_g: is 0, but demand_g of every stop is more; the vehi"),
        ({"vehicles__0__capacity_packages": 0}, "vehicles[0].capacity_packages: is 0, but packages of every stop is"),
        ({"stops__0__skills": "chilled"}, 'stops[0].skills: is "chilled"; it must be a list'),
        ({"stops__0__vehicles_allowed": [7]}, "stops[0].vehicles_allowed[0]: is 7; it must be a text"),
        ({"stops__0__vehicles_allowed": ["W"]}, "stop '面粉': vehicles_allowed names 'W'; it must be one of 'V'"),
        ({"stops__0__pinned_position": 1}, "stop '面粉': pinned_position is 1 without pinned_vehicle"),
        ({"stops__0__further_windows": [{"start_s": 71}]}, "stops[0].further_windows[0].end_s: is missing"),
        ({"stops__0__further_windows": [{"start_s": 9, "end_s": 80}]}, "windows must be in order and apart"),
        ({"vehicles__0__breaks": [{"earliest_s": 1, "latest_s": 2}]}, "vehicles[0].breaks[0].duration_s: is missing"),
        ({"vehicles__0__breaks": {}}, "vehicles[0].breaks: is {}; it must be a list"),
        ({"vehicles__0__underway": {"place": 9, "ready_s": 0}}, "vehicle 'V': underway.place is 9; it must be from 0"),
        (
            {"vehicles__0__profile": "sledge"},
            "vehicle 'V': profile is 'sledge'; it must be '', for no profiles are given",
        ),
        ({"speeds": [{"start_s": 0, "percent": 0}]}, "the problem: speeds[0].percent is 0; it must be a whole number"),
        ({"speeds": [{"start_s": 0, "speed": 5}]}, "speeds[0].speed: is not known here"),
        ({"profiles": {"walk": {"seconds": [[0]], "metres": [[0]]}}}, "profiles.walk.seconds: has 1 rows; it must"),
        ({"profiles": {"walk": {"seconds": [], "times": []}}}, "profiles.walk.times: is not known here"),
        ({"profiles": {"": {}}}, "has no name; the problem's own matrices"),
        ({"longest_route_cents_per_h": -1}, "longest_route_cents_per_h: is -1"),
        ({"numbered_vehicles": 1}, "numbered_vehicles: is 1; it must be true or false"),
        ({"version": 2}, "version: is 2; it must be 1"),
        ({"lnglat": [[117, 36], [36.6, 117.2], [117, 37]]}, "lnglat[1]: is [36.6, 117.2], which is latitude before"),
        ({"lnglat": [[117, 36]]}, "lnglat: has 1 points; it must have 3"),
        ({"xy": [[0, 0]] * 3, "lnglat": [[0, 0]] * 3}, "xy: stands beside lnglat; places lie in degrees or on a plane"),
        ({"xy": [[0, 0], [1, None], [2, 2]]}, "xy[1][1]: is null; it must be a number"),
    ],
)
def test_what_is_wrong_is_named_with_its_field(changes: dict[str, Any], says: str) -> None:
    with pytest.raises(BadProblemFile) as refused:
        read_json(broken(**changes), "bad.json")

    assert str(refused.value).startswith("bad.json: ")
    assert says in str(refused.value)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('{"format": 1, "format": 2}', "bad.json: format: is given twice in one object"),
        ("[" * 100_000, "its brackets are nested too deeply"),
        ('{"a": ' + "9" * 5_000 + "}", "digits"),
        ('{\n"a": "\\ud83d"}', r"bad.json, line 2: \ud83d is half a character; it must be a whole one"),
        (r'{"a": "\ud83d\ude00\ude00"}', r"bad.json, line 1: \ude00 is half a character"),
        (r'{"a": "\ud83d\ud83d\ude00"}', r"bad.json, line 1: \ud83d is half a character"),
    ],
)
def test_what_only_looks_like_a_file_is_refused(text: str, says: str) -> None:
    with pytest.raises(BadProblemFile) as refused:
        read_json(text, "bad.json")

    assert says in str(refused.value)


def test_a_vehicle_may_carry_nothing_of_what_some_stop_does_not_ask_for() -> None:
    read = read_json(broken(vehicles__0__capacity_g=0, stops__1__demand_g=0, vehicles__0__capacity_ml=0), "a.json")

    assert (read.problem.vehicles[0].capacity_g, read.problem.vehicles[0].capacity_ml) == (0, 0)


@pytest.mark.parametrize("name", [r"\ud83d\ude00", r"\\ud83d", r"\u5317\u95e8", "北门"])
def test_whole_characters_are_read_however_they_are_written(name: str) -> None:
    assert read_json(broken(name="NAME").replace("NAME", name), "a.json").name == json.loads(f'"{name}"')


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
