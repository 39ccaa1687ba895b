"""What a viewer may read of the messages to households and areas."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, false, func, or_, select, true
from sqlalchemy.orm import Session

from logistics.access import Viewer
from logistics.accounts.models import Role
from logistics.communities.models import Area, Building, Compound, Household
from logistics.communities.scope import AREA_ROLES, area_and_below, sees_household
from logistics.notifications.models import Notification
from logistics.notifications.rules import Event
from logistics.views import PAGE_SIZE, Rows, read


@dataclass(frozen=True, slots=True, kw_only=True)
class NotificationView:
    """A message to a household, or to an area; what is the other's is None or empty."""

    id: int
    area_id: int | None
    area_name: str
    household_id: int | None
    household_code: str
    compound_name: str
    building: str
    unit: str
    flat: str
    event: Event
    data: Mapping[str, Any]
    created_at: datetime


def notifications(
    session: Session, viewer: Viewer, *, household_id: int | None = None, limit: int = PAGE_SIZE, offset: int = 0
) -> list[NotificationView]:
    """Messages to the viewer's household, or to its area, those below and their households, newest first.

    Nobody but the household reads its pickup code here.
    """
    statement = _notifications().where(or_(sees_household(viewer, Notification.household_id), _to_area_of(viewer)))
    if household_id is not None:
        statement = statement.where(Notification.household_id == household_id)
    rows = read(session, statement.limit(limit).offset(offset), NotificationView)
    return rows if viewer.role is Role.RESIDENT else [_without_code(row) for row in rows]


def to_areas(session: Session, viewer: Viewer, *, limit: int = PAGE_SIZE) -> list[NotificationView]:
    """Messages to the staff of the viewer's area and of those below, newest first.

    Of late reports only those to the area itself: an office has a list of who is late, and would read of nothing else.
    """
    own = Notification.area_id == viewer.area_id
    statement = _notifications().where(
        Notification.area_id.is_not(None), _to_area_of(viewer), or_(Notification.event != Event.REPORT_LATE, own)
    )
    return read(session, statement.limit(limit), NotificationView)


def _notifications() -> Rows:
    return (
        select(
            Notification.id,
            Notification.area_id,
            func.coalesce(Area.name, "").label("area_name"),
            Notification.household_id,
            func.coalesce(Household.code, "").label("household_code"),
            func.coalesce(Compound.name, "").label("compound_name"),
            func.coalesce(Building.number, "").label("building"),
            func.coalesce(Household.unit, "").label("unit"),
            func.coalesce(Household.flat, "").label("flat"),
            Notification.event,
            Notification.data,
            Notification.created_at,
        )
        .outerjoin(Area, Area.id == Notification.area_id)
        .outerjoin(Household, Household.id == Notification.household_id)
        .outerjoin(Building, Building.id == Household.building_id)
        .outerjoin(Compound, Compound.id == Building.compound_id)
        .order_by(Notification.created_at.desc(), Notification.id.desc())
    )


def _to_area_of(viewer: Viewer) -> ColumnElement[bool]:
    if viewer.role is Role.ADMIN:
        return true()
    if viewer.role in AREA_ROLES:
        return Notification.area_id.in_(area_and_below(viewer.area_id))
    return false()


def _without_code(row: NotificationView) -> NotificationView:
    return replace(row, data={name: value for name, value in row.data.items() if name != "pickup_code"})
