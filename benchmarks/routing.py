"""The engine beside its peers on published instances: same wall clock, same two cores, one checker.

    python -m benchmarks.routing ../shared/data/vrp --time-limit 10 [--family x --family ortec] [--peer pyvrp]
        [--at-most 2] [--seed 1] [--results runs.jsonl]

The folder holds one folder per family and bks.csv (folder, name, bks). For each instance every solver gets the machine
for itself: one process that may use two cores, or two processes with two seeds of which the better answer counts. The
clock starts when the instance is in memory; building the solver's model counts. Every answer is scheduled and costed by
the engine and must hold in its check, with every stop served; one that does not counts as failed and not in the mean.
"""

from __future__ import annotations

import argparse
import csv
import importlib
import importlib.util
import json
import statistics
import subprocess
import sys
import time
from dataclasses import asdict, dataclass
from decimal import Decimal
from pathlib import Path

from benchmarks import routing_peers
from benchmarks.routing_peers import PEERS, CannotExpress, Peer
from logistics.routing import engine
from logistics.routing.engine.formats import ReadProblem, plan_of_orders, read_problem
from logistics.routing.engine.solvers import ruin_recreate

GRACE_S = 120
"""How much longer than its limit a solver may run before it is killed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What one process found: `gap_percent` to the best known, or None with the reason in `why`."""

    family: str
    instance: str
    peer: str
    seed: int
    time_limit_s: float
    seconds: float
    cost: str | None
    gap_percent: float | None
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Instance:
    family: str
    name: str
    path: Path
    best_known: Decimal


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, help="one folder per family, and bks.csv")
    parser.add_argument("--time-limit", type=float, default=10.0, help="seconds per instance and solver")
    parser.add_argument("--family", action="append", help="only this family (may be repeated)")
    parser.add_argument("--peer", action="append", choices=sorted(PEERS), help="only this solver (may be repeated)")
    parser.add_argument("--at-most", type=int, default=10**6, help="instances per family")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--results", type=Path, help="append one JSON line per run here")
    parser.add_argument("--one", metavar="INSTANCE", help=argparse.SUPPRESS)  # a process of the table's own
    arguments = parser.parse_args()
    instances = chosen(arguments.folder, arguments.family, arguments.at_most)
    if arguments.one:
        instance = next(it for it in instances if it.name == arguments.one)
        answer = measured(instance, arguments.peer[0], arguments.time_limit, arguments.seed)
        print(json.dumps(asdict(answer)))
        return
    peers = {name: PEERS[name] for name in arguments.peer or PEERS if importlib.util.find_spec(PEERS[name].package)}
    answers = []
    for instance in instances:
        for name, peer in peers.items():
            found = raced(arguments, instance, name, peer)
            answers.append(best(found))
            print(told(answers[-1]), file=sys.stderr, flush=True)
            if arguments.results:
                with arguments.results.open("a", encoding="utf-8") as file:
                    file.writelines(json.dumps(asdict(one)) + "\n" for one in found)
    print(table(answers, peers))


def chosen(folder: Path, families: list[str] | None, at_most: int) -> list[Instance]:
    """The instances of bks.csv, family by family."""
    found: list[Instance] = []
    with (folder / "bks.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            family, name = row["folder"], row["name"]
            paths = [path for suffix in (".vrp", ".txt") if (path := folder / family / f"{name}{suffix}").is_file()]
            taken = sum(one.family == family for one in found)
            if paths and (not families or family in families) and taken < at_most:
                found.append(Instance(family=family, name=name, path=paths[0], best_known=Decimal(row["bks"])))
    return found


def raced(arguments: argparse.Namespace, instance: Instance, name: str, peer: Peer) -> list[Answer]:
    """The answers of a solver's processes, which run at the same time."""
    started_s = time.perf_counter()
    runs = {}
    for seed in range(arguments.seed, arguments.seed + peer.runs):
        limits = ["--time-limit", str(arguments.time_limit), "--seed", str(seed)]
        which = ["--family", instance.family, "--peer", name, "--one", instance.name]
        command = [sys.executable, "-m", "benchmarks.routing", str(arguments.folder), *limits, *which]
        runs[seed] = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    answers = []
    for seed, run in runs.items():
        try:
            out, err = run.communicate(timeout=arguments.time_limit + GRACE_S)
        except subprocess.TimeoutExpired:
            run.kill()
            out, err = run.communicate()
            err = f"killed {GRACE_S} s after its limit"
        lines = out.strip().splitlines()
        if run.returncode == 0 and lines:
            answers.append(Answer(**json.loads(lines[-1])))
        else:
            why = err.strip().splitlines()[-1] if err.strip() else f"exit code {run.returncode}"
            seconds = time.perf_counter() - started_s
            answers.append(failed(instance, name, seed, arguments.time_limit, seconds, why))
    return answers


def measured(instance: Instance, name: str, time_limit_s: float, seed: int) -> Answer:
    """One answer in this process: solved, scheduled, costed and checked."""
    read = read_problem(instance.path)
    warm(name)
    started_s = time.perf_counter()
    try:
        routes = PEERS[name].routes(read, time_limit_s, seed)
        seconds = time.perf_counter() - started_s - routing_peers.NOT_CHARGED_S[0]
        plan = plan_of_orders(read, dict(routes), solver=name)
        faults = faults_of(read, plan)
    except CannotExpress as error:
        return failed(instance, name, seed, time_limit_s, 0.0, f"cannot express {error}")
    except (engine.InfeasibleRoute, engine.PlanRejected, KeyError, IndexError) as error:
        seconds = time.perf_counter() - started_s
        return failed(instance, name, seed, time_limit_s, seconds, f"{type(error).__name__}: {error}"[:300])
    if faults:
        return failed(instance, name, seed, time_limit_s, seconds, faults[0])
    return Answer(
        family=instance.family,
        instance=instance.name,
        peer=name,
        seed=seed,
        time_limit_s=time_limit_s,
        seconds=round(seconds, 2),
        cost=str(read.objective(plan.cost)),
        gap_percent=round(read.gap_percent(plan.cost, instance.best_known), 4),
        why="",
    )


def warm(name: str) -> None:
    """Loads what a service has loaded long before its first job: libraries and compiled kernels."""
    for package in {PEERS[name].package, "pyvrp"} if name == "engine" else {PEERS[name].package}:
        if importlib.util.find_spec(package):
            importlib.import_module(package)
    if name == "engine":
        ruin_recreate.warm()


def faults_of(read: ReadProblem, plan: engine.Plan) -> list[str]:
    """What is wrong with an answer, one sentence each."""
    dropped = [f"{len(plan.dropped)} stops are not served"] if plan.dropped else []
    return dropped + [violation.message for violation in engine.check(read.problem, plan)]


def failed(instance: Instance, name: str, seed: int, time_limit_s: float, seconds: float, why: str) -> Answer:
    return Answer(
        family=instance.family,
        instance=instance.name,
        peer=name,
        seed=seed,
        time_limit_s=time_limit_s,
        seconds=round(seconds, 2),
        cost=None,
        gap_percent=None,
        why=why,
    )


def best(answers: list[Answer]) -> Answer:
    """The answer with the smallest gap, or the first failure if there is none."""
    return min(answers, key=lambda answer: (answer.gap_percent is None, answer.gap_percent or 0.0))


def told(answer: Answer) -> str:
    what = answer.why if answer.gap_percent is None else f"{answer.gap_percent:.2f} %"
    return f"{answer.family:<9}{answer.instance:<40}{answer.peer:<16}{answer.seconds:>7.1f} s  {what}"


def table(answers: list[Answer], peers: dict[str, Peer]) -> str:
    """Mean gap to the best known in percent, a row per family; below it the longest run of each solver."""
    families = list(dict.fromkeys(answer.family for answer in answers))
    lines = [f"| Family | {' | '.join(peer.label for peer in peers.values())} |", "|---|" + "---:|" * len(peers)]
    for family in families:
        cells = [cell([one for one in answers if (one.family, one.peer) == (family, name)]) for name in peers]
        lines.append(f"| {family} | {' | '.join(cells)} |")
    longest = [max((one.seconds for one in answers if one.peer == name), default=0.0) for name in peers]
    lines.append(f"| longest run, s | {' | '.join(f'{seconds:.1f}' for seconds in longest)} |")
    return "\n".join(lines)


def cell(answers: list[Answer]) -> str:
    gaps = [answer.gap_percent for answer in answers if answer.gap_percent is not None]
    if not gaps:
        return "–" if all(answer.why.startswith("cannot express") for answer in answers) else "failed"
    misses = len(answers) - len(gaps)
    return f"{statistics.mean(gaps):.2f}" + (f" ({misses} failed)" if misses else "")


if __name__ == "__main__":
    main()
