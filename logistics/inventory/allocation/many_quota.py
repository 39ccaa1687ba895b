"""The quota method in many groups at once; see `quota`."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .groups import Flags, Groups, Whole
from .pieces import Pieces, piece_through, pieces_at
from .quota import by_quota, served

WIDEST = 2**22
"""Claims by bends of one group up to which the table of both is made at once: 32 MB a column."""


def quotas_of_many(groups: Groups, *, widest: int = WIDEST) -> Whole:
    """The shares of groups whose supply lies between what they take in any case and what they can take.

    First the packs in question go to those due first. Then, where somebody goes without, one looks back whether all
    these could have been served; where not, the group is settled as `quota.served` says. A group of
    more than `widest` claims by bends is settled by itself.
    """
    supplies, standing = groups.supplies, groups.standing
    now = pieces_at(groups, supplies)
    exact, slope = groups.spread(supplies - now.fixed) * standing, groups.spread(now.slope)  # exact / slope packs
    shares = np.minimum(groups.high, np.maximum(groups.low, (exact - 1) // slope))
    open_ = (shares < groups.high) & (shares * slope < exact)
    rows, owner = np.flatnonzero(open_), groups.owners[open_]
    rows = rows[np.lexsort((groups.rank[rows], groups.key(shares + 1)[rows], owner))]  # owners stay in order
    count = np.bincount(owner, minlength=groups.count)
    left = supplies - groups.total(shares)
    place = np.arange(len(rows)) - np.repeat(np.cumsum(count) - count, count)
    first = place < left[owner]
    given: Whole = shares.copy()
    given[rows[first]] += 1
    if not first.all():
        question = _Question(shares=shares, open_=open_, given=given, rows=rows, owner=owner, left=left)
        _look_back(groups, now, question, rows[~first], owner[~first], widest)
    return given


@dataclass(frozen=True, slots=True, kw_only=True)
class _Question:
    """What must be `shares` of each row, which rows are `open_` for one pack more, and who is to be `given` it.

    `rows` are the open ones in order of group and due, of group `owner`; `left` packs are for those of each group.
    """

    shares: Whole
    open_: Flags
    given: Whole
    rows: Whole
    owner: Whole
    left: Whole


def _look_back(groups: Groups, now: Pieces, question: _Question, without: Whole, owner: Whole, widest: int) -> None:
    """Correct `question.given` where those due first could not all be served; the rows in `without` were not."""
    low_v, low_w, start = _since(groups, question.shares, without, owner)
    span = np.where(np.bincount(owner, minlength=groups.count) > 0, np.maximum(groups.supplies - start, 0), 0)
    line = _line(groups, now, span > 0, low_v, low_w)
    wide = np.bincount(line.owner, minlength=groups.count) * groups.sizes > widest
    span[wide] = 0
    line = line.only(~wide[line.owner])
    claim, before, slot = _packs(groups, question, line, start, span)
    total, ends = int(span.sum()), np.cumsum(span)
    free = 1 - np.bincount(slot[before < question.given[claim]], minlength=total)
    since = np.concatenate((np.cumsum(free[::-1])[::-1], [0]))  # from each pack to the end of all
    broken = np.zeros(groups.count, dtype=bool)
    broken[np.repeat(np.arange(groups.count), span)[since[:-1] < np.repeat(since[ends], span)]] = True
    if broken.any():
        must = np.bincount(slot[before < question.shares[claim]], minlength=total)
        came = np.full(len(groups.low), -1)
        asked = before == question.shares[claim]
        came[claim[asked]] = slot[asked] - (ends - span)[groups.owners[claim[asked]]]
        for index in np.flatnonzero(broken).tolist():
            rows = question.rows[question.owner == index]
            question.given[rows] = question.shares[rows]
            needed = must[ends[index] - span[index] : ends[index]].tolist()
            places = served(came[rows].tolist(), needed, start=0, left=int(question.left[index]))
            question.given[rows[places]] += 1
    for index in np.flatnonzero(wide).tolist():
        given = by_quota(groups.group(index), int(groups.supplies[index]))
        question.given[groups.starts[index] : groups.starts[index + 1]] = given


def _since(groups: Groups, shares: Whole, without: Whole, owner: Whole) -> tuple[Whole, Whole, Whole]:
    """For each group the lowest level at which one of the rows in `without` came into question, as two whole numbers,
    and the pack after that: there the look back may end."""
    order = np.lexsort((groups.key(shares)[without], owner))
    firsts = np.flatnonzero(np.diff(owner[order], prepend=-1))
    v, w = np.zeros(groups.count, dtype=np.int64), np.ones(groups.count, dtype=np.int64)
    chosen = without[order[firsts]]
    v[owner[order[firsts]]], w[owner[order[firsts]]] = shares[chosen], groups.standing[chosen]
    fixed, slope = piece_through(groups, v, w)
    return v, w, fixed + slope * v // w + 1


@dataclass(frozen=True, slots=True, kw_only=True)
class _Line:
    """Pieces in order of group and falling level: of group `owner`, from `lower_v / lower_w` to `upper_v / upper_w`."""

    owner: Whole
    fixed: Whole
    slope: Whole
    lower_v: Whole
    lower_w: Whole
    upper_v: Whole
    upper_w: Whole

    def only(self, chosen: Flags) -> _Line:
        return _Line(**{name: getattr(self, name)[chosen] for name in self.__slots__})


def _line(groups: Groups, now: Pieces, wanted: Flags, low_v: Whole, low_w: Whole) -> _Line:
    """The pieces between the level at which a `wanted` group takes its supply and the level `low_v / low_w`."""
    owners = groups.owners
    top_v = groups.supplies - now.fixed
    found = []
    for bend, sign in ((groups.low, 1), (groups.high, -1)):  # downwards a claim comes to its low, or off its high
        inside = wanted[owners] & (groups.low < groups.high) & (bend * low_w[owners] > low_v[owners] * groups.standing)
        rows = np.flatnonzero(inside & (bend * now.slope[owners] < top_v[owners] * groups.standing))
        found.append((rows, bend[rows], sign * bend[rows], -sign * groups.standing[rows]))
    rows, bend, fixed, slope = (np.concatenate(parts) for parts in zip(*found, strict=True))
    key = bend * (groups.widest**2)[owners[rows]] // groups.standing[rows]
    order = np.lexsort((-key, owners[rows]))
    rows, bend, fixed, slope = rows[order], bend[order], fixed[order], slope[order]
    tops = np.flatnonzero(wanted)
    owner = np.concatenate((tops, owners[rows]))
    order = np.argsort(owner, kind="stable")  # each top before the bends of its group
    zero = np.zeros(len(tops), dtype=np.int64)
    fixed, slope = np.concatenate((zero, fixed))[order], np.concatenate((zero, slope))[order]
    owner = owner[order]
    upper_v = np.concatenate((top_v[tops], bend))[order]
    upper_w = np.concatenate((now.slope[tops], groups.standing[rows]))[order]
    last = np.append(np.diff(owner) > 0, True) if len(owner) else np.zeros(0, dtype=bool)
    first = np.flatnonzero(np.diff(owner, prepend=-1))
    return _Line(
        owner=owner,
        fixed=now.fixed[owner] + _running(fixed, first),
        slope=now.slope[owner] + _running(slope, first),
        lower_v=np.where(last, low_v[owner], np.roll(upper_v, -1)),
        lower_w=np.where(last, low_w[owner], np.roll(upper_w, -1)),
        upper_v=upper_v,
        upper_w=upper_w,
    )


def _running(values: Whole, first: Whole) -> Whole:
    """Sums so far, beginning anew at each index in `first`, the first of which is 0."""
    sums = np.cumsum(values)
    return sums - np.repeat((sums - values)[first], np.diff(np.append(first, len(values))))


def _packs(groups: Groups, question: _Question, line: _Line, start: Whole, span: Whole) -> tuple[Whole, Whole, Whole]:
    """The packs, given or in question, that came into question with pack `start` of their group or later: the claim's
    row, how many it had before, and the slot: packs since the start, group after group by their `span`."""
    size = groups.sizes[line.owner]
    piece = np.repeat(np.arange(len(size)), size)
    row = groups.starts[line.owner][piece] + np.arange(len(piece)) - np.repeat(np.cumsum(size) - size, size)
    standing, fixed, slope = groups.standing[row], line.fixed[piece], line.slope[piece]
    limit = question.shares[row] + question.open_[row]
    upper = np.minimum(limit, -(-line.upper_v[piece] * standing // line.upper_w[piece]))
    lower = np.maximum(groups.low[row], -(-line.lower_v[piece] * standing // line.lower_w[piece]))
    lower = np.maximum(lower, -((fixed - start[line.owner][piece]) * standing // slope))
    packs = np.maximum(upper - lower, 0)
    pair = np.repeat(np.arange(len(packs)), packs)
    before = lower[pair] + np.arange(len(pair)) - np.repeat(np.cumsum(packs) - packs, packs)
    offset = (np.cumsum(span) - span - start)[line.owner][piece]
    return row[pair], before, fixed[pair] + slope[pair] * before // standing[pair] + offset[pair]
