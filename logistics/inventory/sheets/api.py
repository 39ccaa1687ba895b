"""Office sheets over HTTP: looked at, imported, and how they are read."""

from __future__ import annotations

from typing import Any

from flask import Response, jsonify
from flask_babel import force_locale, gettext
from sqlalchemy.orm import Session

from logistics.access import Viewer, current_viewer
from logistics.clock import utc_now
from logistics.db import reading, transaction
from logistics.inventory.sheets import queries, schemas, service
from logistics.inventory.sheets.mapping import SheetMapping
from logistics.inventory.sheets.views import SheetReportView, sheet_report
from logistics.inventory.subject import inventory
from logistics.problems import api_locale
from logistics.shapes import PageQuery, page, page_of, shape


@inventory.post("/office-sheets")
@inventory.arguments(schemas.UploadedSheet, location="files")
@inventory.arguments(schemas.ImportOptions, location="query")
@inventory.response(201, shape(SheetReportView))
@inventory.alt_response(200, schema=shape(SheetReportView), description="A dry run, or the sheet was imported before")
def import_office_sheet(files: dict[str, Any], options: dict[str, Any]) -> Response:
    """Import an office's sheet (.xls, .xlsx, CSV): all of it, or nothing and what is wrong with which cell

    The same file again changes nothing, so this needs no Idempotency-Key.
    """
    viewer, now = current_viewer(), utc_now()
    content, name = service.received_file(files["file"].stream, files["file"].filename or "")
    book = service.read_workbook(content, name)
    with reading() as session:
        mapping = _mapping(session, viewer, book, options)
        command = service.TakeSheet(
            book=book,
            mapping=mapping,
            owner_area_id=viewer.area_id,
            account_id=viewer.account_id,
            day=options.get("date"),
            facts_only=options["facts_only"],
            on_top=options["on_top"],
        )
        read = service.preview(session, command, now=now)
    imported = None
    if not options["dry_run"]:
        with transaction() as session:
            imported = service.import_sheet(session, command, now=now)
        read = imported.reading or read
    with force_locale(api_locale()):
        report = sheet_report(read, mapping, imported=imported, translate=gettext)
    answer = jsonify(shape(SheetReportView)().dump(report))
    answer.status_code = 200 if imported is None or imported.already_imported else 201
    return answer


@inventory.get("/office-sheets")
@inventory.arguments(PageQuery, location="query")
@inventory.response(200, page_of(queries.SheetImportView))
def list_office_sheets(query: dict[str, Any]) -> dict[str, Any]:
    """Sheets that your office and those below have imported, newest first"""
    limit, offset = query["limit"], query["offset"]
    with reading() as session:
        rows = queries.imports(session, current_viewer(), limit=limit + 1, offset=offset)
    return page(rows, limit=limit, offset=offset)


@inventory.get("/office-sheets/<int:import_id>")
@inventory.response(200, shape(queries.SheetImportDetail))
def show_office_sheet(import_id: int) -> queries.SheetImportDetail:
    """One imported sheet: what became of each row, and what it stated"""
    with reading() as session:
        return queries.imported(session, current_viewer(), import_id)


@inventory.get("/sheet-mappings")
@inventory.arguments(PageQuery, location="query")
@inventory.response(200, page_of(queries.SheetMappingView))
def list_sheet_mappings(query: dict[str, Any]) -> dict[str, Any]:
    """How sheets are read: your office's mappings and those for everybody"""
    limit, offset = query["limit"], query["offset"]
    with reading() as session:
        rows = queries.mappings(session, current_viewer(), limit=limit + 1, offset=offset)
    return page(rows, limit=limit, offset=offset)


@inventory.put("/sheet-mappings")
@inventory.arguments(schemas.SaveMapping)
@inventory.response(200, shape(queries.SheetMappingView))
def save_sheet_mapping(wanted: dict[str, Any]) -> queries.SheetMappingView:
    """Save a mapping under a name, or replace what your office had under it"""
    viewer = current_viewer()
    with transaction() as session:
        mapping_id = service.save_mapping(
            session,
            wanted["name"],
            wanted["document"],
            owner_area_id=viewer.area_id,
            account_id=viewer.account_id,
            now=utc_now(),
        )
        return queries.mapping(session, viewer, mapping_id)


@inventory.delete("/sheet-mappings/<int:mapping_id>")
@inventory.response(204)
def forget_sheet_mapping(mapping_id: int) -> None:
    """Forget a mapping of your office; what was imported by it stays"""
    with transaction() as session:
        service.forget_mapping(session, mapping_id, owner_area_id=current_viewer().area_id)


@inventory.get("/place-names")
@inventory.arguments(PageQuery, location="query")
@inventory.response(200, page_of(queries.PlaceAliasView))
def list_place_names(query: dict[str, Any]) -> dict[str, Any]:
    """What names in sheets mean: those of your office and those for everybody"""
    limit, offset = query["limit"], query["offset"]
    with reading() as session:
        rows = queries.aliases(session, current_viewer(), limit=limit + 1, offset=offset)
    return page(rows, limit=limit, offset=offset)


@inventory.put("/place-names")
@inventory.arguments(schemas.RememberPlaces)
@inventory.response(204)
def remember_place_names(wanted: dict[str, Any]) -> None:
    """Say what names in your sheets mean from now on"""
    viewer = current_viewer()
    names = {place["name"]: place["area_id"] for place in wanted["places"]}
    with transaction() as session:
        service.remember_places(
            session, names, owner_area_id=viewer.area_id, account_id=viewer.account_id, now=utc_now()
        )


def _mapping(session: Session, viewer: Viewer, book: service.Workbook, options: dict[str, Any]) -> SheetMapping:
    item = options.get("item", "")
    if "mapping" not in options:
        return service.guessed_mapping(session, book, item=item, owner_area_id=viewer.area_id)
    saved = service.saved_mapping(session, options["mapping"], owner_area_id=viewer.area_id)
    return service.with_item(saved, item) if item else saved
