"""What has been read of a day so far: the names that later tables may use, and where each stood."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from logistics.errors import N_

from .cells import Cells
from .facts import (
    CompoundRow,
    DepotRow,
    HouseholdRow,
    LineRow,
    OrderRow,
    PointRow,
    ProductRow,
    SlotRow,
    VehicleRow,
)

Key = TypeVar("Key", bound=Hashable)


class Names(Generic[Key]):
    """The names one table gives, each with its line. `complete` is False when the table could not be read: then
    nothing can be said against a name that other tables use."""

    def __init__(self) -> None:
        self.lines: dict[Key, int] = {}
        self.complete = False

    def take(self, key: Key, row: Cells, *, field: str, wrong: str, right: str) -> None:
        """Enter a name; a second time is a problem of the later line, `wrong` says which with `%(first)d`."""
        first = self.lines.setdefault(key, row.line)
        if first != row.line:
            row.refuse(field, wrong, right, first=first)

    def missing(self, key: Key) -> bool:
        return self.complete and key not in self.lines

    def require(self, key: Key, row: Cells, *, field: str, file: str) -> None:
        """Report a name that the table does not have."""
        if self.missing(key) and row.given(field):
            row.refuse(
                field,
                N_("“%(value)s” is not in %(file)s"),
                N_("a %(column)s of %(file)s would be right"),
                file=file,
                column=field,
            )


@dataclass(slots=True)
class Draft:
    """The rows without problems, and all names."""

    compound_names: Names[str] = field(default_factory=Names)
    depot_names: Names[str] = field(default_factory=Names)
    slot_names: Names[str] = field(default_factory=Names)
    product_names: Names[tuple[str, str]] = field(default_factory=Names)
    order_names: Names[str] = field(default_factory=Names)
    compounds: list[CompoundRow] = field(default_factory=list)
    depots: list[DepotRow] = field(default_factory=list)
    slots: list[SlotRow] = field(default_factory=list)
    products: list[ProductRow] = field(default_factory=list)
    vehicles: list[VehicleRow] = field(default_factory=list)
    points: list[PointRow] = field(default_factory=list)
    households: dict[str, HouseholdRow] = field(default_factory=dict)
    household_lines: dict[str, int] = field(default_factory=dict)
    orders_file: str = "orders.csv"
    orders: dict[str, OrderRow] = field(default_factory=dict)
    depot_of_order: dict[str, str] = field(default_factory=dict)
    lines: list[LineRow] = field(default_factory=list)
    goods_named: bool = False
    goods_unnamed: bool = False
    """Whether a line of orders or products named one of several depots, and whether one named none."""

    @property
    def shared(self) -> bool:
        """Several depots, and no order or product names one: the goods lie at all of them."""
        return self.goods_unnamed and not self.goods_named

    def depot_of_goods(self, row: Cells) -> str:
        """The depot that a line of orders or products names; the first where there is one, or where none is named."""
        if row.given("depot"):
            self.goods_named = self.goods_named or len(self.depot_names.lines) > 1
            return self.depot_of(row)
        if len(self.depot_names.lines) > 1:
            self.goods_unnamed = True
            if self.goods_named:
                return self.depot_of(row)  # some lines name a depot: this one must too
        return next(iter(self.depot_names.lines), "")

    def depot_of(self, row: Cells) -> str:
        """The depot a line names, or the only one there is."""
        if row.given("depot"):
            depot = row.code("depot", length_max=32)
            self.depot_names.require(depot, row, field="depot", file="depots.csv")
            return depot
        if len(self.depot_names.lines) == 1:
            return next(iter(self.depot_names.lines))
        if self.depot_names.complete:
            row.refuse(
                "depot",
                N_("no depot is named and there are %(count)d"),
                N_("a column depot with one of them would be right"),
                count=len(self.depot_names.lines),
            )
        return ""
