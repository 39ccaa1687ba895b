"""Reading small forms: each field that is wrong is named, and what was typed stays."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import TypeVar

from logistics.clock import SHANGHAI
from logistics.shapes import YEAR_MAX, YEAR_MIN
from logistics.web.here import asked_id
from logistics.web.words import _

Word = TypeVar("Word", bound=StrEnum)


@dataclass(slots=True)
class Typed:
    """A form as it was sent. Every reader returns a value of its kind; where the field is wrong, `errors` says so by
    the field's name and the value means nothing."""

    values: Mapping[str, str]
    errors: dict[str, str] = field(default_factory=dict)

    def text(self, name: str, *, low: int = 1, high: int) -> str:
        found = self.values.get(name, "").strip()
        if not low <= len(found) <= high or not found.isprintable():
            self.errors[name] = _("Give %(low)s to %(high)s characters.", low=low, high=high)
        return found

    def whole(self, name: str, low: int, high: int) -> int:
        found = self.values.get(name, "").strip()
        if not (found.isascii() and found.isdecimal() and len(found) < 11 and low <= int(found) <= high):
            self.errors[name] = _("Give a whole number from %(low)s to %(high)s.", low=low, high=high)
            return low
        return int(found)

    def whole_or_none(self, name: str, low: int, high: int) -> int | None:
        """None where nothing is typed."""
        found = self.values.get(name, "").strip()
        if not found:
            return None
        if not (found.isascii() and found.isdecimal() and len(found) < 11 and low <= int(found) <= high):
            self.errors[name] = _("Give a whole number from %(low)s to %(high)s, or nothing.", low=low, high=high)
            return None
        return int(found)

    def cents(self, name: str, high: int) -> int:
        """A price in yuan with at most two places, in cents; `high` in cents."""
        yuan, _point, cents = self.values.get(name, "").strip().removeprefix("¥").partition(".")
        digits = yuan + cents
        right = digits.isascii() and digits.isdecimal() and 1 <= len(yuan) < 8 and len(cents) <= 2
        found = int(yuan) * 100 + int(cents.ljust(2, "0")) if right else high + 1
        if found > high:
            self.errors[name] = _("Give a price in yuan, like 12.50.")
            return 0
        return found

    def day(self, name: str, *, usual: date) -> date:
        """A date of our time; `usual` where nothing is typed."""
        text = self.values.get(name, "").strip()
        if not text:
            return usual
        try:
            found = date.fromisoformat(text)
        except ValueError:
            found = date.min
        if not YEAR_MIN <= found.year <= YEAR_MAX:
            self.errors[name] = _("Give a date.")
            return usual
        return found

    def chosen(self, name: str, known: Collection[int]) -> int:
        found = asked_id(self.values, name) or 0
        if found not in known:
            self.errors[name] = _("Choose one.")
        return found

    def word(self, name: str, words: type[Word]) -> Word:
        try:
            return words(self.values.get(name, ""))
        except ValueError:
            self.errors[name] = _("Choose one.")
            return next(iter(words))

    def moment(self, name: str, *, after: datetime) -> datetime:
        """A moment by the clock of Shanghai, later than `after`."""
        try:
            found = datetime.fromisoformat(self.values.get(name, "").strip()).replace(tzinfo=SHANGHAI)
        except ValueError:
            self.errors[name] = _("Give a date and a time.")
            return after
        if not YEAR_MIN <= found.year <= YEAR_MAX or found <= after:
            self.errors[name] = _("It must still be to come.")
        return found
