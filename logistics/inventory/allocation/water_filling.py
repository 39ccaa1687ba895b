"""Max-min: each next pack to the claim that is filled least, so that the worst off is as well off as can be."""

from __future__ import annotations

import heapq
import math
from fractions import Fraction

from .levels import Group, Levels


def by_fill(group: Group, supply: int) -> list[int]:
    """Whole packs for each claim of the group, of a `supply` between its lowest and highest.

    Fill is packs by standing. Of claims filled alike the one that a pack fills most comes first, which is the one of
    least standing, then the lower rank. So the fills, sorted, are the best there can be from the least upwards
    (leximin). This order does not ask for the supply: more of it is never less for anyone.

    All claims are first filled to the level that could be reached if packs could be cut, each rounded up to a whole
    one; the packs that are then too many, fewer than there are claims, are taken back, last given first.
    """
    if (shares := group.without_choice(supply)) is not None:
        return shares
    level = Levels(group).at(supply)
    shares = [
        min(high, max(low, math.ceil(level * standing)))
        for low, high, standing in zip(group.low, group.high, group.standing, strict=True)
    ]
    given = [_last_pack(group, k, share) for k, share in enumerate(shares) if share > group.low[k]]
    heapq.heapify(given)
    for _ in range(sum(shares) - supply):
        k = heapq.heappop(given)[-1]
        shares[k] -= 1
        if shares[k] > group.low[k]:
            heapq.heappush(given, _last_pack(group, k, shares[k]))
    return shares


def _last_pack(group: Group, k: int, share: int) -> tuple[Fraction, int, int, int]:
    """When the last pack of claim `k` was given, later ones first."""
    return -Fraction(share - 1, group.standing[k]), -group.standing[k], -group.rank[k], k
