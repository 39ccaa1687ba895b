"""What there is to know of many places that ask at once."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import Session

from logistics.communities.models import Area
from logistics.communities.rules import AreaLevel
from logistics.db import chunks


def no_community_among(session: Session, area_ids: Collection[int]) -> str:
    """The name of an area among these that is a street office or district; empty where all are communities."""
    for part in chunks(area_ids):
        others = select(Area.name).where(Area.id.in_(part), Area.level != AreaLevel.COMMUNITY)
        name = session.scalar(others.order_by(Area.code).limit(1))
        if name is not None:
            return name
    return ""
