"""What the texts about a campaign are made from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from logistics.clock import SHANGHAI
from logistics.orders.campaigns.rules import Fallback, Measure
from logistics.orders.views import CampaignDetail


@dataclass(frozen=True, slots=True, kw_only=True)
class Sold:
    """A product of a campaign. `tiers` are the cheaper steps of its price: from so many units on, so many cents."""

    name: str
    unit: str
    price_cents: int
    tiers: tuple[tuple[int, int], ...] = ()
    limit: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Announcement:
    """The facts every text is made from. Moments are aware and in Shanghai's time; `minimums` are (measure, needed,
    reached), amounts in cents; `link` is where orders are placed."""

    code: str
    title: str
    store: str
    cut_off: datetime
    delivery: date
    windows: tuple[tuple[datetime, datetime], ...]
    places: tuple[str, ...]
    goods: tuple[Sold, ...]
    minimums: tuple[tuple[Measure, int, int], ...]
    if_missed: Fallback
    extends_to: datetime | None
    household_units_max: int | None
    link: str


def announcement(campaign: CampaignDetail, *, link: str) -> Announcement:
    """The facts of a campaign as they stand now."""
    terms = campaign.terms
    return Announcement(
        code=campaign.code,
        title=campaign.title,
        store=campaign.store_name,
        cut_off=campaign.cut_off_at.astimezone(SHANGHAI),
        delivery=campaign.delivery_date,
        windows=tuple(
            (window.starts_at.astimezone(SHANGHAI), window.ends_at.astimezone(SHANGHAI)) for window in campaign.windows
        ),
        places=tuple(area.name for area in campaign.areas),
        goods=tuple(
            Sold(
                name=offer.name,
                unit=offer.unit,
                price_cents=offer.tiers[0].price_cents if offer.tiers else offer.price_cents,
                tiers=tuple((tier.from_units, tier.price_cents) for tier in offer.tiers[1:]),
                limit=offer.limit_per_household,
            )
            for offer in campaign.offers
        ),
        minimums=tuple((part.measure, part.needed, part.reached) for part in terms.minimums),
        if_missed=terms.if_missed,
        extends_to=None if terms.extends_to is None else terms.extends_to.astimezone(SHANGHAI),
        household_units_max=terms.household_units_max,
        link=link,
    )


def listed(words: Sequence[str], *, chinese: bool) -> str:
    """Names one after the other."""
    return ("、" if chinese else ", ").join(words)


def yuan(cents: int) -> str:
    return f"¥{cents // 100}.{cents % 100:02d}"
