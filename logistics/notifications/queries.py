"""What a viewer may read of the messages to households and areas, and of the ways they take."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, false, func, or_, select
from sqlalchemy.orm import Session

from logistics.access import Viewer
from logistics.accounts.models import Role
from logistics.communities.models import Area, Building, Compound, Household
from logistics.communities.scope import AREA_ROLES, area_and_below, sees_household
from logistics.errors import NotFound
from logistics.notifications.models import Attempt, Delivery, Notification, RecipientChannel
from logistics.notifications.rules import ChannelKind, DeliveryState, Event, Language, Outcome
from logistics.views import PAGE_SIZE, Rows, read, read_fields


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


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelView:
    """How one recipient is told besides the page. `shown` is all that anybody is shown of the address."""

    household_id: int | None
    area_id: int | None
    kind: ChannelKind
    shown: str
    language: Language
    at_night: bool
    agreed_at: datetime | None
    changed_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AreaChannelView:
    area_id: int
    area_name: str
    kind: ChannelKind
    shown: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryView:
    """One message on its way through one channel. What it says is the recipient's; here it is only which event."""

    id: int
    event: Event
    household_id: int | None
    household_code: str
    compound_name: str
    building: str
    unit: str
    flat: str
    area_id: int | None
    area_name: str
    kind: ChannelKind
    shown: str
    state: DeliveryState
    attempt_count: int
    written_at: datetime
    due_at: datetime
    ended_at: datetime | None
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AttemptView:
    number: int
    kind: ChannelKind
    started_at: datetime
    ended_at: datetime | None
    outcome: Outcome | None
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryDetail:
    delivery: DeliveryView
    attempts: tuple[AttemptView, ...]


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


def household_channel(session: Session, viewer: Viewer, household_id: int) -> ChannelView:
    """How a household is told; on the page alone where nobody has chosen anything.

    Raises:
        NotFound: no such household, or not the viewer's to see.
    """
    home = select(Household.id).where(Household.id == household_id, sees_household(viewer, Household.id))
    if session.scalar(home) is None:
        raise NotFound(kind="household", key=household_id)
    return _channel(session, RecipientChannel.household_id == household_id, household_id=household_id, area_id=None)


def area_channel(session: Session, viewer: Viewer, area_id: int) -> ChannelView:
    """How an area's group is told.

    Raises:
        NotFound: no such area, or neither the viewer's nor below it.
    """
    if session.scalar(select(Area.id).where(Area.id == area_id, _runs(viewer, Area.id))) is None:
        raise NotFound(kind="area", key=area_id)
    return _channel(session, RecipientChannel.area_id == area_id, household_id=None, area_id=area_id)


def area_channels(session: Session, viewer: Viewer) -> list[AreaChannelView]:
    """The groups of the viewer's area and of those below, by name."""
    statement = (
        select(
            Area.id.label("area_id"),
            Area.name.label("area_name"),
            func.coalesce(RecipientChannel.kind, ChannelKind.PAGE).label("kind"),
            func.coalesce(RecipientChannel.shown, "").label("shown"),
        )
        .outerjoin(RecipientChannel, RecipientChannel.area_id == Area.id)
        .where(_runs(viewer, Area.id))
        .order_by(Area.name, Area.id)
    )
    return read(session, statement, AreaChannelView)


def deliveries(
    session: Session, viewer: Viewer, *, state: DeliveryState | None = None, limit: int = PAGE_SIZE, offset: int = 0
) -> list[DeliveryView]:
    """What was sent, failed or waits, of the messages to the viewer's area, those below and their households."""
    statement = _deliveries(viewer)
    if state is not None:
        statement = statement.where(Delivery.state == state)
    return read(session, statement.limit(limit).offset(offset), DeliveryView)


def delivery(session: Session, viewer: Viewer, delivery_id: int) -> DeliveryDetail:
    """One of them with every attempt at it, the last one first.

    Raises:
        NotFound: no such delivery, or not the viewer's to see.
    """
    fields = read_fields(
        session, _deliveries(viewer).where(Delivery.id == delivery_id), kind="message", key=delivery_id
    )
    tried = (
        select(Attempt.number, Attempt.kind, Attempt.started_at, Attempt.ended_at, Attempt.outcome, Attempt.detail)
        .where(Attempt.delivery_id == delivery_id)
        .order_by(Attempt.number.desc())
    )
    return DeliveryDetail(delivery=DeliveryView(**fields), attempts=tuple(read(session, tried, AttemptView)))


def delivery_counts(session: Session, viewer: Viewer, *, since: datetime) -> dict[DeliveryState, int]:
    """How many of the viewer's messages written since then are in which state."""
    rows = _deliveries(viewer).where(Notification.created_at >= since).order_by(None).subquery()
    counted = session.execute(select(rows.c.state, func.count()).group_by(rows.c.state)).all()
    return {state: 0 for state in DeliveryState} | {state: count for state, count in counted}


def _channel(
    session: Session, recipient: ColumnElement[bool], *, household_id: int | None, area_id: int | None
) -> ChannelView:
    known = session.scalar(select(RecipientChannel).where(recipient))
    return ChannelView(
        household_id=household_id,
        area_id=area_id,
        kind=known.kind if known else ChannelKind.PAGE,
        shown=known.shown if known else "",
        language=known.language if known else Language.ZH,
        at_night=known.at_night if known else False,
        agreed_at=known.agreed_at if known else None,
        changed_at=known.changed_at if known else None,
    )


def _deliveries(viewer: Viewer) -> Rows:
    return (
        select(
            Delivery.id,
            Notification.event,
            Notification.household_id,
            func.coalesce(Household.code, "").label("household_code"),
            func.coalesce(Compound.name, "").label("compound_name"),
            func.coalesce(Building.number, "").label("building"),
            func.coalesce(Household.unit, "").label("unit"),
            func.coalesce(Household.flat, "").label("flat"),
            Notification.area_id,
            func.coalesce(Area.name, "").label("area_name"),
            RecipientChannel.kind,
            RecipientChannel.shown,
            Delivery.state,
            Delivery.attempt_count,
            Notification.created_at.label("written_at"),
            Delivery.due_at,
            Delivery.ended_at,
            Delivery.detail,
        )
        .join(Notification, Notification.id == Delivery.notification_id)
        .join(RecipientChannel, RecipientChannel.id == Delivery.channel_id)
        .outerjoin(Area, Area.id == Notification.area_id)
        .outerjoin(Household, Household.id == Notification.household_id)
        .outerjoin(Building, Building.id == Household.building_id)
        .outerjoin(Compound, Compound.id == Building.compound_id)
        .where(or_(sees_household(viewer, Notification.household_id), _to_area_of(viewer)))
        .order_by(Delivery.id.desc())
    )


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
    return _runs(viewer, Notification.area_id)


def _runs(viewer: Viewer, area_id: ColumnElement[int] | Any) -> ColumnElement[bool]:
    """Whether the viewer works for the area of that id."""
    if viewer.role is Role.ADMIN:
        return area_id.is_not(None)
    if viewer.role in AREA_ROLES:
        return area_id.in_(area_and_below(viewer.area_id))
    return false()


def _without_code(row: NotificationView) -> NotificationView:
    return replace(row, data={name: value for name, value in row.data.items() if name != "pickup_code"})
