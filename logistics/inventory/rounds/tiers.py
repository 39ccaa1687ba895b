"""How communities are classed: set by the office, dated, with history."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from logistics.communities import service as communities
from logistics.inventory.rounds.errors import TierTooFar
from logistics.inventory.rounds.models import CommunityTier
from logistics.inventory.rounds.places import require_community
from logistics.inventory.rounds.rules import Tier

TIER_START_DAYS_MAX = 366


@dataclass(frozen=True, slots=True, kw_only=True)
class SetTier:
    """A community's class from `starts_on` on."""

    area_id: int
    tier: Tier
    starts_on: date
    note: str = ""
    set_by_id: int | None = None


def set_tier(session: Session, command: SetTier, *, today: date, now: datetime) -> int:
    """Class a community from a day on; what was said before stays as its history. Returns the id of the entry.

    Raises:
        NotFound, NotACommunity: no such community.
        TierTooFar: the day is more than a year away.
    """
    require_community(session, command.area_id)
    if abs((command.starts_on - today).days) > TIER_START_DAYS_MAX:
        raise TierTooFar(starts_on=command.starts_on, today=today)
    row = CommunityTier(
        area_id=command.area_id,
        tier=command.tier,
        starts_on=command.starts_on,
        note=command.note,
        set_by_id=command.set_by_id,
        set_at=now,
    )
    session.add(row)
    session.flush()
    return row.id


def tiers_below(session: Session, area_id: int, *, on: date) -> dict[int, Tier]:
    """The class of each community in an area on a day, by area id; those never classed are left out."""
    below = set(communities.area_and_below(session, area_id))
    return {community: tier for community, tier, _ in session.execute(current_tiers(on)) if community in below}


def current_tiers(on: date) -> Select[int, Tier, date]:
    """For each community its class on a day: of the entries that have begun the one for the latest day, of several for
    that day the last one entered."""
    place = func.row_number().over(
        partition_by=CommunityTier.area_id, order_by=(CommunityTier.starts_on.desc(), CommunityTier.id.desc())
    )
    begun = select(CommunityTier, place.label("place")).where(CommunityTier.starts_on <= on).subquery()
    return select(begun.c.area_id, begun.c.tier, begun.c.starts_on).where(begun.c.place == 1)
