"""Numbers as offices write them: 5000份, 1.5万, １２００, 1,200, 三百, —."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal, InvalidOperation
from enum import StrEnum

from logistics.errors import N_
from logistics.inventory.sheets.grid import Unreadable, Value, text_of

QUANTITY_MAX = 100_000_000
"""Pieces in one cell. The ledger takes no more in one movement."""
TEXT_LENGTH_MAX = 500
"""No quantity is written longer; a number of thousands of digits would be more than Python turns into one."""
NOISE = Decimal("0.000001")
"""Farther from a whole number than this is a part of a piece, and not a spreadsheet's arithmetic in binary."""

BLANK_SIGNS = frozenset({"-", "--", "—", "——", "–", "−", "/", "\\", "|", "...", "*", "·", "未报", "未填", "空"})
"""What people put where they have nothing to say. It is not a zero."""
NONE_WORDS = frozenset({"无", "零", "没有", "无需", "无需求", "不需要", "暂无"})
"""Words that state a zero."""
COUNT_WORDS = (
    "箱/袋", "箱", "袋", "份", "个", "只", "件", "盒", "包", "瓶", "支", "套", "台", "片", "桶", "把", "副", "双", "枚",
    "提", "筐", "捆", "张", "块", "罐", "付", "人份", "pcs", "pc",
)  # fmt: skip
WEIGHT_WORDS = ("吨", "公斤", "千克", "斤", "kg", "克", "g", "t", "升", "l", "毫升", "ml", "元", "%", "户", "人", "天")
MULTIPLIERS = {"亿": 10**8, "万": 10**4, "w": 10**4, "千": 1000, "k": 1000, "百": 100}
CHINESE_DIGITS = {digit: value for value, digit in enumerate("零一二三四五六七八九")} | {"两": 2, "〇": 0}
CHINESE_UNITS = {"十": 10, "百": 100, "千": 1000}

_GROUPED = re.compile(r"[0-9]{1,3}(,[0-9]{3})+(\.[0-9]+)?")
_PLAIN = re.compile(r"[0-9]+(\.[0-9]+)?")
_CHINESE = re.compile("[零〇一二两三四五六七八九十][零〇一二两三四五六七八九十百千万]*")
_STEP = re.compile(r"([0-9]+(?:\.[0-9]+)?)(亿|万|千|百|w|k)")


class Fractions(StrEnum):
    """What becomes of a part of a piece, such as half a box in 1791.5."""

    REFUSE = "refuse"
    DOWN = "down"
    NEAREST = "nearest"


class BlankMeans(StrEnum):
    """What a blank cell says: nothing, or none."""

    NOTHING = "nothing"
    ZERO = "zero"


@dataclass(frozen=True, slots=True, kw_only=True)
class Quantity:
    """A cell that was understood. `pieces` is None where the cell says nothing, `exact` what they were before rounding;
    `note` tells how it was read where that does not go without saying."""

    pieces: int | None
    exact: Decimal = Decimal(0)
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wrong:
    """A cell that was not: what is wrong and what would be right, English templates."""

    wrong: str
    right: str


READ_AS = N_("“%(value)s” was read as %(pieces)s")
ROUNDED = N_("“%(value)s” was rounded to %(pieces)s")
TOO_LARGE, AT_MOST = N_("“%(value)s” is too large"), N_("at most 100,000,000 pieces would be right")
_A_NUMBER = N_("a whole number such as 5000 would be right")


def quantity(value: Value, *, per_unit: int, fractions: Fractions, blank: BlankMeans) -> Quantity | Wrong:
    """The pieces a cell stands for, where one unit of the sheet is `per_unit` pieces.

    Numbers may carry a unit of count (5000份), Chinese steps (1.5万, 2千5百), full-width digits, separators and an
    apostrophe. A dash or a stroke says as much as a blank; “无” states a zero. Weights, moneys, dates, errors and
    guesses (“约500”) are wrong: nobody can say what was meant by looking at the cell alone.
    """
    if isinstance(value, Unreadable):
        return _unreadable(value)
    if isinstance(value, bool):
        return Wrong(wrong=N_("“%(value)s” is yes or no, not a quantity"), right=_A_NUMBER)
    if isinstance(value, date):
        return Wrong(
            wrong=N_("the spreadsheet made a date of it: %(value)s"),
            right=N_("the quantity, typed into a cell formatted as a number, would be right"),
        )
    text = text_of(value).strip("'’ ")
    if not text or text in BLANK_SIGNS:
        return Quantity(pieces=0 if blank is BlankMeans.ZERO else None)
    if text in NONE_WORDS:
        return Quantity(pieces=0, note=READ_AS)
    if len(text) > TEXT_LENGTH_MAX and isinstance(value, str):
        return Wrong(wrong=N_("“%(value)s” is not a number"), right=_A_NUMBER)
    number = value if isinstance(value, Decimal) else _number(text)
    if isinstance(number, Wrong):
        return number
    counted = _pieces(number * per_unit, fractions)
    if isinstance(counted, Quantity) and not counted.note and not _goes_without_saying(text):
        return replace(counted, note=READ_AS)
    return counted


def _pieces(exact: Decimal, fractions: Fractions) -> Quantity | Wrong:
    if exact < 0:
        return Wrong(wrong=N_("“%(value)s” is negative"), right=N_("0 or more would be right"))
    if exact > QUANTITY_MAX:
        return Wrong(wrong=TOO_LARGE, right=AT_MOST)
    nearest = int(exact.to_integral_value())
    if abs(exact - nearest) <= NOISE:
        return Quantity(pieces=nearest, exact=Decimal(nearest))
    if fractions is Fractions.REFUSE:
        return Wrong(
            wrong=N_("“%(value)s” is no whole number of pieces"),
            right=N_("a whole number, or a mapping that says how to round, would be right"),
        )
    down = int(exact)
    pieces = down if fractions is Fractions.DOWN else int(exact + Decimal("0.5"))
    return Quantity(pieces=pieces, exact=exact, note=ROUNDED)


def _unreadable(value: Unreadable) -> Wrong:
    if value.shown.startswith("#"):
        return Wrong(
            wrong=N_("the cell shows the error %(value)s"),
            right=N_("the number itself, typed in, would be right"),
        )
    return Wrong(
        wrong=N_("the cell holds a formula that was never calculated"),
        right=N_("the file opened once in a spreadsheet program and saved, or the number typed in, would be right"),
    )


def _number(text: str) -> Decimal | Wrong:
    """The number a text stands for, without its unit of count."""
    bare = text.lower().replace(" ", "")
    sign = -1 if bare[:1] in "-−" and len(bare) > 1 else 1
    bare = bare.lstrip("-−+") if sign == -1 or bare.startswith("+") else bare
    for word in sorted(COUNT_WORDS, key=len, reverse=True):
        if bare.endswith(word) and len(bare) > len(word):
            bare = bare.removesuffix(word)
            break
    else:
        if bare.endswith(WEIGHT_WORDS) and bare[:1].isdigit():
            return Wrong(wrong=N_("“%(value)s” is no count"), right=N_("a count such as 5000份 would be right"))
    if _PLAIN.fullmatch(bare) or _GROUPED.fullmatch(bare):
        return sign * _decimal(bare.replace(",", ""))
    stepped = _stepped(bare)
    if stepped is None:
        stepped = _chinese(bare)
    if stepped is None:
        return Wrong(wrong=N_("“%(value)s” is not a number"), right=_A_NUMBER)
    return sign * stepped


def _decimal(text: str) -> Decimal:
    try:
        return Decimal(text)
    except InvalidOperation:  # longer than anything the check of size lets pass
        return Decimal(QUANTITY_MAX) * 10


def _stepped(text: str) -> Decimal | None:
    """1.5万, 2千5百, 1万2000; None where it is nothing of the kind. 1万2 is left alone: 10,002 or 12,000?"""
    total, rest, last = Decimal(0), text, 10**12
    while found := _STEP.match(rest):
        step = MULTIPLIERS[found[2]]
        if step >= last:
            return None
        total, rest, last = total + Decimal(found[1]) * step, rest[found.end() :], step
    if rest == text:
        return None
    if not rest:
        return total
    return total + Decimal(rest) if rest.isdecimal() and 10 * int(rest) >= last > int(rest) else None


def _chinese(text: str) -> Decimal | None:
    """A number in Chinese words up to 九千九百九十九万: 三百, 一万两千, 十二."""
    if not _CHINESE.fullmatch(text) or text.count("万") > 1:
        return None
    high, _, low = text.rpartition("万")
    below = [_chinese_below_10000(part) for part in (high, low) if part]
    if None in below or text.startswith("万"):
        return None
    total = sum((part or 0) * (10_000 if high and index == 0 else 1) for index, part in enumerate(below))
    return Decimal(total)


def _chinese_below_10000(text: str) -> int | None:
    total, digit, last = 0, None, 10_000
    for letter in text:
        if letter in CHINESE_DIGITS:
            if digit:
                return None  # 三五: thirty-five or a few
            digit = CHINESE_DIGITS[letter]
        else:
            unit = CHINESE_UNITS[letter]
            if unit >= last:
                return None
            total, digit, last = total + (1 if digit is None else digit) * unit, None, unit
    ends_short = digit and last not in (10, 10_000) and "零" not in text and "〇" not in text
    return None if ends_short else total + (digit or 0)  # 三百五: 305 or 350


def _goes_without_saying(text: str) -> bool:
    return _PLAIN.fullmatch(text) is not None
