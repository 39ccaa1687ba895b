"""Tables of the terms of campaigns, the counters that keep their caps, and the steps of their lives. Money in cents."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from logistics.db import Base, UtcDateTime, enum_type
from logistics.orders.campaigns.rules import REASON_LENGTH_MAX, Fallback, Step


class CampaignTerms(Base):
    """Minimums and caps of a campaign beside `minimum_orders`; a campaign without a row has none and fails when its
    orders are too few. 0 is no minimum, None no cap. The counters count standing orders where there is a cap in all;
    `full_at` is when one was reached, from which moment nothing more is taken."""

    __tablename__ = "campaign_terms"
    __table_args__ = (
        CheckConstraint("minimum_households >= 0 AND minimum_units >= 0 AND minimum_cents >= 0", name="minimums"),
        CheckConstraint("(if_missed = 'extend') = (extend_min IS NOT NULL)", name="extension"),
        CheckConstraint("extend_min IS NULL OR extend_min >= 1", name="extend_min"),
        CheckConstraint("order_count >= 0 AND (orders_max IS NULL OR order_count <= orders_max)", name="orders_cap"),
        CheckConstraint("unit_count >= 0 AND (units_max IS NULL OR unit_count <= units_max)", name="units_cap"),
        CheckConstraint("household_units_max IS NULL OR household_units_max >= 1", name="household_cap"),
    )

    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaigns.id", ondelete="CASCADE"), primary_key=True)
    minimum_households: Mapped[int] = mapped_column(default=0)
    minimum_units: Mapped[int] = mapped_column(default=0)
    minimum_cents: Mapped[int] = mapped_column(default=0)
    if_missed: Mapped[Fallback] = mapped_column(enum_type(Fallback), default=Fallback.CANCEL)
    extend_min: Mapped[int | None]
    extended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    household_units_max: Mapped[int | None]
    orders_max: Mapped[int | None]
    units_max: Mapped[int | None]
    order_count: Mapped[int] = mapped_column(default=0)
    unit_count: Mapped[int] = mapped_column(default=0)
    full_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class PriceTier(Base):
    """A step of an offer's ladder of prices; the first, from one unit on, is what the offer costs while it is open."""

    __tablename__ = "price_tiers"
    __table_args__ = (
        CheckConstraint("from_units >= 1", name="from_units"),
        CheckConstraint("price_cents >= 0", name="price"),
    )

    offer_id: Mapped[int] = mapped_column(ForeignKey("offers.id", ondelete="CASCADE"), primary_key=True)
    from_units: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    price_cents: Mapped[int]


class OfferCap(Base):
    """How many units of an offer all households together may order, and have ordered."""

    __tablename__ = "offer_caps"
    __table_args__ = (CheckConstraint("0 <= unit_count AND unit_count <= units_max", name="units_cap"),)

    offer_id: Mapped[int] = mapped_column(ForeignKey("offers.id", ondelete="CASCADE"), primary_key=True)
    units_max: Mapped[int]
    unit_count: Mapped[int] = mapped_column(default=0)


class HouseholdCount(Base):
    """Units of all goods that a household has in standing orders of a campaign with a cap per household."""

    __tablename__ = "household_counts"
    __table_args__ = (CheckConstraint("unit_count >= 0", name="unit_count"),)

    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaigns.id", ondelete="CASCADE"), primary_key=True)
    household_id: Mapped[int] = mapped_column(ForeignKey("households.id"), primary_key=True)
    unit_count: Mapped[int]


class CampaignStep(Base):
    """One step of a campaign's life. `area_id` is the part an office approved, None for the whole; `facts` are the
    numbers it was decided by."""

    __tablename__ = "campaign_steps"

    id: Mapped[int] = mapped_column(primary_key=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaigns.id", ondelete="CASCADE"), index=True)
    step: Mapped[Step] = mapped_column(enum_type(Step))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    account_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    area_id: Mapped[int | None] = mapped_column(ForeignKey("areas.id"))
    reason: Mapped[str] = mapped_column(String(REASON_LENGTH_MAX), default="")
    facts: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
