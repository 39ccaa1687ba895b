"""A sheet is imported whole or not at all, and once: checked, kept as facts, and carried out where facts ask for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from logistics.bulk import insert_new
from logistics.clock import local_date
from logistics.errors import N_, Conflict, Invalid
from logistics.inventory.sheets import queries
from logistics.inventory.sheets.applying import read_sheet
from logistics.inventory.sheets.effects import carry_out, lock_moved
from logistics.inventory.sheets.mapping import FactKind, SheetMapping
from logistics.inventory.sheets.memory import place_book, remember_places
from logistics.inventory.sheets.models import EVERYWHERE, SheetFact, SheetImport
from logistics.inventory.sheets.reading import Workbook
from logistics.inventory.sheets.rows import Outcome, SheetReading
from logistics.inventory.sheets.telling import report_documents

REPORTED_MAX = 100
CELLS_LENGTH_MAX = 500


class BadSheet(Invalid):
    """Rows of the sheet are wrong. `reading` has the report of every row; nothing was imported."""

    template = N_("%(name)s cannot be imported: %(count)s row(s) are wrong. Nothing was imported.")
    code = "bad_sheet"

    def __init__(self, name: str, reading: SheetReading) -> None:
        self.reading = reading
        wrong = [row for row in reading.rows if row.outcome is Outcome.WRONG]
        super().__init__(name=name, count=len(wrong), rows=report_documents(wrong[:REPORTED_MAX]))


class NothingTaken(Invalid):
    template = N_("%(name)s: no row of sheet “%(sheet)s” was taken. Choose other columns, or another sheet.")
    code = "nothing_taken"


class ImportedOtherwise(Conflict):
    template = N_(
        "%(name)s was imported on %(imported_at)s in another way. Nothing was changed: correct what came of it, or"
        " send a corrected file."
    )
    code = "imported_otherwise"


class ReceivedBefore(Conflict):
    template = N_(
        "Receipts in %(cells)s are of places, items and days for which %(files)s brought receipts already. Leave them"
        " out, or say that these are further ones."
    )
    code = "received_before"


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeSheet:
    """A file to import. `owner_area_id` is the office's area, None for the whole platform; `day` goes before what the
    sheet says; `names` are what names mean (None: their rows are left out), and are remembered with the import; with
    `facts_only` nothing comes of it but the facts, as for sheets of long ago; `on_top` says that its receipts are
    further ones, where places have some of the same item and day already."""

    book: Workbook
    mapping: SheetMapping
    owner_area_id: int | None = None
    account_id: int | None = None
    day: date | None = None
    facts_only: bool = False
    on_top: bool = False
    names: Mapping[str, int | None] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportedSheet:
    """A sheet that is in. `already_imported` says that it was before and that nothing changed."""

    import_id: int
    counts: Mapping[str, int]
    already_imported: bool
    reading: SheetReading | None = None


def preview(session: Session, command: TakeSheet, *, now: datetime) -> SheetReading:
    """What an import would take, skip and refuse. Writes nothing.

    Raises:
        ColumnsNotFound: no sheet of the file has the mapping's columns.
        BadMapping: the cell it names for the day holds none.
    """
    return read_sheet(
        command.book,
        command.mapping,
        places=place_book(session, command.owner_area_id, also=command.names),
        items=queries.items_by_name(session),
        today=local_date(now),
        day=command.day,
    )


def import_sheet(session: Session, command: TakeSheet, *, now: datetime) -> ImportedSheet:
    """Import a sheet: every row that is not skipped, or nothing. The same file again changes nothing.

    Raises:
        ColumnsNotFound, BadMapping: as `preview`.
        BadSheet: some rows are wrong.
        NothingTaken: no row says anything.
        ImportedOtherwise: the same sheet was imported before, by another mapping or as facts only.
        ReceivedBefore: another sheet has entered receipts of the same places, items and days.
    """
    reading = preview(session, command, now=now)
    import_id, known = _enter(session, command, reading, now=now)
    if known is not None:
        return known
    if reading.wrong:
        raise BadSheet(command.book.name, reading)
    if not reading.facts:
        raise NothingTaken(name=command.book.name, sheet=reading.sheet)
    remember_places(session, command.names, owner_area_id=command.owner_area_id, account_id=command.account_id, now=now)
    if not command.facts_only:
        lock_moved(session, reading.facts)  # first: a sheet that brings the same goods just now is seen when it is in
        if not command.on_top:
            _refuse_second_receipts(session, reading)
    effects, notices = (
        ([""] * len(reading.facts), [])
        if command.facts_only
        else carry_out(
            session,
            reading.facts,
            source=reading.fingerprint[:40],
            file_name=command.book.name,
            levels=queries.area_levels(session, command.owner_area_id),
            account_id=command.account_id,
            now=now,
        )
    )
    reading = replace(reading, notices=[*reading.notices, *notices])
    counts = _keep(session, import_id, reading, effects)
    return ImportedSheet(import_id=import_id, counts=counts, already_imported=False, reading=reading)


def _keep(session: Session, import_id: int, reading: SheetReading, effects: Sequence[str]) -> dict[str, int]:
    """Write the facts with what came of each, and the report of the rows. Returns the counts."""
    rows: list[dict[str, Any]] = [
        {
            "import_id": import_id,
            "row_number": fact.row,
            "area_id": fact.area_id,
            "item_id": fact.item_id,
            "kind": fact.kind,
            "on_day": fact.on,
            "pieces": fact.pieces,
            "cells": ", ".join(fact.cells)[:CELLS_LENGTH_MAX],
            "remark": fact.remark,
            "effect": effect,
        }
        for fact, effect in zip(reading.facts, effects, strict=True)
    ]
    session.execute(insert(SheetFact), rows)
    counts = {
        "taken": reading.count(Outcome.TAKEN),
        "skipped": reading.count(Outcome.SKIPPED),
        "facts": len(reading.facts),
    }
    report = report_documents(reading.rows)
    session.execute(update(SheetImport).where(SheetImport.id == import_id).values(counts=counts, report=report))
    return counts


def _refuse_second_receipts(session: Session, reading: SheetReading) -> None:
    """A sheet that was changed a little and sent again must not bring the same goods twice."""
    wanted = {(fact.area_id, fact.item_id, fact.on): fact for fact in reading.facts if fact.kind is FactKind.RECEIVED}
    files = queries.received_before(session, set(wanted))
    if files:
        cells = [", ".join(wanted[key].cells) for key in wanted if key in files][:REPORTED_MAX]
        raise ReceivedBefore(cells=cells, files=sorted(set(files.values())))


def _enter(
    session: Session, command: TakeSheet, reading: SheetReading, *, now: datetime
) -> tuple[int, ImportedSheet | None]:
    """Claim the sheet for this import. Whoever claims it at the same time waits, and finds it imported."""
    sheet = reading.sheet[:120]
    row: dict[str, Any] = {
        "owner_area_id": command.owner_area_id,
        "sha256": reading.fingerprint,
        "file_name": command.book.name[:200],
        "sheet": sheet,
        "mapping": command.mapping.document(),
        "mapping_sha256": command.mapping.fingerprint(),
        "facts_only": command.facts_only,
        "account_id": command.account_id,
        "imported_at": now,
        "counts": {},
        "report": [],
    }
    if command.owner_area_id is None:
        new = insert_new(session, SheetImport, [row], key=("sha256", "sheet"), where=EVERYWHERE)
    else:
        new = insert_new(session, SheetImport, [row], key=("owner_area_id", "sha256", "sheet"))
    if new:
        return next(iter(new.values())), None
    known = session.execute(
        select(
            SheetImport.id,
            SheetImport.counts,
            SheetImport.mapping_sha256,
            SheetImport.facts_only,
            SheetImport.imported_at,
        ).where(
            SheetImport.owner_area_id.is_not_distinct_from(command.owner_area_id),
            SheetImport.sha256 == reading.fingerprint,
            SheetImport.sheet == sheet,
        )
    ).one()
    if (known.mapping_sha256, known.facts_only) != (command.mapping.fingerprint(), command.facts_only):
        raise ImportedOtherwise(name=command.book.name, imported_at=known.imported_at)
    return known.id, ImportedSheet(import_id=known.id, counts=known.counts, already_imported=True)
