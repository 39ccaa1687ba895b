"""Writing messages: in the transaction of the change they tell of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from logistics.notifications.models import Notification
from logistics.notifications.rules import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One message to one household; the same `key` twice is one message."""

    key: str
    household_id: int
    event: Event
    data: Mapping[str, Any]


def tell(
    session: Session, *, key: str, household_id: int, event: Event, data: Mapping[str, Any], now: datetime
) -> None:
    """Write one message."""
    tell_many(session, [Message(key=key, household_id=household_id, event=event, data=data)], now=now)


def tell_many(session: Session, messages: Sequence[Message], *, now: datetime) -> int:
    """Write messages, leaving out those already written under their key. Returns how many were new."""
    known: set[str] = set()
    for start in range(0, len(messages), 500):  # SQLite takes a bounded number of parameters
        keys = [message.key for message in messages[start : start + 500]]
        known.update(session.scalars(select(Notification.key).where(Notification.key.in_(keys))))
    rows = [
        {"key": m.key, "household_id": m.household_id, "event": m.event, "data": dict(m.data), "created_at": now}
        for m in messages
        if m.key not in known
    ]
    if rows:
        session.execute(insert(Notification), rows)
    return len(rows)
