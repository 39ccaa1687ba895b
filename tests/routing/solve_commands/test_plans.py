"""`flask solve`: a file in, a checked plan out, and a clear word where that cannot be."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from flask import Flask

from logistics.routing.solve_telling import DROPPED_SHOWN
from tests.routing.engine.formats.files import CVRP, ORTEC
from tests.routing.solve_commands.command import SVG, solved


def test_a_solution_file_is_written(app: Flask, tiny: Path, tmp_path: Path) -> None:
    result = solved(app, tiny, "--output", tmp_path / "plan.sol")

    assert result.exit_code == 0, result.output
    # one vehicle carries 10 + 7 of 20: 5 + 4 + 1
    assert (tmp_path / "plan.sol").read_text() in (
        "Route #1: 1 2\nCost 10\n",
        "Route #1: 2 1\nCost 10\n",
    )
    assert "cost 10, routes 1, stops 2, distance 10, dropped 0" in result.stdout
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

    assert "成本 10，路线 1，站点 2，里程 10，未排入 0" in result.stdout
    assert "校验：计划成立" in result.stdout
    assert "秒  成本 10  路线 1" in result.stderr


def test_a_dropped_stop_is_named_with_its_reason(app: Flask, tiny: Path) -> None:
    tiny.write_text(CVRP.replace("2 10\n", "2 21\n"), encoding="utf-8")

    result = solved(app, tiny)

    assert result.exit_code == 0, result.output
    assert "stop 1 is dropped: Too heavy for any vehicle (demand_g 21, largest_capacity_g 20)\n" in result.stdout
    assert "routes 1  dropped 1" in result.stderr


def test_what_would_serve_a_dropped_stop_is_looked_for_where_asked(app: Flask, tiny: Path) -> None:
    tiny.write_text(CVRP.replace("2 10\n", "2 21\n"), encoding="utf-8")

    result = solved(app, tiny, "--ease", "5")
    summary = json.loads(solved(app, tiny, "--ease", "5", "--json").stdout)

    # a vehicle takes 20 and the stop weighs 21; there is one vehicle for each of the two stops
    kinds = {wish["kind"]: wish for wish in summary["relaxations"]["1"]}
    assert kinds["capacity_g"]["amount"] == 1
    assert "    would serve it: More weight in the vehicle (1 g, vehicle " in result.stdout


def test_a_plan_of_counted_steps_is_the_same_again(app: Flask, tmp_path: Path) -> None:
    count = 40
    places = "".join(f"{number} {number * 37 % 101} {number * 53 % 89}\n" for number in range(1, count + 2))
    demands = "".join(f"{number} {0 if number == 1 else 1 + number % 4}\n" for number in range(1, count + 2))
    file = tmp_path / "forty.vrp"
    file.write_text(
        f"NAME : forty\nTYPE : CVRP\nDIMENSION : {count + 1}\nEDGE_WEIGHT_TYPE : EUC_2D\nCAPACITY : 20\n"
        f"NODE_COORD_SECTION\n{places}DEMAND_SECTION\n{demands}DEPOT_SECTION\n1\n-1\nEOF\n",
        encoding="utf-8",
    )
    texts = []
    for name in ("one", "other"):
        output = tmp_path / f"{name}.sol"
        limits = ["--time-limit", "120", "--iterations", "20"]
        result = app.test_cli_runner().invoke(args=["solve", str(file), *limits, "--output", str(output), "--json"])
        assert result.exit_code == 0, result.output
        assert json.loads(result.stdout)["seconds"] < 60  # the steps ended it, not the clock
        texts.append(output.read_text())

    assert texts[0] == texts[1]


def test_dropped_stops_that_are_not_shown_are_counted(app: Flask, tiny: Path) -> None:
    count = DROPPED_SHOWN + 2
    places = "".join(f"{number} {number} 0\n" for number in range(1, count + 2))
    demands = "".join(f"{number} 21\n" for number in range(2, count + 2))
    text = CVRP.replace("DIMENSION : 3", f"DIMENSION : {count + 1}").replace("1 0 0\n2 3 4\n3 1 1\n", places)
    tiny.write_text(text.replace("2 10\n3 7\n", demands), encoding="utf-8")

    result = solved(app, tiny)

    assert result.exit_code == 0, result.output
    assert result.stdout.count("is dropped: ") == DROPPED_SHOWN
    assert result.stdout.endswith("  … and 2 more\n")


@pytest.mark.parametrize(
    ("option", "name", "says"),
    [
        ("--output", "plan.txt", "plan.txt must end in .sol or .json"),
        ("--output", "no/plan.sol", "there is no folder"),
        ("--plot", "plan.svg", "has no coordinates"),
        ("--plot", "plan.png", "plan.png must end in .svg"),
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


def test_a_plan_that_cannot_be_written_is_told_all_the_same(app: Flask, tiny: Path, tmp_path: Path) -> None:
    full = tmp_path / "full.sol"
    full.symlink_to("/dev/full")

    result = solved(app, tiny, "--output", full, "--plot", tmp_path / "plan.svg")

    assert result.exit_code == 1
    assert "cost 10, routes 1, stops 2" in result.stdout
    assert result.stderr.endswith(f"Error: {full}: No space left on device\n")
    assert (tmp_path / "plan.svg").read_text().startswith("<svg")


def test_a_time_limit_is_a_number(app: Flask, tiny: Path) -> None:
    result = app.test_cli_runner().invoke(args=["solve", str(tiny), "--time-limit", "nan"])

    assert result.exit_code == 2
    assert "Invalid value for '--time-limit': nan is not in the range 0.1<=x<=86400." in result.stderr
