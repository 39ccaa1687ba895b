"""A mapping applied: every row is taken, skipped with its reason, or wrong with its cell and what would be right."""

from __future__ import annotations

import csv
import io
import time
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from logistics.communities.rules import AreaLevel
from logistics.errors import NotFound
from logistics.inventory.sheets.applying import read_sheet
from logistics.inventory.sheets.grid import Grid, Span
from logistics.inventory.sheets.guessing import guess
from logistics.inventory.sheets.headings import ColumnsNotFound
from logistics.inventory.sheets.mapping import (
    BadMapping,
    ColumnRole,
    ColumnUse,
    DayFrom,
    FactKind,
    Repeats,
    SheetMapping,
    mapping_of,
)
from logistics.inventory.sheets.places import Place, PlaceBook
from logistics.inventory.sheets.quantities import BlankMeans, Fractions
from logistics.inventory.sheets.reading import Workbook, read_workbook
from logistics.inventory.sheets.rows import Outcome, SheetReading
from logistics.inventory.sheets.telling import notice_texts
from tests.inventory.sheets.files import a_book, a_workbook, opened

TODAY = date(2022, 4, 13)
P, REQ, SENT, REMARK = ColumnRole.PLACE, ColumnRole.REQUESTED, ColumnRole.SENT, ColumnRole.REMARK
HEADING = ["地区", "需求量"]


def a_mapping(*columns: tuple[ColumnRole, str], **options: Any) -> SheetMapping:
    uses = tuple(ColumnUse(role=role, title=title) for role, title in columns or ((P, "地区"), (REQ, "需求量")))
    return SheetMapping(**{"columns": uses, "item": "veg", **options})


def read(
    rows: list[list[Any]] | Workbook,
    mapping: SheetMapping | None = None,
    *,
    places: PlaceBook | None = None,
    items: Mapping[str, int] | None = None,
    merged: list[str] | None = None,
    day: date | None = TODAY,
) -> SheetReading:
    book = rows if isinstance(rows, Workbook) else opened(rows, merged=merged or [])
    return read_sheet(
        book,
        mapping or a_mapping(),
        places=places or a_book(),
        items=items or {"veg": 1, "mask": 2, "口罩": 2},
        today=TODAY,
        day=day,
    )


def outcomes(reading: SheetReading) -> list[str]:
    return [row.skip.value if row.skip else row.outcome.value for row in reading.rows]


def said(reading: SheetReading) -> list[tuple[str, int, int]]:
    return [(fact.kind.value, fact.pieces, fact.on.day) for fact in reading.facts]


def pieces(reading: SheetReading) -> dict[int, int]:
    assert reading.wrong == 0, [row.problems for row in reading.rows]
    return {fact.area_id: fact.pieces for fact in reading.facts}


def wrongs(reading: SheetReading) -> list[tuple[str, str, str]]:
    return [
        (one.cell, one.wrong % one.filling(), one.right % one.filling()) for row in reading.rows for one in row.problems
    ]


# rows


def test_every_row_below_the_heading_is_in_the_report() -> None:
    reading = read(
        [
            ["防疫物资需求表", None],
            HEADING,
            ["合计", 1_800],
            ["朝阳", "1,000份"],
            [None, None],
            ["南关", "８００"],
            ["地区", "需求量"],
            ["二道", None],
            ["小计", 800],
            ["制表人：王", None],
            ["注：不含中韩示范区，请各区于17时前上报，逾期视为零报告。", None],
        ]
    )

    assert outcomes(reading) == [
        "total", "taken", "blank", "taken", "heading", "no_quantity", "total", "note", "note",
    ]  # fmt: skip
    assert [row.row for row in reading.rows] == [*range(3, 12)]
    assert pieces(reading) == {1: 1_000, 2: 800}
    assert reading.notices == []  # 1,000 + 800 is the total that the sheet states


def test_a_fact_names_its_cell_its_day_and_its_remark() -> None:
    mapping = a_mapping((P, "地区"), (REQ, "需求量"), (SENT, "{date}实发"), (REMARK, "备注"))

    reading = read([["地区", "需求量", "4月12日实发", "备注"], ["朝阳", 5, 3, "先发\n3箱，余下明天"]], mapping)

    requested, sent = reading.facts
    assert (requested.row, requested.cells, requested.kind, requested.pieces) == (2, ("B2",), FactKind.REQUESTED, 5)
    assert (requested.on, sent.on) == (TODAY, date(2022, 4, 12))
    assert (sent.cells, sent.pieces, sent.remark) == (("C2",), 3, "先发 3箱，余下明天")


def test_a_total_that_does_not_agree_is_told() -> None:
    reading = read([HEADING, ["朝阳", 10], ["南关", 20], ["合计", 35], ["小计", 1]])

    assert notice_texts(reading.notices) == ["The sheet's own total in B4 is 35; the rows that were taken come to 30."]


def test_a_total_is_no_place_however_it_is_written() -> None:
    for word in ("合计", "合　计", "总计（箱）", "全市合计", "各区汇总", "小计", "Total"):
        assert outcomes(read([HEADING, ["朝阳", 1], [word, 1]])) == ["taken", "total"], word


def test_a_zero_is_stated_and_a_blank_is_not() -> None:
    rows = [HEADING, ["朝阳", 0], ["南关", None], ["二道", "—"], ["绿园", "无"]]

    assert pieces(read(rows)) == {1: 0, 5: 0}
    assert pieces(read(rows, a_mapping(blank=BlankMeans.ZERO))) == {1: 0, 2: 0, 4: 0, 5: 0}


# places


def test_a_place_is_known_by_name_by_stem_by_code_and_by_what_the_office_called_it() -> None:
    rows = [HEADING, ["朝阳区\n（57.8万人）", 1], ["南 关", 2], ["220103", 3], ["汽车", 4], ["新区", 5], ["经开", 6]]

    assert pieces(read(rows)) == {1: 1, 2: 2, 3: 3, 9: 4, 6: 5, 7: 6}


def test_an_unknown_place_is_wrong_and_names_what_may_be_meant() -> None:
    reading = read([HEADING, ["高新", 1], ["长春新", 2], ["莲花", 3]])

    assert reading.unknown == ["高新", "莲花"]
    assert wrongs(reading) == [
        ("A2", "no area of yours is called “高新”",
         "its name or code in the tree would be right; or say once which area is meant"),
        ("A4", "no area of yours is called “莲花”",
         "its name or code in the tree would be right, such as ['莲花山 (220110)']; or say once which area is meant"),
    ]  # fmt: skip


def test_a_name_that_is_left_out_is_skipped_and_not_wrong() -> None:
    reading = read([HEADING, ["朝阳", 1], ["驻长部队", 9]], places=a_book(aliases={"驻长部队": None}))

    assert outcomes(reading) == ["taken", "left_out"]


def test_a_name_that_is_there_twice_needs_the_area_above() -> None:
    office, community = AreaLevel.STREET_OFFICE, AreaLevel.COMMUNITY
    places = PlaceBook(
        [
            Place(area_id=1, code="1", name="东街道", level=office, parent_id=None),
            Place(area_id=2, code="2", name="西街道", level=office, parent_id=None),
            Place(area_id=11, code="11", name="和平社区", level=community, parent_id=1),
            Place(area_id=21, code="21", name="和平社区", level=community, parent_id=2),
            Place(area_id=3, code="3", name="和平街道", level=office, parent_id=None),
        ]
    )
    rows = [["街道", "社区", "需求量"], ["东街道", "和平", 5], [None, "和平社区", 7], ["西街道", "和平社区", 9]]
    above = (ColumnRole.ABOVE, "街道")

    alone = read([row[1:] for row in rows], a_mapping((P, "社区"), (REQ, "需求量")), places=places)
    with_above = read(
        rows, a_mapping((P, "社区"), above, (REQ, "需求量"), level=community, repeats=Repeats.SUM), places=places,
        merged=["A2:A3"],
    )  # fmt: skip

    assert [cell for cell, *_ in wrongs(alone)] == ["A2", "A3", "A4"]
    assert "may be several areas" in wrongs(alone)[0][1]
    assert pieces(with_above) == {11: 12, 21: 9}  # 5 + 7 under 东街道, whose cell is merged over both


def test_a_place_that_lies_elsewhere_than_its_row_says_is_wrong() -> None:
    office, community = AreaLevel.STREET_OFFICE, AreaLevel.COMMUNITY
    places = PlaceBook(
        [
            Place(area_id=1, code="1", name="东街道", level=office, parent_id=None),
            Place(area_id=2, code="2", name="西街道", level=office, parent_id=None),
            Place(area_id=11, code="11", name="和平社区", level=community, parent_id=1),
        ],
        {"东办": 1},
    )
    mapping = a_mapping((P, "社区"), (ColumnRole.ABOVE, "街道"), (REQ, "需求量"), repeats=Repeats.SUM)
    heading = ["街道", "社区", "需求量"]

    right = [["东街道", "和平", 5], ["东办", "和平", 7], [None, "和平", 9], ["某某办", "和平", 11]]
    wrong = read([heading, *right, ["西街道", "和平社区", 3]], mapping, places=places)

    assert pieces(read([heading, *right], mapping, places=places)) == {11: 32}  # 5 + 7 + 9 + 11
    assert wrongs(wrong) == [
        ("B6", "no area of yours is called “和平社区”",
         "its name or code in the tree would be right, such as ['和平社区 (11)']; or say once which area is meant"),
    ]  # fmt: skip


def test_signs_that_nobody_sees_are_no_part_of_a_name() -> None:
    assert pieces(read([HEADING, ["朝\u200b阳区\ufeff", 1], ["\u202d南关\u202c", 2]])) == {1: 1, 2: 2}


def test_a_sheet_of_names_that_nobody_knows_is_read_in_seconds() -> None:
    community = AreaLevel.COMMUNITY
    names = [
        f"{a}{b}{c}{d}社区" for a in "东西南北中" for b in "风光明华清" for c in "和平安康宁" for d in "一二三四五六"
    ]
    places = PlaceBook(
        Place(area_id=n, code=f"C{n}", name=name, level=community, parent_id=None) for n, name in enumerate(names, 1)
    )
    strangers = [[f"某{n}院里", n] for n in range(1_000)]

    started = time.monotonic()
    reading = read([HEADING, *strangers, ["东风和平一", 5]], a_mapping(level=community), places=places)
    guessed = guess(opened([HEADING, *strangers]).grids, places)
    took_s = time.monotonic() - started

    assert (len(names), reading.wrong, len(reading.unknown)) == (750, 1_001, 1_001)
    assert next(problem[2] for problem in wrongs(reading) if problem[0] == "A2").startswith("its name or code")
    assert guessed.roles[0] is P
    assert took_s < 5, f"{took_s:.1f} s"


def test_brackets_without_end_keep_nobody_busy() -> None:
    rows = [HEADING, *[["（" * 4_000, 5]] * 200]

    started = time.monotonic()
    reading = read(rows)

    assert reading.wrong == 200
    assert time.monotonic() - started < 5


def test_parts_that_come_to_more_than_the_ledger_takes_are_wrong() -> None:
    rows = [HEADING, ["朝阳", 60_000_000], ["朝阳", 40_000_000], ["朝阳", 1]]

    enough = read(rows[:-1], a_mapping(repeats=Repeats.SUM))
    too_much = read(rows, a_mapping(repeats=Repeats.SUM))

    assert pieces(enough) == {1: 100_000_000}
    assert wrongs(too_much) == [("B4", "“100000001” is too large", "at most 100,000,000 pieces would be right")]


def test_a_place_in_two_rows_is_wrong_unless_the_mapping_adds_up() -> None:
    rows = [HEADING, ["汽开", 5], ["朝阳", 1], ["汽车", 7]]  # two names of one district

    assert wrongs(read(rows)) == [
        ("A4", "“汽车” stands in row 2 too",
         "one row for each place would be right, or a mapping that adds such rows up"),
    ]  # fmt: skip
    assert pieces(read(rows, a_mapping(repeats=Repeats.SUM))) == {9: 12, 1: 1}


def test_rows_under_one_merged_name_are_one_place_and_a_merged_number_counts_once() -> None:
    rows = [
        ["地区", "包保单位", "接收", "需求量"],
        ["净月区", "白山市", 30, 8_000],
        [None, "白城市", 12, None],
        ["汽开区", "辽源市", 5, 700],
    ]
    mapping = a_mapping((P, "地区"), (ColumnRole.RECEIVED, "接收"), (REQ, "需求量"))

    reading = read(rows, mapping, merged=["A2:A3", "D2:D3"])

    assert {(fact.area_id, fact.kind): (fact.pieces, fact.cells) for fact in reading.facts} == {
        (8, FactKind.RECEIVED): (42, ("C2", "C3")),  # 30 + 12
        (8, FactKind.REQUESTED): (8_000, ("D2",)),
        (9, FactKind.RECEIVED): (5, ("C4",)),
        (9, FactKind.REQUESTED): (700, ("D4",)),
    }


def test_a_value_hidden_under_a_merged_cell_is_not_counted() -> None:
    rows = [["地区", "需求量"], ["净月区", Decimal(8_000)], [None, Decimal(500)], ["汽开区", Decimal(7)]]
    merged = Grid(name="a", rows=rows, spans=[Span(1, 0, 2, 0), Span(1, 1, 2, 1)])

    reading = read(Workbook(name="a.xlsx", grids=[merged]), a_mapping(blank=BlankMeans.ZERO))

    assert [(fact.pieces, fact.cells) for fact in reading.facts] == [(8_000, ("B2",)), (7, ("B4",))]


# numbers, items, days


def test_a_wrong_cell_is_told_with_what_would_be_right() -> None:
    reading = read([HEADING, ["朝阳", "约500"], ["南关", -1], ["二道", 12.5], ["绿园", "3吨"], [None, 7], ["宽城", 1]])

    assert [row.outcome for row in reading.rows] == [Outcome.WRONG] * 5 + [Outcome.TAKEN]
    assert wrongs(reading) == [
        ("B2", "“约500” is not a number", "a whole number such as 5000 would be right"),
        ("B3", "“-1” is negative", "0 or more would be right"),
        ("B4", "“12.5” is no whole number of pieces",
         "a whole number, or a mapping that says how to round, would be right"),
        ("B5", "“3吨” is no count", "a count such as 5000份 would be right"),
        ("A6", "the place is missing", "the name of an area would be right"),
    ]  # fmt: skip


def test_a_formula_that_was_never_calculated_is_wrong() -> None:
    ((cell, wrong, _),) = wrongs(read([HEADING, ["朝阳", "=1+1"]]))

    assert (cell, wrong) == ("B2", "the cell holds a formula that was never calculated")


def test_the_sheets_units_are_turned_into_pieces() -> None:
    rows = [HEADING, ["朝阳", "1.5万箱"], ["南关", 12.5]]

    reading = read(rows, a_mapping(per_unit=50))
    assert pieces(reading) == {1: 750_000, 2: 625}
    assert [note.note % note.filling() for row in reading.rows for note in row.notes] == [
        "“1.5万箱” was read as 750000"
    ]
    assert pieces(read(rows, a_mapping(fractions=Fractions.DOWN))) == {1: 15_000, 2: 12}
    assert pieces(read(rows, a_mapping(fractions=Fractions.NEAREST))) == {1: 15_000, 2: 13}


def test_items_may_stand_in_a_column_or_have_columns_of_their_own() -> None:
    by_row = read(
        [["地区", "物资", "需求量"], ["朝阳", "口罩", 5], ["朝阳", "veg", 7], ["南关", "火箭", 1]],
        a_mapping((P, "地区"), (ColumnRole.ITEM, "物资"), (REQ, "需求量"), item=""),
    )
    by_column = read(
        [["地区", "蔬菜需求", "口罩需求"], ["朝阳", 5, 7]],
        SheetMapping(
            columns=(
                ColumnUse(role=P, title="地区"),
                ColumnUse(role=REQ, title="蔬菜需求", item="veg"),
                ColumnUse(role=REQ, title="口罩需求", item="mask"),
            )
        ),
    )

    assert [(fact.item_id, fact.pieces) for fact in by_row.facts] == [(2, 5), (1, 7)]
    assert wrongs(by_row)[0][:2] == ("B4", "no item is called “火箭”")
    assert [(fact.item_id, fact.pieces) for fact in by_column.facts] == [(1, 5), (2, 7)]


def test_an_item_that_nobody_knows_refuses_the_mapping() -> None:
    with pytest.raises(NotFound):
        read([HEADING, ["朝阳", 1]], a_mapping(item="rocket"))


@pytest.mark.parametrize(
    ("rows", "name", "sheet", "mapping", "expected"),
    [
        ([["4月11日发放表", None], HEADING], "x.xlsx", "a", {}, date(2022, 4, 11)),
        ([["2021年12月31日", None], HEADING], "x.xlsx", "a", {}, date(2021, 12, 31)),
        ([HEADING], "x.xlsx", "4.12", {}, date(2022, 4, 12)),
        ([HEADING], "4.10 日报.xlsx", "a", {}, date(2022, 4, 10)),
        ([["2021年日报", None], HEADING], "4.10.xlsx", "a", {}, date(2021, 4, 10)),
        ([["4月11日", None], HEADING], "4.10.xlsx", "4.12", {"day_from": DayFrom.FILE_NAME}, date(2022, 4, 10)),
        ([["4月11日", None], HEADING], "4.10.xlsx", "4.12", {"day_from": DayFrom.SHEET_NAME}, date(2022, 4, 12)),
        ([["表", "4月9日"], HEADING], "x.xlsx", "a", {"day_from": DayFrom.CELL, "day_cell": "B1"}, date(2022, 4, 9)),
    ],
)
def test_the_day_stands_in_the_heading_the_sheets_name_the_files_name_or_a_cell(
    rows: list[list[Any]], name: str, sheet: str, mapping: dict[str, Any], expected: date
) -> None:
    book = read_workbook(a_workbook([*rows, ["朝阳", 5]], name=sheet), name)

    reading = read(book, a_mapping(**mapping), day=None)

    assert [fact.on for fact in reading.facts] == [reading.day] == [expected]


def test_a_day_given_with_the_file_goes_before_all_others_and_gives_the_year() -> None:
    book = read_workbook(a_workbook([["4月11日", None], ["地区", "4月9日需求量"], ["朝阳", 5]]), "4.11.xlsx")

    reading = read(book, a_mapping((P, "地区"), (REQ, "{date}需求量")), day=date(2020, 4, 12))

    assert (reading.day, reading.facts[0].on) == (date(2020, 4, 12), date(2020, 4, 9))
    assert notice_texts(reading.notices) == []  # one day is stated, and the clerk knows better


def test_days_that_contradict_each_other_are_told() -> None:
    book = read_workbook(a_workbook([["4月11日", None], HEADING, ["朝阳", 5]], name="a"), "4.10.xlsx")

    reading = read(book, day=None)

    assert notice_texts(reading.notices) == [
        "The sheet names different days: 2022-04-11, 2022-04-10. 2022-04-11 was taken."
    ]


def test_a_day_column_says_the_day_of_its_row() -> None:
    mapping = a_mapping((P, "地区"), (ColumnRole.DAY, "日期"), (REQ, "需求量"))

    reading = read(
        [["日期", "地区", "需求量"], ["4月9日", "朝阳", 5], ["4.10", "南关", 6], ["改天", "二道", 7]], mapping
    )

    assert [fact.on.isoformat() for fact in reading.facts] == ["2022-04-09", "2022-04-10"]
    assert wrongs(reading)[0][:2] == ("A4", "“改天” is not a date")


def test_without_any_day_every_row_is_wrong() -> None:
    book = read_workbook(a_workbook([HEADING, ["朝阳", 5]], name="a"), "x.xlsx")

    assert wrongs(read(book, day=None))[0][1] == "nothing says of which day the number is"


def test_a_cell_without_a_date_is_no_day() -> None:
    for cell in ("B1", "Z99", "nonsense"):
        with pytest.raises(BadMapping):
            read([["表", None], HEADING, ["朝阳", 5]], a_mapping(day_from=DayFrom.CELL, day_cell=cell), day=None)


# tomorrow's sheet


def test_tomorrows_sheet_is_read_by_todays_mapping_wherever_its_heading_stands() -> None:
    mapping = a_mapping((P, "地区"), (REQ, "{date}需求量"), (SENT, "{date}实发"))
    today = [["地区", "4月9日需求量", "4月11日实发"], ["朝阳", 5, 3]]
    tomorrow = [["表头", None, None], [None, None, None], ["4月12日实发", "地区", "4月10日需求量"], [4, "朝阳", 6]]

    first, second = read(today, mapping), read(tomorrow, mapping)

    assert [(fact.kind.value, fact.pieces, fact.on.day) for fact in first.facts] == [
        ("requested", 5, 9),
        ("sent", 3, 11),
    ]
    assert [(fact.kind.value, fact.pieces, fact.on.day) for fact in second.facts] == [
        ("sent", 4, 12),
        ("requested", 6, 10),
    ]


def test_a_sheet_without_the_columns_says_which_are_missing_and_what_is_there() -> None:
    with pytest.raises(ColumnsNotFound) as caught:
        read([["地区", "申请"], ["朝阳", 5]])

    assert (caught.value.data["missing"], caught.value.data["found"]) == (["需求量"], ["地区", "申请"])


def test_a_mapping_is_kept_as_a_document_and_comes_back_the_same() -> None:
    mapping = a_mapping(
        (P, "地区"), (REQ, "{date}需求量"), depth=2, sheet="{date}", level=AreaLevel.COMMUNITY, per_unit=50,
        fractions=Fractions.DOWN, blank=BlankMeans.ZERO, repeats=Repeats.SUM, day_from=DayFrom.CELL, day_cell="B1",
    )  # fmt: skip

    assert mapping_of(mapping.document()) == mapping
    assert mapping_of(mapping.document()).fingerprint() == mapping.fingerprint()


@pytest.mark.parametrize(
    ("columns", "options", "why"),
    [
        ([(REQ, "b")], {}, "no_place"),
        ([(P, "a")], {}, "no_quantity"),
        ([(P, "a"), (REQ, "b"), (REMARK, "c"), (REMARK, "d")], {}, "role_twice"),
        ([(P, "a"), (REQ, "a")], {}, "column_twice"),
        ([(P, "a"), (REQ, "b")], {"item": ""}, "no_item"),
        ([(P, "a"), (REQ, "b")], {"per_unit": 0}, "out_of_range"),
        ([(P, "a"), (REQ, "b")], {"depth": 7}, "out_of_range"),
        ([(P, "a"), (REQ, "b")], {"day_from": DayFrom.CELL}, "no_day_cell"),
    ],
)
def test_a_mapping_that_contradicts_itself_is_refused(
    columns: list[tuple[ColumnRole, str]], options: dict[str, Any], why: str
) -> None:
    with pytest.raises(BadMapping) as caught:
        a_mapping(*columns, **options)

    assert caught.value.data["why"] == why


@pytest.mark.parametrize(
    "document", [{}, {"columns": 5}, {"columns": [{"role": "king", "title": "a"}]}, {"columns": [{}]}]
)
def test_a_document_that_is_no_mapping_is_refused(document: dict[str, Any]) -> None:
    with pytest.raises(BadMapping):
        mapping_of(document)


CELLS = st.one_of(
    st.none(),
    st.integers(-5, 10**6),
    st.sampled_from(
        ["朝阳", "南关区", "合计", "—", "1.5万", "5000份", "无", "备注：略", "约3", "火星", "地区", "需求量", "=1+1"]
    ),
    st.text(max_size=8).filter(lambda text: not text.startswith("=")),
)


@settings(max_examples=60)
@given(st.lists(st.tuples(CELLS, CELLS), max_size=12))
def test_no_row_is_lost_and_what_is_taken_is_the_sum_of_its_cells(cells: list[tuple[Any, Any]]) -> None:
    out = io.StringIO()
    csv.writer(out).writerows(
        [[str(cell).replace("\0", "") if cell is not None else "" for cell in row] for row in cells]
    )
    text = out.getvalue()
    book = read_workbook(f"地区,需求量\n{text}\n".encode("utf-8", "replace"), "a.csv")

    reading = read(book, a_mapping(repeats=Repeats.SUM))

    assert [row.row for row in reading.rows] == [*range(2, book.grids[0].height + 1)]
    assert all((row.outcome is Outcome.SKIPPED) == (row.skip is not None) for row in reading.rows)
    assert all((row.outcome is Outcome.WRONG) == bool(row.problems) for row in reading.rows)
    taken = [row for row in reading.rows if row.outcome is Outcome.TAKEN]
    assert sum(len(fact.cells) for fact in reading.facts) == len(taken)
    assert len({fact.area_id for fact in reading.facts}) == len(reading.facts)
