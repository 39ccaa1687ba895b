"""Whose campaigns, stores and orders a viewer may see: the second half of the scoping conditions.

A merchant sees its own stores and what was ordered from them; the community side sees the campaigns that serve its area
and the orders of its households; a resident the campaigns that serve it and its own orders.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, false, or_, select, true
from sqlalchemy.orm import Session

from logistics.access import Viewer
from logistics.accounts.models import Role
from logistics.communities.scope import AREA_ROLES, area_and_above, area_and_below, community_of, sees_household
from logistics.errors import NotFound
from logistics.orders.models import Campaign, CampaignArea, Order, Store
from logistics.orders.rules import BEFORE_OPENING, CampaignState


def owns_store(viewer: Viewer, store_id: ColumnElement[int] | Any) -> ColumnElement[bool]:
    """Whether the store is the viewer's own: its merchant's, or any for an administrator."""
    if viewer.role is Role.ADMIN:
        return true()
    if viewer.role is Role.MERCHANT:
        return store_id.in_(select(Store.id).where(Store.merchant_id == viewer.merchant_id))
    return false()


def require_own_store(session: Session, viewer: Viewer, store_id: int) -> None:
    """Raises NotFound: no such store, or not the viewer's own."""
    if session.scalar(select(Store.id).where(Store.id == store_id, owns_store(viewer, Store.id))) is None:
        raise NotFound(kind="store", key=store_id)


def sees_campaign(viewer: Viewer) -> ColumnElement[bool]:
    """Whether a campaign is the viewer's to see. Drafts are shown to their merchant alone, what waits for approval to
    the street offices too, and everybody else sees a campaign from its opening on."""
    if viewer.role in (Role.ADMIN, Role.MERCHANT):
        return owns_store(viewer, Campaign.store_id)
    if viewer.role in AREA_ROLES:
        serves = or_(
            CampaignArea.area_id.in_(area_and_below(viewer.area_id)),
            CampaignArea.area_id.in_(area_and_above(viewer.area_id)),
        )
    elif viewer.role is Role.RESIDENT:
        serves = CampaignArea.area_id.in_(area_and_above(community_of(viewer.household_id)))
    else:
        return false()
    served = Campaign.id.in_(select(CampaignArea.campaign_id).where(serves))
    if viewer.role is Role.STREET_OFFICE:
        return served & (Campaign.state != CampaignState.DRAFT)
    return served & Campaign.state.not_in(BEFORE_OPENING)


def sees_order(viewer: Viewer) -> ColumnElement[bool]:
    """Whether an order is the viewer's to see."""
    if viewer.role in (Role.ADMIN, Role.MERCHANT):
        return Order.campaign_id.in_(select(Campaign.id).where(owns_store(viewer, Campaign.store_id)))
    return sees_household(viewer, Order.household_id)


def sees_homes(viewer: Viewer) -> bool:
    """Whether homes are shown. A merchant packs by order code, and by building where goods go to a pickup point;
    without more a door delivery does not tell it who is quarantined."""
    return viewer.role is not Role.MERCHANT
