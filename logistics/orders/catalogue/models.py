"""Tables of the catalogue: prices and their history, bundles, photos, the offices' ceilings. Money in cents, grams."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from logistics.db import Base, UtcDateTime, enum_type
from logistics.orders.catalogue.rules import (
    PRICE_CENTS_MAX,
    QUANTITY_MAX,
    CeilingUnit,
    PriceCause,
)

_OPEN = text("until_on IS NULL")


class ProductPrice(Base):
    """A price of a product from a moment on, with what it is a price of; the newest row is what `products` says. Rows
    are never changed and never deleted: migration 0008 has the triggers."""

    __tablename__ = "product_prices"
    __table_args__ = (
        Index("ix_product_prices_product_id_id", "product_id", "id"),
        CheckConstraint("price_cents >= 0", name="price"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    product_id: Mapped[int] = mapped_column(ForeignKey("products.id"))
    starts_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    cause: Mapped[PriceCause] = mapped_column(enum_type(PriceCause))
    old_price_cents: Mapped[int | None]
    old_price_per_kg_cents: Mapped[int | None]
    price_cents: Mapped[int]
    price_per_kg_cents: Mapped[int | None]
    weight_g: Mapped[int]
    pack_size: Mapped[int]
    reason: Mapped[str] = mapped_column(String(200), default="")
    set_by_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))


class BundleLine(Base):
    """What a bundle declares to hold. Never changed: another content is another bundle."""

    __tablename__ = "bundle_lines"
    __table_args__ = (
        CheckConstraint(f"quantity BETWEEN 1 AND {QUANTITY_MAX}", name="quantity"),
        CheckConstraint("bundle_id <> product_id", name="itself"),
    )

    bundle_id: Mapped[int] = mapped_column(ForeignKey("products.id"), primary_key=True)
    product_id: Mapped[int] = mapped_column(ForeignKey("products.id"), primary_key=True, index=True)
    quantity: Mapped[int]


class ProductPhoto(Base):
    """A product's picture as we wrote it: a JPEG of bounded size without what the camera noted down."""

    __tablename__ = "product_photos"

    product_id: Mapped[int] = mapped_column(ForeignKey("products.id"), primary_key=True)
    sha256: Mapped[str] = mapped_column(String(64))
    content: Mapped[bytes]
    width_px: Mapped[int]
    height_px: Mapped[int]
    set_at: Mapped[datetime] = mapped_column(UtcDateTime)
    set_by_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))


class PricedGood(Base):
    """A good by the name under which offices set ceilings; one list for all offices."""

    __tablename__ = "priced_goods"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(80), unique=True)
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    made_by_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))


class GoodAssignment(Base):
    """Who said when which good a product is measured by (None: none); the newest row is what `products` says. Where an
    office has said it, the merchant cannot unsay it. Never changed."""

    __tablename__ = "good_assignments"
    __table_args__ = (Index("ix_good_assignments_product_id_id", "product_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    product_id: Mapped[int] = mapped_column(ForeignKey("products.id"))
    good_id: Mapped[int | None] = mapped_column(ForeignKey("priced_goods.id"))
    by_office: Mapped[bool]
    reason: Mapped[str] = mapped_column(String(200), default="")
    assigned_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    assigned_by_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))


class PriceCeiling(Base):
    """The top price of a good in an area and below, from the day `starts_on` until the day `until_on`, not included.
    Set once and ended once, never edited: triggers of migration 0008 refuse it."""

    __tablename__ = "price_ceilings"
    __table_args__ = (
        CheckConstraint(f"ceiling_cents BETWEEN 0 AND {PRICE_CENTS_MAX}", name="ceiling"),
        CheckConstraint("until_on IS NULL OR until_on >= starts_on", name="until_on"),
        CheckConstraint("(until_on IS NULL) = (ended_at IS NULL)", name="ended_at"),
        Index("ix_price_ceilings_good_id_area_id", "good_id", "area_id"),
        Index(
            "uq_price_ceilings_open",
            "area_id",
            "good_id",
            "unit",
            unique=True,
            postgresql_where=_OPEN,
            sqlite_where=_OPEN,
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    area_id: Mapped[int] = mapped_column(ForeignKey("areas.id"))
    good_id: Mapped[int] = mapped_column(ForeignKey("priced_goods.id"))
    unit: Mapped[CeilingUnit] = mapped_column(enum_type(CeilingUnit))
    ceiling_cents: Mapped[int]
    starts_on: Mapped[date] = mapped_column(Date)
    until_on: Mapped[date | None] = mapped_column(Date)
    reason: Mapped[str] = mapped_column(String(200), default="")
    set_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    set_by_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime, index=True)
    ended_by_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    end_reason: Mapped[str] = mapped_column(String(200), default="")
