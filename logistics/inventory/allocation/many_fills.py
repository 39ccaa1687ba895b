"""Max-min in many groups at once; see `water_filling`."""

from __future__ import annotations

import numpy as np

from .groups import Groups, Whole
from .pieces import pieces_at


def fills_of_many(groups: Groups) -> Whole:
    """The shares of groups whose supply lies between what they take in any case and what they can take.

    The packs between a level that is surely too low and the one that is surely enough are put in the order in which
    they are given: fewer than two for each claim, taken together.
    """
    lowest = groups.total(groups.low)
    under = np.maximum(lowest, groups.supplies - groups.sizes)
    least = np.where(groups.spread(under > lowest), _rounded_up(groups, np.maximum(under, lowest + 1)), groups.low)
    packs = _rounded_up(groups, groups.supplies) - least
    claim = np.repeat(np.arange(len(packs)), packs)
    before = least[claim] + np.arange(len(claim)) - np.repeat(np.cumsum(packs) - packs, packs)
    owner = groups.owners[claim]
    key = before * (groups.widest * groups.widest)[owner] // groups.standing[claim]
    order = np.lexsort((groups.rank[claim], groups.standing[claim], key, owner))
    count = groups.total(packs)
    place = np.arange(len(claim)) - np.repeat(np.cumsum(count) - count, count)
    given = order[place < (groups.supplies - groups.total(least))[owner]]
    return least + np.bincount(claim[given], minlength=len(packs))


def _rounded_up(groups: Groups, supplies: Whole) -> Whole:
    """Every claim filled to the level that uses the supply up, to a whole pack more."""
    piece = pieces_at(groups, supplies)
    filled = -((piece.fixed - supplies)[groups.owners] * groups.standing // groups.spread(piece.slope))
    shares: Whole = np.minimum(groups.high, np.maximum(groups.low, filled))
    return shares
