"""Words and pure rules of the catalogue: what a product costs, what a bundle weighs, what breaks a ceiling.

Money in cents, weight in grams. Nothing is rounded before it is compared: a price breaks a ceiling or keeps it by exact
fractions, and only the sentence about it shows whole cents.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from fractions import Fraction

from logistics.cents import half_up

PRICE_CENTS_MAX = 10_000_000
"""100,000 yuan: more is a slip."""
WEIGHT_G_MAX = 1_000_000
VOLUME_ML_MAX = 10_000_000
PACK_SIZE_MAX = 10_000
CONTENTS_MAX = 50
"""Lines of one bundle."""
QUANTITY_MAX = 1_000
"""Units of one product in a bundle."""
JIN_G = 500
KILOGRAM_G = 1_000
SERVED_DAYS = 30
"""A merchant serves the areas of its campaigns for as long after their delivery: their ceilings bind its list."""


class SoldBy(StrEnum):
    """By piece at a price of its own; or by weight: ordered in pieces by estimate, settled by the scale."""

    PIECE = "piece"
    WEIGHT = "weight"


class Temperature(StrEnum):
    AMBIENT = "ambient"
    CHILLED = "chilled"
    FROZEN = "frozen"


class CeilingUnit(StrEnum):
    """What a ceiling is a price of: half a kilogram (斤), or one piece."""

    PER_500G = "per_500g"
    PER_PIECE = "per_piece"


class PriceCause(StrEnum):
    """How a price came about: with the product, by a change, by an import, or it stood there before the history."""

    ADDED = "added"
    CHANGED = "changed"
    IMPORTED = "imported"
    TAKEN_OVER = "taken_over"


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What a price is a price of. By piece `price_cents` is what one unit costs, a pack of `pack_size` pieces that
    weighs `weight_g`. By weight `price_per_kg_cents` is the price, `weight_g` what one piece is estimated to weigh,
    and `price_cents` follows from both."""

    sold_by: SoldBy
    price_cents: int
    price_per_kg_cents: int | None
    weight_g: int
    pack_size: int

    @property
    def per_gram(self) -> Fraction | None:
        """Cents per gram; None where nothing says what the unit weighs."""
        if self.price_per_kg_cents is not None:
            return Fraction(self.price_per_kg_cents, KILOGRAM_G)
        return Fraction(self.price_cents, self.weight_g) if self.weight_g else None

    @property
    def per_piece(self) -> Fraction:
        """Cents per piece; of what is sold by weight, of a piece of the estimated weight."""
        if self.price_per_kg_cents is not None:
            return Fraction(self.price_per_kg_cents * self.weight_g, KILOGRAM_G)
        return Fraction(self.price_cents, self.pack_size)


def piece_terms(*, price_cents: int, weight_g: int, pack_size: int = 1) -> Terms:
    return Terms(
        sold_by=SoldBy.PIECE,
        price_cents=price_cents,
        price_per_kg_cents=None,
        weight_g=weight_g,
        pack_size=pack_size,
    )


def weight_terms(*, price_per_kg_cents: int, weight_g: int) -> Terms:
    """Terms of what is sold by weight: `weight_g` is the estimate of one piece, and its price is rounded half up."""
    return Terms(
        sold_by=SoldBy.WEIGHT,
        price_cents=estimate_cents(price_per_kg_cents=price_per_kg_cents, weight_g=weight_g),
        price_per_kg_cents=price_per_kg_cents,
        weight_g=weight_g,
        pack_size=1,
    )


def estimate_cents(*, price_per_kg_cents: int, weight_g: int) -> int:
    """What so many grams cost: rounded half up to the cent, once."""
    return half_up(Fraction(price_per_kg_cents * weight_g, KILOGRAM_G))


# bundles


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """One line of a bundle, with what its product weighs and needs."""

    quantity: int
    weight_g: int
    volume_ml: int
    temperature: Temperature


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    weight_g: int
    volume_ml: int
    temperature: Temperature


def load_of(contents: Sequence[Content]) -> Load:
    """What a bundle weighs and takes up, the sum of its contents, and how cold it travels: as the coldest of them."""
    order = list(Temperature)
    return Load(
        weight_g=sum(line.quantity * line.weight_g for line in contents),
        volume_ml=sum(line.quantity * line.volume_ml for line in contents),
        temperature=max((line.temperature for line in contents), key=order.index),
    )


# ceilings


@dataclass(frozen=True, slots=True, kw_only=True)
class Ceiling:
    """The top price of a named good in an area, from a day on until another (not included; None: for good)."""

    ceiling_id: int
    area_id: int
    area: str
    good_id: int
    good: str
    unit: CeilingUnit
    ceiling_cents: int
    starts_on: date
    until_on: date | None = None

    def binds_on(self, day: date) -> bool:
        return self.starts_on <= day and (self.until_on is None or day < self.until_on)


@dataclass(frozen=True, slots=True, kw_only=True)
class Priced:
    """A product at a price, and the good that its price is measured by (None: no ceiling is about it). `contents` of a
    bundle are lines of products at their own prices."""

    product_id: int
    sku: str
    name: str
    terms: Terms
    good_id: int | None = None
    contents: tuple[tuple[int, Priced], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Breach:
    """A price above a ceiling. `found_cents` is the price per `ceiling.unit`, rounded up so that it shows as more;
    `top_cents` the highest price that keeps the ceiling: of one unit, or per kilogram where it is sold by weight."""

    product_id: int
    sku: str
    name: str
    terms: Terms
    ceiling: Ceiling
    found_cents: int
    top_cents: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BundleBreach:
    """A bundle that costs more than its contents would, each at its ceiling or, without one, at its own price."""

    product_id: int
    sku: str
    name: str
    terms: Terms
    ceilings: tuple[Ceiling, ...]
    top_cents: int


def breaks(terms: Terms, ceiling: Ceiling) -> bool:
    """Whether a price breaks a ceiling, by exact fractions. What says no weight has no price per 500 g and breaks such
    a ceiling whenever it costs anything: nobody escapes a ceiling by leaving the weight out."""
    if ceiling.unit is CeilingUnit.PER_PIECE:
        return terms.per_piece > ceiling.ceiling_cents
    per_gram = terms.per_gram
    return terms.price_cents > 0 if per_gram is None else per_gram * JIN_G > ceiling.ceiling_cents


def breaches_of(priced: Priced, ceilings: Iterable[Ceiling]) -> list[Breach | BundleBreach]:
    """What a price breaks of the ceilings that bind it: those about its good, the tightest first. A bundle is held
    against its contents: `BundleBreach` where it costs more than they may."""
    ceilings = list(ceilings)
    found: list[Breach | BundleBreach] = [
        Breach(
            product_id=priced.product_id,
            sku=priced.sku,
            name=priced.name,
            terms=priced.terms,
            ceiling=ceiling,
            found_cents=_found_cents(priced.terms, ceiling),
            top_cents=top_cents(priced.terms, ceiling),
        )
        for ceiling in ceilings
        if ceiling.good_id == priced.good_id and breaks(priced.terms, ceiling)
    ]
    found.sort(key=lambda breach: (breach.top_cents, breach.ceiling.ceiling_id))  # type: ignore[union-attr]
    bundle = _bundle_breach(priced, ceilings)
    return [*found, bundle] if bundle else found


def top_cents(terms: Terms, ceiling: Ceiling) -> int:
    """The highest price in whole cents that keeps a ceiling: per kilogram of what is sold by weight, else of a unit."""
    if terms.sold_by is SoldBy.WEIGHT:
        weight_g = JIN_G if ceiling.unit is CeilingUnit.PER_500G else terms.weight_g
        return ceiling.ceiling_cents * KILOGRAM_G // weight_g
    return int(_top(terms, ceiling))


def _top(terms: Terms, ceiling: Ceiling) -> Fraction:
    """What one unit may cost at most."""
    if ceiling.unit is CeilingUnit.PER_PIECE:
        return Fraction(ceiling.ceiling_cents * terms.pack_size)
    return Fraction(ceiling.ceiling_cents * terms.weight_g, JIN_G)


def _found_cents(terms: Terms, ceiling: Ceiling) -> int:
    if ceiling.unit is CeilingUnit.PER_PIECE:
        return -int(-terms.per_piece // 1)
    per_gram = terms.per_gram
    return terms.price_cents if per_gram is None else -int(-per_gram * JIN_G // 1)


def _bundle_breach(priced: Priced, ceilings: Sequence[Ceiling]) -> BundleBreach | None:
    of_good: dict[int, list[Ceiling]] = {}
    for ceiling in ceilings:
        of_good.setdefault(ceiling.good_id, []).append(ceiling)
    bound = [(content, of_good.get(content.good_id or 0, [])) for _, content in priced.contents]
    if not any(binding for _, binding in bound):
        return None
    allowed = Fraction(0)
    for (quantity, content), (_, binding) in zip(priced.contents, bound, strict=True):
        tops = [_top(content.terms, ceiling) for ceiling in binding] or [_own(content.terms)]
        allowed += quantity * min(tops)
    if priced.terms.price_cents <= allowed:
        return None
    return BundleBreach(
        product_id=priced.product_id,
        sku=priced.sku,
        name=priced.name,
        terms=priced.terms,
        ceilings=tuple(ceiling for _, binding in bound for ceiling in binding),
        top_cents=int(allowed),
    )


def _own(terms: Terms) -> Fraction:
    """What one unit costs by its own price, exactly."""
    if terms.price_per_kg_cents is not None:
        return Fraction(terms.price_per_kg_cents * terms.weight_g, KILOGRAM_G)
    return Fraction(terms.price_cents)


def looks_like(name: str, goods: Mapping[int, str]) -> int | None:
    """The good that a product's name speaks of: the longest name of a good that stands in it; None where none does. A
    guess for people, never for a rule."""
    plain = name.replace(" ", "").lower()
    found = [(len(good), -good_id) for good_id, good in goods.items() if good.replace(" ", "").lower() in plain]
    return -max(found)[1] if found else None
