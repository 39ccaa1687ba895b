"""What a day folder says once it is checked: whole units, WGS-84, every name it uses known.

Weight in grams, volume in millilitres, money in cents, hours of the day in minutes after local midnight.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime

from logistics.communities.rules import PointKind
from logistics.orders.rules import Channel, ShortageRule


@dataclass(frozen=True, slots=True, kw_only=True)
class CompoundRow:
    """A compound and its gate. `street_office` and `community` are empty where the file does not say.

    `volunteer_count` people carry from the gate to the buildings; 0: planning does not count on any."""

    code: str
    name: str
    district: str
    street_office: str
    community: str
    address: str
    lng: float
    lat: float
    household_count: int
    building_count: int
    gate_opens_min: int
    gate_closes_min: int
    volunteer_count: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class DepotRow:
    code: str
    name: str
    merchant: str
    lng: float
    lat: float
    opens_min: int
    closes_min: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SlotRow:
    code: str
    start_min: int
    end_min: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductRow:
    """A product of one depot's campaign. `limit_per_household` and `supply` None: no bound."""

    depot: str
    sku: str
    name: str
    category: str
    unit: str
    price_cents: int
    weight_g: int
    volume_ml: int
    limit_per_household: int | None
    supply: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class VehicleRow:
    """One vehicle; a line of vehicles.csv makes `count` of them."""

    depot: str
    code: str
    type: str
    type_name: str
    plate: str
    capacity_g: int
    capacity_packages: int
    shift_start_min: int
    shift_end_min: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PointRow:
    """A delivery point; `building` is empty when it serves the whole compound."""

    code: str
    name: str
    kind: PointKind
    compound: str
    building: str
    keeper: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HouseholdRow:
    """A household as its orders describe it; `quarantined` holds on the delivery date."""

    code: str
    compound: str
    building: str
    unit: str
    flat: str
    elderly: bool
    quarantined: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderRow:
    code: str
    depot: str
    household: str
    slot: str
    placed_at: datetime
    channel: Channel


@dataclass(frozen=True, slots=True, kw_only=True)
class LineRow:
    order: str
    sku: str
    quantity: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ParsedDay:
    """A whole delivery day. `sha256` is over what it was read from, `notices` what its reader should know."""

    code: str
    title: str
    delivery_date: date
    shortage_rule: ShortageRule
    seed: int
    compounds: tuple[CompoundRow, ...]
    depots: tuple[DepotRow, ...]
    slots: tuple[SlotRow, ...]
    products: tuple[ProductRow, ...]
    vehicles: tuple[VehicleRow, ...]
    points: tuple[PointRow, ...]
    households: tuple[HouseholdRow, ...]
    orders: tuple[OrderRow, ...]
    lines: tuple[LineRow, ...]
    shared: bool = False
    """The goods lie at every depot, which are one firm's: orders and products name the first one."""
    sha256: str = field(compare=False)
    notices: tuple[str, ...] = field(default=(), compare=False)

    def counts(self) -> dict[str, int]:
        """How many of each kind, by the words of the vocabulary, and the weight asked for in grams."""
        depot_of = {order.code: order.depot for order in self.orders}
        weights = {(product.depot, product.sku): product.weight_g for product in self.products}
        return {
            "compounds": len(self.compounds),
            "depots": len(self.depots),
            "slots": len(self.slots),
            "products": len(self.products),
            "vehicles": len(self.vehicles),
            "households": len(self.households),
            "orders": len(self.orders),
            "lines": len(self.lines),
            "weight_g": sum(weights[depot_of[line.order], line.sku] * line.quantity for line in self.lines),
        }
