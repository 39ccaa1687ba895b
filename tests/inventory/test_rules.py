"""The three ways to share a short supply: each exact to the unit, repeatable, and never above what was asked."""

from __future__ import annotations

from collections import Counter
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from logistics.inventory.rules import Claim, share_by_draw, share_first_come, share_proportionally


def claims(**wanted: int) -> list[Claim]:
    return [Claim(key=key, wanted=units) for key, units in wanted.items()]


many_claims = st.lists(st.integers(0, 50), max_size=12).map(
    lambda wanted: [Claim(key=f"h{n}", wanted=units) for n, units in enumerate(wanted)]
)
seeds = st.text(max_size=8)


def test_a_claim_below_zero_is_refused_by_name() -> None:
    assert Claim(key="h1", wanted=0).wanted == 0
    with pytest.raises(ValueError, match="claim h1: wanted is -1; it must be 0 or more"):
        Claim(key="h1", wanted=-1)


# first come


def test_first_come_serves_in_order_and_cuts_the_one_who_meets_the_end() -> None:
    # 7 for 3 + 5 + 2: 3, then the 4 that are left of 5, then nothing
    assert share_first_come(claims(a=3, b=5, c=2), supply=7) == {"a": 3, "b": 4, "c": 0}


def test_first_come_gives_everyone_everything_when_the_supply_is_exactly_enough() -> None:
    assert share_first_come(claims(a=3, b=5), supply=8) == {"a": 3, "b": 5}


def test_first_come_gives_nobody_anything_of_an_empty_supply() -> None:
    assert share_first_come(claims(a=3, b=5), supply=0) == {"a": 0, "b": 0}


# proportional


def test_proportional_gives_the_left_over_unit_to_the_largest_fraction() -> None:
    # 10 for 6 + 5 + 3 = 14: exact 4.29, 3.57, 2.14; whole parts 4 + 3 + 2 = 9; the tenth to .57
    assert share_proportionally(claims(a=6, b=5, c=3), supply=10, seed="1") == {"a": 4, "b": 4, "c": 2}


def test_proportional_without_fractions_needs_no_draw() -> None:
    # half of everything
    assert share_proportionally(claims(a=6, b=4, c=2), supply=6, seed="1") == {"a": 3, "b": 2, "c": 1}


def test_proportional_gives_everyone_everything_when_there_is_enough() -> None:
    assert share_proportionally(claims(a=6, b=5), supply=11, seed="1") == {"a": 6, "b": 5}
    assert share_proportionally(claims(a=6, b=5), supply=10, seed="1") != {"a": 6, "b": 5}


def test_proportional_with_no_claims_or_none_above_zero_gives_nothing() -> None:
    assert share_proportionally([], supply=0, seed="1") == {}
    assert share_proportionally(claims(a=0), supply=0, seed="1") == {"a": 0}


def test_equal_fractions_are_decided_by_the_draw_and_not_by_the_order_of_asking() -> None:
    # 1 for four who ask 1 each: a quarter each, so the draw alone decides
    asked = claims(a=1, b=1, c=1, d=1)

    winners = {
        seed: next(key for key, units in share_proportionally(asked, supply=1, seed=seed).items() if units)
        for seed in map(str, range(40))
    }

    assert set(winners.values()) == {"a", "b", "c", "d"}
    for seed, winner in winners.items():
        assert share_proportionally(asked[::-1], supply=1, seed=seed)[winner] == 1


@given(asked=many_claims, supply=st.integers(0, 400), seed=seeds)
def test_proportional_is_never_a_whole_unit_from_the_exact_share(asked: list[Claim], supply: int, seed: str) -> None:
    shares = share_proportionally(asked, supply=supply, seed=seed)

    total = sum(claim.wanted for claim in asked)
    assert sum(shares.values()) == min(supply, total)
    for claim in asked:
        exact = Fraction(claim.wanted * min(supply, total), max(total, 1))
        assert abs(shares[claim.key] - exact) < 1
        assert 0 <= shares[claim.key] <= claim.wanted


@given(asked=many_claims, supply=st.integers(0, 400), seed=seeds)
def test_proportional_never_gives_more_to_who_asked_less(asked: list[Claim], supply: int, seed: str) -> None:
    shares = share_proportionally(asked, supply=supply, seed=seed)

    for one in asked:
        for other in asked:
            if one.wanted < other.wanted:
                assert shares[one.key] <= shares[other.key]


# draw


def test_the_draw_serves_whole_claims_in_an_order_of_its_own() -> None:
    # 4 for 3 + 3 + 3: one served whole, one cut to 1, one with nothing, whoever that is
    shares = share_by_draw(claims(a=3, b=3, c=3), supply=4, seed="2020-02-19")

    assert sorted(shares.values()) == [0, 1, 3]


def test_the_draw_is_the_same_for_anyone_who_knows_the_seed() -> None:
    asked = claims(a=3, b=3, c=3)

    first = share_by_draw(asked, supply=4, seed="7")

    assert share_by_draw(asked, supply=4, seed="7") == first
    assert share_by_draw(asked[::-1], supply=4, seed="7") == first
    assert any(share_by_draw(asked, supply=4, seed=str(seed)) != first for seed in range(20))


def test_the_draw_favours_nobody_over_many_seeds() -> None:
    # 5 households, 1 unit, 2,000 fixed seeds: 400 wins each is even; the standard deviation is 18
    asked = claims(a=1, b=1, c=1, d=1, e=1)

    wins: Counter[str] = Counter()
    for seed in range(2_000):
        wins += Counter(share_by_draw(asked, supply=1, seed=str(seed)))

    assert sum(wins.values()) == 2_000
    assert all(330 <= wins[claim.key] <= 470 for claim in asked)


@given(asked=many_claims, supply=st.integers(0, 400), seed=seeds)
def test_the_draw_gives_out_the_whole_supply_and_cuts_one_claim_at_most(
    asked: list[Claim], supply: int, seed: str
) -> None:
    shares = share_by_draw(asked, supply=supply, seed=seed)

    assert sum(shares.values()) == min(supply, sum(claim.wanted for claim in asked))
    assert all(0 <= shares[claim.key] <= claim.wanted for claim in asked)
    assert sum(0 < shares[claim.key] < claim.wanted for claim in asked) <= 1
