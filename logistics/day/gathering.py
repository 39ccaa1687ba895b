"""A delivery day made of the campaigns that were held on the platform."""

from __future__ import annotations

import hashlib
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from logistics.day.models import Day, DayCampaign, DaySource
from logistics.errors import N_, Conflict
from logistics.orders import service as orders


class NothingToGather(Conflict):
    template = N_("No open or closed campaign delivers on %(delivery_date)s that is not in a day already.")
    code = "nothing_to_gather"


def gather_day(session: Session, delivery_date: date, *, roads_file: str, now: datetime) -> int:
    """Put every open or closed campaign of a delivery date that is in no day yet into the day of that date.

    The day is made at the first call and joined by later campaigns at the next; the last word about the roads counts.
    Returns the day's id.

    Raises:
        NothingToGather: there is no campaign to put in and no day of that date.
    """
    source_sha256 = hashlib.sha256(f"campaigns:{delivery_date.isoformat()}".encode()).hexdigest()
    day = session.scalar(select(Day).where(Day.source_sha256 == source_sha256).with_for_update())
    taken = set(session.scalars(select(DayCampaign.campaign_id)))
    free = [i for i in orders.campaigns_to_deliver(session, delivery_date) if i not in taken]
    if day is None:
        if not free:
            raise NothingToGather(delivery_date=delivery_date)
        day = Day(
            code=f"campaigns-{delivery_date.isoformat()}",
            title=delivery_date.isoformat(),
            delivery_date=delivery_date,
            source=DaySource.CAMPAIGNS,
            source_sha256=source_sha256,
            roads_file=roads_file,
            imported_at=now,
        )
        session.add(day)
        session.flush()
    day.roads_file = roads_file or day.roads_file
    session.add_all([DayCampaign(campaign_id=campaign_id, day_id=day.id) for campaign_id in free])
    session.flush()
    return day.id
