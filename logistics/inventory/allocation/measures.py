"""How evenly a supply was shared, in a few numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction


@dataclass(frozen=True, slots=True, kw_only=True)
class Filled:
    """Pieces asked for and given, of one place."""

    place: str
    requested: int
    allocated: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Measures:
    """Over the places that asked for something; fill is what a place was given of what it asked for, 1 is all.

    `gini` is 0 where all are filled alike and rises towards 1 the more unlike (Gini 1912); `jain` is 1 where all are
    filled alike and 1/n where one has everything (Jain, Chiu & Hawe 1984). `worst` are the places at `fill_min`,
    `short` how many were given less than they asked for.
    """

    places: int
    requested: int
    allocated: int
    fill: float
    fill_mean: float
    fill_min: float
    gini: float
    jain: float
    short: int
    worst: tuple[str, ...]


def measure(rows: Sequence[Filled]) -> Measures:
    """The measures of what was shared; where nobody asked for anything all are filled, and alike."""
    asked = [row for row in rows if row.requested > 0]
    fills = [Fraction(row.allocated, row.requested) for row in asked] or [Fraction(1)]
    total, requested, allocated = sum(fills), sum(row.requested for row in asked), sum(row.allocated for row in rows)
    lowest = min(fills)
    return Measures(
        places=len(asked),
        requested=requested,
        allocated=allocated,
        fill=allocated / requested if requested else 1.0,
        fill_mean=float(total / len(fills)),
        fill_min=float(lowest),
        gini=float(gini(fills)),
        jain=float(jain(fills)),
        short=sum(row.allocated < row.requested for row in asked),
        worst=tuple(row.place for row, fill in zip(asked, fills, strict=False) if fill == lowest),
    )


def gini(values: Sequence[Fraction]) -> Fraction:
    """Half the mean difference of two values by their mean; 0 where all are 0."""
    ordered, total = sorted(values), sum(values)
    if not total:
        return Fraction(0)
    count = len(ordered)
    weighed = sum((2 * place - count + 1) * value for place, value in enumerate(ordered))
    return Fraction(weighed, count * total)


def jain(values: Sequence[Fraction]) -> Fraction:
    """The square of the sum by the count times the sum of squares; 1 where all are 0."""
    squares = sum(value * value for value in values)
    return Fraction(sum(values) ** 2, len(values) * squares) if squares else Fraction(1)
