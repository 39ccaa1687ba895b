"""A sound day goes in whole, once, on both databases; an unsound one leaves nothing behind."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from logistics.communities.models import Area, DeliveryPoint, Household, HouseholdStatus
from logistics.day.folder import BadDayFolder
from logistics.day.importing import CampaignAlreadyThere, ImportedDay, import_folder
from logistics.day.models import Day, DayCampaign
from logistics.db import Base, reading
from logistics.orders.models import Campaign, DeliveryWindow, HouseholdDraw, Offer, Order, OrderLine, Product, Store
from logistics.orders.rules import CampaignState, OrderState
from logistics.routing.models import Vehicle
from tests.day.folder.folders import TABLES, with_line, with_more, write_day
from tests.racing import race

NOW = datetime(2020, 2, 22, 1, 0, tzinfo=UTC)


def rows_in(*models: type[Base]) -> list[int]:
    with reading() as session:
        return [session.scalar(select(func.count()).select_from(model)) or 0 for model in models]


def test_a_day_goes_in_with_everything_it_stands_on(any_app: Flask, tmp_path: Path) -> None:
    day = import_folder(write_day(tmp_path / "day"), roads_file=None, now=NOW)

    assert not day.already_imported
    assert day.code == "2020-02-22-D0"
    counted = rows_in(Area, Household, Store, Product, Vehicle, Campaign, DeliveryWindow, Offer, Order, OrderLine)
    assert counted == [3, 2, 1, 2, 2, 1, 2, 2, 3, 4]
    with reading() as session:
        campaign = session.scalars(select(Campaign)).one()
        assert (campaign.code, campaign.state) == ("2020-02-22-D0", CampaignState.OPEN)
        assert campaign.cut_off_at == datetime(2020, 2, 21, 16, 0, tzinfo=UTC)  # a minute after the last order
        evening = session.scalars(select(DeliveryWindow).where(DeliveryWindow.code == "EVE")).one()
        assert evening.starts_at == datetime(2020, 2, 22, 9, 0, tzinfo=UTC)  # 17:00 in Shanghai
        assert {order.state for order in session.scalars(select(Order))} == {OrderState.PLACED}
        assert all(len(order.pickup_code) == 6 for order in session.scalars(select(Order)))
        assert session.scalars(select(DayCampaign.campaign_id)).all() == [campaign.id]


def test_the_tree_says_which_compounds_are_not_filed_yet(app: Flask, tmp_path: Path) -> None:
    import_folder(write_day(tmp_path / "day"), roads_file=None, now=NOW)

    with reading() as session:
        areas = {area.code: area.name for area in session.scalars(select(Area))}
    assert areas == {"云渡区": "云渡区", "云渡区/-": "云渡区（未分街道）", "云渡区/-/-": "云渡区（未分社区）"}


def test_each_compound_has_a_gate_point_and_a_door_point(app: Flask, tmp_path: Path) -> None:
    import_folder(write_day(tmp_path / "day"), roads_file=None, now=NOW)

    with reading() as session:
        assert sorted(session.scalars(select(DeliveryPoint.code))) == ["C1-DOOR", "C1-GATE", "C2-DOOR", "C2-GATE"]


def test_a_courier_station_takes_the_place_of_the_gate_point(app: Flask, tmp_path: Path) -> None:
    points = "point,kind,compound,building\nC1-B2,pickup_point,C1,2\nC2-S,courier_station,C2,\n"

    import_folder(write_day(tmp_path / "day", points=points), roads_file=None, now=NOW)

    with reading() as session:
        codes = sorted(session.scalars(select(DeliveryPoint.code)))
    assert codes == ["C1-B2", "C1-DOOR", "C1-GATE", "C2-DOOR", "C2-S"]


def test_a_quarantined_household_is_so_for_14_days_up_to_its_delivery(app: Flask, tmp_path: Path) -> None:
    import_folder(write_day(tmp_path / "day"), roads_file=None, now=NOW)

    with reading() as session:
        status = session.scalars(select(HouseholdStatus)).one()
        assert session.get(Household, status.household_id).code == "H2"  # type: ignore[union-attr]
    assert (status.starts_on, status.ends_on) == (date(2020, 2, 9), date(2020, 2, 22))
    assert status.ends_on - status.starts_on == timedelta(days=13)


def test_orders_count_against_the_limits_of_their_household(app: Flask, tmp_path: Path) -> None:
    import_folder(write_day(tmp_path / "day"), roads_file=None, now=NOW)

    with reading() as session:
        assert session.scalars(select(HouseholdDraw.quantity)).all() == [3]  # H1: 1 + 2 masks, over its limit of 2


def test_the_same_files_again_are_the_same_day(any_app: Flask, tmp_path: Path) -> None:
    folder = write_day(tmp_path / "day")
    first = import_folder(folder, roads_file=None, now=NOW)

    again = import_folder(folder, roads_file=None, now=NOW + timedelta(days=1))

    assert again.already_imported
    assert (again.day_id, again.code, again.counts) == (first.day_id, first.code, first.counts)
    assert rows_in(Day, Order, OrderLine, Vehicle) == [1, 3, 4, 2]


def test_two_imports_of_one_folder_at_once_are_one_day(any_app: Flask, tmp_path: Path) -> None:
    folder = write_day(tmp_path / "day")

    outcomes = race(any_app, [lambda: import_folder(folder, roads_file=None, now=NOW)] * 2)

    days = [outcome for outcome in outcomes if isinstance(outcome, ImportedDay)]
    assert sorted(day.already_imported for day in days) == [False, True], outcomes
    assert rows_in(Day, Order, OrderLine) == [1, 3, 4]


def test_other_files_for_the_same_day_are_refused_and_change_nothing(any_app: Flask, tmp_path: Path) -> None:
    import_folder(write_day(tmp_path / "1"), roads_file=None, now=NOW)
    changed = write_day(tmp_path / "2", compounds=with_line("compounds", 3, "C2,新名,云渡区,,117.05,36.66,1,1"),
                        order_lines=with_line("order_lines", 2, "O1,V01,9"))  # fmt: skip

    with pytest.raises(CampaignAlreadyThere, match="2020-02-22-D0 is already there"):
        import_folder(changed, roads_file=None, now=NOW)

    assert rows_in(Day, Order) == [1, 3]


def test_another_day_brings_master_data_up_to_date_and_adds_its_orders(any_app: Flask, tmp_path: Path) -> None:
    import_folder(write_day(tmp_path / "1"), roads_file=None, now=NOW)
    next_day = write_day(
        tmp_path / "2",
        day="date = 2020-02-29\n",
        products=with_line("products", 2, "V01,大白菜（新）,叶菜,份,3,0.6,,"),
        vehicles=with_line("vehicles", 2, "van,面包车,1,D0,1000,07:00,21:30"),
    )

    import_folder(next_day, roads_file=None, now=NOW + timedelta(days=7))

    assert rows_in(Day, Campaign, Household, Product, Order, OrderLine) == [2, 2, 2, 2, 6, 8]
    with reading() as session:
        cabbage = session.scalars(select(Product).where(Product.sku == "V01")).one()
        assert (cabbage.name, cabbage.price_cents, cabbage.weight_g) == ("大白菜（新）", 300, 600)
        fleet = {vehicle.code: (vehicle.active, vehicle.capacity_g) for vehicle in session.scalars(select(Vehicle))}
    assert fleet == {"van-01": (True, 1_000_000), "van-02": (False, 1_200_000)}


def test_a_household_known_in_another_home_is_refused(any_app: Flask, tmp_path: Path) -> None:
    import_folder(write_day(tmp_path / "1"), roads_file=None, now=NOW)
    moved = write_day(
        tmp_path / "2",
        day="date = 2020-02-29\n",
        orders=TABLES["orders"].replace("H1,C1,2", "H1,C2,2"),
    )

    with pytest.raises(BadDayFolder, match="“H1” is known in compound C1, building 2"):
        import_folder(moved, roads_file=None, now=NOW)

    assert rows_in(Day, Order) == [1, 3]


def test_a_bad_folder_leaves_nothing_behind(any_app: Flask, tmp_path: Path) -> None:
    folder = write_day(tmp_path / "day", order_lines=with_more("order_lines", "O3,V01,0"))

    with pytest.raises(BadDayFolder):
        import_folder(folder, roads_file=None, now=NOW)

    assert rows_in(Day, Area, Household, Product, Order) == [0, 0, 0, 0, 0]


def test_a_road_file_that_cannot_be_used_is_told_with_the_other_problems(app: Flask, tmp_path: Path) -> None:
    roads = tmp_path / "town.osm.pbf"
    roads.write_bytes(b"not a road file")
    folder = write_day(tmp_path / "day", slots=with_line("slots", 2, "AM,12:00,08:00"))

    with pytest.raises(BadDayFolder) as caught:
        import_folder(folder, roads_file=roads, now=NOW)

    assert [problem.file for problem in caught.value.problems] == ["town.osm.pbf", "slots.csv"]
    assert str(tmp_path) not in str(caught.value)


def test_a_cut_off_is_never_after_the_import(app: Flask, tmp_path: Path) -> None:
    early = datetime(2020, 2, 20, tzinfo=UTC)

    import_folder(write_day(tmp_path / "day"), roads_file=None, now=early)

    with reading() as session:
        assert session.scalars(select(Campaign.cut_off_at)).one() == early


def test_the_command_tells_every_problem_on_stderr_and_fails(app: Flask, tmp_path: Path) -> None:
    folder = write_day(tmp_path / "day", slots=with_line("slots", 2, "AM,12:00,08:00"))

    result = app.test_cli_runner().invoke(args=["import-day", str(folder)])

    assert result.exit_code == 1
    assert result.stdout == ""
    assert "slots.csv" in result.stderr


def test_the_command_imports_once(app: Flask, tmp_path: Path) -> None:
    folder = str(write_day(tmp_path / "day"))
    runner = app.test_cli_runner()

    first, again = (runner.invoke(args=["import-day", folder, "--date", "2020-03-01"]) for _ in range(2))

    assert (first.exit_code, again.exit_code) == (0, 0)
    assert first.stdout.startswith("2020-03-01-D0: ")
    assert rows_in(Day, Order) == [1, 3]
