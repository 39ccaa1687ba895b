"""Which product of a campaign a word means: by code, by name, by name with its unit, by what was said before."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from enum import StrEnum

SUGGESTED_MAX = 5
KEY_LENGTH_MAX = 120


class ProductMatch(StrEnum):
    """How a word was understood."""

    SAID = "said"
    CODE = "code"
    NAME = "name"
    LEFT_OUT = "left_out"
    AMBIGUOUS = "ambiguous"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Offered:
    """A product of the campaign. `limit` is what a household may have of it in all, None without bound."""

    product_id: int
    sku: str
    name: str
    unit: str = ""
    limit: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundProduct:
    """What a word means. `product` is None where it is left out, or nobody can say; `options` are products near it,
    to be offered and never to be taken."""

    match: ProductMatch
    product: Offered | None = None
    options: tuple[Offered, ...] = ()


class ProductBook:
    """The products of a campaign. `said` are products by what they were called before; None says that a column or a
    line of that name is left out."""

    def __init__(self, offers: Iterable[Offered], said: Mapping[str, int | None] | None = None) -> None:
        self.offers = tuple(offers)
        self.by_sku = {offer.sku: offer for offer in self.offers}
        by_id = {offer.product_id: offer for offer in self.offers}
        self._codes = {product_key(offer.sku): offer for offer in self.offers}
        # what was said of a product that this campaign does not offer says nothing here
        self._said = {key: by_id[wanted] if wanted else None for key, wanted in (said or {}).items()
                      if wanted is None or wanted in by_id}  # fmt: skip
        names: dict[str, dict[int, Offered]] = defaultdict(dict)
        for offer in self.offers:
            for key in _names_of(offer):
                names[key][offer.product_id] = offer
        self._names = {key: tuple(found.values()) for key, found in names.items()}

    def find(self, text: str) -> FoundProduct:
        """The product of that word: what was said before first, then a code, then a whole name with or without unit."""
        key = product_key(text)
        if key in self._said:
            said = self._said[key]
            return FoundProduct(match=ProductMatch.SAID if said else ProductMatch.LEFT_OUT, product=said)
        if key in self._codes:
            return FoundProduct(match=ProductMatch.CODE, product=self._codes[key])
        options = self._names.get(key, ())
        if len(options) == 1:
            return FoundProduct(match=ProductMatch.NAME, product=options[0])
        if options:
            return FoundProduct(match=ProductMatch.AMBIGUOUS, options=options[:SUGGESTED_MAX])
        return FoundProduct(match=ProductMatch.UNKNOWN, options=self._near(key))

    def words(self) -> frozenset[str]:
        """Every key that means something, for a text that names several products."""
        return frozenset(self._said) | frozenset(self._codes) | frozenset(self._names)

    def _near(self, key: str) -> tuple[Offered, ...]:
        if not key:
            return ()
        holding = [name for name in self._names if key in name or name in key]
        near = get_close_matches(key, list(self._names), n=SUGGESTED_MAX, cutoff=0.5)
        found = {offer.product_id: offer for name in (*sorted(holding, key=len), *near) for offer in self._names[name]}
        return tuple(found.values())[:SUGGESTED_MAX]


def product_key(text: str) -> str:
    """A word as products are compared: plain signs, small letters, no white space."""
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text)).lower()[:KEY_LENGTH_MAX]


def _names_of(offer: Offered) -> set[str]:
    name, unit = product_key(offer.name), product_key(offer.unit)
    with_unit = {f"{name}{unit}", f"{name}/{unit}", f"{name}({unit})", f"{name}-{unit}"} if unit else set()
    return {name, *with_unit} - {""}
