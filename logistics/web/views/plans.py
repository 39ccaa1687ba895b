"""Plans: the list, the tables and chart of one, its map, its exports."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping

from flask import Blueprint, Response, current_app, jsonify, render_template
from sqlalchemy.orm import Session
from werkzeug.exceptions import NotFound

from logistics.config import Settings
from logistics.db import reading
from logistics.routing import export, queries
from logistics.routing.rules import PlanState
from logistics.web.chart import timeline
from logistics.web.here import PAGE_ROWS, current_viewer, page, page_number
from logistics.web.mapdata import map_document, window_key
from logistics.web.reasons import explain
from logistics.web.routes import driven_routes, on_roads
from logistics.web.wishes import wishes_of

pages = Blueprint("plans", __name__)


@pages.get("/plans")
def index() -> str:
    number = page_number()
    with reading() as session:
        rows = queries.plans(session, current_viewer(), limit=PAGE_ROWS + 1, offset=PAGE_ROWS * (number - 1))
    return render_template("plans.html", page=page(rows, number))


@pages.get("/plans/<int:plan_id>")
def show(plan_id: int) -> str:
    with reading() as session:
        plan = queries.plan(session, current_viewer(), plan_id)
    routes = driven_routes(plan.routes)
    return render_template(
        "plan.html",
        plan=plan,
        routes=routes,
        served=sum(len(r.route.stops) for r in routes),
        roads=on_roads(plan),
        chart=timeline(routes),
        explain=explain,
        wishes_of=wishes_of,
    )


@pages.get("/plans/<int:plan_id>/map")
def map(plan_id: int) -> str:
    with reading() as session:
        plan = queries.plan(session, current_viewer(), plan_id)
    routes = driven_routes(plan.routes)
    stops = [stop for r in routes for stop in r.route.stops] + list(plan.dropped)
    return render_template(
        "map.html",
        plan=plan,
        routes=routes,
        served=len(stops) - len(plan.dropped),
        roads=plan.state is not PlanState.READY or on_roads(plan),
        windows=sorted({window_key(stop) for stop in stops}),
    )


@pages.get("/plans/<int:plan_id>/map.json")
def map_data(plan_id: int) -> Response:
    settings: Settings = current_app.config["SETTINGS"]
    with reading() as session:
        plan = queries.plan(session, current_viewer(), plan_id)
    document = map_document(plan, tile_url=settings.tile_url, tile_attribution=settings.tile_attribution)
    return jsonify(document)


@pages.get("/plans/<int:plan_id>/<string:kind>")
def export_file(plan_id: int, kind: str) -> Response:
    """One of the plan's documents, under the name that `flask plan export` gives it."""
    if kind not in _EXPORTS:
        raise NotFound
    with reading() as session:
        queries.whole_plan(session, current_viewer(), plan_id)
        content, mimetype = _EXPORTS[kind](session, plan_id)
    response = Response(content, mimetype=mimetype)
    response.headers["Content-Disposition"] = f'attachment; filename="{kind}"'
    return response


_Export = Callable[[Session, int], tuple[str, str]]

_EXPORTS: Mapping[str, _Export] = {
    "plan.json": lambda session, plan_id: (_json(export.plan_document(session, plan_id)), "application/json"),
    "routes.geojson": lambda session, plan_id: (_json(export.geojson(session, plan_id)), "application/geo+json"),
    "manifests.csv": lambda session, plan_id: (export.manifests_csv(session, plan_id), "text/csv; charset=utf-8"),
}


def _json(document: object) -> str:
    return json.dumps(document, ensure_ascii=False, indent=1)
