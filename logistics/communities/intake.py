"""Takes the tree, its households and its delivery points in, many at a time. Known codes are brought up to date."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from logistics.bulk import insert_missing, upsert
from logistics.communities.models import Area, Building, Compound, DeliveryPoint, Household, HouseholdStatus
from logistics.communities.rules import AreaLevel, PointKind, StatusKind
from logistics.db import chunks


@dataclass(frozen=True, slots=True, kw_only=True)
class AreaFact:
    """A node of the tree; `parent` is a code, empty at the top."""

    code: str
    name: str
    level: AreaLevel
    parent: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CompoundFact:
    """A compound; `community` is an area code. WGS-84 degrees; minutes after local midnight."""

    code: str
    name: str
    address: str
    community: str
    gate_lng: float
    gate_lat: float
    gate_opens_min: int
    gate_closes_min: int
    household_count: int
    building_count: int
    volunteer_count: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class HouseholdFact:
    """A household; `compound` is a code, `building` the number in it."""

    code: str
    compound: str
    building: str
    unit: str
    flat: str
    elderly: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PointFact:
    """A delivery point; `building` is empty when it serves the whole compound."""

    code: str
    name: str
    kind: PointKind
    compound: str
    building: str
    keeper: str


def take_areas(session: Session, areas: Sequence[AreaFact]) -> dict[str, int]:
    """Enter the areas, parents before children. One that names no parent keeps the one it has. Returns ids by code."""
    ids: dict[str, int] = {}
    for level in AreaLevel:
        here = [area for area in areas if area.level is level]
        below = [{**_facts(area), "parent_id": ids.get(area.parent)} for area in here if area.parent]
        tops = [_facts(area) for area in here if not area.parent]
        for rows in (below, tops):
            ids.update(_by_code(upsert(session, Area, rows, key=("code",))))
    return ids


def _facts(area: AreaFact) -> dict[str, object]:
    return {"code": area.code, "name": area.name, "level": area.level}


def take_compounds(
    session: Session, compounds: Iterable[CompoundFact], *, area_ids: Mapping[str, int]
) -> dict[str, int]:
    """Enter the compounds. Returns ids by code."""
    rows = [
        {
            "code": compound.code,
            "name": compound.name,
            "address": compound.address,
            "community_id": area_ids[compound.community],
            "gate_lng": compound.gate_lng,
            "gate_lat": compound.gate_lat,
            "gate_opens_min": compound.gate_opens_min,
            "gate_closes_min": compound.gate_closes_min,
            "household_count": compound.household_count,
            "building_count": compound.building_count,
            "volunteer_count": compound.volunteer_count,
        }
        for compound in compounds
    ]
    return _by_code(upsert(session, Compound, rows, key=("code",)))


def take_buildings(
    session: Session, buildings: Iterable[tuple[str, str]], *, compound_ids: Mapping[str, int]
) -> dict[tuple[str, str], int]:
    """Enter buildings given as (compound code, number). Returns ids by the same pairs."""
    pairs = sorted(set(buildings))
    rows = [{"compound_id": compound_ids[compound], "number": number} for compound, number in pairs]
    ids = upsert(session, Building, rows, key=("compound_id", "number"))
    return {(compound, number): ids[compound_ids[compound], number] for compound, number in pairs}


def area_ids(session: Session) -> dict[str, int]:
    """Ids of all areas by code."""
    return {code: row_id for code, row_id in session.execute(select(Area.code, Area.id))}


def household_ids(session: Session, codes: Collection[str]) -> dict[str, int]:
    """Ids of known households by code."""
    ids: dict[str, int] = {}
    for part in chunks(codes):
        rows = session.execute(select(Household.code, Household.id).where(Household.code.in_(part)))
        ids.update({code: row_id for code, row_id in rows})
    return ids


def homes_of(session: Session, codes: Collection[str]) -> dict[str, tuple[str, str]]:
    """Where known households live: (compound code, building number) by household code."""
    homes: dict[str, tuple[str, str]] = {}
    for part in chunks(codes):
        rows = session.execute(
            select(Household.code, Compound.code, Building.number)
            .join(Building, Building.id == Household.building_id)
            .join(Compound, Compound.id == Building.compound_id)
            .where(Household.code.in_(part))
        )
        homes.update({code: (compound, number) for code, compound, number in rows})
    return homes


def take_households(
    session: Session, households: Iterable[HouseholdFact], *, building_ids: Mapping[tuple[str, str], int]
) -> dict[str, int]:
    """Enter the households. Returns ids by code."""
    rows = [
        {
            "code": household.code,
            "building_id": building_ids[household.compound, household.building],
            "unit": household.unit,
            "flat": household.flat,
            "elderly": household.elderly,
        }
        for household in households
    ]
    return _by_code(upsert(session, Household, rows, key=("code",)))


def take_points(
    session: Session,
    points: Iterable[PointFact],
    *,
    compound_ids: Mapping[str, int],
    building_ids: Mapping[tuple[str, str], int],
) -> dict[str, int]:
    """Enter the delivery points. Returns ids by code."""
    rows = [
        {
            "code": point.code,
            "name": point.name,
            "kind": point.kind,
            "compound_id": compound_ids[point.compound],
            "building_id": building_ids[point.compound, point.building] if point.building else None,
            "keeper": point.keeper,
        }
        for point in points
    ]
    return _by_code(upsert(session, DeliveryPoint, rows, key=("code",)))


def take_statuses(
    session: Session, household_ids: Iterable[int], *, kind: StatusKind, starts_on: date, ends_on: date
) -> None:
    """Enter one dated status for the households; one that starts on the same day lasts until the later of both ends,
    so that a household the file calls quarantined is."""
    households = sorted(set(household_ids))
    rows = [
        {"household_id": household_id, "kind": kind, "starts_on": starts_on, "ends_on": ends_on}
        for household_id in households
    ]
    insert_missing(session, HouseholdStatus, rows, key=("household_id", "kind", "starts_on"))
    for part in chunks(households):
        session.execute(
            update(HouseholdStatus)
            .where(
                HouseholdStatus.household_id.in_(part),
                HouseholdStatus.kind == kind,
                HouseholdStatus.starts_on == starts_on,
                HouseholdStatus.ends_on < ends_on,
            )
            .values(ends_on=ends_on)
        )


def _by_code(ids: Mapping[tuple[str], int]) -> dict[str, int]:
    return {code: row_id for (code,), row_id in ids.items()}
