"""What kind of file it is, and whether it can be taken: the bytes decide, and a refusal says what to do."""

from __future__ import annotations

import io
import struct
import time
import zipfile
from datetime import date
from decimal import Decimal
from pathlib import Path
from threading import BoundedSemaphore
from typing import Any

import pytest

from logistics.inventory.sheets import reading
from logistics.inventory.sheets.grid import UNCALCULATED, Unreadable
from logistics.inventory.sheets.reading import (
    BadSheetFile,
    DamagedFile,
    EmptyFile,
    FileTooLarge,
    LockedFile,
    NotASheet,
    NothingInIt,
    NoWorkbook,
    SheetTooLarge,
    UnknownEncoding,
    WebPage,
    WorkbookTooLarge,
    read_workbook,
)
from tests.inventory.sheets.files import a_compound_file, a_workbook, an_xls, changed, made, opened

ROWS = [["地区", "需求量"], ["朝阳", 5_000]]
SHEET1 = "xl/worksheets/sheet1.xml"


def refused(content: bytes, name: str = "物资.xls") -> BadSheetFile:
    with pytest.raises(BadSheetFile) as caught:
        read_workbook(content, name)
    assert name in str(caught.value)
    return caught.value


def test_a_workbook_is_read_with_its_types_and_merged_cells() -> None:
    rows = [["题目", None, None], ["甲", 1.5, "  x\ny "], [True, "2022-04-11", None]]

    (grid,) = opened(rows, merged=["A1:C1"], name="日报").grids

    assert (grid.name, grid.height, grid.width) == ("日报", 3, 3)
    assert (grid.own(0, 0), grid.own(0, 1), grid.filled(0, 2)) == ("题目", None, "题目")
    assert (grid.covered(0, 0), grid.covered(0, 1)) == (False, True)
    assert grid.rows[1] == ["甲", Decimal("1.5"), "  x\ny "]
    assert grid.own(2, 0) is True


def test_the_name_of_a_file_does_not_decide_what_it_is() -> None:
    assert read_workbook(a_workbook(ROWS), "sheet.csv").grids[0].own(1, 1) == Decimal(5_000)
    assert read_workbook("地区,需求量\n朝阳,5000\n".encode(), "sheet.xls").grids[0].own(1, 1) == "5000"


def test_hidden_and_empty_sheets_are_passed_over() -> None:
    def write(book: Any) -> None:
        for name in ("封面", "旧", "4.11"):
            sheet = book.add_worksheet(name)
            if name != "封面":
                sheet.write(0, 0, name)
            if name == "旧":
                sheet.hide()

    assert [grid.name for grid in read_workbook(made(write), "a.xlsx").grids] == ["4.11"]


@pytest.mark.parametrize(
    ("encoding", "told"), [("utf-8", "utf-8-sig"), ("utf-8-sig", "utf-8-sig"), ("gb18030", "gb18030"),
                           ("gbk", "gb18030"), ("utf-16", "utf-16")]
)  # fmt: skip
def test_a_csv_is_read_in_the_encodings_of_offices(encoding: str, told: str) -> None:
    book = read_workbook("地区,需求量\n朝阳,5000\n".encode(encoding), "sheet.csv")

    assert book.encoding == told
    assert book.grids[0].rows == [["地区", "需求量"], ["朝阳", "5000"]]


@pytest.mark.parametrize("sign", [",", "\t", ";", "|"])
def test_a_csv_may_part_its_cells_by_other_signs(sign: str) -> None:
    text = "\n".join(
        sign.join(row) for row in (["地区", "需求", "备注"], ["朝阳", "1,000" if sign != "," else "5", ""])
    )

    assert read_workbook(text.encode(), "a.csv").grids[0].width == 3


def test_lines_of_different_lengths_are_filled_up() -> None:
    assert read_workbook(b"a,b,c\nd\n", "a.csv").grids[0].rows == [["a", "b", "c"], ["d", None, None]]


def test_a_csv_may_begin_with_a_column_called_like_a_bitmap() -> None:
    assert read_workbook("BM,需求量\n220101,5000\n".encode("gbk"), "a.csv").grids[0].own(0, 0) == "BM"


# files that are refused


def test_an_empty_file_is_refused() -> None:
    assert isinstance(refused(b""), EmptyFile)
    assert isinstance(refused(b"\xef\xbb\xbf \r\n\r\n"), EmptyFile)
    assert isinstance(refused(a_workbook([])), NothingInIt)


@pytest.mark.parametrize(
    "start", [b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff\xe0", b"GIF89a", b"%PDF-1.7", b"BM1234\0\0\0\0"]
)
def test_a_picture_under_the_name_of_a_sheet_is_refused(start: bytes) -> None:
    error = refused(start + bytes(range(256)) * 8)

    assert isinstance(error, NotASheet)
    assert "send the sheet as .xls, .xlsx or .csv" in str(error)


def test_a_web_page_under_the_name_of_a_workbook_is_refused() -> None:
    assert isinstance(refused(b"<html><body><table><tr><td>1</td></tr></table></body></html>"), WebPage)


@pytest.mark.parametrize("part", [0.2, 0.5, 0.9, 0.99])
def test_a_workbook_cut_short_is_refused(part: float) -> None:
    content = a_workbook([*ROWS, *[[f"社区{n}", n] for n in range(500)]])

    assert isinstance(refused(content[: int(len(content) * part)]), DamagedFile)


@pytest.mark.realdata
@pytest.mark.parametrize("part", [0.1, 0.5, 0.9])
def test_a_real_xls_cut_short_is_refused(real_data: Path, part: float) -> None:
    for path in (real_data / "changchun2022/raw_xls").glob("*.xls"):
        content = path.read_bytes()
        assert isinstance(refused(content[: int(len(content) * part)]), DamagedFile), path


def test_noise_behind_the_mark_of_a_workbook_is_refused() -> None:
    assert isinstance(refused(b"PK\x03\x04" + b"x" * 500), DamagedFile)
    assert isinstance(refused(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"x" * 2_000), DamagedFile)


def test_a_zip_without_a_workbook_is_refused() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("readme.txt", "hello")

    assert isinstance(refused(out.getvalue()), NoWorkbook)


def test_a_locked_workbook_is_refused() -> None:
    assert isinstance(
        refused(a_compound_file({"EncryptedPackage": b"\1" * 9, "EncryptionInfo": b"\4\0\4\0"})), LockedFile
    )


def test_a_locked_xls_is_refused() -> None:
    records = struct.pack("<HH16s", 0x809, 16, struct.pack("<HH", 0x600, 5).ljust(16, b"\0"))
    records += struct.pack("<HHH", 0x2F, 2, 0)  # FILEPASS

    assert isinstance(refused(a_compound_file({"Workbook": records})), LockedFile)


def test_two_cells_in_far_corners_are_refused_before_they_are_laid_out() -> None:
    def write(book: Any) -> None:
        sheet = book.add_worksheet("远")
        sheet.write(0, 0, 1)
        sheet.write(1_048_575, 16_383, 2)  # half a terabyte of blank cells between them

    started = time.monotonic()
    error = refused(made(write))

    assert isinstance(error, SheetTooLarge)
    assert (error.data["sheet"], error.data["found"], error.data["maximum"]) == ("远", 1_048_576, 20_000)
    assert time.monotonic() - started < 10


def test_a_formula_in_a_far_corner_is_refused_before_it_is_laid_out() -> None:
    """It has no value, so the reader of cells does not see it; laid out here it would be 17,179,869,184 cells."""
    far = b'<row r="1048576"><c r="XFD1048576"><f>1+1</f></c></row></sheetData>'

    error = refused(changed(a_workbook(ROWS), SHEET1, lambda part: part.replace(b"</sheetData>", far)))

    assert isinstance(error, SheetTooLarge)
    assert (error.data["what"], error.data["found"]) == ("rows", 1_048_576)


def test_an_error_in_a_far_corner_of_an_xls_is_refused_before_it_is_laid_out() -> None:
    error = refused(an_xls({(0, 0): 5.0}, errors=[(65_535, 255)]))

    assert isinstance(error, SheetTooLarge | WorkbookTooLarge)  # the reader may end at its want of memory first
    (grid,) = read_workbook(an_xls({(0, 0): 5.0}, errors=[(2, 1)]), "a.xls").grids  # a near one is seen
    assert (grid.height, grid.own(0, 0), grid.own(2, 1)) == (3, Decimal(5), Unreadable("#DIV/0!"))


def test_more_cells_than_are_laid_out_are_refused() -> None:
    def write(book: Any, corners: list[tuple[int, int]]) -> None:
        for corner in corners:
            sheet = book.add_worksheet()
            sheet.write(0, 0, 1)
            sheet.write(*corner, 2)

    one = refused(made(lambda book: write(book, [(19_999, 255)])))
    together = refused(made(lambda book: write(book, [(1_999, 199)] * 3)))  # 3 x 2,000 x 200
    within = read_workbook(made(lambda book: write(book, [(1_999, 199)] * 2)), "a.xlsx")
    as_csv = refused(b"1\n" * 19_999 + b",".join([b"1"] * 256), "a.csv")

    assert [(error.data["what"], error.data["found"], error.data["maximum"]) for error in (one, together, as_csv)] == [
        ("cells", 5_120_000, 1_000_000), ("cells", 1_200_000, 1_000_000), ("cells", 5_120_000, 1_000_000),
    ]  # fmt: skip
    assert sum(grid.height * grid.width for grid in within.grids) == 800_000


def test_merged_ranges_that_lie_over_each_other_are_refused() -> None:
    rows = [[1] + [None] * 24 + [2], *[[None]] * 1_998, [3]]  # A1 to Z2000
    over = b"</sheetData><mergeCells>" + b'<mergeCell ref="A1:Z2000"/>' * 50 + b"</mergeCells>"

    bad = changed(a_workbook(rows), SHEET1, lambda part: part.replace(b"</sheetData>", over))

    assert isinstance(refused(bad), DamagedFile)


def test_a_long_text_that_stands_everywhere_is_cut_and_counted() -> None:
    text = "长" * 30_000  # once in the file, however often it stands in the sheet

    (grid,) = opened([[text]] * 100).grids

    assert {len(str(row[0])) for row in grid.rows} == {4_000}
    assert isinstance(refused(a_workbook([[text]] * 5_000)), WorkbookTooLarge)  # 5,000 x 4,000 letters


def test_no_more_workbooks_are_opened_at_once_than_the_machine_bears(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "_seats", BoundedSemaphore(1))
    monkeypatch.setattr(reading, "SEAT_WAIT_S", 0.01)
    content = a_workbook(ROWS)

    with reading._seats:
        error = refused(content)
    again = read_workbook(content, "a.xlsx")
    refused(content[:-50])  # a file that cannot be read gives its seat back too

    assert (error.code, error.status) == ("too_many_at_once", 503)
    assert again.grids[0].height == read_workbook(content, "a.xlsx").grids[0].height == 2


def test_a_million_columns_are_refused() -> None:
    error = refused(b",".join([b"1"] * 1_000_000), "a.csv")

    assert isinstance(error, SheetTooLarge)
    assert (error.data["found"], error.data["what"], error.data["maximum"]) == (1_000_000, "columns", 256)
    assert isinstance(refused(made(lambda book: book.add_worksheet().write(0, 16_383, "x"))), SheetTooLarge)


def test_more_rows_than_are_read_are_refused() -> None:
    assert isinstance(refused(b"1\n" * 20_001, "a.csv"), SheetTooLarge)
    error = refused(made(lambda book: book.add_worksheet().write(20_000, 0, "x")), "a.xlsx")
    assert (error.data["what"], error.data["found"]) == ("rows", 20_001)
    assert read_workbook(b"1\n" * 20_000, "a.csv").grids[0].height == 20_000


def test_a_file_that_unfolds_without_end_is_refused() -> None:
    bomb = changed(a_workbook(ROWS), "xl/sharedStrings.xml", lambda _: b" " * (300 * 1024 * 1024))
    assert len(bomb) < 1024 * 1024

    assert isinstance(refused(bomb), WorkbookTooLarge)


def test_a_file_that_lies_about_its_size_is_stopped_by_its_limits() -> None:
    bomb = bytearray(changed(a_workbook(ROWS), SHEET1, lambda _: b"<a>" * (60 * 1024 * 1024)))
    at = bomb.rindex(b"PK\x01\x02" + bomb[bomb.rindex(SHEET1.encode()) - 42 : bomb.rindex(SHEET1.encode())])
    bomb[at + 24 : at + 28] = struct.pack("<I", 1_000)

    started = time.monotonic()
    assert isinstance(refused(bytes(bomb)), (DamagedFile, WorkbookTooLarge))
    assert time.monotonic() - started < 60


def test_entities_that_grow_without_end_are_refused() -> None:
    def laugh(_: bytes) -> bytes:
        grown = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
        return (
            f'<?xml version="1.0"?><!DOCTYPE w [<!ENTITY l0 "ha">{grown}]><worksheet><v>&l9;</v></worksheet>'.encode()
        )

    assert isinstance(refused(changed(a_workbook(ROWS), SHEET1, laugh)), BadSheetFile)


def test_too_large_a_file_is_refused_by_its_size(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "FILE_BYTES_MAX", 1024 * 1024)

    error = refused(b"1,2\n" * (256 * 1024 + 1), "a.csv")

    assert isinstance(error, FileTooLarge)
    assert (error.data["mib"], error.status) == (1, 413)


def test_a_text_in_no_known_encoding_says_the_line() -> None:
    error = refused("地区,需求量\n".encode() + b"\x81\x20\xff,1\n", "a.csv")

    assert isinstance(error, UnknownEncoding)
    assert error.data["line"] == 2


# formulas


def test_a_formula_that_nobody_calculated_is_no_number() -> None:
    (grid,) = opened([["地区", "需求量"], ["朝阳", "=2+3"]]).grids  # written by a program, never opened

    assert grid.own(1, 1) == UNCALCULATED


def test_a_formula_that_a_spreadsheet_calculated_has_its_result() -> None:
    def trusted(part: bytes) -> bytes:
        return part.replace(b' fullCalcOnLoad="1"', b"")

    def write(book: Any) -> None:
        sheet = book.add_worksheet()
        sheet.write(0, 0, "朝阳")
        sheet.write_formula(0, 1, "=2+3", None, 5)
        sheet.write_formula(0, 2, "=1/0", None, "#DIV/0!")

    (grid,) = read_workbook(changed(made(write), "xl/workbook.xml", trusted), "a.xlsx").grids

    assert grid.rows[0] == ["朝阳", Decimal(5), Unreadable("#DIV/0!")]
    assert grid.formulas == {(0, 1), (0, 2)}


def test_an_error_in_the_last_cell_is_not_taken_for_the_end_of_the_table() -> None:
    def write(book: Any) -> None:
        sheet = book.add_worksheet()
        sheet.write(0, 0, "朝阳")
        sheet.write_formula(3, 2, "=1/0", None, "#DIV/0!")

    (grid,) = read_workbook(made(write), "a.xlsx").grids

    assert (grid.height, grid.width, grid.own(3, 2)) == (4, 3, Unreadable("#DIV/0!"))


@pytest.mark.realdata
def test_the_formulas_of_a_real_xls_are_seen_and_their_results_read(real_data: Path) -> None:
    path = next((real_data / "changchun2022/raw_xls").glob("4.12*.xls"))

    (grid,) = read_workbook(path.read_bytes(), path.name).grids

    assert len(grid.formulas) == 60
    assert grid.own(19, 15) == Decimal(266_230)  # P20, the total of what was received


@pytest.mark.parametrize("number", [b"NaN", b"inf", b"1e999"])
def test_a_number_that_is_none_is_an_error_and_no_number(number: bytes) -> None:
    bad = changed(a_workbook(ROWS), SHEET1, lambda part: part.replace(b"<v>5000</v>", b"<v>%s</v>" % number))

    assert read_workbook(bad, "a.xlsx").grids[0].own(1, 1) == Unreadable("#NUM!")


def test_dates_are_dates() -> None:
    def write(book: Any) -> None:
        book.add_worksheet().write_datetime(0, 0, date(2022, 4, 11), book.add_format({"num_format": "m/d"}))

    assert read_workbook(made(write), "a.xlsx").grids[0].own(0, 0) == date(2022, 4, 11)
