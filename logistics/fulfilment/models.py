"""Tables of waves and batches. Weight in grams, volume in millilitres."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Date, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from logistics.communities.rules import PointKind
from logistics.db import Base, UtcDateTime, enum_type


class Wave(Base):
    """All orders of one campaign's store for one delivery date, released to picking together."""

    __tablename__ = "waves"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(120), unique=True)
    store_id: Mapped[int] = mapped_column(ForeignKey("stores.id"), index=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaigns.id"), unique=True)
    delivery_date: Mapped[date] = mapped_column(Date, index=True)
    released_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Batch(Base):
    """The orders of one wave for one delivery point, window and kind: what a vehicle drops as one."""

    __tablename__ = "batches"
    __table_args__ = (
        UniqueConstraint("wave_id", "delivery_point_id", "window_id", "kind"),
        CheckConstraint("weight_g >= 0 AND volume_ml >= 0 AND package_count >= 1 AND order_count >= 1", name="sums"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(160), unique=True)
    wave_id: Mapped[int] = mapped_column(ForeignKey("waves.id"))
    delivery_point_id: Mapped[int] = mapped_column(ForeignKey("delivery_points.id"), index=True)
    window_id: Mapped[int] = mapped_column(ForeignKey("delivery_windows.id"), index=True)
    kind: Mapped[PointKind] = mapped_column(enum_type(PointKind))
    weight_g: Mapped[int]
    volume_ml: Mapped[int]
    package_count: Mapped[int]
    order_count: Mapped[int]


class BatchOrder(Base):
    """An order is in one batch at most: the order id is the key."""

    __tablename__ = "batch_orders"
    __table_args__ = (CheckConstraint("weight_g >= 0 AND volume_ml >= 0 AND package_count >= 1", name="sums"),)

    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id"), primary_key=True)
    batch_id: Mapped[int] = mapped_column(ForeignKey("batches.id"), index=True)
    weight_g: Mapped[int]
    volume_ml: Mapped[int]
    package_count: Mapped[int]
