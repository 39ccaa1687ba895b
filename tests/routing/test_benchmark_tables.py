"""What the benchmarks' tables share: an answer or the reason why there is none, and rows that line up."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from benchmarks.routing_peers import CannotExpress, Peer, Routes
from benchmarks.tables import Judged, begun, judged, keep, markdown, told_by
from logistics.routing.engine.formats import ReadProblem
from logistics.routing.engine.formats.vrplib import read_vrplib
from tests.routing.engine.formats.files import CVRP

TOWN = read_vrplib(CVRP, "tiny.vrp")


@dataclass(frozen=True)
class Answer:
    cost: int | None


def judgement(routes: Routes | Exception) -> Judged:
    """Of a solver that gives these routes for two stops, or raises."""

    def solve(read: ReadProblem, limit_s: float, seed: int) -> Routes:
        if isinstance(routes, Exception):
            raise routes
        return routes

    peer = Peer(label="by hand", package="numpy", runs=1, routes=solve)
    return judged(TOWN, "by hand", peer, time_limit_s=1.0, seed=1)


def test_an_answer_counts_if_it_holds() -> None:
    van = TOWN.problem.vehicles[0].id

    whole = judgement([(van, ["1", "2"])])
    lacking = judgement([(van, ["1"])])

    assert whole.plan is not None
    assert (TOWN.objective(whole.plan.cost), whole.why) == (10, "")  # 5 + 4 + 1
    assert (lacking.plan, lacking.why) == (None, "1 stops are not served")


def test_a_solver_that_gives_up_says_why() -> None:
    unable = judgement(CannotExpress("several depots"))
    lost = judgement(KeyError("stop 11"))

    assert unable == Judged(seconds=0.0, plan=None, why="cannot express several depots")
    assert (lost.plan, lost.why) == (None, "KeyError: 'stop 11'")


def test_the_answer_is_the_last_line() -> None:
    assert told_by('of solvers\n{"cost": 7}\n', "noise", 0) == {"cost": 7}
    # an answer does not count if the process failed afterwards
    assert told_by('{"cost": 7}\n', "Traceback\nMemoryError\n", 1) == "MemoryError"
    assert told_by("", "", -9) == "exit code -9"
    assert told_by("of solvers\n", "", 0) == "exit code 0"


def test_a_process_is_a_modules() -> None:
    run = begun("json.tool", "--compact", "/dev/null")

    out, err = run.communicate(timeout=30)

    assert out == ""
    assert told_by(out, err, run.returncode) == "Expecting value: line 1 column 1 (char 0)"


def test_answers_are_appended(tmp_path: Path) -> None:
    results = tmp_path / "runs.jsonl"

    keep(results, [Answer(1), Answer(None)])
    keep(results, [Answer(3)])
    keep(None, [Answer(4)])

    assert [json.loads(line)["cost"] for line in results.read_text(encoding="utf-8").splitlines()] == [1, None, 3]


def test_numbers_are_flush_right() -> None:
    assert markdown(["Stops", "Solver"], [["10", "engine"], ["20", "–"]], left={1}) == [
        "| Stops | Solver |",
        "|---:|---|",
        "| 10 | engine |",
        "| 20 | – |",
    ]
    assert markdown(["Family"], [], left={0}) == ["| Family |", "|---|"]
