"""Messages to households and areas over HTTP."""

from __future__ import annotations

from typing import Any

from flask import current_app
from sqlalchemy.orm import Session

from logistics.access import current_viewer
from logistics.accounts.models import Role
from logistics.clock import utc_now
from logistics.config import Settings
from logistics.db import reading, transaction
from logistics.notifications import queries, service
from logistics.notifications.schemas import ChannelRequest, DeliveryQuery
from logistics.rest import Subject
from logistics.shapes import ROW_ID_MAX, Nothing, PageQuery, page, page_of, query_whole, shape

notifications = Subject(
    "notifications", __name__, description="Messages to households and areas, and the ways they take"
)


class NotificationQuery(PageQuery):
    household_id = query_whole(1, ROW_ID_MAX)


@notifications.get("/notifications")
@notifications.arguments(NotificationQuery, location="query")
@notifications.response(200, page_of(queries.NotificationView))
def list_notifications(query: dict[str, Any]) -> dict[str, Any]:
    """Messages to your household, or to your area and its households, newest first"""
    limit = query.pop("limit")
    with reading() as session:
        rows = queries.notifications(session, current_viewer(), limit=limit + 1, **query)
    return page(rows, limit=limit, offset=query["offset"])


@notifications.get("/households/<int:household_id>/channel")
@notifications.response(200, shape(queries.ChannelView))
def show_household_channel(household_id: int) -> queries.ChannelView:
    """How a household is told besides its page; nobody is shown the whole address"""
    with reading() as session:
        return queries.household_channel(session, current_viewer(), household_id)


@notifications.put("/households/<int:household_id>/channel")
@notifications.arguments(ChannelRequest)
@notifications.response(200, shape(queries.ChannelView))
def set_household_channel(wanted: dict[str, Any], household_id: int) -> queries.ChannelView:
    """Choose how a household is told; where somebody does it in its name it is told on its page"""
    viewer = current_viewer()
    with transaction() as session:
        queries.household_channel(session, viewer, household_id)
        command = service.SetChannel(
            **wanted,
            household_id=household_id,
            set_by_id=viewer.account_id,
            for_others=viewer.role is not Role.RESIDENT,
        )
        _set(session, command)
        return queries.household_channel(session, viewer, household_id)


@notifications.get("/areas/<int:area_id>/channel")
@notifications.response(200, shape(queries.ChannelView))
def show_area_channel(area_id: int) -> queries.ChannelView:
    """Which group robot tells the staff of an area; nobody is shown the whole address"""
    with reading() as session:
        return queries.area_channel(session, current_viewer(), area_id)


@notifications.put("/areas/<int:area_id>/channel")
@notifications.arguments(ChannelRequest)
@notifications.response(200, shape(queries.ChannelView))
def set_area_channel(wanted: dict[str, Any], area_id: int) -> queries.ChannelView:
    """Choose the group robot that tells the staff of an area"""
    viewer = current_viewer()
    with transaction() as session:
        queries.area_channel(session, viewer, area_id)
        _set(session, service.SetChannel(**wanted, area_id=area_id, set_by_id=viewer.account_id))
        return queries.area_channel(session, viewer, area_id)


@notifications.get("/message-deliveries")
@notifications.arguments(DeliveryQuery, location="query")
@notifications.response(200, page_of(queries.DeliveryView))
def list_deliveries(query: dict[str, Any]) -> dict[str, Any]:
    """What was sent by SMS or robot, failed or waits, the newest first"""
    limit = query.pop("limit")
    with reading() as session:
        rows = queries.deliveries(session, current_viewer(), limit=limit + 1, **query)
    return page(rows, limit=limit, offset=query["offset"])


@notifications.get("/message-deliveries/<int:delivery_id>")
@notifications.response(200, shape(queries.DeliveryDetail))
def show_delivery(delivery_id: int) -> queries.DeliveryDetail:
    """One message on its way, with every attempt at it"""
    with reading() as session:
        return queries.delivery(session, current_viewer(), delivery_id)


@notifications.post("/message-deliveries/<int:delivery_id>/again")
@notifications.arguments(Nothing, required=False)
@notifications.response(200, shape(queries.DeliveryDetail))
def send_again(_nothing: dict[str, Any], delivery_id: int) -> queries.DeliveryDetail:
    """Send once more what was given up or is unclear; somebody may be told twice"""
    viewer = current_viewer()
    with transaction() as session:
        queries.delivery(session, viewer, delivery_id)
        service.send_again(session, delivery_id, now=utc_now())
        session.flush()
        return queries.delivery(session, viewer, delivery_id)


def _set(session: Session, command: service.SetChannel) -> None:
    settings: Settings = current_app.config["SETTINGS"]
    seal = service.Seal(current_app.config["SECRET_KEY"])
    service.set_channel(session, command, seal=seal, ways=service.ways_of(settings), now=utc_now())
