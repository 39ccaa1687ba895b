"""Verbs on daily reports: open, confirm, correct."""

from __future__ import annotations

from logistics.inventory.reports.confirming import TEXT_LENGTH_MAX, ConfirmReport, CorrectReport, confirm, correct
from logistics.inventory.reports.errors import (
    NotConfirmed,
    NothingToCorrect,
    ReasonMissing,
    ReportChanged,
    TooEarly,
)
from logistics.inventory.reports.opening import Opened, open_due
from logistics.inventory.reports.queries import missing_count
from logistics.inventory.reports.rules import Clock
from logistics.inventory.reports.showing import report

__all__ = [
    "TEXT_LENGTH_MAX",
    "Clock",
    "ConfirmReport",
    "CorrectReport",
    "NotConfirmed",
    "NothingToCorrect",
    "Opened",
    "ReasonMissing",
    "ReportChanged",
    "TooEarly",
    "confirm",
    "correct",
    "missing_count",
    "open_due",
    "report",
]
