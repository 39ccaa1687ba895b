"""Pure rules of the basket: packages of an order, and orders gathered into batches."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from logistics.communities.rules import PointKind

PACKAGE_WEIGHT_G_MAX = 15_000
"""What one volunteer carries up a stair; a heavier order is packed in several packages."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PackedOrder:
    """An order with its delivery point, window and what it weighs."""

    order_id: int
    point_id: int
    kind: PointKind
    window_id: int
    weight_g: int
    volume_ml: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchOfOrders:
    """Orders for one delivery point, window and kind; the sums are exact over `orders`."""

    point_id: int
    kind: PointKind
    window_id: int
    orders: tuple[PackedOrder, ...]

    @property
    def weight_g(self) -> int:
        return sum(order.weight_g for order in self.orders)

    @property
    def volume_ml(self) -> int:
        return sum(order.volume_ml for order in self.orders)

    @property
    def package_count(self) -> int:
        return sum(package_count(order.weight_g) for order in self.orders)


def package_count(weight_g: int) -> int:
    """Packages of an order of `weight_g` grams: one at least, none heavier than `PACKAGE_WEIGHT_G_MAX`."""
    return max(1, -(-weight_g // PACKAGE_WEIGHT_G_MAX))


def gather(orders: Iterable[PackedOrder]) -> list[BatchOfOrders]:
    """Gather the orders of one wave into batches, by point, window and kind; every order is in exactly one."""
    groups: dict[tuple[int, int, PointKind], list[PackedOrder]] = defaultdict(list)
    for order in orders:
        groups[order.point_id, order.window_id, order.kind].append(order)
    return [
        BatchOfOrders(
            point_id=point_id,
            window_id=window_id,
            kind=kind,
            orders=tuple(sorted(members, key=lambda order: order.order_id)),
        )
        for (point_id, window_id, kind), members in sorted(groups.items())
    ]
