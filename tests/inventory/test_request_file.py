"""What places ask for, from a file: in two encodings, under headings in two languages, every problem by line."""

from __future__ import annotations

from decimal import Decimal

import pytest

from logistics.inventory.allocation import Claim
from logistics.inventory.request_file import COLUMNS, BadRequestFile, RequestFile, read_requests

ENGLISH = "place,requested,tier,weight,parent,carry,carried_from,floor,cap\n"
CHINESE = "地点,申领,级别,权重,上级,结转,结转日期,保底,上限\n"
ROW = "甲社区,400,2,1.5,一街,50,02-05,1,300\n"
CLAIM = Claim(
    place="甲社区",
    requested=400,
    tier=2,
    weight=Decimal("1.5"),
    parent="一街",
    carry=50,
    carried_from="02-05",
    floor=1,
    cap=300,
)


def read(text: str | bytes) -> RequestFile:
    return read_requests(text if isinstance(text, bytes) else text.encode(), "r.csv")


def problems(text: str | bytes) -> list[tuple[int, str, str]]:
    """Line, field and what is wrong, filled in."""
    with pytest.raises(BadRequestFile) as caught:
        read(text)
    return [(one.line, one.field, one.wrong % {"value": one.value, **one.data}) for one in caught.value.problems]


@pytest.mark.parametrize("header", [ENGLISH, CHINESE, ENGLISH.upper(), ENGLISH.replace(",", " , ")])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_both_headings_in_every_encoding(header: str, encoding: str) -> None:
    found = read((header + ROW).encode(encoding))

    assert found.claims == (CLAIM,)
    assert found.columns == frozenset(COLUMNS.values())
    told = [notice.text for notice in found.notices]
    assert ("read as GB18030" in told) == (encoding == "gb18030")


def test_two_columns_are_enough() -> None:
    found = read("requested,place\r\n400,a\r\n\r\n0,b\r\n5.0,c\r\n")

    assert found.claims == tuple(Claim(place=place, requested=n) for place, n in (("a", 400), ("b", 0), ("c", 5)))
    assert found.columns == {"place", "requested"}
    assert found.notices == ()


def test_other_columns_are_left_out_and_said() -> None:
    (notice,) = read("place,requested,remark,备注\na,1,x,y\n").notices

    assert notice.text % notice.data == "columns left out: remark, 备注"


def test_a_place_above_may_leave_its_request_out() -> None:
    found = read("place,requested,parent\n街,,\na,4,街\n")

    assert [claim.requested for claim in found.claims] == [None, 4]
    assert found.notices == ()


def test_parents_without_a_line_are_said() -> None:
    (notice,) = read("place,requested,parent\na,4,一街\nb,4,二街\n").notices

    assert notice.text % notice.data == (
        "places above others without a line of their own, with the sum of those: 一街, 二街"
    )


def test_every_bad_cell_is_named_by_line_and_field() -> None:
    text = "place,requested,tier,weight,carry\na,4x,0,-1,\n,1,1,1,1.5\nb,-3,100,1.0000001,1\n"

    assert problems(text) == [
        (2, "requested", "“4x” is not a whole number"),
        (2, "tier", "“0” is out of range"),
        (2, "weight", "“-1” is no weight"),
        (3, "place", "the place is missing"),
        (3, "carry", "“1.5” is not a whole number"),
        (4, "requested", "“-3” is not a whole number"),
        (4, "tier", "“100” is out of range"),
        (4, "weight", "“1.0000001” is no weight"),
    ]


@pytest.mark.parametrize("value", ["４００", "1,200", "1e3", "四百", "400.5", "999999999999", "٣"])
def test_a_number_is_written_in_plain_digits_or_refused(value: str) -> None:
    (found,) = problems(f'place,requested\na,"{value}"\n')

    assert found[:2] == (2, "requested")


def test_a_place_stands_once() -> None:
    assert problems("place,requested\na,1\nb,1\n\na,2\n") == [(5, "place", "“a” stands in line 2 already")]


def test_names_that_would_disturb_a_terminal_are_refused() -> None:
    """An escape in a parent or a day would be printed as it is."""
    text = f"place,requested,parent,carried_from\na\x1b[2J,1,,\nb,1,c\x1b[2J,\nd,1,,\x1b[2J\ne,1,{'x' * 121},\n"

    assert [found[:2] for found in problems(text)] == [
        (2, "place"), (3, "parent"), (4, "carried_from"), (5, "parent"),
    ]  # fmt: skip


@pytest.mark.parametrize("name", ["合计", "总计", "Total"])
def test_a_total_is_no_place(name: str) -> None:
    assert problems(f"place,requested\na,1\n{name},1\n") == [(3, "place", f"“{name}” is a total and no place")]


def test_who_has_nothing_below_says_what_it_asks_for() -> None:
    assert problems("place,requested\na,\nb,1\n") == [(2, "requested", "the request is missing")]


def test_nobody_lies_below_itself() -> None:
    assert problems("place,requested,parent\na,1,b\nb,1,a\nc,1,a\nd,1,d\n") == [
        (2, "parent", "“a” lies below itself"),
        (3, "parent", "“b” lies below itself"),
        (5, "parent", "“d” lies below itself"),
    ]


def test_a_floor_above_others_is_refused() -> None:
    assert problems("place,requested,parent,floor\n街,,,1\na,4,街,1\n") == [
        (2, "floor", "a place with others below it has no floor")
    ]


def test_a_line_has_a_field_for_each_column() -> None:
    assert problems("place,requested,tier\na,1\nb,1,1,1\nc,1,1,\n") == [
        (2, "", "the line has 2 fields, the header 3"),
        (3, "", "the line has 4 fields, the header 3"),
    ]


def test_headings_that_are_missing_or_twice() -> None:
    assert problems("place;requested\na;1\n") == [
        (1, "place", "the column is missing; the header is “place;requested”"),
        (1, "requested", "the column is missing; the header is “place;requested”"),
    ]
    assert problems("place,申领,requested\na,1,1\n") == [(1, "requested", "two columns are headed so")]


def test_a_line_break_in_quotes_does_not_shift_the_numbers_of_lines() -> None:
    assert problems('\nplace,requested,remark\na,1,"two\nlines"\nb,x,\n') == [
        (5, "requested", "“x” is not a whole number")
    ]


@pytest.mark.parametrize(
    ("content", "wrong"),
    [
        (b"PK\x03\x04rest", (0, "", "the file is no CSV")),
        (b"\xd0\xcf\x11\xe0rest", (0, "", "the file is no CSV")),
        ("place,requested\na,1\n".encode("utf-16"), (0, "", "the file is no CSV")),
        (b"place,requested\na\x00,1\n", (0, "", "the file is no CSV")),
        (b"place,requested\na,1\n\xff\xff,1\n", (3, "", "the bytes are neither UTF-8 nor GB18030")),
        (b"", (0, "place", "there is no line with a place")),
        (b"place,requested\n", (0, "place", "there is no line with a place")),
    ],
)
def test_what_is_no_table_is_said(content: bytes, wrong: tuple[int, str, str]) -> None:
    assert problems(content) == [wrong]


def test_a_quote_that_is_never_closed_is_said() -> None:
    ((line, field, wrong),) = problems('place,requested\n"a,1\nb,1\n')

    assert (line, field) == (2, "")
    assert wrong.startswith("the line is not CSV")


def test_of_thousands_of_problems_the_first_hundred_are_told_and_all_counted() -> None:
    text = "place,requested\n" + "".join(f"p{n},x\n" for n in range(2_000))

    with pytest.raises(BadRequestFile, match=r"r\.csv cannot be used: 2000 problem\(s\)\.") as caught:
        read(text)

    assert len(caught.value.problems) == 100
