"""Tables of vehicles and plans. A plan keeps copies of what it was made from, so an old plan stays readable."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Date, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from logistics.db import Base, UtcDateTime, enum_type
from logistics.routing.rules import PlanState, StopKind


class Vehicle(Base):
    """One vehicle of a store. Shift in minutes after local midnight of the delivery date."""

    __tablename__ = "vehicles"
    __table_args__ = (
        UniqueConstraint("store_id", "code"),
        CheckConstraint("capacity_g > 0 AND capacity_packages > 0", name="capacity"),
        CheckConstraint(
            "0 <= shift_start_min AND shift_start_min < shift_end_min AND shift_end_min <= 2880", name="shift"
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    store_id: Mapped[int] = mapped_column(ForeignKey("stores.id"))
    code: Mapped[str] = mapped_column(String(64))
    type: Mapped[str] = mapped_column(String(32))
    type_name: Mapped[str] = mapped_column(String(64))
    plate: Mapped[str] = mapped_column(String(16), default="")
    capacity_g: Mapped[int]
    capacity_packages: Mapped[int]
    shift_start_min: Mapped[int]
    shift_end_min: Mapped[int]
    active: Mapped[bool] = mapped_column(default=True)


class Plan(Base):
    """One planning run over a set of waves. `progress` is the solver's last word, `metric` says how travel was
    measured, `inputs_sha256` what the plan was made from."""

    __tablename__ = "plans"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(120), unique=True)
    delivery_date: Mapped[date] = mapped_column(Date, index=True)
    state: Mapped[PlanState] = mapped_column(enum_type(PlanState), default=PlanState.QUEUED)
    requested_at: Mapped[datetime] = mapped_column(UtcDateTime)
    requested_by_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    roads_file: Mapped[str] = mapped_column(String(500), default="")
    time_limit_s: Mapped[int]
    iteration_limit: Mapped[int | None]
    seed: Mapped[int]
    cancel_requested: Mapped[bool] = mapped_column(default=False)
    finish_requested: Mapped[bool] = mapped_column(default=False)
    progress: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    solver: Mapped[str] = mapped_column(String(64), default="")
    cost: Mapped[int | None]
    metric: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    inputs_sha256: Mapped[str] = mapped_column(String(64), default="")
    phase_seconds: Mapped[dict[str, float]] = mapped_column(JSON, default=dict)
    error: Mapped[str] = mapped_column(String(2000), default="")


class PlanWave(Base):
    __tablename__ = "plan_waves"

    plan_id: Mapped[int] = mapped_column(ForeignKey("plans.id", ondelete="CASCADE"), primary_key=True)
    wave_id: Mapped[int] = mapped_column(ForeignKey("waves.id"), primary_key=True)


class PlanDepot(Base):
    """A store as it was when the plan was made."""

    __tablename__ = "plan_depots"

    plan_id: Mapped[int] = mapped_column(ForeignKey("plans.id", ondelete="CASCADE"), primary_key=True)
    store_id: Mapped[int] = mapped_column(ForeignKey("stores.id"), primary_key=True)
    code: Mapped[str] = mapped_column(String(64))
    name: Mapped[str] = mapped_column(String(120))
    lng: Mapped[float]
    lat: Mapped[float]
    opens_at: Mapped[datetime] = mapped_column(UtcDateTime)
    closes_at: Mapped[datetime] = mapped_column(UtcDateTime)


class PlanVehicle(Base):
    """A vehicle as it was when the plan was made; a vehicle without stops has no departure."""

    __tablename__ = "plan_vehicles"
    __table_args__ = (UniqueConstraint("plan_id", "code"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    plan_id: Mapped[int] = mapped_column(ForeignKey("plans.id", ondelete="CASCADE"))
    vehicle_id: Mapped[int] = mapped_column(ForeignKey("vehicles.id"))
    store_id: Mapped[int] = mapped_column(ForeignKey("stores.id"))
    code: Mapped[str] = mapped_column(String(128))
    type: Mapped[str] = mapped_column(String(32))
    type_name: Mapped[str] = mapped_column(String(64))
    plate: Mapped[str] = mapped_column(String(16), default="")
    capacity_g: Mapped[int]
    capacity_packages: Mapped[int]
    shift_start_at: Mapped[datetime] = mapped_column(UtcDateTime)
    shift_end_at: Mapped[datetime] = mapped_column(UtcDateTime)
    depart_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    return_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    distance_m: Mapped[int | None]
    return_travel_s: Mapped[int | None]
    return_travel_m: Mapped[int | None]
    line: Mapped[list[list[float]] | None] = mapped_column(JSON)


class PlanStop(Base):
    """A stop of a plan: on a vehicle's route at `position` (from 1) with its times, or dropped with a reason.

    `rounds` is who of the compound's volunteers carries what to which building, in seconds after `start_at`; None where
    nobody is counted on.
    """

    __tablename__ = "plan_stops"
    __table_args__ = (
        UniqueConstraint("plan_id", "code"),
        UniqueConstraint("plan_vehicle_id", "position"),
        CheckConstraint("(plan_vehicle_id IS NULL) = (position IS NULL)", name="position"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    plan_id: Mapped[int] = mapped_column(ForeignKey("plans.id", ondelete="CASCADE"))
    store_id: Mapped[int] = mapped_column(ForeignKey("stores.id"))
    compound_id: Mapped[int] = mapped_column(ForeignKey("compounds.id"), index=True)
    code: Mapped[str] = mapped_column(String(200))
    name: Mapped[str] = mapped_column(String(160))
    place: Mapped[str] = mapped_column(String(64))
    kind: Mapped[StopKind] = mapped_column(enum_type(StopKind))
    lng: Mapped[float]
    lat: Mapped[float]
    window_start_at: Mapped[datetime] = mapped_column(UtcDateTime)
    window_end_at: Mapped[datetime] = mapped_column(UtcDateTime)
    weight_g: Mapped[int]
    volume_ml: Mapped[int]
    package_count: Mapped[int]
    service_s: Mapped[int]
    plan_vehicle_id: Mapped[int | None] = mapped_column(ForeignKey("plan_vehicles.id"))
    position: Mapped[int | None]
    arrival_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    start_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    departure_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    load_g_after: Mapped[int | None]
    travel_s: Mapped[int | None]
    travel_m: Mapped[int | None]
    rounds: Mapped[list[dict[str, Any]] | None] = mapped_column(JSON(none_as_null=True))
    drop_reason: Mapped[str | None] = mapped_column(String(32))
    drop_detail: Mapped[dict[str, Any] | None] = mapped_column(JSON)


class PlanStopBatch(Base):
    __tablename__ = "plan_stop_batches"

    stop_id: Mapped[int] = mapped_column(ForeignKey("plan_stops.id", ondelete="CASCADE"), primary_key=True)
    batch_id: Mapped[int] = mapped_column(ForeignKey("batches.id"), primary_key=True)
