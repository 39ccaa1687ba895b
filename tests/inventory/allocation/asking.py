"""Claims, parameters and outcomes for the tests of the rules."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from logistics.inventory.allocation import Claim, Outcome, Parameters, Reserve, RuleName, share


def claim(place: str, requested: int | None, **more: Any) -> Claim:
    if "weight" in more:
        more["weight"] = Decimal(more["weight"])
    return Claim(place=place, requested=requested, **more)


def given_to(outcome: Outcome) -> dict[str, int]:
    return {one.place: one.allocated for one in outcome.shares}


def shared(*claims: Claim, supply: int, rule: RuleName = RuleName.PROPORTIONAL, **more: Any) -> dict[str, int]:
    """What each place is given."""
    return given_to(share(claims, Parameters(supply=supply, rule=rule, **more)))


def below(claims: list[Claim]) -> Mapping[str | None, list[Claim]]:
    found: dict[str | None, list[Claim]] = {}
    for one in claims:
        found.setdefault(one.parent, []).append(one)
    return found


PLACES = "abcdefgh"


@st.composite
def asked(draw: st.DrawFn, *, trees: bool = True) -> list[Claim]:
    """Up to seven places that ask, all at the top or some below two offices that may have a claim of their own."""
    offices = [None, "X", "Y"] if trees and draw(st.booleans()) else [None]
    claims = [
        claim(
            place,
            draw(st.integers(0, 60)),
            tier=draw(st.sampled_from([None, 1, 2, 3])),
            weight=draw(st.sampled_from(["0", "0.5", "1", "2", "3.25"])),
            carry=draw(st.sampled_from([0, 0, 0, 7, 30])),
            carried_from=draw(st.sampled_from(["", "02-05"])),
            floor=draw(st.sampled_from([0, 0, 0, 5])),
            cap=draw(st.sampled_from([None, None, None, 12])),
            parent=draw(st.sampled_from(offices)),
        )
        for place in PLACES[: draw(st.integers(1, 7))]
    ]
    for office in {one.parent for one in claims} - {None}:
        if draw(st.booleans()):
            claims.append(
                claim(
                    str(office),
                    draw(st.sampled_from([None, 20, 200])),
                    tier=draw(st.sampled_from([None, None, 2])),
                    carry=draw(st.sampled_from([0, 0, 10])),
                    cap=draw(st.sampled_from([None, None, 25])),
                )
            )
    return claims


@st.composite
def ruled(draw: st.DrawFn) -> Parameters:
    return Parameters(
        supply=draw(st.integers(0, 220)),
        rule=draw(st.sampled_from(RuleName)),
        within=draw(st.sampled_from([rule for rule in RuleName if rule is not RuleName.TIERS])),
        pack=draw(st.sampled_from([1, 1, 5, 7])),
        floor=draw(st.sampled_from([0, 0, 1, 8])),
        reserve=draw(st.sampled_from([Reserve(), Reserve(pieces=11), Reserve(percent=Decimal("12.5"))])),
        seed=draw(st.sampled_from(["1", "2"])),
    )
