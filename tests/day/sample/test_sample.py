"""The sample district: shaped like the figures of the field, served by its fleet, the same for the same seed."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from math import cos, hypot, radians
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from flask import Flask
from sqlalchemy import func, select

from logistics import create_app
from logistics.accounts.models import Account, Role
from logistics.clock import SHANGHAI
from logistics.communities.models import Area, Building, Compound, DeliveryPoint, Household
from logistics.communities.rules import AreaLevel, PointKind
from logistics.day.folder import read_folder, write_folder
from logistics.day.map_area import map_area
from logistics.day.models import Day, DaySource
from logistics.day.sample import SAMPLE_SEED, make_sample, sample_day
from logistics.day.sample.making import SampleInProduction
from logistics.day.sample.roads_file import write_roads
from logistics.day.sample.streets import draw_town
from logistics.db import reading, transaction
from logistics.inventory.ledger.service import stock_of_areas
from logistics.orders.models import Campaign, DeliveryWindow, Offer, Order, Product
from logistics.orders.rules import CampaignState
from logistics.orders.service import LineWanted, PlaceOrder, place_order
from logistics.routing.engine.travel.osm import read_roads
from tests.conftest import settings_for

NOW = datetime(2020, 2, 18, 2, 0, tzinfo=UTC)
ON = date(2020, 2, 18)


def test_the_sample_has_the_shape_of_a_locked_down_district() -> None:
    day = sample_day(ON, seed=SAMPLE_SEED)

    assert (len(day.compounds), len(day.orders), len(day.depots), len(day.slots), len(day.vehicles)) == (
        30,
        900,
        2,
        3,
        6,
    )
    assert len({c.street_office for c in day.compounds}) == 3
    assert len({(c.street_office, c.community) for c in day.compounds}) == 8
    assert 200 <= sum(c.household_count for c in day.compounds) / 30 <= 400  # 278 occupied per compound in the field
    kinds = Counter(point.kind for point in day.points)
    assert kinds[PointKind.COURIER_STATION] == 2
    assert kinds[PointKind.VENDING_POINT] == 1
    assert kinds[PointKind.PICKUP_POINT] >= 20  # one per building of the four largest compounds
    quarantined = sum(h.quarantined for h in day.households) / len(day.households)
    elderly = sum(h.elderly for h in day.households) / len(day.households)
    assert 0.02 < quarantined < 0.08
    assert 0.08 < elderly < 0.20


@pytest.mark.parametrize("seed", [SAMPLE_SEED, 1, 2, 3])
def test_the_sample_is_short_of_some_goods_and_its_fleet_has_room_for_all(seed: int) -> None:
    day = sample_day(ON, seed=seed)
    depot_of = {order.code: order.depot for order in day.orders}
    asked: Counter[tuple[str, str]] = Counter()
    for line in day.lines:
        asked[depot_of[line.order], line.sku] += line.quantity
    weight_g: Counter[str] = Counter()
    for product in day.products:
        weight_g[product.depot] += asked[product.depot, product.sku] * product.weight_g
    room_g = Counter[str]()
    for vehicle in day.vehicles:
        room_g[vehicle.depot] += vehicle.capacity_g

    scarce = [p.sku for p in day.products if p.supply is not None and p.supply < asked[p.depot, p.sku]]
    assert len(scarce) == 7
    assert all(1.05 < room_g[depot] / weight_g[depot] < 1.9 for depot in ("HS", "LA"))


def test_the_same_seed_is_the_same_sample_and_another_is_another() -> None:
    assert sample_day(ON, seed=5) == sample_day(ON, seed=5)
    assert sample_day(ON, seed=5).orders != sample_day(ON, seed=6).orders


@pytest.mark.parametrize("seed", [SAMPLE_SEED, 1, 2])
def test_the_sample_as_a_folder_is_the_same_day(tmp_path: Path, seed: int) -> None:
    day = sample_day(ON, seed=seed)
    roads = write_roads(draw_town(seed), tmp_path / "roads")

    write_folder(day, tmp_path / "day")

    assert read_folder(tmp_path / "day", area=map_area(roads)) == day


def test_the_streets_are_a_road_file_with_one_ways_bridges_and_names(tmp_path: Path) -> None:
    town = draw_town(SAMPLE_SEED)

    roads = read_roads(write_roads(town, tmp_path))

    assert 1_800 <= len(set(roads.vertex_node.tolist())) <= 2_600
    assert sum(street.bridge for street in town.streets) == 2
    assert sum(street.one_way != 0 for street in town.streets) >= 4
    assert {street.highway for street in town.streets} == {"primary", "secondary", "tertiary", "residential"}
    assert len({street.name for street in town.streets}) > 40
    assert (roads.against_kmh == 0).sum() + (roads.along_kmh == 0).sum() >= 4


def test_the_road_file_is_the_same_for_the_same_seed(tmp_path: Path) -> None:
    one, other = (write_roads(draw_town(7), tmp_path / name) for name in ("one", "other"))

    assert one.read_bytes() == other.read_bytes()


def test_every_gate_and_shop_lies_by_a_street(tmp_path: Path) -> None:
    day, roads = sample_day(ON, seed=SAMPLE_SEED), read_roads(write_roads(draw_town(SAMPLE_SEED), tmp_path))
    corners = list(zip(roads.lng.tolist(), roads.lat.tolist(), strict=True))

    def nearest_corner_m(lng: float, lat: float) -> float:
        return min(hypot((x - lng) * cos(radians(lat)), y - lat) for x, y in corners) * 111_195

    assert max(nearest_corner_m(place.lng, place.lat) for place in (*day.compounds, *day.depots)) < 130


def test_making_the_sample_fills_every_room(any_app: Flask, tmp_path: Path) -> None:
    sample = make_sample(now=NOW, roads_dir=tmp_path / "roads")

    assert not sample.already_imported
    with reading() as session:
        day = session.scalars(select(Day)).one()
        assert (day.code, day.source, day.delivery_date) == ("sample", DaySource.SAMPLE, ON)
        assert Path(day.roads_file) == sample.roads_file.resolve()
        levels = Counter(session.scalars(select(Area.level)))
        assert levels == {AreaLevel.DISTRICT: 1, AreaLevel.STREET_OFFICE: 3, AreaLevel.COMMUNITY: 8}
        assert session.scalar(select(func.count()).select_from(Order)) == 900
        of_day = select(Campaign.code).where(Campaign.delivery_date == ON)
        assert sorted(session.scalars(of_day)) == ["sample/HS", "sample/LA"]
        assert len(set(session.scalars(select(DeliveryPoint.compound_id)))) == 30
        stock = stock_of_areas(session, None)
    assert {(row.item_code, row.on_hand) for row in stock} == {
        ("MASK", 6_000),
        ("MASK", 4_200),
        ("MASK", 2_500),
        ("THERMOMETER", 160),
        ("THERMOMETER", 120),
        ("THERMOMETER", 45),
    }


def test_every_role_has_a_demo_login_with_its_scope(app: Flask, tmp_path: Path) -> None:
    sample = make_sample(now=NOW, roads_dir=tmp_path)

    assert {login.role for login in sample.demo_logins} == set(Role)
    with reading() as session:
        accounts = {account.username: account for account in session.scalars(select(Account))}
        home = session.execute(
            select(Compound.community_id)
            .join(Building, Building.compound_id == Compound.id)
            .join(Household, Household.building_id == Building.id)
            .where(Household.id == accounts["resident"].household_id)
        ).scalar_one()
    for login in sample.demo_logins:
        assert PasswordHasher().verify(accounts[login.username].password_hash, login.password)
    assert accounts["community"].area_id == home
    assert accounts["merchant"].merchant_id != accounts["merchant2"].merchant_id


def test_making_the_sample_again_changes_nothing(app: Flask, tmp_path: Path) -> None:
    first = make_sample(now=NOW, roads_dir=tmp_path)

    again = make_sample(now=NOW, roads_dir=tmp_path)

    assert again.already_imported
    assert again.day_id == first.day_id
    with reading() as session:
        assert session.scalar(select(func.count()).select_from(Order)) == 900
        assert len(stock_of_areas(session, None)) == 6


def test_production_refuses_the_sample(sqlite_database: str, tmp_path: Path) -> None:
    settings = settings_for(sqlite_database, tmp_path, PLATFORM_ENV="production", SECRET_KEY="x" * 40)

    with create_app(settings).app_context(), pytest.raises(SampleInProduction):
        make_sample(now=NOW, roads_dir=tmp_path)


def test_the_sample_is_exported_as_an_example_of_the_format(app: Flask, tmp_path: Path) -> None:
    folder = tmp_path / "example"

    result = app.test_cli_runner().invoke(args=["export-sample", str(folder), "--date", "2020-02-18"])

    assert result.exit_code == 0
    assert len(read_folder(folder, area=map_area(folder / "sample-roads.osm.pbf")).orders) == 900


def test_the_demo_resident_finds_a_campaign_to_order_from(app: Flask, tmp_path: Path) -> None:
    make_sample(now=NOW, roads_dir=tmp_path)
    with transaction() as session:
        household_id = session.scalars(select(Account.household_id).where(Account.username == "resident")).one()
        open_now = session.scalars(
            select(Campaign)
            .where(Campaign.cut_off_at > NOW, Campaign.state == CampaignState.OPEN)
            .order_by(Campaign.id)
        ).all()
        # one for each of the two stores, for the day after the sample's, cut off at the midnight between
        assert [c.delivery_date for c in open_now] == [NOW.astimezone(SHANGHAI).date() + timedelta(days=1)] * 2
        assert {c.cut_off_at.astimezone(SHANGHAI).strftime("%H:%M") for c in open_now} == {"00:00"}
        offered = session.scalars(
            select(Product.sku).join(Offer, Offer.product_id == Product.id).where(Offer.campaign_id == open_now[0].id)
        ).all()
        window = session.scalars(
            select(DeliveryWindow.code).where(DeliveryWindow.campaign_id == open_now[0].id)
        ).first()
        placed = place_order(
            session,
            PlaceOrder(
                campaign_id=open_now[0].id,
                household_id=household_id or 0,
                window_code=window or "",
                lines=(LineWanted(sku=offered[0], quantity=1),),
            ),
            now=NOW,
        )
    assert placed.total_cents > 0
