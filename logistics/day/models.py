"""Tables of delivery days and of their runs."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, Date, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from logistics.day.rules import Phase, RunState
from logistics.db import Base, UtcDateTime, enum_type


class DaySource(StrEnum):
    SAMPLE = "sample"
    FOLDER = "folder"
    CAMPAIGNS = "campaigns"


class Day(Base):
    """A delivery day. `source_sha256` is over what it came from: importing the same files again finds this day, and
    gathering the campaigns of a date does."""

    __tablename__ = "days"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(80), unique=True)
    title: Mapped[str] = mapped_column(String(160))
    delivery_date: Mapped[date] = mapped_column(Date, index=True)
    source: Mapped[DaySource] = mapped_column(enum_type(DaySource))
    source_sha256: Mapped[str] = mapped_column(String(64), unique=True)
    roads_file: Mapped[str] = mapped_column(String(500), default="")
    imported_at: Mapped[datetime] = mapped_column(UtcDateTime)
    counts: Mapped[dict[str, int]] = mapped_column(JSON, default=dict)


class DayCampaign(Base):
    __tablename__ = "day_campaigns"

    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaigns.id"), primary_key=True)
    day_id: Mapped[int] = mapped_column(ForeignKey("days.id", ondelete="CASCADE"), index=True)


class DayRun(Base):
    """One run of a day through the queue. `phase` is the one under way or to come next."""

    __tablename__ = "day_runs"

    id: Mapped[int] = mapped_column(primary_key=True)
    day_id: Mapped[int] = mapped_column(ForeignKey("days.id"), index=True)
    state: Mapped[RunState] = mapped_column(enum_type(RunState), default=RunState.RUNNING)
    phase: Mapped[Phase] = mapped_column(enum_type(Phase), default=Phase.CLOSE)
    plan_id: Mapped[int | None] = mapped_column(ForeignKey("plans.id"))
    time_limit_s: Mapped[int]
    iteration_limit: Mapped[int | None]
    seed: Mapped[int]
    started_at: Mapped[datetime] = mapped_column(UtcDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    phase_seconds: Mapped[dict[str, float]] = mapped_column(JSON, default=dict)
    summary: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    error: Mapped[str] = mapped_column(String(2000), default="")
