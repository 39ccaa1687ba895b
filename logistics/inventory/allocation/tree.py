"""Who lies below whom: places in levels, so that a level can be shared out at once."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from .claims import ParentLoop
from .groups import Whole


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """Places of one depth, rows `begin` to `end` of the tree, in groups of those below one place.

    `starts` are the groups' first rows, and `end`; `parents` are the rows of the places they lie below, -1 at the top.
    """

    begin: int
    end: int
    starts: Whole
    parents: Whole


@dataclass(frozen=True)
class Tree:
    """Places in rows: those at the top first, then level by level, those below one place side by side and by name.

    The order depends on the places alone and not on how they were given.
    """

    places: Sequence[str]
    parents: Whole
    levels: Sequence[Level]

    @classmethod
    def of(cls, parents: Mapping[str, str | None]) -> Tree:
        """The tree of places and what each lies below; None is the top. Parents that are no place become one, at the
        top.

        Raises:
            ParentLoop: where a place lies below itself.
        """
        below: dict[str | None, list[str]] = {}
        every = {*parents, *(parent for parent in parents.values() if parent is not None)}
        for place in sorted(every):
            below.setdefault(parents.get(place), []).append(place)
        places: list[str] = []
        above: list[int] = []
        levels: list[Level] = []
        families: list[tuple[int, list[str]]] = [(-1, below.get(None, []))]
        while families and families[0][1]:
            begin, starts = len(places), []
            following: list[tuple[int, list[str]]] = []
            for parent, children in families:
                starts.append(len(places))
                for child in children:
                    if child in below:
                        following.append((len(places), below[child]))
                    places.append(child)
                    above.append(parent)
            owners = np.array([parent for parent, _ in families], dtype=np.int64)
            bounds = np.array([*starts, len(places)], dtype=np.int64)
            levels.append(Level(begin=begin, end=len(places), starts=bounds, parents=owners))
            families = following
        if len(places) < len(every):
            raise ParentLoop(place=min(every - set(places)))
        return cls(places, np.array(above, dtype=np.int64), levels)

    @cached_property
    def is_leaf(self) -> np.typing.NDArray[np.bool_]:
        """Which places have nothing below them."""
        leaf = np.ones(len(self.places), dtype=bool)
        leaf[self.parents[self.parents >= 0]] = False
        return leaf

    def tickets(self, seed: str) -> Whole:
        """The draw: the first seven bytes of SHA-256 of `seed:place`. Who knows the seed can recompute it, nobody can
        foresee it without."""
        digest, start = hashlib.sha256, seed.encode() + b":"
        drawn = b"".join([digest(start + place).digest() for place in self._encoded])
        return (np.frombuffer(drawn, dtype=">u8")[::4] >> np.uint64(8)).astype(np.int64)

    @cached_property
    def _encoded(self) -> list[bytes]:
        return [place.encode() for place in self.places]
