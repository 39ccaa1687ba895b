"""The dates of a campaign: first the cut-off, then the windows of one day."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import Protocol

from logistics.clock import SHANGHAI, local_date
from logistics.errors import N_, Invalid


class BadWindow(Invalid):
    template = N_("Window %(window)s: it must begin after the cut-off and end after it begins.")
    code = "bad_window"


class WindowOffTheDay(Invalid):
    template = N_("Window %(window)s: it must lie within the delivery date, %(delivery_date)s by local time.")
    code = "window_off_the_day"


class DeliveryBeforeCutOff(Invalid):
    template = N_(
        "Delivery on %(delivery_date)s would be before the day of the cut-off, %(cut_off_date)s by local time."
    )
    code = "delivery_before_cut_off"


class Window(Protocol):
    """Anything with a code and a span of moments."""

    @property
    def code(self) -> str: ...
    @property
    def starts_at(self) -> datetime: ...
    @property
    def ends_at(self) -> datetime: ...


def check_schedule(*, cut_off_at: datetime, delivery_date: date, windows: Iterable[Window]) -> None:
    """First the cut-off, then the windows, all of them on the delivery date as the compounds' calendars have it. A
    cut-off that may be put off is checked as the later one.

    Raises:
        DeliveryBeforeCutOff: the delivery date is over when the cut-off comes.
        BadWindow: a window begins before the cut-off or ends before it begins.
        WindowOffTheDay: a window reaches into another day; the midnight at its end is still the same day.
    """
    cut_off_date = local_date(cut_off_at)
    if delivery_date < cut_off_date:
        raise DeliveryBeforeCutOff(delivery_date=delivery_date, cut_off_date=cut_off_date)
    begins = datetime.combine(delivery_date, time(), SHANGHAI)
    ends = begins + timedelta(days=1)
    for window in windows:
        if not cut_off_at < window.starts_at < window.ends_at:
            raise BadWindow(window=window.code)
        if not begins <= window.starts_at < window.ends_at <= ends:
            raise WindowOffTheDay(window=window.code, delivery_date=delivery_date)
