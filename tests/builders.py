"""Small builders that write rows, so that a test says only what matters to it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import count

from sqlalchemy.orm import Session

from logistics.communities.models import Area, Building, Compound, DeliveryPoint, Household, HouseholdStatus
from logistics.communities.rules import AreaLevel, PointKind, StatusKind
from logistics.day.models import Day, DayCampaign, DaySource
from logistics.orders.models import Campaign, CampaignArea, DeliveryWindow, Merchant, Offer, Product, Store
from logistics.orders.rules import CampaignState, ShortageRule
from logistics.orders.service import LineWanted, PlacedOrder, PlaceOrder, place_order
from logistics.routing.models import Vehicle

NOW = datetime(2020, 2, 18, 9, 0, tzinfo=UTC)
"""17:00 in Shanghai on the eve of the tests' delivery date."""
DELIVERY_DATE = date(2020, 2, 19)
MORNING = (datetime(2020, 2, 19, 0, 0, tzinfo=UTC), datetime(2020, 2, 19, 4, 0, tzinfo=UTC))
"""08:00 to 12:00 in Shanghai."""
AFTERNOON = (datetime(2020, 2, 19, 4, 0, tzinfo=UTC), datetime(2020, 2, 19, 9, 0, tzinfo=UTC))

_serial = count(1)


@dataclass(frozen=True, slots=True, kw_only=True)
class TownRef:
    """Ids of a small town: households by compound, in order of building."""

    district_id: int
    office_id: int
    community_id: int
    compound_ids: tuple[int, ...]
    households: tuple[tuple[int, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreRef:
    merchant_id: int
    store_id: int
    code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferSpec:
    sku: str
    price_cents: int = 500
    weight_g: int = 1_000
    limit: int | None = None
    supply: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignRef:
    campaign_id: int
    offer_ids: Mapping[str, int]
    windows: Mapping[str, int] = field(default_factory=dict)


def a_town(
    session: Session, *, compounds: int = 2, buildings: int = 2, flats: int = 3, at: tuple[float, float] = (117.0, 36.6)
) -> TownRef:
    """A district with one street office, one community and a row of compounds 0.01 degrees (0.9 km) apart."""
    n = next(_serial)
    areas = []
    parent = None
    for level in (AreaLevel.DISTRICT, AreaLevel.STREET_OFFICE, AreaLevel.COMMUNITY):
        area = Area(code=f"A{n}-{level.value}", name=f"{level.value} {n}", level=level, parent_id=parent)
        session.add(area)
        session.flush()
        areas.append(area.id)
        parent = area.id
    compound_ids, households = [], []
    for c in range(compounds):
        compound = Compound(
            code=f"C{n}-{c}",
            name=f"Compound {n}-{c}",
            address="",
            community_id=areas[2],
            gate_lng=at[0] + 0.01 * c,
            gate_lat=at[1],
            gate_opens_min=0,
            gate_closes_min=1440,
            household_count=buildings * flats,
            building_count=buildings,
        )
        session.add(compound)
        session.flush()
        compound_ids.append(compound.id)
        for kind in (PointKind.PICKUP_POINT, PointKind.DOOR):
            session.add(
                DeliveryPoint(
                    code=f"{compound.code}/{kind.value}",
                    name=f"{compound.name} {kind.value}",
                    kind=kind,
                    compound_id=compound.id,
                    keeper="",
                )
            )
        homes = []
        for b in range(buildings):
            building = Building(compound_id=compound.id, number=str(b + 1))
            session.add(building)
            session.flush()
            for f in range(flats):
                home = Household(
                    code=f"H{n}-{c}-{b}-{f}", building_id=building.id, unit="1", flat=str(f), elderly=False
                )
                session.add(home)
                session.flush()
                homes.append(home.id)
        households.append(tuple(homes))
    return TownRef(
        district_id=areas[0],
        office_id=areas[1],
        community_id=areas[2],
        compound_ids=tuple(compound_ids),
        households=tuple(households),
    )


def a_store(session: Session, *, at: tuple[float, float] = (117.0, 36.65), merchant_id: int | None = None) -> StoreRef:
    """A store 5.6 km north of the town, with its merchant unless one is given; open from 06:00 to 22:00."""
    n = next(_serial)
    if merchant_id is None:
        merchant = Merchant(code=f"M{n}", name=f"Merchant {n}")
        session.add(merchant)
        session.flush()
        merchant_id = merchant.id
    store = Store(
        merchant_id=merchant_id, code=f"S{n}", name=f"Store {n}", lng=at[0], lat=at[1], opens_min=360, closes_min=1320
    )
    session.add(store)
    session.flush()
    return StoreRef(merchant_id=merchant_id, store_id=store.id, code=store.code)


def a_vehicle(
    session: Session,
    store: StoreRef,
    *,
    code: str = "van-01",
    capacity_g: int = 1_000_000,
    packages: int = 200,
    shift: tuple[int, int] = (420, 1290),
) -> int:
    """A van of a tonne on a shift from 07:00 to 21:30."""
    vehicle = Vehicle(
        store_id=store.store_id,
        code=code,
        type="van",
        type_name="面包车",
        plate="",
        capacity_g=capacity_g,
        capacity_packages=packages,
        shift_start_min=shift[0],
        shift_end_min=shift[1],
        active=True,
    )
    session.add(vehicle)
    session.flush()
    return vehicle.id


def a_campaign(
    session: Session,
    store: StoreRef,
    town: TownRef,
    *offers: OfferSpec,
    state: CampaignState = CampaignState.OPEN,
    rule: ShortageRule = ShortageRule.PROPORTIONAL,
    minimum_orders: int = 0,
    cut_off_at: datetime = NOW + timedelta(hours=3),
    windows: Mapping[str, tuple[datetime, datetime]] | None = None,
) -> CampaignRef:
    """An open campaign with a morning and an afternoon window, cut off three hours from `NOW`, seed 1."""
    campaign = Campaign(
        code=f"K{next(_serial)}",
        store_id=store.store_id,
        title="Vegetables",
        state=state,
        cut_off_at=cut_off_at,
        delivery_date=DELIVERY_DATE,
        shortage_rule=rule,
        seed=1,
        minimum_orders=minimum_orders,
    )
    session.add(campaign)
    session.flush()
    session.add(CampaignArea(campaign_id=campaign.id, area_id=town.district_id))
    window_ids = {}
    for code, (start, end) in (windows or {"AM": MORNING, "PM": AFTERNOON}).items():
        window = DeliveryWindow(campaign_id=campaign.id, code=code, starts_at=start, ends_at=end)
        session.add(window)
        session.flush()
        window_ids[code] = window.id
    offer_ids = {}
    for spec in offers or (OfferSpec(sku="V01"),):
        product = Product(
            merchant_id=store.merchant_id,
            sku=f"{spec.sku}",
            name=f"Product {spec.sku}",
            category="",
            unit="",
            price_cents=spec.price_cents,
            weight_g=spec.weight_g,
            volume_ml=2 * spec.weight_g,
        )
        session.add(product)
        session.flush()
        offer = Offer(
            campaign_id=campaign.id,
            product_id=product.id,
            price_cents=spec.price_cents,
            limit_per_household=spec.limit,
            supply_count=spec.supply,
        )
        session.add(offer)
        session.flush()
        offer_ids[spec.sku] = offer.id
    return CampaignRef(campaign_id=campaign.id, offer_ids=offer_ids, windows=window_ids)


def an_order(
    session: Session,
    campaign: CampaignRef,
    household_id: int,
    lines: Mapping[str, int] | None = None,
    *,
    window: str = "AM",
    now: datetime = NOW,
) -> PlacedOrder:
    """An order of one piece of V01 unless said otherwise, placed through the service."""
    return place_order(
        session,
        PlaceOrder(
            campaign_id=campaign.campaign_id,
            household_id=household_id,
            window_code=window,
            lines=tuple(LineWanted(sku=sku, quantity=q) for sku, q in (lines or {"V01": 1}).items()),
        ),
        now=now,
    )


def a_quarantine(
    session: Session, household_id: int, *, starts: date = DELIVERY_DATE, ends: date = DELIVERY_DATE
) -> None:
    session.add(HouseholdStatus(household_id=household_id, kind=StatusKind.QUARANTINED, starts_on=starts, ends_on=ends))
    session.flush()


def a_day(session: Session, campaigns: Sequence[CampaignRef], *, roads_file: str = "") -> int:
    """A delivery day of some campaigns; without roads it is planned over the great circle."""
    n = next(_serial)
    day = Day(
        code=f"day-{n}",
        title=f"Day {n}",
        delivery_date=DELIVERY_DATE,
        source=DaySource.FOLDER,
        source_sha256=f"{n:064d}",
        roads_file=roads_file,
        imported_at=NOW,
    )
    session.add(day)
    session.flush()
    session.add_all([DayCampaign(campaign_id=c.campaign_id, day_id=day.id) for c in campaigns])
    session.flush()
    return day.id
