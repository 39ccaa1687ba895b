"""From the inputs of a round to the share of every place and of every area above them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from logistics.inventory.allocation import Claim, Filled, Measures, Parameters, Reserve, RuleName, measure, share
from logistics.inventory.allocation.reasons import as_json
from logistics.inventory.rounds.errors import BadTerms
from logistics.inventory.rounds.inputs.record import WEIGHT_PARTS, RoundInputs
from logistics.inventory.rounds.rules import Standing

_PIECES = re.compile(r"[0-9]{1,12}")
_PART = re.compile(r"([0-9]{1,3}(?:\.[0-9]{1,3})?) ?%")  # digits alone: 1e-9999999 is a number of a million digits
DECLINED = "declined"
"""The reason of a place that declined, which has no claim."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Computed:
    """The share of one place or area, in pieces. `depth` is 1 right below the office; `reasons` are the rule's, in
    plain JSON. Tier, weight and carry-over are those of the place's claim, 0 for an area."""

    place: str
    parent: str
    depth: int
    requested: int
    tier: int
    weight: int
    carry: int
    allocated: int
    reasons: list[dict[str, Any]]


def compute(inputs: RoundInputs) -> tuple[Computed, ...]:
    """Share the supply out down the tree. Returns every place and area, in order of their codes.

    Raises:
        BadTerms: the terms name no rule, or no reserve.
        NoRuleWithin, ReserveTooLarge, OutOfRange: from the rules themselves.
    """
    parameters = parameters_of(inputs)
    standing = {place.place: place for place in inputs.places}
    claims = [_claim(place) for place in inputs.places if not place.refusal]
    above = [Claim(place=area.place, requested=None, parent=area.parent or None) for area in inputs.areas]
    shared = share([*claims, *above], parameters).shares if claims else ()
    found = [
        _computed(
            standing.get(one.place),
            place=one.place,
            parent=one.parent or "",
            depth=one.depth + 1,
            requested=one.requested,
            allocated=one.allocated,
            reasons=as_json(one.reasons),
        )
        for one in shared
    ]
    found += [_declined(place, inputs) for place in inputs.places if place.refusal]
    return tuple(sorted(found, key=lambda one: one.place))


def measured(inputs: RoundInputs, computed: Sequence[Computed]) -> Measures:
    """How evenly the places that want something are served; who declined wants nothing."""
    wanting = {place.place for place in inputs.places if not place.refusal}
    return measure(
        [
            Filled(place=one.place, requested=one.requested, allocated=one.allocated)
            for one in computed
            if one.place in wanting
        ]
    )


def parameters_of(inputs: RoundInputs) -> Parameters:
    """The terms as the rules take them. Raises as `compute` does."""
    terms = inputs.terms
    try:
        rule, within = RuleName(terms.rule), RuleName(terms.within)
    except ValueError as wrong:
        raise BadTerms(why=str(wrong)) from wrong
    return Parameters(
        supply=inputs.supply,
        rule=rule,
        within=within,
        pack=inputs.pack,
        reserve=reserve_of(terms.reserve),
        seed=terms.seed,
    )


def reserve_of(text: str) -> Reserve:
    """A reserve in words: pieces (`50`) or a part of the supply with at most three decimals (`12.5%`).

    Raises:
        BadTerms: it is neither.
        OutOfRange, ReserveTooLarge: as `Reserve` does.
    """
    if pieces := _PIECES.fullmatch(text.strip()):
        return Reserve(pieces=int(pieces[0]))
    if part := _PART.fullmatch(text.strip()):
        return Reserve(percent=Decimal(part[1]))
    raise BadTerms(why=text)


def _claim(place: Standing) -> Claim:
    return Claim(
        place=place.place,
        requested=place.requested,
        tier=place.tier,
        weight=Decimal(place.weight) / WEIGHT_PARTS,
        carry=place.carry,
        carried_from=place.carried_from,
        floor=place.floor,
        parent=place.parent or None,
    )


def _computed(standing: Standing | None, **fields: Any) -> Computed:
    if standing is None:
        return Computed(tier=0, weight=0, carry=0, **fields)
    return Computed(tier=standing.tier, weight=standing.weight, carry=standing.carry, **fields)


def _declined(place: Standing, inputs: RoundInputs) -> Computed:
    parents = {area.place: area.parent for area in inputs.areas}
    depth, at = 1, place.parent
    while at:
        depth, at = depth + 1, parents.get(at, "")
    return _computed(
        place,
        place=place.place,
        parent=place.parent,
        depth=depth,
        requested=place.requested,
        allocated=0,
        reasons=[{"kind": DECLINED, "requested": place.requested, "refusal": place.refusal}],
    )
