"""Verbs on the tree and its people."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from logistics.communities.models import (
    Area,
    Building,
    Compound,
    DeliveryPoint,
    Household,
    HouseholdStatus,
)
from logistics.communities.persons import PERSONS_MAX as PERSONS_MAX
from logistics.communities.persons import set_person_count as set_person_count
from logistics.communities.rules import AreaLevel, PointKind, PointOption, StatusKind, choose_point
from logistics.db import chunks
from logistics.errors import N_, Invalid, NotFound

STATUS_DAYS_MAX = 60
"""Home observation lasts 14 days; four of them in one go are a slip, or a person whom nobody thinks of any more."""
STATUS_START_DAYS_MAX = 366


class BadStatusDates(Invalid):
    template = N_("The status would end on %(ends_on)s, before it starts on %(starts_on)s; give an end on or after it.")
    code = "bad_status_dates"


class StatusTooLong(Invalid):
    template = N_("The status would last %(days)s days; a status lasts at most %(maximum)s. Set it anew when it ends.")
    code = "status_too_long"


class StatusTooFar(Invalid):
    template = N_("The status would start on %(starts_on)s; give a day at most a year from %(today)s.")
    code = "status_too_far"


@dataclass(frozen=True, slots=True, kw_only=True)
class AreaFacts:
    """One node of the tree."""

    id: int
    code: str
    name: str
    level: AreaLevel
    parent_id: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Where the goods of a household go on a date."""

    household_id: int
    point_id: int
    kind: PointKind


@dataclass(frozen=True, slots=True, kw_only=True)
class PointPlace:
    """A delivery point with the gate of its compound, in WGS-84, and the gate's hours in minutes after midnight.

    `building` is the number of the building it stands at, empty where it serves the whole compound.
    """

    point_id: int
    point_code: str
    point_name: str
    kind: PointKind
    compound_id: int
    compound_code: str
    compound_name: str
    lng: float
    lat: float
    gate_opens_min: int
    gate_closes_min: int
    building: str = ""
    building_count: int = 0
    volunteer_count: int = 0


def area_and_below(session: Session, area_id: int) -> list[int]:
    """Ids of an area and of every area below it."""
    return [area.id for area in tree_below(session, area_id)]


def tree_below(session: Session, area_id: int) -> list[AreaFacts]:
    """An area and every area below it, in no particular order; nothing where there is no such area."""
    node = (Area.id, Area.code, Area.name, Area.level, Area.parent_id)
    tree = select(*node).where(Area.id == area_id).cte("tree", recursive=True)
    tree = tree.union_all(select(*node).join(tree, Area.parent_id == tree.c.id))
    return [AreaFacts(**row) for row in session.execute(select(tree)).mappings()]


def area_names(session: Session) -> dict[int, str]:
    """Names of all areas by id."""
    return {area_id: name for area_id, name in session.execute(select(Area.id, Area.name))}


def areas_above(session: Session, household_id: int) -> list[int]:
    """Ids of the community of a household and of every area above it."""
    start = (
        select(Area.id, Area.parent_id)
        .join(Compound, Compound.community_id == Area.id)
        .join(Building, Building.compound_id == Compound.id)
        .join(Household, Household.building_id == Building.id)
        .where(Household.id == household_id)
        .cte("above", recursive=True)
    )
    chain = start.union_all(select(Area.id, Area.parent_id).join(start, Area.id == start.c.parent_id))
    return list(session.scalars(select(chain.c.id)))


def quarantined_among(session: Session, household_ids: Collection[int], on: date) -> set[int]:
    """Which of the households are quarantined on a date."""
    running = select(HouseholdStatus.household_id).where(
        HouseholdStatus.kind == StatusKind.QUARANTINED,
        HouseholdStatus.starts_on <= on,
        HouseholdStatus.ends_on >= on,
    )
    found: set[int] = set()
    for part in chunks(household_ids):
        found.update(session.scalars(running.where(HouseholdStatus.household_id.in_(part))))
    return found


def is_quarantined(session: Session, household_id: int, on: date) -> bool:
    """Whether the household is quarantined on a date."""
    return household_id in quarantined_among(session, [household_id], on)


def set_status(
    session: Session, household_id: int, kind: StatusKind, starts_on: date, ends_on: date, *, today: date
) -> None:
    """Record a dated status, both days inclusive. Of earlier ones that overlap with it the days before its start stay;
    those of the same kind that begin after its end stay whole.

    Raises:
        NotFound: no such household.
        BadStatusDates: the end lies before the start.
        StatusTooLong: it would last longer than health data is to be kept on one word.
        StatusTooFar: it would start more than a year from today, which is a slip.
    """
    if session.get(Household, household_id) is None:
        raise NotFound(kind="household", key=household_id)
    if ends_on < starts_on:
        raise BadStatusDates(starts_on=starts_on, ends_on=ends_on)
    days = (ends_on - starts_on).days + 1
    if days > STATUS_DAYS_MAX:
        raise StatusTooLong(days=days, maximum=STATUS_DAYS_MAX)
    if abs((starts_on - today).days) > STATUS_START_DAYS_MAX:
        raise StatusTooFar(starts_on=starts_on.isoformat(), today=today.isoformat())
    _cut_short(session, household_id, kind, until=starts_on, last=ends_on)
    session.flush()  # what began on the same day must be gone before its successor comes
    session.add(HouseholdStatus(household_id=household_id, kind=kind, starts_on=starts_on, ends_on=ends_on))
    session.flush()


def end_status(session: Session, household_id: int, kind: StatusKind, on: date) -> None:
    """End a running status: `on` is the first day without it. A status that had not begun before is forgotten."""
    _cut_short(session, household_id, kind, until=on, last=date.max)


def _cut_short(session: Session, household_id: int, kind: StatusKind, *, until: date, last: date) -> None:
    """Let the household's statuses that begin by `last` end the day before `until`, or not be at all."""
    rows = session.scalars(
        select(HouseholdStatus).where(
            HouseholdStatus.household_id == household_id,
            HouseholdStatus.kind == kind,
            HouseholdStatus.ends_on >= until,
            HouseholdStatus.starts_on <= last,
        )
    ).all()
    for row in rows:
        if row.starts_on >= until:
            session.delete(row)
        else:
            row.ends_on = date.fromordinal(until.toordinal() - 1)


def purge_statuses(session: Session, *, before: date, needed: Collection[tuple[int, date]]) -> int:
    """Forget statuses that ended before a date: health data is kept no longer than it serves.

    `needed` are the `(household id, delivery date)` whose goods are not in a batch yet: a status that covers one of
    them still decides where those goods go, and stays. Returns how many were forgotten.
    """
    dates: dict[int, list[date]] = defaultdict(list)
    for household_id, delivery_date in needed:
        dates[household_id].append(delivery_date)
    ended = session.scalars(select(HouseholdStatus).where(HouseholdStatus.ends_on < before)).all()
    idle = [
        status.id
        for status in ended
        if not any(status.starts_on <= day <= status.ends_on for day in dates[status.household_id])
    ]
    for part in chunks(idle):
        session.execute(delete(HouseholdStatus).where(HouseholdStatus.id.in_(part)))
    return len(idle)


def delivery_targets(session: Session, household_ids: Collection[int], *, on: date) -> dict[int, Target]:
    """The delivery point of each household on a date, by household id.

    A household whose compound has no fitting point is missing from the answer.
    """
    targets = {}
    quarantined = quarantined_among(session, household_ids, on)
    for part in chunks(household_ids):
        homes = session.execute(
            select(Household.id, Household.building_id, Building.compound_id)
            .join(Building, Building.id == Household.building_id)
            .where(Household.id.in_(part))
        ).all()
        options = _options(session, {compound_id for _, _, compound_id in homes})
        for household_id, building_id, compound_id in homes:
            point = choose_point(options[compound_id], building_id=building_id, quarantined=household_id in quarantined)
            if point is not None:
                targets[household_id] = Target(household_id=household_id, point_id=point.point_id, kind=point.kind)
    return targets


def _options(session: Session, compound_ids: Collection[int]) -> dict[int, list[PointOption]]:
    options: dict[int, list[PointOption]] = defaultdict(list)
    for part in chunks(compound_ids):
        for point in session.scalars(select(DeliveryPoint).where(DeliveryPoint.compound_id.in_(part))):
            options[point.compound_id].append(
                PointOption(point_id=point.id, kind=point.kind, building_id=point.building_id)
            )
    return options


def point_places(session: Session, point_ids: Collection[int]) -> dict[int, PointPlace]:
    """Delivery points with the gates a vehicle stops at, by point id."""
    rows = [
        row
        for part in chunks(point_ids)
        for row in session.execute(
            select(DeliveryPoint, Compound, Building.number)
            .join(Compound, Compound.id == DeliveryPoint.compound_id)
            .outerjoin(Building, Building.id == DeliveryPoint.building_id)
            .where(DeliveryPoint.id.in_(part))
        )
    ]
    return {
        point.id: PointPlace(
            point_id=point.id,
            point_code=point.code,
            point_name=point.name,
            kind=point.kind,
            compound_id=compound.id,
            compound_code=compound.code,
            compound_name=compound.name,
            lng=compound.gate_lng,
            lat=compound.gate_lat,
            gate_opens_min=compound.gate_opens_min,
            gate_closes_min=compound.gate_closes_min,
            building=building or "",
            building_count=compound.building_count,
            volunteer_count=compound.volunteer_count,
        )
        for point, compound, building in rows
    }


def buildings_of(session: Session, household_ids: Collection[int]) -> dict[int, str]:
    """The number of the building each household lives in, by household id."""
    numbers: dict[int, str] = {}
    for part in chunks(household_ids):
        rows = session.execute(
            select(Household.id, Building.number)
            .join(Building, Building.id == Household.building_id)
            .where(Household.id.in_(part))
        )
        numbers.update({household_id: number for household_id, number in rows})
    return numbers
