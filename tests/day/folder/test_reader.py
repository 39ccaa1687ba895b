"""A day folder is read whole, in whole units, or refused with a place and a remedy for everything that is wrong."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from logistics.communities.rules import PointKind
from logistics.day.folder import read_folder
from logistics.day.folder.datum import Datum, from_wgs84
from logistics.day.folder.places import MapArea
from logistics.orders.rules import Channel, ShortageRule
from tests.day.folder.folders import TABLES, place_of, read_day, refused, the_problem, with_line, with_more, write_day

MAP = MapArea(name="map.osm.pbf", west=117.0, south=36.6, east=117.2, north=36.7)


def test_a_sound_folder_is_read_in_whole_units(tmp_path: Path) -> None:
    day = read_day(tmp_path)

    assert day.counts() == {
        "compounds": 2, "depots": 1, "slots": 2, "products": 2, "vehicles": 2, "households": 2, "orders": 3, "lines": 4,
        "weight_g": 2_120,  # (3 + 1) x 500 g + (1 + 2) x 40 g
    }  # fmt: skip
    cabbage, mask = day.products
    assert (cabbage.price_cents, cabbage.weight_g, cabbage.limit_per_household, cabbage.supply) == (
        240,
        500,
        None,
        None,
    )
    assert (mask.price_cents, mask.weight_g, mask.limit_per_household, mask.supply) == (1_000, 40, 2, 3)
    assert [(v.code, v.capacity_g, v.shift_start_min, v.shift_end_min) for v in day.vehicles] == [
        ("van-01", 1_200_000, 420, 1290),
        ("van-02", 1_200_000, 420, 1290),
    ]
    assert day.orders[0].placed_at == datetime(2020, 2, 19, 21, 14, tzinfo=UTC)
    assert [(h.code, h.elderly, h.quarantined) for h in day.households] == [("H1", True, False), ("H2", False, True)]


def test_volunteers_are_an_optional_column(tmp_path: Path) -> None:
    with_some = (
        "compound,name,district,address,lng,lat,households,buildings,volunteers\n"
        "C1,松鹤苑,云渡区,茶亭路1号,117.088464,36.644543,91,3,4\n"
        "C2,听潮里,云渡区,,117.055456,36.668824,233,5,\n"
    )

    assert [row.volunteer_count for row in read_day(tmp_path / "a", compounds=with_some).compounds] == [4, 0]
    assert [row.volunteer_count for row in read_day(tmp_path / "b").compounds] == [0, 0]
    problem = the_problem(tmp_path / "c", compounds=with_some.replace(",91,3,4", ",91,3,201"))
    assert place_of(problem) == ("compounds.csv", 2, "volunteers")


def test_the_day_is_the_one_after_the_last_order_by_local_time(tmp_path: Path) -> None:
    day = read_day(tmp_path)

    assert day.delivery_date == date(2020, 2, 22)  # the last order: the 21st, 23:59
    assert day.code == "2020-02-22-D0"
    assert day.shortage_rule is ShortageRule.PROPORTIONAL


def test_day_toml_names_the_day(tmp_path: Path) -> None:
    day = read_day(
        tmp_path,
        day='code = "feb"\ntitle = "二月"\ndate = 2020-02-25\nmerchant = "禾穗"\nshortage_rule = "draw"\nseed = 7\n',
    )

    assert (day.code, day.title, day.delivery_date, day.shortage_rule, day.seed) == (
        "feb", "二月", date(2020, 2, 25), ShortageRule.DRAW, 7,
    )  # fmt: skip
    assert day.depots[0].merchant == "禾穗"


def test_a_date_asked_for_overrules_day_toml(tmp_path: Path) -> None:
    write_day(tmp_path, day="date = 2020-02-25\n")

    assert read_folder(tmp_path, delivery_date=date(2020, 3, 1)).delivery_date == date(2020, 3, 1)


@pytest.mark.parametrize(
    ("page", "field"),
    [
        ("date = 'tomorrow'\n", "date"),
        ("seed = -1\n", "seed"),
        ("seed = true\n", "seed"),
        ("shortage_rule = 'luck'\n", "shortage_rule"),
        ("colour = 'red'\n", "colour"),
        ("[files.compounds]\ndatum = 'Mars'\n", "files.compounds.datum"),
        ("[files.compounds]\nencoding = 'big5'\n", "files.compounds.encoding"),
        ("[files.compound]\nencoding = 'utf-8'\n", "files.compound"),
        ("date = \n", ""),
    ],
)
def test_day_toml_is_read_strictly(tmp_path: Path, page: str, field: str) -> None:
    assert place_of(the_problem(tmp_path, day=page)) == ("day.toml", 0, field)


@pytest.mark.parametrize("table", TABLES)
def test_a_missing_file_is_named(tmp_path: Path, table: str) -> None:
    problem = the_problem(tmp_path, **{table: None})

    assert place_of(problem) == (f"{table}.csv", 0, "")
    assert "missing" in problem.told()


@pytest.mark.parametrize(
    ("table", "column"),
    [(table, column) for table, text in TABLES.items() for column in text.split("\n")[0].split(",")],
)
def test_a_missing_column_is_named(tmp_path: Path, table: str, column: str) -> None:
    header, rest = TABLES[table].split("\n", 1)

    problem = the_problem(tmp_path, **{table: f"{header.replace(column, 'x' + column, 1)}\n{rest}"})

    assert place_of(problem) == (f"{table}.csv", 1, column)


WRONG_CELLS = [
    ("order_lines", 2, "O1,V01,2.9", "qty", "2.9"),
    ("order_lines", 2, "O1,V01,２", "qty", "full-width"),
    ("order_lines", 2, "O1,V01,-3", "qty", "negative"),
    ("order_lines", 2, "O1,V01,0", "qty", "out of range"),
    ("order_lines", 2, "O1,V01,1000000000000000000000000000000", "qty", "out of range"),
    ("order_lines", 2, "O1,V01,", "qty", "missing"),
    ("order_lines", 2, "O1,V99,3", "sku", "not sold at depot D0"),
    ("order_lines", 2, "O9,V01,3", "order", "not in orders.csv"),
    ("order_lines", 3, "O1,V01,1", "sku", "in line 2"),
    ("orders", 2, "O1,H1,C9,2,AM,2020-02-20 05:14:00+08:00,0,1", "compound", "not in compounds.csv"),
    ("orders", 2, "O1,H1,C1,2,NIGHT,2020-02-20 05:14:00+08:00,0,1", "slot", "not in slots.csv"),
    ("orders", 2, "O1,H1,C1,2,AM,20.2.2020,0,1", "placed_at", "not a date and time"),
    ("orders", 2, "O1,H1,C1,2,AM,2020-02-30 05:14:00+08:00,0,1", "placed_at", "not a date and time"),
    ("orders", 2, "O1,H1,C1,2,AM,2020-02-20 05:14:00+08:00,no,1", "quarantined", "neither 0 nor 1"),
    ("orders", 2, "O1,H1,C1,2,AM,2020-02-20 05:14:00+08:00,0,", "elderly", "missing"),
    ("orders", 4, "O3,H1,C2,2,EVE,2020-02-21 23:59:00+08:00,0,0", "compound", "in two compounds"),
    ("orders", 4, "O3,H1,C1,3,EVE,2020-02-21 23:59:00+08:00,0,0", "building", "in two buildings"),
    ("orders", 4, "O3,H1,C1,2,EVE,2020-02-21 23:59:00+08:00,1,0", "quarantined", "both quarantined and not"),
    ("products", 2, "V01,大白菜,叶菜,份,2.405,0.5,,", "price_cny", "finer than one cent"),
    ("products", 2, "V01,大白菜,叶菜,份,2.4,0.0005,,", "weight_kg", "finer than one g"),
    ("products", 2, "V01,大白菜,叶菜,份,2.4,半斤,,", "weight_kg", "not a number"),
    ("products", 2, "V01,大白菜,叶菜,份,2.4,1e3,,", "weight_kg", "not a number"),
    ("products", 2, "V01,大白菜,叶菜,份,2.4,1001,,", "weight_kg", "too large"),
    ("products", 2, "V01,大白菜,叶菜,份,2.4,0.5,0,", "limit_per_household", "out of range"),
    ("products", 3, "V01,口罩,防疫,包,10,0.04,2,3", "sku", "already in line 2"),
    ("slots", 2, "AM,12:00,08:00", "end", "not after its start"),
    ("slots", 2, "AM,08:00,08:00", "end", "not after its start"),
    ("slots", 2, "AM,8点,12:00", "start", "not a time of day"),
    ("slots", 2, "AM,08:00,24:01", "end", "not a time of day"),
    ("slots", 3, "AM,17:00,21:00", "slot", "already in line 2"),
    ("vehicles", 2, "van,面包车,0,D0,1200,07:00,21:30", "count", "out of range"),
    ("vehicles", 2, "van,面包车,2,D0,0,07:00,21:30", "capacity_kg", "carries nothing"),
    ("vehicles", 2, "van,面包车,2,D7,1200,07:00,21:30", "depot", "not in depots.csv"),
    ("vehicles", 2, "van,面包车,2,D0,1200,21:30,07:00", "shift_end", "not after its start"),
    ("compounds", 3, "C1,听潮里,云渡区,,117.055456,36.668824,233,5", "compound", "already in line 2"),
    ("compounds", 2, "C1,松鹤苑,云渡区,,36.644543,117.088464,91,3", "lng", "swapped"),
    ("compounds", 2, "C1,松鹤苑,云渡区,,117.088464,96.6,91,3", "lat", "no latitude"),
    ("compounds", 2, "C1,松鹤苑,云渡区,,117.088464,,91,3", "lat", "missing"),
    ("compounds", 2, "C1,松鹤苑,云渡区,,0,0,91,3", "lng", "0, 0"),
    ("compounds", 2, "C1,松鹤苑,云渡区,,东经117度,36.644543,91,3", "lng", "not a coordinate"),
    ("compounds", 2, "C1,,云渡区,,117.088464,36.644543,91,3", "name", "missing"),
    ("compounds", 2, "C1,松鹤苑,云渡区,,117.088464,36.644543,91", "buildings", "7 fields"),
    ("compounds", 2, "C1,松鹤苑,云渡区,,117.088464,36.644543,91,3,4", "", "9 fields"),
    ("compounds", 2, 'C1,"松鹤苑,云渡区,,117.088464,36.644543,91,3', "", "not CSV"),
    ("depots", 2, "D0,钟岭仓,117.046203,36.673526,22:00,06:00", "closes", "not after its start"),
]  # fmt: skip


@pytest.mark.parametrize(("table", "line", "text", "field", "says"), WRONG_CELLS)
def test_a_wrong_cell_is_told_with_file_line_field_and_remedy(
    tmp_path: Path, table: str, line: int, text: str, field: str, says: str
) -> None:
    report = refused(tmp_path, **{table: with_line(table, line, text)})

    first = next(p for p in report.problems if p.file == f"{table}.csv" and says in p.told())
    assert (first.line, first.field) == (line, field)
    assert first.told().endswith("would be right")


def test_a_duplicate_order_is_one_problem_at_its_second_line(tmp_path: Path) -> None:
    problem = the_problem(tmp_path, orders=with_more("orders", "O1,H1,C1,2,AM,2020-02-20 06:00:00+08:00,0,1"))

    assert place_of(problem) == ("orders.csv", 5, "order")
    assert problem.value == "O1"


def test_an_order_without_lines_is_a_problem(tmp_path: Path) -> None:
    problem = the_problem(tmp_path, orders=with_more("orders", "O4,H1,C1,2,AM,2020-02-20 06:00:00+08:00,0,1"))

    assert place_of(problem) == ("orders.csv", 5, "order")


def test_all_problems_of_all_files_are_in_one_report(tmp_path: Path) -> None:
    report = refused(
        tmp_path,
        slots=with_line("slots", 2, "AM,8,12:00"),
        products=with_line("products", 2, "V01,大白菜,叶菜,份,2.4,-0.5,,"),
        orders=with_line("orders", 3, "O2,H2,C9,5,LATE,2020-02-21 22:29:00+08:00,1,0"),
        order_lines=with_line("order_lines", 2, "O1,V01,2.9"),
    )

    assert [place_of(problem) for problem in report.problems] == [
        ("slots.csv", 2, "start"),
        ("products.csv", 2, "weight_kg"),
        ("orders.csv", 3, "slot"),
        ("orders.csv", 3, "compound"),
        ("order_lines.csv", 2, "qty"),
    ]


def test_a_table_that_cannot_be_read_is_not_held_against_the_names_others_use(tmp_path: Path) -> None:
    report = refused(tmp_path, compounds=None, slots=None)

    assert [problem.file for problem in report.problems] == ["compounds.csv", "slots.csv"]


def test_the_first_hundred_problems_are_told_and_all_are_counted(tmp_path: Path) -> None:
    lines = "".join(f"O1,S{number},0\n" for number in range(75))  # each: unknown sku, quantity 0

    report = refused(tmp_path, order_lines=TABLES["order_lines"] + lines)

    assert (len(report.problems), report.count) == (100, 150)
    assert "and 50 more; by file: order_lines.csv 150" in str(report)


def test_places_are_converted_from_the_datum_that_day_toml_names(tmp_path: Path) -> None:
    there = from_wgs84((117.088464, 36.644543), Datum.BD09)
    text = with_line("compounds", 2, f"C1,松鹤苑,云渡区,,{there[0]:.6f},{there[1]:.6f},91,3")
    second = from_wgs84((117.055456, 36.668824), Datum.BD09)
    text = text.replace("117.055456,36.668824", f"{second[0]:.6f},{second[1]:.6f}")

    day = read_day(tmp_path, compounds=text, day='[files.compounds]\ndatum = "BD-09"\n')

    assert (day.compounds[0].lng, day.compounds[0].lat) == (pytest.approx(117.088464, abs=2e-6),
                                                            pytest.approx(36.644543, abs=2e-6))  # fmt: skip
    assert (day.depots[0].lng, day.depots[0].lat) == (117.046203, 36.673526)  # depots.csv is in WGS-84


@pytest.mark.parametrize(("suffix", "datum"), [("gcj02", Datum.GCJ02), ("bd09", Datum.BD09), ("wgs84", Datum.WGS84)])
def test_the_header_may_name_the_datum(tmp_path: Path, suffix: str, datum: Datum) -> None:
    lng, lat = from_wgs84((117.046203, 36.673526), datum)

    day = read_day(
        tmp_path,
        depots=f"depot,name,lng_{suffix},lat_{suffix},opens,closes\nD0,钟岭仓,{lng:.7f},{lat:.7f},06:00,22:00\n",
    )

    assert (day.depots[0].lng, day.depots[0].lat) == (pytest.approx(117.046203, abs=1e-6),
                                                      pytest.approx(36.673526, abs=1e-6))  # fmt: skip


def test_a_header_that_contradicts_day_toml_is_a_problem(tmp_path: Path) -> None:
    problem = the_problem(
        tmp_path,
        depots="depot,name,lng_bd09,lat_bd09,opens,closes\nD0,钟岭仓,117.05,36.68,06:00,22:00\n",
        day='[files.depots]\ndatum = "GCJ-02"\n',
    )

    assert place_of(problem) == ("depots.csv", 1, "lng_bd09")


def test_places_on_the_map_and_a_little_beside_it_are_taken(tmp_path: Path) -> None:
    beside = with_line("compounds", 2, "C1,松鹤苑,云渡区,,117.215,36.65,91,3")  # 1.3 km east of the last road

    assert len(read_folder(write_day(tmp_path, compounds=beside), area=MAP).compounds) == 2


@pytest.mark.parametrize(
    ("place", "says"), [("116.4,39.9", "outside the road map map.osm.pbf"), ("36.644543,117.088464", "swapped")]
)
def test_places_off_the_map_are_problems(tmp_path: Path, place: str, says: str) -> None:
    write_day(tmp_path, compounds=with_line("compounds", 2, f"C1,松鹤苑,云渡区,,{place},91,3"))

    with pytest.raises(Exception, match=says) as caught:
        read_folder(tmp_path, area=MAP)
    assert place_of(caught.value.problems[0]) == ("compounds.csv", 2, "lng")  # type: ignore[attr-defined]


def test_unknown_columns_are_left_out_with_a_notice(tmp_path: Path) -> None:
    header, rest = TABLES["slots"].split("\n", 1)
    lines = "".join(f"{line},x\n" for line in rest.splitlines())

    day = read_day(tmp_path, slots=f"{header},remark\n{lines}")

    assert day.notices == ("slots.csv: columns not read: remark",)


SOUTH = "D1,南屿仓,117.05,36.66,06:00,22:00"


def test_goods_that_name_none_of_two_depots_lie_at_both(tmp_path: Path) -> None:
    day = read_day(tmp_path, depots=with_more("depots", SOUTH))

    assert day.shared
    assert {product.depot for product in day.products} == {order.depot for order in day.orders} == {"D0"}
    assert {depot.merchant for depot in day.depots} == {"钟岭仓"}  # one firm's, or they could not share


def test_one_depot_is_not_shared(tmp_path: Path) -> None:
    assert not read_day(tmp_path).shared


def test_two_depots_named_in_products_need_to_be_named_in_orders(tmp_path: Path) -> None:
    header, *lines = TABLES["products"].splitlines()
    named = "\n".join([f"{header},depot", *(f"{line},D1" for line in lines)]) + "\n"

    report = refused(tmp_path, depots=with_more("depots", SOUTH), products=named)

    assert {(p.file, p.field) for p in report.problems} == {("orders.csv", "depot")}


def test_depots_of_two_firms_cannot_share_their_goods(tmp_path: Path) -> None:
    header, first = TABLES["depots"].splitlines()
    two_firms = f"{header},merchant\n{first},禾穗超市\n{SOUTH},邻安鲜生\n"

    report = refused(tmp_path, depots=two_firms)

    assert [(p.file, p.field) for p in report.problems] == [("depots.csv", "merchant")]


def test_delivery_points_stand_in_a_table_of_their_own(tmp_path: Path) -> None:
    day = read_day(
        tmp_path,
        points="point,kind,compound,building,name,keeper\nC1-B2,pickup_point,C1,2,二号楼,王楼长\nC2-S,courier_station,C2,,,\n",
    )

    assert [(p.code, p.name, p.kind, p.building) for p in day.points] == [
        ("C1-B2", "二号楼", PointKind.PICKUP_POINT, "2"),
        ("C2-S", "C2-S", PointKind.COURIER_STATION, ""),
    ]


def test_the_channel_of_an_order_may_be_named(tmp_path: Path) -> None:
    header, *lines = TABLES["orders"].splitlines()
    text = "\n".join([f"{header},channel", f"{lines[0]},proxy", f"{lines[1]},", f"{lines[2]},group_buy"]) + "\n"

    assert [o.channel for o in read_day(tmp_path, orders=text).orders] == [
        Channel.PROXY, Channel.GROUP_BUY, Channel.GROUP_BUY,
    ]  # fmt: skip


def test_a_path_that_is_no_folder_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(Exception, match="no such folder"):
        read_folder(tmp_path / "nowhere")


def test_shared_goods_of_depots_that_are_all_wrong_are_a_report_and_no_crash(tmp_path: Path) -> None:
    report = refused(tmp_path, depots="depot,name,lng,lat,opens,closes\nD0,,,,,\nD1,,,,,\n")

    assert {p.file for p in report.problems} >= {"depots.csv"}
