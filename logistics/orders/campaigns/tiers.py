"""Prices that fall with what everybody orders together: from so many units on, so many cents.

Every order of a campaign pays the same: the price of the tier that its total reaches at the cut-off.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from logistics.errors import N_, Invalid

TIERS_MAX = 8
"""Steps of one ladder beside the price for one: more nobody reads."""
FROM_UNITS_MAX = 1_000_000


class BadTier(Invalid):
    template = N_("%(sku)s: a tier begins at 2 to %(maximum)s units in all; %(units)s is none.")
    code = "bad_tier"


class TooManyTiers(Invalid):
    template = N_("%(sku)s: %(count)s tiers are too many; give at most %(maximum)s.")
    code = "too_many_tiers"


class TierNotCheaper(Invalid):
    template = N_(
        "%(sku)s: from %(units)s units on it would cost %(price)s, but fewer cost %(before)s; "
        "a price must fall as more is ordered."
    )
    code = "tier_not_cheaper"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tier:
    """From `from_units` units of all orders together, each unit costs `price_cents`."""

    from_units: int
    price_cents: int


def ladder_of(sku: str, price_cents: int, tiers: Sequence[Tier]) -> tuple[Tier, ...]:
    """The tiers in order, with the price for one as the first; empty where the price does not fall.

    Raises:
        TooManyTiers: more than anybody reads.
        BadTier: it begins at fewer than two units, or twice at the same quantity.
        TierNotCheaper: more would not cost less.
    """
    if not tiers:
        return ()
    if len(tiers) > TIERS_MAX:
        raise TooManyTiers(sku=sku, count=len(tiers), maximum=TIERS_MAX)
    ladder = (
        Tier(from_units=1, price_cents=price_cents),
        *sorted(tiers, key=lambda tier: tier.from_units),
    )
    for before, tier in pairwise(ladder):
        if not before.from_units < tier.from_units <= FROM_UNITS_MAX:
            raise BadTier(sku=sku, units=tier.from_units, maximum=FROM_UNITS_MAX)
        if tier.price_cents >= before.price_cents:
            raise TierNotCheaper(
                sku=sku, units=tier.from_units, price=_yuan(tier.price_cents), before=_yuan(before.price_cents)
            )
    return ladder


def _yuan(cents: int) -> str:
    return f"¥{cents // 100}.{cents % 100:02d}"


def price_at(ladder: Sequence[Tier], units: int) -> int:
    """The price in cents of each unit when `units` are ordered in all; nothing ordered costs what one would."""
    reached = [tier for tier in ladder if tier.from_units <= max(units, 1)]
    return reached[-1].price_cents


def next_tier(ladder: Sequence[Tier], units: int) -> Tier | None:
    """The cheaper tier that comes next, or None at the end of the ladder."""
    return next((tier for tier in ladder if tier.from_units > max(units, 1)), None)
