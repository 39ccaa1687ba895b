"""Days of cover: how long what is there lasts at the pace at which it was really used."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

USE_DAYS = 7
"""Real use is what households got in the last seven days: a shorter span takes one delivery day for the rule."""

_DAY_S = 86_400


def cover_days(*, available: int, used: int, since: datetime, now: datetime) -> int | None:
    """Whole days for which `available` pieces last when `used` pieces went in the last seven days, or since the item
    first came, where that is less long ago (a day at least). None where nothing was used."""
    if used <= 0:
        return None
    span_s = min(max(now - since, timedelta(days=1)), timedelta(days=USE_DAYS)).total_seconds()
    return available * int(span_s) // (used * _DAY_S)


def raises_alarm(*, available: int, cover: int | None, alarm_days: int | None) -> bool:
    """Whether a stock is low: it lasts less than the item's alarm, or there is none, which ends all use too."""
    if alarm_days is None:
        return False
    return available <= 0 or (cover is not None and cover < alarm_days)


@dataclass(frozen=True, slots=True, kw_only=True)
class Used:
    """Pieces that households got lately, and since when there was anything to get."""

    pieces: int
    since: datetime


def summed_up(
    used: Mapping[tuple[int, int], Used], parents: Mapping[int, int | None]
) -> Mapping[tuple[int, int], Used]:
    """Use by (item, area) with that of all areas below an area. `parents` names the area above each area.

    A store above that is new itself may serve areas that have used the item all week: the time is theirs too.
    """
    sums: dict[tuple[int, int], Used] = {}
    for (item_id, area_id), here in used.items():
        at: int | None = area_id
        while at is not None:
            before = sums.get((item_id, at), Used(pieces=0, since=here.since))
            sums[item_id, at] = Used(pieces=before.pieces + here.pieces, since=min(before.since, here.since))
            at = parents.get(at)
    return sums
