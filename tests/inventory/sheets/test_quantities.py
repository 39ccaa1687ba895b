"""Numbers as offices write them; what nobody can read for certain is wrong, never guessed."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from logistics.inventory.sheets.grid import UNCALCULATED, Unreadable
from logistics.inventory.sheets.quantities import (
    BLANK_SIGNS,
    COUNT_WORDS,
    QUANTITY_MAX,
    BlankMeans,
    Fractions,
    Quantity,
    Wrong,
    quantity,
)


def read(value: Any, **options: Any) -> Quantity | Wrong:
    rules = {"per_unit": 1, "fractions": Fractions.REFUSE, "blank": BlankMeans.NOTHING, **options}
    return quantity(value, **rules)


def pieces(value: Any, **options: Any) -> int | None:
    understood = read(value, **options)
    assert isinstance(understood, Quantity), understood
    return understood.pieces


def wrong(value: Any, **options: Any) -> str:
    refused = read(value, **options)
    assert isinstance(refused, Wrong), refused
    return refused.wrong


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("5000", 5_000),
        ("5000份", 5_000),
        ("5000 箱", 5_000),
        ("\ufeff50\u200b00份\u200b", 5_000),  # copied from a chat
        ("50箱/袋", 50),
        ("１２００", 1_200),
        ("1,200", 1_200),
        ("１，２００", 1_200),
        ("'300", 300),
        ("1.5万", 15_000),
        ("0.5万箱", 5_000),
        ("2w", 20_000),
        ("3K", 3_000),
        ("2千5百", 2_500),
        ("1万2千", 12_000),
        ("1万2000", 12_000),
        ("三百", 300),
        ("三百五十", 350),
        ("二百零五", 205),
        ("十二", 12),
        ("一万两千", 12_000),
        ("九千九百九十九万", 99_990_000),
        ("无", 0),
        ("零", 0),
        ("+5", 5),
        ("5000.0", 5_000),
    ],
)
def test_a_number_with_units_and_steps_is_read(text: str, expected: int) -> None:
    assert pieces(text) == expected


def test_a_number_that_does_not_go_without_saying_is_told() -> None:
    told, plain = read("1.5万"), read("5000")

    assert isinstance(told, Quantity)
    assert isinstance(plain, Quantity)
    assert (told.note, plain.note) == ("“%(value)s” was read as %(pieces)s", "")


@pytest.mark.parametrize("sign", sorted(BLANK_SIGNS))
def test_a_dash_says_as_much_as_a_blank(sign: str) -> None:
    assert pieces(sign) is None
    assert pieces(sign, blank=BlankMeans.ZERO) == 0


def test_a_blank_is_nothing_unless_the_mapping_says_that_it_is_none() -> None:
    assert pieces(None) is None
    assert pieces("  \u3000 ") is None
    assert pieces(None, blank=BlankMeans.ZERO) == 0


@pytest.mark.parametrize(
    "text", ["约500", "500左右", "1万2", "三百五", "三五", "百", "万", "12e3", "1,20", "3个月", "八百人", "+", "a5"]
)
def test_a_guess_is_wrong(text: str) -> None:
    assert wrong(text) == "“%(value)s” is not a number"


@pytest.mark.parametrize("text", ["5吨", "30公斤", "12kg", "50%", "3元"])
def test_a_weight_is_no_count(text: str) -> None:
    assert wrong(text) == "“%(value)s” is no count"


def test_what_a_spreadsheet_made_of_a_number_is_wrong() -> None:
    assert "made a date" in wrong(date(2022, 4, 12))  # somebody typed 4-12
    assert "yes or no" in wrong(True)
    assert "the error" in wrong(Unreadable("#REF!"))
    assert "never calculated" in wrong(UNCALCULATED)


def test_a_quantity_has_its_bounds() -> None:
    assert pieces(Decimal(QUANTITY_MAX)) == QUANTITY_MAX
    assert "too large" in wrong(Decimal(QUANTITY_MAX + 1))
    assert "too large" in wrong("9" * 400)
    assert "negative" in wrong(Decimal(-1))
    assert "negative" in wrong("-5")
    assert pieces(Decimal(0)) == 0


def test_a_part_of_a_piece_is_rounded_only_as_the_mapping_says() -> None:
    half = Decimal("1791.5")

    assert "no whole number" in wrong(half)
    assert pieces(half, fractions=Fractions.DOWN) == 1_791
    assert pieces(half, fractions=Fractions.NEAREST) == 1_792
    assert pieces(half, per_unit=2) == 3_583  # a box of two: nothing to round


def test_arithmetic_in_binary_is_no_part_of_a_piece() -> None:
    assert pieces(Decimal(repr(0.1 + 0.2)) * 10) == 3
    assert pieces(Decimal("1007.3000000000002"), per_unit=10) == 10_073


@given(st.integers(0, QUANTITY_MAX), st.sampled_from(["", *COUNT_WORDS]), st.sampled_from(["", " ", "\u3000"]))
def test_any_whole_number_with_any_unit_is_read_exactly(number: int, unit: str, space: str) -> None:
    assert pieces(f"{number}{space}{unit}") == number
    assert pieces(f"{number:,}{space}{unit}") == number


@given(st.integers(0, 10**9), st.integers(0, 4))
def test_any_decimal_of_ten_thousands_is_read_exactly_or_refused(number: int, places: int) -> None:
    value = Decimal(number).scaleb(-places)
    exact = value * 10_000

    understood = read(f"{value:f}万")

    if exact == int(exact) and exact <= QUANTITY_MAX:
        assert isinstance(understood, Quantity)
        assert understood.pieces == exact
    else:
        assert isinstance(understood, Wrong)


@given(st.text(max_size=12))
def test_no_text_breaks_the_reader(text: str) -> None:
    read(text)
    read(text, fractions=Fractions.NEAREST, blank=BlankMeans.ZERO, per_unit=50)


@pytest.mark.parametrize("text", ["1" * 501, "1万" + "⑩" * 3_000, "一" * 4_000, "9" * 4_000 + "份"])
def test_what_is_longer_than_any_quantity_is_none(text: str) -> None:
    """⑩ is two digits: 6,000 of them are more than Python turns into a number."""
    assert wrong(text) == "“%(value)s” is not a number"


def test_noughts_before_a_number_do_not_change_it() -> None:
    assert pieces("0" * 496 + "1200") == 1_200
