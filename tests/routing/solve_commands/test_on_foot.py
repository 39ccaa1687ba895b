"""`flask solve` on files with walks: both legs in one plan."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from logistics.routing.engine.formats import read_plan_json
from logistics.routing.engine.walking.plan_files import read_rounds
from tests.routing.solve_commands.command import SVG, solved


def restated(path: Path, walk: dict[str, Any], **fields: Any) -> None:
    """The file with other fields, and with others in its walk."""
    root = json.loads(path.read_text(encoding="utf-8"))
    root["walks"]["S1"] |= walk
    path.write_text(json.dumps(root | fields), encoding="utf-8")


def test_volunteers_are_planned_with_the_vehicles(app: Flask, on_foot: Path, tmp_path: Path) -> None:
    result = solved(app, on_foot, "--output", tmp_path / "plan.json")

    assert result.exit_code == 0, result.output
    # 4,250 m at 0.12 cents and 1,430 s at 1: 300 there, 820 at the gate, 310 back; on foot 350 + 700 s
    assert "cost 1,940, routes 1, stops 1, distance 4,250, dropped 0\n" in result.stdout
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
        "metres": 180 + 430,
        "busy_s": 1_050,
        "cost": 350,
    }
    assert (summary["cost"], summary["check"]) == (1_940, {"holds": True, "violations": []})


def test_it_is_said_where_nobody_knows_how_many_metres_are_walked(app: Flask, on_foot: Path) -> None:
    told = solved(app, on_foot)
    restated(on_foot, {"metres": None})
    untold = solved(app, on_foot)

    assert "\n610 m are walked\n" in told.stdout
    assert (
        "\nhow many metres are walked is not told: the file has seconds alone for some of the ways on foot\n"
        in untold.stdout
    )
    assert "m are walked" not in untold.stdout
    assert json.loads(solved(app, on_foot, "--json").stdout)["walks"]["metres"] is None


def test_the_summary_of_a_file_without_walks_has_none(app: Flask, tiny: Path) -> None:
    assert "walks" not in json.loads(solved(app, tiny, "--json").stdout)
    assert "on foot" not in solved(app, tiny).stdout


def test_walks_are_told_in_chinese(app: Flask, on_foot: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")

    told = solved(app, on_foot).stdout

    assert "步行：1 个卡点，2 名志愿者，3 栋楼，10 件包裹，合计 1050 秒，成本 0\n步行共 610 米\n" in told


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
    assert "routes 1, stops 2" in result.stdout
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
