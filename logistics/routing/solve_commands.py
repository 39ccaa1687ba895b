"""`flask solve`: the engine on a problem file, without the platform's tables."""

from __future__ import annotations

import json
import math
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click
from flask import Flask

from logistics.errors import N_
from logistics.routing import engine
from logistics.routing.easing import eased
from logistics.routing.engine.formats import (
    BadProblemFile,
    ReadProblem,
    read_problem,
    read_start,
)
from logistics.routing.engine.walking import BadWalk
from logistics.routing.engine.walking.files import Walks, walks_of
from logistics.routing.engine.warming import not_compiled, search_of, warm
from logistics.routing.file_plans import FilePlan, planned
from logistics.routing.solve_telling import BETTER, BETTER_DROPPED, Eased, Shown, lines_of, summary_of, tell_start
from logistics.terminal import Command, said

COMPILING = N_("compiling the search, once: a minute or so …")
OUTPUTS = (".sol", ".json")


def register(app: Flask) -> None:
    """Add the command to the app."""
    app.cli.add_command(solve)


class Seconds(click.FloatRange):
    """A number in the range; not NaN, which is in every range to click."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        seconds = super().convert(value, param, ctx)
        if math.isnan(seconds):
            self.fail(f"{value} is not in the range {self.min}<=x<={self.max}.", param, ctx)
        return seconds


@click.command("solve", cls=Command)
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--time-limit", type=Seconds(0.1, 86_400), default=30, show_default=True, help="Seconds.")
@click.option("--workers", type=click.IntRange(1, 256), default=2, show_default=True, help="Cores to use at most.")
@click.option("--seed", type=click.IntRange(0, 2**31 - 1), default=1, show_default=True)
@click.option(
    "--iterations",
    type=click.IntRange(1),
    help="Search steps: with them, --seed and --workers a plan can be repeated; the time limit still holds.",
)
@click.option(
    "--ease",
    type=Seconds(0.1, 3_600),
    help="Look so many seconds more for the least that would let dropped stops be served.",
)
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
    iterations: int | None,
    ease: float | None,
    start: Path | None,
    output: Path | None,
    plot: Path | None,
    as_json: bool,
) -> None:
    """Plan the problem in FILE and print what the plan costs and whether it holds.

    FILE is a Solomon or Gehring-Homberger .txt, a CVRPLIB .vrp, one of Cordeau's with several depots, VROOM's JSON or
    our own; it is recognised by what stands in it. Walks from gates to buildings, which our own may state, are planned
    with it. Ctrl-C ends the search and keeps the best plan. Exit code 1 means that the file is wrong, or that the plan
    breaks a rule or could not be written.
    """
    try:
        read = read_problem(file)
        walks = walks_of(read, file.name)
        begun = read_start(start, read) if start is not None else None
    except BadProblemFile as error:
        raise click.ClickException(str(error)) from error
    _check_outputs(read, output, plot)
    if begun is not None and start is not None:
        tell_start(begun, start)
    options = engine.SolveOptions(
        time_limit_s=time_limit,
        seed=seed,
        workers=workers,
        iteration_limit=iterations,
        start=read.start if begun is None else begun.orders,
        start_reloads=read.start_reloads if begun is None else begun.reloads,
    )
    _warm(read, walks)
    live = sys.stderr.isatty()
    shown = Shown(read=read, live=live, better=said(BETTER), better_dropped=said(BETTER_DROPPED))
    with _interruptible() as interrupted, _on_cores(workers):
        try:
            found = planned(read, walks, options, shown.progress, interrupted.is_set)
        except (BadWalk, engine.BadProblem, engine.PlanRejected) as error:
            raise click.ClickException(str(error)) from error
        wishes = None if ease is None else _eased(found, ease, options, interrupted.is_set)
    texts = {} if output is None else {output: found.text(output.suffix)}
    texts |= {} if plot is None else {plot: found.drawing()}
    unwritten = _unwritten(texts)
    summary = summary_of(found, shown, wishes)
    shown.end()
    click.echo(json.dumps(summary, ensure_ascii=False, indent=1) if as_json else lines_of(summary, found.plan.dropped))
    if unwritten:
        raise click.ClickException("; ".join(unwritten))
    if found.broken:
        raise SystemExit(1)


def _eased(found: FilePlan, seconds: float, options: engine.SolveOptions, stopped: Callable[[], bool]) -> Eased:
    """The least that would serve the first dropped stops. What is to be repeated is not left to the clock."""
    search = options.iteration_limit is None
    return eased(found.read.problem, found.plan, search=search, stopped=stopped, seconds_max=seconds)


def _unwritten(texts: dict[Path, str]) -> list[str]:
    """Writes the files; one sentence for each that cannot be: what was found is told all the same."""
    found = []
    for path, text in texts.items():
        try:
            path.write_text(text, encoding="utf-8")
        except OSError as error:
            found.append(f"{path}: {error.strerror}")
    return found


def _warm(read: ReadProblem, walks: Walks) -> None:
    """Compiles or loads what the plan needs, before its time runs."""
    needed = [search_of(read.problem), *(["walks"] if walks else [])]
    if set(needed) & set(not_compiled()):
        click.echo(said(COMPILING), err=True)
    warm(*needed)


def _check_outputs(read: ReadProblem, output: Path | None, plot: Path | None) -> None:
    """Refuses before the search what could not be written after it."""
    if output is not None and output.suffix not in OUTPUTS:
        raise click.BadParameter(f"{output.name} must end in {' or '.join(OUTPUTS)}", param_hint="--output")
    if plot is not None and plot.suffix != ".svg":
        raise click.BadParameter(f"{plot.name} must end in .svg", param_hint="--plot")
    if plot is not None and read.coordinates is None:
        raise click.BadParameter(f"{read.name} has no coordinates, so there is nothing to draw", param_hint="--plot")
    for path, hint in ((output, "--output"), (plot, "--plot")):
        if path is not None and not path.absolute().parent.is_dir():
            raise click.BadParameter(f"there is no folder {path.parent}", param_hint=hint)


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
