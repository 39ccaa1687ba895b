"""Whoever works for an area is told, once, that its report is late."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, datetime
from typing import Any

from sqlalchemy import update
from sqlalchemy.orm import Session

from logistics.inventory.reports.models import DailyReport
from logistics.notifications import service as notifications
from logistics.notifications.rules import Event


def tell_late(session: Session, *, now: datetime) -> int:
    """Tell every area whose report is past its deadline and not confirmed. Returns how many areas were told.

    Each report is told of once, whatever becomes of it; several that an area owes, because nothing ran for days, are
    one message. The mark and the message are of one transaction, and two that tell at once wait for each other.
    """
    late: dict[int, list[date]] = defaultdict(list)
    for area_id, day in session.execute(
        update(DailyReport)
        .where(DailyReport.confirmed_at.is_(None), DailyReport.late_told_at.is_(None), DailyReport.deadline_at < now)
        .values(late_told_at=now)
        .returning(DailyReport.area_id, DailyReport.on_day)
        .execution_options(synchronize_session=False)
    ):
        late[area_id].append(day)
    return notifications.tell_many(session, [_message(area_id, days) for area_id, days in late.items()], now=now)


def _message(area_id: int, days: list[date]) -> notifications.Message:
    data: dict[str, Any] = {"area_id": area_id, "days": [day.isoformat() for day in sorted(days)]}
    return notifications.Message(
        key=f"report_late:{max(days).isoformat()}:{area_id}", area_id=area_id, event=Event.REPORT_LATE, data=data
    )
