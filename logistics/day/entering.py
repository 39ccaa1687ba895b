"""Writes a checked day into the tables: the ground its orders stand on, and one open campaign per depot."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from logistics.communities import intake as communities
from logistics.communities.rules import AreaLevel, PointKind, StatusKind
from logistics.day.folder.cells import LOCAL
from logistics.day.folder.facts import CompoundRow, ParsedDay
from logistics.orders import intake as orders
from logistics.routing import intake as routing

QUARANTINE_DAYS = 14
"""Home observation lasts 14 days. A folder says only that a household is quarantined on the delivery date, so the
status is entered to end on that date and to have begun 13 days before it."""
CUT_OFF_AFTER_LAST = timedelta(minutes=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """Ids of what the day's orders stand on, by code."""

    districts: tuple[int, ...]
    households: Mapping[str, int]
    stores: Mapping[str, int]
    products: Mapping[tuple[str, str], int] = field(repr=False)


def write_ground(session: Session, parsed: ParsedDay, *, now: datetime) -> Ground:
    """Enter the tree, the households with their points and status, the shops with their goods and fleets."""
    area_ids = communities.take_areas(session, areas_of(parsed.compounds))
    household_ids = _write_homes(session, parsed, area_ids)
    firms = sorted({depot.merchant for depot in parsed.depots})
    merchant_ids = orders.take_merchants(session, [orders.MerchantFact(code=name, name=name) for name in firms])
    store_ids = orders.take_stores(session, _store_facts(parsed), merchant_ids=merchant_ids)
    product_ids = orders.take_products(session, _product_facts(parsed), merchant_ids=merchant_ids, now=now)
    routing.take_fleets(session, _vehicle_facts(parsed), store_ids=store_ids)
    return Ground(
        districts=tuple(area_ids[name] for name in sorted({c.district for c in parsed.compounds})),
        households=household_ids,
        stores=store_ids,
        products=product_ids,
    )


def _write_homes(session: Session, parsed: ParsedDay, area_ids: Mapping[str, int]) -> dict[str, int]:
    compound_ids = communities.take_compounds(session, _compound_facts(parsed), area_ids=area_ids)
    homes = {(household.compound, household.building) for household in parsed.households}
    served = {(point.compound, point.building) for point in parsed.points if point.building}
    building_ids = communities.take_buildings(session, homes | served, compound_ids=compound_ids)
    household_ids = communities.take_households(session, _household_facts(parsed), building_ids=building_ids)
    communities.take_points(session, points_of(parsed), compound_ids=compound_ids, building_ids=building_ids)
    communities.take_statuses(
        session,
        [household_ids[household.code] for household in parsed.households if household.quarantined],
        kind=StatusKind.QUARANTINED,
        starts_on=parsed.delivery_date - timedelta(days=QUARANTINE_DAYS - 1),
        ends_on=parsed.delivery_date,
    )
    return household_ids


def areas_of(compounds: Collection[CompoundRow]) -> list[communities.AreaFact]:
    """The tree above the compounds.

    Codes are the path of names. Where a file names no street office or community, one stands in for all compounds that
    are not filed yet, and its name says so.
    """
    facts: dict[str, communities.AreaFact] = {}
    for compound in compounds:
        district, street, community = area_codes(compound)
        for code, name, level, parent in (
            (district, compound.district, AreaLevel.DISTRICT, ""),
            (street, compound.street_office or f"{compound.district}（未分街道）", AreaLevel.STREET_OFFICE, district),
            (
                community,
                compound.community or f"{compound.street_office or compound.district}（未分社区）",
                AreaLevel.COMMUNITY,
                street,
            ),
        ):
            facts.setdefault(code, communities.AreaFact(code=code, name=name, level=level, parent=parent))
    return list(facts.values())


def area_codes(compound: CompoundRow) -> tuple[str, str, str]:
    """Codes of the district, street office and community of a compound; `-` stands for one that is not named."""
    street = f"{compound.district}/{compound.street_office or '-'}"
    return compound.district, street, f"{street}/{compound.community or '-'}"


def points_of(parsed: ParsedDay) -> list[communities.PointFact]:
    """The delivery points of the day: those that the folder names, a door point for every compound, and a pickup point
    at the gate of each compound for which it names neither a pickup point nor a courier station for all."""
    named = [
        communities.PointFact(
            code=p.code, name=p.name, kind=p.kind, compound=p.compound, building=p.building, keeper=p.keeper
        )
        for p in parsed.points
    ]
    for_all = {(point.compound, point.kind) for point in named if not point.building}
    for compound in parsed.compounds:
        code, name = compound.code, compound.name
        if not for_all & {(code, PointKind.PICKUP_POINT), (code, PointKind.COURIER_STATION)}:
            named.append(_point(f"{code}-GATE", f"{name} 大门自提点", PointKind.PICKUP_POINT, code))
        if (code, PointKind.DOOR) not in for_all:
            named.append(_point(f"{code}-DOOR", f"{name} 送上门", PointKind.DOOR, code))
    return named


def _point(code: str, name: str, kind: PointKind, compound: str) -> communities.PointFact:
    return communities.PointFact(code=code, name=name, kind=kind, compound=compound, building="", keeper="")


def _compound_facts(parsed: ParsedDay) -> list[communities.CompoundFact]:
    return [
        communities.CompoundFact(
            code=c.code,
            name=c.name,
            address=c.address,
            community=area_codes(c)[2],
            gate_lng=c.lng,
            gate_lat=c.lat,
            gate_opens_min=c.gate_opens_min,
            gate_closes_min=c.gate_closes_min,
            household_count=c.household_count,
            building_count=c.building_count,
            volunteer_count=c.volunteer_count,
        )
        for c in parsed.compounds
    ]


def _household_facts(parsed: ParsedDay) -> list[communities.HouseholdFact]:
    return [
        communities.HouseholdFact(
            code=h.code, compound=h.compound, building=h.building, unit=h.unit, flat=h.flat, elderly=h.elderly
        )
        for h in parsed.households
    ]


def _store_facts(parsed: ParsedDay) -> list[orders.StoreFact]:
    return [
        orders.StoreFact(
            code=d.code,
            merchant=d.merchant,
            name=d.name,
            lng=d.lng,
            lat=d.lat,
            opens_min=d.opens_min,
            closes_min=d.closes_min,
        )
        for d in parsed.depots
    ]


def _vehicle_facts(parsed: ParsedDay) -> list[routing.VehicleFact]:
    return [
        routing.VehicleFact(
            store=v.depot,
            code=v.code,
            type=v.type,
            type_name=v.type_name,
            plate=v.plate,
            capacity_g=v.capacity_g,
            capacity_packages=v.capacity_packages,
            shift_start_min=v.shift_start_min,
            shift_end_min=v.shift_end_min,
        )
        for v in parsed.vehicles
    ]


def _product_facts(parsed: ParsedDay) -> list[orders.ProductFact]:
    """One product per merchant and sku, though two of the merchant's shops may sell it."""
    merchants = {depot.code: depot.merchant for depot in parsed.depots}
    facts = {
        (merchants[p.depot], p.sku): orders.ProductFact(
            merchant=merchants[p.depot],
            sku=p.sku,
            name=p.name,
            category=p.category,
            unit=p.unit,
            price_cents=p.price_cents,
            weight_g=p.weight_g,
            volume_ml=p.volume_ml,
        )
        for p in parsed.products
    }
    return list(facts.values())


def write_orders(session: Session, parsed: ParsedDay, ground: Ground, *, now: datetime) -> list[int]:
    """One open campaign per depot, or one from all of them where the goods are shared. Returns the campaigns' ids."""
    lines: dict[str, list[tuple[str, int]]] = defaultdict(list)
    for line in parsed.lines:
        lines[line.order].append((line.sku, line.quantity))
    facts: dict[str, list[orders.OrderFact]] = defaultdict(list)
    for order in parsed.orders:
        facts[order.depot].append(
            orders.OrderFact(
                code=order.code,
                household_id=ground.households[order.household],
                window=order.slot,
                channel=order.channel,
                placed_at=order.placed_at,
                lines=tuple(lines[order.code]),
            )
        )
    campaign_ids = []
    for depot in parsed.depots[:1] if parsed.shared else parsed.depots:
        taken = orders.take_campaign(session, _campaign_fact(parsed, depot.code, ground, now=now))
        orders.take_orders(session, taken, facts[depot.code])
        campaign_ids.append(taken.campaign_id)
    return campaign_ids


def campaign_code(parsed: ParsedDay, depot: str) -> str:
    """The code of a depot's campaign: the day's own where there is one depot."""
    return parsed.code if parsed.shared or len(parsed.depots) == 1 else f"{parsed.code}/{depot}"


def _campaign_fact(parsed: ParsedDay, depot: str, ground: Ground, *, now: datetime) -> orders.CampaignFact:
    midnight = datetime.combine(parsed.delivery_date, datetime.min.time(), tzinfo=LOCAL)
    merchants = {row.code: row.merchant for row in parsed.depots}
    names = {row.code: row.name for row in parsed.depots}
    # a minute after the last order; never after the import, for the run that follows must be able to close it
    cut_off_at = min(max(order.placed_at for order in parsed.orders) + CUT_OFF_AFTER_LAST, now)
    return orders.CampaignFact(
        code=campaign_code(parsed, depot),
        store_id=ground.stores[depot],
        from_any_store=parsed.shared,
        title=f"{names[depot]} {parsed.delivery_date.isoformat()}",
        cut_off_at=cut_off_at,
        delivery_date=parsed.delivery_date,
        shortage_rule=parsed.shortage_rule,
        seed=parsed.seed,
        area_ids=ground.districts,
        windows=tuple(
            orders.WindowFact(
                code=slot.code,
                starts_at=midnight + timedelta(minutes=slot.start_min),
                ends_at=midnight + timedelta(minutes=slot.end_min),
            )
            for slot in parsed.slots
        ),
        offers=tuple(
            orders.OfferFact(
                product_id=ground.products[merchants[depot], product.sku],
                sku=product.sku,
                price_cents=product.price_cents,
                limit_per_household=product.limit_per_household,
                supply=product.supply,
            )
            for product in parsed.products
            if product.depot == depot
        ),
    )
