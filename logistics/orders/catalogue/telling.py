"""A broken ceiling as the error that tells it, with the numbers that were compared."""

from __future__ import annotations

from logistics.orders.catalogue import errors
from logistics.orders.catalogue.rules import Breach, BundleBreach, CeilingUnit, SoldBy, Terms


def refusal(breach: Breach | BundleBreach) -> errors.OverCeiling:
    """The error about a breach; `telling.told` makes the sentence of it in the reader's language."""
    facts = {
        "product_id": breach.product_id,
        "sku": breach.sku,
        "name": breach.name,
        "price": yuan(price_of(breach.terms)),
        "top": yuan(breach.top_cents),
        "top_cents": breach.top_cents,
    }
    if isinstance(breach, BundleBreach):
        goods = sorted({f"{one.good} {yuan(one.ceiling_cents)}" for one in breach.ceilings})
        return errors.BundleOverCeiling(**facts, goods=goods)
    ceiling = breach.ceiling
    return _kind(breach)(
        **facts,
        weight_g=breach.terms.weight_g,
        pack_size=breach.terms.pack_size,
        found=yuan(breach.found_cents),
        ceiling=yuan(ceiling.ceiling_cents),
        ceiling_id=ceiling.ceiling_id,
        area=ceiling.area,
        good=ceiling.good,
        starts_on=ceiling.starts_on,
    )


def price_of(terms: Terms) -> int:
    """The price as it is set: per kilogram where it is sold by weight, else of one unit. Cents."""
    return terms.price_cents if terms.price_per_kg_cents is None else terms.price_per_kg_cents


def yuan(cents: int) -> str:
    return f"¥{cents // 100}.{cents % 100:02d}"


def _kind(breach: Breach) -> type[errors.OverCeiling]:
    by_scale = breach.terms.sold_by is SoldBy.WEIGHT
    if breach.ceiling.unit is CeilingUnit.PER_PIECE:
        return errors.OverCeilingByEstimate if by_scale else errors.OverCeilingByPiece
    if breach.terms.per_gram is None:
        return errors.OverCeilingWithoutWeight
    return errors.OverCeilingByScale if by_scale else errors.OverCeiling
