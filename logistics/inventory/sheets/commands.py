"""`flask import-sheet` and `flask import-areas`: office sheets and the national code tree from files."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

import click
from flask import Flask

from logistics.clock import utc_now
from logistics.db import reading, transaction
from logistics.errors import N_, NotFound
from logistics.inventory.sheets import queries, service
from logistics.inventory.sheets.areas import BadAreaFile, import_areas, read_areas
from logistics.inventory.sheets.mapping import PER_UNIT_MAX, SheetMapping
from logistics.inventory.sheets.quantities import Fractions
from logistics.inventory.sheets.rows import Outcome, SheetReading
from logistics.inventory.sheets.telling import notice_texts, report_documents, row_views
from logistics.terminal import Command, said, told

LEFT_OUT = "-"


def register(app: Flask) -> None:
    """Add the commands to the app."""
    for command in (import_sheet, import_area_file):
        app.cli.add_command(command)


@click.command("import-sheet", cls=Command)
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--mapping", "name", default="", help="A mapping saved for --area or for everybody; else a guess.")
@click.option("--area", default="", help="Code of the office whose sheet it is; without one the whole tree.")
@click.option("--item", default="", help="Code of the item, for a guess or over what the mapping says.")
@click.option("--date", "day", type=click.DateTime(["%Y-%m-%d"]), help="Day of the sheet, over what it says itself.")
@click.option("--per-unit", type=click.IntRange(1, PER_UNIT_MAX), help="Pieces in one unit of the sheet.")
@click.option(
    "--fractions", type=click.Choice([word.value for word in Fractions]), help="What becomes of parts of a piece."
)
@click.option("--place", "places", multiple=True, help="NAME=CODE: which area a name means; NAME=- leaves it out.")
@click.option("--facts-only", is_flag=True, help="Keep what it states; make no request and no movement of it.")
@click.option("--on-top", is_flag=True, help="Its receipts are further ones of the same places, items and days.")
@click.option("--save", default="", help="Save the mapping that was used under this name.")
@click.option("--dry-run", is_flag=True, help="Show what would be taken and write nothing.")
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
def import_sheet(
    file: Path,
    name: str,
    area: str,
    item: str,
    day: datetime | None,
    per_unit: int | None,
    fractions: str | None,
    places: tuple[str, ...],
    facts_only: bool,
    on_top: bool,
    save: str,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Import the office sheet FILE (.xls, .xlsx, .csv): every row, or nothing and what is wrong with which cell."""
    book = service.read_workbook(file.read_bytes(), file.name)
    now = utc_now()
    with reading() as session:
        owner = _area_id(session, area)
        mapping = _mapping(session, book, name, item, owner)
        mapping = replace(
            mapping,
            per_unit=per_unit or mapping.per_unit,
            fractions=Fractions(fractions) if fractions else mapping.fractions,
        )
        command = service.TakeSheet(
            book=book,
            mapping=mapping,
            owner_area_id=owner,
            day=day.date() if day else None,
            facts_only=facts_only,
            on_top=on_top,
            names=dict(_named(session, place) for place in places),
        )
        read = service.preview(session, command, now=now)
    if dry_run or read.wrong:
        _show(read, mapping, as_json=as_json, imported=None)
        raise SystemExit(1 if read.wrong else 0)
    with transaction() as session:
        imported = service.import_sheet(session, command, now=now)
        if save:
            service.save_mapping(session, save, mapping, owner_area_id=owner, account_id=None, now=now)
    _show(imported.reading or read, mapping, as_json=as_json, imported=imported)


@click.command("import-areas", cls=Command)
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--city", default="", help="Name of the city above the districts; without it they are the top.")
@click.option("--json", "as_json", is_flag=True, help="Print the counts as JSON.")
def import_area_file(file: Path, city: str, as_json: bool) -> None:
    """Import the code tree in FILE (level,code,name,parent as .csv or .csv.gz). Again changes nothing."""
    try:
        areas = read_areas(file.read_bytes(), file.name, city=city)
    except BadAreaFile as bad:
        click.echo(told(bad), err=True)
        for problem in bad.problems:
            click.echo(f"  {problem.told(said)}", err=True)
        raise SystemExit(1) from bad
    with transaction() as session:
        done = import_areas(session, areas)
    if as_json:
        counts: dict[str, Any] = {"new": done.new, "changed": done.changed, "unchanged": done.unchanged}
        click.echo(json.dumps({**counts, "levels": dict(done.levels)}, indent=1))
        return
    levels = ", ".join(f"{level} {count}" for level, count in done.levels.items() if count)
    sentence = said(N_("%(new)s new, %(changed)s changed, %(unchanged)s unchanged"))
    click.echo(f"{sentence % {'new': done.new, 'changed': done.changed, 'unchanged': done.unchanged}} ({levels})")


def _area_id(session: Any, code: str) -> int | None:
    if not code:
        return None
    found = next((place.area_id for place in queries.places(session, None) if place.code == code), None)
    if found is None:
        raise NotFound(kind="area", key=code)
    return found


def _named(session: Any, place: str) -> tuple[str, int | None]:
    name, sign, code = place.rpartition("=")
    if not (name and sign and code):
        raise click.BadParameter(
            said(N_("give a name and the code of its area, as in 新区=220106")), param_hint="--place"
        )
    return name, None if code == LEFT_OUT else _area_id(session, code)


def _mapping(session: Any, book: service.Workbook, name: str, item: str, owner: int | None) -> SheetMapping:
    if name:
        saved = service.saved_mapping(session, name, owner_area_id=owner)
        return service.with_item(saved, item) if item else saved
    return service.guessed_mapping(session, book, item=item, owner_area_id=owner)


def _show(read: SheetReading, mapping: SheetMapping, *, as_json: bool, imported: service.ImportedSheet | None) -> None:
    documents = report_documents(read.rows)
    rows = row_views(documents, said)
    counts = {outcome.value: read.count(outcome) for outcome in Outcome}
    notices = notice_texts(read.notices, said)
    if as_json:
        facts = [
            {
                "row": fact.row,
                "area_id": fact.area_id,
                "item_id": fact.item_id,
                "kind": fact.kind.value,
                "pieces": fact.pieces,
                "on": fact.on.isoformat(),
                "cells": list(fact.cells),
                "remark": fact.remark,
            }
            for fact in read.facts
        ]
        document = {
            "sheet": read.sheet,
            "day": _iso(read.day),
            "import": imported.import_id if imported else None,
            "already_imported": bool(imported and imported.already_imported),
            "counts": counts,
            "rows": documents,
            "facts": facts,
            "notices": notices,
            "mapping": mapping.document(),
        }
        click.echo(json.dumps(document, ensure_ascii=False, indent=1, default=str))
        return
    for row in rows:
        click.echo(f"{row.row:>5}  {said(OUTCOMES[row.outcome]):<8}  {row.place}  {row.why}".rstrip())
        for problem in row.problems:
            click.echo(f"         {problem.cell}: {problem.wrong}; {problem.right}")
        for note in row.notes:
            click.echo(f"         {note}")
    for notice in notices:
        click.echo(f"  {notice}")
    state = ALREADY if imported and imported.already_imported else IMPORTED if imported else NOTHING_WRITTEN
    summary = said(N_("%(taken)s taken, %(skipped)s skipped, %(wrong)s wrong")) % counts
    click.echo(f"{read.sheet}: {summary}. {said(state)}")


OUTCOMES = {"taken": N_("taken"), "skipped": N_("skipped"), "wrong": N_("wrong")}
ALREADY, IMPORTED = N_("It was imported before; nothing was changed."), N_("Imported.")
NOTHING_WRITTEN = N_("Nothing was written.")


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None
