"""Vehicles and plans over HTTP."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import Response, current_app, jsonify
from sqlalchemy.orm import Session

from logistics.access import Viewer, current_viewer
from logistics.clock import utc_now
from logistics.config import Settings
from logistics.db import reading, transaction
from logistics.errors import N_, Forbidden, Invalid, NotFound
from logistics.fulfilment import queries as fulfilment
from logistics.orders import queries as orders
from logistics.rest import KEY_OPTIONAL, Subject, create_once
from logistics.routing import export, fleet, queries, service, views
from logistics.routing.schemas import PlanOrder, PlanQuery, VehiclePatch, VehicleQuery, VehicleRequest, search_of
from logistics.shapes import Nothing, page, page_of, shape

routing = Subject("routing", __name__, description="Vehicles and plans")


class OtherDate(Invalid):
    template = N_("Wave %(wave)s is for %(wave_date)s; a plan is for one delivery date, here %(delivery_date)s.")
    code = "other_date"


class NotYoursToStop(Forbidden):
    template = N_("Plan %(plan)s also carries other merchants' goods; only an administrator may stop it.")
    code = "not_yours_to_stop"


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestedPlan:
    plan_id: int


@routing.get("/vehicles")
@routing.arguments(VehicleQuery, location="query")
@routing.response(200, page_of(views.VehicleView))
def list_vehicles(query: dict[str, Any]) -> dict[str, Any]:
    """The vehicles of your stores"""
    limit = query.pop("limit")
    with reading() as session:
        rows = queries.vehicles(session, current_viewer(), limit=limit + 1, **query)
    return page(rows, limit=limit, offset=query["offset"])


@routing.post("/vehicles")
@routing.arguments(VehicleRequest)
@routing.response(201, shape(views.VehicleView))
@routing.doc(parameters=[KEY_OPTIONAL])
def create_vehicle(wanted: dict[str, Any]) -> Response:
    """Add a vehicle to one of your stores"""
    viewer = current_viewer()
    new = fleet.NewVehicle(**wanted)

    def effect(session: Session) -> views.VehicleView:
        if new.store_id not in {store.id for store in orders.stores(session, viewer)}:
            raise NotFound(kind="store", key=new.store_id)
        return queries.vehicle(session, viewer, fleet.add_vehicle(session, new))

    return create_once(effect, answer=shape(views.VehicleView))


@routing.get("/vehicles/<int:vehicle_id>")
@routing.response(200, shape(views.VehicleView))
def show_vehicle(vehicle_id: int) -> views.VehicleView:
    """One vehicle"""
    with reading() as session:
        return queries.vehicle(session, current_viewer(), vehicle_id)


@routing.patch("/vehicles/<int:vehicle_id>")
@routing.arguments(VehiclePatch)
@routing.response(200, shape(views.VehicleView))
def change_vehicle(wanted: dict[str, Any], vehicle_id: int) -> views.VehicleView:
    """Take a vehicle out of planning, or back in"""
    viewer = current_viewer()
    with transaction() as session:
        queries.vehicle(session, viewer, vehicle_id)
        fleet.set_active(session, vehicle_id, active=wanted["active"])
        return queries.vehicle(session, viewer, vehicle_id)


@routing.get("/plans")
@routing.arguments(PlanQuery, location="query")
@routing.response(200, page_of(views.PlanView))
def list_plans(query: dict[str, Any]) -> dict[str, Any]:
    """Plans, newest first"""
    limit = query.pop("limit")
    with reading() as session:
        rows = queries.plans(session, current_viewer(), limit=limit + 1, **query)
    return page(rows, limit=limit, offset=query["offset"])


@routing.post("/plans")
@routing.arguments(PlanOrder)
@routing.response(202, shape(RequestedPlan))
@routing.doc(parameters=[KEY_OPTIONAL])
def request_plan(wanted: dict[str, Any]) -> Response:
    """Ask for a plan of your waves of one delivery date; a worker makes it"""
    viewer = current_viewer()
    settings: Settings = current_app.config["SETTINGS"]
    command = service.PlanRequest(
        delivery_date=wanted["delivery_date"],
        wave_ids=tuple(wanted["wave_ids"]),
        roads_file=str(settings.roads_file or ""),
        requested_by_id=viewer.account_id,
        **search_of(wanted, settings),
    )

    def effect(session: Session) -> RequestedPlan:
        _require_own_waves(session, viewer, command)
        return RequestedPlan(plan_id=service.request_plan(session, command, now=utc_now()))

    return create_once(effect, answer=shape(RequestedPlan), status=202)


@routing.get("/plans/<int:plan_id>")
@routing.response(200, shape(views.PlanDetail))
def show_plan(plan_id: int) -> views.PlanDetail:
    """One plan with its routes, stops and dropped stops"""
    with reading() as session:
        return queries.plan(session, current_viewer(), plan_id)


@routing.get("/plans/<int:plan_id>/progress")
@routing.response(200, shape(views.PlanView))
def show_progress(plan_id: int) -> views.PlanView:
    """State and progress of a plan, without its routes"""
    with reading() as session:
        return queries.plan_head(session, current_viewer(), plan_id)


@routing.post("/plans/<int:plan_id>/cancel")
@routing.arguments(Nothing, required=False)
@routing.response(200, shape(views.PlanView))
def cancel_plan(_: dict[str, Any], plan_id: int) -> views.PlanView:
    """Stop a plan that is queued or being made"""
    viewer = current_viewer()
    with transaction() as session:
        _require_whole(queries.plan_head(session, viewer, plan_id))
        service.cancel_plan(session, plan_id, now=utc_now())
        session.flush()
        return queries.plan_head(session, viewer, plan_id)


@routing.post("/plans/<int:plan_id>/finish")
@routing.arguments(Nothing, required=False)
@routing.response(200, shape(views.PlanView))
def finish_plan(_: dict[str, Any], plan_id: int) -> views.PlanView:
    """Let a plan stop searching and keep the best it has found"""
    viewer = current_viewer()
    with transaction() as session:
        _require_whole(queries.plan_head(session, viewer, plan_id))
        service.finish_plan(session, plan_id)
        session.flush()
        return queries.plan_head(session, viewer, plan_id)


@routing.get("/plans/<int:plan_id>/plan.json")
@routing.response(200, {"type": "object"}, description="docs/formats.md describes every field")
def show_document(plan_id: int) -> Response:
    """The plan as one document"""
    with reading() as session:
        return jsonify(export.plan_document(session, plan_id, store_ids=_stores(session, plan_id)))


@routing.get("/plans/<int:plan_id>/routes.geojson")
@routing.response(200, {"type": "object"}, content_type="application/geo+json")
def show_lines(plan_id: int) -> Response:
    """Routes and stops as GeoJSON, the lines along the roads"""
    with reading() as session:
        document = export.geojson(session, plan_id, store_ids=_stores(session, plan_id))
    response = jsonify(document)
    response.mimetype = "application/geo+json"
    return response


@routing.get("/plans/<int:plan_id>/manifests.csv")
@routing.response(200, {"type": "string"}, content_type="text/csv")
def show_rows(plan_id: int) -> Response:
    """Every stop as a row; cells that a spreadsheet would run are quoted"""
    with reading() as session:
        text = export.manifests_csv(session, plan_id, store_ids=_stores(session, plan_id))
    headers = {"Content-Disposition": f'attachment; filename="manifests-{plan_id}.csv"'}
    return Response(text, headers=headers, content_type="text/csv; charset=utf-8")


def _require_whole(head: views.PlanView) -> None:
    if not head.whole:
        raise NotYoursToStop(plan=head.code)


def _stores(session: Session, plan_id: int) -> frozenset[int] | None:
    """The stores an export is narrowed to: a merchant's own; None is all. Raises NotFound for a foreign plan."""
    viewer = current_viewer()
    head = queries.plan_head(session, viewer, plan_id)
    return None if head.whole else frozenset(store.id for store in orders.stores(session, viewer))


def _require_own_waves(session: Session, viewer: Viewer, command: service.PlanRequest) -> None:
    dates = fulfilment.wave_dates(session, viewer, command.wave_ids)
    for wave_id in command.wave_ids:
        if wave_id not in dates:
            raise NotFound(kind="wave", key=wave_id)
        if dates[wave_id] != command.delivery_date:
            raise OtherDate(wave=wave_id, wave_date=dates[wave_id], delivery_date=command.delivery_date)
