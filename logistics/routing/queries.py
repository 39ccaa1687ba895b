"""What a viewer may read of vehicles and plans."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from sqlalchemy import Select, and_, func, or_, select
from sqlalchemy.orm import Session

from logistics.access import Viewer
from logistics.accounts.models import Role
from logistics.communities.models import DeliveryPoint
from logistics.errors import NotFound
from logistics.fulfilment.models import Batch, Wave
from logistics.fulfilment.queries import sees_batch, sees_wave
from logistics.orders.models import Store
from logistics.orders.scope import owns_store
from logistics.routing.models import Plan, PlanDepot, PlanStop, PlanStopBatch, PlanVehicle, PlanWave, Vehicle
from logistics.routing.scope import drives_elsewhere, sees_plan, sees_route, sees_stop, sees_whole_plan
from logistics.routing.views import DepotView, PlanDetail, PlanView, RouteView, StopBatchView, StopView, VehicleView
from logistics.views import PAGE_SIZE, Rows, read, read_fields

FAILED = "failed"
"""What is told of an error to whoever cannot mend it."""

WAY = ("depart_at", "return_at", "distance_m", "return_travel_s", "return_travel_m", "line")
"""What of a route is not told to a viewer who sees only some of its stops."""


def vehicles(
    session: Session,
    viewer: Viewer,
    *,
    store_id: int | None = None,
    limit: int = PAGE_SIZE,
    offset: int = 0,
) -> list[VehicleView]:
    """The vehicles of the viewer's own stores, by store and code."""
    statement = _vehicles(viewer).order_by(Store.code, Vehicle.code).limit(limit).offset(offset)
    if store_id is not None:
        statement = statement.where(Vehicle.store_id == store_id)
    return read(session, statement, VehicleView)


def vehicle(session: Session, viewer: Viewer, vehicle_id: int) -> VehicleView:
    """One vehicle. Raises NotFound."""
    statement = _vehicles(viewer).where(Vehicle.id == vehicle_id)
    return VehicleView(**read_fields(session, statement, kind="vehicle", key=vehicle_id))


def plans(
    session: Session,
    viewer: Viewer,
    *,
    delivery_date: date | None = None,
    limit: int = PAGE_SIZE,
    offset: int = 0,
) -> list[PlanView]:
    """The viewer's plans, newest first."""
    statement = _plans(viewer).order_by(Plan.requested_at.desc(), Plan.id.desc()).limit(limit).offset(offset)
    if delivery_date is not None:
        statement = statement.where(Plan.delivery_date == delivery_date)
    return [PlanView(**_told(viewer, row)) for row in session.execute(statement).mappings()]


def plan_head(session: Session, viewer: Viewer, plan_id: int) -> PlanView:
    """State and progress of one plan, without its routes. Raises NotFound."""
    return PlanView(**_head(session, viewer, plan_id))


def whole_plan(session: Session, viewer: Viewer, plan_id: int) -> PlanView:
    """The plan if all of it is the viewer's, as exporting it asks. Raises NotFound."""
    head = plan_head(session, viewer, plan_id)
    if not head.whole:
        raise NotFound(kind="plan", key=plan_id)
    return head


def plan(session: Session, viewer: Viewer, plan_id: int) -> PlanDetail:
    """One plan with the depots, routes and stops the viewer may see. Raises NotFound."""
    fields = _head(session, viewer, plan_id)
    waves = (
        select(PlanWave.wave_id)
        .join(Wave, Wave.id == PlanWave.wave_id)
        .where(PlanWave.plan_id == plan_id, sees_wave(viewer))
    )
    stops = _stops(session, viewer, plan_id)
    return PlanDetail(
        **fields,
        wave_ids=tuple(session.scalars(waves.order_by(PlanWave.wave_id))),
        depots=tuple(read(session, _depots(viewer, plan_id), DepotView)),
        routes=_routes(session, viewer, plan_id, stops),
        dropped=tuple(stop for stop in stops if stop.plan_vehicle_id is None),
    )


def stop_batches(session: Session, viewer: Viewer, stop_ids: Select[int]) -> dict[int, list[StopBatchView]]:
    """The batches of stops, by stop id. `stop_ids` selects the stops, which the caller has scoped."""
    statement = (
        select(
            PlanStopBatch.stop_id,
            Batch.id,
            Batch.code,
            Batch.kind,
            DeliveryPoint.name.label("point_name"),
            Batch.order_count,
            Batch.package_count,
            Batch.weight_g,
        )
        .join(Batch, Batch.id == PlanStopBatch.batch_id)
        .join(DeliveryPoint, DeliveryPoint.id == Batch.delivery_point_id)
        .where(PlanStopBatch.stop_id.in_(stop_ids))
        .order_by(Batch.code, Batch.id)
    )
    if viewer.role is not Role.COURIER:  # a courier's stops are its own, the whole of them
        statement = statement.where(sees_batch(viewer))
    batches: dict[int, list[StopBatchView]] = defaultdict(list)
    for row in session.execute(statement).mappings():
        fields = dict(row)
        batches[fields.pop("stop_id")].append(StopBatchView(**fields))
    return batches


def stop_fields() -> tuple[Any, ...]:
    """The columns of a `StopView`, all but its batches."""
    return (
        PlanStop.id, PlanStop.store_id, PlanStop.compound_id, PlanStop.code, PlanStop.name, PlanStop.place,
        PlanStop.kind, PlanStop.lng, PlanStop.lat, PlanStop.window_start_at, PlanStop.window_end_at,
        PlanStop.weight_g, PlanStop.volume_ml, PlanStop.package_count, PlanStop.service_s, PlanStop.plan_vehicle_id,
        PlanStop.position, PlanStop.arrival_at, PlanStop.start_at, PlanStop.departure_at, PlanStop.load_g_after,
        PlanStop.travel_s, PlanStop.travel_m, PlanStop.drop_reason, PlanStop.drop_detail,
    )  # fmt: skip


def cut_stop(fields: dict[str, Any]) -> dict[str, Any]:
    """A stop's fields without what tells where else its vehicle drives; the times at the stop itself stay."""
    return {**fields, "position": None, "load_g_after": None, "travel_s": None, "travel_m": None}


def told_progress(progress: Mapping[str, Any], *, whole: bool) -> Mapping[str, Any]:
    """How far a search is. What it costs and drops so far is of every merchant, so it is told with the whole plan."""
    return progress if whole else {name: progress[name] for name in ("elapsed_s", "fraction") if name in progress}


def told_error(viewer: Viewer, error: str) -> str:
    """What went wrong, in the machine's words for administrators and as a mere code for everybody else."""
    return error if viewer.role is Role.ADMIN or not error else FAILED


def _head(session: Session, viewer: Viewer, plan_id: int) -> dict[str, Any]:
    return _told(viewer, read_fields(session, _plans(viewer).where(Plan.id == plan_id), kind="plan", key=plan_id))


def _told(viewer: Viewer, row: Mapping[Any, Any]) -> dict[str, Any]:
    """A plan's fields as far as they are the viewer's business."""
    fields, whole = dict(row), row["whole"]
    fields["cost"] = row["cost"] if whole else None
    fields["progress"] = told_progress(row["progress"], whole=whole)
    fields["error"] = told_error(viewer, row["error"])
    return fields


def _stops(session: Session, viewer: Viewer, plan_id: int) -> list[StopView]:
    scoped = (PlanStop.plan_id == plan_id, sees_stop(viewer))
    batches = stop_batches(session, viewer, select(PlanStop.id).where(*scoped))
    statement = select(*stop_fields()).where(*scoped)
    rows = session.execute(statement.order_by(PlanStop.plan_vehicle_id, PlanStop.position, PlanStop.code)).mappings()
    elsewhere = set(
        session.scalars(select(PlanVehicle.id).where(PlanVehicle.plan_id == plan_id, drives_elsewhere(viewer)))
    )
    stops = []
    for row in rows:
        fields = cut_stop(dict(row)) if row["plan_vehicle_id"] in elsewhere else dict(row)
        stops.append(StopView(**fields, batches=tuple(batches.get(row["id"], ()))))
    return stops


def _routes(session: Session, viewer: Viewer, plan_id: int, stops: Iterable[StopView]) -> tuple[RouteView, ...]:
    by_vehicle: dict[int | None, list[StopView]] = defaultdict(list)
    for stop in stops:
        by_vehicle[stop.plan_vehicle_id].append(stop)
    statement = select(
        PlanVehicle.id, PlanVehicle.vehicle_id, PlanVehicle.store_id, PlanVehicle.code, PlanVehicle.type,
        PlanVehicle.type_name, PlanVehicle.plate, PlanVehicle.capacity_g, PlanVehicle.capacity_packages,
        PlanVehicle.shift_start_at, PlanVehicle.shift_end_at, PlanVehicle.depart_at, PlanVehicle.return_at,
        PlanVehicle.distance_m, PlanVehicle.return_travel_s, PlanVehicle.return_travel_m, PlanVehicle.line,
        drives_elsewhere(viewer).label("shared"),
    ).where(PlanVehicle.plan_id == plan_id, sees_route(viewer))  # fmt: skip
    rows = session.execute(statement.order_by(PlanVehicle.code)).mappings()
    routes = []
    for row in rows:
        fields = {**row, **dict.fromkeys(WAY)} if row["shared"] else dict(row)
        routes.append(RouteView(**fields, stops=tuple(by_vehicle[row["id"]])))
    return tuple(routes)


def _vehicles(viewer: Viewer) -> Rows:
    return (
        select(
            Vehicle.id, Vehicle.store_id, Store.name.label("store_name"), Vehicle.code, Vehicle.type,
            Vehicle.type_name, Vehicle.plate, Vehicle.capacity_g, Vehicle.capacity_packages, Vehicle.shift_start_min,
            Vehicle.shift_end_min, Vehicle.active,
        )
        .join(Store, Store.id == Vehicle.store_id)
        .where(owns_store(viewer, Vehicle.store_id))
    )  # fmt: skip


def _depots(viewer: Viewer, plan_id: int) -> Rows:
    used = select(PlanVehicle.store_id).where(PlanVehicle.plan_id == plan_id, sees_route(viewer))
    return (
        select(
            PlanDepot.store_id, PlanDepot.code, PlanDepot.name, PlanDepot.lng, PlanDepot.lat, PlanDepot.opens_at,
            PlanDepot.closes_at,
        )
        .where(PlanDepot.plan_id == plan_id, or_(owns_store(viewer, PlanDepot.store_id), PlanDepot.store_id.in_(used)))
        .order_by(PlanDepot.code)
    )  # fmt: skip


def _plans(viewer: Viewer) -> Rows:
    stops = select(func.count(PlanStop.id)).where(PlanStop.plan_id == Plan.id, sees_stop(viewer))
    used = and_(PlanVehicle.plan_id == Plan.id, PlanVehicle.depart_at.is_not(None), sees_route(viewer))
    distance = select(func.coalesce(func.sum(PlanVehicle.distance_m), 0)).where(used, ~drives_elsewhere(viewer))
    return select(
        Plan.id,
        Plan.code,
        Plan.delivery_date,
        Plan.state,
        Plan.requested_at,
        Plan.requested_by_id,
        Plan.finished_at,
        Plan.time_limit_s,
        Plan.iteration_limit,
        Plan.seed,
        Plan.cancel_requested,
        Plan.progress,
        Plan.solver,
        Plan.cost,
        Plan.metric,
        Plan.phase_seconds,
        Plan.error,
        sees_whole_plan(viewer).label("whole"),
        select(func.count(PlanVehicle.id)).where(used).scalar_subquery().label("route_count"),
        stops.scalar_subquery().label("stop_count"),
        stops.where(PlanStop.plan_vehicle_id.is_(None)).scalar_subquery().label("dropped_count"),
        distance.scalar_subquery().label("distance_m"),
    ).where(sees_plan(viewer))
