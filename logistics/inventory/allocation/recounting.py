"""Finds the reasons of every share, from what was decided and without deciding anything."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import gcd

import numpy as np

from .claims import Claim, Parameters, RuleName
from .demand import Demand
from .levels import Levels
from .many import fits
from .pieces import pieces_at
from .reasons import Reason, ReasonKind
from .sharing import Shared, Stage
from .tree import Tree


@dataclass(frozen=True, slots=True, kw_only=True)
class _Group:
    """A group whose supply runs out in `tier` (an index), in its floors or beyond: all in packs.

    `supply` is the stage's, with what of it is certain; `fixed` and `slope` the piece of its level, slope 0 where
    nothing had to be decided. `all_floors` and `all_supply` are those of every tier; `lowest` is the lowest fill of
    those who can take more, as two whole numbers.
    """

    parent: str
    tier: int
    in_floors: bool
    supply: int
    fixed: int
    slope: int
    is_served: bool
    all_floors: int
    all_supply: int
    lowest: tuple[int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Recount:
    """What it takes to tell why each row of a tree has its share."""

    tree: Tree
    claims: Mapping[str, Claim]
    demand: Demand
    parameters: Parameters
    shared: Shared

    def reasons(self) -> Iterator[tuple[Reason, ...]]:
        """For each row of the tree in its order."""
        since = self._since()
        given = self.shared.packs.tolist()
        for stage in self.shared.stages:
            groups = self._groups(stage)
            standing, plain, shares = stage.groups.standing.tolist(), stage.plain.tolist(), stage.shares.tolist()
            owners = stage.groups.owners.tolist()
            for at, owner in enumerate(owners):
                row = stage.level.begin + at
                found = _Row(
                    recount=self,
                    row=row,
                    group=groups[owner],
                    standing=standing[at],
                    plain=plain[at],
                    share=shares[at],
                    given=given[row],
                    since=since[row],
                )
                yield tuple(found.reasons())

    def _since(self) -> Sequence[str]:
        """Of when what each row carried over is, if all of it is of one day."""
        days: list[set[str]] = [set() for _ in self.tree.places]
        for row in range(len(days) - 1, -1, -1):
            claim = self.claims.get(self.tree.places[row])
            if claim is not None and claim.carry:
                days[row] = {claim.carried_from}
            if (parent := int(self.tree.parents[row])) >= 0:
                days[parent] |= days[row]
        return [next(iter(found)) if len(found) == 1 else "" for found in days]

    def _groups(self, stage: Stage) -> list[_Group]:
        groups, level = stage.groups, stage.level
        served = groups.supplies >= groups.total(groups.high)
        decided = (groups.supplies > groups.total(groups.low)) & ~served
        fixed, slope = np.zeros(groups.count, dtype=np.int64), np.zeros(groups.count, dtype=np.int64)
        if (together := decided & fits(groups)).any():
            some = groups.only(together)
            piece = pieces_at(some, some.supplies)
            fixed[together], slope[together] = piece.fixed, piece.slope
        for n in np.flatnonzero(decided & ~fits(groups)).tolist():  # by itself, as it was decided
            levels, supply = Levels(groups.group(n)), int(groups.supplies[n])
            alone = levels.pieces[levels.index_of(supply)]
            fixed[n], slope[n] = alone.fixed, alone.slope
        rows, firsts = slice(level.begin, level.end), level.starts[:-1] - level.begin
        floors = np.add.reduceat(self.demand.floor[:, rows].sum(axis=0), firsts)
        supplies = [self.shared.packs[parent] if parent >= 0 else self.parameters.packs for parent in level.parents]
        return [
            _Group(
                parent="" if parent < 0 else self.tree.places[parent],
                tier=int(stage.tier[n]),
                in_floors=bool(stage.in_floors[n]),
                supply=int(groups.supplies[n]),
                fixed=int(fixed[n]),
                slope=int(slope[n]),
                is_served=bool(served[n]),
                all_floors=int(floors[n]),
                all_supply=int(supplies[n]),
                lowest=self._lowest(stage, n) if slope[n] and self.parameters.method is RuleName.MAX_MIN else (0, 1),
            )
            for n, parent in enumerate(level.parents.tolist())
        ]

    def _lowest(self, stage: Stage, group: int) -> tuple[int, int]:
        """The lowest fill, pieces by pieces asked for, of those who can take more."""
        lowest = (1, 0)
        for at in range(int(stage.groups.starts[group]), int(stage.groups.starts[group + 1])):
            if stage.plain[at] < stage.groups.high[at]:
                pieces = int(stage.plain[at]) * self.parameters.pack
                asked = self.counts(stage.level.begin + at, int(stage.tier[group]), bool(stage.in_floors[group]))
                if pieces * lowest[1] < lowest[0] * asked:
                    lowest = (pieces, asked)
        return lowest

    def counts(self, row: int, tier: int, in_floors: bool) -> int:
        """The pieces that a fill is measured by: those asked for, or those of the floor."""
        return (
            int(self.demand.floor[tier, row]) * self.parameters.pack if in_floors else int(self.demand.asked[tier, row])
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Row:
    """One row: `standing` by what its group decided, `plain` and `share` its packs of the stage without and with
    carry-overs, `given` its packs in all."""

    recount: Recount
    row: int
    group: _Group
    standing: int
    plain: int
    share: int
    given: int
    since: str

    def reasons(self) -> Iterator[Reason]:
        demand, parameters = self.recount.demand, self.recount.parameters
        requested, most = int(demand.requested[self.row]), int(demand.cap[:, self.row].sum())
        yield Reason(ReasonKind.ASKED, {"requested": requested})
        if self.given == most:
            yield from self._limits(requested, most * parameters.pack)
        if most == 0:
            return
        short = self.group.in_floors and self.group.all_supply < self.group.all_floors
        if short:
            floors, supply = self.group.all_floors * parameters.pack, self.group.all_supply * parameters.pack
            yield Reason(ReasonKind.FLOORS_SHORT, {"floors": floors, "supply": supply})
        for index, tier in enumerate(demand.tiers):
            if demand.cap[index, self.row]:
                if parameters.rule is RuleName.TIERS:
                    yield Reason(ReasonKind.TIER, {"tier": tier})
                yield from self._of_tier(index)

    def _limits(self, requested: int, most: int) -> Iterator[Reason]:
        """Why it could take no more than it was given, where that is less than it asked for."""
        place, pack = self.recount.tree.places[self.row], self.recount.parameters.pack
        claim = self.recount.claims.get(place)
        if most >= requested:
            return
        if claim is not None and claim.weight == 0 and self.recount.parameters.method is RuleName.WEIGHTS:
            yield Reason(ReasonKind.NO_WEIGHT)
        elif requested < pack:
            yield Reason(ReasonKind.LESS_THAN_PACK, {"pack": pack})
        elif claim is not None and claim.cap is not None and most + pack > claim.cap:
            yield Reason(ReasonKind.CAPPED, {"cap": claim.cap})
        elif most + pack > requested:
            yield Reason(ReasonKind.WHOLE_PACKS, {"pack": pack, "most": most})
        else:
            yield Reason(ReasonKind.BELOW, {"most": most})

    def _of_tier(self, tier: int) -> Iterator[Reason]:
        demand, group = self.recount.demand, self.group
        floor, cap = int(demand.floor[tier, self.row]), int(demand.cap[tier, self.row])
        if tier == group.tier and group.slope:
            if group.in_floors and not floor:
                yield Reason(ReasonKind.NOTHING_LEFT)
            else:
                yield from self._decided(
                    tier, low=0 if group.in_floors else floor, high=floor if group.in_floors else cap
                )
                yield from self._carried(tier, high=floor if group.in_floors else cap)
        elif not group.in_floors and tier <= group.tier:
            yield self._packs(ReasonKind.IN_FULL, cap)
        elif floor and (not group.in_floors or tier < group.tier or (tier == group.tier and group.is_served)):
            yield self._packs(ReasonKind.IN_FULL if floor == cap else ReasonKind.ONLY_FLOOR, floor)
        else:
            yield Reason(ReasonKind.NOTHING_LEFT)

    def _decided(self, tier: int, *, low: int, high: int) -> Iterator[Reason]:
        group, pack = self.group, self.recount.parameters.pack
        level = group.supply - group.fixed  # the exact share is level * standing / slope packs
        if self.recount.parameters.method is RuleName.MAX_MIN:
            if self.plain == high:
                yield self._packs(ReasonKind.IN_FULL, high)
                return
            asked = self.recount.counts(self.row, tier, group.in_floors)
            yield self._packs(ReasonKind.FILLED, self.plain, asked=asked, **_lowest_terms(*group.lowest))
        elif low == high or level * self.standing >= high * group.slope:
            yield self._packs(ReasonKind.IN_FULL, high)
        elif level * self.standing <= low * group.slope:
            exact = _lowest_terms(level * self.standing * pack, group.slope)
            yield self._packs(ReasonKind.AT_FLOOR, low, **exact)
        else:
            yield Reason(
                ReasonKind.PART,
                {
                    "of": self._stage_name(),
                    "parent": group.parent,
                    "supply": group.supply * pack,
                    **_lowest_terms(level * self.standing * pack, group.slope),
                },
            )
            over = self.plain * group.slope - level * self.standing
            kind = ReasonKind.ROUNDED_UP if over > 0 else ReasonKind.ROUNDED_DOWN if over else ReasonKind.EXACTLY
            yield self._packs(kind, self.plain)

    def _stage_name(self) -> str:
        if self.group.in_floors:
            return "floors"
        return "tier" if self.recount.parameters.rule is RuleName.TIERS else "supply"

    def _carried(self, tier: int, *, high: int) -> Iterator[Reason]:
        carry, more = int(self.recount.demand.carry[tier, self.row]), self.share - self.plain
        if more > 0 and carry:
            yield Reason(ReasonKind.CARRIED, {"packs": more, "carry": carry, "since": self.since})
        elif more > 0:
            yield Reason(ReasonKind.GAINED, {"packs": more})
        elif more < 0:
            yield Reason(ReasonKind.GAVE_WAY, {"packs": -more})
        elif carry and self.plain < high:
            yield Reason(ReasonKind.CARRIED_NOTHING, {"carry": carry, "since": self.since})

    def _packs(self, kind: ReasonKind, packs: int, **facts: int) -> Reason:
        return Reason(kind, {"packs": packs, "pack": self.recount.parameters.pack, **facts})


def _lowest_terms(numerator: int, denominator: int) -> dict[str, int]:
    shared = gcd(numerator, denominator)
    return {"numerator": numerator // shared, "denominator": denominator // shared}
