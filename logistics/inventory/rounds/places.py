"""Who asks for supplies: communities, and posts within them such as checkpoints."""

from __future__ import annotations

from sqlalchemy.orm import Session

from logistics.communities import service as communities
from logistics.communities.rules import AreaLevel
from logistics.errors import NotFound
from logistics.inventory.rounds.errors import NotACommunity


def place_code(area_code: str, post: str) -> str:
    """The code of a place in a round: the community's own, or the post's within it."""
    return f"{area_code}/{post}" if post else area_code


def require_community(session: Session, area_id: int) -> None:
    """Refuse what is said about an area that is no community.

    Raises:
        NotFound: no such area.
        NotACommunity: a street office or district.
    """
    found = next((area for area in communities.tree_below(session, area_id) if area.id == area_id), None)
    if found is None:
        raise NotFound(kind="area", key=area_id)
    if found.level is not AreaLevel.COMMUNITY:
        raise NotACommunity(area=found.name)
