"""Drafting a campaign: its store, areas, windows, offers and terms, checked as a whole before it can be filed."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from logistics.communities import service as communities
from logistics.errors import N_, Invalid, NotFound
from logistics.orders.campaigns import service as campaigns
from logistics.orders.campaigns.errors import NotChangeable
from logistics.orders.campaigns.rules import CHANGEABLE, Step
from logistics.orders.campaigns.schedule import BadWindow, DeliveryBeforeCutOff, WindowOffTheDay, check_schedule
from logistics.orders.campaigns.service import NO_TERMS, TermsDraft, Tier
from logistics.orders.models import Campaign, CampaignArea, DeliveryWindow, Offer, Product, Store
from logistics.orders.rules import CampaignState, ShortageRule

__all__ = ["BadWindow", "DeliveryBeforeCutOff", "WindowOffTheDay", "check_schedule"]

WINDOWS_MAX = 48
OFFERS_MAX = 1_000
AREAS_MAX = 1_000
PRICE_CENTS_MAX = 10_000_000
COUNT_MAX = 1_000_000


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
    """`supply_count` None: as much as is asked; `limit_per_household` None: no limit; `units_max` None: no cap of all
    orders together. `tiers` are the cheaper steps of its price, in any order."""

    sku: str
    price_cents: int
    limit_per_household: int | None
    supply_count: int | None
    units_max: int | None = None
    tiers: tuple[Tier, ...] = ()

    def __post_init__(self) -> None:
        campaigns.ladder_of(self.sku, self.price_cents, self.tiers)

    @property
    def ladder(self) -> tuple[Tier, ...]:
        """All steps with the price for one, in order; empty where the price does not fall."""
        return campaigns.ladder_of(self.sku, self.price_cents, self.tiers)


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignDraft:
    """A campaign as its merchant enters it; its seed, which decides its draws, is the platform's."""

    store_id: int
    title: str
    cut_off_at: datetime
    delivery_date: date
    shortage_rule: ShortageRule
    minimum_orders: int
    area_ids: tuple[int, ...]
    windows: tuple[WindowDraft, ...]
    offers: tuple[OfferDraft, ...]
    terms: TermsDraft = NO_TERMS

    def __post_init__(self) -> None:
        _refuse_twice(window.code for window in self.windows)
        _refuse_twice(offer.sku for offer in self.offers)
        last = self.terms.last_cut_off(self.cut_off_at)
        check_schedule(cut_off_at=last, delivery_date=self.delivery_date, windows=self.windows)
        campaigns.check_minimum(self.terms, minimum_orders=self.minimum_orders)


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftedCampaign:
    id: int
    code: str


def draft_campaign(session: Session, draft: CampaignDraft) -> DraftedCampaign:
    """Write a campaign down as a draft, which nobody but its merchant sees until it is filed.

    Raises:
        NotFound: no such store or area.
        NotSold: the store's merchant has no product of that SKU.
    """
    store, products = _checked(session, draft)
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
    _write_parts(session, campaign, draft, products)
    return DraftedCampaign(id=campaign.id, code=campaign.code)


def change_draft(
    session: Session, campaign_id: int, draft: CampaignDraft, *, now: datetime, account_id: int | None = None
) -> DraftedCampaign:
    """Write a draft, or a campaign that was returned, anew; a returned one is a draft again. Its code stays.

    Raises:
        NotFound: no such campaign, store or area.
        NotChangeable: it is filed, approved or open.
        NotSold: the store's merchant has no product of that SKU.
    """
    campaign = campaigns.locked(session, campaign_id)
    if campaign.state not in CHANGEABLE:
        raise NotChangeable(campaign=campaign.code, state=campaign.state)
    store, products = _checked(session, draft)
    campaign.store_id = store.id
    campaign.title = draft.title
    campaign.cut_off_at = draft.cut_off_at
    campaign.delivery_date = draft.delivery_date
    campaign.shortage_rule = draft.shortage_rule
    campaign.minimum_orders = draft.minimum_orders
    if campaign.state is CampaignState.RETURNED:
        campaigns.move(session, campaign, CampaignState.DRAFT, Step.WITHDRAWN, now=now, account_id=account_id)
    for part in (CampaignArea, DeliveryWindow, Offer):
        session.execute(delete(part).where(part.campaign_id == campaign.id))
    _write_parts(session, campaign, draft, products)
    return DraftedCampaign(id=campaign.id, code=campaign.code)


def _checked(session: Session, draft: CampaignDraft) -> tuple[Store, dict[str, int]]:
    store = session.get(Store, draft.store_id)
    if store is None:
        raise NotFound(kind="store", key=draft.store_id)
    unknown = set(draft.area_ids) - communities.area_names(session).keys()
    if unknown:
        raise NotFound(kind="area", key=min(unknown))
    return store, _products(session, store.merchant_id, draft.offers)


def _write_parts(session: Session, campaign: Campaign, draft: CampaignDraft, products: dict[str, int]) -> None:
    session.add_all([CampaignArea(campaign_id=campaign.id, area_id=area_id) for area_id in sorted(set(draft.area_ids))])
    session.add_all(
        [
            DeliveryWindow(campaign_id=campaign.id, code=w.code, starts_at=w.starts_at, ends_at=w.ends_at)
            for w in draft.windows
        ]
    )
    offers = [
        Offer(
            campaign_id=campaign.id,
            product_id=products[offer.sku],
            price_cents=offer.price_cents,
            limit_per_household=offer.limit_per_household,
            supply_count=offer.supply_count,
        )
        for offer in draft.offers
    ]
    session.add_all(offers)
    session.flush()
    for row, offer in zip(offers, draft.offers, strict=True):
        campaigns.write_ladder(session, row.id, offer.ladder)
    caps = {
        row.id: offer.units_max for row, offer in zip(offers, draft.offers, strict=True) if offer.units_max is not None
    }
    campaigns.write_terms(session, campaign.id, draft.terms, product_caps=caps)


def _products(session: Session, merchant_id: int, offers: Iterable[OfferDraft]) -> dict[str, int]:
    found = {
        sku: product_id
        for sku, product_id in session.execute(
            select(Product.sku, Product.id).where(Product.merchant_id == merchant_id, Product.retired_at.is_(None))
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
