"""What a viewer may read of the tree, the compounds and the households."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import false, func, select
from sqlalchemy.orm import Session

from logistics.access import Viewer
from logistics.accounts.models import Role
from logistics.communities.models import (
    Area,
    Building,
    Compound,
    DeliveryPoint,
    Household,
    HouseholdStatus,
)
from logistics.communities.rules import AreaLevel, PointKind, StatusKind
from logistics.communities.scope import AREA_ROLES, area_and_below, sees_area, sees_compound, sees_household
from logistics.views import PAGE_SIZE, Rows, read, read_fields


@dataclass(frozen=True, slots=True, kw_only=True)
class AreaView:
    id: int
    code: str
    name: str
    level: AreaLevel
    parent_id: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CompoundView:
    """`lng`, `lat` of the gate in WGS-84; gate hours in minutes after local midnight."""

    id: int
    code: str
    name: str
    address: str
    community_id: int
    community_name: str
    lng: float
    lat: float
    gate_opens_min: int
    gate_closes_min: int
    household_count: int
    building_count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildingView:
    id: int
    number: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PointView:
    id: int
    code: str
    name: str
    kind: PointKind
    building_id: int | None
    keeper: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CompoundDetail(CompoundView):
    buildings: tuple[BuildingView, ...]
    points: tuple[PointView, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class HouseholdView:
    id: int
    code: str
    compound_id: int
    compound_name: str
    building_id: int
    building: str
    unit: str
    flat: str
    elderly: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusView:
    """Both dates inclusive."""

    kind: StatusKind
    starts_on: date
    ends_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class HouseholdDetail(HouseholdView):
    """`person_count` is null until somebody has counted."""

    person_count: int | None
    statuses: tuple[StatusView, ...]


def areas(session: Session, viewer: Viewer) -> list[AreaView]:
    """The areas the viewer may name, by code."""
    fields = (Area.id, Area.code, Area.name, Area.level, Area.parent_id)
    return read(session, select(*fields).where(sees_area(viewer)).order_by(Area.code), AreaView)


def compounds(
    session: Session, viewer: Viewer, *, area_id: int | None = None, limit: int = PAGE_SIZE, offset: int = 0
) -> list[CompoundView]:
    """The viewer's compounds by code; with `area_id` those of that area and below."""
    statement = _compounds(viewer).order_by(Compound.code).limit(limit).offset(offset)
    if area_id is not None:
        statement = statement.where(Compound.community_id.in_(area_and_below(area_id)))
    return read(session, statement, CompoundView)


def compound(session: Session, viewer: Viewer, compound_id: int) -> CompoundDetail:
    """One compound with its buildings and delivery points. Raises NotFound."""
    statement = _compounds(viewer).where(Compound.id == compound_id)
    fields = read_fields(session, statement, kind="compound", key=compound_id)
    buildings = select(Building.id, Building.number).where(Building.compound_id == compound_id)
    points = select(
        DeliveryPoint.id, DeliveryPoint.code, DeliveryPoint.name, DeliveryPoint.kind, DeliveryPoint.building_id,
        DeliveryPoint.keeper,
    ).where(DeliveryPoint.compound_id == compound_id)  # fmt: skip
    return CompoundDetail(
        **fields,
        buildings=tuple(read(session, buildings.order_by(Building.number), BuildingView)),
        points=tuple(read(session, points.order_by(DeliveryPoint.code), PointView)),
    )


def households(
    session: Session,
    viewer: Viewer,
    *,
    compound_id: int | None = None,
    building_id: int | None = None,
    limit: int = PAGE_SIZE,
    offset: int = 0,
) -> list[HouseholdView]:
    """The viewer's households by compound, building, unit and flat."""
    statement = _households(viewer).limit(limit).offset(offset)
    if compound_id is not None:
        statement = statement.where(Building.compound_id == compound_id)
    if building_id is not None:
        statement = statement.where(Household.building_id == building_id)
    order = (Compound.code, Building.number, Household.unit, Household.flat, Household.id)
    return read(session, statement.order_by(*order), HouseholdView)


def household(session: Session, viewer: Viewer, household_id: int) -> HouseholdDetail:
    """One household with its dated statuses, which are health data: only the household itself, its community side
    and administrators get here. Raises NotFound."""
    statement = _households(viewer).add_columns(Household.person_count).where(Household.id == household_id)
    fields = read_fields(session, statement, kind="household", key=household_id)
    may = viewer.role in (Role.ADMIN, Role.RESIDENT) or viewer.role in AREA_ROLES
    statuses = select(HouseholdStatus.kind, HouseholdStatus.starts_on, HouseholdStatus.ends_on).where(
        HouseholdStatus.household_id == household_id if may else false()
    )
    return HouseholdDetail(
        **fields, statuses=tuple(read(session, statuses.order_by(HouseholdStatus.starts_on), StatusView))
    )


def quarantined_counts(session: Session, viewer: Viewer, *, on: date) -> dict[int, int]:
    """How many households of each of the viewer's compounds are quarantined on a date, by compound id; those
    without one are left out. A resident learns nothing of its neighbours."""
    if viewer.role is not Role.ADMIN and viewer.role not in AREA_ROLES:
        return {}
    statement = (
        select(Building.compound_id, func.count(Household.id.distinct()))
        .join(Household, Household.building_id == Building.id)
        .join(HouseholdStatus, HouseholdStatus.household_id == Household.id)
        .where(HouseholdStatus.kind == StatusKind.QUARANTINED)
        .where(HouseholdStatus.starts_on <= on, HouseholdStatus.ends_on >= on)
        .where(sees_compound(viewer, Building.compound_id))
        .group_by(Building.compound_id)
    )
    return {compound_id: count for compound_id, count in session.execute(statement)}


def _compounds(viewer: Viewer) -> Rows:
    return (
        select(
            Compound.id,
            Compound.code,
            Compound.name,
            Compound.address,
            Compound.community_id,
            Area.name.label("community_name"),
            Compound.gate_lng.label("lng"),
            Compound.gate_lat.label("lat"),
            Compound.gate_opens_min,
            Compound.gate_closes_min,
            Compound.household_count,
            Compound.building_count,
        )
        .join(Area, Area.id == Compound.community_id)
        .where(sees_compound(viewer, Compound.id))
    )


def _households(viewer: Viewer) -> Rows:
    return (
        select(
            Household.id,
            Household.code,
            Building.compound_id,
            Compound.name.label("compound_name"),
            Household.building_id,
            Building.number.label("building"),
            Household.unit,
            Household.flat,
            Household.elderly,
        )
        .join(Building, Building.id == Household.building_id)
        .join(Compound, Compound.id == Building.compound_id)
        .where(sees_household(viewer, Household.id))
    )
