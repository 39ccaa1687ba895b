"""Stores as routing sees them: depots."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from logistics.orders.models import Store


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
