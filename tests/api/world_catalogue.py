"""A product with a photo and a price ceiling of each side, for the tests that walk every route."""

from __future__ import annotations

import io
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from typing import Any

from PIL import Image
from sqlalchemy.orm import Session

from logistics.clock import local_date
from logistics.orders.catalogue import service as catalogue
from logistics.orders.catalogue.photos import Photo
from logistics.orders.catalogue.rules import CeilingUnit
from logistics.orders.models import Offer
from tests.builders import CampaignRef, StoreRef, TownRef


@cache
def a_picture(size: tuple[int, int] = (32, 24), kind: str = "PNG") -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, "green").save(out, kind)
    return out.getvalue()


@cache
def a_photo() -> Photo:
    return catalogue.made_anew(a_picture())


def a_listing(
    session: Session, store: StoreRef, town: TownRef, campaign: CampaignRef, *, clerk_id: int, name: str, now: datetime
) -> dict[str, Any]:
    """The first product of the campaign gets a photo, and its office sets a ceiling that no price breaks."""
    product_id = session.get_one(Offer, campaign.offer_ids["V01"]).product_id
    catalogue.keep_photo(session, product_id, a_photo(), set_by_id=None, now=now)
    ceiling = catalogue.SetCeiling(
        area_id=town.office_id,
        good=f"Good {name}",
        unit=CeilingUnit.PER_500G,
        ceiling_cents=1_000,
        starts_on=local_date(now),
        reason="scarce",
        set_by_id=clerk_id,
    )
    return {
        "product_id": product_id,
        "merchant_id": store.merchant_id,
        "ceiling_id": catalogue.set_ceiling(session, ceiling, now=now),
        "table": "products.csv",
    }


def catalogue_bodies(ids: Mapping[str, Any], today: str) -> dict[str, dict[str, Any]]:
    """Sound requests about a side's products, shops and ceilings."""
    shop = {"code": "S-new", "name": "S", "lng": 117.0, "lat": 36.6}
    return {
        "orders.add_product": {"merchant_id": ids["merchant_id"], "sku": "N1", "name": "N", "price_cents": 100},
        "orders.change_product": {"name": "another"},
        "orders.change_price": {"price_cents": 1, "reason": "cheaper"},
        "orders.assign_good": {"good_id": None},
        "orders.set_ceiling": {
            "good": "Cabbage",
            "unit": "per_500g",
            "ceiling_cents": 250,
            "starts_on": today,
            "reason": "scarce",
        },
        "orders.end_ceiling": {"reason": "plenty"},
        "orders.add_store": {**shop, "merchant_id": ids["merchant_id"]},
        "orders.change_store": {"name": "another"},
    }
