"""Takes merchants' products in, many at a time, as a day folder states them: by piece, in packs of one."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from logistics.bulk import upsert
from logistics.db import chunks
from logistics.orders.catalogue.models import ProductPrice
from logistics.orders.catalogue.pricing import resum_bundles
from logistics.orders.catalogue.rules import PriceCause, SoldBy
from logistics.orders.models import Product


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductFact:
    """What a merchant sells: `merchant` is a code, unique together with the sku."""

    merchant: str
    sku: str
    name: str
    category: str
    unit: str
    price_cents: int
    weight_g: int
    volume_ml: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Standing:
    """What the catalogue has of a product already. `kept`: a list of its own knows better than a day's file."""

    product_id: int
    price_cents: int
    weight_g: int
    kept: bool


def take_products(
    session: Session, products: Iterable[ProductFact], *, merchant_ids: Mapping[str, int], now: datetime
) -> dict[tuple[str, str], int]:
    """Enter the products, and every price that is new in the history of prices. Returns ids by (merchant code, sku).

    A product that the merchant's catalogue sells by weight, in packs or as a bundle is left as it stands there: a day
    states one price of one piece and cannot say what the catalogue knows.
    """
    facts = list(products)
    codes = {row_id: code for code, row_id in merchant_ids.items()}
    before = _standing(session, {merchant_ids[fact.merchant] for fact in facts})
    rows: list[dict[str, Any]] = [
        {
            "merchant_id": merchant_ids[fact.merchant],
            "sku": fact.sku,
            "name": fact.name,
            "category": fact.category,
            "unit": fact.unit,
            "price_cents": fact.price_cents,
            "weight_g": fact.weight_g,
            "volume_ml": fact.volume_ml,
        }
        for fact in facts
    ]
    taken = [row for row in rows if not _kept(before, row["merchant_id"], row["sku"])]
    ids = upsert(session, Product, taken, key=("merchant_id", "sku"))
    history = [
        {
            "product_id": ids[row["merchant_id"], row["sku"]],
            "starts_at": now,
            "cause": PriceCause.IMPORTED,
            "old_price_cents": old.price_cents if old else None,
            "price_cents": row["price_cents"],
            "weight_g": row["weight_g"],
            "pack_size": 1,
        }
        for row in taken
        for old in [before.get((row["merchant_id"], row["sku"]))]
        if old is None or (old.price_cents, old.weight_g) != (row["price_cents"], row["weight_g"])
    ]
    if history:
        session.execute(insert(ProductPrice), history)
    resum_bundles(session, list(ids.values()), reason="", set_by_id=None, now=now)
    ids |= {key: old.product_id for key, old in before.items() if old.kept}
    return {(codes[row["merchant_id"]], row["sku"]): ids[row["merchant_id"], row["sku"]] for row in rows}


def _standing(session: Session, merchant_ids: Collection[int]) -> dict[tuple[int, str], _Standing]:
    found: dict[tuple[int, str], _Standing] = {}
    for part in chunks(merchant_ids):
        rows = session.execute(
            select(
                Product.merchant_id, Product.sku, Product.id, Product.price_cents, Product.weight_g, Product.sold_by,
                Product.pack_size, Product.is_bundle,
            ).where(Product.merchant_id.in_(part))
        )  # fmt: skip
        for row in rows:
            kept = row.sold_by is SoldBy.WEIGHT or row.pack_size != 1 or row.is_bundle
            found[row.merchant_id, row.sku] = _Standing(
                product_id=row.id, price_cents=row.price_cents, weight_g=row.weight_g, kept=kept
            )
    return found


def _kept(before: Mapping[tuple[int, str], _Standing], merchant_id: int, sku: str) -> bool:
    old = before.get((merchant_id, sku))
    return old is not None and old.kept
