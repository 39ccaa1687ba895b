"""Tables out: what is written is read back cell by cell, and no text is ever a formula."""

from __future__ import annotations

import io
import re
import zipfile
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from python_calamine import CalamineWorkbook

from logistics.tables_out import Column, ColumnKind, Sheet, csv_file, xlsx

AT = datetime(2020, 2, 18, 9, 0, tzinfo=UTC)
"""17:00 in Beijing."""
COLUMNS = (
    Column(title="社区"),
    Column(title="结存", kind=ColumnKind.WHOLE),
    Column(title="满足率", kind=ColumnKind.SHARE),
    Column(title="吨", kind=ColumnKind.DECIMAL),
    Column(title="日期", kind=ColumnKind.DAY),
    Column(title="确认时间", kind=ColumnKind.MOMENT),
)
ROW = ("东华门社区", 1_250, 0.5, Decimal("9.72"), date(2020, 2, 18), AT)


def a_sheet(*rows: tuple[object, ...], **more: object) -> Sheet:
    return Sheet(name="日报", columns=COLUMNS, rows=rows, **more)  # type: ignore[arg-type]


def opened(content: bytes, name: str = "日报") -> list[list[object]]:
    book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    return book.get_sheet_by_name(name).to_python(skip_empty_area=False)


def parts(content: bytes) -> dict[str, str]:
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        return {name: book.read(name).decode() for name in book.namelist()}


def test_a_workbook_opened_again_holds_every_cell() -> None:
    cells = opened(xlsx([a_sheet(ROW, heading=("2月18日",), below=("制表人",))], made_at=AT))

    assert cells == [
        ["2月18日", "", "", "", "", ""],
        ["社区", "结存", "满足率", "吨", "日期", "确认时间"],
        ["东华门社区", 1250.0, 0.5, 9.72, date(2020, 2, 18), datetime(2020, 2, 18, 17, 0)],  # noqa: DTZ001
        ["制表人", "", "", "", "", ""],
    ]


def test_zero_is_written_and_none_is_left_blank() -> None:
    cells = opened(xlsx([a_sheet(("甲", 0, None, None, None, None))], made_at=AT))

    assert cells[1] == ["甲", 0.0, "", "", "", ""]


@pytest.mark.parametrize(
    "start", ["=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠", " =", "\u3000@", "\ufeff-"]
)
def test_a_text_that_looks_like_a_formula_stays_a_text_even_when_it_is_edited(start: str) -> None:
    text = f"{start}HYPERLINK(1)"

    content = xlsx([a_sheet((text, 0, None, None, None, None))], made_at=AT)

    sheet, styles = parts(content)["xl/worksheets/sheet1.xml"], parts(content)["xl/styles.xml"]
    assert "<f>" not in sheet
    assert 'quotePrefix="1"' in styles
    header, _, first = csv_file(a_sheet((text, 0, None, None, None, None))).decode("utf-8-sig").partition("\n")
    assert header.startswith("社区")
    assert first.strip('"')[0] == "'"


def test_a_harmless_text_is_not_marked() -> None:
    rows = [(text, 0, None, None, None, None) for text in ("5=6", "=6")]

    sheet = parts(xlsx([a_sheet(*rows)], made_at=AT))["xl/worksheets/sheet1.xml"]

    harmless, marked = (re.search(rf'<c r="A{row}" s="(\d+)"', sheet) for row in (2, 3))
    assert harmless is not None
    assert marked is not None
    assert harmless[1] != marked[1]


def test_the_same_tables_make_the_same_bytes() -> None:
    assert xlsx([a_sheet(ROW)], made_at=AT) == xlsx([a_sheet(ROW)], made_at=AT)


def test_the_heading_stays_in_sight_and_columns_are_as_wide_as_their_chinese() -> None:
    sheet = parts(xlsx([a_sheet(("东" * 10, 0, None, None, None, None), frozen=1)], made_at=AT))

    assert 'xSplit="1" ySplit="1"' in sheet["xl/worksheets/sheet1.xml"]
    assert '<col min="1" max="1" width="22.7109375"' in sheet["xl/worksheets/sheet1.xml"]  # 10 signs of two and 2


def test_sheets_get_names_that_a_workbook_accepts() -> None:
    names = ["日报：2/18 [甲]", "日报：2/18 [甲]", "", "x" * 40, "History"]

    content = xlsx([Sheet(name=name, columns=COLUMNS, rows=[]) for name in names], made_at=AT)

    found = CalamineWorkbook.from_filelike(io.BytesIO(content)).sheet_names
    assert found == ["日报：2 18  甲", "日报：2 18  甲 2", "1", "x" * 31, "History 2"]


def test_a_csv_opens_in_a_spreadsheet_with_its_chinese_and_its_day() -> None:
    content = csv_file(a_sheet(ROW, heading=("2月18日",)))

    assert content.startswith(b"\xef\xbb\xbf")
    assert content.decode("utf-8-sig") == (
        "社区,结存,满足率,吨,日期,确认时间\n东华门社区,1250,0.5,9.72,2020-02-18,2020-02-18 17:00\n"
    )


def test_a_row_that_does_not_fit_its_columns_is_a_slip_of_ours() -> None:
    with pytest.raises(ValueError, match="row 1 has 2 cells for 6 columns"):
        a_sheet(("甲", 1))


def test_a_number_that_a_spreadsheet_would_change_is_not_written() -> None:
    with pytest.raises(ValueError, match="more than a spreadsheet can count"):
        xlsx([a_sheet(("甲", 2**53 + 1, None, None, None, None))], made_at=AT)
