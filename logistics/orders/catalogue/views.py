"""What is read of the catalogue, as frozen shapes. Money in cents, weight in grams, volume in millilitres."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from logistics.cents import half_up
from logistics.orders.catalogue.rules import JIN_G, CeilingUnit, PriceCause, SoldBy, Temperature, Terms


@dataclass(frozen=True, slots=True, kw_only=True)
class CatalogueProductView:
    """A product of a merchant. Sold by weight it has a `price_per_kg_cents`; then `weight_g` is what one piece is
    about, and `price_cents` what that comes to. `good_name` is the good whose ceilings are about it, "" without one."""

    id: int
    merchant_id: int
    merchant_name: str
    sku: str
    name: str
    category: str
    unit: str
    sold_by: SoldBy
    price_cents: int
    price_per_kg_cents: int | None
    weight_g: int
    pack_size: int
    volume_ml: int
    temperature: Temperature
    allergens: str
    notes: str
    is_bundle: bool
    good_id: int | None
    good_name: str
    photo_sha256: str | None
    retired_at: datetime | None

    @property
    def price_per_500g_cents(self) -> int | None:
        """The price per 500 g, rounded half up; null where nothing says what it weighs, and for bundles."""
        per_gram = None if self.is_bundle else self.terms_of().per_gram
        return None if per_gram is None else half_up(per_gram * JIN_G)

    def terms_of(self) -> Terms:
        return Terms(
            sold_by=self.sold_by,
            price_cents=self.price_cents,
            price_per_kg_cents=self.price_per_kg_cents,
            weight_g=self.weight_g,
            pack_size=self.pack_size,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class BundleContentView:
    """One line of a bundle: so many units of a product."""

    product_id: int
    sku: str
    name: str
    unit: str
    sold_by: SoldBy
    quantity: int
    weight_g: int
    allergens: str
    price_cents: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CatalogueProductDetail(CatalogueProductView):
    """With what a bundle holds, and whether an office has said which good the product is."""

    contents: tuple[BundleContentView, ...]
    good_by_office: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceView:
    """A line of a product's history of prices, from `starts_at` on. `old_*` are null where it is the first. `set_by` is
    shown to the merchant and to administrators."""

    id: int
    product_id: int
    starts_at: datetime
    cause: PriceCause
    old_price_cents: int | None
    old_price_per_kg_cents: int | None
    price_cents: int
    price_per_kg_cents: int | None
    weight_g: int
    pack_size: int
    reason: str
    set_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PricedGoodView:
    id: int
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CeilingView:
    """At most `ceiling_cents` per `unit` of a good in an area and below, from the day `starts_on` until the day
    `until_on`, not included (null: for good)."""

    id: int
    area_id: int
    area_name: str
    good_id: int
    good_name: str
    unit: CeilingUnit
    ceiling_cents: int
    starts_on: date
    until_on: date | None
    reason: str
    set_at: datetime
    ended_at: datetime | None
    end_reason: str

    def binds_on(self, day: date) -> bool:
        return self.starts_on <= day and (self.until_on is None or day < self.until_on)

    def is_over(self, day: date) -> bool:
        return self.until_on is not None and self.until_on <= day


class LogKind(StrEnum):
    """What changed: a price, a ceiling that was set or ended, or which good a product is measured by."""

    PRICE = "price"
    CEILING_SET = "ceiling_set"
    CEILING_ENDED = "ceiling_ended"
    ASSIGNED = "assigned"


class PricedPer(StrEnum):
    """What the numbers of a line are prices of."""

    UNIT = "unit"
    PER_KG = "per_kg"
    PER_500G = "per_500g"
    PER_PIECE = "per_piece"


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceLogView:
    """One change of a price or a ceiling. `subject` names the product or the good, `whose` the merchant or the area;
    `good` what a product was assigned to. `day` is the day from which a ceiling stands, or stands no more."""

    at: datetime
    kind: LogKind
    key: int
    product_id: int | None
    subject: str
    whose: str
    good: str
    old_cents: int | None
    new_cents: int | None
    per: PricedPer | None
    weight_g: int | None
    pack_size: int | None
    day: date | None
    reason: str
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BreachView:
    """A price above a ceiling, in a sentence of numbers. `top_cents` is the highest price that is allowed: per kilogram
    where the product is sold by weight, else of one unit. `campaign_title` is "" for a price of the catalogue."""

    product_id: int
    sku: str
    name: str
    merchant_name: str
    campaign_id: int | None
    campaign_title: str
    price_cents: int
    top_cents: int
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LookAlikeView:
    """A product whose name speaks of a good, and which no ceiling is about yet."""

    product_id: int
    sku: str
    name: str
    merchant_name: str
    good_id: int
    good_name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MerchantView:
    id: int
    code: str
    name: str
    store_count: int
    product_count: int
