"""What a viewer may read of the catalogue: products, their contents, prices and photos."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, func, literal, or_, select, true
from sqlalchemy.orm import Session

from logistics.access import Viewer
from logistics.accounts.models import Account, Role
from logistics.db import chunks
from logistics.errors import NotFound
from logistics.orders.catalogue.assigning import last_assignment
from logistics.orders.catalogue.ceiling_queries import ceiling, ceilings, price_log, standing_breaches
from logistics.orders.catalogue.models import BundleLine, GoodAssignment, PricedGood, ProductPhoto, ProductPrice
from logistics.orders.catalogue.rules import looks_like
from logistics.orders.catalogue.scope import sees_product
from logistics.orders.catalogue.views import (
    BundleContentView,
    CatalogueProductDetail,
    CatalogueProductView,
    LookAlikeView,
    MerchantView,
    PricedGoodView,
    PriceView,
)
from logistics.orders.models import Campaign, Merchant, Offer, Product, Store
from logistics.orders.scope import owns_store, sees_campaign
from logistics.orders.views import OfferContentView, OfferView, StoreView
from logistics.views import PAGE_SIZE, Rows, read, read_fields

__all__ = [
    "bundle_contents",
    "ceiling",
    "ceilings",
    "goods",
    "look_alikes",
    "merchants",
    "photo",
    "price_log",
    "prices",
    "product",
    "products",
    "standing_breaches",
    "store",
    "whole_list",
    "with_contents",
]


def merchants(session: Session, viewer: Viewer) -> list[MerchantView]:
    """The viewer's own merchant; for an administrator all of them, by name."""
    store_count = select(func.count(Store.id)).where(Store.merchant_id == Merchant.id).scalar_subquery()
    product_count = (
        select(func.count(Product.id))
        .where(Product.merchant_id == Merchant.id, Product.retired_at.is_(None))
        .scalar_subquery()
    )
    mine = true() if viewer.role is Role.ADMIN else Merchant.id == (viewer.merchant_id or 0)
    statement = select(
        Merchant.id,
        Merchant.code,
        Merchant.name,
        store_count.label("store_count"),
        product_count.label("product_count"),
    )
    return read(session, statement.where(mine).order_by(Merchant.name, Merchant.id), MerchantView)


def store(session: Session, viewer: Viewer, store_id: int) -> StoreView:
    """One of the viewer's own shops. Raises NotFound."""
    fields = (Store.id, Store.code, Store.name, Store.merchant_id, Merchant.name.label("merchant_name"),
              Store.lng, Store.lat, Store.opens_min, Store.closes_min)  # fmt: skip
    statement = select(*fields).join(Merchant, Merchant.id == Store.merchant_id)
    mine = statement.where(Store.id == store_id, owns_store(viewer, Store.id))
    return StoreView(**read_fields(session, mine, kind="store", key=store_id))


def products(
    session: Session,
    viewer: Viewer,
    *,
    merchant_id: int | None = None,
    q: str = "",
    retired: bool = False,
    limit: int | None = PAGE_SIZE,
    offset: int = 0,
) -> list[CatalogueProductView]:
    """The viewer's own products, or what is offered where it lives or works, by category and SKU. `q` is looked for in
    name, SKU and category; retired ones come alone. `limit` None: all of them."""
    statement = _products().where(sees_product(viewer), _retired(retired))
    if merchant_id is not None:
        statement = statement.where(Product.merchant_id == merchant_id)
    if q:
        parts = [column.icontains(q, autoescape=True) for column in (Product.name, Product.sku, Product.category)]
        statement = statement.where(or_(*parts))
    statement = statement.order_by(Product.merchant_id, Product.category, Product.sku).offset(offset).limit(limit)
    return read(session, statement, CatalogueProductView)


def product(session: Session, viewer: Viewer, product_id: int) -> CatalogueProductDetail:
    """One product with what it holds. Raises NotFound."""
    statement = _products().where(Product.id == product_id, sees_product(viewer))
    fields = read_fields(session, statement, kind="product", key=product_id)
    said = last_assignment(session, product_id)
    return CatalogueProductDetail(
        **fields,
        contents=tuple(bundle_contents(session, [product_id]).get(product_id, ())),
        good_by_office=said is not None and said.by_office,
    )


def bundle_contents(session: Session, product_ids: list[int]) -> dict[int, list[BundleContentView]]:
    """What the bundles among these products hold, by bundle. For no viewer's eyes: whoever sees a bundle sees what is
    in it."""
    statement = (
        select(
            BundleLine.bundle_id, BundleLine.product_id, Product.sku, Product.name, Product.unit, Product.sold_by,
            BundleLine.quantity, Product.weight_g, Product.allergens, Product.price_cents,
        )
        .join(Product, Product.id == BundleLine.product_id)
        .where(BundleLine.bundle_id.in_(product_ids))
        .order_by(BundleLine.bundle_id, Product.sku)
    )  # fmt: skip
    found: dict[int, list[BundleContentView]] = {}
    for row in session.execute(statement).mappings():
        fields = dict(row)
        found.setdefault(fields.pop("bundle_id"), []).append(BundleContentView(**fields))
    return found


def with_contents(session: Session, offers: list[OfferView]) -> list[OfferView]:
    """The offers, bundles with what they hold. For no viewer's eyes: whoever sees an offer sees what is in it."""
    held: dict[int, list[BundleContentView]] = {}
    for part in chunks([offer.product_id for offer in offers]):
        held |= bundle_contents(session, part)
    return [
        replace(
            offer,
            contents=tuple(
                OfferContentView(sku=line.sku, name=line.name, unit=line.unit, quantity=line.quantity)
                for line in held.get(offer.product_id, ())
            ),
        )
        for offer in offers
    ]


def whole_list(
    session: Session, viewer: Viewer, merchant_id: int
) -> tuple[list[CatalogueProductView], dict[int, list[BundleContentView]]]:
    """All products that a merchant sells, and what its bundles hold."""
    found = products(session, viewer, merchant_id=merchant_id, limit=None)
    contents: dict[int, list[BundleContentView]] = {}
    for part in chunks([product.id for product in found if product.is_bundle]):
        contents |= bundle_contents(session, part)
    return found, contents


def prices(
    session: Session, viewer: Viewer, product_id: int, *, limit: int = PAGE_SIZE, offset: int = 0
) -> list[PriceView]:
    """The history of a product's price, newest first. Raises NotFound."""
    known = select(Product.id).where(Product.id == product_id, sees_product(viewer))
    if session.scalar(known) is None:
        raise NotFound(kind="product", key=product_id)
    statement = (
        select(
            ProductPrice.id, ProductPrice.product_id, ProductPrice.starts_at, ProductPrice.cause,
            ProductPrice.old_price_cents, ProductPrice.old_price_per_kg_cents, ProductPrice.price_cents,
            ProductPrice.price_per_kg_cents, ProductPrice.weight_g, ProductPrice.pack_size, ProductPrice.reason,
            _shown_name(viewer).label("set_by"),
        )
        .outerjoin(Account, Account.id == ProductPrice.set_by_id)
        .where(ProductPrice.product_id == product_id)
        .order_by(ProductPrice.id.desc())
    )  # fmt: skip
    return read(session, statement.limit(limit).offset(offset), PriceView)


def photo(session: Session, viewer: Viewer, product_id: int) -> tuple[bytes, str]:
    """The JPEG of a product and its SHA-256. Raises NotFound."""
    row = session.execute(
        select(ProductPhoto.content, ProductPhoto.sha256)
        .join(Product, Product.id == ProductPhoto.product_id)
        .where(ProductPhoto.product_id == product_id, sees_product(viewer))
    ).one_or_none()
    if row is None:
        raise NotFound(kind="photo", key=product_id)
    return row.content, row.sha256


def goods(session: Session) -> list[PricedGoodView]:
    """The goods that ceilings are set for, by name: one short list for everybody."""
    return read(session, select(PricedGood.id, PricedGood.name).order_by(PricedGood.name), PricedGoodView)


def look_alikes(session: Session, viewer: Viewer, *, on: date) -> list[LookAlikeView]:
    """Products of campaigns still to be delivered whose names speak of a good of the list, and which no ceiling is
    about yet: for people to look at. What an office has said to be none of the goods is left out."""
    named = {good.id: good.name for good in goods(session)}
    coming = (
        select(Offer.product_id)
        .join(Campaign, Campaign.id == Offer.campaign_id)
        .where(sees_campaign(viewer), Campaign.delivery_date >= on)
    )
    said = select(GoodAssignment.product_id).where(GoodAssignment.by_office)
    rows = session.execute(
        select(Product.id, Product.sku, Product.name, Merchant.name.label("merchant_name"))
        .join(Merchant, Merchant.id == Product.merchant_id)
        .where(Product.id.in_(coming), Product.good_id.is_(None), Product.id.not_in(said), ~Product.is_bundle)
        .order_by(Merchant.name, Product.sku)
    )
    guessed = [(row, looks_like(row.name, named)) for row in rows]
    return [
        LookAlikeView(
            product_id=row.id,
            sku=row.sku,
            name=row.name,
            merchant_name=row.merchant_name,
            good_id=good_id,
            good_name=named[good_id],
        )
        for row, good_id in guessed
        if good_id is not None
    ]


def _products() -> Rows:
    return (
        select(
            Product.id, Product.merchant_id, Merchant.name.label("merchant_name"), Product.sku, Product.name,
            Product.category, Product.unit, Product.sold_by, Product.price_cents, Product.price_per_kg_cents,
            Product.weight_g, Product.pack_size, Product.volume_ml, Product.temperature, Product.allergens,
            Product.notes, Product.is_bundle, Product.good_id, func.coalesce(PricedGood.name, "").label("good_name"),
            ProductPhoto.sha256.label("photo_sha256"), Product.retired_at,
        )
        .join(Merchant, Merchant.id == Product.merchant_id)
        .outerjoin(PricedGood, PricedGood.id == Product.good_id)
        .outerjoin(ProductPhoto, ProductPhoto.product_id == Product.id)
    )  # fmt: skip


def _retired(retired: bool) -> ColumnElement[bool]:
    return Product.retired_at.is_not(None) if retired else Product.retired_at.is_(None)


def _shown_name(viewer: Viewer) -> Any:
    """Who set a price is shown to the merchant's own people and to administrators."""
    if viewer.role in (Role.ADMIN, Role.MERCHANT):
        return func.coalesce(Account.username, "")
    return literal("")
