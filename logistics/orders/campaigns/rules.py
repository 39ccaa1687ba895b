"""The words of a campaign's terms and of the steps of its life, and which areas still have to approve it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from enum import StrEnum

from logistics.orders.rules import CampaignState


class Fallback(StrEnum):
    """What happens at the cut-off when the minimum is missed; chosen before the campaign opens."""

    CANCEL = "cancel"
    EXTEND = "extend"
    NOTIFY = "notify"


class Step(StrEnum):
    """What was done with a campaign; each is kept with its moment, who did it and why."""

    FILED = "filed"
    APPROVED = "approved"
    RETURNED = "returned"
    WITHDRAWN = "withdrawn"
    OPENED = "opened"
    FULL = "full"
    EXTENDED = "extended"
    CLOSED = "closed"
    FORMED = "formed"
    FAILED = "failed"
    FULFILLED = "fulfilled"


class Measure(StrEnum):
    """What a minimum is counted in. Amounts are in cents, at the price for one."""

    ORDERS = "orders"
    HOUSEHOLDS = "households"
    UNITS = "units"
    AMOUNT = "amount"


CHANGEABLE = frozenset({CampaignState.DRAFT, CampaignState.RETURNED})
"""States in which its merchant may write a campaign anew."""

REASON_LENGTH_MAX = 500


def waiting_areas(
    served: Collection[int], approved: Collection[int], parent_of: Mapping[int, int | None]
) -> frozenset[int]:
    """Which of the `served` areas no office has approved yet.

    An approval covers the office's own area and everything below it. An area above several offices is covered when it
    was approved itself, or when every area directly below it is covered: each street approves its part.
    """
    below: dict[int, list[int]] = defaultdict(list)
    for area_id, parent_id in parent_of.items():
        if parent_id is not None:
            below[parent_id].append(area_id)
    said = set(approved)

    def above(area_id: int) -> bool:
        at: int | None = area_id
        while at is not None:
            if at in said:
                return True
            at = parent_of.get(at)
        return False

    def covered(area_id: int) -> bool:
        return area_id in said or (bool(below[area_id]) and all(covered(part) for part in below[area_id]))

    return frozenset(area_id for area_id in served if not above(area_id) and not covered(area_id))
