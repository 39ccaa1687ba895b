"""Drafting a campaign: its store, areas, windows and offers, checked as a whole before it can open."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from logistics.clock import SHANGHAI, local_date
from logistics.communities import service as communities
from logistics.errors import N_, Invalid, NotFound
from logistics.orders.models import Campaign, CampaignArea, DeliveryWindow, Offer, Product, Store
from logistics.orders.rules import ShortageRule

WINDOWS_MAX = 48
OFFERS_MAX = 1_000
AREAS_MAX = 1_000
PRICE_CENTS_MAX = 10_000_000
COUNT_MAX = 1_000_000


class BadWindow(Invalid):
    template = N_("Window %(window)s: it must begin after the cut-off and end after it begins.")
    code = "bad_window"


class WindowOffTheDay(Invalid):
    template = N_("Window %(window)s: it must lie within the delivery date, %(delivery_date)s by local time.")
    code = "window_off_the_day"


class DeliveryBeforeCutOff(Invalid):
    template = N_(
        "Delivery on %(delivery_date)s would be before the day of the cut-off, %(cut_off_date)s by local time."
    )
    code = "delivery_before_cut_off"


class NamedTwice(Invalid):
    template = N_("%(name)s stands in the campaign twice.")
    code = "named_twice"


class NotSold(Invalid):
    template = N_("The merchant sells no %(sku)s.")
    code = "not_sold"


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowDraft:
    code: str
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferDraft:
    """`supply_count` None: as much as is asked; `limit_per_household` None: no limit."""

    sku: str
    price_cents: int
    limit_per_household: int | None
    supply_count: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignDraft:
    """A campaign as its merchant enters it; `seed` decides its draws."""

    store_id: int
    title: str
    cut_off_at: datetime
    delivery_date: date
    shortage_rule: ShortageRule
    minimum_orders: int
    area_ids: tuple[int, ...]
    windows: tuple[WindowDraft, ...]
    offers: tuple[OfferDraft, ...]

    def __post_init__(self) -> None:
        _refuse_twice(window.code for window in self.windows)
        _refuse_twice(offer.sku for offer in self.offers)
        check_schedule(cut_off_at=self.cut_off_at, delivery_date=self.delivery_date, windows=self.windows)


def check_schedule(
    *, cut_off_at: datetime, delivery_date: date, windows: Iterable[WindowDraft | DeliveryWindow]
) -> None:
    """First the cut-off, then the windows, all of them on the delivery date as the compounds' calendars have it.

    Raises:
        DeliveryBeforeCutOff: the delivery date is over when the cut-off comes.
        BadWindow: a window begins before the cut-off or ends before it begins.
        WindowOffTheDay: a window reaches into another day; the midnight at its end is still the same day.
    """
    cut_off_date = local_date(cut_off_at)
    if delivery_date < cut_off_date:
        raise DeliveryBeforeCutOff(delivery_date=delivery_date, cut_off_date=cut_off_date)
    begins = datetime.combine(delivery_date, time(), SHANGHAI)
    ends = begins + timedelta(days=1)
    for window in windows:
        if not cut_off_at < window.starts_at < window.ends_at:
            raise BadWindow(window=window.code)
        if not begins <= window.starts_at < window.ends_at <= ends:
            raise WindowOffTheDay(window=window.code, delivery_date=delivery_date)


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftedCampaign:
    id: int
    code: str


def draft_campaign(session: Session, draft: CampaignDraft) -> DraftedCampaign:
    """Write a campaign down as a draft, which nobody but its merchant sees until it is opened.

    Raises:
        NotFound: no such store or area.
        NotSold: the store's merchant has no product of that SKU.
    """
    store = session.get(Store, draft.store_id)
    if store is None:
        raise NotFound(kind="store", key=draft.store_id)
    unknown = set(draft.area_ids) - communities.area_names(session).keys()
    if unknown:
        raise NotFound(kind="area", key=min(unknown))
    products = _products(session, store.merchant_id, draft.offers)
    campaign = Campaign(
        code=f"C{draft.delivery_date:%Y%m%d}-{secrets.token_hex(4).upper()}",
        store_id=store.id,
        title=draft.title,
        cut_off_at=draft.cut_off_at,
        delivery_date=draft.delivery_date,
        shortage_rule=draft.shortage_rule,
        seed=secrets.randbelow(2**31),
        minimum_orders=draft.minimum_orders,
    )
    session.add(campaign)
    session.flush()
    session.add_all([CampaignArea(campaign_id=campaign.id, area_id=area_id) for area_id in sorted(set(draft.area_ids))])
    session.add_all(
        [
            DeliveryWindow(campaign_id=campaign.id, code=w.code, starts_at=w.starts_at, ends_at=w.ends_at)
            for w in draft.windows
        ]
    )
    session.add_all(
        [
            Offer(
                campaign_id=campaign.id,
                product_id=products[offer.sku],
                price_cents=offer.price_cents,
                limit_per_household=offer.limit_per_household,
                supply_count=offer.supply_count,
            )
            for offer in draft.offers
        ]
    )
    session.flush()
    return DraftedCampaign(id=campaign.id, code=campaign.code)


def _products(session: Session, merchant_id: int, offers: Iterable[OfferDraft]) -> dict[str, int]:
    found = {
        sku: product_id
        for sku, product_id in session.execute(
            select(Product.sku, Product.id).where(Product.merchant_id == merchant_id)
        )
    }
    for offer in offers:
        if offer.sku not in found:
            raise NotSold(sku=offer.sku)
    return found


def _refuse_twice(names: Iterable[str]) -> None:
    seen: set[str] = set()
    for name in names:
        if name in seen:
            raise NamedTwice(name=name)
        seen.add(name)
