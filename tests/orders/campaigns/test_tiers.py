"""A ladder of prices falls strictly with what everybody orders, and every order pays the step that is reached."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from logistics.orders.campaigns.tiers import (
    TIERS_MAX,
    BadTier,
    Tier,
    TierNotCheaper,
    TooManyTiers,
    ladder_of,
    next_tier,
    price_at,
)


def tier(from_units: int, price_cents: int) -> Tier:
    return Tier(from_units=from_units, price_cents=price_cents)


LADDER = ladder_of("V01", 500, [tier(100, 400), tier(50, 450)])


def test_the_price_for_one_is_the_first_step_and_the_others_come_in_order() -> None:
    assert (tier(1, 500), tier(50, 450), tier(100, 400)) == LADDER


def test_without_tiers_there_is_no_ladder() -> None:
    assert ladder_of("V01", 500, []) == ()


@pytest.mark.parametrize(
    ("units", "cents"), [(0, 500), (1, 500), (49, 500), (50, 450), (99, 450), (100, 400), (9_999, 400)]
)
def test_a_step_counts_from_its_first_unit_on(units: int, cents: int) -> None:
    assert price_at(LADDER, units) == cents


@pytest.mark.parametrize(
    ("units", "following"), [(0, tier(50, 450)), (49, tier(50, 450)), (50, tier(100, 400)), (100, None)]
)
def test_the_next_step_is_the_one_not_reached_yet(units: int, following: Tier | None) -> None:
    assert next_tier(LADDER, units) == following


@pytest.mark.parametrize("from_units", [-1, 0, 1, 1_000_001])
def test_a_step_begins_at_two_units_at_the_earliest(from_units: int) -> None:
    with pytest.raises(BadTier, match=f"a tier begins at 2 to 1000000 units in all; {from_units} is none"):
        ladder_of("V01", 500, [tier(from_units, 400)])


def test_two_steps_do_not_begin_at_the_same_quantity() -> None:
    with pytest.raises(BadTier, match="50 is none"):
        ladder_of("V01", 500, [tier(50, 450), tier(50, 440)])


@pytest.mark.parametrize("cents", [500, 501])
def test_a_step_that_is_not_cheaper_is_refused(cents: int) -> None:
    with pytest.raises(
        TierNotCheaper, match=rf"from 50 units on it would cost ¥5.0{cents - 500}, but fewer cost ¥5.00"
    ):
        ladder_of("V01", 500, [tier(50, cents)])


def test_a_later_step_must_be_cheaper_than_the_step_before_it() -> None:
    with pytest.raises(TierNotCheaper, match=r"from 100 units on it would cost ¥4.60, but fewer cost ¥4.50"):
        ladder_of("V01", 500, [tier(50, 450), tier(100, 460)])


def test_nobody_reads_nine_steps() -> None:
    steps = [tier(10 * n, 500 - n) for n in range(1, TIERS_MAX + 2)]

    assert len(ladder_of("V01", 500, steps[:-1])) == 9
    with pytest.raises(TooManyTiers, match="9 tiers are too many; give at most 8"):
        ladder_of("V01", 500, steps)


steps_of_a_ladder = st.lists(
    st.tuples(st.integers(2, 10_000), st.integers(1, 200)), unique_by=lambda step: step[0], max_size=8
).map(sorted)


@given(steps=steps_of_a_ladder, units=st.integers(0, 12_000), more=st.integers(0, 500))
def test_more_units_never_cost_more_each_and_the_price_is_one_of_the_ladder(
    steps: list[tuple[int, int]], units: int, more: int
) -> None:
    price, tiers = 10_000, []
    for from_units, falls_by in steps:
        price -= falls_by
        tiers.append(tier(from_units, price))
    ladder = ladder_of("V01", 10_000, tiers) or (tier(1, 10_000),)

    assert price_at(ladder, units + more) <= price_at(ladder, units) <= 10_000
    assert price_at(ladder, units) in {step.price_cents for step in ladder}
    following = next_tier(ladder, units)
    if following is not None:
        assert price_at(ladder, following.from_units - 1) == price_at(ladder, units) > following.price_cents
