"""Delivery days and their runs over HTTP."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask import Response, current_app, jsonify
from flask_smorest.fields import Upload
from marshmallow import Schema, fields
from marshmallow.validate import Length
from sqlalchemy.orm import Session

from logistics.access import current_viewer
from logistics.clock import utc_now
from logistics.config import Settings
from logistics.day import gathering, queries, service, upload
from logistics.day.importing import ImportedDay, import_folder
from logistics.db import reading, transaction
from logistics.rest import KEY_OPTIONAL, Subject, create_once
from logistics.routing.schemas import SearchRequest, search_of
from logistics.shapes import Nothing, PageQuery, calendar_day, page, page_of, shape

days = Subject("days", __name__, description="Delivery days, their import and their runs")


class UploadedDay(Schema):
    """The files of a day folder (docs/formats.md), or one zip of them."""

    files = fields.List(Upload(), required=True, validate=Length(min=1, max=upload.FILES_MAX))


@dataclass(frozen=True, slots=True, kw_only=True)
class StartedRun:
    run_id: int


@days.get("/days")
@days.arguments(PageQuery, location="query")
@days.response(200, page_of(queries.DayView))
def list_days(query: dict[str, Any]) -> dict[str, Any]:
    """Delivery days, latest first"""
    limit, offset = query["limit"], query["offset"]
    with reading() as session:
        rows = queries.days(session, current_viewer(), limit=limit + 1, offset=offset)
    return page(rows, limit=limit, offset=offset)


class GatherRequest(Schema):
    """Which delivery date; `roads_file` is the platform's own."""

    delivery_date = calendar_day(required=True)


@days.post("/days")
@days.arguments(GatherRequest)
@days.response(201, shape(queries.DayDetail))
@days.doc(parameters=[KEY_OPTIONAL])
def gather_day(wanted: dict[str, Any]) -> Response:
    """Gather the campaigns of a delivery date into a day; later campaigns join it at the next call"""
    viewer = current_viewer()
    settings: Settings = current_app.config["SETTINGS"]
    roads = str(settings.roads_file) if settings.roads_file else ""

    def effect(session: Session) -> queries.DayDetail:
        day_id = gathering.gather_day(session, wanted["delivery_date"], roads_file=roads, now=utc_now())
        return queries.day(session, viewer, day_id)

    return create_once(effect, answer=shape(queries.DayDetail))


@days.post("/days/import")
@days.arguments(UploadedDay, location="files")
@days.response(201, shape(ImportedDay))
@days.alt_response(200, schema=shape(ImportedDay), description="These very files were imported before")
def import_day(wanted: dict[str, Any]) -> Response:
    """Import a day folder: all of it, or nothing and a report of what is wrong

    The same files are the same day, so this needs no Idempotency-Key.
    """
    settings: Settings = current_app.config["SETTINGS"]
    with tempfile.TemporaryDirectory(prefix="day-") as folder:
        upload.keep(wanted["files"], Path(folder))
        imported = import_folder(Path(folder), roads_file=settings.roads_file, now=utc_now())
    response = jsonify(shape(ImportedDay)().dump(imported))
    response.status_code = 200 if imported.already_imported else 201
    return response


@days.get("/days/<int:day_id>")
@days.response(200, shape(queries.DayDetail))
def show_day(day_id: int) -> queries.DayDetail:
    """One day with its campaigns and runs"""
    with reading() as session:
        return queries.day(session, current_viewer(), day_id)


@days.post("/days/<int:day_id>/runs")
@days.arguments(SearchRequest, required=False)
@days.response(202, shape(StartedRun))
@days.doc(parameters=[KEY_OPTIONAL])
def start_run(wanted: dict[str, Any], day_id: int) -> Response:
    """Run a day through the queue, from closing its campaigns to the manifests"""
    viewer = current_viewer()
    settings: Settings = current_app.config["SETTINGS"]

    def effect(session: Session) -> StartedRun:
        queries.day(session, viewer, day_id)
        command = service.StartRun(day_id=day_id, **search_of(wanted, settings))
        return StartedRun(run_id=service.start_run(session, command, now=utc_now()))

    return create_once(effect, answer=shape(StartedRun), status=202)


@days.get("/runs")
@days.arguments(PageQuery, location="query")
@days.response(200, page_of(queries.RunView))
def list_runs(query: dict[str, Any]) -> dict[str, Any]:
    """Runs, newest first"""
    limit, offset = query["limit"], query["offset"]
    with reading() as session:
        rows = queries.runs(session, current_viewer(), limit=limit + 1, offset=offset)
    return page(rows, limit=limit, offset=offset)


@days.get("/runs/<int:run_id>")
@days.response(200, shape(queries.RunView))
def show_run(run_id: int) -> queries.RunView:
    """How far a run is"""
    with reading() as session:
        return queries.run(session, current_viewer(), run_id)


@days.post("/runs/<int:run_id>/cancel")
@days.arguments(Nothing, required=False)
@days.response(200, shape(queries.RunView))
def cancel_run(_: dict[str, Any], run_id: int) -> queries.RunView:
    """Stop a run; what it has done so far stays"""
    viewer = current_viewer()
    with transaction() as session:
        queries.run(session, viewer, run_id)
        service.cancel_run(session, run_id, now=utc_now())
        session.flush()
        return queries.run(session, viewer, run_id)
