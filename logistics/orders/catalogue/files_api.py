"""Files of the catalogue over HTTP: photos of products, and a merchant's list as a table."""

from __future__ import annotations

from typing import Any

from flask import Response
from flask_babel import force_locale
from werkzeug.datastructures import FileStorage

from logistics.access import current_viewer
from logistics.clock import utc_now
from logistics.db import reading, transaction
from logistics.inventory.sheets import service as sheets
from logistics.orders.catalogue import export, queries, schemas, scope, service, upload, views
from logistics.orders.catalogue.errors import NoFile
from logistics.orders.subject import orders
from logistics.problems import api_locale
from logistics.shapes import shape
from logistics.tables_out import XLSX_MIMETYPE
from logistics.telling import told

PHOTO_TYPE = "image/jpeg"
FILE = {"type": "string", "format": "binary"}


@orders.put("/products/<int:product_id>/photo")
@orders.arguments(schemas.UploadedPhoto, location="files")
@orders.response(200, shape(views.CatalogueProductDetail))
def put_photo(files: dict[str, Any], product_id: int) -> views.CatalogueProductDetail:
    """Give a product a photo (JPEG, PNG, WebP); it is written down anew, without what the camera noted"""
    viewer = current_viewer()
    with reading() as session:
        scope.require_product(session, viewer, product_id)
    photo = service.made_anew(service.received_photo(_sent(files).stream))
    with transaction() as session:
        scope.require_product(session, viewer, product_id)
        service.keep_photo(session, product_id, photo, set_by_id=viewer.account_id, now=utc_now())
        return queries.product(session, viewer, product_id)


@orders.get("/products/<int:product_id>/photo")
@orders.response(200, FILE, content_type=PHOTO_TYPE)
def show_photo(product_id: int) -> Response:
    """The photo of a product"""
    with reading() as session:
        content, sha256 = queries.photo(session, current_viewer(), product_id)
    response = Response(content, content_type=PHOTO_TYPE)
    response.headers.set("Content-Disposition", "inline", filename=f"{sha256[:16]}.jpg")
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"  # opened by itself it runs nothing
    response.headers["Cache-Control"] = "private, max-age=86400"  # pages name it with its hash
    response.set_etag(sha256)
    return response


@orders.delete("/products/<int:product_id>/photo")
@orders.response(204)
def drop_photo(product_id: int) -> None:
    """Take the photo of a product away; without one nothing happens"""
    with transaction() as session:
        scope.require_product(session, current_viewer(), product_id)
        service.drop_photo(session, product_id)


@orders.get("/merchants/<int:merchant_id>/products.csv")
@orders.response(200, FILE, content_type="text/csv")
def show_catalogue_rows(merchant_id: int) -> Response:
    """The list of a merchant as CSV, as it can be sent back; cells that a spreadsheet would run are quoted"""
    return _file(merchant_id, export.CSV)


@orders.get("/merchants/<int:merchant_id>/products.xlsx")
@orders.response(200, FILE, content_type=XLSX_MIMETYPE)
def show_catalogue_workbook(merchant_id: int) -> Response:
    """The list of a merchant as a workbook, as it can be sent back"""
    return _file(merchant_id, export.WORKBOOK)


@orders.post("/merchants/<int:merchant_id>/products")
@orders.arguments(schemas.UploadedCatalogue, location="files")
@orders.arguments(schemas.CatalogueOptions, location="query")
@orders.response(200, shape(upload.CatalogueReportView))
def import_catalogue(files: dict[str, Any], options: dict[str, Any], merchant_id: int) -> upload.CatalogueReportView:
    """Take a merchant's list from a .csv, .xls or .xlsx: all of it, or nothing and what is wrong with which row

    The same file again changes nothing, so this needs no Idempotency-Key.
    """
    viewer = current_viewer()
    with reading() as session:
        scope.require_merchant(session, viewer, merchant_id)
    file = _sent(files)
    content, name = sheets.received_file(file.stream, file.filename or "")
    command = service.TakeCatalogue(
        merchant_id=merchant_id,
        book=sheets.read_workbook(content, name),
        reason=options["reason"],
        set_by_id=viewer.account_id,
    )
    report = upload.imported(command, dry_run=options["dry_run"], now=utc_now())
    with force_locale(api_locale()):
        view = upload.report_view(report, tell=told, dry_run=options["dry_run"])
    if view.wrong and not options["dry_run"]:
        rows = [{"pointer": f"#/rows/{row.row}", "detail": why} for row in view.rows for why in row.problems]
        raise service.WrongRows(count=view.wrong, errors=rows)
    return view


def _sent(files: dict[str, Any]) -> FileStorage:
    """Whose file it is has been asked before: a stranger learns nothing by what is wrong with his request."""
    if "file" not in files:
        raise NoFile()
    file: FileStorage = files["file"]
    return file


def _file(merchant_id: int, name: str) -> Response:
    viewer, now = current_viewer(), utc_now()
    with reading() as session:
        scope.require_merchant(session, viewer, merchant_id)
        products, contents = queries.whole_list(session, viewer, merchant_id)
    content = export.catalogue_file(name, products, contents, chinese=api_locale() != "en", made_at=now)
    response = Response(content, content_type=export.FILES[name])
    response.headers.set("Content-Disposition", "attachment", filename=name)
    return response
