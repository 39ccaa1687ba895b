"""Reading the form of a new campaign: every wrong field is named, and what was typed stays."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any

from logistics.clock import SHANGHAI
from logistics.errors import DomainError
from logistics.orders.campaigns.rules import Fallback
from logistics.orders.campaigns.service import EXTEND_MIN_MAX, ladder_of
from logistics.orders.rules import ShortageRule
from logistics.orders.service import (
    COUNT_MAX,
    PRICE_CENTS_MAX,
    QUANTITY_MAX,
    CampaignDraft,
    OfferDraft,
    TermsDraft,
    Tier,
    WindowDraft,
)
from logistics.orders.views import CampaignDetail, ProductView
from logistics.shapes import ROW_ID_MAX, YEAR_MAX, YEAR_MIN
from logistics.web.errors import sentence
from logistics.web.words import _

WINDOW_ROWS = 4
TITLE_LENGTH_MAX = 160
STEP = re.compile(r"([0-9]{1,7})\s*[:：]\s*¥?([0-9]{1,6})(?:\.([0-9]{1,2}))?")
"""One step of a ladder of prices as people type it."""


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
            **({} if (terms := self._terms()) is None else {"terms": terms}),
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
                OfferDraft(
                    sku=product.sku,
                    price_cents=price,
                    limit_per_household=limit,
                    supply_count=supply,
                    units_max=self._whole(f"cap-{product.id}", 1, COUNT_MAX),
                    tiers=self._tiers(f"tiers-{product.id}", product.sku, price),
                )
            )
        if not offers:
            self.errors["offers"] = _("Choose at least one product.")
        return tuple(offers)

    def _tiers(self, name: str, sku: str, price_cents: int) -> tuple[Tier, ...]:
        """Cheaper steps as `50: 4.50; 100: 4.00`, from so many units on so many yuan each."""
        found = []
        for part in re.split(r"[;；,，\n]+", self._text(name)):
            if not part.strip():
                continue
            match = STEP.fullmatch(part.strip())
            if match is None:
                self.errors[name] = _("Write steps like 50: 4.50; 100: 4.00")
                return ()
            units, yuan, cents = match.groups()
            price = int(yuan) * 100 + int((cents or "0").ljust(2, "0"))
            found.append(Tier(from_units=int(units), price_cents=price))
        try:
            ladder_of(sku, price_cents, found)
        except DomainError as error:
            self.errors[name] = sentence(error)
            return ()
        return tuple(found)

    def _terms(self) -> TermsDraft | None:
        """What the campaign needs and takes at most; None where its own rules refuse it, which is named."""
        try:
            fallback = Fallback(self._text("if_missed") or Fallback.CANCEL)
        except ValueError:
            self.errors["if_missed"] = _("Choose one of the rules.")
            return None
        hours = self._whole("extend_hours", 1, EXTEND_MIN_MAX // 60)
        if fallback is Fallback.EXTEND and hours is None:
            self.errors.setdefault("extend_hours", _("Say by how many hours it is extended."))
            return None
        values = {
            "minimum_households": self._whole("minimum_households", 0, COUNT_MAX) or 0,
            "minimum_units": self._whole("minimum_units", 0, COUNT_MAX) or 0,
            "minimum_cents": self._cents("minimum_yuan") if self._text("minimum_yuan") else 0,
            "household_units_max": self._whole("household_units_max", 1, COUNT_MAX),
            "orders_max": self._whole("orders_max", 1, COUNT_MAX),
            "units_max": self._whole("units_max", 1, COUNT_MAX),
        }
        try:
            return TermsDraft(
                **values,  # type: ignore[arg-type]
                if_missed=fallback,
                extend_min=60 * hours if fallback is Fallback.EXTEND and hours else None,
            )
        except DomainError as error:
            self.errors["minimum_households"] = sentence(error)
            return None

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


def values_of(campaign: CampaignDetail, products: Sequence[ProductView]) -> dict[str, str]:
    """A campaign as its form holds it, to be written anew."""
    terms, needed = campaign.terms, {part.measure.value: part.needed for part in campaign.terms.minimums}
    cut_off = campaign.cut_off_at.astimezone(SHANGHAI)
    values = {
        "title": campaign.title,
        "cut_off": f"{cut_off:%Y-%m-%dT%H:%M}",
        "delivery_date": campaign.delivery_date.isoformat(),
        "rule": campaign.shortage_rule.value,
        "minimum": _typed(campaign.minimum_orders or None),
        "minimum_households": _typed(needed.get("households")),
        "minimum_units": _typed(needed.get("units")),
        "minimum_yuan": _yuan(needed["amount"]) if "amount" in needed else "",
        "if_missed": terms.if_missed.value,
        "extend_hours": _typed(None if terms.extend_min is None else -(-terms.extend_min // 60)),
        "household_units_max": _typed(terms.household_units_max),
        "orders_max": _typed(terms.orders_max),
        "units_max": _typed(terms.units_max),
    }
    for row, window in enumerate(campaign.windows[:WINDOW_ROWS], start=1):
        values[f"window-{row}-from"] = f"{window.starts_at.astimezone(SHANGHAI):%H:%M}"
        values[f"window-{row}-to"] = f"{window.ends_at.astimezone(SHANGHAI):%H:%M}"
    ids = {product.sku: product.id for product in products}
    for offer in campaign.offers:
        number = ids.get(offer.sku)
        if number is None:  # retired since
            continue
        values |= {
            f"offer-{number}": "yes",
            f"price-{number}": _yuan(offer.tiers[0].price_cents if offer.tiers else offer.price_cents),
            f"limit-{number}": _typed(offer.limit_per_household),
            f"supply-{number}": _typed(offer.supply_count),
            f"cap-{number}": _typed(offer.units_max),
            f"tiers-{number}": "; ".join(f"{t.from_units}: {_yuan(t.price_cents)}" for t in offer.tiers[1:]),
        }
    return values


def _typed(number: int | None) -> str:
    return "" if number is None else str(number)


def _yuan(cents: int) -> str:
    return f"{cents // 100}.{cents % 100:02d}"


def area_ids_of(texts: Sequence[str], known: Collection[int]) -> set[int]:
    """The chosen areas, without any that is not known."""
    numbers = {int(text) for text in texts if text.isascii() and text.isdecimal() and len(text) < 11}
    return {number for number in numbers if number <= ROW_ID_MAX and number in known}


def _clock(text: str) -> time:
    """A time of day in Shanghai. Raises ValueError."""
    return time.fromisoformat(text).replace(second=0, microsecond=0, tzinfo=SHANGHAI)
