"""What an area reads of a daily report that it owes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from logistics.web.formats import short_day
from logistics.web.words import _


def headline(event: str, data: Mapping[str, Any]) -> str:
    """One short sentence; empty where the event is not about a report."""
    if event != "report_late":
        return ""
    days = [date.fromisoformat(day) for day in data["days"]]
    if len(days) == 1:
        return _("The daily report of %(day)s is late", day=short_day(days[0]))
    return _("%(n)s daily reports are late", n=len(days))


def details(event: str, data: Mapping[str, Any]) -> list[str]:
    """What else there is to say, a line each."""
    if event != "report_late":
        return []
    days = _(", ").join(short_day(date.fromisoformat(day)) for day in data["days"])
    return [_("Look at %(days)s under “Daily reports” and confirm it; where there was nothing, it is a zero report.",
              days=days)]  # fmt: skip
