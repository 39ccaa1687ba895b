"""What several items and kits of them are shared out by: what there is, what it uses, and who wishes for what."""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass

from logistics.errors import N_, Invalid

from .claims import PIECES_MAX, SUPPLY_MAX, TooLarge, check_range

USES_MAX = 1_000_000_000
"""Of one limit by one piece: grams of a load, cents of a budget."""
LIMIT_MAX = 10**15
COUNTED_MAX = 2**60
"""The solver counts in 64 bits with a sign; the largest sum that a plan can come to stays well within."""


class UnknownName(Invalid):
    template = N_("%(place)s: %(name)s is not among those that were stated.")
    code = "unknown_name"


class WishedTwice(Invalid):
    template = N_("%(place)s wishes for %(name)s twice; one wish would be right.")
    code = "wished_twice"


class StatedTwice(Invalid):
    template = N_("%(name)s is stated twice; another name would be right.")
    code = "stated_twice"


class EmptyKit(Invalid):
    template = N_("The kit %(kit)s holds nothing; pieces of one item at least would be right.")
    code = "empty_kit"


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """A good, `supply` pieces of it; each uses so much of each limit: grams of a load, cents of a budget."""

    name: str
    supply: int
    uses: Mapping[str, int]

    def __post_init__(self) -> None:
        check_range(self.name, "supply", self.supply, 0, SUPPLY_MAX)
        for limit, amount in self.uses.items():
            check_range(self.name, limit, amount, 0, USES_MAX)


@dataclass(frozen=True, slots=True, kw_only=True)
class Kit:
    """What is handed out as one: pieces of items by name, in packs of `pack`. An item by itself is a kit of one."""

    name: str
    contents: Mapping[str, int]
    pack: int = 1

    def __post_init__(self) -> None:
        if not self.contents:
            raise EmptyKit(kit=self.name)
        check_range(self.name, "pack", self.pack, 1, PIECES_MAX)
        for item, pieces in self.contents.items():
            check_range(self.name, item, pieces, 1, PIECES_MAX)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What a place asks for of one kit."""

    place: str
    kit: str
    requested: int

    def __post_init__(self) -> None:
        check_range(self.place, "requested", self.requested, 0, PIECES_MAX)


@dataclass(frozen=True, slots=True, kw_only=True)
class KitProblem:
    """What there is, what it may use in all, and who wishes for what.

    Raises:
        UnknownName: where a kit, an item or a limit is named that was not stated.
        StatedTwice, WishedTwice: where an item or a kit is stated, or a kit wished for by a place, twice.
        OutOfRange: where a number is.
        TooLarge: if a plan's sums could not be counted with.
    """

    items: Sequence[Item]
    kits: Sequence[Kit]
    limits: Mapping[str, int]
    wishes: Sequence[Wish]
    seed: str = "1"

    def __post_init__(self) -> None:
        items, kits = {item.name: item for item in self.items}, {kit.name: kit for kit in self.kits}
        for stated in ([item.name for item in self.items], [kit.name for kit in self.kits]):
            if twice := sorted(name for name in stated if stated.count(name) > 1):
                raise StatedTwice(name=twice[0])
        for limit, amount in self.limits.items():
            check_range("limits", limit, amount, 0, LIMIT_MAX)
        named: list[tuple[str, str, Container[str]]]
        named = [(kit.name, name, items) for kit in self.kits for name in kit.contents]
        named += [(item.name, name, self.limits) for item in self.items for name in item.uses]
        named += [(wish.place, wish.kit, kits) for wish in self.wishes]
        for place, name, known in named:
            if name not in known:
                raise UnknownName(place=place, name=name)
        seen: set[tuple[str, str]] = set()
        for wish in self.wishes:
            if (wish.place, wish.kit) in seen:
                raise WishedTwice(place=wish.place, name=wish.kit)
            seen.add((wish.place, wish.kit))
        self._check_sums(items, kits)

    def _check_sums(self, items: Mapping[str, Item], kits: Mapping[str, Kit]) -> None:
        """All that is wished for, in the widest unit it is counted in, and by the place in the draw."""
        widest = {
            kit.name: max(pieces * max([1, *items[name].uses.values()]) for name, pieces in kit.contents.items())
            * len(kit.contents)
            for kit in kits.values()
        }
        asked = sum(wish.requested * max(widest[wish.kit], len(self.wishes)) for wish in self.wishes)
        if asked > COUNTED_MAX:
            raise TooLarge()
