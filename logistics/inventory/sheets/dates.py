"""Dates as they stand in titles, cells and file names: 4月9日, 2022-04-11, 4.12; and titles without them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from logistics.inventory.sheets.grid import Value, text_of

_WORDED = re.compile(r"(?:(?P<y>20\d\d)\s*年\s*)?(?<!\d)(?P<m>\d{1,2})\s*月\s*(?P<d>\d{1,2})\s*[日号]?(?!\d)")
_DASHED = re.compile(r"(?<!\d)(?P<y>20\d\d)\s*[-./年]\s*(?P<m>\d{1,2})\s*[-./月]\s*(?P<d>\d{1,2})\s*日?(?!\d)")
_COMPACT = re.compile(r"(?<!\d)(?P<y>20\d\d)(?P<m>\d\d)(?P<d>\d\d)(?!\d)")
_DOTTED = re.compile(r"(?<![\d.])(?P<m>\d{1,2})[.\-](?P<d>\d{1,2})(?![\d.])(?!\s*[-时点:])")
_YEAR = re.compile(r"(?<!\d)(20\d\d)\s*年|(?<!\d)(20\d\d)[-./]\d")
MASK = "{date}"
AHEAD = timedelta(days=31)


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenDate:
    """A date as it was written; the year is None where it goes without saying."""

    year: int | None
    month: int
    day: int

    def near(self, about: date) -> date | None:
        """The day it means: in its own year, else the last such day before `about` or at most a month after it, since
        sheets tell of what has been. None if there is no such day."""
        if self.year:
            return _day(self.year, self.month, self.day)
        years = [about.year - 1, about.year, about.year + 1]
        days = [day for day in (_day(year, self.month, self.day) for year in years) if day is not None]
        return max((day for day in days if day <= about + AHEAD), default=None)


def written_in(text: str, *, loosely: bool = False) -> WrittenDate | None:
    """The first date in a text. `loosely` also takes 4.12 and 4-12: in a name they are dates, in a cell numbers."""
    for pattern in (_DASHED, _COMPACT, _WORDED, *([_DOTTED] if loosely else [])):
        for found in pattern.finditer(text):
            parts = found.groupdict()
            month, day = int(parts["m"]), int(parts["d"])
            if _day(2020, month, day) is not None:  # a leap year, which has every day
                year = parts.get("y")
                return WrittenDate(year=int(year) if year else None, month=month, day=day)
    return None


def year_in(texts: Iterable[str]) -> int | None:
    """A year that one of the texts names."""
    for text in texts:
        if found := _YEAR.search(text):
            return int(found[1] or found[2])
    return None


def date_of(value: Value, *, about: date) -> date | None:
    """The day a cell states, as a date of its own or as text."""
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    written = written_in(text_of(value), loosely=isinstance(value, str))
    return written.near(about) if written else None


def masked(text: str) -> str:
    """A title without its dates, which change from day to day: “{date}提报需求量”."""
    for pattern in (_DASHED, _WORDED):
        text = pattern.sub(MASK, text)
    return text


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
