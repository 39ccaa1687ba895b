"""Chinese numerals where people write numbers of buildings and flats: 三号楼五〇一, 二十一栋."""

from __future__ import annotations

import re
from collections.abc import Mapping

DIGITS: Mapping[str, int] = {
    **{sign: value for value, sign in enumerate("零一二三四五六七八九")},
    **{sign: value for value, sign in enumerate("〇壹贰叁肆伍陆柒捌玖")},
    **{"○": 0, "◯": 0},
}
UNITS: Mapping[str, int] = {"十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1000, "仟": 1000}
_RUN = re.compile(f"[{''.join(DIGITS)}{''.join(UNITS)}]+")


def arabic(text: str) -> str:
    """The text with its Chinese numerals as digits: 五〇一 is 501 sign by sign, 二十一 and 五百零一 are counted. A run
    of signs that is no number stays as it is."""
    return _RUN.sub(lambda found: number_of(found[0]) or found[0], text)


def number_of(text: str) -> str:
    """A run of Chinese numerals as digits; empty where it is no number, as in 十二五."""
    if not text or not _RUN.fullmatch(text):
        return ""
    if not any(sign in UNITS for sign in text):
        return "".join(str(DIGITS[sign]) for sign in text)
    total, digit, last, zero = 0, -1, 10_000, False
    for sign in text:
        if sign in DIGITS:
            if digit > 0 or (digit == 0 and DIGITS[sign] == 0):
                return ""
            digit, zero = DIGITS[sign], zero or DIGITS[sign] == 0
            continue
        unit = UNITS[sign]
        if unit >= last or (digit == 0 and unit != 10):
            return ""
        if digit in (-1, 0) and unit != 10:
            return ""
        total, digit, last = total + (1 if digit in (-1, 0) else digit) * unit, -1, unit
    if digit > 0 and last > 10 and not zero:
        return ""  # 三百五: 305 or 350
    return str(total + max(digit, 0))
