"""Tables of tiers, requests, and rounds with the share of every place."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Date, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from logistics.db import Base, UtcDateTime, enum_type
from logistics.inventory.rounds.rules import Refusal, RequestState, RoundState, Tier

STANDING = text("state IN ('open', 'declined')")
"""Requests that the next round takes; a declined one gets nothing in it."""


class CommunityTier(Base):
    """How a community is classed from a day on. Rows are added and never changed, so they are its history; the last
    one entered for the latest day counts."""

    __tablename__ = "community_tiers"
    __table_args__ = (Index("ix_community_tiers_area_id_starts_on", "area_id", "starts_on"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    area_id: Mapped[int] = mapped_column(ForeignKey("areas.id"))
    tier: Mapped[Tier] = mapped_column(enum_type(Tier))
    starts_on: Mapped[date] = mapped_column(Date)
    note: Mapped[str] = mapped_column(String(200), default="")
    set_at: Mapped[datetime] = mapped_column(UtcDateTime)
    set_by_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))


class SupplyRequest(Base):
    """Pieces of an item that a community, or a post of it, asks for. A place has one standing request per item.

    `checkpoint_count` says for how many checkpoints it is; `version` counts the changes, so that nobody allocates what
    has been changed meanwhile.
    """

    __tablename__ = "supply_requests"
    __table_args__ = (
        CheckConstraint("quantity >= 1", name="quantity"),
        CheckConstraint("checkpoint_count >= 0", name="checkpoint_count"),
        CheckConstraint("state <> 'declined' OR refusal IS NOT NULL", name="declined"),
        CheckConstraint("(state = 'allocated') = (round_id IS NOT NULL)", name="allocated"),
        Index(
            "uq_supply_requests_standing",
            "item_id",
            "area_id",
            "post",
            unique=True,
            postgresql_where=STANDING,
            sqlite_where=STANDING,
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(32), unique=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("items.id"))
    area_id: Mapped[int] = mapped_column(ForeignKey("areas.id"), index=True)
    post: Mapped[str] = mapped_column(String(80), default="")
    quantity: Mapped[int]
    checkpoint_count: Mapped[int] = mapped_column(default=0)
    note: Mapped[str] = mapped_column(String(500), default="")
    state: Mapped[RequestState] = mapped_column(enum_type(RequestState))
    refusal: Mapped[Refusal | None] = mapped_column(enum_type(Refusal))
    version: Mapped[int] = mapped_column(default=1)
    requested_at: Mapped[datetime] = mapped_column(UtcDateTime)
    requested_by_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    round_id: Mapped[int | None] = mapped_column(ForeignKey("allocation_rounds.id"), index=True)


class AllocationRound(Base):
    """One sharing out of an item that an office holds.

    `inputs` is the canonical text of everything the shares were computed from, and `fingerprint` its SHA-256: whoever
    approves says which one was seen. `supply` and `given` in pieces. One that was approved keeps who did so when it is
    cancelled, and has a `cancel_reason`.
    """

    __tablename__ = "allocation_rounds"
    __table_args__ = (
        CheckConstraint("given >= 0 AND given <= supply", name="given"),
        CheckConstraint("approved_by_id IS NULL OR approved_by_id <> drafted_by_id", name="four_eyes"),
        CheckConstraint("state = 'cancelled' OR (state <> 'draft') = (approved_by_id IS NOT NULL)", name="approved"),
        CheckConstraint("(state IN ('dispatched', 'received')) = (dispatched_at IS NOT NULL)", name="dispatched"),
        CheckConstraint("(state = 'received') = (received_at IS NOT NULL)", name="received"),
        CheckConstraint("(state = 'cancelled') = (cancelled_at IS NOT NULL)", name="cancelled"),
        CheckConstraint("state <> 'cancelled' OR approved_by_id IS NULL OR cancel_reason <> ''", name="cancel_reason"),
        Index("ix_allocation_rounds_area_id_item_id", "area_id", "item_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(32), unique=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("items.id"))
    area_id: Mapped[int] = mapped_column(ForeignKey("areas.id"))
    state: Mapped[RoundState] = mapped_column(enum_type(RoundState))
    emergency: Mapped[bool] = mapped_column(default=False)
    note: Mapped[str] = mapped_column(String(200), default="")
    rule: Mapped[str] = mapped_column(String(32))
    supply: Mapped[int]
    given: Mapped[int]
    inputs: Mapped[str] = mapped_column(Text)
    fingerprint: Mapped[str] = mapped_column(String(64))
    drafted_at: Mapped[datetime] = mapped_column(UtcDateTime)
    drafted_by_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    approved_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    approved_by_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    reservation_id: Mapped[int | None] = mapped_column(ForeignKey("reservations.id"), unique=True)
    dispatched_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    dispatched_by_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    received_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    cancelled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    cancelled_by_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    cancel_reason: Mapped[str] = mapped_column(String(200), default="", server_default="")


class RoundShare(Base):
    """What one place of a round gets, at every level: those with a request are the places that asked, the others the
    areas above them. All quantities in pieces; `explanation` holds the reasons as the rule gave them. What came of it
    at the other end is the shipment's to say, of which a community has one for all its places."""

    __tablename__ = "round_shares"
    __table_args__ = (
        UniqueConstraint("round_id", "place"),
        CheckConstraint("allocated >= 0 AND allocated <= requested", name="allocated"),
        CheckConstraint("refusal IS NULL OR allocated = 0", name="refused"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    round_id: Mapped[int] = mapped_column(ForeignKey("allocation_rounds.id"))
    place: Mapped[str] = mapped_column(String(160))
    parent_place: Mapped[str] = mapped_column(String(160), default="")
    depth: Mapped[int]
    area_id: Mapped[int] = mapped_column(ForeignKey("areas.id"), index=True)
    post: Mapped[str] = mapped_column(String(80), default="")
    request_id: Mapped[int | None] = mapped_column(ForeignKey("supply_requests.id"), index=True)
    request_version: Mapped[int | None]
    requested: Mapped[int]
    tier: Mapped[int]
    weight: Mapped[int] = mapped_column(default=1)
    carry: Mapped[int] = mapped_column(default=0)
    allocated: Mapped[int]
    refusal: Mapped[Refusal | None] = mapped_column(enum_type(Refusal))
    explanation: Mapped[Any] = mapped_column(JSON)
    shipment_id: Mapped[int | None] = mapped_column(ForeignKey("shipments.id"), index=True)
