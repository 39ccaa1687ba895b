"""The benchmark counts only answers that hold, and takes the better of two."""

from __future__ import annotations

import dataclasses
from decimal import Decimal
from pathlib import Path

import pytest

from benchmarks.routing import Answer, Instance, best, cell, measured, table
from benchmarks.routing_peers import PEERS, CannotExpress, plain
from benchmarks.tables import faults_of
from logistics.routing.engine import InfeasibleRoute
from logistics.routing.engine.formats import ReadProblem, plan_of_routes
from logistics.routing.engine.formats.vrplib import read_vrplib
from tests.routing.engine.builders import a_problem, a_stop
from tests.routing.engine.formats.files import CVRP, DEPOTS, MIXED


def an_answer(**changes: object) -> Answer:
    given = Answer(
        family="x", instance="a", peer="pyvrp", seed=1, time_limit_s=10, seconds=9.5, cost="12", gap_percent=2.0, why=""
    )
    return dataclasses.replace(given, **changes)  # type: ignore[arg-type]


def test_a_dropped_stop_is_a_failure() -> None:
    read = read_vrplib(CVRP, "tiny.vrp")

    assert faults_of(read, plan_of_routes(read, [(1, ["1"])], solver="by hand")) == ["1 stops are not served"]
    assert faults_of(read, plan_of_routes(read, [(1, ["1", "2"])], solver="by hand")) == []


def test_a_route_that_lasts_too_long_is_a_failure() -> None:
    text = DEPOTS.replace("VEHICLES_MAX_DURATION: 50", "VEHICLES_MAX_DURATION: {}")

    # vehicle 1: 2.5 there, 2.5 of service, 2.5 back; vehicle 2: 1.414 there, 1 of service, 1.414 back
    routes = [(1, ["2"]), (2, ["3"])]
    held = read_vrplib(text.format("7.5"), "two.vrp")
    assert faults_of(held, plan_of_routes(held, routes, solver="by hand")) == []
    with pytest.raises(InfeasibleRoute, match="vehicle '1': too_long, 7500 where at most 7499 is allowed"):
        plan_of_routes(read_vrplib(text.format("7.499"), "two.vrp"), routes, solver="by hand")


def test_the_better_of_two_counts_and_any_answer_beats_none() -> None:
    worse, better = an_answer(gap_percent=2.0), an_answer(gap_percent=0.0)
    none = an_answer(gap_percent=None, why="1 stops are not served")

    assert best([worse, better]) == better
    assert best([none, worse]) == worse
    assert best([none]) == none


def test_a_cell_is_the_mean_of_what_holds() -> None:
    none = an_answer(gap_percent=None, why="1 stops are not served")
    unable = an_answer(gap_percent=None, why="cannot express several depots")

    assert cell([an_answer(gap_percent=1.0), an_answer(gap_percent=2.0)]) == "1.50"
    assert cell([an_answer(gap_percent=1.0), none]) == "1.00 (1 failed)"
    assert cell([none]) == "failed"
    assert cell([unable]) == "–"


def test_the_table_has_a_row_for_each_family() -> None:
    drawn = table([an_answer(), an_answer(family="ortec", gap_percent=3.0)], {"pyvrp": PEERS["pyvrp"]})

    assert drawn.splitlines()[2:] == ["| x | 2.00 |", "| ortec | 3.00 |", "| longest run, s | 9.5 |"]


def test_an_answer_is_costed_against_the_best_known(tmp_path: Path) -> None:
    path = tmp_path / "tiny.vrp"
    path.write_text(CVRP, encoding="utf-8")
    instance = Instance(family="x", name="tiny", path=path, best_known=Decimal(8))

    answer = measured(instance, "ortools", 1.0, 1)

    assert (answer.cost, answer.gap_percent, answer.why) == ("10", 25.0, "")  # 5 + 4 + 1


def test_vehicles_alike_are_one_kind() -> None:
    kinds = plain(read_vrplib(MIXED, "mixed.vrp")).kinds

    assert [(kind.ids, kind.capacity, kind.fixed, kind.unit) for kind in kinds] == [
        (["1", "2"], 10, 100_000, 50),
        (["3"], 20, 300_000, 80),
    ]


def test_what_peers_do_not_share_is_not_asked_of_them() -> None:
    read = ReadProblem(name="day", format="json", convention="money", problem=a_problem(a_stop()))

    with pytest.raises(CannotExpress, match="stop 'S' has packages"):
        plain(read)
