"""Tables of manifests and of what happened at each stop."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Date, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from logistics.db import Base, UtcDateTime, enum_type
from logistics.delivery.rules import ManifestState, ProofKind


class Manifest(Base):
    """The courier's list of stops: one route of one plan, issued. `token` is what its QR code carries."""

    __tablename__ = "manifests"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(160), unique=True)
    plan_vehicle_id: Mapped[int] = mapped_column(ForeignKey("plan_vehicles.id"), unique=True)
    store_id: Mapped[int] = mapped_column(ForeignKey("stores.id"), index=True)
    delivery_date: Mapped[date] = mapped_column(Date, index=True)
    state: Mapped[ManifestState] = mapped_column(enum_type(ManifestState), default=ManifestState.ISSUED)
    courier_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"), index=True)
    token: Mapped[str] = mapped_column(String(64), unique=True)
    issued_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Handover(Base):
    """What happened at a stop: recorded once, with its proof."""

    __tablename__ = "handovers"

    stop_id: Mapped[int] = mapped_column(ForeignKey("plan_stops.id"), primary_key=True)
    manifest_id: Mapped[int] = mapped_column(ForeignKey("manifests.id"), index=True)
    proof: Mapped[ProofKind] = mapped_column(enum_type(ProofKind))
    note: Mapped[str] = mapped_column(String(240), default="")
    recorded_by_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    happened_at: Mapped[datetime] = mapped_column(UtcDateTime)
