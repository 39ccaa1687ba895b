"""What is read of the entitlement, as frozen shapes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from logistics.communities.rules import AreaLevel
from logistics.inventory.entitlement.rules import DrawChannel, Per
from logistics.inventory.ledger.rules import ReservationState


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleView:
    """A rule in force: `quantity` pieces in `days` days per household or person of the area."""

    id: int
    item_id: int
    item_code: str
    item_name: str
    unit: str
    area_id: int
    area_code: str
    area_name: str
    level: AreaLevel
    per: Per
    quantity: int
    days: int
    starts_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class RemainingView:
    """What a household may still draw of an item that is limited for it, in pieces.

    `limit` in `days` days is the tightest rule as it binds this household, set by the area `area_name`; `drawn` counts
    against it now. `available` may be drawn at once, and `next_available` from `next_at` on (both null where nothing
    drawn ever frees more).
    """

    item_id: int
    item_code: str
    item_name: str
    unit: str
    limit: int
    days: int
    area_name: str
    drawn: int
    available: int
    next_at: datetime | None
    next_available: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawView:
    """One draw of a household. `state` is its reservation's, null where nothing was reserved; `quantity` counts what
    was drawn, `given_back` what of it counts no more."""

    id: int
    household_id: int
    household_code: str
    compound_name: str
    building: str
    unit: str
    flat: str
    item_id: int
    item_code: str
    item_name: str
    item_unit: str
    quantity: int
    given_back: int
    channel: DrawChannel
    drawn_at: datetime
    state: ReservationState | None
    expires_at: datetime | None
    stock_area_id: int | None
    stock_area_name: str | None
