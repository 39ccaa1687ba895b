"""Why a place was given what it was given: facts in whole numbers, from which anyone can compute the share again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from fractions import Fraction

Fact = int | str


class ReasonKind(StrEnum):
    """What a reason says; its facts stand behind each. Packs are whole, everything else is in pieces."""

    ASKED = "asked"  # requested
    LESS_THAN_PACK = "less_than_pack"  # pack
    WHOLE_PACKS = "whole_packs"  # pack, most: the whole packs of its request
    CAPPED = "capped"  # cap
    BELOW = "below"  # most: what those below it can take
    NO_WEIGHT = "no_weight"
    TIER = "tier"  # tier
    FLOORS_SHORT = "floors_short"  # floors, supply: the supply does not cover the floors
    IN_FULL = "in_full"  # packs, pack
    NOTHING_LEFT = "nothing_left"
    ONLY_FLOOR = "only_floor"  # packs, pack: nothing is left beyond the floor
    AT_FLOOR = "at_floor"  # packs, pack, numerator, denominator: its exact share is below its floor
    PART = "part"  # of (supply, tier or floors), parent, supply, numerator, denominator: its exact share
    EXACTLY = "exactly"  # packs, pack
    ROUNDED_DOWN = "rounded_down"  # packs, pack
    ROUNDED_UP = "rounded_up"  # packs, pack
    FILLED = "filled"  # packs, pack, asked, numerator, denominator: the lowest fill of those who can take more
    CARRIED = "carried"  # packs, carry, since
    CARRIED_NOTHING = "carried_nothing"  # carry, since
    GAVE_WAY = "gave_way"  # packs it has less because others carried over
    NOT_ALONE = "not_alone"  # a wish for a kit that could not be served even alone
    LEAST = "least"  # packs, pack, numerator, denominator: what the worst fill of all wishes takes of this one
    MORE = "more"  # packs beyond that
    GAINED = "gained"  # packs it has more though only others carried over, by the order of rounding


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason with its facts. A fraction is two facts, `numerator` and `denominator`, in lowest terms."""

    kind: ReasonKind
    facts: Mapping[str, Fact] = field(default_factory=dict)

    def as_json(self) -> dict[str, Fact]:
        return {"kind": self.kind.value, **self.facts}

    @classmethod
    def of_json(cls, stored: Mapping[str, Fact]) -> Reason:
        facts = {name: fact for name, fact in stored.items() if name != "kind"}
        return cls(ReasonKind(str(stored["kind"])), facts)


def as_json(reasons: Iterable[Reason]) -> list[dict[str, Fact]]:
    return [reason.as_json() for reason in reasons]


def as_fraction(reason: Reason) -> Fraction:
    """The fraction of a reason's facts."""
    return Fraction(int(reason.facts["numerator"]), int(reason.facts["denominator"]))
