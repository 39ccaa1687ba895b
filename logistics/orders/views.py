"""What queries of campaigns and orders return. Money in cents, weight in grams, volume in millilitres."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from logistics.orders.campaigns.rules import Fallback, Measure
from logistics.orders.catalogue.rules import SoldBy
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
class PriceTierView:
    """From `from_units` units of all orders together each costs `price_cents`; whether so many are ordered by now."""

    from_units: int
    price_cents: int
    reached: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferContentView:
    """So many units of a product in a bundle."""

    sku: str
    name: str
    unit: str
    quantity: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferView:
    """`drawn` is what the viewer's own household has drawn so far (0 for anybody but a resident); `ordered_count` what
    all standing orders ask for, counted only where the supply is bounded, the price falls or the units are capped.

    `price_cents` is the price for one while the campaign is open, and what everybody pays once it has formed; `tiers`
    is the ladder between them, empty where the price does not fall. `units_max` is the cap of all orders together.

    Sold by weight, the price is that of a piece of about `weight_g`, and what is paid goes by the scale. `contents` is
    what a bundle holds, empty for anything else."""

    id: int
    product_id: int
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
    sold_by: SoldBy
    contents: tuple[OfferContentView, ...] = ()
    tiers: tuple[PriceTierView, ...] = ()
    units_max: int | None = None

    @property
    def price_now_cents(self) -> int:
        """What a unit would cost if the campaign closed now."""
        reached = [tier.price_cents for tier in self.tiers if tier.reached]
        return reached[-1] if reached else self.price_cents

    @property
    def next_tier(self) -> PriceTierView | None:
        """The cheaper step that comes next; None at the end of the ladder."""
        return next((tier for tier in self.tiers if not tier.reached), None)

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
class MinimumView:
    """A minimum, and how much of it is there. An amount is in cents at the price for one."""

    measure: Measure
    needed: int
    reached: int

    @property
    def missing(self) -> int:
        return max(self.needed - self.reached, 0)

    @property
    def fraction(self) -> float:
        """From 0 to 1."""
        return min(self.reached / self.needed, 1.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignTermsView:
    """What a campaign needs to form, what it does when that is missed, and what it takes at most; None is no cap.
    `extends_to` is the cut-off it may still be put off to; `full_at` is when a cap in all was reached."""

    minimums: tuple[MinimumView, ...]
    if_missed: Fallback
    extend_min: int | None
    extends_to: datetime | None
    extended_at: datetime | None
    household_units_max: int | None
    orders_max: int | None
    units_max: int | None
    full_at: datetime | None
    order_count: int
    household_count: int
    unit_count: int

    @property
    def formed_so_far(self) -> bool:
        """Whether every minimum is reached."""
        return all(part.reached >= part.needed for part in self.minimums)


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignDetail(CampaignView):
    windows: tuple[WindowView, ...]
    offers: tuple[OfferView, ...]
    areas: tuple[ServedArea, ...]
    terms: CampaignTermsView


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
class ChangedLineView:
    """Units of a line before and after a change; 0 where it did not stand in the order."""

    sku: str
    before: int
    after: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderChangeView:
    """One change of an order, whole; `by_household` is False where somebody else made it in the household's name."""

    version: int
    at: datetime
    by_household: bool
    window_before: str
    window_after: str
    total_before_cents: int
    total_after_cents: int
    lines: tuple[ChangedLineView, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderDetail(OrderView):
    """`pickup_code` is empty for everybody but the household and whoever ordered on its behalf. `version` is what a
    change must name; `changes` are those made so far, oldest first."""

    pickup_code: str
    version: int
    changes: tuple[OrderChangeView, ...]
    lines: tuple[LineView, ...]
