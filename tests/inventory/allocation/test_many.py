"""Thousands of groups side by side are shared as each would be by itself."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from logistics.inventory.allocation.groups import Groups
from logistics.inventory.allocation.levels import Group
from logistics.inventory.allocation.many import share_many
from logistics.inventory.allocation.many_quota import quotas_of_many
from logistics.inventory.allocation.quota import by_quota
from logistics.inventory.allocation.water_filling import by_fill

from .oracle import groups


def side_by_side(some: list[Group], supplies: list[int]) -> Groups:
    def column(name: str) -> np.typing.NDArray[np.int64]:
        return np.array([value for one in some for value in getattr(one, name)], dtype=np.int64)

    return Groups(
        starts=np.cumsum([0, *(len(one.low) for one in some)]),
        supplies=np.array(supplies, dtype=np.int64),
        low=column("low"),
        high=column("high"),
        standing=column("standing"),
        rank=column("rank"),
    )


def together(some: list[Group], supplies: list[int], *, fill: bool) -> list[list[int]]:
    shares = share_many(side_by_side(some, supplies), fill=fill).tolist()
    ends = np.cumsum([len(one.low) for one in some]).tolist()
    return [shares[end - len(one.low) : end] for one, end in zip(some, ends, strict=True)]


@settings(max_examples=120)
@given(st.lists(groups(size=7, most=40), min_size=1, max_size=12), st.booleans(), st.data())
def test_side_by_side_is_as_one_by_one(some: list[Group], fill: bool, data: st.DataObject) -> None:
    supplies = [data.draw(st.integers(0, one.highest + 2)) for one in some]

    found = together(some, supplies, fill=fill)

    rule = by_fill if fill else by_quota
    assert found == [rule(one, supply) for one, supply in zip(some, supplies, strict=True)]


def drawn(count: int, seed: int) -> tuple[list[Group], list[int]]:
    """Groups as offices have them: requests in pieces, boxes of 50, some with a floor of one box."""
    random = np.random.default_rng(seed)
    some, supplies = [], []
    for _ in range(count):
        asked = random.integers(1, 2_000, random.integers(1, 40))
        boxes = asked // 50
        floor = np.minimum(boxes, random.integers(0, 2))
        rank = random.permutation(len(asked)).tolist()
        some.append(Group(low=floor.tolist(), high=boxes.tolist(), standing=asked.tolist(), rank=rank))
        supplies.append(int(boxes.sum() * random.uniform(0, 1)))
    return some, supplies


@pytest.mark.parametrize("fill", [False, True])
def test_offices_of_real_size_are_as_one_by_one(fill: bool) -> None:
    some, supplies = drawn(150, seed=1)

    rule = by_fill if fill else by_quota
    assert together(some, supplies, fill=fill) == [rule(one, n) for one, n in zip(some, supplies, strict=True)]


def test_groups_too_wide_for_a_table_of_their_bends_are_settled_by_themselves() -> None:
    some, supplies = drawn(60, seed=2)
    chosen = [n for n, one in enumerate(some) if one.lowest < supplies[n] < one.highest]
    columns = side_by_side([some[n] for n in chosen], [supplies[n] for n in chosen])

    assert quotas_of_many(columns, widest=10).tolist() == quotas_of_many(columns).tolist()


@pytest.mark.parametrize("fill", [False, True])
def test_numbers_beyond_64_bits_are_settled_one_by_one(fill: bool) -> None:
    # the standings squared times the packs are 10**18 * 10**6: such a group is left to whole numbers of any size
    large = Group(low=[0, 0, 0], high=[10**6] * 3, standing=[10**9, 10**9 + 1, 10**9 + 7], rank=[0, 1, 2])
    small = Group(low=[0, 0], high=[3, 1], standing=[3, 1], rank=[0, 1])

    found = together([small, large, small], [2, 1_000_001, 3], fill=fill)

    rule = by_fill if fill else by_quota
    assert found == [rule(small, 2), rule(large, 1_000_001), rule(small, 3)]
    assert sum(found[1]) == 1_000_001
