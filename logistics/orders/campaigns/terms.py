"""The terms of a campaign as its merchant writes them: minimums, caps, and what happens when a minimum is missed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from logistics.orders.campaigns.errors import ExtensionMissing, ExtensionUnasked, MinimumAboveCap
from logistics.orders.campaigns.models import CampaignTerms, HouseholdCount, OfferCap, PriceTier
from logistics.orders.campaigns.rules import Fallback, Measure
from logistics.orders.campaigns.tiers import Tier
from logistics.orders.models import Campaign, Offer

EXTEND_MIN_MAX = 7 * 24 * 60
"""Minutes by which a cut-off may be put off: a week; the delivery has to come after it anyway."""
MINIMUM_CENTS_MAX = 1_000_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class TermsDraft:
    """Minimums (0 is none) beside the campaign's own of orders; caps (None is none) on orders and on units of all goods
    together; `extend_min` minutes only where a missed minimum extends the campaign."""

    minimum_households: int = 0
    minimum_units: int = 0
    minimum_cents: int = 0
    if_missed: Fallback = Fallback.CANCEL
    extend_min: int | None = None
    household_units_max: int | None = None
    orders_max: int | None = None
    units_max: int | None = None

    def __post_init__(self) -> None:
        if self.if_missed is Fallback.EXTEND:
            if self.extend_min is None or not 1 <= self.extend_min <= EXTEND_MIN_MAX:
                raise ExtensionMissing(maximum=EXTEND_MIN_MAX)
        elif self.extend_min is not None:
            raise ExtensionUnasked()
        if self.orders_max is not None and self.minimum_households > self.orders_max:
            raise MinimumAboveCap(minimum=self.minimum_households, maximum=self.orders_max)
        if self.units_max is not None and self.minimum_units > self.units_max:
            raise MinimumAboveCap(minimum=self.minimum_units, maximum=self.units_max)

    def last_cut_off(self, cut_off_at: datetime) -> datetime:
        """The cut-off, or the one it may be put off to."""
        return cut_off_at + timedelta(minutes=self.extend_min or 0)


NO_TERMS = TermsDraft()


def check_minimum(draft: TermsDraft, *, minimum_orders: int) -> None:
    """Raises MinimumAboveCap: fewer orders are taken than are needed."""
    if draft.orders_max is not None and minimum_orders > draft.orders_max:
        raise MinimumAboveCap(minimum=minimum_orders, maximum=draft.orders_max)


def write_terms(session: Session, campaign_id: int, draft: TermsDraft, *, product_caps: Mapping[int, int]) -> None:
    """Write the terms of a campaign that nobody has ordered in yet, in place of those it had. `product_caps` are units
    by offer. Plain terms leave no row, so that an order of a plain campaign looks for nothing."""
    session.execute(delete(CampaignTerms).where(CampaignTerms.campaign_id == campaign_id))
    session.execute(delete(HouseholdCount).where(HouseholdCount.campaign_id == campaign_id))
    if draft != NO_TERMS or product_caps:
        session.add(
            CampaignTerms(
                campaign_id=campaign_id,
                minimum_households=draft.minimum_households,
                minimum_units=draft.minimum_units,
                minimum_cents=draft.minimum_cents,
                if_missed=draft.if_missed,
                extend_min=draft.extend_min,
                household_units_max=draft.household_units_max,
                orders_max=draft.orders_max,
                units_max=draft.units_max,
            )
        )
    session.add_all([OfferCap(offer_id=offer_id, units_max=units) for offer_id, units in sorted(product_caps.items())])
    session.flush()


def write_ladder(session: Session, offer_id: int, ladder: tuple[Tier, ...]) -> None:
    """Write an offer's ladder of prices, the first step included."""
    session.add_all([PriceTier(offer_id=offer_id, from_units=t.from_units, price_cents=t.price_cents) for t in ladder])


def needed_of(campaign: Campaign, terms: CampaignTerms | None) -> dict[Measure, int]:
    """Every minimum of a campaign; 0 is none."""
    return {
        Measure.ORDERS: campaign.minimum_orders,
        Measure.HOUSEHOLDS: terms.minimum_households if terms else 0,
        Measure.UNITS: terms.minimum_units if terms else 0,
        Measure.AMOUNT: terms.minimum_cents if terms else 0,
    }


def ladders_of(session: Session, campaign_id: int) -> dict[int, tuple[Tier, ...]]:
    """The ladders of a campaign's offers that have one, by offer."""
    rows = session.execute(
        select(PriceTier.offer_id, PriceTier.from_units, PriceTier.price_cents)
        .join(Offer, Offer.id == PriceTier.offer_id)
        .where(Offer.campaign_id == campaign_id)
        .order_by(PriceTier.offer_id, PriceTier.from_units)
    )
    found: dict[int, tuple[Tier, ...]] = {}
    for offer_id, from_units, price_cents in rows:
        found[offer_id] = (*found.get(offer_id, ()), Tier(from_units=from_units, price_cents=price_cents))
    return found
