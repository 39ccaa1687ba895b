"""Pure rules that share a short supply out in whole units. Every rule is exact, repeatable, and never gives anyone
more than was asked."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """What one party asks for, in whole units."""

    key: str
    wanted: int

    def __post_init__(self) -> None:
        if self.wanted < 0:
            raise ValueError(f"claim {self.key}: wanted is {self.wanted}; it must be 0 or more")


def share_first_come(claims: Sequence[Claim], *, supply: int) -> dict[str, int]:
    """Serve the claims in the order given until the supply is used up. Returns units by key."""
    shares, left = {}, supply
    for claim in claims:
        shares[claim.key] = min(claim.wanted, left)
        left -= shares[claim.key]
    return shares


def share_proportionally(claims: Sequence[Claim], *, supply: int, seed: str) -> dict[str, int]:
    """Give everyone the same fraction of what was asked, in whole units by largest remainders.

    The exact share is `wanted * supply / total`; everyone gets its whole part, and the units left over go to the
    largest fractions, ties decided by the seeded draw. So nobody is a whole unit from the exact share. Returns units
    by key. Method: Hamilton's (largest remainders), see Balinski & Young, Fair Representation, 1982.
    """
    total = sum(claim.wanted for claim in claims)
    if total <= supply:
        return {claim.key: claim.wanted for claim in claims}
    shares = {claim.key: claim.wanted * supply // total for claim in claims}
    left = supply - sum(shares.values())
    ranked = sorted(claims, key=lambda c: (-(c.wanted * supply % total), _ticket(c.key, seed)))
    for claim in ranked[:left]:
        shares[claim.key] += 1
    return shares


def share_by_draw(claims: Sequence[Claim], *, supply: int, seed: str) -> dict[str, int]:
    """Serve whole claims in the order of a seeded draw until the supply is used up. Returns units by key."""
    return share_first_come(sorted(claims, key=lambda c: _ticket(c.key, seed)), supply=supply)


def _ticket(key: str, seed: str) -> str:
    """The draw: anyone who knows the seed can recompute it, nobody can predict it without."""
    return hashlib.sha256(f"{seed}:{key}".encode()).hexdigest()
