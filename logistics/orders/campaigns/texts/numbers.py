"""Numbers, money, days and hours as they are spoken, in Chinese and in English."""

from __future__ import annotations

from datetime import date, datetime

NUMBER_MAX = 99_999_999
_DIGITS = "零一二三四五六七八九"
_PLACES = ("", "十", "百", "千")

_ONES = (
    *("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"),
    *("thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"),
)
_TENS = ("", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
_ORDINALS = {
    1: "first", 2: "second", 3: "third", 5: "fifth", 8: "eighth", 9: "ninth", 12: "twelfth", 20: "twentieth",
    30: "thirtieth",
}  # fmt: skip


def number_zh(number: int) -> str:
    """A whole number up to 99,999,999: 10 is 十, 110 一百一十, 1,005 一千零五, 20,010 二万零一十."""
    assert 0 <= number <= NUMBER_MAX, number
    if number == 0:
        return _DIGITS[0]
    high, low = divmod(number, 10_000)
    spoken = f"{_four_zh(high)}万" if high else ""
    if low:
        spoken += ("零" if high and low < 1_000 else "") + _four_zh(low)
    return spoken[1:] if spoken.startswith("一十") else spoken


def counted_zh(number: int) -> str:
    """A number before what it counts: two of something are 两."""
    return "两" if number == 2 else number_zh(number)


def _four_zh(number: int) -> str:
    """A number from 1 to 9,999, with 一十 for ten."""
    spoken, gap = "", False
    for place in (3, 2, 1, 0):
        digit = number // 10**place % 10
        if digit:
            spoken += ("零" if gap and spoken else "") + _DIGITS[digit] + _PLACES[place]
        gap = not digit
    return spoken


def number_en(number: int) -> str:
    """A whole number up to 99,999,999: 105 is one hundred and five, 1,250 one thousand two hundred and fifty."""
    assert 0 <= number <= NUMBER_MAX, number
    if number < 20:
        return _ONES[number]
    if number < 100:
        return _TENS[number // 10] + (f"-{_ONES[number % 10]}" if number % 10 else "")
    for size, name in ((1_000_000, "million"), (1_000, "thousand"), (100, "hundred")):
        if number >= size:
            high, low = divmod(number, size)
            joint = " and " if low < 100 else " "
            return f"{number_en(high)} {name}" + (f"{joint}{number_en(low)}" if low else "")
    raise AssertionError(number)


def money_zh(cents: int) -> str:
    """12.50 is 十二元五角, 12.03 十二元零三分, 0.50 五角, 2.00 两元."""
    yuan, rest = divmod(cents, 100)
    jiao, fen = divmod(rest, 10)
    spoken = f"{counted_zh(yuan)}元" if yuan or not rest else ""
    if jiao:
        spoken += f"{number_zh(jiao)}角"
    if fen:
        spoken += ("零" if spoken and not jiao else "") + f"{number_zh(fen)}分"
    return spoken


def money_en(cents: int) -> str:
    """12.50 is twelve yuan fifty, 12.03 twelve yuan and three fen, 0.50 fifty fen."""
    yuan, fen = divmod(cents, 100)
    if not fen:
        return f"{number_en(yuan)} yuan"
    if not yuan:
        return f"{number_en(fen)} fen"
    rest = number_en(fen) if fen >= 10 else f"and {number_en(fen)} fen"
    return f"{number_en(yuan)} yuan {rest}"


def day_zh(day: date) -> str:
    return f"{number_zh(day.month)}月{number_zh(day.day)}日"


def day_en(day: date) -> str:
    """The nineteenth of February."""
    tens, ones = divmod(day.day, 10)
    if day.day in _ORDINALS:
        ordinal = _ORDINALS[day.day]
    elif day.day < 20:
        ordinal = f"{_ONES[day.day]}th"
    else:
        ordinal = f"{_TENS[tens]}-{_ORDINALS.get(ones) or f'{_ONES[ones]}th'}"
    return f"the {ordinal} of {_MONTHS[day.month - 1]}"


def time_zh(moment: datetime) -> str:
    """20:00 is 晚上八点, 14:30 下午两点半, 9:05 上午九点零五分, 0:00 零点."""
    hour, minute = moment.hour, moment.minute
    half = "凌晨" if hour < 6 else "上午" if hour < 12 else "中午" if hour == 12 else "下午" if hour < 18 else "晚上"
    spoken = f"{half}{counted_zh(hour - 12 if hour > 12 else hour)}点" if hour else "零点"
    if minute == 30:
        return f"{spoken}半"
    if minute:
        return f"{spoken}{'零' if minute < 10 else ''}{number_zh(minute)}分"
    return spoken


def time_en(moment: datetime) -> str:
    """20:00 is eight p.m., 14:30 two thirty p.m., 9:05 nine oh five a.m., 0:00 midnight."""
    hour, minute = moment.hour, moment.minute
    if not minute and hour in (0, 12):
        return "noon" if hour else "midnight"
    spoken = number_en(hour % 12 or 12)
    if minute:
        spoken += f" {'oh ' if minute < 10 else ''}{number_en(minute)}"
    return f"{spoken} {'p.m.' if hour >= 12 else 'a.m.'}"
