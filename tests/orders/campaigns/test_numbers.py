"""Numbers, money, days and hours as they are spoken."""

from __future__ import annotations

from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from logistics.orders.campaigns.texts.numbers import (
    counted_zh,
    day_en,
    day_zh,
    money_en,
    money_zh,
    number_en,
    number_zh,
    time_en,
    time_zh,
)

SPOKEN = [
    (0, "零", "zero"),
    (2, "二", "two"),
    (10, "十", "ten"),
    (12, "十二", "twelve"),
    (20, "二十", "twenty"),
    (21, "二十一", "twenty-one"),
    (100, "一百", "one hundred"),
    (101, "一百零一", "one hundred and one"),
    (110, "一百一十", "one hundred and ten"),
    (305, "三百零五", "three hundred and five"),
    (1_000, "一千", "one thousand"),
    (1_005, "一千零五", "one thousand and five"),
    (1_050, "一千零五十", "one thousand and fifty"),
    (1_250, "一千二百五十", "one thousand two hundred and fifty"),
    (10_000, "一万", "ten thousand"),
    (10_010, "一万零一十", "ten thousand and ten"),
    (20_300, "二万零三百", "twenty thousand three hundred"),
    (21_000, "二万一千", "twenty-one thousand"),
    (100_500, "十万零五百", "one hundred thousand five hundred"),
    (1_000_001, "一百万零一", "one million and one"),
]


@pytest.mark.parametrize(("number", "chinese", "english"), SPOKEN)
def test_a_number_is_spelled_as_it_is_spoken(number: int, chinese: str, english: str) -> None:
    assert (number_zh(number), number_en(number)) == (chinese, english)


DIGITS = {digit: value for value, digit in enumerate("零一二三四五六七八九")}
UNITS = {"十": 10, "百": 100, "千": 1_000}


def heard(spoken: str) -> int:
    """The number behind Chinese number words, read digit by digit: another way round than they were made."""
    total = part = digit = 0
    for word in spoken:
        if word in DIGITS:
            digit = DIGITS[word]
        elif word in UNITS:
            part, digit = part + (digit or 1) * UNITS[word], 0
        else:
            total, part, digit = total + (part + digit) * 10_000, 0, 0
    return total + part + digit


@given(number=st.integers(0, 99_999_999))
def test_what_is_heard_is_the_number_that_was_meant(number: int) -> None:
    assert heard(number_zh(number)) == number
    assert "零零" not in number_zh(number)
    assert not number_zh(number).endswith("零") or number == 0


@given(first=st.integers(0, 99_999), second=st.integers(0, 99_999))
def test_two_numbers_never_sound_alike(first: int, second: int) -> None:
    assert (number_en(first) == number_en(second)) == (first == second)


def test_two_of_something_are_liang() -> None:
    assert (counted_zh(2), counted_zh(12), counted_zh(20)) == ("两", "十二", "二十")


@pytest.mark.parametrize(
    ("cents", "chinese", "english"),
    [
        (0, "零元", "zero yuan"),
        (3, "三分", "three fen"),
        (50, "五角", "fifty fen"),
        (200, "两元", "two yuan"),
        (1_203, "十二元零三分", "twelve yuan and three fen"),
        (1_250, "十二元五角", "twelve yuan fifty"),
        (1_255, "十二元五角五分", "twelve yuan fifty-five"),
        (10_000, "一百元", "one hundred yuan"),
    ],
)
def test_money_is_spoken(cents: int, chinese: str, english: str) -> None:
    assert (money_zh(cents), money_en(cents)) == (chinese, english)


@pytest.mark.parametrize(
    ("clock", "chinese", "english"),
    [
        ("00:00", "零点", "midnight"),
        ("05:30", "凌晨五点半", "five thirty a.m."),
        ("09:05", "上午九点零五分", "nine oh five a.m."),
        ("12:00", "中午十二点", "noon"),
        ("12:15", "中午十二点十五分", "twelve fifteen p.m."),
        ("14:30", "下午两点半", "two thirty p.m."),
        ("20:00", "晚上八点", "eight p.m."),
        ("23:59", "晚上十一点五十九分", "eleven fifty-nine p.m."),
    ],
)
def test_a_time_is_spoken(clock: str, chinese: str, english: str) -> None:
    moment = datetime.fromisoformat(f"2020-02-19T{clock}")

    assert (time_zh(moment), time_en(moment)) == (chinese, english)


@pytest.mark.parametrize(
    ("day", "chinese", "english"),
    [
        (date(2020, 2, 19), "二月十九日", "the nineteenth of February"),
        (date(2020, 10, 1), "十月一日", "the first of October"),
        (date(2020, 12, 22), "十二月二十二日", "the twenty-second of December"),
        (date(2020, 5, 12), "五月十二日", "the twelfth of May"),
        (date(2020, 5, 30), "五月三十日", "the thirtieth of May"),
        (date(2020, 5, 31), "五月三十一日", "the thirty-first of May"),
    ],
)
def test_a_day_is_spoken(day: date, chinese: str, english: str) -> None:
    assert (day_zh(day), day_en(day)) == (chinese, english)
