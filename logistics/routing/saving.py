"""Writing a solved plan down, in one transaction."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from logistics.routing import engine
from logistics.routing.engine.travel import TravelMatrix, Unplaced
from logistics.routing.engine.walking import TwoEchelonPlan
from logistics.routing.inputs import PlanInputs, at_minute
from logistics.routing.models import Plan, PlanDepot, PlanStop, PlanStopBatch, PlanVehicle
from logistics.routing.rules import GATE_CLOSED, GateStop, PlanState
from logistics.routing.walks import told_rounds


def save_plan(
    session: Session,
    plan: Plan,
    inputs: PlanInputs,
    both: TwoEchelonPlan,
    travel: TravelMatrix,
    lines: Mapping[str, list[tuple[float, float]]],
    wishes: Mapping[str, list[dict[str, Any]]],
    *,
    now: datetime,
) -> None:
    """Write routes, stops with the rounds of their volunteers, and dropped stops of a solved plan; make it ready.

    `wishes` holds what would have to be allowed for dropped stops to be served, see `easing`.
    Households hear of it when its manifests are issued: until then it is a plan that nobody drives by.
    """
    solved = both.plan
    _save_depots(session, inputs)
    vehicles = _save_vehicles(session, inputs, solved, lines)
    rows = _stop_rows(inputs, both, travel, vehicles, wishes)
    if rows:
        session.execute(insert(PlanStop), rows)
        _link_batches(session, inputs)
    plan.state = PlanState.READY
    plan.finished_at = now
    plan.solver = solved.solver
    plan.cost = solved.cost
    plan.metric = travel.metric.to_dict()
    plan.inputs_sha256 = inputs.sha256
    plan.progress = {
        "elapsed_s": round(solved.seconds, 1),
        "fraction": 1.0,
        "cost": solved.cost,
        "routes": sum(1 for route in solved.routes if route.visits),
        "dropped": len(solved.dropped) + len(inputs.closed),
        "solutions": solved.solutions,
    }


def _save_depots(session: Session, inputs: PlanInputs) -> None:
    session.add_all(
        [
            PlanDepot(
                plan_id=inputs.plan_id,
                store_id=depot.store_id,
                code=depot.code,
                name=depot.name,
                lng=depot.lng,
                lat=depot.lat,
                opens_at=at_minute(inputs.delivery_date, depot.opens_min),
                closes_at=at_minute(inputs.delivery_date, depot.closes_min),
            )
            for depot in inputs.depots
        ]
    )


def _save_vehicles(
    session: Session,
    inputs: PlanInputs,
    solved: engine.Plan,
    lines: Mapping[str, list[tuple[float, float]]],
) -> dict[str, int]:
    """Write every vehicle, driven or not. Returns row ids by vehicle code."""
    routes = {route.vehicle: route for route in solved.routes if route.visits}
    rows: dict[str, PlanVehicle] = {}
    for vehicle in inputs.named_vehicles():
        facts, route = vehicle.facts, routes.get(vehicle.name)
        rows[vehicle.name] = PlanVehicle(
            plan_id=inputs.plan_id,
            vehicle_id=facts.vehicle_id,
            store_id=facts.store_id,
            code=vehicle.name,
            type=facts.type,
            type_name=facts.type_name,
            plate=facts.plate,
            capacity_g=facts.capacity_g,
            capacity_packages=facts.capacity_packages,
            shift_start_at=facts.shift_start,
            shift_end_at=facts.shift_end,
            depart_at=inputs.moment_of(route.depart_s) if route else None,
            return_at=inputs.moment_of(route.return_s) if route else None,
            distance_m=route.distance_m if route else None,
            return_travel_s=route.return_travel_s if route else None,
            return_travel_m=route.return_travel_m if route else None,
            line=[[round(lng, 6), round(lat, 6)] for lng, lat in lines[vehicle.name]] if route else None,
        )
    session.add_all(rows.values())
    session.flush()
    return {name: row.id for name, row in rows.items()}


def _stop_rows(
    inputs: PlanInputs,
    both: TwoEchelonPlan,
    travel: TravelMatrix,
    vehicles: Mapping[str, int],
    wishes: Mapping[str, list[dict[str, Any]]],
) -> list[dict[str, Any]]:
    solved = both.plan
    visits = {
        visit.stop: {
            "plan_vehicle_id": vehicles[route.vehicle],
            "position": position,
            "arrival_at": inputs.moment_of(visit.arrival_s),
            "start_at": inputs.moment_of(visit.start_s),
            "departure_at": inputs.moment_of(visit.departure_s),
            "load_g_after": visit.load_after_g,
            "travel_s": visit.travel_s,
            "travel_m": visit.travel_m,
            "service_s": visit.departure_s - visit.start_s,
            "rounds": told_rounds(both.rounds[visit.stop], visit.start_s) if visit.stop in both.rounds else None,
            "drop_reason": None,
            "drop_detail": None,
        }
        for route in solved.routes
        for position, visit in enumerate(route.visits, start=1)
    }
    unplaced = {lost.point_id: lost for lost in travel.unplaced}
    dropped: dict[str, tuple[str, dict[str, Any]]] = {
        drop.stop: (
            drop.reason.value,
            dict(drop.detail) | ({"relaxations": wishes[drop.stop]} if drop.stop in wishes else {}),
        )
        for drop in solved.dropped
    }
    for stop in inputs.stops:
        lost = unplaced.get(f"gate:{stop.place}")
        if lost is None and not stop.any_depot:
            lost = unplaced.get(f"depot:{stop.depot}")
        if lost is not None:
            dropped[stop.code] = (lost.reason, _whereabouts(lost))
    for stop in inputs.closed:
        gate = inputs.gates[stop.place]
        dropped[stop.code] = (
            GATE_CLOSED,
            {"gate_opens_min": gate.opens_min, "gate_closes_min": gate.closes_min},
        )
    loaded_at = {
        visit.stop: vehicle.depot
        for vehicle in inputs.named_vehicles()
        for route in solved.routes
        if route.vehicle == vehicle.name
        for visit in route.visits
    }
    return [
        _facts(inputs, stop, depot=loaded_at.get(stop.code, stop.depot))
        | (visits[stop.code] if stop.code in visits else _dropped(*dropped[stop.code]))
        for stop in (*inputs.stops, *inputs.closed)
    ]


def _whereabouts(lost: Unplaced) -> dict[str, Any]:
    """Which place has no road, by name: the stop's gate or its depot."""
    away = {} if lost.distance_m is None else {"distance_m": lost.distance_m}
    return {"point": lost.name, **away}


def _facts(inputs: PlanInputs, stop: GateStop, *, depot: str) -> dict[str, Any]:
    gate = inputs.gates[stop.place]
    store = next(one.store_id for one in inputs.depots if one.code == depot)
    return {
        "plan_id": inputs.plan_id,
        "store_id": store,
        "compound_id": gate.compound_id,
        "code": stop.code,
        "name": stop.name,
        "place": stop.place,
        "kind": stop.kind,
        "lng": gate.lng,
        "lat": gate.lat,
        "window_start_at": stop.window_start,
        "window_end_at": stop.window_end,
        "weight_g": stop.weight_g,
        "volume_ml": stop.volume_ml,
        "package_count": stop.package_count,
        "service_s": stop.service_s,
    }


def _dropped(reason: str, detail: dict[str, Any]) -> dict[str, Any]:
    unserved = (
        "plan_vehicle_id",
        "position",
        "arrival_at",
        "start_at",
        "departure_at",
        "load_g_after",
        "travel_s",
        "travel_m",
        "rounds",
    )
    return dict.fromkeys(unserved) | {"drop_reason": reason, "drop_detail": detail}


def _link_batches(session: Session, inputs: PlanInputs) -> None:
    ids = {
        code: stop_id
        for code, stop_id in session.execute(
            select(PlanStop.code, PlanStop.id).where(PlanStop.plan_id == inputs.plan_id)
        )
    }
    session.execute(
        insert(PlanStopBatch),
        [
            {"stop_id": ids[stop.code], "batch_id": batch_id}
            for stop in (*inputs.stops, *inputs.closed)
            for batch_id in stop.batch_ids
        ],
    )
