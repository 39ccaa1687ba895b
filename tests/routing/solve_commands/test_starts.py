"""`flask solve --start`: a plan to begin with."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask

from logistics.routing.engine.formats import ReadProblem, plan_as_json, write_json, write_sol
from tests.routing.engine.reloading import driven, passing
from tests.routing.solve_commands.command import solved


@pytest.mark.parametrize("name", ["plan.sol", "plan.json"])
def test_what_it_writes_is_a_start(app: Flask, tiny: Path, tmp_path: Path, name: str) -> None:
    solved(app, tiny, "--output", tmp_path / name)

    result = solved(app, tiny, "--start", tmp_path / name)

    assert result.exit_code == 0, result.output
    assert f"begins with {name}: stops 2, routes 1\n" in result.stderr
    assert "left out" not in result.stderr
    assert "cost 10, routes 1" in result.stdout


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
    assert "begins with yesterday.sol: stops 2, routes 2\n" in result.stderr
    assert "not in this problem and left out: route 3, 77, 78\n" in result.stderr
    assert "cost 10, routes 1" in result.stdout


def test_a_start_that_serves_a_stop_twice_is_refused(app: Flask, tiny: Path, tmp_path: Path) -> None:
    path = tmp_path / "bad.sol"
    path.write_text("Route #1: 2 2\nCost 9\n", encoding="utf-8")

    result = solved(app, tiny, "--start", path)

    assert result.exit_code == 1
    assert result.stderr == "Error: bad.sol: stop '2' is in the route twice; it is served once\n"
