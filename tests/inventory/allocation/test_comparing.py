"""Rules side by side before one is chosen, what is carried over after, and the hash of it all."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from logistics.inventory.allocation import (
    Change,
    Claim,
    Parameters,
    Refusal,
    Reserve,
    RuleName,
    canonical,
    carry_after,
    changes,
    compare,
    fingerprint,
)
from logistics.inventory.allocation.claims import BadWeight, OutOfRange, ReserveTooLarge

from .asking import asked, claim, given_to, ruled

CLAIMS = [claim("a", 80, tier=2), claim("b", 40, tier=1)]
PARAMETERS = Parameters(supply=60, rule=RuleName.PROPORTIONAL)


def test_each_rule_is_tried_on_the_same_claims_and_supply() -> None:
    # in proportion 40 and 20; tier 1 first 20 and 40; equal weights 30 and 30
    found = {rule: given_to(outcome) for rule, outcome in compare(CLAIMS, PARAMETERS).items()}

    assert found == {
        RuleName.PROPORTIONAL: {"a": 40, "b": 20},
        RuleName.MAX_MIN: {"a": 40, "b": 20},
        RuleName.TIERS: {"a": 20, "b": 40},
        RuleName.WEIGHTS: {"a": 30, "b": 30},
    }


def test_who_gains_and_who_loses() -> None:
    found = compare(CLAIMS, PARAMETERS, [RuleName.PROPORTIONAL, RuleName.TIERS])

    moved = changes(found[RuleName.PROPORTIONAL], found[RuleName.TIERS])

    assert moved == [Change(place="a", before=40, after=20), Change(place="b", before=20, after=40)]
    assert [change.more for change in moved] == [-20, 20]
    assert changes(found[RuleName.TIERS], found[RuleName.TIERS]) == []


# what is carried over


@pytest.mark.parametrize(
    ("requested", "allocated", "refusal", "carried"),
    [(400, 250, None, 150), (400, 400, None, 0), (400, 0, None, 400)]
    + [(400, 0, refusal, 0) for refusal in Refusal]
    + [(0, 0, None, 0), (400, 100, Refusal.NO_ROOM, 0)],
)
def test_a_shortfall_is_carried_over_and_a_refusal_is_none(
    requested: int, allocated: int, refusal: Refusal | None, carried: int
) -> None:
    assert carry_after(requested=requested, allocated=allocated, refusal=refusal) == carried


# the fingerprint


def test_the_fingerprint_is_the_hash_of_plain_json() -> None:
    text = canonical([claim("b", 1, weight="1.50"), claim("a", 2)], replace(PARAMETERS, reserve=Reserve(pieces=3)))

    assert fingerprint(
        [claim("b", 1, weight="1.5"), claim("a", 2)], replace(PARAMETERS, reserve=Reserve(pieces=3))
    ) == (hashlib.sha256(text.encode()).hexdigest())
    read = json.loads(text)
    assert [row["place"] for row in read["claims"]] == ["a", "b"]
    assert read["claims"][1]["weight"] == "1.5"
    assert read["parameters"] == {
        "floor": 0,
        "pack": 1,
        "reserve": "3",
        "rule": "proportional",
        "seed": "1",
        "supply": 60,
        "within": "proportional",
    }


@given(asked(), ruled(), st.data())
def test_the_fingerprint_does_not_depend_on_the_order_of_claims(
    claims: list[Claim], parameters: Parameters, data: st.DataObject
) -> None:
    assert fingerprint(data.draw(st.permutations(claims)), parameters) == fingerprint(claims, parameters)


@pytest.mark.parametrize(
    "change",
    [
        *({"supply": 61}, {"seed": "2"}, {"pack": 2}, {"floor": 1}, {"rule": RuleName.MAX_MIN}),
        *({"within": RuleName.MAX_MIN}, {"reserve": Reserve(percent=Decimal(1))}, {"reserve": Reserve(pieces=1)}),
    ],
    ids=str,
)
def test_every_parameter_counts_in_the_fingerprint(change: dict[str, object]) -> None:
    assert fingerprint(CLAIMS, replace(PARAMETERS, **change)) != fingerprint(CLAIMS, PARAMETERS)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "change",
    [
        *({"requested": 81}, {"tier": 1}, {"weight": Decimal(2)}, {"carry": 1}, {"floor": 1}, {"cap": 80}),
        *({"parent": "x"}, {"carried_from": "02-05"}, {"place": "c"}),
    ],
    ids=str,
)
def test_every_field_of_a_claim_counts_in_the_fingerprint(change: dict[str, object]) -> None:
    changed = replace(CLAIMS[0], **change)  # type: ignore[arg-type]

    assert fingerprint([changed, CLAIMS[1]], PARAMETERS) != fingerprint(CLAIMS, PARAMETERS)


# what cannot be a claim


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"requested": -1}, "a: requested is -1; from 0 to 100000000 would be right"),
        ({"requested": 100_000_001}, "a: requested is 100000001; from 0 to"),
        ({"tier": 0}, "a: tier is 0; from 1 to 99 would be right"),
        ({"carry": -1}, "a: carry is -1"),
        ({"cap": -1}, "a: cap is -1"),
    ],
)
def test_numbers_out_of_range_are_refused_by_name(fields: dict[str, int], told: str) -> None:
    with pytest.raises(OutOfRange, match=told):
        Claim(**{"place": "a", "requested": 1, **fields})  # type: ignore[arg-type]


@pytest.mark.parametrize("weight", ["-1", "10000.1", "0.0000001", "NaN", "Infinity"])
def test_a_weight_that_cannot_be_counted_in_millionths_is_refused(weight: str) -> None:
    with pytest.raises(BadWeight, match="a: the weight is"):
        claim("a", 1, weight=weight)
    assert claim("a", 1, weight="10000").weight == 10_000
    assert claim("a", 1, weight="0.000001").weight == Decimal("0.000001")


def test_parameters_out_of_range_are_refused() -> None:
    with pytest.raises(OutOfRange, match="supply is -1"):
        Parameters(supply=-1, rule=RuleName.TIERS)
    with pytest.raises(OutOfRange, match="pack is 0"):
        Parameters(supply=1, rule=RuleName.TIERS, pack=0)
    with pytest.raises(ReserveTooLarge, match="The reserve is 101 %"):
        Reserve(percent=Decimal(101))
