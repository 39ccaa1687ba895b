"""Table of messages to households and to the staff of areas."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from logistics.db import Base, UtcDateTime, enum_type
from logistics.notifications.rules import Event


class Notification(Base):
    """One message about one event, to one household or to whoever works for one area: `key` is unique, so nobody is
    told the same thing twice."""

    __tablename__ = "notifications"
    __table_args__ = (CheckConstraint("(household_id IS NULL) <> (area_id IS NULL)", name="recipient"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(160), unique=True)
    household_id: Mapped[int | None] = mapped_column(ForeignKey("households.id"), index=True)
    area_id: Mapped[int | None] = mapped_column(ForeignKey("areas.id"), index=True)
    event: Mapped[Event] = mapped_column(enum_type(Event))
    data: Mapped[dict[str, Any]] = mapped_column(JSON)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
