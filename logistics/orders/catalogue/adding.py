"""Products come into the list, change what is told of them, leave it and come back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from logistics.orders.catalogue import errors
from logistics.orders.catalogue.assigning import AssignGood, assign_good
from logistics.orders.catalogue.models import BundleLine
from logistics.orders.catalogue.pricing import (
    TermsWanted,
    locked_product,
    require_kept_ceilings,
    resum_bundles,
    set_terms,
)
from logistics.orders.catalogue.rules import (
    CONTENTS_MAX,
    QUANTITY_MAX,
    Content,
    PriceCause,
    SoldBy,
    Temperature,
    load_of,
    piece_terms,
)
from logistics.orders.models import Product

TOLD = frozenset({"name", "category", "unit", "volume_ml", "temperature", "allergens", "notes"})
"""What may change without a word in the history of prices."""
OF_CONTENTS = frozenset({"volume_ml", "temperature"})
"""What of it follows from a bundle's contents."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewProduct:
    """A product of a merchant. `contents` as (SKU, quantity) make it a bundle, whose weight, volume and temperature are
    theirs. `good_id`: the good whose ceilings are about it."""

    merchant_id: int
    sku: str
    name: str
    wanted: TermsWanted
    category: str = ""
    unit: str = ""
    volume_ml: int = 0
    temperature: Temperature = Temperature.AMBIENT
    allergens: str = ""
    notes: str = ""
    good_id: int | None = None
    contents: tuple[tuple[str, int], ...] | None = None
    reason: str = ""
    set_by_id: int | None = None

    def __post_init__(self) -> None:
        if self.contents is None:
            return
        skus = [sku for sku, _ in self.contents]
        if not 1 <= len(skus) <= CONTENTS_MAX or len(set(skus)) < len(skus):
            raise errors.BadContents(sku=self.sku, maximum=CONTENTS_MAX)
        if not all(1 <= quantity <= QUANTITY_MAX for _, quantity in self.contents):
            raise errors.BadContents(sku=self.sku, maximum=CONTENTS_MAX)


def add_product(session: Session, new: NewProduct, *, now: datetime) -> int:
    """Enter a product and the first line of its history. Returns its id.

    Raises:
        SkuTaken: the merchant has a product of that number, retired or not.
        BadTerms, NoEstimate, PackOfWeight: the price is none.
        BundleIsSum, BadContents, NoSuchContent, BundleInBundle: the bundle is none.
        NotFound: no such good.
        OverCeiling: a ceiling of an area that the merchant serves is broken.
    """
    of_sku = select(Product.id).where(Product.merchant_id == new.merchant_id, Product.sku == new.sku)
    if session.scalar(of_sku) is not None:
        raise errors.SkuTaken(sku=new.sku)
    terms = new.wanted.terms(new.sku)
    contents = None if new.contents is None else _contents(session, new)
    volume_ml, temperature = new.volume_ml, new.temperature
    if contents is not None:
        if terms.sold_by is SoldBy.WEIGHT or (terms.weight_g, terms.pack_size, volume_ml) != (0, 1, 0):
            raise errors.BundleIsSum(sku=new.sku)
        load = load_of([_as_content(product, quantity) for product, quantity in contents])
        terms = piece_terms(price_cents=terms.price_cents, weight_g=load.weight_g)
        volume_ml, temperature = load.volume_ml, load.temperature
    product = Product(
        merchant_id=new.merchant_id,
        sku=new.sku,
        name=new.name,
        category=new.category,
        unit=new.unit,
        price_cents=terms.price_cents,
        price_per_kg_cents=terms.price_per_kg_cents,
        sold_by=terms.sold_by,
        weight_g=terms.weight_g,
        pack_size=terms.pack_size,
        volume_ml=volume_ml,
        temperature=temperature,
        allergens=new.allergens,
        notes=new.notes,
        is_bundle=contents is not None,
    )
    session.add(product)
    session.flush()
    session.add_all([BundleLine(bundle_id=product.id, product_id=inner.id, quantity=n) for inner, n in contents or ()])
    session.flush()
    set_terms(session, product, terms, cause=PriceCause.ADDED, reason=new.reason, set_by_id=new.set_by_id, now=now)
    if new.good_id is not None:
        assign_good(session, AssignGood(product_id=product.id, good_id=new.good_id, by_id=new.set_by_id), now=now)
    else:
        require_kept_ceilings(session, product, terms, now=now)
    return product.id


def change_product(
    session: Session, product_id: int, told: Mapping[str, Any], *, set_by_id: int | None, now: datetime
) -> bool:
    """Change what is told of a product; its price, weight and pack have a verb of their own (`change_price`). False
    where all of it stands there already.

    Raises:
        NotFound: no such product.
        BundleIsSum: volume or temperature of a bundle.
    """
    assert told.keys() <= TOLD
    product = locked_product(session, product_id)
    changed = {name: value for name, value in told.items() if getattr(product, name) != value}
    if product.is_bundle and changed.keys() & OF_CONTENTS:
        raise errors.BundleIsSum(sku=product.sku)
    for name, value in changed.items():
        setattr(product, name, value)
    session.flush()
    if changed.keys() & OF_CONTENTS:
        resum_bundles(session, [product.id], reason="", set_by_id=set_by_id, now=now)
    return bool(changed)


def retire_product(session: Session, product_id: int, *, now: datetime) -> None:
    """Take a product out of the list; offers and orders of it stand. Twice is once. Raises NotFound."""
    product = locked_product(session, product_id)
    product.retired_at = product.retired_at or now
    session.flush()


def reinstate_product(session: Session, product_id: int, *, now: datetime) -> None:
    """Take a retired product back into the list, at the price it had.

    Raises:
        NotFound: no such product.
        OverCeiling: that price breaks a ceiling by now.
    """
    product = locked_product(session, product_id)
    if product.retired_at is None:
        return
    require_kept_ceilings(session, product, None, now=now)
    product.retired_at = None
    session.flush()


def _contents(session: Session, new: NewProduct) -> list[tuple[Product, int]]:
    """The products of a bundle with their quantities, locked so that its sum is right."""
    wanted = dict(new.contents or ())
    statement = select(Product).where(
        Product.merchant_id == new.merchant_id, Product.sku.in_(sorted(wanted)), Product.retired_at.is_(None)
    )
    found = {product.sku: product for product in session.scalars(statement.order_by(Product.id).with_for_update())}
    for sku in wanted:
        if sku not in found:
            raise errors.NoSuchContent(sku=new.sku, content=sku)
        if found[sku].is_bundle:
            raise errors.BundleInBundle(sku=new.sku, content=sku)
    return [(found[sku], quantity) for sku, quantity in wanted.items()]


def _as_content(product: Product, quantity: int) -> Content:
    return Content(
        quantity=quantity, weight_g=product.weight_g, volume_ml=product.volume_ml, temperature=product.temperature
    )
