"""The first guess: where the heading is, which column is what. Headings may be split, merged, and anywhere."""

from __future__ import annotations

from typing import Any

import pytest

from logistics.communities.rules import AreaLevel
from logistics.inventory.sheets.guessing import Guess, guess
from logistics.inventory.sheets.headings import heading_at
from logistics.inventory.sheets.mapping import BadMapping, ColumnRole
from logistics.inventory.sheets.reading import read_workbook
from tests.inventory.sheets.files import a_book, a_workbook, opened

P, REQ, SENT, REC, STOCK, REMARK = (
    ColumnRole.PLACE, ColumnRole.REQUESTED, ColumnRole.SENT, ColumnRole.RECEIVED, ColumnRole.STOCK, ColumnRole.REMARK,
)  # fmt: skip
TWO_ROWS = [
    ["4月11日蔬菜包发放表", None, None, None, None, None],
    ["序号", "城区", "4月9日提报需求量", None, "实际发放量", "备注"],
    [None, None, "箱数", "重量（吨）", "箱数", None],
    [1, "朝阳", 10_000, 90, 12_099, "注意"],
    [2, "南关", 20_000, 180, 10_773, None],
]
MERGED = ["A1:F1", "A2:A3", "B2:B3", "C2:D2", "F2:F3"]


def guessed(rows: list[list[Any]], **options: Any) -> Guess:
    return guess(opened(rows, **options).grids, a_book())


def test_a_heading_split_over_two_rows_and_merged_is_put_together() -> None:
    found = guessed(TWO_ROWS, merged=MERGED)

    assert (found.heading.first_row, found.heading.depth) == (1, 2)
    assert found.heading.titles == (
        "序号", "城区", "4月9日提报需求量 › 箱数", "4月9日提报需求量 › 重量(吨)", "实际发放量 › 箱数", "备注",
    )  # fmt: skip
    assert found.roles == {1: P, 2: REQ, 4: SENT, 5: REMARK}
    assert found.level is AreaLevel.DISTRICT


def test_the_same_heading_without_merged_cells_is_put_together_as_in_a_csv() -> None:
    text = "\n".join(",".join("" if cell is None else str(cell) for cell in row) for row in TWO_ROWS)

    found = guess(read_workbook(text.encode(), "a.csv").grids, a_book())

    assert (found.heading.first_row, found.heading.depth) == (1, 2)
    assert found.heading.titles[2:5] == ("4月9日提报需求量 › 箱数", "4月9日提报需求量 › 重量(吨)", "实际发放量 › 箱数")
    assert found.roles == {1: P, 2: REQ, 4: SENT, 5: REMARK}


@pytest.mark.parametrize("above", [0, 1, 7])
def test_the_heading_may_stand_anywhere(above: int) -> None:
    rows: list[list[Any]] = [[None, None]] * above + [["地区", "需求量"], ["朝阳", 500]]

    found = guessed(rows)

    assert (found.heading.first_row, found.heading.depth, found.roles) == (above, 1, {0: P, 1: REQ})


def test_three_rows_of_heading_hang_together_by_their_merged_cells() -> None:
    rows = [
        ["统计时间：2月18日", None, None, None],
        ["地区", "口罩", None, "额温枪"],
        [None, "申领", None, "库存"],
        [None, "只", "备注", "把"],
        ["朝阳区（57.8万人）", "1.5万", "急", 3],
    ]

    found = guessed(rows, merged=["A2:A4", "B2:C2", "B3:C3"])

    assert (found.heading.first_row, found.heading.depth) == (1, 3)
    assert found.heading.titles == ("地区", "口罩 › 申领 › 只", "口罩 › 申领 › 备注", "额温枪 › 库存 › 把")
    assert found.roles == {0: P, 1: REQ, 2: REMARK, 3: STOCK}


def test_of_parts_and_their_total_the_total_is_read() -> None:
    rows = [["地区", "直采接收", "自保接收", "合计接收"], ["朝阳", 1, 2, 3], ["南关", 4, 5, 9]]

    assert guessed(rows).roles == {0: P, 3: REC}


def test_columns_of_different_days_are_all_read() -> None:
    rows = [["地区", "2月17日需求", "2月18日需求"], ["朝阳", 1, 2]]

    assert guessed(rows).roles == {0: P, 1: REQ, 2: REQ}


def test_weights_serial_numbers_and_prices_are_no_quantities() -> None:
    rows = [["序号", "地区", "需求（吨）", "需求金额", "需求份数"], [1, "朝阳", 5, 7, 9]]

    assert guessed(rows).roles == {1: P, 4: REQ}


def test_of_several_sheets_the_one_with_the_table_is_taken() -> None:
    from tests.inventory.sheets.files import made

    def write(book: Any) -> None:
        book.add_worksheet("说明").write(0, 0, "请各单位于17时前上报")
        sheet = book.add_worksheet("4.11")
        for row, cells in enumerate([["地区", "需求量"], ["朝阳", 500]]):
            sheet.write_row(row, 0, cells)

    assert guess(read_workbook(made(write), "a.xlsx").grids, a_book()).grid.name == "4.11"


def test_places_that_nobody_knows_yet_are_found_by_their_title() -> None:
    rows = [["序号", "单位名称", "需求量"], [1, "幸福里", 5], [2, "平安里", 7]]

    assert guessed(rows).roles == {1: P, 2: REQ}


def test_a_sheet_without_a_quantity_cannot_be_guessed_and_says_so() -> None:
    found = guessed([["地区", "电话"], ["朝阳", "见附件"]])

    with pytest.raises(BadMapping) as caught:
        found.mapping(item="mask")
    assert caught.value.data["why"] == "no_quantity"


def test_two_columns_of_one_title_are_told_apart_by_their_order() -> None:
    (grid,) = read_workbook(a_workbook([["地区", "2月17日需求", "2月18日需求"], ["朝阳", 1, 2]]), "a.xlsx").grids

    assert heading_at(grid, 0, 1).signatures == (("地区", 0), ("{date}需求", 0), ("{date}需求", 1))
