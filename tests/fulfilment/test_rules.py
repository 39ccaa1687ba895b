"""Packages one volunteer can carry, and orders gathered into batches without losing a gram."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from logistics.communities.rules import PointKind
from logistics.fulfilment.rules import PackedOrder, gather, package_count


@pytest.mark.parametrize(
    ("weight_g", "packages"),
    [
        (0, 1),  # a bag with nothing that weighs is still a bag
        (1, 1),
        (14_999, 1),
        (15_000, 1),  # exactly what one carries
        (15_001, 2),
        (30_000, 2),
        (30_001, 3),
    ],
)
def test_an_order_is_packed_in_bags_of_15_kg_at_most(weight_g: int, packages: int) -> None:
    assert package_count(weight_g) == packages


def packed(order_id: int, *, point: int = 1, window: int = 1, kind: PointKind = PointKind.PICKUP_POINT) -> PackedOrder:
    return PackedOrder(
        order_id=order_id, point_id=point, kind=kind, window_id=window, weight_g=10_000, volume_ml=15_000
    )


def test_orders_of_one_point_window_and_kind_are_one_batch() -> None:
    (batch,) = gather([packed(2), packed(1)])

    assert [order.order_id for order in batch.orders] == [1, 2]
    assert (batch.weight_g, batch.volume_ml) == (20_000, 30_000)
    assert batch.package_count == 2


def test_packages_are_counted_by_order_and_never_shared_between_households() -> None:
    (batch,) = gather([packed(n) for n in range(1, 4)])

    assert batch.weight_g == 30_000  # two bags would hold it
    assert batch.package_count == 3  # but three households do not share bags


@pytest.mark.parametrize(
    "other", [packed(2, point=2), packed(2, window=2), packed(2, kind=PointKind.DOOR)], ids=["point", "window", "kind"]
)
def test_another_point_window_or_kind_is_another_batch(other: PackedOrder) -> None:
    assert [len(batch.orders) for batch in gather([packed(1), other])] == [1, 1]


def test_no_orders_are_no_batches() -> None:
    assert gather([]) == []


orders = st.lists(
    st.builds(
        PackedOrder,
        order_id=st.integers(1, 500),
        point_id=st.integers(1, 4),
        kind=st.sampled_from([PointKind.PICKUP_POINT, PointKind.DOOR]),
        window_id=st.integers(1, 3),
        weight_g=st.integers(0, 60_000),
        volume_ml=st.integers(0, 90_000),
    ),
    max_size=30,
    unique_by=lambda order: order.order_id,
)


@given(orders=orders)
def test_every_order_is_in_exactly_one_batch_and_the_sums_are_exact(orders: list[PackedOrder]) -> None:
    batches = gather(orders)

    assert Counter(order.order_id for batch in batches for order in batch.orders) == Counter(
        order.order_id for order in orders
    )
    assert sum(batch.weight_g for batch in batches) == sum(order.weight_g for order in orders)
    assert sum(batch.volume_ml for batch in batches) == sum(order.volume_ml for order in orders)
    assert sum(batch.package_count for batch in batches) == sum(package_count(order.weight_g) for order in orders)
    for batch in batches:
        assert {(o.point_id, o.window_id, o.kind) for o in batch.orders} == {
            (batch.point_id, batch.window_id, batch.kind)
        }


@given(orders=orders)
def test_the_order_in_which_orders_are_read_decides_nothing(orders: list[PackedOrder]) -> None:
    assert gather(orders[::-1]) == gather(orders)
