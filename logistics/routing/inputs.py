"""What a plan is made from: read in one short transaction, turned into the engine's problem without one."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import select
from sqlalchemy.orm import Session

from logistics.clock import SHANGHAI
from logistics.communities import service as communities
from logistics.communities.service import PointPlace
from logistics.fulfilment import service as fulfilment
from logistics.orders import service as orders
from logistics.orders.service import StoreFacts
from logistics.routing import engine
from logistics.routing.engine.travel import Point, TravelMatrix
from logistics.routing.models import Plan, PlanWave, Vehicle
from logistics.routing.rules import (
    VEHICLE_CENTS_PER_H,
    VEHICLE_FIXED_CENTS,
    BatchLoad,
    Capacity,
    GateStop,
    cents_per_km,
    open_window,
    stop_kind,
    stops_from_batches,
)
from logistics.routing.walks import StopWalk, load_walks


@dataclass(frozen=True, slots=True, kw_only=True)
class VehicleFacts:
    """A vehicle with its shift on the delivery date."""

    vehicle_id: int
    store_id: int
    code: str
    type: str
    type_name: str
    plate: str
    capacity_g: int
    capacity_packages: int
    shift_start: datetime
    shift_end: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Gate:
    """The gate of a compound, where a vehicle stops: its place in WGS-84, its hours in minutes after midnight."""

    compound_id: int
    name: str
    lng: float
    lat: float
    opens_min: int
    closes_min: int


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedVehicle:
    """A vehicle under its name in a plan: two stores may both have a `van-01`."""

    name: str
    depot: str
    facts: VehicleFacts


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanInputs:
    """Everything that decides a plan: `gates` by compound code, `closed` the stops whose gate is shut for their whole
    window, `walks` what volunteers carry on from the gate, by stop code."""

    plan_id: int
    delivery_date: date
    roads_file: str
    time_limit_s: int
    iteration_limit: int | None
    seed: int
    depots: tuple[StoreFacts, ...]
    vehicles: tuple[VehicleFacts, ...]
    gates: dict[str, Gate]
    stops: tuple[GateStop, ...]
    closed: tuple[GateStop, ...]
    walks: dict[str, StopWalk] = field(default_factory=dict)

    @property
    def midnight(self) -> datetime:
        """Local midnight of the delivery date, which is second 0 of the engine's clock."""
        return local_midnight(self.delivery_date)

    @property
    def sha256(self) -> str:
        """Changes whenever anything changes that the plan depends on."""
        facts = [self.depots, self.vehicles, sorted(self.gates.items()), self.stops, self.closed, self.walks]
        text = json.dumps([repr(fact) for fact in facts] + [self.roads_file, self.seed], ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()

    def points(self) -> list[Point]:
        """The places of the problem: depots first, then the gates, each once."""
        depots = [Point(id=f"depot:{d.code}", lng=d.lng, lat=d.lat, name=d.name) for d in self.depots]
        gates = [
            Point(id=f"gate:{code}", lng=gate.lng, lat=gate.lat, name=gate.name)
            for code, gate in sorted(self.gates.items())
        ]
        return depots + gates

    def named_vehicles(self) -> list[NamedVehicle]:
        """The vehicles with their names in the plan and the codes of their depots."""
        codes = {depot.store_id: depot.code for depot in self.depots}
        return [
            NamedVehicle(name=f"{codes[v.store_id]}/{v.code}", depot=codes[v.store_id], facts=v) for v in self.vehicles
        ]

    def seconds_of(self, moment: datetime) -> int:
        return round((moment - self.midnight).total_seconds())

    def moment_of(self, seconds: int) -> datetime:
        return self.midnight + timedelta(seconds=seconds)


def local_midnight(day: date) -> datetime:
    """The first moment of a local day, in UTC."""
    return datetime.combine(day, time(), SHANGHAI).astimezone(UTC)


def at_minute(day: date, minute: int) -> datetime:
    """A minute after local midnight as a moment; 1440 is the next midnight."""
    return local_midnight(day) + timedelta(minutes=minute)


def load_inputs(session: Session, plan: Plan) -> PlanInputs:
    """Read what a plan is made from."""
    wave_ids = list(session.scalars(select(PlanWave.wave_id).where(PlanWave.plan_id == plan.id)))
    batches = fulfilment.batches_of_waves(session, wave_ids)
    serving = orders.serving_stores(session, {batch.campaign_id for batch in batches})
    stores = orders.store_facts(session, {store_id for ids in serving.values() for store_id in ids})
    vehicles = _vehicles(session, stores, plan.delivery_date)
    places = communities.point_places(session, {batch.point_id for batch in batches})
    spans = orders.window_spans(session, {batch.window_id for batch in batches})
    loads = [
        BatchLoad(
            batch_id=batch.batch_id,
            depot=stores[batch.store_id].code,
            any_depot=len(stores) > 1 and stores.keys() == set(serving[batch.campaign_id]),
            place=places[batch.point_id].compound_code,
            place_name=places[batch.point_id].compound_name,
            kind=stop_kind(batch.kind),
            window_start=spans[batch.window_id][0],
            window_end=spans[batch.window_id][1],
            weight_g=batch.weight_g,
            volume_ml=batch.volume_ml,
            package_count=batch.package_count,
        )
        for batch in batches
    ]
    gates = {place.compound_code: _gate(place) for place in places.values()}
    stops, closed = _within_gate_hours(_stops(loads, stores, vehicles), gates, plan.delivery_date)
    return PlanInputs(
        plan_id=plan.id,
        delivery_date=plan.delivery_date,
        roads_file=plan.roads_file,
        time_limit_s=plan.time_limit_s,
        iteration_limit=plan.iteration_limit,
        seed=plan.seed,
        depots=tuple(sorted(stores.values(), key=lambda store: store.code)),
        vehicles=tuple(vehicles),
        gates=gates,
        stops=stops,
        closed=closed,
        walks=load_walks(session, stops, batches, places),
    )


def _gate(place: PointPlace) -> Gate:
    return Gate(
        compound_id=place.compound_id,
        name=place.compound_name,
        lng=place.lng,
        lat=place.lat,
        opens_min=place.gate_opens_min,
        closes_min=place.gate_closes_min,
    )


def build_problem(inputs: PlanInputs, travel: TravelMatrix) -> engine.Problem:
    """State the inputs as the engine's problem; `travel` is over `inputs.points()`."""
    place_of = {point_id: row for row, point_id in enumerate(travel.ids)}
    return engine.Problem(
        depots=tuple(
            engine.Depot(
                id=depot.code,
                place=place_of[f"depot:{depot.code}"],
                opens_s=depot.opens_min * 60,
                closes_s=depot.closes_min * 60,
            )
            for depot in inputs.depots
        ),
        vehicles=tuple(
            engine.Vehicle(
                id=vehicle.name,
                type=vehicle.facts.type,
                depot=vehicle.depot,
                capacity_g=vehicle.facts.capacity_g,
                capacity_packages=vehicle.facts.capacity_packages,
                shift=_span(inputs, vehicle.facts.shift_start, vehicle.facts.shift_end),
                fixed_cost=VEHICLE_FIXED_CENTS,
                cost_per_km=cents_per_km(vehicle.facts.capacity_g),
                cost_per_h=VEHICLE_CENTS_PER_H,
            )
            for vehicle in inputs.named_vehicles()
        ),
        stops=tuple(
            engine.Stop(
                id=stop.code,
                place=place_of[f"gate:{stop.place}"],
                demand_g=stop.weight_g,
                packages=stop.package_count,
                volume_ml=stop.volume_ml,
                window=_span(inputs, stop.window_start, stop.window_end),
                service_s=stop.service_s,
                depot=None if stop.any_depot else stop.depot,
                name=stop.name,
            )
            for stop in inputs.stops
        ),
        seconds=_with_zero_diagonal(travel.seconds),
        metres=_with_zero_diagonal(travel.metres),
    )


def _vehicles(session: Session, stores: dict[int, StoreFacts], day: date) -> list[VehicleFacts]:
    rows = session.scalars(
        select(Vehicle)
        .where(Vehicle.store_id.in_(sorted(stores)), Vehicle.active.is_(True))
        .order_by(Vehicle.store_id, Vehicle.code)
    )
    return [
        VehicleFacts(
            vehicle_id=row.id,
            store_id=row.store_id,
            code=row.code,
            type=row.type,
            type_name=row.type_name,
            plate=row.plate,
            capacity_g=row.capacity_g,
            capacity_packages=row.capacity_packages,
            shift_start=at_minute(day, row.shift_start_min),
            shift_end=at_minute(day, row.shift_end_min),
        )
        for row in rows
    ]


def _stops(
    loads: Sequence[BatchLoad], stores: dict[int, StoreFacts], vehicles: Sequence[VehicleFacts]
) -> list[GateStop]:
    fleets: dict[str, set[Capacity]] = defaultdict(set)
    for vehicle in vehicles:
        carried = Capacity(weight_g=vehicle.capacity_g, package_count=vehicle.capacity_packages)
        fleets[stores[vehicle.store_id].code].add(carried)
    everybody = set().union(*fleets.values())
    for load in loads:
        if load.any_depot:
            fleets[load.depot] = everybody
    return stops_from_batches(loads, fleets=fleets)


def _within_gate_hours(
    stops: Sequence[GateStop], gates: dict[str, Gate], day: date
) -> tuple[tuple[GateStop, ...], tuple[GateStop, ...]]:
    opened, closed = [], []
    for stop in stops:
        gate = gates[stop.place]
        hours = at_minute(day, gate.opens_min), at_minute(day, gate.closes_min)
        window = open_window((stop.window_start, stop.window_end), hours)
        if window is None:
            closed.append(stop)
        else:
            opened.append(replace(stop, window_start=window[0], window_end=window[1]))
    return tuple(opened), tuple(closed)


def _span(inputs: PlanInputs, start: datetime, end: datetime) -> engine.TimeWindow:
    return engine.TimeWindow(start_s=inputs.seconds_of(start), end_s=inputs.seconds_of(end))


def _with_zero_diagonal(matrix: NDArray[np.int32]) -> NDArray[np.int32]:
    """The engine wants 0 from a place to itself, also for a place no road leads to."""
    square = matrix.copy()
    np.fill_diagonal(square, 0)
    return square
