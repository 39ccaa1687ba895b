"""`flask solve`: a file in, a checked plan out, and a clear word where that cannot be."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from flask import Flask

from logistics.routing.engine.formats import ReadProblem, plan_as_json, read_plan_json, write_json, write_sol
from logistics.routing.engine.walking.plan_files import read_rounds
from tests.conftest import REPO
from tests.routing.engine.formats.files import CVRP, ORTEC
from tests.routing.engine.reloading import driven, passing

SVG = "{http://www.w3.org/2000/svg}"


def solved(app: Flask, *arguments: str | Path) -> Result:
    return app.test_cli_runner().invoke(args=["solve", *map(str, arguments), "--time-limit", "1"])


@pytest.fixture(autouse=True)
def english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "en_US.UTF-8")


@pytest.fixture
def on_foot(tmp_path: Path) -> Path:
    """The documentation's example of walks: a van, two volunteers, three buildings."""
    page = (REPO / "docs" / "problem-files.md").read_text(encoding="utf-8")
    path = tmp_path / "tuesday.json"
    path.write_text(page.split("```json\n")[2].partition("```")[0], encoding="utf-8")
    return path


def restated(path: Path, walk: dict[str, Any], **fields: Any) -> None:
    """The file with other fields, and with others in its walk."""
    root = json.loads(path.read_text(encoding="utf-8"))
    root["walks"]["S1"] |= walk
    path.write_text(json.dumps(root | fields), encoding="utf-8")


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


def test_volunteers_are_planned_with_the_vehicles(app: Flask, on_foot: Path, tmp_path: Path) -> None:
    result = solved(app, on_foot, "--output", tmp_path / "plan.json")

    assert result.exit_code == 0, result.output
    # 4,250 m at 0.12 cents and 1,430 s at 1: 300 there, 820 at the gate, 310 back; on foot 350 + 700 s
    assert "cost 1,940, 1 routes for 1 stops, distance 4,250, 0 dropped\n" in result.stdout
    assert (
        "on foot from 1 gates: 2 volunteers to 3 buildings with 10 packages, 1050 s together, cost 0\n" in result.stdout
    )
    assert "check: the plan holds" in result.stdout
    written = (tmp_path / "plan.json").read_text(encoding="utf-8")
    (visit,) = read_plan_json(written, "plan.json").routes[0].visits
    assert (visit.start_s, visit.departure_s) == (32_400, 33_220)
    assert read_rounds(written, "plan.json")["S1"].done_s == 33_220
    (walk,) = json.loads(written)["walks"]
    assert [
        (one["volunteer"], one["start_s"], one["end_s"], sorted(one["buildings"]), one["grams"], one["metres"])
        for one in walk["rounds"]
    ] == [
        (1, 32_520, 32_870, ["3"], 12_000, 90 + 90),
        (2, 32_520, 33_220, ["5", "8"], 18_000, 140 + 130 + 160),
    ]


def test_the_summary_counts_walks(app: Flask, on_foot: Path) -> None:
    restated(on_foot, {}, walking_cents_per_h=1_200)

    summary = json.loads(solved(app, on_foot, "--json").stdout)

    # 1,050 s at 1,200 cents an hour
    assert summary["walks"] == {
        "count": 1,
        "volunteers": 2,
        "buildings": 3,
        "packages": 10,
        "busy_s": 1_050,
        "cost": 350,
    }
    assert (summary["cost"], summary["check"]) == (1_940, {"holds": True, "violations": []})


def test_the_summary_of_a_file_without_walks_has_none(app: Flask, tiny: Path) -> None:
    assert "walks" not in json.loads(solved(app, tiny, "--json").stdout)
    assert "on foot" not in solved(app, tiny).stdout


def test_walks_are_told_in_chinese(app: Flask, on_foot: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")

    assert "步行：1 个卡点，2 名志愿者，3 栋楼，10 件包裹，合计 1050 秒，成本 0\n" in solved(app, on_foot).stdout


def test_a_compound_that_is_split_is_planned_written_drawn_and_a_start(
    app: Flask, on_foot: Path, tmp_path: Path
) -> None:
    """Building 3 lies at the southern gate, 5 and 8 at the northern, a minute's drive and half an hour's walk apart."""
    root = json.loads(on_foot.read_text(encoding="utf-8"))
    south = root["walks"]["S1"] | {"gate": "south", "lnglat": [[117.05, 36.67]] * 4}
    south["seconds"] = [[0, 10, 900, 900], [10, 0, 900, 900], [900, 900, 0, 10], [900, 900, 10, 0]]
    north = south | {"gate": "north", "place": 2}
    north["seconds"] = [[0, 900, 10, 10], [900, 0, 900, 900], [10, 900, 0, 10], [10, 900, 10, 0]]
    root |= {
        "walks": {"S1": [south, north]},
        "split_gates": True,
        "seconds": [[0, 300, 300], [300, 0, 60], [300, 60, 0]],
        "metres": [[0, 2_000, 2_000], [2_000, 0, 400], [2_000, 400, 0]],
        "lnglat": [[117.02, 36.65], [117.05, 36.67], [117.05, 36.68]],
    }
    on_foot.write_text(json.dumps(root), encoding="utf-8")
    plan, drawing = tmp_path / "plan.json", tmp_path / "plan.svg"

    result = solved(app, on_foot, "--output", plan, "--plot", drawing)
    again = solved(app, on_foot, "--start", plan)
    numbered = solved(app, on_foot, "--output", tmp_path / "plan.sol")

    assert result.exit_code == again.exit_code == numbered.exit_code == 0, result.output + again.output
    assert "1 routes for 2 stops" in result.stdout
    assert "on foot from 2 gates" in result.stdout
    assert read_rounds(plan.read_text(encoding="utf-8"), "plan.json").keys() == {"S1@south", "S1@north"}
    assert ET.fromstring(drawing.read_text()).find(f"{SVG}title") is not None  # noqa: S314 - written above
    assert "left out: S1@" in again.stderr
    assert "S1@south" in (tmp_path / "plan.sol").read_text()


def test_a_wrong_walk_is_refused_with_its_field(app: Flask, on_foot: Path) -> None:
    restated(on_foot, {"unload_s": 9})

    result = solved(app, on_foot)

    assert result.exit_code == 1
    assert result.stderr == "Error: tuesday.json: walks.S1.unload_s: is not known here\n"


def test_a_walk_of_years_is_refused_and_no_traceback(app: Flask, on_foot: Path) -> None:
    root = json.loads(on_foot.read_text(encoding="utf-8"))
    people = root["walks"]["S1"]["volunteers"] | {"packages_each": 10**9, "s_per_package": 86_400}
    goods = [{"id": "3", "place": 1, "packages": 10**6, "grams": 0}]
    root["stops"][0] |= {"packages": 10**6}
    on_foot.write_text(json.dumps(root), encoding="utf-8")
    restated(on_foot, {"volunteers": people, "buildings": goods})

    result = solved(app, on_foot)

    assert result.exit_code == 1
    assert "service_s is 86400000" in result.stderr
    assert "Traceback" not in result.output
