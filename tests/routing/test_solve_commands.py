"""`flask solve`: a file in, a checked plan out, and a clear word where that cannot be."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import Result
from flask import Flask

from logistics.routing.engine.formats import ReadProblem, plan_as_json, write_json, write_sol
from tests.routing.engine.formats.files import CVRP, ORTEC
from tests.routing.engine.reloading import driven, passing

SVG = "{http://www.w3.org/2000/svg}"


def solved(app: Flask, *arguments: str | Path) -> Result:
    return app.test_cli_runner().invoke(args=["solve", *map(str, arguments), "--time-limit", "1"])


@pytest.fixture(autouse=True)
def english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "en_US.UTF-8")


@pytest.fixture
def tiny(tmp_path: Path) -> Path:
    path = tmp_path / "tiny.vrp"
    path.write_text(CVRP, encoding="utf-8")
    return path


def test_a_solution_file_is_written(app: Flask, tiny: Path, tmp_path: Path) -> None:
    result = solved(app, tiny, "--output", tmp_path / "plan.sol")

    assert result.exit_code == 0, result.output
    # one vehicle carries 10 + 7 of 20: 5 + 4 + 1
    assert (tmp_path / "plan.sol").read_text() in (
        "Route #1: 1 2\nCost 10\n",
        "Route #1: 2 1\nCost 10\n",
    )
    assert "cost 10, 1 routes for 2 stops, distance 10, 0 dropped" in result.stdout
    assert "check: the plan holds" in result.stdout


def test_the_summary_is_json_alone(app: Flask, tiny: Path, tmp_path: Path) -> None:
    result = solved(app, tiny, "--json", "--output", tmp_path / "plan.json")

    summary = json.loads(result.stdout)
    assert (summary["cost"], summary["routes"], summary["distance"]) == (10, 1, 10)
    assert summary["check"] == {"holds": True, "violations": []}
    assert 0 <= summary["seconds_to_best"] <= summary["seconds"]
    assert json.loads((tmp_path / "plan.json").read_text())["cost"] == 10


def test_the_plan_is_drawn(app: Flask, tiny: Path, tmp_path: Path) -> None:
    result = solved(app, tiny, "--plot", tmp_path / "plan.svg")

    assert result.exit_code == 0, result.output
    drawing = ET.fromstring((tmp_path / "plan.svg").read_text())  # noqa: S314 - written by the line above
    assert len(drawing.findall(f".//{SVG}polyline")) == 1
    assert len(drawing.findall(f".//{SVG}circle")) == 2


def test_a_wrong_file_is_refused_with_its_line(app: Flask, tiny: Path) -> None:
    tiny.write_text(CVRP.replace("2 10\n", "2 ten\n"), encoding="utf-8")

    result = solved(app, tiny)

    assert result.exit_code == 1
    assert result.stderr == "Error: tiny.vrp, line 13: the demand is 'ten'; it must be a number\n"


def test_a_chinese_terminal_is_told_in_chinese(app: Flask, tiny: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")

    result = solved(app, tiny)

    assert "成本 10，1 条路线，2 个站点，里程 10，0 个站点未排入" in result.stdout
    assert "校验：计划成立" in result.stdout
    assert "秒  成本 10  1 条路线" in result.stderr


def test_a_dropped_stop_is_named_with_its_reason(app: Flask, tiny: Path) -> None:
    tiny.write_text(CVRP.replace("2 10\n", "2 21\n"), encoding="utf-8")

    result = solved(app, tiny)

    assert result.exit_code == 0, result.output
    assert "stop 1 is dropped: Too heavy for any vehicle" in result.stdout


@pytest.mark.parametrize("name", ["plan.sol", "plan.json"])
def test_what_it_writes_is_a_start(app: Flask, tiny: Path, tmp_path: Path, name: str) -> None:
    solved(app, tiny, "--output", tmp_path / name)

    result = solved(app, tiny, "--start", tmp_path / name)

    assert result.exit_code == 0, result.output
    assert f"begins with 2 stops in 1 routes of {name}\n" in result.stderr
    assert "left out" not in result.stderr
    assert "cost 10, 1 routes" in result.stdout


def reloads_in(path: Path) -> list[int]:
    (route,) = json.loads(path.read_text(encoding="utf-8"))["routes"]
    return [reload["before"] for reload in route.get("reloads", ())]


def test_a_start_loads_again_where_its_plan_says(app: Flask, tmp_path: Path) -> None:
    problem = passing()
    early = driven(problem, "A", "M", "B", reload_before=(1,))
    read = ReadProblem(name="Tuesday", format="json", convention="money", problem=problem)
    file, again = tmp_path / "tuesday.json", tmp_path / "again.json"
    file.write_text(write_json(read), encoding="utf-8")
    (tmp_path / "plan.json").write_text(plan_as_json(read, early), encoding="utf-8")
    (tmp_path / "plan.sol").write_text(write_sol(read, early), encoding="utf-8")

    found = {}
    for name in ("plan.json", "plan.sol"):
        assert solved(app, file, "--start", tmp_path / name, "--output", again).exit_code == 0
        found[name] = reloads_in(again)
    file.write_text(write_json(replace(read, start={"V": "AMB"}, start_reloads={"V": (1,)})), encoding="utf-8")
    assert solved(app, file, "--output", again).exit_code == 0
    found["its own"] = reloads_in(again)

    # A .sol does not say where, and there is no room for the third stop.
    assert found == {"plan.json": [1], "plan.sol": [2], "its own": [1]}


def test_a_start_from_another_day_is_used_as_far_as_it_goes(app: Flask, tiny: Path, tmp_path: Path) -> None:
    path = tmp_path / "yesterday.sol"
    path.write_text("Route #1: 2 77\nRoute #2: 1\nRoute #3: 78\nCost 9\n", encoding="utf-8")

    result = solved(app, tiny, "--start", path)

    assert result.exit_code == 0, result.output
    assert "begins with 2 stops in 2 routes of yesterday.sol\n" in result.stderr
    assert "not in this problem and left out: route 3, 77, 78\n" in result.stderr
    assert "cost 10, 1 routes" in result.stdout


def test_a_start_that_serves_a_stop_twice_is_refused(app: Flask, tiny: Path, tmp_path: Path) -> None:
    path = tmp_path / "bad.sol"
    path.write_text("Route #1: 2 2\nCost 9\n", encoding="utf-8")

    result = solved(app, tiny, "--start", path)

    assert result.exit_code == 1
    assert result.stderr == "Error: bad.sol: stop '2' is in the route twice; it is served once\n"


@pytest.mark.parametrize(
    ("option", "name", "says"),
    [
        ("--output", "plan.txt", "plan.txt must end in .sol or .json"),
        ("--output", "no/plan.sol", "there is no folder"),
        ("--plot", "plan.svg", "has no coordinates"),
    ],
)
def test_what_cannot_be_written_is_refused_before_the_search(
    app: Flask, tmp_path: Path, option: str, name: str, says: str
) -> None:
    path = tmp_path / "asym.vrp"
    without = ORTEC.replace("NODE_COORD_SECTION\n1 0 0\n2 3 4\n3 1 1\n", "")
    path.write_text(without, encoding="utf-8")

    result = solved(app, path, option, tmp_path / name)

    assert result.exit_code == 2
    assert says in result.stderr
