"""The city's own sheets of April 2022, untouched: merged cells, headings split over three rows, blanks, remarks."""

from __future__ import annotations

import csv
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from logistics.inventory.sheets.applying import read_sheet
from logistics.inventory.sheets.guessing import guess
from logistics.inventory.sheets.mapping import ColumnRole, FactKind, SheetMapping, mapping_of
from logistics.inventory.sheets.places import PlaceBook
from logistics.inventory.sheets.quantities import Fractions
from logistics.inventory.sheets.reading import Workbook, read_workbook
from logistics.inventory.sheets.rows import Outcome, SheetReading, Skip
from tests.inventory.sheets.files import DISTRICTS, a_book

pytestmark = pytest.mark.realdata

TODAY = date(2022, 4, 13)


@pytest.fixture(scope="module")
def sent(real_data: Path) -> Workbook:
    """4月11日: what each district asked for on the 9th and the 10th, and what it was sent on the 11th."""
    return opened(real_data, "4月11日*")


@pytest.fixture(scope="module")
def received(real_data: Path) -> Workbook:
    """4月12日: boxes received and handed out from three sources, with a total of each."""
    return opened(real_data, "4.12*")


def opened(real_data: Path, pattern: str) -> Workbook:
    path = next((real_data / "changchun2022/raw_xls").glob(f"{pattern}.xls"))
    return read_workbook(path.read_bytes(), path.name)


def guessed(book: Workbook, places: PlaceBook | None = None) -> SheetMapping:
    return guess(book.grids, places or a_book()).mapping(item="veg")


def read(book: Workbook, mapping: SheetMapping, places: PlaceBook | None = None) -> SheetReading:
    return read_sheet(book, mapping, places=places or a_book(), items={"veg": 1}, today=TODAY)


def test_merged_ranges_of_an_xls_come_through(received: Workbook) -> None:
    (grid,) = received.grids

    assert grid.filled(14, 1) == grid.own(13, 1) == "净月区\n（22.8万人）"
    assert (grid.own(14, 1), grid.covered(14, 1), len(grid.spans)) == (None, True, 36)


def test_the_columns_of_both_sheets_are_guessed_right(sent: Workbook, received: Workbook) -> None:
    one, other = guess(sent.grids, a_book()), guess(received.grids, a_book())

    assert (one.heading.first_row, one.heading.depth) == (1, 2)
    assert {one.heading.titles[column]: role.value for column, role in one.roles.items()} == {
        "城区、开发区": "place",
        "4月9日提报需求量 › 箱数": "requested",
        "4月11日实际发放量 › 箱数": "sent",
        "备注": "remark",
        "4月10日提报需求量 › 箱数": "requested",
    }
    assert (other.heading.first_row, other.heading.depth) == (3, 3)
    assert {other.heading.titles[column]: role.value for column, role in other.roles.items()} == {
        "各城区、 开发区": "place",
        "合计 › 接收+自采 › 蔬菜包 (箱/袋)": "received",
        "合计 › 发放 › 蔬菜包 (箱/袋)": "sent",
    }


def test_what_was_asked_and_sent_is_what_the_published_pairs_say(sent: Workbook, real_data: Path) -> None:
    with (real_data / "changchun2022/allocation_pairs.csv").open(encoding="utf-8-sig") as file:
        pairs = [row for row in csv.DictReader(file) if row["date"] == "2022-04-11"]
    named = a_book()

    reading = read(sent, guessed(sent))

    found = {(fact.area_id, fact.kind, fact.on): fact for fact in reading.facts}
    assert len(pairs) >= 5
    for pair in pairs:
        place = named.find(pair["district"]).place
        assert place is not None, pair["district"]
        asked = found[place.area_id, FactKind.REQUESTED, date.fromisoformat(pair["request_date"])]
        given = found[place.area_id, FactKind.SENT, date(2022, 4, 11)]
        assert (asked.pieces, given.pieces) == (float(pair["requested_boxes"]), float(pair["allocated_boxes"])), pair
        assert asked.remark == pair["remark"], pair


def test_every_row_of_the_sheet_of_what_was_sent_is_accounted_for(sent: Workbook) -> None:
    reading = read(sent, guessed(sent))

    assert (reading.sheet, reading.first_row, reading.depth, reading.day) == ("4月11日实发", 2, 2, date(2022, 4, 11))
    assert [row.skip for row in reading.rows] == [Skip.TOTAL, *[None] * 9, Skip.NOTE, Skip.NOTE]
    assert reading.count(Outcome.TAKEN) == 9
    # three numbers for each of the nine; the sheet's own totals agree: 120,000 and 95,000 asked, 95,486 sent
    assert len(reading.facts) == 27
    assert sum(fact.pieces for fact in reading.facts if fact.kind is FactKind.SENT) == 95_486
    assert reading.notices == []


def test_half_boxes_are_wrong_until_the_office_says_what_they_are(received: Workbook) -> None:
    mapping = guessed(received)

    refused = read(received, mapping)
    halves = read(received, replace(mapping, per_unit=2))
    down = read(received, replace(mapping, fractions=Fractions.DOWN))

    assert [(row.place, row.problems[0].cell) for row in refused.rows if row.outcome is Outcome.WRONG] == [
        ("朝阳区 (57.8万人)", "R7"),
        ("南关区 (48.9万人)", "R8"),
        ("长春新区 (36.8万人)", "R12"),
        ("经开区 (20.3万人)", "R13"),
    ]
    # the sheet's totals are 266,230 received and 149,340 sent: no notice, and twice as many halves
    assert (halves.wrong, halves.notices) == (0, [])
    assert total(halves, FactKind.RECEIVED) == 2 * 266_230
    assert total(halves, FactKind.SENT) == 2 * 149_340
    assert total(down, FactKind.SENT) == 149_340 - 2  # four halves less: 4 x 0.5


def test_a_name_merged_over_two_rows_is_one_place(received: Workbook) -> None:
    columns = guessed(received).document()["columns"]
    place = next(column for column in columns if column["role"] == "place")
    support = {"role": "received", "title": "市州支援 › 接收 › 蔬菜包 (箱/袋)"}
    direct = {"role": "stock", "title": "市级直采 › 接收 › 蔬菜包 (箱/袋)"}
    mapping = mapping_of({**guessed(received).document(), "columns": [place, support, direct]})

    reading = read(received, mapping)

    at_jingyue = {fact.kind: fact for fact in reading.facts if fact.area_id == DISTRICTS.index("净月区") + 1}
    assert at_jingyue[FactKind.RECEIVED].cells == ("D14", "D15")  # 白山市 and 白城市, a row each
    assert (at_jingyue[FactKind.STOCK].pieces, at_jingyue[FactKind.STOCK].cells) == (8_000, ("H14",))  # merged: once


def test_a_place_that_reports_nothing_is_skipped_and_said(received: Workbook) -> None:
    reading = read(received, replace(guessed(received), per_unit=2))

    last = {row.row: row for row in reading.rows}[19]
    assert (last.place, last.skip) == ("九台区", Skip.NO_QUANTITY)


def test_names_of_the_office_are_unknown_until_somebody_says_them(sent: Workbook) -> None:
    strangers = a_book(aliases={})

    reading = read(sent, guessed(sent, strangers), strangers)

    assert reading.unknown == ["新区"]
    problem = next(row.problems[0] for row in reading.rows if row.problems)
    assert (problem.cell, problem.data["options"]) == ("B10", ["长春新区 (220106)"])


def test_the_mapping_of_one_day_reads_the_same_sheet_of_another(sent: Workbook) -> None:
    (grid,) = sent.grids
    text = "\n".join(
        ",".join(str(grid.own(row, column) or "").replace(",", "，") for column in range(grid.width))
        for row in range(grid.height)
    )
    tomorrow = text.replace("4月11日", "4月12日").replace("4月10日", "4月11日").replace("4月9日", "4月10日")
    book = read_workbook(tomorrow.encode("gb18030"), "4月12日蔬菜包实发表.csv")

    reading = read(book, guessed(sent))

    assert reading.wrong == 0
    assert {fact.on.day for fact in reading.facts if fact.kind is FactKind.SENT} == {12}
    assert {fact.on.day for fact in reading.facts if fact.kind is FactKind.REQUESTED} == {10, 11}


def total(reading: SheetReading, kind: FactKind) -> int:
    return sum(fact.pieces for fact in reading.facts if fact.kind is kind)


def test_the_roles_of_a_guess_are_those_of_a_mapping() -> None:
    assert {kind.value for kind in FactKind} <= {role.value for role in ColumnRole}
