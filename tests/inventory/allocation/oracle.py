"""What the rules should find, computed the slow way: packs one by one, all possibilities, exact fractions."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from itertools import product

from hypothesis import strategies as st

from logistics.inventory.allocation.levels import Group


def exact_shares(group: Group, supply: Fraction) -> list[Fraction]:
    """Everyone at the same level of its standing, none below its low or above its high, by halving until exact.

    The level lies between two neighbours of the bends; there the sum is a straight line.
    """
    bends = {Fraction(0)} | {
        Fraction(v, s) for v, s in zip((*group.low, *group.high), [*group.standing] * 2, strict=True)
    }
    before = Fraction(0)
    for bend in sorted(bends):
        if sum(_at(group, bend)) >= supply:
            under, over = sum(_at(group, before)), sum(_at(group, bend))
            part = (supply - under) / (over - under) if over > under else Fraction(0)
            return _at(group, before + (bend - before) * part)
        before = bend
    return _at(group, before)


def _at(group: Group, level: Fraction) -> list[Fraction]:
    return [
        max(Fraction(low), min(Fraction(high), level * standing))
        for low, high, standing in zip(group.low, group.high, group.standing, strict=True)
    ]


def pack_by_pack(group: Group) -> list[list[int]]:
    """The shares of every supply from the lowest to the highest, by the quota method as its authors tell it."""
    shares = list(group.low)
    found = [list(shares)]
    for supply in range(group.lowest + 1, group.highest + 1):
        exact = exact_shares(group, Fraction(supply))
        below = [k for k, share in enumerate(shares) if share < exact[k]]
        k = min(below, key=lambda k: (Fraction(shares[k] + 1, group.standing[k]), group.rank[k]))
        shares[k] += 1
        found.append(list(shares))
    return found


def best_fills(group: Group, supply: int) -> list[Fraction]:
    """The best sorted fills of all ways to share the supply out, from the least filled up."""
    ways = product(*(range(low, high + 1) for low, high in zip(group.low, group.high, strict=True)))
    return max(fills(group, shares) for shares in ways if sum(shares) == supply)


def fills(group: Group, shares: Sequence[int]) -> list[Fraction]:
    return sorted(Fraction(share, standing) for share, standing in zip(shares, group.standing, strict=True))


@st.composite
def groups(draw: st.DrawFn, *, size: int = 6, most: int = 9) -> Group:
    """Small groups: whole requests or caps below them, some with floors."""
    standing = draw(st.lists(st.integers(1, most), min_size=1, max_size=size))
    high = [draw(st.integers(0, most)) if draw(st.booleans()) else one for one in standing]
    low = [draw(st.integers(0, one)) if draw(st.integers(0, 3)) == 0 else 0 for one in high]
    return Group(low=low, high=high, standing=standing, rank=draw(st.permutations(range(len(standing)))))


def group(*standing: int, low: Sequence[int] = (), high: Sequence[int] = ()) -> Group:
    return Group(
        low=low or [0] * len(standing), high=high or standing, standing=standing, rank=list(range(len(standing)))
    )
