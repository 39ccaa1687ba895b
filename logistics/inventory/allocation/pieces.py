"""Where on the rising line of its exact shares each of many groups takes its supply."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .groups import Groups, Whole


@dataclass(frozen=True, slots=True, kw_only=True)
class Pieces:
    """The piece of every group in which it takes its supply, `fixed + slope * level` packs."""

    fixed: Whole
    slope: Whole


def pieces_at(groups: Groups, supplies: Whole) -> Pieces:
    """Halves the bends that may lie at or left of the level until none is between one too low and one high enough."""
    zero, one = np.zeros_like(supplies), np.ones_like(supplies)
    under_v, under_w, over_v, over_w = zero, one, one, zero
    moves = groups.low < groups.high
    columns = [groups.high, groups.low] if groups.low.any() else [groups.high]
    while True:
        above, above_w = groups.spread(under_v) * groups.standing, groups.spread(under_w)
        upto, upto_w = groups.spread(over_v) * groups.standing, groups.spread(over_w)
        between = [moves & (bends * above_w > above) & (bends * upto_w < upto) for bends in columns]
        rows = between[0].astype(np.int64) if len(columns) == 1 else between[0].astype(np.int64) + between[1]
        count = groups.total(rows)
        if not count.any():
            break
        here = _middle(groups, rows, count)
        asked = count > 0
        v, w = zero.copy(), one.copy()
        v[asked] = np.where(between[0][here], groups.high[here], groups.low[here])
        w[asked] = groups.standing[here]
        fixed, slope = piece_through(groups, v, w)
        enough = asked & (slope * v >= (supplies - fixed) * w)
        short = asked & ~enough
        over_v, over_w = np.where(enough, v, over_v), np.where(enough, w, over_w)
        under_v, under_w = np.where(short, v, under_v), np.where(short, w, under_w)
    left = groups.low * above_w > above
    full = (groups.high * upto_w < upto) | ~moves
    fixed = groups.total(np.where(left, groups.low, np.where(full, groups.high, 0)))
    slope = groups.total(np.where(left | full, 0, groups.standing))
    return Pieces(fixed=fixed, slope=slope)


def _middle(groups: Groups, rows: Whole, count: Whole) -> Whole:
    """Of each group that counts something in its `rows`, the row in the middle of what it counts."""
    so_far = np.cumsum(rows)
    first = groups.starts[:-1]
    within = so_far - groups.spread(so_far[first] - rows[first])
    wanted = groups.spread(count // 2)
    return np.flatnonzero((within > wanted) & (within - rows <= wanted))


def piece_through(groups: Groups, v: Whole, w: Whole) -> tuple[Whole, Whole]:
    """`(fixed, slope)` of the piece that holds at the level `v / w` itself."""
    filled, weight = groups.spread(v) * groups.standing, groups.spread(w)
    left, full = filled <= groups.low * weight, filled >= groups.high * weight
    fixed = groups.total(np.where(left, groups.low, np.where(full, groups.high, 0)))
    return fixed, groups.total(np.where(left | full, 0, groups.standing))
