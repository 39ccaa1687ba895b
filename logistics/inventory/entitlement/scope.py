"""Whose entitlements a viewer may see, and which rules."""

from __future__ import annotations

from sqlalchemy import ColumnElement, false, or_, select, true
from sqlalchemy.orm import Session

from logistics.access import Viewer
from logistics.accounts.models import Role
from logistics.communities.models import Household
from logistics.communities.scope import AREA_ROLES, area_and_above, area_and_below, sees_household
from logistics.errors import NotFound
from logistics.inventory.entitlement.errors import HouseholdMissing
from logistics.inventory.entitlement.models import EntitlementRule


def require_household(session: Session, viewer: Viewer, household_id: int) -> None:
    """Raises NotFound: no such household, or not the viewer's to see."""
    known = select(Household.id).where(Household.id == household_id, sees_household(viewer, Household.id))
    if session.scalar(known) is None:
        raise NotFound(kind="household", key=household_id)


def household_for(viewer: Viewer, named: int | None) -> int:
    """The household that a viewer acts for: a resident for no other than its own, anybody else for the one it names.

    Raises:
        HouseholdMissing: nobody is named.
        NotFound: a resident names another household.
    """
    if viewer.household_id is not None and named in (None, viewer.household_id):
        return viewer.household_id
    if named is None:
        raise HouseholdMissing(errors=[{"pointer": "#/household_id", "detail": HouseholdMissing.template}])
    if viewer.household_id is not None:
        raise NotFound(kind="household", key=named)
    return named


def binds_or_is_below(viewer: Viewer) -> ColumnElement[bool]:
    """Whether a rule is of the viewer's area, below it, or above it, where it binds the viewer's households too."""
    if viewer.role in AREA_ROLES:
        above = EntitlementRule.area_id.in_(area_and_above(viewer.area_id))
        return or_(EntitlementRule.area_id.in_(area_and_below(viewer.area_id)), above)
    return true() if viewer.role is Role.ADMIN else false()
