"""Takes catalogues, campaigns and orders in, many at a time. Master data is brought up to date; a known order is left
as it stands, because its household may have been told about it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from logistics.bulk import insert_missing, insert_new, overwrite, upsert
from logistics.db import chunks
from logistics.orders.catalogue.intake import ProductFact, take_products
from logistics.orders.models import (
    Campaign,
    CampaignArea,
    DeliveryWindow,
    HouseholdDraw,
    Merchant,
    Offer,
    Order,
    OrderLine,
    Store,
)
from logistics.orders.rules import CampaignState, Channel, OrderState, ShortageRule
from logistics.orders.service import new_pickup_code

__all__ = [
    "CampaignFact",
    "MerchantFact",
    "OfferFact",
    "OrderFact",
    "ProductFact",
    "StoreFact",
    "TakenCampaign",
    "WindowFact",
    "known_campaigns",
    "merchant_ids",
    "merchants_of_stores",
    "store_ids",
    "take_campaign",
    "take_merchants",
    "take_orders",
    "take_products",
    "take_stores",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class MerchantFact:
    code: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreFact:
    """A shop; `merchant` is a code. WGS-84 degrees; minutes after local midnight."""

    code: str
    merchant: str
    name: str
    lng: float
    lat: float
    opens_min: int
    closes_min: int


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowFact:
    code: str
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferFact:
    """A product in a campaign; None is without bound."""

    product_id: int
    sku: str
    price_cents: int
    limit_per_household: int | None
    supply: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignFact:
    """An open campaign with its windows and offers; `area_ids` are the areas it serves."""

    code: str
    store_id: int
    from_any_store: bool = False
    title: str
    cut_off_at: datetime
    delivery_date: date
    shortage_rule: ShortageRule
    seed: int
    area_ids: tuple[int, ...]
    windows: tuple[WindowFact, ...]
    offers: tuple[OfferFact, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderFact:
    """An order as placed; `window` is a code, `lines` are (sku, quantity)."""

    code: str
    household_id: int
    window: str
    channel: Channel
    placed_at: datetime
    lines: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenCampaign:
    """A campaign that is in, with the ids its orders need."""

    campaign_id: int
    window_ids: Mapping[str, int]
    offer_ids: Mapping[str, int]
    limited_offer_ids: frozenset[int]


def take_merchants(session: Session, merchants: Iterable[MerchantFact]) -> dict[str, int]:
    """Enter the merchants. Returns ids by code."""
    ids = upsert(session, Merchant, [{"code": m.code, "name": m.name} for m in merchants], key=("code",))
    return {code: row_id for (code,), row_id in ids.items()}


def merchant_ids(session: Session, codes: Collection[str]) -> dict[str, int]:
    """Ids of known merchants by code."""
    rows = session.execute(select(Merchant.code, Merchant.id).where(Merchant.code.in_(list(codes))))
    return {code: row_id for code, row_id in rows}


def store_ids(session: Session, codes: Collection[str]) -> dict[str, int]:
    """Ids of the stores by code."""
    rows = session.execute(select(Store.code, Store.id).where(Store.code.in_(codes)))
    return {code: row_id for code, row_id in rows}


def take_stores(session: Session, stores: Iterable[StoreFact], *, merchant_ids: Mapping[str, int]) -> dict[str, int]:
    """Enter the stores. Returns ids by code."""
    rows = [
        {
            "code": store.code,
            "merchant_id": merchant_ids[store.merchant],
            "name": store.name,
            "lng": store.lng,
            "lat": store.lat,
            "opens_min": store.opens_min,
            "closes_min": store.closes_min,
        }
        for store in stores
    ]
    return {code: row_id for (code,), row_id in upsert(session, Store, rows, key=("code",)).items()}


def merchants_of_stores(session: Session, codes: Iterable[str]) -> dict[str, str]:
    """The merchant code of each known store, by store code."""
    rows = session.execute(
        select(Store.code, Merchant.code)
        .join(Merchant, Merchant.id == Store.merchant_id)
        .where(Store.code.in_(list(codes)))
    )
    return {store: merchant for store, merchant in rows}


def known_campaigns(session: Session, codes: Iterable[str]) -> list[str]:
    """Which of the campaign codes are taken."""
    return list(session.scalars(select(Campaign.code).where(Campaign.code.in_(list(codes))).order_by(Campaign.code)))


def take_campaign(session: Session, fact: CampaignFact) -> TakenCampaign:
    """Enter a campaign as open, with its areas, windows and offers; one with this code is brought up to date."""
    row = {
        "code": fact.code,
        "store_id": fact.store_id,
        "from_any_store": fact.from_any_store,
        "title": fact.title,
        "state": CampaignState.OPEN,
        "cut_off_at": fact.cut_off_at,
        "delivery_date": fact.delivery_date,
        "shortage_rule": fact.shortage_rule,
        "seed": fact.seed,
    }
    campaign_id = upsert(session, Campaign, [row], key=("code",))[fact.code,]
    insert_missing(
        session,
        CampaignArea,
        [{"campaign_id": campaign_id, "area_id": area_id} for area_id in fact.area_ids],
        key=("campaign_id", "area_id"),
    )
    windows = [
        {"campaign_id": campaign_id, "code": w.code, "starts_at": w.starts_at, "ends_at": w.ends_at}
        for w in fact.windows
    ]
    window_ids = upsert(session, DeliveryWindow, windows, key=("campaign_id", "code"))
    offers = [
        {
            "campaign_id": campaign_id,
            "product_id": offer.product_id,
            "price_cents": offer.price_cents,
            "limit_per_household": offer.limit_per_household,
            "supply_count": offer.supply,
        }
        for offer in fact.offers
    ]
    offer_ids = upsert(session, Offer, offers, key=("campaign_id", "product_id"))
    by_sku = {offer.sku: offer_ids[campaign_id, offer.product_id] for offer in fact.offers}
    return TakenCampaign(
        campaign_id=campaign_id,
        window_ids={code: row_id for (_, code), row_id in window_ids.items()},
        offer_ids=by_sku,
        limited_offer_ids=frozenset(by_sku[o.sku] for o in fact.offers if o.limit_per_household is not None),
    )


def take_orders(session: Session, campaign: TakenCampaign, orders: Sequence[OrderFact]) -> dict[str, int]:
    """Enter the orders that the campaign does not know, each with a pickup code and its lines. Returns their ids by
    code.

    Orders that ask for more than a household limit are entered as they were placed: the cut-off decides.
    """
    rows = [
        {
            "code": order.code,
            "campaign_id": campaign.campaign_id,
            "household_id": order.household_id,
            "window_id": campaign.window_ids[order.window],
            "channel": order.channel,
            "state": OrderState.PLACED,
            "placed_at": order.placed_at,
            "pickup_code": new_pickup_code(),
        }
        for order in orders
    ]
    new = insert_new(session, Order, rows, key=("campaign_id", "code"))
    ids = {code: order_id for (_, code), order_id in new.items()}
    entered = [order for order in orders if order.code in ids]
    lines = [
        {"order_id": ids[order.code], "offer_id": campaign.offer_ids[sku], "ordered": quantity}
        for order in entered
        for sku, quantity in order.lines
    ]
    if lines:
        session.execute(insert(OrderLine), lines)
    _draw(session, campaign, entered)
    return ids


def _draw(session: Session, campaign: TakenCampaign, orders: Iterable[OrderFact]) -> None:
    """Count what the orders draw of limited offers, so that later orders of the household meet the limit."""
    drawn: dict[tuple[int, int], int] = defaultdict(int)
    for order in orders:
        for sku, quantity in order.lines:
            offer_id = campaign.offer_ids[sku]
            if offer_id in campaign.limited_offer_ids:
                drawn[offer_id, order.household_id] += quantity
    known: dict[tuple[int, int], int] = {}
    for part in chunks({household_id for _, household_id in drawn}):
        found = session.execute(
            select(HouseholdDraw.offer_id, HouseholdDraw.household_id, HouseholdDraw.quantity).where(
                HouseholdDraw.offer_id.in_(campaign.limited_offer_ids), HouseholdDraw.household_id.in_(part)
            )
        )
        known.update({(offer_id, household_id): quantity for offer_id, household_id, quantity in found})
    rows = [
        {"offer_id": pair[0], "household_id": pair[1], "quantity": quantity + known.get(pair, 0)}
        for pair, quantity in sorted(drawn.items())
    ]
    overwrite(session, HouseholdDraw, rows, key=("offer_id", "household_id"))
