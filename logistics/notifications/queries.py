"""What a viewer may read of the messages to households."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from logistics.access import Viewer
from logistics.accounts.models import Role
from logistics.communities.models import Building, Compound, Household
from logistics.communities.scope import sees_household
from logistics.notifications.models import Notification
from logistics.notifications.rules import Event
from logistics.views import PAGE_SIZE, read


@dataclass(frozen=True, slots=True, kw_only=True)
class NotificationView:
    id: int
    household_id: int
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
    """Messages to the viewer's household, or to the households of its area, newest first.

    Nobody but the household reads its pickup code here.
    """
    statement = (
        select(
            Notification.id,
            Notification.household_id,
            Household.code.label("household_code"),
            Compound.name.label("compound_name"),
            Building.number.label("building"),
            Household.unit,
            Household.flat,
            Notification.event,
            Notification.data,
            Notification.created_at,
        )
        .join(Household, Household.id == Notification.household_id)
        .join(Building, Building.id == Household.building_id)
        .join(Compound, Compound.id == Building.compound_id)
        .where(sees_household(viewer, Notification.household_id))
        .order_by(Notification.created_at.desc(), Notification.id.desc())
        .limit(limit)
        .offset(offset)
    )
    if household_id is not None:
        statement = statement.where(Notification.household_id == household_id)
    rows = read(session, statement, NotificationView)
    return rows if viewer.role is Role.RESIDENT else [_without_code(row) for row in rows]


def _without_code(row: NotificationView) -> NotificationView:
    return replace(row, data={name: value for name, value in row.data.items() if name != "pickup_code"})
