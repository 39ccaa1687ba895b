"""What the tables of solvers share: a process for each answer, the engine's judgement of it, rows and result files."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Collection, Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from benchmarks import routing_peers
from benchmarks.routing_peers import CannotExpress, Peer
from logistics.routing import engine
from logistics.routing.engine.formats import ReadProblem, plan_of_orders


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """A solver's answer after `seconds`; without a plan if it does not count, with the reason in `why`."""

    seconds: float
    plan: engine.Plan | None
    why: str


def judged(read: ReadProblem, name: str, peer: Peer, *, time_limit_s: float, seed: int) -> Judged:
    """The problem solved in this process, scheduled, costed and checked; a solver's own model counts."""
    started_s = time.perf_counter()
    try:
        orders = peer.routes(read, time_limit_s, seed)
        seconds = time.perf_counter() - started_s - routing_peers.NOT_CHARGED_S[0]
        plan = plan_of_orders(read, dict(orders), solver=name)
        faults = faults_of(read, plan)
    except CannotExpress as error:
        return Judged(seconds=0.0, plan=None, why=f"cannot express {error}")
    except (engine.InfeasibleRoute, engine.PlanRejected, KeyError, IndexError) as error:
        seconds = time.perf_counter() - started_s
        return Judged(seconds=seconds, plan=None, why=f"{type(error).__name__}: {error}"[:300])
    return Judged(seconds=seconds, plan=None if faults else plan, why=faults[0] if faults else "")


def faults_of(read: ReadProblem, plan: engine.Plan) -> list[str]:
    """What is wrong with an answer, one sentence each."""
    dropped = [f"{len(plan.dropped)} stops are not served"] if plan.dropped else []
    return dropped + [violation.message for violation in engine.check(read.problem, plan)]


def begun(module: str, *arguments: object) -> subprocess.Popen[str]:
    """A process of a table's own, which prints its answer as the last line."""
    command = [sys.executable, "-m", module, *map(str, arguments)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def told_by(out: str, err: str, exit_code: int) -> dict[str, Any] | str:
    """The answer of a process that has ended; if it gave none, why: its last complaint or its exit code."""
    lines = out.strip().splitlines()
    if exit_code == 0 and lines and lines[-1].startswith("{"):
        answer: dict[str, Any] = json.loads(lines[-1])
        return answer
    return (err.strip().splitlines() or [f"exit code {exit_code}"])[-1]


def keep(results: Path | None, answers: Iterable[Any]) -> None:
    """Appends a JSON line for each answer, a dataclass, if there is a file to append to."""
    if results:
        with results.open("a", encoding="utf-8") as file:
            file.writelines(json.dumps(asdict(answer)) + "\n" for answer in answers)


def markdown(heads: Sequence[str], rows: Iterable[Sequence[str]], *, left: Collection[int]) -> list[str]:
    """The lines of a table; columns are flush right but for those numbered in `left`."""
    rules = "|".join("---" if column in left else "---:" for column in range(len(heads)))
    return [_row(heads), f"|{rules}|", *map(_row, rows)]


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"
