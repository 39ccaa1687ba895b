"""Writing messages: in the transaction of the change they tell of. Sending them is somebody else's work, later."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from logistics.bulk import insert_new
from logistics.notifications.models import Notification
from logistics.notifications.rules import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One message, to a household or to the staff of an area; the same `key` twice is one message."""

    key: str
    event: Event
    data: Mapping[str, Any]
    household_id: int | None = None
    area_id: int | None = None

    def __post_init__(self) -> None:
        assert (self.household_id is None) != (self.area_id is None), f"message {self.key} needs one recipient"


def tell(
    session: Session, *, key: str, household_id: int, event: Event, data: Mapping[str, Any], now: datetime
) -> None:
    """Write one message to a household."""
    tell_many(session, [Message(key=key, household_id=household_id, event=event, data=data)], now=now)


def tell_many(session: Session, messages: Sequence[Message], *, now: datetime) -> int:
    """Write messages, leaving out those already written under their key. Returns how many were new."""
    rows = [
        {
            "key": m.key,
            "household_id": m.household_id,
            "area_id": m.area_id,
            "event": m.event,
            "data": dict(m.data),
            "created_at": now,
        }
        for m in messages
    ]
    return len(insert_new(session, Notification, rows, key=("key",)))
