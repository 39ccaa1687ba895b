"""Lists from chat groups over HTTP: looked at, entered, and how they are read."""

from __future__ import annotations

from typing import Any

from flask import Response, jsonify
from flask_babel import force_locale, gettext
from sqlalchemy.orm import Session

from logistics.access import Viewer, current_viewer
from logistics.clock import utc_now
from logistics.db import reading, transaction
from logistics.labels import label
from logistics.orders import queries as campaigns
from logistics.orders.chat_sheets import queries, schemas, service
from logistics.orders.chat_sheets.export import CSV, WORKBOOK, ListWords, list_file
from logistics.orders.chat_sheets.mapping import ListMapping
from logistics.orders.chat_sheets.views import ListReportView, list_report
from logistics.orders.subject import orders
from logistics.problems import api_locale
from logistics.shapes import PageQuery, page, page_of, shape
from logistics.tables_out import XLSX_MIMETYPE

FILE = {"type": "string", "format": "binary"}


@orders.post("/chat-lists")
@orders.arguments(schemas.UploadedList, location="files")
@orders.arguments(schemas.ListOptions, location="query")
@orders.response(201, shape(ListReportView))
@orders.alt_response(200, schema=shape(ListReportView), description="A dry run, or nothing in it was new and clear")
def import_chat_list(files: dict[str, Any], options: dict[str, Any]) -> Response:
    """Enter a chat group's list (.xls, .xlsx, CSV) as orders: what is new and clear of it, and say why not the rest

    The same list again changes nothing, so this needs no Idempotency-Key.
    """
    viewer, now = current_viewer(), utc_now()
    content, name = service.received_file(files["file"].stream, files["file"].filename or "")
    book = service.read_workbook(content, name)
    with reading() as session:
        campaigns.campaign(session, viewer, options["campaign_id"])
        mapping = _mapping(session, viewer, book, options)
        command = service.TakeList(
            book=book,
            mapping=mapping,
            campaign_id=options["campaign_id"],
            source=options.get("mapping", ""),
            owner_area_id=viewer.area_id,
            account_id=viewer.account_id,
            window=options["window"],
            changes=options["changes"],
            second=options["second"],
            create=options["create"],
        )
        preview = service.preview_list(session, command, now=now)
    import_id, known = None, False
    if not options["dry_run"]:
        with transaction() as session:
            done = service.import_list(session, command, now=now)
        preview, import_id, known = done.preview, done.import_id, done.already_imported
    with force_locale(api_locale()):
        report = list_report(
            preview, mapping, import_id=import_id, already_imported=known, translate=gettext, named=label
        )
    answer = jsonify(shape(ListReportView)().dump(report))
    answer.status_code = 200 if import_id is None or known else 201
    return answer


@orders.get("/chat-lists")
@orders.arguments(PageQuery, location="query")
@orders.response(200, page_of(queries.ChatImportView))
def list_chat_lists(query: dict[str, Any]) -> dict[str, Any]:
    """Lists that your area has entered, newest first"""
    limit, offset = query["limit"], query["offset"]
    with reading() as session:
        rows = queries.imports(session, current_viewer(), limit=limit + 1, offset=offset)
    return page(rows, limit=limit, offset=offset)


@orders.get("/chat-lists/<int:list_id>")
@orders.response(200, shape(queries.ChatImportDetail))
def show_chat_list(list_id: int) -> queries.ChatImportDetail:
    """One list that was entered, and what became of each row"""
    with reading() as session:
        return queries.imported(session, current_viewer(), list_id)


@orders.get("/chat-lists/<int:list_id>/report.xlsx")
@orders.response(200, FILE, content_type=XLSX_MIMETYPE)
def show_chat_list_workbook(list_id: int) -> Response:
    """What became of each row, as a workbook"""
    return _file(list_id, WORKBOOK)


@orders.get("/chat-lists/<int:list_id>/report.csv")
@orders.response(200, {"type": "string"}, content_type="text/csv")
def show_chat_list_rows(list_id: int) -> Response:
    """What became of each row, as CSV; cells that a spreadsheet would run are quoted"""
    return _file(list_id, CSV)


@orders.get("/chat-mappings")
@orders.arguments(PageQuery, location="query")
@orders.response(200, page_of(queries.ChatMappingView))
def list_chat_mappings(query: dict[str, Any]) -> dict[str, Any]:
    """How your area reads the lists of each source"""
    limit, offset = query["limit"], query["offset"]
    with reading() as session:
        rows = queries.mappings(session, current_viewer(), limit=limit + 1, offset=offset)
    return page(rows, limit=limit, offset=offset)


@orders.put("/chat-mappings")
@orders.arguments(schemas.SaveListMapping)
@orders.response(200, shape(queries.ChatMappingView))
def save_chat_mapping(wanted: dict[str, Any]) -> queries.ChatMappingView:
    """Say how lists of a source are read from now on"""
    viewer = current_viewer()
    with transaction() as session:
        mapping_id = service.save_mapping(
            session,
            wanted["source"],
            wanted["document"],
            owner_area_id=viewer.area_id,
            account_id=viewer.account_id,
            now=utc_now(),
        )
        return queries.mapping(session, viewer, mapping_id)


@orders.delete("/chat-mappings/<int:chat_mapping_id>")
@orders.response(204)
def forget_chat_mapping(chat_mapping_id: int) -> None:
    """Forget how a source is read; what was entered by it stays"""
    with transaction() as session:
        service.forget_mapping(session, chat_mapping_id, owner_area_id=current_viewer().area_id)


@orders.get("/chat-home-names")
@orders.arguments(PageQuery, location="query")
@orders.response(200, page_of(queries.ChatHomeNameView))
def list_chat_home_names(query: dict[str, Any]) -> dict[str, Any]:
    """What addresses mean in your lists"""
    limit, offset = query["limit"], query["offset"]
    with reading() as session:
        rows = queries.home_names(session, current_viewer(), limit=limit + 1, offset=offset)
    return page(rows, limit=limit, offset=offset)


@orders.put("/chat-home-names")
@orders.arguments(schemas.RememberHomes)
@orders.response(204)
def remember_chat_home_names(wanted: dict[str, Any]) -> None:
    """Say what addresses mean in your lists from now on"""
    viewer = current_viewer()
    names = {(one["name"], one["compound"]): one["household_id"] for one in wanted["homes"]}
    with transaction() as session:
        service.remember_homes(
            session, names, owner_area_id=viewer.area_id, account_id=viewer.account_id, now=utc_now()
        )


@orders.get("/chat-product-names")
@orders.arguments(PageQuery, location="query")
@orders.response(200, page_of(queries.ChatProductNameView))
def list_chat_product_names(query: dict[str, Any]) -> dict[str, Any]:
    """What words mean among the products of each merchant"""
    limit, offset = query["limit"], query["offset"]
    with reading() as session:
        rows = queries.product_names(session, current_viewer(), limit=limit + 1, offset=offset)
    return page(rows, limit=limit, offset=offset)


@orders.put("/chat-product-names")
@orders.arguments(schemas.RememberProducts)
@orders.response(204)
def remember_chat_product_names(wanted: dict[str, Any]) -> None:
    """Say what words mean among the products of a group buy's merchant from now on"""
    viewer = current_viewer()
    names = {one["name"]: one["sku"] for one in wanted["products"]}
    with transaction() as session:
        campaigns.campaign(session, viewer, wanted["campaign_id"])
        service.remember_products(
            session,
            wanted["campaign_id"],
            names,
            owner_area_id=viewer.area_id,
            account_id=viewer.account_id,
            now=utc_now(),
        )


def _mapping(session: Session, viewer: Viewer, book: service.Workbook, options: dict[str, Any]) -> ListMapping:
    if "mapping" in options:
        return service.saved_mapping(session, options["mapping"], owner_area_id=viewer.area_id)
    found = service.guess(session, book, options["campaign_id"], owner_area_id=viewer.area_id)
    return found.mapping(compound=options["compound"])


def _file(list_id: int, kind: str) -> Response:
    with reading() as session:
        found = queries.imported(session, current_viewer(), list_id)
    with force_locale(api_locale()):
        words = ListWords(said=gettext, named=label)
        made = list_file(found.report, kind, words, name=f"list-{list_id}", made_at=found.imported_at)
    response = Response(made.content, content_type=made.content_type)
    response.headers.set("Content-Disposition", "attachment", filename=made.name)
    return response
