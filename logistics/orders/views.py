"""What queries of campaigns and orders return. Money in cents, weight in grams, volume in millilitres."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from logistics.orders.rules import CampaignState, Channel, LineReason, OrderState, ShortageRule, is_scarce


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreView:
    id: int
    code: str
    name: str
    merchant_id: int
    merchant_name: str
    lng: float
    lat: float
    opens_min: int
    closes_min: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductView:
    id: int
    sku: str
    name: str
    category: str
    unit: str
    price_cents: int
    weight_g: int
    volume_ml: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignView:
    """`order_count` counts every standing order of the campaign: it says how far the campaign is from forming."""

    id: int
    code: str
    title: str
    state: CampaignState
    cut_off_at: datetime
    delivery_date: date
    shortage_rule: ShortageRule
    minimum_orders: int
    closed_at: datetime | None
    store_id: int
    store_name: str
    merchant_id: int
    merchant_name: str
    order_count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowView:
    id: int
    code: str
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferView:
    """`drawn` is what the viewer's own household has drawn so far (0 for anybody but a resident); `ordered_count` what
    all standing orders ask for, counted only where the supply is bounded."""

    id: int
    sku: str
    name: str
    category: str
    unit: str
    price_cents: int
    weight_g: int
    volume_ml: int
    limit_per_household: int | None
    supply_count: int | None
    ordered_count: int
    drawn: int

    @property
    def scarce(self) -> bool:
        """Whether there may not be enough: what is bounded, and either limited per household or nearly ordered away."""
        return is_scarce(self.supply_count, self.limit_per_household, self.ordered_count)

    @property
    def may_still_draw(self) -> int | None:
        """Units left of the household limit; None is without bound."""
        return None if self.limit_per_household is None else max(self.limit_per_household - self.drawn, 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class ServedArea:
    id: int
    code: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignDetail(CampaignView):
    windows: tuple[WindowView, ...]
    offers: tuple[OfferView, ...]
    areas: tuple[ServedArea, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderView:
    """`total_cents` is the price of what was ordered. A merchant sees no household, building, unit or flat (None, ""):
    it packs from batches, and an order's building would tell whose door a batch for doors goes to."""

    id: int
    code: str
    campaign_id: int
    campaign_code: str
    campaign_title: str
    household_id: int | None
    household_code: str
    compound_id: int
    compound_name: str
    building: str
    unit: str
    flat: str
    window_code: str
    window_starts_at: datetime
    window_ends_at: datetime
    channel: Channel
    state: OrderState
    placed_at: datetime
    line_count: int
    total_cents: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LineView:
    """`given` is None until the cut-off has decided it."""

    id: int
    sku: str
    name: str
    unit: str
    price_cents: int
    ordered: int
    given: int | None
    reason: LineReason | None


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderDetail(OrderView):
    """`pickup_code` is empty for everybody but the household and whoever ordered on its behalf."""

    pickup_code: str
    lines: tuple[LineView, ...]
