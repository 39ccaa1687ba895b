"""Shares a supply out down a tree, level by level: each group shares what the place above it was given.

A group goes through stages: the floors of each tier, then each tier beyond its floors. A stage begins when the one
before it is served in full, so there is one at most in which anything has to be decided, and at every level it is the
same that the supply runs out in, as far as those above state no tier of their own.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .claims import Parameters, RuleName
from .demand import Demand
from .groups import Flags, Groups, Whole
from .many import share_many
from .tree import Level, Tree


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """Where the supply of each group of a level runs out: in the `tier` of this index, in its floors or beyond them.

    `groups` is what is decided there, in packs of this tier alone, carry-overs left out of the standing; `plain` are
    the shares that come of it, `shares` those with the carry-overs.
    """

    level: Level
    tier: Whole
    in_floors: Flags
    groups: Groups
    plain: Whole
    shares: Whole


@dataclass(frozen=True, slots=True, kw_only=True)
class Shared:
    """Packs for each row of the tree, and how each level came to its own."""

    packs: Whole
    stages: tuple[Stage, ...]


def share_down(tree: Tree, demand: Demand, parameters: Parameters) -> Shared:
    """Share the supply out over the places at the top of the tree, and what each was given over those below it.

    What a place is given is what those below it get together, at every level.
    """
    tickets = tree.tickets(parameters.seed)
    given = np.zeros(len(tree.places), dtype=np.int64)
    stages = []
    for level in tree.levels:
        supplies = np.where(level.parents < 0, parameters.packs, given[level.parents])
        stage, shares = _share_level(level, demand, supplies, tickets, parameters)
        given[level.begin : level.end] = shares
        stages.append(stage)
    return Shared(packs=given, stages=tuple(stages))


def _share_level(
    level: Level, demand: Demand, supplies: Whole, tickets: Whole, parameters: Parameters
) -> tuple[Stage, Whole]:
    """The stage each group is in, and the packs of each row over all stages."""
    rows, firsts = slice(level.begin, level.end), level.starts[:-1] - level.begin
    floor, cap, carry = demand.floor[:, rows], demand.cap[:, rows], demand.carry[:, rows]
    parts = np.concatenate((floor, cap - floor))  # stages × rows: packs when this stage is served in full
    ends = np.cumsum(np.add.reduceat(parts, firsts, axis=1), axis=0)
    index = np.minimum((ends < supplies).sum(axis=0), len(ends) - 1)
    in_floors, tier = index < len(floor), index % len(floor)
    owner = np.repeat(np.arange(len(index)), np.diff(level.starts))
    row = np.arange(len(owner))
    floors, begun = in_floors[owner], (np.cumsum(parts, axis=0) - parts)[index[owner], row]
    low = np.where(floors, 0, floor[tier[owner], row])
    high = np.where(floors, floor, cap)[tier[owner], row]
    within = supplies - np.where(index > 0, ends[index - 1, np.arange(len(index))], 0)

    def groups(standing: Whole, carried: Whole) -> Groups:
        by = np.where(floors, (floor * parameters.pack + carried)[tier[owner], row], standing[tier[owner], row])
        return Groups(
            starts=level.starts - level.begin,
            supplies=within + np.add.reduceat(low, firsts),
            low=low,
            high=high,
            standing=by,
            rank=np.argsort(np.lexsort((tickets[rows], owner))),
        ).reduced()

    fill = parameters.method is RuleName.MAX_MIN
    without = groups(demand.plain[:, rows], carry * 0)
    plain = share_many(without, fill=fill)
    shares = share_many(groups(demand.standing[:, rows], carry), fill=fill) if carry.any() else plain
    stage = Stage(level=level, tier=tier, in_floors=in_floors, groups=without, plain=plain, shares=shares)
    return stage, begun + shares - low
