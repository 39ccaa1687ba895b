"""The quota method: nobody a whole pack from the exact share, and more supply never less for anyone.

Packs are given one after the other. Each goes, among the claims whose packs so far are fewer than their exact share of
the supply that includes this one, to the claim whose next whole pack falls due at the lowest level. Where nobody has a
low or reaches a high this is the quota method of Balinski and Young (American Mathematical Monthly 82, 1975).

Seen as a timetable, each pack of a claim may be given from the moment its exact share exceeds the packs it has, and
must be given by the moment its exact share exceeds them by one; the packs given are the hours of one machine. Earliest
due first keeps every such timetable that can be kept, and this one can: decision 12 counts it out, for highs, lows and
supplies that are no whole packs as well.
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Sequence
from fractions import Fraction

from .levels import Group, Levels


def by_quota(group: Group, supply: int) -> list[int]:
    """Whole packs for each claim of the group, of a `supply` between its lowest and highest.

    What a claim has is found without giving pack by pack. Nobody is a whole pack from the exact share, so everybody has
    that rounded up, or one less: one pack of each is in question, and `left` of them were given.
    """
    if (shares := group.without_choice(supply)) is not None:
        return shares
    levels = Levels(group)
    level = levels.at(supply)
    shares = [
        min(high, max(low, math.ceil(level * standing) - 1))
        for low, high, standing in zip(group.low, group.high, group.standing, strict=True)
    ]
    open_ = [k for k, share in enumerate(shares) if share < group.high[k] and share < level * group.standing[k]]
    open_.sort(key=lambda k: (Fraction(shares[k] + 1, group.standing[k]), group.rank[k]))
    left = supply - sum(shares)
    came = [math.floor(levels.taken(Fraction(shares[k], group.standing[k]))) for k in open_]
    start = looks_back_to(came, left, supply)
    needed = _needed_since(start, levels, supply, shares)
    for place in served(came, needed, start=start, left=left):
        shares[open_[place]] += 1
    return shares


def looks_back_to(came: Sequence[int], left: int, supply: int) -> int:
    """The earliest pack, counted from 0, since which there can be too many to serve: the one after that with which the
    first claim came into question that goes without, if those due first are served."""
    return min(came[left:], default=supply) + 1


def served(came: Sequence[int], needed: Sequence[int], *, start: int, left: int) -> list[int]:
    """The places of the `left` claims served among those in question, which stand in the order of due.

    `came[place]` is the pack with which a claim came into question, `needed[n]` how many of the packs that are certain
    came into question with pack `start + n`. Going back from the last pack: of the claims that came into question
    since some pack no more can have been served than packs were free since, not taken by those that are certain.
    Where they are more, the one due last was not served. Serving whoever is due first, pack by pack, finds the same,
    because what can be given by now are the independent sets of a matroid, and it keeps the best of them throughout.
    """
    since: dict[int, list[int]] = {}
    for place, pack in enumerate(came):
        since.setdefault(pack, []).append(place)
    within: list[int] = []  # a heap of places, the one due last on top
    out: set[int] = set()
    free = 0
    for n in range(len(needed) - 1, -1, -1):
        free += 1 - needed[n]
        for place in since.get(start + n, ()):
            heapq.heappush(within, -place)
        while len(within) > free:
            out.add(-heapq.heappop(within))
    return [place for place in range(len(came)) if place not in out][:left]


def _needed_since(start: int, levels: Levels, supply: int, shares: list[int]) -> list[int]:
    """How many of the packs in `shares` came into question with pack `start + n`, counted from 0, for each n."""
    group, pieces, bends = levels.group, levels.pieces, levels.bends
    needed = [0] * max(0, supply - start)
    for low, share, standing in zip(group.low, shares, group.standing, strict=True):
        index = levels.index_of(supply)
        for before in range(share - 1, low - 1, -1):
            while index and before * bends[index - 1].denominator < bends[index - 1].numerator * standing:
                index -= 1
            pack = pieces[index].fixed + pieces[index].slope * before // standing
            if pack < start:
                break
            needed[pack - start] += 1
    return needed
