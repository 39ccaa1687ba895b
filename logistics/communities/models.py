"""Tables of the tree, from district to household, and of the points where goods change hands."""

from __future__ import annotations

from datetime import date

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from logistics.communities.rules import AreaLevel, PointKind, StatusKind
from logistics.db import Base, enum_type


class Area(Base):
    """A district, street office or community: one node of the tree."""

    __tablename__ = "areas"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(64), unique=True)
    name: Mapped[str] = mapped_column(String(120))
    level: Mapped[AreaLevel] = mapped_column(enum_type(AreaLevel))
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("areas.id"), index=True)


class Compound(Base):
    """A residential compound with its one open gate, which is where a vehicle stops.

    Place in WGS-84 degrees; gate hours in minutes after local midnight. `volunteer_count` people carry from the gate to
    the buildings; with none of them a stop takes as long as it takes without.
    """

    __tablename__ = "compounds"
    __table_args__ = (
        CheckConstraint("gate_lng BETWEEN -180 AND 180", name="gate_lng"),
        CheckConstraint("gate_lat BETWEEN -90 AND 90", name="gate_lat"),
        CheckConstraint(
            "0 <= gate_opens_min AND gate_opens_min < gate_closes_min AND gate_closes_min <= 1440", name="gate_hours"
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(64), unique=True)
    name: Mapped[str] = mapped_column(String(120))
    address: Mapped[str] = mapped_column(String(240), default="")
    community_id: Mapped[int] = mapped_column(ForeignKey("areas.id"), index=True)
    gate_lng: Mapped[float]
    gate_lat: Mapped[float]
    gate_opens_min: Mapped[int] = mapped_column(default=0)
    gate_closes_min: Mapped[int] = mapped_column(default=1440)
    household_count: Mapped[int] = mapped_column(default=0)
    building_count: Mapped[int] = mapped_column(default=0)
    volunteer_count: Mapped[int] = mapped_column(default=0, server_default="0")


class Building(Base):
    __tablename__ = "buildings"
    __table_args__ = (UniqueConstraint("compound_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    compound_id: Mapped[int] = mapped_column(ForeignKey("compounds.id"))
    number: Mapped[str] = mapped_column(String(32))


class Household(Base):
    """One flat that is lived in. Holds no name and no phone: the platform does not need them to deliver.

    `person_count` is None until somebody has counted, which only an entitlement per person asks for.
    """

    __tablename__ = "households"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(64), unique=True)
    building_id: Mapped[int] = mapped_column(ForeignKey("buildings.id"), index=True)
    unit: Mapped[str] = mapped_column(String(16), default="")
    flat: Mapped[str] = mapped_column(String(16), default="")
    elderly: Mapped[bool] = mapped_column(default=False)
    person_count: Mapped[int | None]


class HouseholdStatus(Base):
    """A dated status of a household. Health data: apart from the household, and gone when it ends."""

    __tablename__ = "household_statuses"
    __table_args__ = (
        UniqueConstraint("household_id", "kind", "starts_on"),
        CheckConstraint("starts_on <= ends_on", name="dates"),
        Index("ix_household_statuses_ends_on", "ends_on"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    household_id: Mapped[int] = mapped_column(ForeignKey("households.id", ondelete="CASCADE"))
    kind: Mapped[StatusKind] = mapped_column(enum_type(StatusKind))
    starts_on: Mapped[date] = mapped_column(Date)
    ends_on: Mapped[date] = mapped_column(Date)


class DeliveryPoint(Base):
    """Where goods change hands: for one building where `building_id` is set, else for the whole compound."""

    __tablename__ = "delivery_points"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(80), unique=True)
    name: Mapped[str] = mapped_column(String(160))
    kind: Mapped[PointKind] = mapped_column(enum_type(PointKind))
    compound_id: Mapped[int] = mapped_column(ForeignKey("compounds.id"), index=True)
    building_id: Mapped[int | None] = mapped_column(ForeignKey("buildings.id"), index=True)
    keeper: Mapped[str] = mapped_column(String(80), default="")
