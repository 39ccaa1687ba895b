"""One flat has one normal form, however it is written; two flats never share one; what is none is refused exactly."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from logistics.orders.chat_sheets.flats import (
    BadFlat,
    Flat,
    building_key,
    flat_key,
    flat_of,
    place_and_flat,
    unit_key,
)
from logistics.orders.chat_sheets.numerals import arabic, number_of

DIGITS = "〇一二三四五六七八九"


def counted(number: int) -> str:
    """A number from 1 to 99 in Chinese words: 二十一."""
    tens, ones = divmod(number, 10)
    high = "" if tens == 0 else "十" if tens == 1 else f"{DIGITS[tens]}十"
    return high + (DIGITS[ones] if ones or not tens else "")


def signs(number: int) -> str:
    return "".join(DIGITS[int(digit)] for digit in str(number))


def wide(text: str) -> str:
    return "".join(chr(ord(sign) + 0xFEE0) if sign.isdigit() or sign == "-" else sign for sign in text)


BUILDINGS, UNITS, FLATS = st.integers(1, 60), st.integers(1, 12), st.integers(101, 3_399)
WITH_UNIT = (
    "{b}号楼{u}单元{f}", "{b}号楼{u}单元{f}室", "{b}-{u}-{f}", "{b}栋{u}门{f}室", "{b}#{u}-{f}", "{b}幢{u}单元{f}",
    "{b}/{u}/{f}", "{b} {u} {f}", "{b}号楼 {u}单元 {f}", "{b}号楼{u}-{f}", "{b}座{u}单元{f}号", "第{b}号楼第{u}单元{f}",
    "{b}楼{u}单元{f}", " {b} - {u} - {f} ", "{b}—{u}—{f}", "{b}.{u}.{f}", "0{b}-0{u}-{f}", "{b}-{u}-{f} 13800138000",
    "{b}号楼{u}单元{f}（放物业）", "{b}＃{u}－{f}",
)  # fmt: skip
WITHOUT_UNIT = ("{b}号楼{f}", "{b}-{f}", "{b}栋{f}室", "{b}#{f}", "{b}幢 {f}", "{b}号{f}室", "{b}座{f}")


@st.composite
def spelled(draw: st.DrawFn) -> tuple[Flat, str]:
    """A flat, and one of the ways in which people write it."""
    building, unit, flat = draw(BUILDINGS), draw(UNITS), draw(FLATS)
    has_unit = draw(st.booleans())
    form = draw(st.sampled_from(WITH_UNIT if has_unit else WITHOUT_UNIT))
    words = draw(st.sampled_from((str, wide, "chinese"))) if "0{b}" not in form else str
    if words == "chinese" and ("楼" in form or "栋" in form or "-" in form) and "13800138000" not in form:
        text = form.format(b=counted(building), u=counted(unit), f=signs(flat))
    else:
        text = form.format(b=building, u=unit, f=flat)
        text = wide(text) if words is wide and "13800138000" not in form else text
    return Flat(str(building), str(unit) if has_unit else "", str(flat)), text


@given(spelled())
def test_every_spelling_of_a_flat_has_its_one_normal_form(pair: tuple[Flat, str]) -> None:
    flat, text = pair

    assert flat_of(text) == flat


@given(spelled(), spelled())
def test_two_flats_never_have_the_same_normal_form(one: tuple[Flat, str], other: tuple[Flat, str]) -> None:
    assert (flat_of(one[1]) == flat_of(other[1])) == (one[0] == other[0])


@given(spelled())
def test_the_normal_form_is_read_as_itself(pair: tuple[Flat, str]) -> None:
    flat, _ = pair

    assert flat_of(str(flat)) == flat


@pytest.mark.parametrize(
    ("text", "flat"),
    [
        ("3号楼2单元501", "3-2-501"),
        ("3-2-501", "3-2-501"),
        ("三号楼五〇一", "3-501"),
        ("3栋2门501室", "3-2-501"),
        ("3#2-501", "3-2-501"),
        ("３号楼２单元５０１", "3-2-501"),
        ("三号楼二单元五百零一室", "3-2-501"),
        ("二十一栋一单元一二〇三", "21-1-1203"),
        ("A座1203", "A-1203"),
        ("a-2-301", "A-2-301"),
        ("3-A501", "3-A501"),
        ("甲栋2单元301", "甲-2-301"),
        ("88号501", "88-501"),
        ("3-2-5楼501", "3-2-501"),
        ("3号楼2单元12层1203", "3-2-1203"),
    ],
)
def test_a_flat_is_read_in_the_words_of_its_list(text: str, flat: str) -> None:
    assert str(flat_of(text)) == flat


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "empty"),
        (" （） ", "empty"),
        ("501", "no_building"),
        ("2单元501室", "no_building"),
        ("5层501", "no_building"),
        ("3号楼", "no_flat"),
        ("3号楼2单元", "no_flat"),
        ("1-3-2-501", "too_many"),
        ("3-2-501-502", "too_many"),
        ("3-2-501、502", "too_many"),
        ("3-501-502", "unit"),
        ("3-2-6楼501", "floor"),
        ("3楼501", "floor_or_building"),
        ("3-2-501张三", "words"),
        ("3-2-501(二单元)", "words"),
        ("3号楼2单元501室502室", "words"),
        ("3-2-501隔壁", "words"),
        ("十二五号楼501", "words"),
        ("老地方", "words"),
    ],
)
def test_what_is_no_flat_is_refused_with_the_reason(text: str, why: str) -> None:
    with pytest.raises(BadFlat) as caught:
        flat_of(text)

    assert caught.value.data["why"] == why


@pytest.mark.parametrize(
    ("text", "place", "flat"),
    [
        ("阳光花园3-2-501", "阳光花园", "3-2-501"),
        ("阳光花园-3号楼501", "阳光花园", "3-501"),
        ("三里屯小区3号楼2单元501", "三里屯小区", "3-2-501"),
        ("朝阳区 阳光花园 12号楼1单元301", "朝阳区 阳光花园", "12-1-301"),
        ("幸福里2期3号楼2单元501", "幸福里2期", "3-2-501"),
        ("88弄3号501室", "88弄", "3-501"),
        ("3-2-501", "", "3-2-501"),
    ],
)
def test_a_name_may_stand_before_a_flat(text: str, place: str, flat: str) -> None:
    found = place_and_flat(text)

    assert (found[0], str(found[1])) == (place, flat)


@pytest.mark.parametrize("text", ["13-2-501-6", "13号-2-501-6", "1区2号3-2-501-9", "光明路88号3号楼2单元501"])
def test_numbers_before_a_flat_are_no_name(text: str) -> None:
    with pytest.raises(BadFlat):
        place_and_flat(text)


def test_what_the_platform_calls_its_buildings_is_compared_like_a_list() -> None:
    assert [building_key(text) for text in ("3号楼", "03", "三栋", "3#", "Ａ座")] == ["3", "3", "3", "3", "A"]
    assert [unit_key(text) for text in ("2单元", "二门", "2", "")] == ["2", "2", "2", ""]
    assert [flat_key(text) for text in ("501室", "0501", "五〇一", "12B")] == ["501", "501", "501", "12B"]


@pytest.mark.parametrize(
    ("text", "number"),
    [("五〇一", "501"), ("十", "10"), ("十二", "12"), ("二十一", "21"), ("一百零八", "108"), ("五百零一", "501"),
     ("十二五", ""), ("三百五", ""), ("百", ""), ("二二十", ""), ("拾贰", "12")],
)  # fmt: skip
def test_chinese_numerals_are_counted_or_left_alone(text: str, number: str) -> None:
    assert number_of(text) == number
    assert arabic(f"A{text}B") == (f"A{number}B" if number else f"A{text}B")
