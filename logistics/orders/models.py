"""Tables of the catalogue, the campaigns and the orders. Money in cents, weight in grams, volume in millilitres."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Date, ForeignKey, Index, String, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column

from logistics.db import Base, UtcDateTime, enum_type
from logistics.orders.catalogue.rules import SoldBy, Temperature
from logistics.orders.rules import CampaignState, Channel, LineReason, OrderState, ShortageRule


class Merchant(Base):
    __tablename__ = "merchants"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(64), unique=True)
    name: Mapped[str] = mapped_column(String(120))


class Store(Base):
    """A shop of a merchant, which is a depot in routing. Place in WGS-84; hours in minutes after local midnight."""

    __tablename__ = "stores"
    __table_args__ = (
        CheckConstraint("lng BETWEEN -180 AND 180", name="lng"),
        CheckConstraint("lat BETWEEN -90 AND 90", name="lat"),
        CheckConstraint("0 <= opens_min AND opens_min < closes_min AND closes_min <= 1440", name="hours"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    merchant_id: Mapped[int] = mapped_column(ForeignKey("merchants.id"), index=True)
    code: Mapped[str] = mapped_column(String(64), unique=True)
    name: Mapped[str] = mapped_column(String(120))
    lng: Mapped[float]
    lat: Mapped[float]
    opens_min: Mapped[int] = mapped_column(default=360)
    closes_min: Mapped[int] = mapped_column(default=1320)


class Product(Base):
    """What a merchant sells. By piece: `price_cents` for a unit of `pack_size` pieces that weighs `weight_g`.

    By weight: `price_per_kg_cents`; `weight_g` estimates one piece and `price_cents` its price. A bundle's contents lie
    in the catalogue's tables, and with them the history of prices.
    """

    __tablename__ = "products"
    __table_args__ = (
        UniqueConstraint("merchant_id", "sku"),
        CheckConstraint("price_cents >= 0", name="price"),
        CheckConstraint("weight_g >= 0 AND volume_ml >= 0", name="size"),
        CheckConstraint("pack_size >= 1", name="pack_size"),
        CheckConstraint(
            "(sold_by = 'weight') = (price_per_kg_cents IS NOT NULL) AND (sold_by = 'piece' OR "
            "(price_per_kg_cents >= 0 AND weight_g >= 1 AND pack_size = 1 AND NOT is_bundle))",
            name="by_weight",
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    merchant_id: Mapped[int] = mapped_column(ForeignKey("merchants.id"))
    sku: Mapped[str] = mapped_column(String(64))
    name: Mapped[str] = mapped_column(String(160))
    category: Mapped[str] = mapped_column(String(80), default="")
    unit: Mapped[str] = mapped_column(String(32), default="")
    price_cents: Mapped[int]
    weight_g: Mapped[int]
    volume_ml: Mapped[int]
    sold_by: Mapped[SoldBy] = mapped_column(enum_type(SoldBy), default=SoldBy.PIECE, server_default=SoldBy.PIECE)
    price_per_kg_cents: Mapped[int | None]
    pack_size: Mapped[int] = mapped_column(default=1, server_default="1")
    temperature: Mapped[Temperature] = mapped_column(
        enum_type(Temperature), default=Temperature.AMBIENT, server_default=Temperature.AMBIENT
    )
    allergens: Mapped[str] = mapped_column(String(200), default="", server_default="")
    notes: Mapped[str] = mapped_column(String(500), default="", server_default="")
    is_bundle: Mapped[bool] = mapped_column(default=False, server_default=false())
    good_id: Mapped[int | None] = mapped_column(ForeignKey("priced_goods.id"), index=True)
    retired_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Campaign(Base):
    """A group buy of one store for one delivery date. `seed` is what its draws and ties are decided by.

    With `from_any_store` the goods lie at every store of the merchant, and the plan decides which one they leave from.
    """

    __tablename__ = "campaigns"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(80), unique=True)
    store_id: Mapped[int] = mapped_column(ForeignKey("stores.id"), index=True)
    from_any_store: Mapped[bool] = mapped_column(default=False)
    title: Mapped[str] = mapped_column(String(160))
    state: Mapped[CampaignState] = mapped_column(enum_type(CampaignState), default=CampaignState.DRAFT)
    cut_off_at: Mapped[datetime] = mapped_column(UtcDateTime)
    delivery_date: Mapped[date] = mapped_column(Date, index=True)
    shortage_rule: Mapped[ShortageRule] = mapped_column(enum_type(ShortageRule), default=ShortageRule.PROPORTIONAL)
    seed: Mapped[int] = mapped_column(default=0)
    minimum_orders: Mapped[int] = mapped_column(default=0)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class CampaignArea(Base):
    """An area of the tree that a campaign serves, with everything below it."""

    __tablename__ = "campaign_areas"

    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaigns.id", ondelete="CASCADE"), primary_key=True)
    area_id: Mapped[int] = mapped_column(ForeignKey("areas.id"), primary_key=True)


class DeliveryWindow(Base):
    """A span of time in which a campaign's goods come; orders name one."""

    __tablename__ = "delivery_windows"
    __table_args__ = (UniqueConstraint("campaign_id", "code"), CheckConstraint("starts_at < ends_at", name="span"))

    id: Mapped[int] = mapped_column(primary_key=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaigns.id", ondelete="CASCADE"))
    code: Mapped[str] = mapped_column(String(32))
    starts_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ends_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Offer(Base):
    """A product in a campaign. `supply_count` None: as much as is asked. `limit_per_household` None: no limit."""

    __tablename__ = "offers"
    __table_args__ = (
        UniqueConstraint("campaign_id", "product_id"),
        CheckConstraint("price_cents >= 0", name="price"),
        CheckConstraint("supply_count IS NULL OR supply_count >= 0", name="supply"),
        CheckConstraint("limit_per_household IS NULL OR limit_per_household >= 1", name="household_limit"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaigns.id", ondelete="CASCADE"))
    product_id: Mapped[int] = mapped_column(ForeignKey("products.id"), index=True)
    price_cents: Mapped[int]
    limit_per_household: Mapped[int | None]
    supply_count: Mapped[int | None]


class HouseholdDraw(Base):
    """How much of an offer a household has drawn in standing orders: the counter that keeps its limit under races."""

    __tablename__ = "household_draws"
    __table_args__ = (CheckConstraint("quantity >= 0", name="quantity"),)

    offer_id: Mapped[int] = mapped_column(ForeignKey("offers.id", ondelete="CASCADE"), primary_key=True)
    household_id: Mapped[int] = mapped_column(ForeignKey("households.id"), primary_key=True)
    quantity: Mapped[int]


class Order(Base):
    """One household's purchase in one campaign. `pickup_code` is told to the household alone; `version` counts the
    states it has stood in, so that nobody writes over a change that it has not seen."""

    __tablename__ = "orders"
    __table_args__ = (
        UniqueConstraint("campaign_id", "code"),
        Index("ix_orders_household_id_placed_at", "household_id", "placed_at"),
        Index("ix_orders_campaign_id_state", "campaign_id", "state"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(64))
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaigns.id"))
    household_id: Mapped[int] = mapped_column(ForeignKey("households.id"))
    window_id: Mapped[int] = mapped_column(ForeignKey("delivery_windows.id"), index=True)
    channel: Mapped[Channel] = mapped_column(enum_type(Channel), default=Channel.GROUP_BUY)
    state: Mapped[OrderState] = mapped_column(enum_type(OrderState), default=OrderState.PLACED)
    placed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    placed_by_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    pickup_code: Mapped[str] = mapped_column(String(12), default="")
    version: Mapped[int] = mapped_column(default=1, server_default="1")


class OrderLine(Base):
    """`ordered` is what was asked; `given` is decided at the cut-off, with the reason where it is less. `queued_at` is
    when the line was raised or added last; None where it queues since its order was placed."""

    __tablename__ = "order_lines"
    __table_args__ = (
        UniqueConstraint("order_id", "offer_id"),
        CheckConstraint("ordered >= 1", name="ordered"),
        CheckConstraint("given IS NULL OR (given >= 0 AND given <= ordered)", name="given"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id", ondelete="CASCADE"))
    offer_id: Mapped[int] = mapped_column(ForeignKey("offers.id"), index=True)
    ordered: Mapped[int]
    queued_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    given: Mapped[int | None]
    reason: Mapped[LineReason | None] = mapped_column(enum_type(LineReason))


class OrderChange(Base):
    """A change of an order, kept: who, when, and the whole order before and after. `version` is the one it made."""

    __tablename__ = "order_changes"
    __table_args__ = (UniqueConstraint("order_id", "version"), CheckConstraint("version >= 2", name="version"))

    id: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id", ondelete="CASCADE"))
    version: Mapped[int]
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    account_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    by_household: Mapped[bool]
    facts: Mapped[dict[str, Any]] = mapped_column(JSON)
