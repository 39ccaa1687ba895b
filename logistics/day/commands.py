"""`flask gather-day`, `flask run-day`, `flask plan …`: the steps of the main job, one by one, without the queue."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import click
from flask import Flask, current_app
from flask.cli import AppGroup
from sqlalchemy import select
from sqlalchemy.orm import Session

from logistics import outbox
from logistics.config import Settings
from logistics.day import service as days
from logistics.day.export import export_run
from logistics.day.gathering import gather_day
from logistics.day.models import Day, DayRun
from logistics.day.rules import Phase, RunState
from logistics.day.service import RunStatus
from logistics.db import reading, transaction
from logistics.errors import NotFound
from logistics.routing import service as routing
from logistics.terminal import Command

plan_commands = AppGroup("plan", help="Look at plans and write them to files.")


def register(app: Flask) -> None:
    """Add the commands to the app."""
    app.cli.add_command(gather)
    app.cli.add_command(run_day)
    app.cli.add_command(plan_commands)


@click.command("run-day", cls=Command)
@click.argument("day")
@click.option("--time-limit", type=click.IntRange(1, 3600), help="Seconds to search for routes.")
@click.option("--iterations", type=click.IntRange(1), help="Search steps: with it the plan is repeatable.")
@click.option("--seed", type=click.IntRange(0, 2**31 - 1))
@click.option("--queue", is_flag=True, help="Leave the work to the workers and return the run's id at once.")
@click.option("--json", "as_json", is_flag=True, help="Print the summary as JSON.")
def run_day(
    day: str, time_limit: int | None, iterations: int | None, seed: int | None, queue: bool, as_json: bool
) -> None:
    """Run DAY (its code) from the closing of its campaigns to the manifests."""
    settings: Settings = current_app.config["SETTINGS"]
    with transaction() as session:
        day_id = session.scalar(select(Day.id).where(Day.code == day))
        if day_id is None:
            raise NotFound(kind="day", key=day)
        run_id = days.start_run(
            session,
            days.StartRun(
                day_id=day_id,
                time_limit_s=time_limit or settings.solve_time_limit_s,
                iteration_limit=iterations or settings.solve_iteration_limit,
                seed=settings.solve_seed if seed is None else seed,
            ),
            now=_now(),
        )
    if queue:
        click.echo(run_id)
        return
    status = run_here(run_id, travel_cache_dir=settings.travel_cache_dir)
    click.echo(json.dumps(dict(status.summary), ensure_ascii=False, indent=1) if as_json else _line(status))
    if status.state is not RunState.DONE:
        raise SystemExit(1)


def run_here(run_id: int, *, travel_cache_dir: Path) -> RunStatus:
    """Do every phase of a run in this process and mark the promises of the queue kept, which are locked before runs
    as everywhere. Returns how it ended."""
    while True:
        with reading() as session:
            status = days.run_status(session, run_id)
        if status.state is not RunState.RUNNING:
            return status
        if status.phase is Phase.PLAN and status.plan_id is not None:
            routing.solve_plan(status.plan_id, travel_cache_dir=travel_cache_dir, now=_now)
            with transaction() as session:
                outbox.done_by_key(session, f"solve_plan:{status.plan_id}", now=_now())
                days.plan_ended(session, status.plan_id, now=_now())
        else:
            with transaction() as session:
                outbox.done_by_key(session, f"run_day:{run_id}:{status.phase.value}", now=_now())
                days.run_phase(session, run_id, now=_now())


@click.command("gather-day", cls=Command)
@click.argument("delivery_date", metavar="DELIVERY_DATE", type=click.DateTime(["%Y-%m-%d"]))
def gather(delivery_date: datetime) -> None:
    """Put the campaigns that deliver on DELIVERY_DATE (like 2020-02-18) into a day and print its code."""
    settings: Settings = current_app.config["SETTINGS"]
    roads = str(settings.roads_file) if settings.roads_file else ""
    with transaction() as session:
        day_id = gather_day(session, delivery_date.date(), roads_file=roads, now=_now())
        click.echo(session.get_one(Day, day_id).code)


@plan_commands.command("export", cls=Command)
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@click.option("--run", "run_id", type=int, help="Id of the run; the last finished one if left out.")
def export_plan(folder: Path, run_id: int | None) -> None:
    """Write a run's results into FOLDER: summary, order lines, batches, plan, matrix, GeoJSON, manifests."""
    settings: Settings = current_app.config["SETTINGS"]
    with reading() as session:
        wanted = run_id if run_id is not None else _last_finished(session)
        paths = export_run(session, wanted, folder, travel_cache_dir=settings.travel_cache_dir)
    for path in paths:
        click.echo(path)


def _last_finished(session: Session) -> int:
    run_id = session.scalar(select(DayRun.id).where(DayRun.state == RunState.DONE).order_by(DayRun.id.desc()).limit(1))
    if run_id is None:
        raise NotFound(kind="run", key="finished")
    return run_id


def _line(status: RunStatus) -> str:
    s = status.summary
    if status.state is not RunState.DONE:
        return f"run {status.run_id} {status.state.value} at {status.phase.value}: {status.error}"
    return (
        f"{s['orders']} orders, {s['lines']} lines, {s['kg']} kg, {s['batches']} batches, {s['stops']} stops, "
        f"{s['routes']} routes, {s['km']} km, {s['hours']} h, {len(s['dropped'])} dropped"
    )


def _now() -> datetime:
    return datetime.now(UTC)
