"""How the words for states look on pages."""

from __future__ import annotations

from collections.abc import Mapping

TONES: Mapping[str, str] = {
    "open": "good", "formed": "good", "filed": "warn", "returned": "bad", "closed": "warn", "ready": "good",
    "done": "good", "collected": "good", "delivered": "good", "fulfilled": "good",
    "running": "info", "solving": "info", "under_way": "info", "batched": "info", "confirmed": "info", "door": "info",
    "failed": "bad", "shorted": "bad", "late": "bad", "due": "warn", "confirmed_late": "warn",
    "cancelled": "warn", "queued": "warn", "shortage": "warn", "household_limit": "warn",
    "approved": "info", "dispatched": "info", "received": "good", "allocated": "good", "declined": "warn",
    "transmission": "bad", "cases": "warn",
    "offered": "good", "registered": "info", "drawn": "info", "lapsed": "warn", "passed_over": "warn",
}  # fmt: skip
"""The colour of a state's badge; what is not named is grey."""


def tone(value: object) -> str:
    return TONES.get(str(value), "")
