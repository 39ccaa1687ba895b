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

from benchmarks.routing_peers import PEERS, Peer
from benchmarks.tables import begun, judged, keep, markdown, told_by
from logistics.routing.engine.formats import read_problem
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
            keep(arguments.results, found)
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
    limit_s = arguments.time_limit
    which = ["--family", instance.family, "--peer", name, "--one", instance.name, "--time-limit", limit_s]
    seeds = range(arguments.seed, arguments.seed + peer.runs)
    runs = {seed: begun("benchmarks.routing", arguments.folder, *which, "--seed", seed) for seed in seeds}
    answers = []
    for seed, run in runs.items():
        try:
            out, err = run.communicate(timeout=limit_s + GRACE_S)
        except subprocess.TimeoutExpired:
            run.kill()
            out, _ = run.communicate()
            err = f"killed {GRACE_S} s after its limit"
        given = told_by(out, err, run.returncode)
        if isinstance(given, str):
            answers.append(failed(instance, name, seed, limit_s, time.perf_counter() - started_s, given))
        else:
            answers.append(Answer(**given))
    return answers


def measured(instance: Instance, name: str, time_limit_s: float, seed: int) -> Answer:
    """One answer in this process."""
    read = read_problem(instance.path)
    warm(name)
    made = judged(read, name, PEERS[name], time_limit_s=time_limit_s, seed=seed)
    if made.plan is None:
        return failed(instance, name, seed, time_limit_s, made.seconds, made.why)
    return Answer(
        family=instance.family,
        instance=instance.name,
        peer=name,
        seed=seed,
        time_limit_s=time_limit_s,
        seconds=round(made.seconds, 2),
        cost=str(read.objective(made.plan.cost)),
        gap_percent=round(read.gap_percent(made.plan.cost, instance.best_known), 4),
        why="",
    )


def warm(name: str) -> None:
    """Loads what a service has loaded long before its first job: libraries and compiled kernels."""
    for package in {PEERS[name].package, "pyvrp"} if name == "engine" else {PEERS[name].package}:
        if importlib.util.find_spec(package):
            importlib.import_module(package)
    if name == "engine":
        ruin_recreate.warm()


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
    rows = []
    for family in dict.fromkeys(answer.family for answer in answers):
        cells = [cell([one for one in answers if (one.family, one.peer) == (family, name)]) for name in peers]
        rows.append([family, *cells])
    longest = [max((one.seconds for one in answers if one.peer == name), default=0.0) for name in peers]
    rows.append(["longest run, s", *(f"{seconds:.1f}" for seconds in longest)])
    return "\n".join(markdown(["Family", *(peer.label for peer in peers.values())], rows, left={0}))


def cell(answers: list[Answer]) -> str:
    gaps = [answer.gap_percent for answer in answers if answer.gap_percent is not None]
    if not gaps:
        return "–" if all(answer.why.startswith("cannot express") for answer in answers) else "failed"
    misses = len(answers) - len(gaps)
    return f"{statistics.mean(gaps):.2f}" + (f" ({misses} failed)" if misses else "")


if __name__ == "__main__":
    main()
