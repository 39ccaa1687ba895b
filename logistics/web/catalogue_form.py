"""The forms of the catalogue: a new product, what is told of one, and its price."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from logistics.orders.catalogue.rules import (
    PACK_SIZE_MAX,
    PRICE_CENTS_MAX,
    QUANTITY_MAX,
    VOLUME_ML_MAX,
    WEIGHT_G_MAX,
    SoldBy,
    Temperature,
)
from logistics.orders.catalogue.service import NewProduct, TermsWanted
from logistics.orders.catalogue.views import CatalogueProductDetail
from logistics.web.typed import Typed
from logistics.web.words import _

BUNDLE = "bundle"
"""What is chosen beside by piece and by weight for goods sold as one."""
KINDS = (SoldBy.PIECE.value, SoldBy.WEIGHT.value, BUNDLE)


def new_product(sent: Typed, *, merchant_id: int, goods: Collection[int], account_id: int) -> NewProduct | None:
    """The product that a form describes; None where a field is wrong."""
    kind = sent.values.get("kind", "")
    if kind not in KINDS:
        sent.errors["kind"] = _("Choose one.")
    bundle = kind == BUNDLE
    sku = sent.text("sku", high=64)
    told = told_of(sent, bundle=bundle)
    wanted = terms_of(sent, by_weight=kind == SoldBy.WEIGHT, bundle=bundle)
    contents = _contents(sent) if bundle else None
    good_id = good_of(sent, goods)
    if sent.errors:
        return None
    return NewProduct(
        merchant_id=merchant_id,
        sku=sku,
        wanted=wanted,
        contents=contents,
        good_id=good_id,
        set_by_id=account_id,
        **told,
    )


def told_of(sent: Typed, *, bundle: bool) -> dict[str, Any]:
    """What is told of a product besides its price; what follows from a bundle's contents is not asked for."""
    told: dict[str, Any] = {
        "name": sent.text("name", high=160),
        "category": sent.text("category", low=0, high=80),
        "unit": sent.text("unit", low=0, high=32),
        "allergens": sent.text("allergens", low=0, high=200),
        "notes": sent.text("notes", low=0, high=500),
    }
    if bundle:
        return told
    told["volume_ml"] = sent.whole_or_none("volume_ml", 0, VOLUME_ML_MAX) or 0
    return told | {"temperature": sent.word("temperature", Temperature)}


def terms_of(sent: Typed, *, by_weight: bool, bundle: bool) -> TermsWanted:
    """The price that is typed, with the weight and the pack it is a price of."""
    cents = sent.cents("price", PRICE_CENTS_MAX)
    if bundle:
        return TermsWanted(price_cents=cents)
    if by_weight:
        weight_g = sent.whole("weight_g", 1, WEIGHT_G_MAX)
        return TermsWanted(price_per_kg_cents=cents, weight_g=weight_g)
    return TermsWanted(
        price_cents=cents,
        weight_g=sent.whole_or_none("weight_g", 0, WEIGHT_G_MAX) or 0,
        pack_size=sent.whole_or_none("pack_size", 1, PACK_SIZE_MAX) or 1,
    )


def good_of(sent: Typed, goods: Collection[int]) -> int | None:
    """The good of the offices' list that is chosen; None for none of them."""
    return sent.chosen("good_id", goods) if sent.values.get("good_id", "") else None


def values_of(product: CatalogueProductDetail) -> dict[str, str]:
    """A product as its forms show it."""
    cents = product.price_cents if product.price_per_kg_cents is None else product.price_per_kg_cents
    return {
        "name": product.name,
        "category": product.category,
        "unit": product.unit,
        "allergens": product.allergens,
        "notes": product.notes,
        "volume_ml": str(product.volume_ml),
        "temperature": product.temperature.value,
        "good_id": str(product.good_id or ""),
        "price": f"{cents // 100}.{cents % 100:02d}",
        "weight_g": str(product.weight_g),
        "pack_size": str(product.pack_size),
    }


def _contents(sent: Typed) -> tuple[tuple[str, int], ...]:
    """One product per line: its number, a space or an asterisk, how many."""
    found: list[tuple[str, int]] = []
    for line in sent.values.get("contents", "").replace("*", " ").replace("×", " ").splitlines():
        if not line.strip():
            continue
        sku, _space, count = line.strip().rpartition(" ")
        if not (sku.strip() and count.isascii() and count.isdecimal() and 1 <= int(count[:9]) <= QUANTITY_MAX):
            sent.errors["contents"] = _(
                "“%(line)s”: write the number of a product and how many, like V01 2.", line=line
            )
            return ()
        found.append((sku.strip(), int(count)))
    if not found:
        sent.errors["contents"] = _("Name what is in it, one product per line.")
    return tuple(found)
