"""Days in titles, names and cells."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

import pytest

from logistics.clock import SHANGHAI
from logistics.inventory.sheets.dates import WrittenDate, date_of, masked, written_in, year_in

ABOUT = date(2022, 4, 13)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("4月9日提报需求量", (None, 4, 9)),
        ("2022年4月11日", (2022, 4, 11)),
        ("2022-04-11", (2022, 4, 11)),
        ("上报 20220411.xls", (2022, 4, 11)),
        ("2022.4.1 日报", (2022, 4, 1)),
        ("4月11号", (None, 4, 11)),
        ("13月40日", None),
        ("统计时间段:12日0-18时", None),
        ("1791.5", None),
    ],
)
def test_a_date_in_a_text(text: str, expected: tuple[int | None, int, int] | None) -> None:
    found = written_in(text)

    assert (found and (found.year, found.month, found.day)) == expected


def test_only_a_name_is_searched_loosely() -> None:
    name = "4.12长春各区行政保供蔬菜包情况表+(0-18时)+.xls"

    assert written_in(name) is None
    assert written_in(name, loosely=True) == WrittenDate(year=None, month=4, day=12)


def test_a_date_without_a_year_is_one_that_has_been() -> None:
    new_year = date(2021, 1, 3)

    assert WrittenDate(year=None, month=12, day=31).near(new_year) == date(2020, 12, 31)
    assert WrittenDate(year=None, month=1, day=4).near(new_year) == date(2021, 1, 4)
    assert WrittenDate(year=None, month=2, day=29).near(date(2021, 2, 1)) == date(2020, 2, 29)
    assert WrittenDate(year=2021, month=2, day=29).near(new_year) is None
    november = date(2022, 11, 23)  # 11 April next year is nearer than 11 April of this one
    assert WrittenDate(year=None, month=4, day=11).near(november) == date(2022, 4, 11)
    assert WrittenDate(year=None, month=12, day=24).near(november) == date(2022, 12, 24)  # 31 days ahead
    assert WrittenDate(year=None, month=12, day=25).near(november) == date(2021, 12, 25)


def test_a_cell_states_a_day_as_date_as_text_or_not_at_all() -> None:
    assert date_of(date(2022, 4, 11), about=ABOUT) == date(2022, 4, 11)
    assert date_of(datetime(2022, 4, 11, 18, 0, tzinfo=SHANGHAI), about=ABOUT) == date(2022, 4, 11)
    assert date_of("4.11", about=ABOUT) == date(2022, 4, 11)
    assert date_of(Decimal("4.11"), about=ABOUT) is None  # a number is a number
    assert date_of("明天", about=ABOUT) is None


def test_a_title_without_its_dates_is_tomorrows_too() -> None:
    assert masked("4月9日提报需求量 › 箱数") == masked("4月10日提报需求量 › 箱数") == "{date}提报需求量 › 箱数"
    assert masked("第2批") == "第2批"


def test_a_year_is_found_where_one_is_named() -> None:
    assert year_in(["日报", "2022年防疫物资"]) == 2022
    assert year_in(["4.12"]) is None
