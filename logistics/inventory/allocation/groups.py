"""Groups of claims side by side in columns of 64-bit whole numbers."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from .levels import Group

Whole = NDArray[np.int64]
Flags = NDArray[np.bool_]
Cell = TypeVar("Cell", bound=np.generic)


@dataclass(frozen=True, kw_only=True)
class Groups:
    """Claims in rows, group after group: group `g` is rows `starts[g]` to `starts[g + 1]`, one at least, and shares
    `supplies[g]` packs. The other columns are as in `Group`."""

    starts: Whole
    supplies: Whole
    low: Whole
    high: Whole
    standing: Whole
    rank: Whole

    @property
    def count(self) -> int:
        return len(self.supplies)

    @cached_property
    def sizes(self) -> Whole:
        return np.diff(self.starts)

    def total(self, rows: Whole | Flags) -> Whole:
        """The sum of `rows` in each group."""
        return np.add.reduceat(rows, self.starts[:-1], dtype=np.int64)

    def spread(self, values: NDArray[Cell]) -> NDArray[Cell]:
        """For each row the value of its group."""
        return np.repeat(values, self.sizes)

    @cached_property
    def owners(self) -> Whole:
        """For each row the index of its group."""
        return self.spread(np.arange(self.count))

    def key(self, packs: Whole) -> Whole:
        """Whole numbers in the order of `packs / standing` within each group, equal where these are equal.

        Two such fractions that differ are at least 1 / standing² apart, so times the widest standing² they differ when
        they are rounded down too.
        """
        return packs * self.spread(self.widest * self.widest) // self.standing

    @cached_property
    def widest(self) -> Whole:
        """The largest standing in each group."""
        return np.maximum.reduceat(self.standing, self.starts[:-1])

    def reduced(self) -> Groups:
        """The same with standings that have no common divisor within a group, so that more numbers fit; those of rows
        that take nothing or all in any case are 1."""
        moves = self.low < self.high
        standing = np.where(moves, self.standing, 0)
        shared = np.maximum(np.gcd.reduceat(standing, self.starts[:-1]), 1)
        return replace(self, standing=np.where(moves, standing // self.spread(shared), 1))

    def group(self, index: int) -> Group:
        rows = slice(int(self.starts[index]), int(self.starts[index + 1]))
        return Group(
            low=self.low[rows].tolist(),
            high=self.high[rows].tolist(),
            standing=self.standing[rows].tolist(),
            rank=self.rank[rows].tolist(),
        )

    def only(self, chosen: Flags) -> Groups:
        """The groups that are `chosen`."""
        rows = np.repeat(chosen, self.sizes)
        return Groups(
            starts=np.concatenate(([0], np.cumsum(self.sizes[chosen]))),
            supplies=self.supplies[chosen],
            low=self.low[rows],
            high=self.high[rows],
            standing=self.standing[rows],
            rank=self.rank[rows],
        )
