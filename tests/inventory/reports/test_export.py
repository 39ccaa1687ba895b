"""A report as a workbook and as CSV, opened again and compared cell by cell."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Sequence

import pytest
from flask import Flask
from python_calamine import CalamineWorkbook

from logistics.communities.models import Area
from logistics.db import transaction
from logistics.errors import NotFound
from logistics.inventory.reports.export import CSV, WORKBOOK, Words, report_file
from logistics.inventory.reports.rules import QUANTITIES, StockLine
from logistics.inventory.reports.views import ReportDetail
from tests.inventory.reports.reporting import Tree, a_tree, at

WORDS = Words(said=str, named=lambda value, _group: str(value))
FIVE = at("17:00")


@pytest.fixture
def tree(tables: Flask) -> Tree:
    """An office with 100 masks that sent 60 to a community, of which 50 came and 20 were issued."""
    tree = a_tree()
    tree.receive(tree.office, 100, at("9:00"))
    tree.arrive(tree.dispatch(tree.office, tree.east, 60, at("10:00")), 50, at("11:00"))
    tree.issue(tree.east, 20, at("12:00"))
    return tree


def sheets(report: ReportDetail) -> dict[str, list[list[object]]]:
    book = CalamineWorkbook.from_filelike(io.BytesIO(report_file(report, WORKBOOK, WORDS, made_at=FIVE).content))
    return {name: book.get_sheet_by_name(name).to_python(skip_empty_area=False) for name in book.sheet_names}


def rows(report: ReportDetail) -> list[list[str]]:
    content = report_file(report, CSV, WORDS, made_at=FIVE).content
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))


def numbers(cells: Sequence[object]) -> StockLine:
    return StockLine(**{name: int(cell) for name, cell in zip(QUANTITIES, cells, strict=True)})  # type: ignore[call-overload]


OWN = StockLine(received=100, sent=60, closing=40)
WHOLE = StockLine(received=100, arrived=50, sent=60, issued=20, closing=70, discrepancy=10)
EAST = StockLine(arrived=50, issued=20, closing=30, discrepancy=10)


def test_the_workbook_holds_every_number_of_the_report(tree: Tree) -> None:
    tree.confirm(tree.office, FIVE)
    report = tree.report(tree.office, FIVE)

    found = sheets(report)

    daily = found["Daily report"]
    assert str(daily[0][0]).startswith("Daily report of scarce goods: name O")
    assert "From 2020-02-17 17:00 to 2020-02-18 17:00 · confirmed · version 1" in str(daily[1][0])
    assert daily[2][:7] == ["Area code", "Area", "Date", "Covers", "Item code", "Item", "Unit"]
    assert daily[2][7:-1] == list(QUANTITIES)
    assert [(row[3], row[5], numbers(row[7:-1])) for row in daily[3:7]] == [
        ("own", "口罩", OWN),
        ("own", "额温枪", StockLine()),
        ("whole", "口罩", WHOLE),
        ("whole", "额温枪", StockLine()),
    ]
    assert all(row[7 + index] != "" for row in daily[3:7] for index in range(len(QUANTITIES)))  # zero is stated
    assert "Checked by" in str(daily[-1][0])
    assert [row[0] for row in found["Versions"][1:]] == [1.0]


def test_the_areas_below_and_the_own_store_come_to_the_sum(tree: Tree) -> None:
    below = sheets(tree.report(tree.office, FIVE))["Areas below"]

    masks = [(row[3], numbers(row[5:])) for row in below[3:] if row[1] == "口罩"]
    assert [line for _, line in masks] == [OWN, EAST, StockLine(), WHOLE]
    own, east, west, whole = (line for _, line in masks)
    assert own + east + west == whole
    assert masks[-1][0] == "Sum"


def test_a_community_has_no_sheet_of_areas_below(tree: Tree) -> None:
    assert list(sheets(tree.report(tree.east, FIVE))) == ["Daily report"]


def test_a_correction_is_in_the_workbook_with_what_was_reported_before(tree: Tree) -> None:
    tree.confirm(tree.east, FIVE)
    tree.receive(tree.east, 5, at("16:00"))
    before = sheets(tree.report(tree.east, at("18:00")))
    tree.correct(tree.east, at("19:00"), reason="补录")

    after = sheets(tree.report(tree.east, at("20:00")))

    assert [row[2:] for row in before["Differences"][1:]] == [["received", 0.0, 5.0], ["closing", 30.0, 35.0]]
    assert numbers(before["Daily report"][3][7:-1]) == EAST  # what was reported, until it is corrected
    assert "Differences" not in after
    assert numbers(after["Daily report"][3][7:-1]) == EAST + StockLine(received=5, closing=5)
    assert [(row[0], row[3]) for row in after["Versions"][1:]] == [(1.0, ""), (2.0, "补录")]


def test_the_csv_has_the_same_cells_as_the_workbook(tree: Tree) -> None:
    report = tree.report(tree.office, FIVE)

    header, *lines = rows(report)

    workbook = sheets(report)["Daily report"]
    assert header == workbook[2]
    assert [numbers(line[7:-1]) for line in lines] == [numbers(row[7:-1]) for row in workbook[3:7]]
    assert {line[2] for line in lines} == {"2020-02-18"}


def test_a_name_that_looks_like_a_formula_is_run_by_no_spreadsheet(tree: Tree) -> None:
    with transaction() as session:
        session.get_one(Area, tree.east).name = "=HYPERLINK(1)"
    report = tree.report(tree.office, FIVE)

    east = tree.report(tree.east, FIVE)
    content = report_file(report, WORKBOOK, WORDS, made_at=FIVE).content

    assert rows(east)[1][1] == "'=HYPERLINK(1)"
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        assert all(b"<f>" not in book.read(name) for name in book.namelist() if "worksheets/sheet" in name)
    assert "=HYPERLINK(1)" in {row[3] for row in sheets(report)["Areas below"]}  # still a text


def test_the_same_report_makes_the_same_file_and_there_are_two_kinds(tree: Tree) -> None:
    report = tree.report(tree.east, FIVE)

    first, second = (report_file(report, WORKBOOK, WORDS, made_at=FIVE) for _ in range(2))

    assert first == second
    assert first.name.endswith("-2020-02-18.xlsx")
    with pytest.raises(NotFound):
        report_file(report, "report.pdf", WORDS, made_at=FIVE)
