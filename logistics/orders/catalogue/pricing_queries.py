"""Products and ceilings as the rules take them. No viewer's eyes: the caller has checked whose they are."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session

from logistics.communities.models import Area
from logistics.db import chunks
from logistics.orders.catalogue.models import BundleLine, PriceCeiling, PricedGood
from logistics.orders.catalogue.rules import SERVED_DAYS, Ceiling, Priced, Terms
from logistics.orders.models import Campaign, CampaignArea, Product, Store


def terms_of(product: Product) -> Terms:
    return Terms(
        sold_by=product.sold_by,
        price_cents=product.price_cents,
        price_per_kg_cents=product.price_per_kg_cents,
        weight_g=product.weight_g,
        pack_size=product.pack_size,
    )


def priced_products(session: Session, product_ids: Collection[int]) -> dict[int, Priced]:
    """Products at their prices of now, bundles with their contents, by id; unknown ids are left out."""
    products: dict[int, Product] = {}
    lines: dict[int, list[tuple[int, Product]]] = defaultdict(list)
    for part in chunks(product_ids):
        found = session.scalars(select(Product).where(Product.id.in_(part)))
        products.update({product.id: product for product in found})
        contents = (
            select(BundleLine.bundle_id, BundleLine.quantity, Product)
            .join(Product, Product.id == BundleLine.product_id)
            .where(BundleLine.bundle_id.in_(part))
            .order_by(Product.sku)
        )
        for bundle_id, quantity, product in session.execute(contents):
            lines[bundle_id].append((quantity, product))
    return {key: priced(product, contents=lines[key]) for key, product in products.items()}


def priced(product: Product, *, terms: Terms | None = None, contents: Iterable[tuple[int, Product]] = ()) -> Priced:
    """A product at its own price, or at `terms`."""
    return Priced(
        product_id=product.id,
        sku=product.sku,
        name=product.name,
        terms=terms or terms_of(product),
        good_id=product.good_id,
        contents=tuple((quantity, priced(inner)) for quantity, inner in contents),
    )


def goods_of(products: Iterable[Priced]) -> set[int]:
    """The goods that ceilings about these products, and about what lies in them, are set for."""
    found: set[int] = set()
    for product in products:
        found |= {inner.good_id for _, inner in product.contents if inner.good_id is not None}
        found |= {product.good_id} if product.good_id is not None else set()
    return found


def binding_ceilings(
    session: Session, area_ids: Collection[int], good_ids: Collection[int], *, on: date
) -> list[Ceiling]:
    """The ceilings of some goods that stand on a day where goods go to these areas: those of the areas themselves, of
    the areas above them, which bind what lies below, and of the areas below, into which the goods go too."""
    found: dict[int, Ceiling] = {}
    for part in chunks(area_ids):
        statement = _ceilings().where(
            PriceCeiling.area_id.in_(_related(part)),
            PriceCeiling.good_id.in_(sorted(good_ids)),
            PriceCeiling.starts_on <= on,
            or_(PriceCeiling.until_on.is_(None), PriceCeiling.until_on > on),
        )
        found.update({row["ceiling_id"]: Ceiling(**row) for row in session.execute(statement).mappings()})
    return [found[key] for key in sorted(found)]


def served_areas(session: Session, merchant_id: int, *, on: date) -> list[int]:
    """The areas that a merchant serves: those of its campaigns that are not delivered longer ago than `SERVED_DAYS`."""
    statement = (
        select(CampaignArea.area_id)
        .join(Campaign, Campaign.id == CampaignArea.campaign_id)
        .join(Store, Store.id == Campaign.store_id)
        .where(Store.merchant_id == merchant_id, Campaign.delivery_date >= on - timedelta(days=SERVED_DAYS))
        .distinct()
    )
    return list(session.scalars(statement))


def _ceilings() -> Select[*tuple[Any, ...]]:
    return (
        select(
            PriceCeiling.id.label("ceiling_id"), PriceCeiling.area_id, Area.name.label("area"), PriceCeiling.good_id,
            PricedGood.name.label("good"), PriceCeiling.unit, PriceCeiling.ceiling_cents, PriceCeiling.starts_on,
            PriceCeiling.until_on,
        )
        .join(Area, Area.id == PriceCeiling.area_id)
        .join(PricedGood, PricedGood.id == PriceCeiling.good_id)
    )  # fmt: skip


def _related(area_ids: Collection[int]) -> Any:
    """Ids of the areas, of all above them and of all below."""
    start = select(Area.id, Area.parent_id).where(Area.id.in_(area_ids))
    above = start.cte("above", recursive=True)
    above = above.union(select(Area.id, Area.parent_id).join(above, Area.id == above.c.parent_id))
    below = start.cte("below", recursive=True)
    below = below.union(select(Area.id, Area.parent_id).join(below, Area.parent_id == below.c.id))
    return select(above.c.id).union(select(below.c.id))
