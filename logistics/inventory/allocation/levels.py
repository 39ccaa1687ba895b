"""Exact shares: what every claim of a group would get if packs could be cut.

A level `t` fills claim k to `t * standing[k]`, never below `low[k]` and never above `high[k]`. The level rises with the
supply, so an exact share never falls when there is more. Levels are exact fractions `v / w`, kept as two whole numbers.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property


@dataclass(frozen=True, kw_only=True)
class Group:
    """Claims that share one supply, in rows: `low` and `high` in packs, the `standing` they share by (above 0), and the
    `rank` that settles what is equal, lowest first."""

    low: Sequence[int]
    high: Sequence[int]
    standing: Sequence[int]
    rank: Sequence[int]

    @cached_property
    def lowest(self) -> int:
        """Packs that the group takes in any case."""
        return sum(self.low)

    @cached_property
    def highest(self) -> int:
        """Packs that the group can take."""
        return sum(self.high)

    def without_choice(self, supply: int) -> list[int] | None:
        """The shares, if the supply is all that can be taken or nothing beyond the lows; else None."""
        if supply >= self.highest:
            return list(self.high)
        return list(self.low) if supply <= self.lowest else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """Between two bends the group takes `fixed + slope * level` packs: `slope` is the standing of those who rise."""

    fixed: int
    slope: int


class Levels:
    """How much a group takes at each level, and at which level it takes a supply.

    `bends` are the levels at which a claim leaves its low or reaches its high; `pieces[n]` lies left of `bends[n]`.
    """

    def __init__(self, group: Group) -> None:
        self.group = group
        rising: dict[Fraction, int] = {}
        fixing: dict[Fraction, int] = {}
        for low, high, standing in zip(group.low, group.high, group.standing, strict=True):
            if low < high:
                begins, ends = Fraction(low, standing), Fraction(high, standing)
                rising[begins] = rising.get(begins, 0) + standing
                rising[ends] = rising.get(ends, 0) - standing
                fixing[begins] = fixing.get(begins, 0) - low
                fixing[ends] = fixing.get(ends, 0) + high
        self.bends = sorted(rising)
        self.pieces = [Piece(fixed=group.lowest, slope=0)]
        for bend in self.bends:
            before = self.pieces[-1]
            self.pieces.append(Piece(fixed=before.fixed + fixing[bend], slope=before.slope + rising[bend]))
        self.taken_at_bends = [
            piece.fixed + piece.slope * bend for piece, bend in zip(self.pieces, self.bends, strict=False)
        ]

    def index_of(self, supply: int) -> int:
        """The index of the piece in which the group takes `supply`: above its lowest, at most its highest."""
        return bisect_left(self.taken_at_bends, supply)

    def at(self, supply: int) -> Fraction:
        """The lowest level at which the group takes `supply`."""
        piece = self.pieces[self.index_of(supply)]
        return Fraction(supply - piece.fixed, piece.slope)

    def taken(self, level: Fraction) -> Fraction:
        """What the group takes at `level`, in packs."""
        piece = self.pieces[bisect_right(self.bends, level)]
        return piece.fixed + piece.slope * level

    def exact(self, supply: int) -> list[Fraction]:
        """The exact share of every claim, in packs."""
        group = self.group
        if (shares := group.without_choice(supply)) is not None:
            return list(map(Fraction, shares))
        level = self.at(supply)
        return [
            min(Fraction(high), max(Fraction(low), level * standing))
            for low, high, standing in zip(group.low, group.high, group.standing, strict=True)
        ]
