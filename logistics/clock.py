"""The edge's clock. Everything below the edge takes `now` as an argument.

An app may carry a clock of its own under `CLOCK`: a rehearsal or a test runs a day that is not today.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from flask import current_app, has_app_context

SHANGHAI = ZoneInfo("Asia/Shanghai")


def utc_now() -> datetime:
    """Now, by the app's own clock where it has one."""
    clock: Callable[[], datetime] | None = current_app.config.get("CLOCK") if has_app_context() else None
    return datetime.now(UTC) if clock is None else clock()


def local_date(now: datetime) -> date:
    """The date on the wall calendar of the compounds."""
    return now.astimezone(SHANGHAI).date()


def is_morning(now: datetime) -> bool:
    """Whether it is before noon there."""
    return now.astimezone(SHANGHAI).hour < 12
