"""Tables of the rolling entitlement: the offices' rules, and what each household has drawn.

The limit is kept twice. The service locks the household's guard row of the item, counts, and writes; and triggers of
migration 0004 count again at every insert, whoever writes it, behind the same lock.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from logistics.db import Base, UtcDateTime, enum_type
from logistics.inventory.entitlement.rules import DAYS_MAX, QUANTITY_MAX, DrawChannel, Per

_IN_FORCE = text("ended_at IS NULL")


class EntitlementRule(Base):
    """At most `quantity` pieces of an item per household or person in any `days` days, for the households of an area.
    A changed rule is an ended one and a new one, so that what was in force when is not forgotten."""

    __tablename__ = "entitlement_rules"
    __table_args__ = (
        CheckConstraint(f"quantity BETWEEN 0 AND {QUANTITY_MAX}", name="quantity"),
        CheckConstraint(f"days BETWEEN 1 AND {DAYS_MAX}", name="days"),
        CheckConstraint("ended_at IS NULL OR ended_at >= starts_at", name="ended_at"),
        Index(
            "uq_entitlement_rules_in_force",
            "item_id",
            "area_id",
            unique=True,
            postgresql_where=_IN_FORCE,
            sqlite_where=_IN_FORCE,
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("items.id"))
    area_id: Mapped[int] = mapped_column(ForeignKey("areas.id"), index=True)
    per: Mapped[Per] = mapped_column(enum_type(Per))
    quantity: Mapped[int]
    days: Mapped[int]
    starts_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    set_by_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))


class EntitlementGuard(Base):
    """One row per household and item that was ever drawn: its lock puts the household's draws of the item in a row.
    `draw_count` is counted by the database, so that a draw changes the row it is guarded by."""

    __tablename__ = "entitlement_guards"

    household_id: Mapped[int] = mapped_column(ForeignKey("households.id"), primary_key=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("items.id"), primary_key=True)
    draw_count: Mapped[int] = mapped_column(default=0, server_default="0")


class EntitlementDraw(Base):
    """Pieces of an item that a household drew at a moment, to the second; `key` makes a retry the same draw.

    What is `given_back` counts no more, nor does a draw whose reservation was voided or expired, or whose handing out
    was reversed. Nothing else of a row ever changes, and none is deleted.
    """

    __tablename__ = "entitlement_draws"
    __table_args__ = (
        ForeignKeyConstraint(
            ["household_id", "item_id"],
            ["entitlement_guards.household_id", "entitlement_guards.item_id"],
            name="fk_entitlement_draws_guard",
        ),
        CheckConstraint(f"quantity BETWEEN 1 AND {QUANTITY_MAX}", name="quantity"),
        CheckConstraint("given_back BETWEEN 0 AND quantity", name="given_back"),
        Index("ix_entitlement_draws_household_id", "household_id", "item_id", "drawn_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(120), unique=True)
    household_id: Mapped[int]
    item_id: Mapped[int] = mapped_column(ForeignKey("items.id"), index=True)
    quantity: Mapped[int]
    given_back: Mapped[int] = mapped_column(default=0, server_default="0")
    channel: Mapped[DrawChannel] = mapped_column(enum_type(DrawChannel))
    drawn_at: Mapped[datetime] = mapped_column(UtcDateTime)
    reservation_id: Mapped[int | None] = mapped_column(ForeignKey("reservations.id"), unique=True)
    account_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
