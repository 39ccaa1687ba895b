"""A household and a community that agreed to be sent messages, with one given up of each side, for the tests that walk
every route."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from flask import current_app
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from logistics.notifications import sending
from logistics.notifications.models import Delivery, Notification
from logistics.notifications.pacing import QuietHours
from logistics.notifications.robots import Hosts
from logistics.notifications.rules import ChannelKind, DeliveryState, Event
from logistics.notifications.service import Message, Seal, SetChannel, Ways, set_channel, tell_many
from tests.builders import TownRef

ROBOT = "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=73febdcb-1b38-4d1b-a994-790f21fc8d30"
PHONE = "13800138000"
WAYS = Ways(kinds=frozenset(ChannelKind), hosts=Hosts())


def a_delivery(session: Session, town: TownRef, household_id: int, *, name: str, now: datetime) -> dict[str, Any]:
    """The id of a message to the household that was given up; the community's group has a robot too."""
    before = now - timedelta(minutes=1)
    for command in (
        SetChannel(kind=ChannelKind.SMS, address=PHONE, agreed=True, household_id=household_id),
        SetChannel(kind=ChannelKind.ROBOT, address=ROBOT, agreed=True, area_id=town.community_id),
    ):
        set_channel(session, command, seal=Seal(current_app.config["SECRET_KEY"]), ways=WAYS, now=before)
    told = Message(key=f"world-{name}", household_id=household_id, event=Event.DELIVERED, data={"order": "W1"})
    tell_many(session, [told], now=now)
    session.execute(update(Notification).where(Notification.key != told.key).values(addressed_at=now))
    sending.address_new(session, quiet=QuietHours(starts_min=0, ends_min=0), now=now)
    (delivery_id,) = session.scalars(select(Delivery.id).join(Notification).where(Notification.key == told.key))
    session.execute(update(Delivery).where(Delivery.id == delivery_id).values(state=DeliveryState.FAILED, ended_at=now))
    return {"delivery_id": delivery_id}


def message_bodies() -> dict[str, dict[str, Any]]:
    """Sound requests about the ways of a side's messages."""
    return {
        "notifications.set_household_channel": {"kind": "sms", "address": PHONE, "agreed": True},
        "notifications.set_area_channel": {"kind": "robot", "address": ROBOT, "agreed": True},
    }
