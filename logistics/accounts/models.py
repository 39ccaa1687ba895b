"""Tables of accounts and API tokens."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from logistics.db import Base, UtcDateTime, enum_type


class Role(StrEnum):
    RESIDENT = "resident"
    MERCHANT = "merchant"
    STREET_OFFICE = "street_office"
    COMMUNITY_WORKER = "community_worker"
    COURIER = "courier"
    ADMIN = "admin"


class Account(Base):
    """A login. The role says what it may do, the scope column of that role to whose things."""

    __tablename__ = "accounts"
    __table_args__ = (
        CheckConstraint(
            "(role = 'resident') = (household_id IS NOT NULL)"
            " AND (role = 'merchant') = (merchant_id IS NOT NULL)"
            " AND (role IN ('street_office', 'community_worker')) = (area_id IS NOT NULL)",
            name="scope",
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    username: Mapped[str] = mapped_column(String(64), unique=True)
    password_hash: Mapped[str] = mapped_column(String(200))
    role: Mapped[Role] = mapped_column(enum_type(Role))
    area_id: Mapped[int | None] = mapped_column(ForeignKey("areas.id"))
    merchant_id: Mapped[int | None] = mapped_column(ForeignKey("merchants.id"))
    household_id: Mapped[int | None] = mapped_column(ForeignKey("households.id"))
    active: Mapped[bool] = mapped_column(default=True)
    session_epoch: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class ApiToken(Base):
    """A bearer token; only its SHA-256 is kept."""

    __tablename__ = "api_tokens"

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(String(80))
    token_sha256: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
