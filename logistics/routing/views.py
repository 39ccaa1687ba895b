"""What queries of vehicles and plans return. Weight in grams, distance in metres, places in WGS-84."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from logistics.communities.rules import PointKind
from logistics.routing.rules import PlanState, StopKind


@dataclass(frozen=True, slots=True, kw_only=True)
class VehicleView:
    """Shift in minutes after local midnight of the delivery date."""

    id: int
    store_id: int
    store_name: str
    code: str
    type: str
    type_name: str
    plate: str
    capacity_g: int
    capacity_packages: int
    shift_start_min: int
    shift_end_min: int
    active: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanView:
    """The counts are over the routes and stops the viewer may see, `distance_m` over the routes that are wholly so;
    `whole` says that is all of the plan. `cost`, and in `progress` all but time, are told with the whole plan alone.

    `error` is for administrators; everybody else is told "failed" where there is one.
    """

    id: int
    code: str
    delivery_date: date
    state: PlanState
    requested_at: datetime
    requested_by_id: int | None
    finished_at: datetime | None
    time_limit_s: int
    iteration_limit: int | None
    seed: int
    cancel_requested: bool
    progress: Mapping[str, Any]
    solver: str
    cost: int | None
    metric: Mapping[str, Any]
    phase_seconds: Mapping[str, float]
    error: str
    whole: bool
    route_count: int
    stop_count: int
    dropped_count: int
    distance_m: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DepotView:
    store_id: int
    code: str
    name: str
    lng: float
    lat: float
    opens_at: datetime
    closes_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class StopBatchView:
    id: int
    code: str
    kind: PointKind
    point_name: str
    order_count: int
    package_count: int
    weight_g: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StopView:
    """A stop on a route (`position` from 1, with its times), or a dropped one (`drop_reason`)."""

    id: int
    store_id: int
    compound_id: int
    code: str
    name: str
    place: str
    kind: StopKind
    lng: float
    lat: float
    window_start_at: datetime
    window_end_at: datetime
    weight_g: int
    volume_ml: int
    package_count: int
    service_s: int
    plan_vehicle_id: int | None
    position: int | None
    arrival_at: datetime | None
    start_at: datetime | None
    departure_at: datetime | None
    load_g_after: int | None
    travel_s: int | None
    travel_m: int | None
    drop_reason: str | None
    drop_detail: Mapping[str, Any] | None
    batches: tuple[StopBatchView, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteView:
    """A vehicle of a plan with the stops of its route that the viewer may see. `line` is a list of [lng, lat].

    A `shared` route also drives to stops the viewer may not see: its way, times and length are None, and so are the
    places of its stops in the order, what is loaded after them and the legs to them.
    """

    id: int
    vehicle_id: int
    store_id: int
    code: str
    type: str
    type_name: str
    plate: str
    capacity_g: int
    capacity_packages: int
    shift_start_at: datetime
    shift_end_at: datetime
    depart_at: datetime | None
    return_at: datetime | None
    distance_m: int | None
    return_travel_s: int | None
    return_travel_m: int | None
    line: Sequence[Sequence[float]] | None
    shared: bool
    stops: tuple[StopView, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanDetail(PlanView):
    """`routes` has every vehicle in use or not; `dropped` the stops on no route."""

    wave_ids: tuple[int, ...]
    depots: tuple[DepotView, ...]
    routes: tuple[RouteView, ...]
    dropped: tuple[StopView, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DropView:
    """Packages of one building, and when the volunteer is there."""

    building: str
    package_count: int
    weight_g: int
    arrival_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class TripView:
    """From the gate over some buildings and back."""

    leaves_at: datetime
    back_at: datetime
    drops: tuple[DropView, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundView:
    """What one of a gate's volunteers carries; they are numbered from 1."""

    volunteer: int
    trips: tuple[TripView, ...]


def rounds_at(start_at: datetime | None, rounds: Sequence[Mapping[str, Any]] | None) -> tuple[RoundView, ...]:
    """Rounds as they are kept with a stop, in clock times: service begins at `start_at`."""
    if start_at is None or not rounds:
        return ()

    def at(seconds: int) -> datetime:
        return start_at + timedelta(seconds=seconds)

    return tuple(
        RoundView(
            volunteer=one["volunteer"],
            trips=tuple(
                TripView(
                    leaves_at=at(trip["leaves_s"]),
                    back_at=at(trip["back_s"]),
                    drops=tuple(
                        DropView(
                            building=drop["building"],
                            package_count=drop["packages"],
                            weight_g=drop["weight_g"],
                            arrival_at=at(drop["arrival_s"]),
                        )
                        for drop in trip["drops"]
                    ),
                )
                for trip in one["trips"]
            ),
        )
        for one in rounds
    )
