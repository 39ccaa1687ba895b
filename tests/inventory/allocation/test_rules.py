"""The named rules on small examples, with the arithmetic beside them."""

from __future__ import annotations

import hashlib
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from logistics.inventory.allocation import Claim, Parameters, Reserve, RuleName, share
from logistics.inventory.allocation.claims import (
    DuplicatePlace,
    FloorAbove,
    NoRuleWithin,
    NothingAsked,
    ParentLoop,
    ReserveTooLarge,
    TooLarge,
)
from logistics.inventory.allocation.levels import Group

from .asking import asked, claim, given_to, shared
from .oracle import exact_shares

PROPORTIONAL, MAX_MIN, TIERS, WEIGHTS = RuleName.PROPORTIONAL, RuleName.MAX_MIN, RuleName.TIERS, RuleName.WEIGHTS

# in proportion


def test_in_proportion_everyone_has_the_same_part_of_the_request() -> None:
    # 475 of 950 is half: 200, 175, 100
    assert shared(claim("a", 400), claim("b", 350), claim("c", 200), supply=475) == {"a": 200, "b": 175, "c": 100}


def test_in_whole_packs_nobody_is_a_pack_from_the_exact_share() -> None:
    # 475 are 9 boxes of 50, 450 pieces of 950: exact 189.5, 165.8, 94.7; the boxes are due in the order of n / request
    found = shared(claim("a", 400), claim("b", 350), claim("c", 200), supply=475, pack=50)

    assert found == {"a": 200, "b": 150, "c": 100}


@given(asked(trees=False), st.integers(0, 300), st.sampled_from([1, 5, 50]))
def test_in_proportion_is_strictly_within_one_pack_of_the_exact_share(
    claims: list[Claim], supply: int, pack: int
) -> None:
    """The exact share of all the supply, also of pieces that make no whole pack; whole packs of the request cap it."""
    claims = [claim(one.place, one.requested) for one in claims]

    found = shared(*claims, supply=supply, pack=pack)

    most = [one.requested // pack * pack for one in claims]
    fluid = Group(low=[0] * len(most), high=most, standing=[one.requested or 1 for one in claims], rank=[0] * len(most))
    exact = exact_shares(fluid, Fraction(min(supply, sum(most))))
    assert all(abs(found[one.place] - due) < pack for one, due in zip(claims, exact, strict=True))


def test_where_requests_are_whole_packs_the_exact_share_is_the_supplys_part_of_the_request() -> None:
    # 130 of 250 in tens: 13 of 25 boxes, .52 of each request: 52, 41.6, 36.4
    found = shared(claim("a", 100), claim("b", 80), claim("c", 70), supply=130, pack=10)

    assert all(
        abs(found[place] - Fraction(asked * 130, 250)) < 10 for place, asked in zip("abc", (100, 80, 70), strict=True)
    )
    assert sum(found.values()) == 130


def test_whole_packs_of_the_request_are_the_most_there_can_be() -> None:
    # 99 in boxes of 50 is one box, however much there is; 49 is none
    assert shared(claim("a", 99), claim("b", 49), claim("c", 100), supply=999, pack=50) == {"a": 50, "b": 0, "c": 100}


def test_what_a_cap_frees_goes_to_the_others() -> None:
    # 300 of 600 are 100 each; one takes 40 at most, so the others have 130
    found = shared(claim("a", 200, cap=40), claim("b", 200), claim("c", 200), supply=300)

    assert found == {"a": 40, "b": 130, "c": 130}


def test_nobody_asking_leaves_all() -> None:
    outcome = share([claim("a", 0)], Parameters(supply=70, rule=PROPORTIONAL))

    assert (outcome.left_over, given_to(outcome)) == (70, {"a": 0})
    assert share([], Parameters(supply=70, rule=PROPORTIONAL)).left_over == 70


# equal claims


def test_what_is_equal_is_settled_by_the_draw_and_by_nothing_else() -> None:
    # one box for two who ask the same: over 40 seeds both have it at times, and the order of asking never counts
    a, b = claim("a", 10), claim("b", 10)

    winners = {
        seed: next(place for place, pieces in shared(a, b, supply=10, pack=10, seed=seed).items() if pieces)
        for seed in map(str, range(40))
    }

    assert set(winners.values()) == {"a", "b"}
    assert all(shared(b, a, supply=10, pack=10, seed=seed)[winner] == 10 for seed, winner in winners.items())


def test_the_draw_is_the_lowest_hash_of_seed_and_place() -> None:
    def ticket(place: str) -> str:
        return hashlib.sha256(f"7:{place}".encode()).hexdigest()

    places = ["东街", "西街", "南街", "北街"]
    found = shared(*(claim(place, 1) for place in places), supply=1, seed="7")

    assert next(place for place, pieces in found.items() if pieces) == min(places, key=ticket)


# max-min


def test_max_min_serves_the_least_filled_first() -> None:
    # 9 and 1 of 5: in proportion 4.5 and .5; each next piece to the lowest fill: 1/1 first among equals, then 4/9
    assert shared(claim("a", 9), claim("b", 1), supply=5, rule=MAX_MIN) == {"a": 4, "b": 1}


# tiers


def test_a_tier_is_full_before_the_next_begins() -> None:
    # 475: tier 1 asks 400 and has it; tier 2 shares 75 of 150 + 300: a sixth: 25, 50
    found = shared(claim("a", 400, tier=1), claim("b", 150, tier=2), claim("c", 300, tier=2), supply=475, rule=TIERS)

    assert found == {"a": 400, "b": 25, "c": 50}


def test_within_a_tier_another_rule_may_share() -> None:
    # 5 of 9 + 1, lowest fill first: 4 and 1, where in proportion the draw would settle 4.5 and .5
    assert shared(claim("a", 9), claim("b", 1), supply=5, rule=TIERS, within=MAX_MIN) == {"a": 4, "b": 1}


def test_floors_come_before_tiers() -> None:
    # boxes of 10: floors of one box for all three take 30 of 100, tier 1 then has the 70 left up to its 80: 10 + 70
    found = shared(
        claim("a", 80, tier=1), claim("b", 50, tier=2), claim("c", 50, tier=3), supply=100, rule=TIERS, pack=10, floor=1
    )

    assert found == {"a": 80, "b": 10, "c": 10}


def test_floors_that_cannot_all_be_held_are_shared_by_the_rule_as_if_they_were_the_requests() -> None:
    # two boxes for three floors of one: tiers 1 and 2 have theirs
    found = shared(
        claim("a", 80, tier=1), claim("b", 50, tier=2), claim("c", 50, tier=3), supply=20, rule=TIERS, pack=10, floor=1
    )

    assert found == {"a": 10, "b": 10, "c": 0}
    # 6 for floors of 8 and 4, in proportion: 4 and 2
    assert shared(claim("a", 8, floor=8), claim("b", 40, floor=4), supply=6) == {"a": 4, "b": 2}


# weights


def test_weights_share_by_weight_up_to_the_request() -> None:
    # weights 1 2 1 and 80: 20 40 20; the second asks for 30, so the others share 50: 25 25
    found = shared(
        claim("a", 90, weight="1"), claim("b", 30, weight="2"), claim("c", 90, weight="1"), supply=80, rule=WEIGHTS
    )

    assert found == {"a": 25, "b": 30, "c": 25}


def test_weights_may_be_decimals() -> None:
    # .5 to 1.5 of 40: 10 and 30
    assert shared(claim("a", 90, weight="0.5"), claim("b", 90, weight="1.5"), supply=40, rule=WEIGHTS) == {
        "a": 10,
        "b": 30,
    }


def test_weight_0_is_given_its_floor_and_no_more() -> None:
    claims = (claim("a", 90, weight="0"), claim("b", 30, weight="1"))

    assert shared(*claims, supply=80, rule=WEIGHTS) == {"a": 0, "b": 30}
    assert shared(*claims, supply=80, rule=WEIGHTS, floor=4) == {"a": 4, "b": 30}


# carry-overs


def test_a_carry_over_raises_the_standing() -> None:
    # 90 of 120: 60 30 alike with requests 80 40; with 40 carried over the second stands like 80: 45 and 45, but it asks
    # for 40, so 50 and 40
    assert shared(claim("a", 80), claim("b", 40), supply=90) == {"a": 60, "b": 30}
    assert shared(claim("a", 80), claim("b", 40, carry=40), supply=90) == {"a": 50, "b": 40}


def test_a_carry_over_raises_a_weight_by_the_part_it_is_of_the_request() -> None:
    # weight 1 raised by 20/40 is 1.5: 90 by 1.5 and 1 is 54 and 36; the first asks for 40
    assert shared(claim("a", 40, weight="1", carry=20), claim("b", 90, weight="1"), supply=50, rule=WEIGHTS) == {
        "a": 30,
        "b": 20,
    }


def test_a_carry_over_counts_as_unfilled_in_max_min() -> None:
    # fill of 40 + 40 and 40: 30 pieces go 20 and 10
    assert shared(claim("a", 40, carry=40), claim("b", 40), supply=30, rule=MAX_MIN) == {"a": 20, "b": 10}


# reserve


def test_a_reserve_is_held_back_before_anything_is_shared() -> None:
    # 10 % of 475 is 47.5, held back 48: 427 are 8 boxes of 50 and 27 pieces
    outcome = share(
        [claim("a", 400)], Parameters(supply=475, rule=PROPORTIONAL, pack=50, reserve=Reserve(percent=Decimal(10)))
    )

    assert (outcome.reserve, given_to(outcome)["a"], outcome.left_over) == (48, 400, 27)
    assert Reserve(pieces=500).of(475) == 475
    assert Reserve(percent=Decimal("12.5")).of(8) == 1


@pytest.mark.parametrize("percent", ["NaN", "Infinity", "-1", "100.000001", "0.0000001", "1e-9999999"])
def test_a_part_that_cannot_be_counted_with_is_refused_at_once(percent: str) -> None:
    with pytest.raises(ReserveTooLarge):
        Reserve(percent=Decimal(percent))


# what is refused


def test_a_place_claims_once() -> None:
    with pytest.raises(DuplicatePlace, match="a claims twice"):
        shared(claim("a", 1), claim("a", 2), supply=1)


def test_nobody_lies_below_itself() -> None:
    with pytest.raises(ParentLoop, match="b lies below itself"):
        shared(claim("a", 1), claim("b", 1, parent="c"), claim("c", 1, parent="b"), supply=1)


def test_a_place_with_nothing_below_says_what_it_asks_for() -> None:
    with pytest.raises(NothingAsked, match="a says nothing"):
        shared(claim("a", None), supply=1)


def test_floors_stand_at_the_bottom() -> None:
    with pytest.raises(FloorAbove, match="a has a floor"):
        shared(claim("a", 9, floor=1), claim("b", 1, parent="a"), supply=1)


def test_no_tiers_within_tiers() -> None:
    with pytest.raises(NoRuleWithin):
        Parameters(supply=1, rule=TIERS, within=TIERS)


def test_weights_and_carry_overs_that_cannot_be_counted_with_are_refused() -> None:
    with pytest.raises(TooLarge):
        shared(*(claim(n, 1, weight="10000", carry=100_000_000) for n in "ab"), supply=1, rule=WEIGHTS)
