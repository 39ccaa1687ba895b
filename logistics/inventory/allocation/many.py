"""Many groups at once: what `by_quota` and `by_fill` decide, for thousands of groups side by side.

Where a group's numbers do not fit 64 bits it is decided by itself. Both ways give the same shares; a test holds them
to it.
"""

from __future__ import annotations

import numpy as np

from .groups import Flags, Groups, Whole
from .many_fills import fills_of_many
from .many_quota import quotas_of_many
from .quota import by_quota
from .water_filling import by_fill

LARGEST = 2**61
"""Twice as much, and the sum of two such, fits 64 bits with a sign."""


def share_many(groups: Groups, *, fill: bool) -> Whole:
    """Whole packs for every row, by max-min if `fill`, else by the quota method.

    A supply above what a group can take, or below what it takes in any case, counts as that.
    """
    lowest, highest = groups.total(groups.low), groups.total(groups.high)
    shares = np.where(groups.spread(groups.supplies >= highest), groups.high, groups.low)
    fit = fits(groups)
    has_choice = (groups.supplies > lowest) & (groups.supplies < highest)
    if (together := has_choice & fit).any():
        some = groups.only(together)
        shares[np.repeat(together, groups.sizes)] = fills_of_many(some) if fill else quotas_of_many(some)
    for index in np.flatnonzero(has_choice & ~fit).tolist():
        rows = slice(int(groups.starts[index]), int(groups.starts[index + 1]))
        rule = by_fill if fill else by_quota
        shares[rows] = rule(groups.group(index), int(groups.supplies[index]))
    return shares


def fits(groups: Groups) -> Flags:
    """For which groups every product fits; asked in floats, with far more room than they are wrong by."""
    slope = np.add.reduceat(groups.standing.astype(float), groups.starts[:-1])
    most = np.add.reduceat(groups.high.astype(float), groups.starts[:-1])
    enough: Flags = (slope + 1) * (slope + most + 2) * (most + 2) < LARGEST
    return enough
