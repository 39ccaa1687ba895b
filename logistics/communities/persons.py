"""How many persons live in a household, which only entitlements per person ask for."""

from __future__ import annotations

from sqlalchemy.orm import Session

from logistics.communities.models import Household
from logistics.errors import N_, Invalid, NotFound

PERSONS_MAX = 30
"""People of one household: more is a dormitory, or a slip."""


class BadPersonCount(Invalid):
    template = N_("%(count)s persons cannot live in one household; give 1 to %(maximum)s, or nothing.")
    code = "bad_person_count"


def set_person_count(session: Session, household_id: int, count: int | None) -> None:
    """Keep how many persons live in a household; None: nobody has counted.

    Raises:
        NotFound: no such household.
        BadPersonCount: none, or more than one flat holds.
    """
    if count is not None and not 1 <= count <= PERSONS_MAX:
        raise BadPersonCount(count=count, maximum=PERSONS_MAX)
    household = session.get(Household, household_id)
    if household is None:
        raise NotFound(kind="household", key=household_id)
    household.person_count = count
