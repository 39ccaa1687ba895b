"""Prices: set with the product, changed with a reason, each a line of a history that nobody edits."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from logistics.clock import local_date
from logistics.db import chunks
from logistics.errors import NotFound
from logistics.orders.catalogue import errors
from logistics.orders.catalogue.ceilings import REASON_MAX, require_no_breach
from logistics.orders.catalogue.models import BundleLine, ProductPrice
from logistics.orders.catalogue.pricing_queries import priced_products, served_areas, terms_of
from logistics.orders.catalogue.rules import (
    Content,
    PriceCause,
    Terms,
    load_of,
    piece_terms,
    weight_terms,
)
from logistics.orders.models import Product


@dataclass(frozen=True, slots=True, kw_only=True)
class TermsWanted:
    """One price: of a unit (`price_cents`) or per kilogram (`price_per_kg_cents`). `weight_g` and `pack_size` None stay
    as they are; a new product has a weight of 0 and a pack of 1 then."""

    price_cents: int | None = None
    price_per_kg_cents: int | None = None
    weight_g: int | None = None
    pack_size: int | None = None

    def terms(self, sku: str, *, before: Terms | None = None) -> Terms:
        """
        Raises:
            BadTerms: no price or both.
            NoEstimate: sold by weight without an estimate of a piece's.
            PackOfWeight: sold by weight in packs.
        """
        weight_g = (before.weight_g if before else 0) if self.weight_g is None else self.weight_g
        pack_size = (before.pack_size if before else 1) if self.pack_size is None else self.pack_size
        if self.price_per_kg_cents is not None and self.price_cents is None:
            if weight_g < 1:
                raise errors.NoEstimate(sku=sku)
            if pack_size != 1:
                raise errors.PackOfWeight(sku=sku)
            return weight_terms(price_per_kg_cents=self.price_per_kg_cents, weight_g=weight_g)
        if self.price_cents is None or self.price_per_kg_cents is not None:
            raise errors.BadTerms(sku=sku)
        return piece_terms(price_cents=self.price_cents, weight_g=weight_g, pack_size=pack_size)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangePrice:
    """A new price for a product, or the same price for another weight or pack."""

    product_id: int
    wanted: TermsWanted
    reason: str = ""
    set_by_id: int | None = None
    cause: PriceCause = PriceCause.CHANGED

    def __post_init__(self) -> None:
        assert len(self.reason) <= REASON_MAX


def change_price(session: Session, command: ChangePrice, *, now: datetime) -> bool:
    """Change what a product costs from now on; False where it costs just that already.

    Standing offers keep the price at which they were filed. The new price is held against the ceilings of all areas
    that the merchant serves.

    Raises:
        NotFound: no such product.
        Retired: it is sold no longer.
        BadTerms, NoEstimate, PackOfWeight: the price is none.
        OtherWayOfSelling: from by piece to by weight, or back.
        BundleIsSum: a weight or a pack of a bundle.
        OverCeiling: a ceiling is broken.
    """
    product = locked_product(session, command.product_id)
    if product.retired_at is not None:
        raise errors.Retired(sku=product.sku)
    before = terms_of(product)
    wanted = command.wanted.terms(product.sku, before=before)
    if wanted == before:
        return False
    if wanted.sold_by is not before.sold_by:
        raise errors.OtherWayOfSelling(sku=product.sku)
    if product.is_bundle and (wanted.weight_g, wanted.pack_size) != (before.weight_g, before.pack_size):
        raise errors.BundleIsSum(sku=product.sku)
    require_kept_ceilings(session, product, wanted, now=now)
    set_terms(
        session, product, wanted, cause=command.cause, reason=command.reason, set_by_id=command.set_by_id, now=now
    )
    if wanted.weight_g != before.weight_g:
        resum_bundles(session, [product.id], reason=command.reason, set_by_id=command.set_by_id, now=now)
    return True


def require_kept_ceilings(session: Session, product: Product, terms: Terms | None, *, now: datetime) -> None:
    """Hold a product at `terms` (None: at its own) against the ceilings that stand today where its merchant serves.

    Raises:
        OverCeiling: one is broken.
    """
    on = local_date(now)
    areas = served_areas(session, product.merchant_id, on=on)
    asked = priced_products(session, [product.id])[product.id]
    if terms is not None:
        asked = replace(asked, terms=terms)
    require_no_breach(session, [asked], areas, on=on)


def locked_product(session: Session, product_id: int) -> Product:
    """Raises NotFound."""
    asked = select(Product).where(Product.id == product_id).with_for_update()
    product = session.scalars(asked.execution_options(populate_existing=True)).one_or_none()
    if product is None:
        raise NotFound(kind="product", key=product_id)
    return product


def set_terms(
    session: Session,
    product: Product,
    terms: Terms,
    *,
    cause: PriceCause,
    reason: str,
    set_by_id: int | None,
    now: datetime,
) -> None:
    """Write the product's terms and the line of its history; a product without history gets its first one."""
    first = cause is PriceCause.ADDED
    session.add(
        ProductPrice(
            product_id=product.id,
            starts_at=now,
            cause=cause,
            old_price_cents=None if first else product.price_cents,
            old_price_per_kg_cents=None if first else product.price_per_kg_cents,
            price_cents=terms.price_cents,
            price_per_kg_cents=terms.price_per_kg_cents,
            weight_g=terms.weight_g,
            pack_size=terms.pack_size,
            reason=reason,
            set_by_id=set_by_id,
        )
    )
    product.sold_by = terms.sold_by
    product.price_cents = terms.price_cents
    product.price_per_kg_cents = terms.price_per_kg_cents
    product.weight_g = terms.weight_g
    product.pack_size = terms.pack_size
    session.flush()


def resum_bundles(
    session: Session, product_ids: Collection[int], *, reason: str, set_by_id: int | None, now: datetime
) -> None:
    """Let every bundle that holds one of the products weigh and take up the sum of its contents again."""
    holding: set[int] = set()
    for part in chunks(product_ids):
        holding |= set(session.scalars(select(BundleLine.bundle_id).where(BundleLine.product_id.in_(part))))
    bundles = [
        bundle
        for part in chunks(holding)
        for bundle in session.scalars(
            select(Product)
            .where(Product.id.in_(part))
            .order_by(Product.id)
            .with_for_update()
            .execution_options(populate_existing=True)
        )
    ]
    lines = contents_of(session, [bundle.id for bundle in bundles])
    for bundle in bundles:
        load = load_of(lines[bundle.id])
        bundle.volume_ml, bundle.temperature = load.volume_ml, load.temperature
        if bundle.weight_g != load.weight_g:
            terms = piece_terms(price_cents=bundle.price_cents, weight_g=load.weight_g)
            set_terms(session, bundle, terms, cause=PriceCause.CHANGED, reason=reason, set_by_id=set_by_id, now=now)
    session.flush()


def contents_of(session: Session, bundle_ids: Collection[int]) -> dict[int, list[Content]]:
    """What the bundles hold, by bundle."""
    found: dict[int, list[Content]] = {bundle_id: [] for bundle_id in bundle_ids}
    for part in chunks(bundle_ids):
        rows = session.execute(
            select(BundleLine.bundle_id, BundleLine.quantity, Product.weight_g, Product.volume_ml, Product.temperature)
            .join(Product, Product.id == BundleLine.product_id)
            .where(BundleLine.bundle_id.in_(part))
        )
        for bundle_id, quantity, weight_g, volume_ml, temperature in rows:
            line = Content(quantity=quantity, weight_g=weight_g, volume_ml=volume_ml, temperature=temperature)
            found[bundle_id].append(line)
    return found
