"""The quota method: nobody a whole pack from the exact share, and more supply never less for anyone."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from logistics.inventory.allocation.levels import Group, Levels
from logistics.inventory.allocation.quota import by_quota

from .oracle import exact_shares, group, groups, pack_by_pack


def test_each_pack_goes_to_whom_it_is_due_to_next() -> None:
    # 5 + 3 + 1 = 9, so pack s makes exact shares of 5s/9, 3s/9, s/9; due are the next packs at 1/5, 1/3, 1/1
    #   pack 1: all have 0 and an exact share above it; due .2 .33 1    -> a
    #   pack 2: exact 1.11 .67 .22; a has 1, due .4                     -> b (.33)
    #   pack 3: exact 1.67 1 .33; b has 1 and no more than that         -> a (.4 before 1)
    #   pack 4: exact 2.22 1.33 .44; due .6 .67 1                       -> a
    found = [by_quota(group(5, 3, 1), supply) for supply in range(5)]

    assert found == [[0, 0, 0], [1, 0, 0], [1, 1, 0], [2, 1, 0], [3, 1, 0]]


def test_one_pack_more_takes_none_away_where_largest_remainders_do() -> None:
    # 6 + 6 + 2 = 14. Of 10 the exact shares are 4.29 4.29 1.43: whole parts 4 4 1, the tenth by largest remainders to
    # the last; of 11 they are 4.71 4.71 1.57: whole parts 4 4 1, the two left to the first two: the last loses one
    ten, eleven = by_quota(group(6, 6, 2), 10), by_quota(group(6, 6, 2), 11)

    assert (ten, eleven) == ([5, 4, 1], [5, 5, 1])


def test_a_pack_that_is_due_soon_waits_until_its_exact_share_allows_it() -> None:
    # 1 + 1 + 8 = 10. Due are 1, 1 and eighths, so the large one would have 4 of the first 4; but with pack 4 its exact
    # share is 3.2 and it has 3 < 3.2: it may. With pack 5 the share is 4.0 and it has 4: one of the small ones is next
    assert by_quota(group(1, 1, 8), 4) == [0, 0, 4]
    assert by_quota(group(1, 1, 8), 5) == [1, 0, 4]


def test_what_one_cannot_take_is_shared_by_the_others() -> None:
    # weights 1 1 2 and 8 packs: 2 2 4; the third takes 2 at most: 2 + (8 - 2)/2 = 3 for each other
    assert by_quota(group(1, 1, 2, high=[9, 9, 2]), 8) == [3, 3, 2]


def test_a_floor_is_part_of_the_share_and_not_on_top() -> None:
    # 1 and 9 of 5: exact .5 and 4.5; with a floor of 1 the small one has 1, and the other what is left
    assert by_quota(group(1, 9, low=[1, 0]), 5) == [1, 4]
    # of 10 its share is 1 anyway
    assert by_quota(group(1, 9, low=[1, 0]), 10) == [1, 9]


def test_all_and_nothing_need_no_choice() -> None:
    assert by_quota(group(3, 2), 5) == [3, 2]
    assert by_quota(group(3, 2), 7) == [3, 2]
    assert by_quota(group(3, 2), 0) == [0, 0]
    assert by_quota(group(3, 2, low=[1, 1]), 1) == [1, 1]


def test_equal_claims_are_settled_by_rank() -> None:
    first = Group(low=[0, 0], high=[1, 1], standing=[1, 1], rank=[0, 1])
    second = Group(low=[0, 0], high=[1, 1], standing=[1, 1], rank=[1, 0])

    assert (by_quota(first, 1), by_quota(second, 1)) == ([1, 0], [0, 1])


@given(groups())
def test_it_is_what_giving_pack_by_pack_finds(one: Group) -> None:
    found = [by_quota(one, supply) for supply in range(one.lowest, one.highest + 1)]

    assert found == pack_by_pack(one)


@settings(max_examples=50)
@given(groups(size=5, most=60), st.data())
def test_it_is_what_giving_pack_by_pack_finds_when_there_are_many(one: Group, data: st.DataObject) -> None:
    supply = data.draw(st.integers(one.lowest, one.highest))

    assert by_quota(one, supply) == pack_by_pack(one)[supply - one.lowest]


@given(groups(size=8, most=30), st.data())
def test_nobody_is_a_whole_pack_from_the_exact_share_of_any_supply(one: Group, data: st.DataObject) -> None:
    """Also of a supply that is no whole packs, such as 475 in boxes of 50: its exact shares are of 9.5 boxes."""
    supply = data.draw(st.integers(one.lowest, one.highest))
    beyond = data.draw(st.fractions(0, Fraction(99, 100)))

    shares = by_quota(one, supply)

    exact = exact_shares(one, min(supply + beyond, Fraction(one.highest)))
    assert sum(shares) == supply
    assert all(abs(share - fluid) < 1 for share, fluid in zip(shares, exact, strict=True))


@given(groups(size=8, most=30), st.data())
def test_one_pack_more_goes_to_one_claim_and_is_taken_from_none(one: Group, data: st.DataObject) -> None:
    supply = data.draw(st.integers(one.lowest, max(one.lowest, one.highest - 1)))

    before, after = by_quota(one, supply), by_quota(one, supply + 1)

    more = sorted(there - here for here, there in zip(before, after, strict=True))
    assert more == [0] * (len(more) - (one.lowest < one.highest)) + [1] * (one.lowest < one.highest)


@given(groups(size=8, most=30), st.data())
def test_the_exact_shares_are_those_of_a_plain_search(one: Group, data: st.DataObject) -> None:
    supply = data.draw(st.integers(one.lowest, one.highest))

    assert Levels(one).exact(supply) == exact_shares(one, Fraction(supply))


@pytest.mark.parametrize("supply", [10**12, 10**12 + 1, 3 * 10**12])
def test_numbers_of_any_size_are_exact(supply: int) -> None:
    one = group(10**12, 10**12 + 1, 10**12 + 2)

    shares = by_quota(Group(low=one.low, high=[9 * 10**12] * 3, standing=[1, 1, 2], rank=one.rank), supply)

    assert sum(shares) == supply
    assert abs(shares[2] - Fraction(supply, 2)) < 1
