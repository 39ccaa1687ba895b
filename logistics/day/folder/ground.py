"""Reads the tables that orders stand on: compounds, depots, slots, products, vehicles, points."""

from __future__ import annotations

from logistics.communities.rules import PointKind
from logistics.errors import N_

from .cells import MIDNIGHT_MIN, TWO_DAYS_MIN, Cells
from .draft import Draft
from .facts import CompoundRow, DepotRow, PointRow, ProductRow, SlotRow, VehicleRow
from .places import MapArea, read_place
from .tables import OpenTable

NAME_LENGTH_MAX = 120
AREA_NAME_LENGTH_MAX = 20
ADDRESS_LENGTH_MAX = 240
HOUSEHOLDS_MAX, BUILDINGS_MAX = 200_000, 5_000
VEHICLES_MAX = 500
VOLUNTEERS_MAX = 200
CAPACITY_KG_MAX = 100_000
PACKAGES_MAX = 100_000
WEIGHT_KG_MAX, VOLUME_L_MAX, PRICE_CNY_MAX = 1_000, 1_000, 1_000_000
SUPPLY_MAX = 1_000_000_000
KG_PER_PACKAGE_SPACE = 4
"""Where nobody says how many packages a vehicle holds: one household's bag takes the room of four kilograms."""
ML_PER_G = 2
"""Where nobody says how large a product is: groceries as packed weigh about half a kilogram to the litre."""
SECOND_TIME = N_("“%(value)s” is already in line %(first)d")


def read_compounds(table: OpenTable, draft: Draft, area: MapArea | None) -> None:
    draft.compound_names.complete = True
    for row in table.rows():
        code = row.code("compound")
        draft.compound_names.take(
            code, row, field="compound", wrong=SECOND_TIME, right=N_("each compound once would be right")
        )
        lng, lat = read_place(row, table, area)
        opens, closes = row.clock("gate_opens", default=0), row.clock("gate_closes", default=MIDNIGHT_MIN)
        _in_order(row, opens, closes, field="gate_closes")
        compound = CompoundRow(
            code=code,
            name=row.text("name", length_max=NAME_LENGTH_MAX, needed=True),
            district=row.text("district", length_max=AREA_NAME_LENGTH_MAX, needed=True),
            street_office=row.text("street_office", length_max=AREA_NAME_LENGTH_MAX),
            community=row.text("community", length_max=AREA_NAME_LENGTH_MAX),
            address=row.text("address", length_max=ADDRESS_LENGTH_MAX),
            lng=lng,
            lat=lat,
            household_count=row.whole("households", low=0, high=HOUSEHOLDS_MAX, default=0),
            building_count=row.whole("buildings", low=0, high=BUILDINGS_MAX, default=0),
            gate_opens_min=opens,
            gate_closes_min=closes,
            volunteer_count=row.whole("volunteers", low=0, high=VOLUNTEERS_MAX, default=0),
        )
        if not row.bad:
            draft.compounds.append(compound)


def read_depots(table: OpenTable, draft: Draft, area: MapArea | None, *, merchant: str) -> None:
    """`merchant` is the firm of the depots that name none; without it a depot is its own firm."""
    draft.depot_names.complete = True
    for row in table.rows():
        code = row.code("depot", length_max=32)
        draft.depot_names.take(code, row, field="depot", wrong=SECOND_TIME, right=N_("each depot once would be right"))
        lng, lat = read_place(row, table, area)
        name = row.text("name", length_max=64, needed=True)
        opens, closes = row.clock("opens"), row.clock("closes")
        _in_order(row, opens, closes, field="closes")
        firm = row.text("merchant", length_max=64) or merchant or name
        if not row.bad:
            draft.depots.append(
                DepotRow(code=code, name=name, merchant=firm, lng=lng, lat=lat, opens_min=opens, closes_min=closes)
            )


def read_slots(table: OpenTable, draft: Draft) -> None:
    draft.slot_names.complete = True
    for row in table.rows():
        code = row.code("slot", length_max=16)
        draft.slot_names.take(code, row, field="slot", wrong=SECOND_TIME, right=N_("each slot once would be right"))
        start, end = row.clock("start"), row.clock("end")
        _in_order(row, start, end, field="end")
        if not row.bad:
            draft.slots.append(SlotRow(code=code, start_min=start, end_min=end))


def read_products(table: OpenTable, draft: Draft) -> None:
    draft.product_names.complete = draft.depot_names.complete
    by_merchant: dict[tuple[str, str], ProductRow] = {}
    merchants = {depot.code: depot.merchant for depot in draft.depots}
    for row in table.rows():
        depot = draft.depot_of_goods(row)
        sku = row.code("sku")
        draft.product_names.take(
            (depot, sku), row, field="sku", wrong=SECOND_TIME, right=N_("each product once per depot would be right")
        )
        weight_g = row.scaled("weight_kg", per_unit=1000, high=WEIGHT_KG_MAX, unit="kg", smallest="g")
        product = ProductRow(
            depot=depot,
            sku=sku,
            name=row.text("name", length_max=NAME_LENGTH_MAX, needed=True),
            category=row.text("category", length_max=64),
            unit=row.text("unit", length_max=32),
            price_cents=row.scaled("price_cny", per_unit=100, high=PRICE_CNY_MAX, unit="CNY", smallest="cent"),
            weight_g=weight_g,
            volume_ml=row.scaled(
                "volume_l", per_unit=1000, high=VOLUME_L_MAX, unit="l", smallest="ml", default=weight_g * ML_PER_G
            ),
            limit_per_household=row.optional_whole("limit_per_household", low=1, high=SUPPLY_MAX),
            supply=row.optional_whole("supply", low=0, high=SUPPLY_MAX),
        )
        if not row.bad:
            known = by_merchant.setdefault((merchants.get(depot, depot), sku), product)
            _same_goods(row, known, product)
        if not row.bad:
            draft.products.append(product)


def read_vehicles(table: OpenTable, draft: Draft) -> None:
    first_lines: dict[tuple[str, str], int] = {}
    for row in table.rows():
        depot, kind = draft.depot_of(row), row.code("type", length_max=32)
        first = first_lines.setdefault((depot, kind), row.line)
        if first != row.line:
            row.refuse(
                "type", SECOND_TIME, N_("one line per depot and type, with the count, would be right"), first=first
            )
        count = row.whole("count", low=1, high=VEHICLES_MAX)
        capacity_g = row.scaled("capacity_kg", per_unit=1000, high=CAPACITY_KG_MAX, unit="kg", smallest="g")
        if not capacity_g and not row.bad:
            row.refuse("capacity_kg", N_("“%(value)s” carries nothing"), N_("more than 0 would be right"))
        usual = max(1, capacity_g // (1000 * KG_PER_PACKAGE_SPACE))
        packages = row.whole("capacity_packages", low=1, high=PACKAGES_MAX, default=usual)
        start, end = row.clock("shift_start"), row.clock("shift_end", high_min=TWO_DAYS_MIN)
        _in_order(row, start, end, field="shift_end")
        name = row.text("name", length_max=64)
        plates = _plates(row, count)
        if not row.bad:
            draft.vehicles += [
                VehicleRow(
                    depot=depot,
                    code=f"{kind}-{number:02d}",
                    type=kind,
                    type_name=name or kind,
                    plate=plate,
                    capacity_g=capacity_g,
                    capacity_packages=packages,
                    shift_start_min=start,
                    shift_end_min=end,
                )
                for number, plate in enumerate(plates, start=1)
            ]


def read_points(table: OpenTable, draft: Draft) -> None:
    names: dict[str, int] = {}
    served: dict[tuple[str, str, str], int] = {}
    for row in table.rows():
        code, compound = row.code("point", length_max=60), row.code("compound")
        if (first := names.setdefault(code, row.line)) != row.line:
            row.refuse("point", SECOND_TIME, N_("each point once would be right"), first=first)
        draft.compound_names.require(compound, row, field="compound", file="compounds.csv")
        building = row.code("building", length_max=32) if row.given("building") else ""
        kind = row.values["kind"]
        if kind not in list(PointKind):
            row.refuse(
                "kind",
                N_("“%(value)s” is no kind of point"),
                N_("one of %(known)s would be right"),
                known=", ".join(PointKind),
            )
            continue
        if (first := served.setdefault((compound, building, kind), row.line)) != row.line:
            row.refuse(
                "point",
                N_("line %(first)d has a point of this kind for the same place"),
                N_("one point of a kind per building, and one for the whole compound, would be right"),
                first=first,
            )
        name, keeper = row.text("name", length_max=NAME_LENGTH_MAX), row.text("keeper", length_max=64)
        if not row.bad:
            draft.points.append(
                PointRow(
                    code=code,
                    name=name or code,
                    kind=PointKind(kind),
                    compound=compound,
                    building=building,
                    keeper=keeper,
                )
            )


def _same_goods(row: Cells, known: ProductRow, product: ProductRow) -> None:
    """One firm's sku is one product, whichever of its shops sells it; the price may differ."""
    for field, one, other in (
        ("name", known.name, product.name),
        ("weight_kg", known.weight_g, product.weight_g),
        ("unit", known.unit, product.unit),
    ):
        if one != other:
            row.refuse(
                field,
                N_("“%(value)s” differs from the same sku at depot %(depot)s"),
                N_("the same product under the same sku would be right"),
                depot=known.depot,
            )


def _in_order(row: Cells, start: int, end: int, *, field: str) -> None:
    if not row.bad and start >= end:
        row.refuse(
            field,
            N_("“%(value)s” is not after its start, %(start)s"),
            N_("an end after the start would be right"),
            start=f"{start // 60:02d}:{start % 60:02d}",
        )


def _plates(row: Cells, count: int) -> list[str]:
    plates = [plate.strip() for plate in row.values.get("plate", "").split(";")] if row.given("plate") else [""] * count
    if len(plates) != count or any(len(plate) > 16 for plate in plates):
        row.refuse(
            "plate",
            N_("“%(value)s” names %(found)d plates"),
            N_("%(count)d plates of at most 16 characters, separated by semicolons, would be right"),
            found=len(plates),
            count=count,
        )
    return plates
