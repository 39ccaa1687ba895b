"""A plan as documents: JSON, GeoJSON, CSV. `docs/formats.md` describes each field."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from logistics.clock import SHANGHAI
from logistics.errors import NotFound
from logistics.fulfilment import service as fulfilment
from logistics.routing.models import Plan, PlanDepot, PlanStop, PlanVehicle, PlanWave
from logistics.routing.stops import stop_of_batches
from logistics.tables_out import csv_text

MANIFEST_COLUMNS = (
    "vehicle", "plate", "position", "stop", "name", "kind", "lng", "lat", "window_start", "window_end", "arrival",
    "start", "departure", "packages", "weight_g", "load_g_after", "travel_s", "travel_m", "batches",
)  # fmt: skip


class _Sheet:
    """The rows of one plan, read once. `store_ids` narrow it to what a merchant may see: `cut` are the vehicles that
    also drive to stops left out, whose way and times between the others would give those away."""

    def __init__(
        self,
        session: Session,
        plan_id: int,
        *,
        store_ids: Collection[int] | None = None,
    ) -> None:
        plan = session.get(Plan, plan_id)
        if plan is None:
            raise NotFound(kind="plan", key=plan_id)
        self.plan = plan
        # dropped stops last: left to themselves, the two databases disagree on where they stand
        driving = (PlanStop.plan_vehicle_id.is_(None), PlanStop.plan_vehicle_id, PlanStop.position, PlanStop.code)
        stops = session.scalars(select(PlanStop).where(PlanStop.plan_id == plan_id).order_by(*driving)).all()
        self.stops = [stop for stop in stops if store_ids is None or stop.store_id in store_ids]
        seen = {stop.id for stop in self.stops}
        hidden = [stop for stop in stops if stop.id not in seen]
        self.whole = not hidden
        self.cut = {stop.plan_vehicle_id for stop in hidden}
        vehicles = session.scalars(select(PlanVehicle).where(PlanVehicle.plan_id == plan_id).order_by(PlanVehicle.code))
        self.vehicles = [vehicle for vehicle in vehicles if store_ids is None or vehicle.store_id in store_ids]
        depots = session.scalars(select(PlanDepot).where(PlanDepot.plan_id == plan_id).order_by(PlanDepot.code))
        self.depots = [depot for depot in depots if store_ids is None or depot.store_id in store_ids]
        self.depot_of_store = {depot.store_id: depot.code for depot in self.depots}
        self.visits: dict[int, list[PlanStop]] = defaultdict(list)
        for stop in self.stops:
            if stop.plan_vehicle_id is not None:
                self.visits[stop.plan_vehicle_id].append(stop)
        wave_ids = list(session.scalars(select(PlanWave.wave_id).where(PlanWave.plan_id == plan_id)))
        codes = {batch.batch_id: batch.code for batch in fulfilment.batches_of_waves(session, wave_ids)}
        self.batches: dict[str, list[str]] = defaultdict(list)
        for batch_id, stop_code in sorted(stop_of_batches(session, plan_id).items()):
            self.batches[stop_code].append(codes[batch_id])


def plan_document(
    session: Session,
    plan_id: int,
    *,
    store_ids: Collection[int] | None = None,
) -> dict[str, Any]:
    """The whole plan as one JSON-ready document, narrowed to some stores where asked.

    Raises:
        NotFound: no such plan.
    """
    sheet = _Sheet(session, plan_id, store_ids=store_ids)
    plan = sheet.plan
    return {
        "plan": plan.code,
        "state": plan.state.value,
        "delivery_date": plan.delivery_date.isoformat(),
        "solver": plan.solver,
        "seed": plan.seed,
        "time_limit_s": plan.time_limit_s,
        "iteration_limit": plan.iteration_limit,
        "cost_cents": plan.cost if sheet.whole else None,
        "metric": plan.metric,
        "inputs_sha256": plan.inputs_sha256,
        "depots": [_depot(depot) for depot in sheet.depots],
        "vehicles": [_vehicle(sheet, vehicle) for vehicle in sheet.vehicles],
        "stops": [_stop(sheet, stop) for stop in sheet.stops],
        "routes": [_route(sheet, vehicle) for vehicle in sheet.vehicles if sheet.visits[vehicle.id]],
        "dropped": [
            {"stop": stop.code, "reason": stop.drop_reason, "detail": stop.drop_detail}
            for stop in sheet.stops
            if stop.drop_reason is not None
        ],
    }


def geojson(
    session: Session,
    plan_id: int,
    *,
    store_ids: Collection[int] | None = None,
) -> dict[str, Any]:
    """The plan as a GeoJSON FeatureCollection (RFC 7946): a LineString per route, a Point per stop and depot.

    Raises:
        NotFound: no such plan.
    """
    sheet = _Sheet(session, plan_id, store_ids=store_ids)
    positions = {vehicle.id: vehicle.code for vehicle in sheet.vehicles}
    lines = [
        _feature("LineString", vehicle.line, {"role": "route", **_route_heading(sheet, vehicle)})
        for vehicle in sheet.vehicles
        if sheet.visits[vehicle.id] and vehicle.line and vehicle.id not in sheet.cut
    ]
    stops = [
        _feature(
            "Point",
            [stop.lng, stop.lat],
            {
                "role": "stop",
                **_stop(sheet, stop),
                **(_visit(sheet, stop) if stop.arrival_at else {}),
                "vehicle": positions.get(stop.plan_vehicle_id or 0),
                "position": None if stop.plan_vehicle_id in sheet.cut else stop.position,
                "drop_reason": stop.drop_reason,
            },
        )
        for stop in sheet.stops
    ]
    depots = [_feature("Point", [d.lng, d.lat], {"role": "depot", **_depot(d)}) for d in sheet.depots]
    return {"type": "FeatureCollection", "features": [*lines, *stops, *depots]}


def manifests_csv(
    session: Session,
    plan_id: int,
    *,
    store_ids: Collection[int] | None = None,
) -> str:
    """Every route's stops as one CSV, a row per stop in driving order, safe to open in a spreadsheet.

    Raises:
        NotFound: no such plan.
    """
    sheet = _Sheet(session, plan_id, store_ids=store_ids)
    rows = []
    for vehicle in sheet.vehicles:
        for stop in sheet.visits[vehicle.id]:
            facts, visit = _stop(sheet, stop), _visit(sheet, stop)
            rows.append(
                [
                    vehicle.code, vehicle.plate, None if vehicle.id in sheet.cut else stop.position, stop.code,
                    stop.name, stop.kind.value, stop.lng, stop.lat, *facts["window"], visit["arrival"],
                    visit["start"], visit["departure"], stop.package_count, stop.weight_g, visit["load_g_after"],
                    visit["travel_s"], visit["travel_m"], " ".join(facts["batches"]),
                ]
            )  # fmt: skip
    return csv_text(MANIFEST_COLUMNS, rows)


def local_iso(moment: datetime | None) -> str | None:
    """A moment in local time with its offset."""
    return None if moment is None else moment.astimezone(SHANGHAI).isoformat()


def _depot(depot: PlanDepot) -> dict[str, Any]:
    return {
        "id": depot.code,
        "name": depot.name,
        "lng": depot.lng,
        "lat": depot.lat,
        "opens": local_iso(depot.opens_at),
        "closes": local_iso(depot.closes_at),
    }


def _vehicle(sheet: _Sheet, vehicle: PlanVehicle) -> dict[str, Any]:
    return {
        "id": vehicle.code,
        "type": vehicle.type,
        "type_name": vehicle.type_name,
        "plate": vehicle.plate,
        "depot": sheet.depot_of_store[vehicle.store_id],
        "capacity_g": vehicle.capacity_g,
        "capacity_packages": vehicle.capacity_packages,
        "shift": [local_iso(vehicle.shift_start_at), local_iso(vehicle.shift_end_at)],
    }


def _stop(sheet: _Sheet, stop: PlanStop) -> dict[str, Any]:
    return {
        "id": stop.code,
        "name": stop.name,
        "kind": stop.kind.value,
        "place": stop.place,
        "depot": sheet.depot_of_store.get(stop.store_id),
        "lng": stop.lng,
        "lat": stop.lat,
        "demand_g": stop.weight_g,
        "packages": stop.package_count,
        "volume_ml": stop.volume_ml,
        "window": [local_iso(stop.window_start_at), local_iso(stop.window_end_at)],
        "service_s": stop.service_s,
        "batches": sheet.batches[stop.code],
    }


def _route_heading(sheet: _Sheet, vehicle: PlanVehicle) -> dict[str, Any]:
    visits, told = sheet.visits[vehicle.id], vehicle.id not in sheet.cut
    return {
        "vehicle": vehicle.code,
        "depot": sheet.depot_of_store[vehicle.store_id],
        "depart": local_iso(vehicle.depart_at) if told else None,
        "return": local_iso(vehicle.return_at) if told else None,
        "distance_m": vehicle.distance_m if told else None,
        "load_g": sum(stop.weight_g for stop in visits),
        "packages": sum(stop.package_count for stop in visits),
        "stop_count": len(visits),
    }


def _route(sheet: _Sheet, vehicle: PlanVehicle) -> dict[str, Any]:
    return {
        **_route_heading(sheet, vehicle),
        "return_travel_s": vehicle.return_travel_s if vehicle.id not in sheet.cut else None,
        "return_travel_m": vehicle.return_travel_m if vehicle.id not in sheet.cut else None,
        "stops": [_visit(sheet, stop) for stop in sheet.visits[vehicle.id]],
    }


def _visit(sheet: _Sheet, stop: PlanStop) -> dict[str, Any]:
    told = stop.plan_vehicle_id not in sheet.cut
    return {
        "stop": stop.code,
        "arrival": local_iso(stop.arrival_at),
        "start": local_iso(stop.start_at),
        "departure": local_iso(stop.departure_at),
        "load_g_after": stop.load_g_after if told else None,
        "travel_s": stop.travel_s if told else None,
        "travel_m": stop.travel_m if told else None,
    }


def _feature(kind: str, coordinates: Any, properties: dict[str, Any]) -> dict[str, Any]:
    return {"type": "Feature", "geometry": {"type": kind, "coordinates": coordinates}, "properties": properties}
