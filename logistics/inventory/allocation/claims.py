"""What is asked for, by whom and by which rule it is shared: the words of an allocation."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

from logistics.errors import N_, Invalid

PIECES_MAX = 100_000_000
"""Of one request, carry-over, floor or pack; a city of ten million asks for less."""
SUPPLY_MAX = 10_000_000_000
TIER_MAX = 99
WEIGHT_MAX = 10_000
WEIGHT_PARTS = 1_000_000
"""Weights count in millionths."""


class RuleName(StrEnum):
    """How a short supply is shared; docs/allocation.md says what each promises."""

    PROPORTIONAL = "proportional"
    MAX_MIN = "max_min"
    TIERS = "tiers"
    WEIGHTS = "weights"


class OutOfRange(Invalid):
    template = N_("%(place)s: %(field)s is %(value)s; from %(low)s to %(high)s would be right.")
    code = "out_of_range"


class BadWeight(Invalid):
    template = N_("%(place)s: the weight is %(value)s; from 0 to %(high)s with at most six decimals would be right.")
    code = "bad_weight"


class DuplicatePlace(Invalid):
    template = N_("%(place)s claims twice; one claim for each place would be right.")
    code = "duplicate_place"


class ParentLoop(Invalid):
    template = N_("%(place)s lies below itself; a place above it would be right.")
    code = "parent_loop"


class NothingAsked(Invalid):
    template = N_(
        "%(place)s says nothing of what it asks for, and no place lies below it; 0 would be right for nothing."
    )
    code = "nothing_asked"


class FloorAbove(Invalid):
    template = N_("%(place)s has a floor and places below it; floors for those would be right.")
    code = "floor_above"


class NoRuleWithin(Invalid):
    template = N_("Within a tier no tiers can rule; proportional, max-min or weights would be right.")
    code = "no_rule_within"


class ReserveTooLarge(Invalid):
    template = N_("The reserve is %(value)s %%; from 0 to 100 with at most six decimals would be right.")
    code = "reserve_too_large"


class TooLarge(Invalid):
    template = N_("These numbers are too large to count with together; smaller ones would be right.")
    code = "too_large"


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """What one place asks for, in pieces.

    `place` and `parent` are codes, or names where these are unique. What a place with others below it leaves out (None)
    follows from them: its request and its weight are their sums, its tier is theirs, tier by tier. A place with nothing
    below it must say what it asks for, and has tier 1 and weight 1 unless it says so.

    `tier` 1 is served first. `carry` pieces of an earlier shortfall (`carried_from`: of which day or round, as readers
    shall see it) raise the claim's standing and never its share above the request. `floor` pieces come before the rule,
    `cap` is the most there can be.
    """

    place: str
    requested: int | None
    tier: int | None = None
    weight: Decimal | None = None
    carry: int = 0
    carried_from: str = ""
    floor: int = 0
    cap: int | None = None
    parent: str | None = None

    def __post_init__(self) -> None:
        for name in ("requested", "carry", "floor", "cap"):
            check_range(self.place, name, getattr(self, name), 0, PIECES_MAX)
        check_range(self.place, "tier", self.tier, 1, TIER_MAX)
        if self.weight is not None and not _is_weight(self.weight):
            raise BadWeight(place=self.place, value=str(self.weight), high=WEIGHT_MAX)


def check_range(place: str, name: str, value: int | None, low: int, high: int) -> None:
    """Refuse a number out of its range; None is no number. Raises OutOfRange."""
    if value is not None and not low <= value <= high:
        raise OutOfRange(place=place, field=name, value=value, low=low, high=high)


def _is_weight(weight: Decimal) -> bool:
    return weight.is_finite() and 0 <= weight <= WEIGHT_MAX and _has_six_decimals(weight)


def _has_six_decimals(value: Decimal) -> bool:
    """Whether a number has no more than six: 1e-9999999 would be counted with for hours."""
    return value == round(value, 6)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reserve:
    """What is held back before anything is shared: `pieces`, or `percent` of the supply, with at most six decimals,
    rounded up to a piece."""

    pieces: int = 0
    percent: Decimal = Decimal(0)

    def __post_init__(self) -> None:
        check_range("reserve", "pieces", self.pieces, 0, SUPPLY_MAX)
        if not (self.percent.is_finite() and 0 <= self.percent <= 100 and _has_six_decimals(self.percent)):
            raise ReserveTooLarge(value=str(self.percent))

    def of(self, supply: int) -> int:
        """Pieces held back of a supply."""
        top, below = self.percent.as_integer_ratio()
        return min(supply, self.pieces - (-supply * top // (100 * below)))

    def __str__(self) -> str:
        return f"{self.pieces}+{self.percent.normalize():f}%" if self.percent else str(self.pieces)


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameters:
    """By which rule, and of what: `supply` pieces in whole packs of `pack`.

    `within` rules within each tier. `floor` pieces go to every place with nothing below it before the rule, as far as
    it asks for them. `seed` settles what is equal, by a draw that anyone can repeat: the place with the lowest SHA-256
    of `seed:place` comes first.
    """

    supply: int
    rule: RuleName
    within: RuleName = RuleName.PROPORTIONAL
    pack: int = 1
    floor: int = 0
    reserve: Reserve = field(default_factory=Reserve)
    seed: str = "1"

    def __post_init__(self) -> None:
        check_range("parameters", "supply", self.supply, 0, SUPPLY_MAX)
        check_range("parameters", "pack", self.pack, 1, PIECES_MAX)
        check_range("parameters", "floor", self.floor, 0, PIECES_MAX)
        if self.within is RuleName.TIERS:
            raise NoRuleWithin()

    @property
    def method(self) -> RuleName:
        """The rule that shares where tiers do not decide."""
        return self.within if self.rule is RuleName.TIERS else self.rule

    @property
    def packs(self) -> int:
        """Whole packs that can be given, the reserve held back."""
        return (self.supply - self.reserve.of(self.supply)) // self.pack
