"""Sheets as tools export them: orders over several rows, merged cells, a column per product, totals and remarks."""

from __future__ import annotations

from typing import Any

import pytest

from logistics.orders.chat_sheets.guessing import guess_list
from logistics.orders.chat_sheets.headings import ListColumnsNotFound
from logistics.orders.chat_sheets.homes import Ground, Home, HomeBook, HomeMatch
from logistics.orders.chat_sheets.mapping import BadListMapping, ListColumn, ListMapping
from logistics.orders.chat_sheets.products import Offered, ProductBook
from logistics.orders.chat_sheets.reading import read_list
from logistics.orders.chat_sheets.rows import ListReading
from logistics.orders.chat_sheets.saying import BAD_PHONE
from tests.orders.chat_sheets.lists import LINES, PH, TEXTS, A, N, P, Q, S, T, a_mapping, book_of

PRODUCTS = ProductBook([
    Offered(product_id=1, sku="V01", name="白菜", unit="份"), Offered(product_id=2, sku="V02", name="土豆", unit="袋"),
])  # fmt: skip


def a_home(number: int, building: str, unit: str, flat: str, compound: int = 1) -> Home:
    names = {1: "阳光花园", 2: "月光花园"}
    return Home(household_id=number, code=f"H{number}", compound_id=compound, compound=names[compound],
                building=building, unit=unit, flat=flat)  # fmt: skip


HOMES = (
    a_home(1, "1号楼", "1单元", "101"), a_home(2, "1号楼", "2单元", "101"), a_home(3, "1号楼", "2单元", "201"),
    a_home(4, "2", "", "301"), a_home(5, "3", "1", "501"), a_home(6, "3", "1", "501", compound=2),
)  # fmt: skip
GROUNDS = (
    Ground(compound_id=1, code="YG", name="阳光花园小区", address="光明路8弄", buildings=("1号楼", "2", "3")),
    Ground(compound_id=2, code="YUE", name="月光花园", buildings=("3",)),
)
BOOK = HomeBook(GROUNDS, HOMES)


def read(rows: list[list[Any]], mapping: ListMapping = TEXTS, **options: Any) -> ListReading:
    return read_list(book_of(rows, **options).grids, mapping, homes=BOOK, products=PRODUCTS)


def orders(reading: ListReading) -> list[tuple[tuple[int, ...], int | None, dict[str, int]]]:
    return [
        (entry.rows, entry.home and entry.home.household_id, {line.sku: line.quantity for line in entry.lines})
        for entry in reading.entries
    ]


def test_a_text_per_row_below_a_title_with_totals_and_notes() -> None:
    rows = [
        ["阳光花园接龙", None, None],
        [None, None, None],
        ["序号", "地址", "接龙内容"],
        [1, "1-1-101", "白菜2 土豆*3"],
        [None, None, None],
        [2, "二号楼三〇一", "一份白菜"],
        ["序号", "地址", "接龙内容"],
        [3, "3-1-501", None],
        ["合计", None, "白菜3"],
        [None, "以上请于明日领取", None],
    ]

    reading = read(rows)

    assert orders(reading) == [((4,), 1, {"V01": 2, "V02": 3}), ((6,), 4, {"V01": 1})]
    assert [(row.row, row.skip.value) for row in reading.skipped] == [
        (5, "blank"), (7, "heading"), (8, "nothing"), (9, "total"), (10, "note"),
    ]  # fmt: skip
    assert reading.first_row == 3


def test_rows_of_one_order_number_are_one_order_in_merged_cells_and_without() -> None:
    head = ["订单号", "地址", "商品", "数量"]
    merged = [head, ["D1", "1-1-101", "白菜", "2份"], [None, None, "土豆", "x1"], ["D2", "2-301", "土豆", "两袋"]]
    plain = [head, ["D1", "1-1-101", "白菜", 2], ["D2", "2-301", "土豆", 2], ["D1", "1-1-101", "土豆", 1]]
    wanted = [{"V01": 2, "V02": 1}, {"V02": 2}]

    assert [lines for *_, lines in orders(read(merged, LINES, merged=["A2:A3", "B2:B3"]))] == wanted
    assert [lines for *_, lines in orders(read(merged, LINES))] == wanted
    assert orders(read(plain, LINES)) == [((2, 4), 1, wanted[0]), ((3,), 4, wanted[1])]


def test_lines_without_numbers_belong_to_their_flat() -> None:
    rows = [["地址", "商品", "数量"], ["1-1-101", "白菜", 1], ["2-301", "白菜", 1], ["1号楼1单元101室", "土豆", 1],
            ["2-301", "白菜", 1]]  # fmt: skip

    reading = read(rows, a_mapping(A, P, Q))

    assert orders(reading) == [((2, 4), 1, {"V01": 1, "V02": 1}), ((3, 5), 4, {"V01": 2})]
    assert [note.note for note in reading.entries[1].notes] == [
        "stands there several times and was added up: %(products)s"
    ]


def test_a_column_per_product_under_a_heading_of_two_rows() -> None:
    rows = [["楼号房号", "商品", None, "备注"], [None, "白菜", "土豆", None], ["1-1-101", 2, "—", "放门口"],
            ["2-301", "两份", "０", None], ["3-1-501", None, None, "不要了"], ["1-2-201", "若干", 1, None]]  # fmt: skip
    mapping = guess_list(book_of(rows, merged=["A1:A2", "B1:C1", "D1:D2"]).grids, PRODUCTS).mapping(compound="阳光花园")

    reading = read(rows, mapping, merged=["A1:A2", "B1:C1", "D1:D2"])

    assert [use.role.value for use in mapping.columns] == ["address", "count", "count", "remark"]
    assert orders(reading) == [((3,), 1, {"V01": 2}), ((4,), 4, {"V01": 2}), ((6,), 3, {"V02": 1})]
    assert reading.entries[0].remark == "放门口"
    assert [(one.cell, one.reason.value) for one in reading.entries[2].problems] == [("B6", "quantity")]
    assert [(row.row, row.skip.value) for row in reading.skipped] == [(5, "nothing")]


def test_building_unit_and_flat_may_stand_apart() -> None:
    rows = [["楼号", "单元", "房号", "接龙内容"], ["1号楼", "2单元", "0201", "白菜1"], [2, None, 301, "土豆1"]]
    mapping = guess_list(book_of(rows).grids, PRODUCTS).mapping(compound="阳光花园")

    assert [use.role.value for use in mapping.columns] == ["building", "unit", "flat", "text"]
    assert orders(read(rows, mapping)) == [((2,), 3, {"V01": 1}), ((3,), 4, {"V02": 1})]


def test_a_tools_export_is_guessed_without_names_money_and_times() -> None:
    rows = [
        [
            "订单号",
            "下单时间",
            "团员昵称",
            "收货人",
            "手机号",
            "收货地址",
            "商品名称",
            "数量",
            "金额",
            "订单状态",
            "备注",
        ],
        ["D1", "2020-02-18 10:00", "赵", "赵六", "+86 138 0013 8000", "阳光花园1-1-101", "白菜", 1, 5, "已支付", None],
    ]

    guess = guess_list(book_of(rows).grids, PRODUCTS)

    assert {column: role.value for column, role in guess.roles.items()} == {
        0: "number", 4: "phone", 5: "address", 6: "product", 7: "quantity", 9: "state", 10: "remark",
    }  # fmt: skip
    assert orders(read(rows, guess.mapping())) == [((2,), 1, {"V01": 1})]


@pytest.mark.parametrize(
    ("text", "compound", "match", "home", "options"),
    [
        ("1-1-101", "阳光花园", HomeMatch.FLAT, 1, []),
        ("2-301", "YG", HomeMatch.FLAT, 4, []),
        ("3-501", "阳光花园小区", HomeMatch.FLAT, 5, []),  # the building has one unit
        ("3-1-501", "", HomeMatch.AMBIGUOUS, None, [5, 6]),
        ("月光花园3-1-501", "阳光花园", HomeMatch.FLAT, 6, []),
        ("光明路8弄3号501室", "", HomeMatch.FLAT, 5, []),
        ("朝阳区月光花园3号楼501", "", HomeMatch.FLAT, 6, []),
        ("1-101", "阳光花园", HomeMatch.AMBIGUOUS, None, [1, 2]),
        ("1-201", "阳光花园", HomeMatch.AMBIGUOUS, None, [3]),  # unit 1 may have one too
        ("2-1-301", "阳光花园", HomeMatch.UNKNOWN, None, [4]),
        ("1-2101", "阳光花园", HomeMatch.UNKNOWN, None, [2]),
        ("7-1-101", "阳光花园", HomeMatch.NO_BUILDING, None, []),
        ("火星花园1-1-101", "阳光花园", HomeMatch.NO_COMPOUND, None, []),
        ("501", "阳光花园", HomeMatch.UNREADABLE, None, []),
    ],
)
def test_an_address_means_one_household_or_is_reported(
    text: str, compound: str, match: HomeMatch, home: int | None, options: list[int]
) -> None:
    found = BOOK.find(text, compound=compound)

    assert (found.match, found.home and found.home.household_id) == (match, home)
    assert [option.household_id for option in found.options] == options


@pytest.mark.parametrize(
    ("rows", "cell", "reason"),
    [
        ([["D1", "1-1-101", "白菜", 1, None], ["D1", "2-301", "土豆", 1, None]], "B3", "number"),
        ([[2.02004110012345678e17, "1-1-101", "白菜", 1, None]], "A2", "number"),
        ([["D1", "1-1-101", "白菜", 1, "部分退款"]], "", "state"),
        ([["D1", "1-1-101", "苹果", 1, None]], "C2", "product"),
        ([["D1", "1-1-101", None, 1, None]], "C2", "product"),
        ([["D1", "1-1-101", "白菜", None, None]], "D2", "quantity"),
        ([["D1", "1-1-101", "白菜", "约3", None]], "D2", "quantity"),
        ([["D1", "1-1-101", "白菜", 1000, None]], "D2", "quantity"),
        ([["D1", "5层501", "白菜", 1, None]], "B2", "address"),
    ],
)
def test_a_cell_that_is_wrong_is_named(rows: list[list[Any]], cell: str, reason: str) -> None:
    reading = read([["订单号", "地址", "商品", "数量", "状态"], *rows], a_mapping(N, A, P, Q, S))

    (entry,) = reading.entries
    assert [(one.cell, one.reason.value) for one in entry.problems] == [(cell, reason)]


def test_what_nobody_sees_in_a_cell_is_no_part_of_it() -> None:
    rows = [["订单号", "地址", "商品", "数量"], ["D1\u200b", "1-1-101\u200b", "白菜", 1]]

    (entry,) = read(rows, LINES).entries

    assert (entry.number, entry.address, entry.home and entry.home.household_id) == ("D1", "1-1-101", 1)


def test_a_table_far_down_the_sheet_is_guessed_too() -> None:
    rows = [*[[None, None]] * 30, ["地址", "接龙内容"], ["1-1-101", "白菜1"]]

    mapping = guess_list(book_of(rows).grids, PRODUCTS).mapping()

    assert [use.role.value for use in mapping.columns] == ["address", "text"]


def test_one_phone_number_for_two_flats_is_noted_and_no_more() -> None:
    rows = [["地址", "电话", "接龙内容"], ["1-1-101", "138 0013 8000", "白菜1"], ["2-301", "+8613800138000", "白菜1"],
            ["3-1-501", "12345", "白菜1"]]  # fmt: skip

    first, second, third = read(rows, a_mapping(A, PH, T)).entries

    assert (first.notes, [(note.cell, note.data) for note in second.notes]) == ((), [("B3", {"row": 2})])
    assert [note.note for note in third.notes] == [BAD_PHONE]


def test_a_sheet_without_the_columns_says_what_it_lacks() -> None:
    with pytest.raises(ListColumnsNotFound) as caught:
        read([["地址", "别的"], ["1-1-101", "x"]])

    assert caught.value.data["missing"] == ["接龙内容"]


@pytest.mark.parametrize(
    ("roles", "options", "why"),
    [
        ((T,), {}, "no_address"),
        ((A,), {}, "no_goods"),
        ((A, P), {}, "no_quantity"),
        ((A, T, P, Q), {}, "two_layouts"),
        ((A, A, T), {}, "role_twice"),
        ((A, T), {"depth": 9}, "out_of_range"),
        ((A, T, ListColumn.REMARK), {"channel": "door"}, "channel"),
    ],
)
def test_a_mapping_that_contradicts_itself_is_refused(roles: tuple[ListColumn, ...], options: Any, why: str) -> None:
    with pytest.raises(BadListMapping) as caught:
        a_mapping(*roles, **options)

    assert caught.value.data["why"] == why
