"""How quantities, moments and money are written on pages: whole units inside, people's units outside."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Protocol

from flask import Flask
from flask_babel import format_date, format_decimal

from logistics.cents import yuan
from logistics.clock import SHANGHAI
from logistics.web.locale import language
from logistics.web.words import _, ngettext

_DAY = {"zh": "yyyy年M月d日 EEEE", "en": "EEEE, d MMMM yyyy"}
_SHORT_DAY = {"zh": "M月d日", "en": "d MMM"}


def number(value: float | int | None) -> str:
    return "–" if value is None else str(format_decimal(value))


def kilograms(grams: int | None) -> str:
    return "–" if grams is None else _("%(n)s kg", n=format_decimal(round(grams / 1000, 1)))


def kilometres(metres: int | None) -> str:
    return "–" if metres is None else _("%(n)s km", n=format_decimal(round(metres / 1000, 1)))


def packages(count: int) -> str:
    return ngettext("%(num)s package", "%(num)s packages", count)


def order_count(count: int) -> str:
    return ngettext("%(num)s order", "%(num)s orders", count)


def stop_count(count: int) -> str:
    return ngettext("%(num)s stop", "%(num)s stops", count)


class Home(Protocol):
    """Anything that says where in a compound somebody lives; `unit` and `flat` may be empty."""

    @property
    def building(self) -> str: ...
    @property
    def unit(self) -> str: ...
    @property
    def flat(self) -> str: ...


def building_name(number: str) -> str:
    """A building as people say it; a name that is no number is left as it is."""
    return _("building %(n)s", n=number) if number.isdecimal() else number


def home(place: Home) -> str:
    """Building, unit and flat as people write them; what is not known is left out."""
    parts = [building_name(place.building)]
    if place.unit:
        parts.append(_("unit %(n)s", n=place.unit) if place.unit.isdecimal() else place.unit)
    if place.flat:
        parts.append(_("flat %(n)s", n=place.flat) if place.flat.isdecimal() else place.flat)
    return ("" if language() == "zh" else ", ").join(parts)


def duration(seconds: float | int | None) -> str:
    """Hours and minutes; under a minute, seconds."""
    if seconds is None:
        return "–"
    if seconds < 60:
        return _("%(n)s s", n=format_decimal(round(float(seconds), 1)))
    hours, minutes = divmod(round(seconds / 60), 60)
    if not hours:
        return _("%(m)s min", m=minutes)
    return _("%(h)s h %(m)s min", h=hours, m=f"{minutes:02d}")


def clock(moment: datetime | None) -> str:
    """Time of day in Shanghai."""
    return "–" if moment is None else f"{moment.astimezone(SHANGHAI):%H:%M}"


def moment(value: datetime | None) -> str:
    """Day and time of day in Shanghai."""
    return "–" if value is None else f"{short_day(value.astimezone(SHANGHAI).date())} {clock(value)}"


def span(starts_at: datetime | None, ends_at: datetime | None) -> str:
    return f"{clock(starts_at)}–{clock(ends_at)}"


def listed(names: Iterable[str]) -> str:
    """Names one after the other."""
    return ("、" if language() == "zh" else ", ").join(names)


def batch_name(code: str) -> str:
    """The part of a batch's code that differs within its wave: delivery point and window."""
    return "/".join(code.split("/")[-2:])


def clock_minutes(minutes: int) -> str:
    """Minutes after midnight as a time of day."""
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


def day(value: date) -> str:
    return str(format_date(value, _DAY[language()], rebase=False))


def short_day(value: date) -> str:
    return str(format_date(value, _SHORT_DAY[language()], rebase=False))


def iso_minute(value: datetime) -> str:
    """For `<time datetime>`: ISO 8601 with the offset of Shanghai."""
    return value.astimezone(SHANGHAI).isoformat(timespec="minutes")


def register(app: Flask) -> None:
    filters = (
        number,
        kilograms,
        kilometres,
        packages,
        order_count,
        stop_count,
        yuan,
        duration,
        clock,
        moment,
        clock_minutes,
        day,
        short_day,
    )
    for function in (*filters, iso_minute, batch_name, building_name, home):
        app.add_template_filter(function)
    app.add_template_global(span)
    app.add_template_filter(listed)
