"""Having a message sent once more, which only a person may decide: it may tell somebody twice."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from logistics.errors import NotFound
from logistics.notifications import errors
from logistics.notifications.models import Delivery
from logistics.notifications.pacing import ATTEMPTS_MAX
from logistics.notifications.rules import AGAIN, DeliveryState


def send_again(session: Session, delivery_id: int, *, now: datetime) -> None:
    """Give a message that was given up, or is unclear, as many attempts as a new one.

    Raises:
        NotFound: no such delivery.
        NotToSendAgain: it waits, is sent, or is no longer wanted.
    """
    row = session.scalar(select(Delivery).where(Delivery.id == delivery_id).with_for_update())
    if row is None:
        raise NotFound(kind="message", key=delivery_id)
    if row.state not in AGAIN:
        raise errors.NotToSendAgain(state=row.state)
    row.state, row.due_at, row.ended_at = DeliveryState.WAITING, now, None
    row.allowed_count = row.attempt_count + ATTEMPTS_MAX
    row.asked_again_at = now
