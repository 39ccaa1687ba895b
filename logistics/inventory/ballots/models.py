"""Tables of ballots and of who registered for them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from logistics.db import Base, UtcDateTime, enum_type
from logistics.inventory.ballots.drawing import CODE_LENGTH, WEIGHT_MAX
from logistics.inventory.ballots.rules import COLLECT_DAYS_MAX, BallotOutcome, BallotState


class Ballot(Base):
    """A draw of lots for `supply` pieces of an item, `quantity` a household, among the households of an area.

    `seed` and `salt` are secret until the draw; `commitment` is published when it opens, `list_sha256` when it closes.
    From then on triggers of migration 0004 refuse to change them. While it is open and closed its supply is promised by
    `reservation_id`, afterwards by a reservation of each winner.
    """

    __tablename__ = "ballots"
    __table_args__ = (
        CheckConstraint("quantity >= 1 AND supply >= quantity", name="terms"),
        CheckConstraint(f"collect_days BETWEEN 1 AND {COLLECT_DAYS_MAX}", name="collect_days"),
        CheckConstraint("state IN ('draft', 'cancelled') OR commitment IS NOT NULL", name="commitment"),
        CheckConstraint("state IN ('draft', 'open', 'cancelled') OR list_sha256 IS NOT NULL", name="list_sha256"),
        CheckConstraint("(state IN ('drawn', 'done')) = (drawn_at IS NOT NULL)", name="drawn_at"),
        Index("ix_ballots_area_id_state", "area_id", "state"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(32), unique=True)
    title: Mapped[str] = mapped_column(String(120))
    item_id: Mapped[int] = mapped_column(ForeignKey("items.id"), index=True)
    area_id: Mapped[int] = mapped_column(ForeignKey("areas.id"))
    quantity: Mapped[int]
    supply: Mapped[int]
    collect_days: Mapped[int]
    state: Mapped[BallotState] = mapped_column(enum_type(BallotState))
    closes_at: Mapped[datetime] = mapped_column(UtcDateTime)
    public_source: Mapped[str] = mapped_column(String(200), default="")
    public_value: Mapped[str] = mapped_column(String(120), default="")
    seed: Mapped[str] = mapped_column(String(64))
    salt: Mapped[str] = mapped_column(String(32))
    commitment: Mapped[str | None] = mapped_column(String(64))
    list_sha256: Mapped[str | None] = mapped_column(String(64))
    reservation_id: Mapped[int | None] = mapped_column(ForeignKey("reservations.id"), unique=True)
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    opened_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    drawn_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    drawn_by_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """When it was done or cancelled."""


class BallotRegistration(Base):
    """One household in one ballot, under a code that says nothing about it. `weight` is fixed when the list closes,
    `rank` and `ticket` by the draw. Who is offered its share may collect it before `collect_by`."""

    __tablename__ = "ballot_registrations"
    __table_args__ = (
        UniqueConstraint("ballot_id", "household_id", name="uq_ballot_registrations_household"),
        UniqueConstraint("ballot_id", "code", name="uq_ballot_registrations_code"),
        UniqueConstraint("ballot_id", "rank", name="uq_ballot_registrations_rank"),
        CheckConstraint(f"weight BETWEEN 1 AND {WEIGHT_MAX}", name="weight"),
        CheckConstraint("(rank IS NULL) = (ticket IS NULL)", name="rank"),
        CheckConstraint("(outcome = 'registered') = (rank IS NULL)", name="outcome_rank"),
        CheckConstraint("outcome <> 'offered' OR collect_by IS NOT NULL", name="collect_by"),
        Index("ix_ballot_registrations_household_id", "household_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    ballot_id: Mapped[int] = mapped_column(ForeignKey("ballots.id"))
    household_id: Mapped[int] = mapped_column(ForeignKey("households.id"))
    code: Mapped[str] = mapped_column(String(CODE_LENGTH))
    weight: Mapped[int | None]
    rank: Mapped[int | None]
    ticket: Mapped[str | None] = mapped_column(String(64))
    outcome: Mapped[BallotOutcome] = mapped_column(enum_type(BallotOutcome))
    registered_at: Mapped[datetime] = mapped_column(UtcDateTime)
    account_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    offered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    collect_by: Mapped[datetime | None] = mapped_column(UtcDateTime)
    resolved_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
