"""The engine beside its peers on cities of growing size: cost, seconds, memory, and how they grow.

    python -m benchmarks.scale [--size 1000 --size 5000] [--peer engine --peer pyvrp] [--seed 1] [--results runs.jsonl]
        [--memory-gb 14] [--seconds 90]

Cities come from `made_city`, a vehicle for every fifty stops. Each solver gets the machine for itself, in processes of
its own that are killed when they hold more memory than allowed or take three times their limit. The clock starts when
the city is in memory; a solver's own model counts. Memory is the most that all its processes held together, the
city's matrix included (1.6 GB at 20,000 stops). Every answer must hold in the engine's check with every stop served.
"""

from __future__ import annotations

import argparse
import importlib
import importlib.util
import json
import math
import subprocess
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path

import psutil

from benchmarks.made_city import made_city
from benchmarks.routing_peers import PEERS, Peer
from benchmarks.tables import begun, judged, keep, markdown, told_by
from logistics.routing.engine.warming import warm as engine_is_warm

LIMITS_S = {1_000: 30.0, 5_000: 60.0, 10_000: 60.0, 20_000: 90.0}
"""What each size of the table may take; other sizes get as much as the next smaller one."""
PATIENCE = 3.0
"""How many times its limit a solver may take before it is killed."""
LOOK_EVERY_S = 0.1
PEERS_SHOWN = ("engine", "pyvrp", "vroom", "ortools")
GB = 1e9


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What one solver made of one city; `cost` is None with the reason in `why` if its answer does not count."""

    stops: int
    peer: str
    seed: int
    time_limit_s: float
    seconds: float
    cost: int | None
    routes: int
    memory_gb: float
    why: str


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size", type=int, action="append", help="stops of a city (may be repeated)")
    parser.add_argument("--peer", choices=sorted(PEERS), action="append", help="a solver (may be repeated)")
    parser.add_argument("--seconds", type=float, help="the limit at every size")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--memory-gb", type=float, default=14.0, help="what a solver may hold")
    parser.add_argument("--results", type=Path, help="append one JSON line per run here")
    parser.add_argument("--one", action="store_true", help=argparse.SUPPRESS)  # a process of the table's own
    arguments = parser.parse_args()
    sizes = sorted(arguments.size or LIMITS_S)
    if arguments.one:
        limit_s, name = arguments.seconds, arguments.peer[0]
        print(json.dumps(asdict(measured(sizes[0], name, PEERS[name], limit_s, arguments.seed))))
        return
    peers = [name for name in arguments.peer or PEERS_SHOWN if importlib.util.find_spec(PEERS[name].package)]
    answers: list[Answer] = []
    for stops in sizes:
        limit_s = arguments.seconds or limit_of(stops)
        for name in peers:
            found = raced(stops, name, PEERS[name], limit_s, arguments.seed, arguments.memory_gb)
            answers.append(best(found))
            print(told(answers[-1]), file=sys.stderr, flush=True)
            keep(arguments.results, found)
    print(table(answers))


def limit_of(stops: int) -> float:
    """Seconds that a solver gets for a city of so many stops."""
    return max((limit for size, limit in LIMITS_S.items() if size <= stops), default=min(LIMITS_S.values()))


def measured(stops: int, name: str, peer: Peer, time_limit_s: float, seed: int) -> Answer:
    """One answer in this process; its memory is measured from outside."""
    read = made_city(stops, seed=1)
    warm(peer)
    made = judged(read, name, peer, time_limit_s=time_limit_s, seed=seed)
    if made.plan is None:
        return failed(stops, name, seed, time_limit_s, made.seconds, made.why)
    return Answer(
        stops=stops,
        peer=name,
        seed=seed,
        time_limit_s=time_limit_s,
        seconds=round(made.seconds, 2),
        cost=made.plan.cost,
        routes=len(made.plan.routes),
        memory_gb=0.0,
        why="",
    )


def warm(peer: Peer) -> None:
    """Loads what a service has loaded long before its first job: libraries and compiled kernels."""
    if peer.label.startswith("engine"):
        engine_is_warm()
    importlib.import_module(peer.package)


def raced(stops: int, name: str, peer: Peer, limit_s: float, seed: int, memory_gb: float) -> list[Answer]:
    """The answers of a solver's processes, which run at the same time, watched from here."""
    which = ["--size", stops, "--peer", name, "--seconds", limit_s, "--one"]
    runs = {one: begun("benchmarks.scale", *which, "--seed", one) for one in range(seed, seed + peer.runs)}
    started_s, peak_gb, killed = time.monotonic(), 0.0, ""
    making_s = 30.0 + stops / 100  # the city itself
    while any(run.poll() is None for run in runs.values()):
        time.sleep(LOOK_EVERY_S)
        peak_gb = max(peak_gb, sum(held_gb(run) for run in runs.values()))
        if peak_gb > memory_gb:
            killed = f"killed at {peak_gb:.1f} GB"
        elif time.monotonic() - started_s > making_s + PATIENCE * limit_s:
            killed = f"killed after {PATIENCE:g} times its limit"
        if killed:
            for run in runs.values():
                kill_all(run)
    answers = []
    for one, run in runs.items():
        out, err = run.communicate()
        given, held = told_by(out, killed or err, run.returncode), round(peak_gb, 2)
        if isinstance(given, str):
            seconds = time.monotonic() - started_s
            answers.append(failed(stops, name, one, limit_s, seconds, given, memory_gb=held))
        else:
            answers.append(Answer(**{**given, "memory_gb": held}))
    return answers


def held_gb(run: subprocess.Popen[str]) -> float:
    """What a process and all below it hold now; pages that they share are counted once (Linux), or each time."""
    try:
        family = [psutil.Process(run.pid), *psutil.Process(run.pid).children(recursive=True)]
    except psutil.NoSuchProcess:
        return 0.0
    total = 0
    for process in family:
        try:
            held = process.memory_full_info()
            total += getattr(held, "pss", held.rss)
        except (psutil.NoSuchProcess, psutil.AccessDenied):
            continue
    return total / GB


def kill_all(run: subprocess.Popen[str]) -> None:
    """Kills a process of ours and all below it."""
    try:
        family = [*psutil.Process(run.pid).children(recursive=True), psutil.Process(run.pid)]
    except psutil.NoSuchProcess:
        return
    for process in family:
        try:
            process.kill()
        except psutil.NoSuchProcess:
            continue


def failed(
    stops: int, name: str, seed: int, limit_s: float, seconds: float, why: str, *, memory_gb: float = 0.0
) -> Answer:
    return Answer(
        stops=stops,
        peer=name,
        seed=seed,
        time_limit_s=limit_s,
        seconds=round(seconds, 2),
        cost=None,
        routes=0,
        memory_gb=memory_gb,
        why=why,
    )


def best(answers: list[Answer]) -> Answer:
    """The cheapest answer, or the first failure if there is none."""
    return min(answers, key=lambda answer: (answer.cost is None, answer.cost or 0))


def told(answer: Answer) -> str:
    what = answer.why if answer.cost is None else f"cost {answer.cost}, {answer.routes} routes"
    return f"{answer.stops:>7}  {answer.peer:<16}{answer.seconds:>7.1f} s  {answer.memory_gb:>5.2f} GB  {what}"


def table(answers: list[Answer]) -> str:
    """A row per size and solver: cost over the engine's, cost a stop, seconds, memory and its growth since the last."""
    rows = []
    engine_cost = {answer.stops: answer.cost for answer in answers if answer.peer == "engine"}
    before: dict[str, float] = {}
    for answer in answers:
        label = PEERS[answer.peer].label
        ours = engine_cost.get(answer.stops)
        over = f"{100 * (answer.cost / ours - 1):.1f}" if answer.cost is not None and ours else answer.why or "–"
        a_stop = f"{answer.cost / answer.stops:.1f}" if answer.cost is not None else "–"
        grown = f"{answer.memory_gb / before[answer.peer]:.1f}" if before.get(answer.peer) else "–"
        before[answer.peer] = answer.memory_gb
        cells = [str(answer.stops), f"{answer.time_limit_s:g}", label, over, a_stop]
        rows.append([*cells, f"{answer.seconds:.1f}", f"{answer.memory_gb:.2f}", grown])
    heads = ["Stops", "Limit, s", "Solver", "Cost over the engine's, %", "Cost a stop"]
    heads += ["Seconds", "Peak, GB", "Memory ×"]
    return "\n".join([*markdown(heads, rows, left={2}), *growth(answers)])


def growth(answers: list[Answer]) -> list[str]:
    """Below the table: by what power of the number of stops each solver's memory grows, between its last two sizes."""
    found = []
    for name in dict.fromkeys(answer.peer for answer in answers):
        mine = [answer for answer in answers if answer.peer == name and answer.memory_gb > 0]
        if len(mine) > 1:
            (x0, y0), (x1, y1) = [(answer.stops, answer.memory_gb) for answer in mine[-2:]]
            power = math.log(y1 / y0) / math.log(x1 / x0)
            found.append(f"{PEERS[name].label}: memory grows with stops to the power {power:.1f} from {x0} to {x1}")
    return ["", *found] if found else []


if __name__ == "__main__":
    main()
