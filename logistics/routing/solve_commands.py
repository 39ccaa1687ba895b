"""`flask solve`: the engine on a problem file, without the platform's tables."""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import click
from flask import Flask

from logistics.errors import N_
from logistics.routing import engine
from logistics.routing.engine.formats import (
    BadProblemFile,
    ReadProblem,
    Start,
    read_problem,
    read_start,
)
from logistics.routing.engine.walking import BadWalk
from logistics.routing.engine.walking.files import Walks, walks_of
from logistics.routing.engine.warming import not_compiled, search_of, warm
from logistics.routing.file_plans import FilePlan, planned
from logistics.terminal import Command, named, said

DROPPED_SHOWN = 20
STRANGERS_SHOWN = 5
COST = N_("cost %(cost)s, %(routes)s routes for %(stops)s stops, distance %(distance)s, %(dropped)s dropped")
TIME = N_("%(seconds)s s, the best after %(best)s s, by %(solver)s")
ON_FOOT = N_(
    "on foot from %(count)s gates: %(volunteers)s volunteers to %(buildings)s buildings with %(packages)s packages, "
    "%(busy_s)s s together, cost %(cost)s"
)
HOLDS = N_("check: the plan holds")
BROKEN = N_("check: %(count)s rules broken")
LEFT_OUT = N_("stop %(stop)s is dropped: %(reason)s")
COMPILING = N_("compiling the search, once: a minute or so …")
BETTER = N_("%(seconds)s s  cost %(cost)s  %(routes)s routes")
BETTER_DROPPED = N_("%(seconds)s s  cost %(cost)s  %(routes)s routes, %(dropped)s dropped")
BEGINS = N_("begins with %(stops)s stops in %(routes)s routes of %(file)s")
STRANGERS = N_("not in this problem and left out: %(names)s")
OUTPUTS = (".sol", ".json")


def register(app: Flask) -> None:
    """Add the command to the app."""
    app.cli.add_command(solve)


@click.command("solve", cls=Command)
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--time-limit", type=click.FloatRange(0.1, 86_400), default=30, show_default=True, help="Seconds.")
@click.option("--workers", type=click.IntRange(1, 256), default=2, show_default=True, help="Cores to use at most.")
@click.option("--seed", type=click.IntRange(0, 2**31 - 1), default=1, show_default=True)
@click.option(
    "--start",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A plan to begin with: .sol or .json, as --output writes them.",
)
@click.option("--output", type=click.Path(dir_okay=False, path_type=Path), help="Write the plan here: .sol or .json.")
@click.option("--plot", type=click.Path(dir_okay=False, path_type=Path), help="Draw the plan here: .svg.")
@click.option("--json", "as_json", is_flag=True, help="Print the summary as JSON.")
def solve(
    file: Path,
    time_limit: float,
    workers: int,
    seed: int,
    start: Path | None,
    output: Path | None,
    plot: Path | None,
    as_json: bool,
) -> None:
    """Plan the problem in FILE and print what the plan costs and whether it holds.

    FILE is a Solomon or Gehring-Homberger .txt, a CVRPLIB .vrp, one of Cordeau's with several depots, VROOM's JSON or
    our own; it is recognised by what stands in it. Walks from gates to buildings, which our own may state, are planned
    with it. Ctrl-C ends the search and keeps the best plan. Exit code 1 means
    that the plan breaks a rule.
    """
    try:
        read = read_problem(file)
        walks = walks_of(read, file.name)
        begun = read_start(start, read) if start is not None else None
    except BadProblemFile as error:
        raise click.ClickException(str(error)) from error
    _check_outputs(read, output, plot)
    if begun is not None and start is not None:
        _tell_start(begun, start)
    options = engine.SolveOptions(
        time_limit_s=time_limit,
        seed=seed,
        workers=workers,
        start=read.start if begun is None else begun.orders,
        start_reloads=read.start_reloads if begun is None else begun.reloads,
    )
    _warm(read, walks)
    live = sys.stderr.isatty()
    shown = _Shown(read=read, live=live, better=said(BETTER), better_dropped=said(BETTER_DROPPED))
    with _interruptible() as interrupted, _on_cores(workers):
        try:
            found = planned(read, walks, options, shown.progress, interrupted.is_set)
        except (BadWalk, engine.BadProblem, engine.PlanRejected) as error:
            raise click.ClickException(str(error)) from error
    if output is not None:
        output.write_text(found.text(output.suffix), encoding="utf-8")
    if plot is not None:
        plot.write_text(found.drawing(), encoding="utf-8")
    summary = _summary(found, shown)
    shown.end()
    click.echo(json.dumps(summary, ensure_ascii=False, indent=1) if as_json else _lines(summary))
    if found.broken:
        raise SystemExit(1)


def _warm(read: ReadProblem, walks: Walks) -> None:
    """Compiles or loads what the plan needs, before its time runs."""
    needed = [search_of(read.problem), *(["walks"] if walks else [])]
    if set(needed) & set(not_compiled()):
        click.echo(said(COMPILING), err=True)
    warm(*needed)


def _tell_start(start: Start, path: Path) -> None:
    """Says on stderr what the search begins with, and what of the file it cannot use."""
    strange = set(start.strange_stops)
    kept = {vehicle: set(stops) - strange for vehicle, stops in start.orders.items()}
    for vehicle in start.strange_vehicles:
        del kept[vehicle]
    used = [stops for stops in kept.values() if stops]
    begins = {"stops": sum(map(len, used)), "routes": len(used), "file": path.name}
    click.echo(said(BEGINS) % begins, err=True)
    strangers = [*start.strange_vehicles, *start.strange_stops]
    if strangers:
        more = f", … ({len(strangers)})" if len(strangers) > STRANGERS_SHOWN else ""
        click.echo(said(STRANGERS) % {"names": ", ".join(strangers[:STRANGERS_SHOWN]) + more}, err=True)


def _check_outputs(read: ReadProblem, output: Path | None, plot: Path | None) -> None:
    """Refuses before the search what could not be written after it."""
    if output is not None and output.suffix not in OUTPUTS:
        raise click.BadParameter(f"{output.name} must end in {' or '.join(OUTPUTS)}", param_hint="--output")
    if plot is not None and read.coordinates is None:
        raise click.BadParameter(f"{read.name} has no coordinates, so there is nothing to draw", param_hint="--plot")
    for path, hint in ((output, "--output"), (plot, "--plot")):
        if path is not None and not path.absolute().parent.is_dir():
            raise click.BadParameter(f"there is no folder {path.parent}", param_hint=hint)


@dataclass(slots=True, kw_only=True)
class _Shown:
    """The progress line on stderr: rewritten in a terminal, one line per better plan elsewhere.

    Its words are looked up beforehand: a solver may call from a thread of its own, where no app is.
    """

    read: ReadProblem
    live: bool
    better: str
    better_dropped: str
    best: tuple[int, int] | None = None
    best_s: float = 0.0

    def progress(self, progress: engine.Progress) -> None:
        """Shows a plan that drops fewer stops or costs less than the last one shown."""
        if self.best is not None and (progress.dropped, progress.cost) >= self.best:
            return
        self.best, self.best_s = (progress.dropped, progress.cost), progress.elapsed_s
        facts = {
            "seconds": f"{progress.elapsed_s:7.1f}",
            "cost": f"{self.read.objective(progress.cost):,}",
            "routes": progress.routes,
            "dropped": progress.dropped,
        }
        line = (self.better_dropped if progress.dropped else self.better) % facts
        click.echo(f"\r{line:<70}" if self.live else line, err=True, nl=not self.live)

    def end(self) -> None:
        """Leaves the rewritten line."""
        if self.live and self.best is not None:
            click.echo(err=True)

    def seconds_to_best(self, plan: engine.Plan) -> float:
        """When the plan's cost was first shown; its end if it was found after the last progress."""
        return self.best_s if self.best == (len(plan.dropped), plan.cost) else plan.seconds


def _summary(found: FilePlan, shown: _Shown) -> dict[str, Any]:
    read, plan, walked = found.read, found.plan, found.walked()
    return {
        "name": read.name,
        "format": read.format,
        "convention": read.convention,
        "stops": len(read.problem.stops),
        "cost": _number(read.objective(plan.cost)),
        "routes": len(plan.routes),
        "distance": _number(read.distance(plan)),
        "dropped": {dropped.stop: dropped.reason.value for dropped in plan.dropped},
        **({} if walked is None else {"walks": {**walked, "cost": _number(read.objective(walked["cost"]))}}),
        "seconds": round(plan.seconds, 2),
        "seconds_to_best": round(shown.seconds_to_best(plan), 2),
        "solver": plan.solver,
        "check": {"holds": not found.broken, "violations": found.broken},
    }


def _lines(summary: dict[str, Any]) -> str:
    broken = summary["check"]["violations"]
    dropped = summary["dropped"]
    facts = {name: f"{summary[name]:,}" for name in ("cost", "distance")}
    facts |= {name: str(summary[name]) for name in ("routes", "stops", "seconds", "solver")}
    lines = [
        f"{summary['name']} ({summary['convention']})",
        said(COST) % {**facts, "dropped": len(dropped)},
        *([said(ON_FOOT) % summary["walks"]] if "walks" in summary else []),
        said(TIME) % {**facts, "best": summary["seconds_to_best"]},
        said(BROKEN) % {"count": len(broken)} if broken else said(HOLDS),
    ]
    lines += [f"  {sentence}" for sentence in broken]
    lines += [
        "  " + said(LEFT_OUT) % {"stop": stop, "reason": named(reason, "drop_reason")}
        for stop, reason in list(dropped.items())[:DROPPED_SHOWN]
    ]
    return "\n".join(lines)


def _number(value: Decimal) -> int | float:
    return int(value) if value == value.to_integral_value() else float(value)


@contextmanager
def _interruptible() -> Iterator[threading.Event]:
    """Turns the first Ctrl-C into a wish to stop; a second one kills as always."""
    asked = threading.Event()

    def ask(_signal: int, _frame: object) -> None:
        asked.set()
        signal.signal(signal.SIGINT, before)

    before = signal.signal(signal.SIGINT, ask)
    try:
        yield asked
    finally:
        signal.signal(signal.SIGINT, before)


@contextmanager
def _on_cores(count: int) -> Iterator[None]:
    """Keeps the search and its threads to so many cores, where the system can; elsewhere it uses what it finds."""
    if not hasattr(os, "sched_setaffinity"):
        yield
        return
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, set(sorted(before)[:count]))
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)
