"""Phone numbers as people type them come to eleven digits, or are refused with the reason."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from logistics.orders.chat_sheets.phones import (
    BadPhone,
    masked_phone,
    phone_of,
    with_masked_phones,
    without_phones,
)

MOBILES = st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True).filter(str.isascii)
FORMS = (
    "{n}",
    "+86{n}",
    "+86 {a} {b} {c}",
    "{a}-{b}-{c}",
    "86{n}",
    "0086 {n}",
    "(+86){a}.{b}.{c}",
    " {a} {b}{c} ",
    "'{n}",
)


@given(MOBILES, st.sampled_from(FORMS), st.booleans())
def test_every_spelling_of_a_number_comes_to_its_digits(number: str, form: str, wide: bool) -> None:
    text = form.format(n=number, a=number[:3], b=number[3:7], c=number[7:])
    if wide:
        text = "".join(chr(ord(sign) + 0xFEE0) if sign.isdigit() or sign == "+" else sign for sign in text)

    assert phone_of(text) == number


@pytest.mark.parametrize(
    ("text", "why"),
    [("", "empty"), (" - ", "empty"), ("138****8000", "signs"), ("1380013800", "length"),
     ("+86 138001380000", "length"),
     ("0431-88888888", "length"), ("12345678901", "kind"), ("张三", "signs")],
)  # fmt: skip
def test_what_is_no_mobile_number_is_refused_with_the_reason(text: str, why: str) -> None:
    with pytest.raises(BadPhone) as caught:
        phone_of(text)

    assert caught.value.data["why"] == why


def test_a_number_is_shown_masked_and_taken_out_of_texts() -> None:
    assert masked_phone("13800138000") == "138****8000"
    assert with_masked_phones("到了打138-0013-8000，谢谢") == "到了打138****8000，谢谢"
    assert without_phones("3-2-501 +86 13800138000").strip() == "3-2-501"
    assert without_phones("订单202004110012345678") == "订单202004110012345678"  # part of a longer number is none
