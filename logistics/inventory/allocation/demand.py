"""What every place can take and by what standing, once packs, floors, caps and tiers are counted."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from .claims import WEIGHT_PARTS, Claim, FloorAbove, NothingAsked, Parameters, RuleName, TooLarge
from .groups import Whole
from .tree import Level, Tree

NOT_SAID = -1
STANDING_MAX = 2.0**60


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Claims in columns, row by row of a tree; `NOT_SAID` where a claim leaves it out. `weight` in millionths."""

    requested: Whole
    tier: Whole
    weight: Whole
    carry: Whole
    floor: Whole
    cap: Whole

    @classmethod
    def of(cls, tree: Tree, claims: Mapping[str, Claim]) -> Asked:
        """The claims by place; a place above others may have none.

        Raises:
            NothingAsked: by a place with nothing below it.
            FloorAbove: for a place with others below it.
        """
        rows = [claims.get(place) or Claim(place=place, requested=None) for place in tree.places]
        for claim, leaf in zip(rows, tree.is_leaf.tolist(), strict=True):
            if leaf and claim.requested is None:
                raise NothingAsked(place=claim.place)
            if claim.floor and not leaf:
                raise FloorAbove(place=claim.place)
        return cls(
            requested=_column(claim.requested for claim in rows),
            tier=_column(claim.tier for claim in rows),
            weight=_column(None if claim.weight is None else int(claim.weight * WEIGHT_PARTS) for claim in rows),
            carry=_column(claim.carry for claim in rows),
            floor=_column(claim.floor for claim in rows),
            cap=_column(claim.cap for claim in rows),
        )


def _column(values: Iterable[int | None]) -> Whole:
    return np.array([NOT_SAID if value is None else value for value in values], dtype=np.int64)


@dataclass(frozen=True, slots=True, kw_only=True)
class Demand:
    """What each place can take, tier by tier: arrays of tiers × rows of the tree, packs unless said otherwise.

    `tiers` are those that occur, first served first; [0] where tiers do not rule. A place above others has part in
    every tier that those below it are in, unless it states one of its own. `standing` is by what the rule shares,
    `plain` the same without carry-overs; `asked` and `carry` are pieces, `requested` the pieces of each row in all.
    """

    tiers: tuple[int, ...]
    requested: Whole
    asked: Whole
    carry: Whole
    floor: Whole
    cap: Whole
    standing: Whole
    plain: Whole

    @classmethod
    def of(cls, tree: Tree, asked: Asked, parameters: Parameters) -> Demand:
        """What places at the bottom can take, and those above them.

        Raises:
            TooLarge: if the weights and carry-overs together cannot be counted with.
        """
        leaf = tree.is_leaf
        tier = np.where((asked.tier == NOT_SAID) & leaf, 1, asked.tier)
        if parameters.rule is not RuleName.TIERS:
            tier = np.zeros_like(tier)
        tiers = np.unique(tier[tier != NOT_SAID])
        cap = np.maximum(asked.requested, 0) // parameters.pack
        cap = np.where(asked.cap == NOT_SAID, cap, np.minimum(cap, asked.cap // parameters.pack))
        floor = np.minimum(-(-np.maximum(asked.floor, parameters.floor) // parameters.pack), cap)
        weight = np.where(asked.weight == NOT_SAID, WEIGHT_PARTS, asked.weight)
        plain, standing = asked.requested, asked.requested + asked.carry
        if parameters.method is RuleName.WEIGHTS:
            cap = np.where(weight == 0, floor, cap)
            plain, standing = weight, raised(weight, asked.requested, asked.carry)
        rows = np.flatnonzero(leaf)
        index = np.searchsorted(tiers, tier[rows])

        def by_tier(values: Whole) -> Whole:
            table = np.zeros((len(tiers), len(leaf)), dtype=np.int64)
            table[index, rows] = values[rows]
            return table

        demand = cls(
            tiers=tuple(tiers.tolist()),
            requested=np.where(leaf, asked.requested, 0),
            asked=by_tier(asked.requested),
            carry=by_tier(asked.carry),
            floor=by_tier(floor),
            cap=by_tier(cap),
            standing=by_tier(standing),
            plain=by_tier(plain),
        )
        for level in reversed(tree.levels[1:]):
            demand._add_up(level)
            demand._as_stated(level.parents, asked, parameters)
        if demand.standing.astype(float).sum() > STANDING_MAX:
            raise TooLarge()
        return demand

    def _add_up(self, level: Level) -> None:
        """Write what the places above the level can take: what those below them can."""
        rows, firsts = slice(level.begin, level.end), level.starts[:-1] - level.begin
        self.requested[level.parents] = np.add.reduceat(self.requested[rows], firsts)
        for table in (self.asked, self.carry, self.floor, self.cap, self.standing, self.plain):
            table[:, level.parents] = np.add.reduceat(table[:, rows], firsts, axis=1)

    def _as_stated(self, rows: Whole, asked: Asked, parameters: Parameters) -> None:
        """Write what the places say of themselves over what follows from those below them."""
        says = asked.carry[rows] > 0
        for column in (asked.requested, asked.tier, asked.weight, asked.cap):
            says |= column[rows] != NOT_SAID
        for row in rows[says].tolist():
            if parameters.rule is RuleName.TIERS and asked.tier[row] != NOT_SAID:
                self._gather(row, self.tiers.index(int(asked.tier[row])))
            self._stand(row, asked, by_weight=parameters.method is RuleName.WEIGHTS)
            self._limit(row, asked, parameters)

    def _gather(self, row: int, tier: int) -> None:
        """Put all the place can take into one tier."""
        for table in (self.asked, self.carry, self.floor, self.cap, self.standing, self.plain):
            total = table[:, row].sum()
            table[:, row] = 0
            table[tier, row] = total

    def _stand(self, row: int, asked: Asked, *, by_weight: bool) -> None:
        """Its own request, where it is in one tier only, and its own carry-over and weight."""
        parts = np.flatnonzero(self.asked[:, row])
        if not len(parts):
            return
        if asked.carry[row] > 0:
            self.carry[:, row] = 0
            self.carry[parts[0], row] = asked.carry[row]
        if asked.requested[row] != NOT_SAID and len(parts) == 1:
            self.asked[parts, row] = asked.requested[row]
        if not by_weight:
            self.plain[parts, row] = self.asked[parts, row]
            self.standing[parts, row] = self.asked[parts, row] + self.carry[parts, row]
            return
        if asked.weight[row] != NOT_SAID:
            self.plain[parts, row] = asked.weight[row]
            if asked.weight[row] == 0:
                self.cap[:, row] = self.floor[:, row]
        self.standing[parts, row] = raised(self.plain[parts, row], self.asked[parts, row], self.carry[parts, row])

    def _limit(self, row: int, asked: Asked, parameters: Parameters) -> None:
        """Cut what it can take down to its own request and cap: the last tier first, and floors last of all."""
        limits = [int(column[row]) for column in (asked.requested, asked.cap) if column[row] != NOT_SAID]
        if asked.requested[row] != NOT_SAID:
            self.requested[row] = asked.requested[row]
        if not limits:
            return
        left = min(limits) // parameters.pack
        beyond = self.cap[:, row] - self.floor[:, row]
        for tier in range(len(self.tiers)):
            self.floor[tier, row] = min(self.floor[tier, row], left)
            left -= int(self.floor[tier, row])
        for tier in range(len(self.tiers)):
            more = min(int(beyond[tier]), left)
            self.cap[tier, row] = self.floor[tier, row] + more
            left -= more


def raised(weight: Whole, requested: Whole, carry: Whole) -> Whole:
    """The weights, raised by the part that each carry-over is of the request, rounded down to a millionth."""
    if (carry == 0).all():
        return weight
    exact = [
        int(w) * (int(r) + int(c)) // int(r) if r > 0 and c > 0 else int(w)
        for w, r, c in zip(weight, requested, carry, strict=True)
    ]
    if max(exact) > STANDING_MAX:
        raise TooLarge()
    return np.array(exact, dtype=np.int64)
