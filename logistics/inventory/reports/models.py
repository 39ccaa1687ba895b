"""Tables of daily reports, their versions and the numbers of each. Versions and lines are append-only: triggers of
migration 0006 refuse UPDATE and DELETE on them."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import BigInteger, CheckConstraint, Date, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from logistics.db import Base, UtcDateTime, enum_type
from logistics.inventory.reports.rules import Scope

UNTOLD = text("confirmed_at IS NULL AND late_told_at IS NULL")
"""The reports that may still have to be told of as late: few, however many days there are."""


class DailyReport(Base):
    """The report that an area owes for a day: movements after `since` up to `cut_off_at`, to be confirmed by
    `deadline_at`. `version` is the last one, 0 before it is confirmed; `late_told_at` is when its area was told that it
    is late."""

    __tablename__ = "daily_reports"
    __table_args__ = (
        UniqueConstraint("on_day", "area_id"),
        CheckConstraint("since <= cut_off_at AND cut_off_at <= deadline_at", name="moments"),
        CheckConstraint("(version = 0) = (confirmed_at IS NULL)", name="confirmed"),
        Index("ix_daily_reports_area_id_on_day", "area_id", "on_day"),
        Index("ix_daily_reports_untold", "deadline_at", postgresql_where=UNTOLD, sqlite_where=UNTOLD),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    area_id: Mapped[int] = mapped_column(ForeignKey("areas.id"))
    on_day: Mapped[date] = mapped_column(Date)
    since: Mapped[datetime] = mapped_column(UtcDateTime)
    cut_off_at: Mapped[datetime] = mapped_column(UtcDateTime)
    deadline_at: Mapped[datetime] = mapped_column(UtcDateTime)
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime)
    confirmed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    version: Mapped[int] = mapped_column(default=0)
    late_told_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class ReportVersion(Base):
    """What was reported, by whom. The first version is the confirmation; each later one corrects it, with a reason.
    `zero` says that the area had nothing and nothing happened."""

    __tablename__ = "report_versions"
    __table_args__ = (
        UniqueConstraint("report_id", "number"),
        CheckConstraint("number >= 1", name="number"),
        CheckConstraint("(number = 1) = (reason = '')", name="reason"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    report_id: Mapped[int] = mapped_column(ForeignKey("daily_reports.id"))
    number: Mapped[int]
    reason: Mapped[str] = mapped_column(String(500), default="")
    remark: Mapped[str] = mapped_column(String(500), default="")
    zero: Mapped[bool]
    account_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)


class ReportLine(Base):
    """The numbers of one item as they were reported, in pieces: see `rules.StockLine`. Of an area without areas below
    only its own are kept, because the whole is the same."""

    __tablename__ = "report_lines"

    version_id: Mapped[int] = mapped_column(ForeignKey("report_versions.id"), primary_key=True)
    scope: Mapped[Scope] = mapped_column(enum_type(Scope), primary_key=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("items.id"), primary_key=True)
    opening: Mapped[int] = mapped_column(BigInteger)
    received: Mapped[int] = mapped_column(BigInteger)
    arrived: Mapped[int] = mapped_column(BigInteger)
    came_back: Mapped[int] = mapped_column(BigInteger)
    returned: Mapped[int] = mapped_column(BigInteger)
    adjusted: Mapped[int] = mapped_column(BigInteger)
    sent: Mapped[int] = mapped_column(BigInteger)
    issued: Mapped[int] = mapped_column(BigInteger)
    lent: Mapped[int] = mapped_column(BigInteger)
    written_off: Mapped[int] = mapped_column(BigInteger)
    closing: Mapped[int] = mapped_column(BigInteger)
    on_loan: Mapped[int] = mapped_column(BigInteger)
    on_the_way: Mapped[int] = mapped_column(BigInteger)
    discrepancy: Mapped[int] = mapped_column(BigInteger)
    lost: Mapped[int] = mapped_column(BigInteger)
    requested: Mapped[int] = mapped_column(BigInteger)
    given: Mapped[int] = mapped_column(BigInteger)
    waiting: Mapped[int] = mapped_column(BigInteger)
