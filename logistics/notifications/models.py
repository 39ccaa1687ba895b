"""Table of messages to households."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from logistics.db import Base, UtcDateTime, enum_type
from logistics.notifications.rules import Event


class Notification(Base):
    """One message to one household about one event: `key` is unique, so nobody is told the same thing twice."""

    __tablename__ = "notifications"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(160), unique=True)
    household_id: Mapped[int] = mapped_column(ForeignKey("households.id"), index=True)
    event: Mapped[Event] = mapped_column(enum_type(Event))
    data: Mapped[dict[str, Any]] = mapped_column(JSON)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
