"""Stores as routing sees them: depots."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from logistics.orders.models import Campaign, Store


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreFacts:
    """A store's place in WGS-84 and its hours in minutes after local midnight."""

    store_id: int
    code: str
    name: str
    lng: float
    lat: float
    opens_min: int
    closes_min: int


def serving_stores(session: Session, campaign_ids: Collection[int]) -> dict[int, tuple[int, ...]]:
    """Ids of the stores whose goods serve each campaign, its own first: one, or all of its merchant's."""
    rows = session.execute(
        select(Campaign.id, Campaign.store_id, Campaign.from_any_store, Store.merchant_id)
        .join(Store, Store.id == Campaign.store_id)
        .where(Campaign.id.in_(sorted(set(campaign_ids))))
    ).all()
    of_merchant: dict[int, list[int]] = defaultdict(list)
    for store_id, merchant_id in session.execute(select(Store.id, Store.merchant_id).order_by(Store.id)):
        of_merchant[merchant_id].append(store_id)
    return {
        campaign_id: (own, *(s for s in of_merchant[merchant_id] if shared and s != own))
        for campaign_id, own, shared, merchant_id in rows
    }


def store_facts(session: Session, store_ids: Collection[int]) -> dict[int, StoreFacts]:
    """Stores by id."""
    rows = session.scalars(select(Store).where(Store.id.in_(sorted(set(store_ids)))))
    return {
        store.id: StoreFacts(
            store_id=store.id,
            code=store.code,
            name=store.name,
            lng=store.lng,
            lat=store.lat,
            opens_min=store.opens_min,
            closes_min=store.closes_min,
        )
        for store in rows
    }
