"""Where on the rising line of its exact shares each of many groups takes its supply."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .groups import Flags, Groups, Whole


@dataclass(frozen=True, slots=True, kw_only=True)
class Pieces:
    """The piece of every group in which it takes its supply, and the bend it begins at, `bend / weight`."""

    fixed: Whole
    slope: Whole
    bend: Whole
    weight: Whole


def pieces_at(groups: Groups, supplies: Whole) -> Pieces:
    """Halves the bends that may lie left of the level until none is between one that is below and one that is not."""
    zero, one = np.zeros_like(supplies), np.ones_like(supplies)
    under_v, under_w, over_v, over_w = zero, one, one, zero
    bends = np.concatenate((groups.low, groups.high))
    moves = np.tile(groups.low < groups.high, 2)
    count = len(groups.low)
    while True:
        standing = np.tile(groups.standing, 2)
        between = moves & (bends * _twice(groups, under_w) > _twice(groups, under_v) * standing)
        between &= bends * _twice(groups, over_w) < _twice(groups, over_v) * standing
        in_group = groups.total(between[:count]) + groups.total(between[count:])
        if not in_group.any():
            break
        v, w = _middle(groups, between, in_group, bends)
        fixed, slope = piece_through(groups, v, w)
        asked = in_group > 0
        enough = asked & (slope * v >= (supplies - fixed) * w)
        short = asked & ~enough
        over_v, over_w = np.where(enough, v, over_v), np.where(enough, w, over_w)
        under_v, under_w = np.where(short, v, under_v), np.where(short, w, under_w)
    left = groups.low * groups.spread(under_w) > groups.spread(under_v) * groups.standing
    full = groups.high * groups.spread(over_w) < groups.spread(over_v) * groups.standing
    full |= groups.low == groups.high
    fixed = groups.total(np.where(left, groups.low, np.where(full, groups.high, 0)))
    slope = groups.total(np.where(left | full, 0, groups.standing))
    return Pieces(fixed=fixed, slope=slope, bend=under_v, weight=under_w)


def _twice(groups: Groups, values: Whole) -> Whole:
    return np.tile(groups.spread(values), 2)


def _middle(groups: Groups, between: Flags, in_group: Whole, bends: Whole) -> tuple[Whole, Whole]:
    """One bend of each group that has some `between`, from the middle of its rows; 0 / 1 for the others."""
    count = len(groups.low)
    rows = between[:count].astype(np.int64) + between[count:]
    so_far = np.cumsum(rows)
    before = groups.spread(so_far[groups.starts[:-1]] - rows[groups.starts[:-1]])
    wanted = groups.spread(in_group // 2)
    here = (so_far - before > wanted) & (so_far - before - rows <= wanted)
    rows_here = np.flatnonzero(here)
    v, w = np.zeros_like(in_group), np.ones_like(in_group)
    owners = np.flatnonzero(in_group)
    highs = between[count:][rows_here]
    v[owners] = np.where(highs, bends[count:][rows_here], bends[:count][rows_here])
    w[owners] = groups.standing[rows_here]
    return v, w


def piece_through(groups: Groups, v: Whole, w: Whole) -> tuple[Whole, Whole]:
    filled = groups.spread(v) * groups.standing
    weight = groups.spread(w)
    left, full = filled <= groups.low * weight, filled >= groups.high * weight
    fixed = groups.total(np.where(left, groups.low, np.where(full, groups.high, 0)))
    return fixed, groups.total(np.where(left | full, 0, groups.standing))
