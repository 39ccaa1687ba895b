"""Reading the form of a new campaign: every wrong field is named, and what was typed stays."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any

from logistics.clock import SHANGHAI
from logistics.orders.rules import ShortageRule
from logistics.orders.service import (
    COUNT_MAX,
    PRICE_CENTS_MAX,
    QUANTITY_MAX,
    CampaignDraft,
    OfferDraft,
    WindowDraft,
)
from logistics.orders.views import ProductView
from logistics.shapes import ROW_ID_MAX, YEAR_MAX, YEAR_MIN
from logistics.web.words import _

WINDOW_ROWS = 4
TITLE_LENGTH_MAX = 160


@dataclass(slots=True)
class DraftForm:
    """A campaign form as it was sent. `errors` has a sentence by field, empty where the form is right."""

    values: Mapping[str, str]
    area_ids: Collection[int]
    errors: dict[str, str] = field(default_factory=dict)

    def read(self, *, store_id: int, products: Sequence[ProductView], now: datetime) -> CampaignDraft | None:
        """The campaign the form asks for, or None with the reasons in `errors`.

        Raises:
            DomainError: the rules of a campaign refuse what every field alone would allow.
        """
        cut_off = self._cut_off(now)
        delivery = self._date(cut_off)
        draft: dict[str, Any] = {
            "store_id": store_id,
            "title": self._title(),
            "cut_off_at": cut_off,
            "delivery_date": delivery,
            "shortage_rule": self._rule(),
            "minimum_orders": self._whole("minimum", 0, COUNT_MAX) or 0,
            "area_ids": tuple(sorted(self.area_ids)),
            "windows": self._windows(delivery, cut_off),
            "offers": self._offers(products),
        }
        if not self.area_ids:
            self.errors["areas"] = _("Choose at least one area.")
        return None if self.errors else CampaignDraft(**draft)

    def _text(self, name: str) -> str:
        return self.values.get(name, "").strip()

    def _title(self) -> str:
        title = self._text("title")
        if not 1 <= len(title) <= TITLE_LENGTH_MAX or not title.isprintable():
            self.errors["title"] = _("Give a title of at most %(n)s characters.", n=TITLE_LENGTH_MAX)
        return title

    def _rule(self) -> ShortageRule:
        try:
            return ShortageRule(self._text("rule"))
        except ValueError:
            self.errors["rule"] = _("Choose one of the rules.")
            return ShortageRule.PROPORTIONAL

    def _cut_off(self, now: datetime) -> datetime | None:
        try:
            found = datetime.fromisoformat(self._text("cut_off")).replace(tzinfo=SHANGHAI)
        except ValueError:
            self.errors["cut_off"] = _("Give a date and a time.")
            return None
        if not YEAR_MIN <= found.year <= YEAR_MAX or found <= now:
            self.errors["cut_off"] = _("The cut-off must still be to come.")
        return found

    def _date(self, cut_off: datetime | None) -> date | None:
        try:
            found = date.fromisoformat(self._text("delivery_date"))
        except ValueError:
            self.errors["delivery_date"] = _("Give a date.")
            return None
        if not YEAR_MIN <= found.year <= YEAR_MAX:
            self.errors["delivery_date"] = _("Give a date.")
            return None
        if cut_off is not None and found < cut_off.date():
            self.errors["delivery_date"] = _("Goods cannot come before the day of the cut-off.")
        return found

    def _windows(self, delivery: date | None, cut_off: datetime | None) -> tuple[WindowDraft, ...]:
        windows: list[WindowDraft] = []
        for row in range(1, WINDOW_ROWS + 1):
            texts = (self._text(f"window-{row}-from"), self._text(f"window-{row}-to"))
            if not any(texts):
                continue
            try:
                begin, end = (datetime.combine(delivery or date(YEAR_MIN, 1, 1), _clock(text)) for text in texts)
            except ValueError:
                self.errors[f"window-{row}"] = _("Give both times, like 09:00 and 12:00.")
                continue
            window = WindowDraft(code=f"{begin:%H%M}-{end:%H%M}", starts_at=begin, ends_at=end)
            if end <= begin:
                self.errors[f"window-{row}"] = _("The window must end after it begins.")
            elif delivery is not None and cut_off is not None and begin <= cut_off:
                self.errors[f"window-{row}"] = _("The window must begin after the cut-off.")
            elif window.code in {known.code for known in windows}:
                self.errors[f"window-{row}"] = _("This window stands here twice.")
            windows.append(window)
        if not windows and not any(name.startswith("window-") for name in self.errors):
            self.errors["window-1"] = _("Give at least one window.")
        return tuple(windows)

    def _offers(self, products: Sequence[ProductView]) -> tuple[OfferDraft, ...]:
        offers = []
        for product in products:
            if not self._text(f"offer-{product.id}"):
                continue
            price = self._cents(f"price-{product.id}")
            limit = self._whole(f"limit-{product.id}", 1, QUANTITY_MAX)
            supply = self._whole(f"supply-{product.id}", 0, COUNT_MAX)
            offers.append(
                OfferDraft(sku=product.sku, price_cents=price, limit_per_household=limit, supply_count=supply)
            )
        if not offers:
            self.errors["offers"] = _("Choose at least one product.")
        return tuple(offers)

    def _whole(self, name: str, low: int, high: int) -> int | None:
        """A whole number, or None where nothing is typed."""
        text = self._text(name)
        if not text:
            return None
        if not (text.isascii() and text.isdecimal() and len(text) < 11 and low <= int(text) <= high):
            self.errors[name] = _("Give a whole number from %(low)s to %(high)s, or nothing.", low=low, high=high)
            return None
        return int(text)

    def _cents(self, name: str) -> int:
        """A price in yuan with at most two places, in cents."""
        yuan, _point, cents = self._text(name).partition(".")
        digits = yuan + cents
        if not (digits.isascii() and digits.isdecimal() and 1 <= len(yuan) < 8 and len(cents) <= 2):
            self.errors[name] = _("Give a price in yuan, like 12.50.")
            return 0
        found = int(yuan) * 100 + int(cents.ljust(2, "0"))
        if found > PRICE_CENTS_MAX:
            self.errors[name] = _("Give a price in yuan, like 12.50.")
        return found


def area_ids_of(texts: Sequence[str], known: Collection[int]) -> set[int]:
    """The chosen areas, without any that is not known."""
    numbers = {int(text) for text in texts if text.isascii() and text.isdecimal() and len(text) < 11}
    return {number for number in numbers if number <= ROW_ID_MAX and number in known}


def _clock(text: str) -> time:
    """A time of day in Shanghai. Raises ValueError."""
    return time.fromisoformat(text).replace(second=0, microsecond=0, tzinfo=SHANGHAI)
