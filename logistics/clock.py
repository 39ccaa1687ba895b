"""The edge's clock. Everything below the edge takes `now` as an argument."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")


def utc_now() -> datetime:
    return datetime.now(UTC)


def local_date(now: datetime) -> date:
    """The date on the wall calendar of the compounds."""
    return now.astimezone(SHANGHAI).date()
