"""`flask import-day`, `flask make-sample`, `flask export-sample`: days in, and the sample out as an example."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from pathlib import Path

import click
from flask import Flask, current_app

from logistics.config import Settings
from logistics.day.folder import BadDayFolder, write_folder
from logistics.day.folder.cells import LOCAL
from logistics.day.importing import ImportedDay, import_folder
from logistics.day.sample import SAMPLE_SEED, make_sample, sample_day
from logistics.day.sample.roads_file import write_roads
from logistics.day.sample.streets import draw_town
from logistics.errors import N_
from logistics.terminal import Command, said

SEED = click.IntRange(0, 2**31 - 1)


def register(app: Flask) -> None:
    """Add the commands to the app."""
    for command in (import_day, make_sample_day, export_sample):
        app.cli.add_command(command)


@click.command("import-day", cls=Command)
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--roads", type=click.Path(path_type=Path), help="OpenStreetMap extract (.osm.pbf) to plan on.")
@click.option(
    "--date", "delivery_date", type=click.DateTime(["%Y-%m-%d"]), help="Delivery date, over what day.toml says."
)
@click.option("--json", "as_json", is_flag=True, help="Print the day, or the problems, as JSON.")
def import_day(folder: Path, roads: Path | None, delivery_date: datetime | None, as_json: bool) -> None:
    """Import the day in FOLDER (see docs/formats.md): all of it, or nothing and a report of every problem."""
    settings: Settings = current_app.config["SETTINGS"]
    try:
        day = import_folder(
            folder,
            roads_file=roads or settings.roads_file,
            now=datetime.now(UTC),
            delivery_date=delivery_date.date() if delivery_date else None,
        )
    except BadDayFolder as error:
        click.echo(_json(error.data) if as_json else error.told(said), err=True)
        raise SystemExit(1) from error
    _tell(day, as_json=as_json)


@click.command("make-sample", cls=Command)
@click.option("--seed", type=SEED, default=SAMPLE_SEED, show_default=True)
@click.option("--json", "as_json", is_flag=True, help="Print the day as JSON.")
def make_sample_day(seed: int, as_json: bool) -> None:
    """Make the sample district and its day; prints a demo login for every role."""
    settings: Settings = current_app.config["SETTINGS"]
    sample = make_sample(now=datetime.now(UTC), roads_dir=settings.instance_dir / "roads", seed=seed)
    _tell(sample, as_json=as_json)
    if not as_json:
        for login in sample.demo_logins:
            click.echo(f"  {login.role.value:<16} {login.username:<10} {login.password}")


@click.command("export-sample", cls=Command)
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@click.option("--seed", type=SEED, default=SAMPLE_SEED, show_default=True)
@click.option("--date", "delivery_date", type=click.DateTime(["%Y-%m-%d"]), help="Delivery date; today if left out.")
def export_sample(folder: Path, seed: int, delivery_date: datetime | None) -> None:
    """Write the sample as a day folder with its road file: an example of the format. Touches no database."""
    on: date = delivery_date.date() if delivery_date else datetime.now(UTC).astimezone(LOCAL).date()
    town = draw_town(seed)
    for path in (*write_folder(sample_day(on, seed=seed, town=town), folder), write_roads(town, folder)):
        click.echo(path)


def _tell(day: ImportedDay, *, as_json: bool) -> None:
    if as_json:
        click.echo(_json({"day": day.code, "id": day.day_id, "already_imported": day.already_imported,
                          "counts": dict(day.counts), "notices": list(day.notices)}))  # fmt: skip
        return
    counts = day.counts
    state = said(N_("already imported, nothing changed") if day.already_imported else N_("imported"))
    click.echo(
        f"{day.code}: {state} · {counts['compounds']} compounds, {counts['orders']} orders, {counts['lines']} lines, "
        f"{counts['weight_g'] / 1000:.3f} kg, {counts['vehicles']} vehicles"
    )
    for notice in day.notices:
        click.echo(f"  {notice}")


def _json(data: object) -> str:
    return json.dumps(data, ensure_ascii=False, indent=1)
