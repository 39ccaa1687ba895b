"""Moments that messages keep as text."""

from __future__ import annotations

from datetime import datetime


def parsed(text: object) -> datetime | None:
    """An ISO 8601 moment, or None where there is none."""
    if not isinstance(text, str):
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo else None
