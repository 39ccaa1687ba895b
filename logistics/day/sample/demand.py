"""Draws who orders what in the sample, and what the shops have of it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from random import Random

from logistics.day.folder.cells import LOCAL
from logistics.day.folder.facts import CompoundRow, HouseholdRow, LineRow, OrderRow, ProductRow, SlotRow, VehicleRow
from logistics.orders.rules import Channel

from .goods import CATALOGUES, Good

ORDER_COUNT, HOUSEHOLD_COUNT = 900, 690
QUARANTINED_SHARE, ELDERLY_SHARE, PROXY_SHARE = 0.05, 0.14, 0.3
STORE_SHARES = {"HS": 0.58, "LA": 0.42}
SLOTS = (
    SlotRow(code="AM", start_min=8 * 60 + 30, end_min=11 * 60 + 30),
    SlotRow(code="PM", start_min=13 * 60, end_min=16 * 60 + 30),
    SlotRow(code="EVE", start_min=17 * 60, end_min=20 * 60 + 30),
)
SLOT_SHARES = (0.34, 0.26, 0.40)
USUAL_SLOT_SHARE = 0.65
"""Of a compound's orders, those that follow its notice and name the slot it is called in."""
QUANTITY_SHARES = {1: 0.74, 2: 0.19, 3: 0.05, 4: 0.02}
HOURS = tuple(range(7, 22))


@dataclass(frozen=True, slots=True, kw_only=True)
class Demand:
    households: tuple[HouseholdRow, ...]
    orders: tuple[OrderRow, ...]
    lines: tuple[LineRow, ...]
    products: tuple[ProductRow, ...]


def draw_demand(compounds: list[CompoundRow], *, delivery_date: date, seed: int) -> Demand:
    """The orders of the two days before the delivery, in the order in which they were placed."""
    rng = Random(f"demand:{seed}")
    households = _households(rng, compounds)
    usual_slot = {c.code: rng.choices(range(len(SLOTS)), SLOT_SHARES)[0] for c in compounds}
    buyers = households + rng.choices(households, k=ORDER_COUNT - len(households))
    moments = sorted(_moment(rng, delivery_date) for _ in buyers)
    rng.shuffle(buyers)
    orders, lines = [], []
    asked: Counter[tuple[str, str]] = Counter()
    for number, (home, placed_at) in enumerate(zip(buyers, moments, strict=True), start=1):
        code, depot = f"Y{number:04d}", rng.choices(list(STORE_SHARES), list(STORE_SHARES.values()))[0]
        follows = rng.random() < USUAL_SLOT_SHARE
        slot = SLOTS[usual_slot[home.compound] if follows else rng.choices(range(len(SLOTS)), SLOT_SHARES)[0]]
        proxy = home.elderly and rng.random() < PROXY_SHARE
        orders.append(
            OrderRow(code=code, depot=depot, household=home.code, slot=slot.code, placed_at=placed_at,
                     channel=Channel.PROXY if proxy else Channel.GROUP_BUY)
        )  # fmt: skip
        for good, quantity in _basket(rng, CATALOGUES[depot]):
            lines.append(LineRow(order=code, sku=good.sku, quantity=quantity))
            asked[depot, good.sku] += quantity
    return Demand(
        households=tuple(households), orders=tuple(orders), lines=tuple(lines), products=tuple(_products(asked))
    )


def fleet() -> list[VehicleRow]:
    """Three vehicles to a shop, a third more room than the day needs; one van goes home before the evening."""
    lines = (
        ("HS", "truck", "4.2米货车", 3_000_000, 420, ("样A·T0001",), 7 * 60 + 30, 21 * 60),
        ("HS", "van", "面包车", 1_200_000, 160, ("样A·V0002", "样A·V0003"), 7 * 60 + 30, 21 * 60),
        ("LA", "van", "面包车", 1_200_000, 160, ("样B·V0001", "样B·V0002"), 8 * 60, 21 * 60),
        ("LA", "early", "早班货车", 1_500_000, 200, ("样B·E0003",), 6 * 60 + 30, 17 * 60),
    )
    return [
        VehicleRow(depot=depot, code=f"{kind}-{number:02d}", type=kind, type_name=name, plate=plate,
                   capacity_g=capacity_g, capacity_packages=packages, shift_start_min=start, shift_end_min=end)
        for depot, kind, name, capacity_g, packages, plates, start, end in lines
        for number, plate in enumerate(plates, start=1)
    ]  # fmt: skip


def _households(rng: Random, compounds: list[CompoundRow]) -> list[HouseholdRow]:
    homes: dict[str, HouseholdRow] = {}
    where = rng.choices(compounds, [c.household_count for c in compounds], k=HOUSEHOLD_COUNT)
    counts: Counter[str] = Counter()
    for compound in where:
        counts[compound.code] += 1
        code = f"{compound.code}-H{counts[compound.code]:03d}"
        homes[code] = HouseholdRow(
            code=code,
            compound=compound.code,
            building=str(rng.randrange(1, compound.building_count + 1)),
            unit=str(rng.randrange(1, 5)),
            flat=f"{rng.randrange(1, 19)}{rng.randrange(1, 5):02d}",
            elderly=rng.random() < ELDERLY_SHARE,
            quarantined=rng.random() < QUARANTINED_SHARE,
        )
    return [homes[code] for code in sorted(homes)]


def _moment(rng: Random, delivery_date: date) -> datetime:
    """Some time by day on one of the two days before, mostly the last."""
    on = delivery_date - timedelta(days=rng.choices((2, 1), (0.3, 0.7))[0])
    return datetime.combine(on, time(rng.choice(HOURS), rng.randrange(60)), tzinfo=LOCAL)


def _basket(rng: Random, catalogue: tuple[Good, ...]) -> list[tuple[Good, int]]:
    """What one household asks for, within the limits of one order; never nothing."""
    wanted = [good for good in catalogue if rng.random() < good.popularity]
    wanted = wanted or rng.choices(catalogue, [good.popularity for good in catalogue])
    quantities = rng.choices(list(QUANTITY_SHARES), list(QUANTITY_SHARES.values()), k=len(wanted))
    return [(good, min(quantity, good.limit or quantity)) for good, quantity in zip(wanted, quantities, strict=True)]


def _products(asked: Counter[tuple[str, str]]) -> list[ProductRow]:
    return [
        ProductRow(depot=depot, sku=good.sku, name=good.name, category=good.category, unit=good.unit,
                   price_cents=good.price_cents, weight_g=good.weight_g, volume_ml=good.volume_ml,
                   limit_per_household=good.limit, supply=round(asked[depot, good.sku] * good.supply_share))
        for depot, goods in CATALOGUES.items()
        for good in goods
    ]  # fmt: skip
