"""Max-min: the worst off as well off as can be, then the next."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from logistics.inventory.allocation.levels import Group
from logistics.inventory.allocation.water_filling import by_fill

from .oracle import best_fills, fills, group, groups


def test_each_pack_goes_to_the_least_filled() -> None:
    # 4 and 2 of 3: 0/4 and 0/2 are equal, a pack fills the small one more: 0 1; then 0/4: 1 1; then 1/4 < 1/2: 2 1
    assert [by_fill(group(4, 2), supply) for supply in range(4)] == [[0, 0], [0, 1], [1, 1], [2, 1]]


def test_the_least_filled_is_better_off_than_in_proportion() -> None:
    # 9 and 1 of 5: in proportion 4.5 and .5; the small one is at 0 until it has its pack, so it has it: 4/9 and 1/1
    assert by_fill(group(9, 1), 5) == [4, 1]


def test_a_floor_and_a_cap_hold() -> None:
    # floor 3 for the first of 4; 2 left: the second from 0/4 to 1/4 and 2/4
    assert by_fill(group(4, 4, low=[3, 0]), 5) == [3, 2]
    assert by_fill(group(4, 4, high=[1, 4]), 5) == [1, 4]


def test_of_equal_ones_the_lower_rank_is_first() -> None:
    assert by_fill(Group(low=[0, 0], high=[1, 1], standing=[1, 1], rank=[1, 0]), 1) == [0, 1]


@settings(max_examples=150)
@given(groups(size=4, most=6), st.data())
def test_no_way_to_share_has_better_fills(one: Group, data: st.DataObject) -> None:
    supply = data.draw(st.integers(one.lowest, one.highest))

    shares = by_fill(one, supply)

    assert sum(shares) == supply
    assert all(low <= share <= high for low, share, high in zip(one.low, shares, one.high, strict=True))
    assert fills(one, shares) == best_fills(one, supply)


@given(groups(size=8, most=40), st.data())
def test_one_pack_more_is_taken_from_none(one: Group, data: st.DataObject) -> None:
    supply = data.draw(st.integers(one.lowest, max(one.lowest, one.highest - 1)))

    before, after = by_fill(one, supply), by_fill(one, supply + 1)

    assert all(here <= there for here, there in zip(before, after, strict=True))
    assert sum(after) - sum(before) == (one.lowest < one.highest)
