"""Tables of messages to households and to the staff of areas, of the ways they take, and of every attempt to send."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from logistics.db import Base, UtcDateTime, enum_type
from logistics.notifications.rules import ChannelKind, DeliveryState, Event, Language, Outcome

ADDRESS_LENGTH = 2_000
"""Characters of a sealed address; sealing 1,000 of them takes 1,400."""
SHOWN_LENGTH = 80
DETAIL_LENGTH = 200

ONE_RECIPIENT = "(household_id IS NULL) <> (area_id IS NULL)"
NEW = text("addressed_at IS NULL")
ON_THE_WAY = text("state IN ('waiting', 'sending')")
UNDER_WAY = text("notification_deliveries.state IN ('waiting', 'sending')")
"""The condition of the index of what is due, as a query has to say it for SQLite to take that index."""


class Notification(Base):
    """One message about one event, to one household or to whoever works for one area: `key` is unique, so nobody is
    told the same thing twice.

    `addressed_at`: when it was looked up whether it also goes out by SMS or robot; None until then.
    """

    __tablename__ = "notifications"
    __table_args__ = (
        CheckConstraint(ONE_RECIPIENT, name="recipient"),
        Index("ix_notifications_new", "id", postgresql_where=NEW, sqlite_where=NEW),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(160), unique=True)
    household_id: Mapped[int | None] = mapped_column(ForeignKey("households.id"), index=True)
    area_id: Mapped[int | None] = mapped_column(ForeignKey("areas.id"), index=True)
    event: Mapped[Event] = mapped_column(enum_type(Event))
    data: Mapped[dict[str, Any]] = mapped_column(JSON)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    addressed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class RecipientChannel(Base):
    """The one way besides the page in which a household, or an area's group, is told. One row for each recipient for
    ever, also when the way changes: a message is unique by it, and so are its deliveries.

    `address` is sealed (`sealing`) and read by the senders alone; `shown` is what pages have of it. `fingerprint` is
    the same for the same address, so that a robot in two groups' books has one pace. Nothing is sent before
    `agreed_at`.
    """

    __tablename__ = "notification_channels"
    __table_args__ = (
        CheckConstraint(ONE_RECIPIENT, name="recipient"),
        CheckConstraint("(kind = 'page') = (address = '') AND (kind = 'page') = (agreed_at IS NULL)", name="agreed"),
        CheckConstraint("household_id IS NOT NULL OR kind <> 'sms'", name="phone"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    household_id: Mapped[int | None] = mapped_column(ForeignKey("households.id"), unique=True)
    area_id: Mapped[int | None] = mapped_column(ForeignKey("areas.id"), unique=True)
    kind: Mapped[ChannelKind] = mapped_column(enum_type(ChannelKind))
    address: Mapped[str] = mapped_column(String(ADDRESS_LENGTH))
    fingerprint: Mapped[str] = mapped_column(String(64))
    shown: Mapped[str] = mapped_column(String(SHOWN_LENGTH))
    language: Mapped[Language] = mapped_column(enum_type(Language))
    at_night: Mapped[bool]
    agreed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    set_by_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Delivery(Base):
    """One message on its way through one channel, once: `attempt_count` attempts were begun of `allowed_count`, and the
    last one's worker has until `lease_until` to say what came of it. `asked_again_at`: an office had it sent once more.
    """

    __tablename__ = "notification_deliveries"
    __table_args__ = (
        UniqueConstraint("notification_id", "channel_id"),
        CheckConstraint("(state = 'sending') = (lease_until IS NOT NULL)", name="lease"),
        CheckConstraint("(state IN ('waiting', 'sending')) = (ended_at IS NULL)", name="ended"),
        Index("ix_notification_deliveries_due", "due_at", "id", postgresql_where=ON_THE_WAY, sqlite_where=ON_THE_WAY),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    notification_id: Mapped[int] = mapped_column(ForeignKey("notifications.id"))
    channel_id: Mapped[int] = mapped_column(ForeignKey("notification_channels.id"), index=True)
    state: Mapped[DeliveryState] = mapped_column(enum_type(DeliveryState))
    due_at: Mapped[datetime] = mapped_column(UtcDateTime)
    lease_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    attempt_count: Mapped[int] = mapped_column(default=0)
    allowed_count: Mapped[int]
    asked_again_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    detail: Mapped[str] = mapped_column(String(DETAIL_LENGTH), default="")


class Attempt(Base):
    """One attempt to send one message: written before it, completed after it. `detail` holds no address and no text."""

    __tablename__ = "notification_attempts"
    __table_args__ = (
        UniqueConstraint("delivery_id", "number"),
        CheckConstraint("(outcome IS NULL) = (ended_at IS NULL)", name="ended"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    delivery_id: Mapped[int] = mapped_column(ForeignKey("notification_deliveries.id"))
    number: Mapped[int]
    kind: Mapped[ChannelKind] = mapped_column(enum_type(ChannelKind))
    started_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    outcome: Mapped[Outcome | None] = mapped_column(enum_type(Outcome))
    detail: Mapped[str] = mapped_column(String(DETAIL_LENGTH), default="")


class Pace(Base):
    """When one robot may be written to again, by its address's fingerprint: from `next_at` on, and not while a letter
    is on its way to it, which is so until `held_until` at the latest."""

    __tablename__ = "notification_paces"

    fingerprint: Mapped[str] = mapped_column(String(64), primary_key=True)
    next_at: Mapped[datetime] = mapped_column(UtcDateTime)
    held_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
