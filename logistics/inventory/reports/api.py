"""Daily reports over HTTP: who has reported, who is late, one report, its confirmation and its corrections."""

from __future__ import annotations

from typing import Any

from flask import Response, current_app
from flask_babel import force_locale, gettext

from logistics.access import current_viewer
from logistics.clock import utc_now
from logistics.config import Settings
from logistics.db import reading, transaction
from logistics.inventory.reports import queries, schemas, service, views
from logistics.inventory.reports.export import CSV, WORKBOOK, Words, report_file
from logistics.inventory.reports.rules import last_due
from logistics.inventory.subject import inventory
from logistics.labels import label
from logistics.problems import api_locale
from logistics.shapes import page, page_of, shape
from logistics.tables_out import XLSX_MIMETYPE

FILE = {"type": "string", "format": "binary"}


@inventory.get("/daily-reports")
@inventory.arguments(schemas.ReportQuery, location="query")
@inventory.response(200, page_of(views.ReportRow))
def list_reports(query: dict[str, Any]) -> dict[str, Any]:
    """Where the reports of a day stand, of your area and those below"""
    now, clock, limit = utc_now(), _clock(), query.pop("limit")
    day = query.pop("date", None) or last_due(now, clock)
    with reading() as session:
        rows = queries.reports_of_day(session, current_viewer(), day, now=now, clock=clock, limit=limit + 1, **query)
    return page(rows, limit=limit, offset=query["offset"])


@inventory.get("/daily-reports/late")
@inventory.arguments(schemas.LateQuery, location="query")
@inventory.response(200, page_of(views.ReportRow))
def list_late_reports(query: dict[str, Any]) -> dict[str, Any]:
    """Reports that were not confirmed by their deadline, latest day first: missing still, or confirmed after it"""
    limit, day = query.pop("limit"), query.pop("date", None)
    with reading() as session:
        rows = queries.late_reports(session, current_viewer(), now=utc_now(), day=day, limit=limit + 1, **query)
    return page(rows, limit=limit, offset=query["offset"])


@inventory.get("/areas/<int:area_id>/daily-reports/<string:day>")
@inventory.response(200, shape(views.ReportDetail))
def show_report(area_id: int, day: str) -> views.ReportDetail:
    """One report: what was reported, what the ledger says now, the areas below, and all versions"""
    with reading() as session:
        return service.report(session, current_viewer(), area_id, service.day_of(day), now=utc_now(), clock=_clock())


@inventory.get("/areas/<int:area_id>/daily-reports/<string:day>/versions/<int:number>")
@inventory.response(200, shape(views.ReportVersionDetail))
def show_report_version(area_id: int, day: str, number: int) -> views.ReportVersionDetail:
    """One version as it was reported"""
    with reading() as session:
        return queries.version(session, current_viewer(), area_id, service.day_of(day), number)


@inventory.post("/areas/<int:area_id>/daily-reports/<string:day>/confirm")
@inventory.arguments(schemas.ConfirmRequest)
@inventory.response(200, shape(views.ReportDetail))
def confirm_report(wanted: dict[str, Any], area_id: int, day: str) -> views.ReportDetail:
    """Confirm the report of a day: its numbers are those of the ledger at the cut-off

    Confirmed already, it stays as it is, so this needs no Idempotency-Key.
    """
    viewer, on_day, now, clock = current_viewer(), service.day_of(day), utc_now(), _clock()
    with transaction() as session:
        queries.require_area(session, viewer, area_id)
        command = service.ConfirmReport(area_id=area_id, on_day=on_day, account_id=viewer.account_id, **wanted)
        service.confirm(session, command, now=now, clock=clock)
        return service.report(session, viewer, area_id, on_day, now=now, clock=clock)


@inventory.post("/areas/<int:area_id>/daily-reports/<string:day>/correct")
@inventory.arguments(schemas.CorrectRequest)
@inventory.response(200, shape(views.ReportDetail))
def correct_report(wanted: dict[str, Any], area_id: int, day: str) -> views.ReportDetail:
    """Report what the ledger says by now as a new version; what was reported before stays

    It names the version that was looked at, so that it is done once without an Idempotency-Key.
    """
    viewer, on_day, now, clock = current_viewer(), service.day_of(day), utc_now(), _clock()
    with transaction() as session:
        queries.require_area(session, viewer, area_id)
        command = service.CorrectReport(area_id=area_id, on_day=on_day, account_id=viewer.account_id, **wanted)
        service.correct(session, command, now=now, clock=clock)
        return service.report(session, viewer, area_id, on_day, now=now, clock=clock)


@inventory.get("/areas/<int:area_id>/daily-reports/<string:day>/report.xlsx")
@inventory.response(200, FILE, content_type=XLSX_MIMETYPE)
def show_report_workbook(area_id: int, day: str) -> Response:
    """The report, the areas below it, its differences and versions as a workbook"""
    return _file(area_id, day, WORKBOOK)


@inventory.get("/areas/<int:area_id>/daily-reports/<string:day>/report.csv")
@inventory.response(200, {"type": "string"}, content_type="text/csv")
def show_report_rows(area_id: int, day: str) -> Response:
    """The report as CSV, one row per item; cells that a spreadsheet would run are quoted"""
    return _file(area_id, day, CSV)


def _file(area_id: int, day: str, kind: str) -> Response:
    now = utc_now()
    with reading() as session:
        found = service.report(session, current_viewer(), area_id, service.day_of(day), now=now, clock=_clock())
    with force_locale(api_locale()):
        made = report_file(found, kind, Words(said=gettext, named=label), made_at=now)
    response = Response(made.content, content_type=made.content_type)
    response.headers.set("Content-Disposition", "attachment", filename=made.name)
    return response


def _clock() -> service.Clock:
    settings: Settings = current_app.config["SETTINGS"]
    return service.clock_of(settings)
