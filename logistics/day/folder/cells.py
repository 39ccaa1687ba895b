"""Reads the cells of one line as typed facts, telling the report about every one that is wrong."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from logistics.errors import N_

from .problems import Report

LOCAL = ZoneInfo("Asia/Shanghai")
CODE_LENGTH_MAX = 40
CODE = re.compile(r"[^\s/\\,;\"'<>]+")
WHOLE = re.compile(r"[0-9]{1,18}")
DECIMAL = re.compile(r"[0-9]{1,12}(\.[0-9]{1,12})?")
DEGREES = re.compile(r"-?[0-9]{1,3}(\.[0-9]{1,15})?")
CLOCK = re.compile(r"([0-9]{1,2}):([0-5][0-9])")
MOMENT = re.compile(
    r"20[0-9]{2}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?(Z|[+-][01][0-9]:?[0-5][0-9])?"
)
MIDNIGHT_MIN = 24 * 60
TWO_DAYS_MIN = 2 * MIDNIGHT_MIN
FULL_WIDTH = N_("“%(value)s” is written in full-width or foreign digits")


class Cells:
    """One line of a table. A method that meets a wrong value tells the report, marks the line `bad` and answers with a
    stand-in of the right type, so that the other fields of the line are still checked."""

    def __init__(self, file: str, line: int, values: Mapping[str, str], report: Report) -> None:
        self.file, self.line, self.values, self.report = file, line, values, report
        self.bad = False

    def refuse(self, field: str, wrong: str, right: str, /, **data: Any) -> None:
        """Report `field` of this line and mark the line bad."""
        self.bad = True
        self.report.add(self.file, wrong, right, line=self.line, field=field, value=self.values.get(field, ""), **data)

    def given(self, field: str) -> bool:
        return bool(self.values.get(field))

    def code(self, field: str, *, length_max: int = CODE_LENGTH_MAX) -> str:
        """A name for machines: no space, slash, quote, comma or unprintable character."""
        value = self.values.get(field, "")
        if not CODE.fullmatch(value) or not value.isprintable() or len(value) > length_max:
            self.refuse(
                field,
                N_("“%(value)s” is no code") if value else N_("the code is missing"),
                N_("1 to %(length)d letters, digits, - _ or . would be right"),
                length=length_max,
            )
        return value

    def text(self, field: str, *, length_max: int, needed: bool = False) -> str:
        value = self.values.get(field, "")
        if not value.isprintable():
            self.refuse(field, N_("“%(value)s” holds unprintable characters"), N_("plain text would be right"))
        elif len(value) > length_max or (needed and not value):
            wrong = N_("the text is too long: “%(value)s”") if value else N_("the text is missing")
            right = (
                N_("1 to %(length)d characters would be right")
                if needed
                else N_("at most %(length)d characters would be right")
            )
            self.refuse(field, wrong, right, length=length_max)
        return value

    def whole(self, field: str, *, low: int, high: int, default: int | None = None) -> int:
        """A whole number from `low` to `high`; `default`, where there is one, for an empty cell."""
        value = self.values.get(field, "")
        if not value and default is not None:
            return default
        if WHOLE.fullmatch(value) and low <= int(value) <= high:
            return int(value)
        self.refuse(
            field,
            self._not_a_number(value, N_("“%(value)s” is not a whole number")),
            N_("a whole number from %(low)d to %(high)d would be right"),
            low=low,
            high=high,
        )
        return low

    def optional_whole(self, field: str, *, low: int, high: int) -> int | None:
        """A whole number, or None for an empty cell."""
        return self.whole(field, low=low, high=high) if self.given(field) else None

    def scaled(
        self, field: str, *, per_unit: int, high: int, unit: str, smallest: str, default: int | None = None
    ) -> int:
        """A decimal number of `unit` as a whole number of `smallest`, of which `per_unit` make one; never rounded."""
        value = self.values.get(field, "")
        if not value and default is not None:
            return default
        if not DECIMAL.fullmatch(value):
            self.refuse(
                field,
                self._not_a_number(value, N_("“%(value)s” is not a number")),
                N_("%(unit)s as in 2.5, from 0 to %(high)d, would be right"),
                unit=unit,
                high=high,
            )
            return 0
        exact = Decimal(value) * per_unit
        if exact != int(exact):
            self.refuse(
                field,
                N_("“%(value)s” is finer than one %(smallest)s"),
                N_("at most %(places)d decimals would be right"),
                smallest=smallest,
                places=len(str(per_unit)) - 1,
            )
        elif exact > high * per_unit:
            self.refuse(
                field,
                N_("“%(value)s” is too large"),
                N_("%(unit)s as in 2.5, from 0 to %(high)d, would be right"),
                unit=unit,
                high=high,
            )
        return int(exact)

    def degrees(self, field: str) -> float:
        value = self.values.get(field, "")
        if DEGREES.fullmatch(value) and abs(float(value)) <= 180:
            return float(value)
        self.refuse(
            field,
            self._not_a_number(value, N_("“%(value)s” is not a coordinate")),
            N_("decimal degrees as in 117.088464 would be right"),
        )
        return 0.0

    def clock(self, field: str, *, high_min: int = MIDNIGHT_MIN, default: int | None = None) -> int:
        """A time of day as HH:MM, in minutes after midnight, up to `high_min` included."""
        value = self.values.get(field, "")
        if not value and default is not None:
            return default
        found = CLOCK.fullmatch(value)
        minutes = int(found[1]) * 60 + int(found[2]) if found else -1
        if not 0 <= minutes <= high_min:
            self.refuse(
                field,
                N_("“%(value)s” is not a time of day") if value else N_("the time is missing"),
                N_("HH:MM from 00:00 to %(last)02d:00 would be right"),
                last=high_min // 60,
            )
            return 0
        return minutes

    def moment(self, field: str) -> datetime:
        """A date and time; China Standard Time where it names no offset."""
        value = self.values.get(field, "")
        try:
            if MOMENT.fullmatch(value):
                moment = datetime.fromisoformat(value)
                return moment if moment.tzinfo else moment.replace(tzinfo=LOCAL)
        except ValueError:
            pass  # the 30th of February: told like any other wrong value
        self.refuse(
            field,
            N_("“%(value)s” is not a date and time") if value else N_("the date and time are missing"),
            N_("a moment as in 2020-02-20 05:14:00+08:00 would be right"),
        )
        return datetime(2000, 1, 1, tzinfo=LOCAL)

    def flag(self, field: str) -> bool:
        value = self.values.get(field, "")
        if value not in ("0", "1"):
            self.refuse(
                field,
                self._not_a_number(value, N_("“%(value)s” is neither 0 nor 1")),
                N_("1 for yes or 0 for no would be right"),
            )
        return value == "1"

    def _not_a_number(self, value: str, otherwise: str) -> str:
        """The most telling words for a value that should have been a number."""
        if not value:
            return N_("the value is missing")
        foreign = any(not c.isascii() and unicodedata.decimal(c, None) is not None for c in value)
        if foreign:
            return FULL_WIDTH
        if value[0] in "-−–" and value[1:].replace(".", "").isdigit():
            return N_("“%(value)s” is negative")
        if WHOLE.match(value) and value.isdigit() and value.isascii():
            return N_("“%(value)s” is out of range")
        return otherwise
