"""Verbs on daily reports: open, confirm, correct, and tell who is late."""

from __future__ import annotations

from datetime import date

from logistics.config import Settings
from logistics.errors import NotFound
from logistics.inventory.reports.confirming import TEXT_LENGTH_MAX, ConfirmReport, CorrectReport, confirm, correct
from logistics.inventory.reports.errors import (
    CoveredByNext,
    NotConfirmed,
    NothingToCorrect,
    ReasonMissing,
    ReportChanged,
    TooEarly,
)
from logistics.inventory.reports.opening import Opened, open_due
from logistics.inventory.reports.rules import Clock
from logistics.inventory.reports.showing import report
from logistics.inventory.reports.telling import tell_late
from logistics.shapes import YEAR_MAX, YEAR_MIN

__all__ = [
    "TEXT_LENGTH_MAX",
    "Clock",
    "ConfirmReport",
    "CorrectReport",
    "CoveredByNext",
    "NotConfirmed",
    "NothingToCorrect",
    "Opened",
    "ReasonMissing",
    "ReportChanged",
    "TooEarly",
    "clock_of",
    "confirm",
    "correct",
    "day_of",
    "open_due",
    "report",
    "tell_late",
]


def day_of(text: str) -> date:
    """The day that an address names.

    Raises:
        NotFound: it names none; a day outside of our time has no report.
    """
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise NotFound(kind="day", key=text) from None
    if not YEAR_MIN <= day.year <= YEAR_MAX or day.isoformat() != text:
        raise NotFound(kind="day", key=text)
    return day


def clock_of(settings: Settings) -> Clock:
    """When reports are cut off and late, as the platform is set up."""
    return Clock(cut_off_min=settings.report_cut_off_min, grace_min=settings.report_grace_min)
