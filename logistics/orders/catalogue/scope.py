"""Whose products a viewer may change, which it sees, and whose ceilings concern it."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, false, or_, select, true
from sqlalchemy.orm import Session

from logistics.access import Viewer
from logistics.accounts.models import Role
from logistics.communities.models import Area
from logistics.communities.scope import AREA_ROLES, area_and_above, area_and_below, community_of
from logistics.errors import NotFound
from logistics.orders.catalogue.models import PriceCeiling
from logistics.orders.models import Campaign, Merchant, Offer, Product
from logistics.orders.scope import sees_campaign


def owns_product(viewer: Viewer) -> ColumnElement[bool]:
    """Whether a product is the viewer's own: its merchant's, or any for an administrator."""
    if viewer.role is Role.ADMIN:
        return true()
    return Product.merchant_id == viewer.merchant_id if viewer.role is Role.MERCHANT else false()


def sees_product(viewer: Viewer) -> ColumnElement[bool]:
    """Its own, and what is offered in a campaign that the viewer sees."""
    if viewer.role in (Role.ADMIN, Role.MERCHANT):
        return owns_product(viewer)
    return Product.id.in_(_offered(viewer))


def _offered(viewer: Viewer) -> Any:
    return select(Offer.product_id).join(Campaign, Campaign.id == Offer.campaign_id).where(sees_campaign(viewer))


def sees_ceiling(viewer: Viewer) -> ColumnElement[bool]:
    """A ceiling is public where it binds: to merchants everywhere, to an office over it, on it and below, to a resident
    those of the areas it lives in."""
    if viewer.role in (Role.ADMIN, Role.MERCHANT):
        return true()
    if viewer.role in AREA_ROLES:
        return or_(
            PriceCeiling.area_id.in_(area_and_above(viewer.area_id)),
            PriceCeiling.area_id.in_(area_and_below(viewer.area_id)),
        )
    if viewer.role is Role.RESIDENT:
        return PriceCeiling.area_id.in_(area_and_above(community_of(viewer.household_id)))
    return false()


def sets_ceilings(viewer: Viewer, area_id: ColumnElement[int] | Any) -> ColumnElement[bool]:
    """Whether a ceiling of that area is the viewer's to set and to end: its own area's or one's below."""
    if viewer.role is Role.ADMIN:
        return true()
    if viewer.role is Role.STREET_OFFICE:
        return area_id.in_(area_and_below(viewer.area_id))
    return false()


def require_product(session: Session, viewer: Viewer, product_id: int) -> None:
    """Raises NotFound: no such product, or not the viewer's own."""
    if session.scalar(select(Product.id).where(Product.id == product_id, owns_product(viewer))) is None:
        raise NotFound(kind="product", key=product_id)


def require_seen_product(session: Session, viewer: Viewer, product_id: int) -> None:
    """Raises NotFound: no such product, or none that the viewer sees."""
    if session.scalar(select(Product.id).where(Product.id == product_id, sees_product(viewer))) is None:
        raise NotFound(kind="product", key=product_id)


def require_ceiling_area(session: Session, viewer: Viewer, area_id: int) -> None:
    """Raises NotFound: no such area, or none whose ceilings the viewer sets."""
    if session.scalar(select(Area.id).where(Area.id == area_id, sets_ceilings(viewer, Area.id))) is None:
        raise NotFound(kind="area", key=area_id)


def require_ceiling(session: Session, viewer: Viewer, ceiling_id: int) -> None:
    """Raises NotFound: no such ceiling, or not the viewer's to end."""
    mine = select(PriceCeiling.id).where(PriceCeiling.id == ceiling_id, sets_ceilings(viewer, PriceCeiling.area_id))
    if session.scalar(mine) is None:
        raise NotFound(kind="ceiling", key=ceiling_id)


def require_merchant(session: Session, viewer: Viewer, merchant_id: int) -> None:
    """Raises NotFound: no such merchant, or another than the viewer's own."""
    mine = true() if viewer.role is Role.ADMIN else Merchant.id == viewer.merchant_id
    if session.scalar(select(Merchant.id).where(Merchant.id == merchant_id, mine)) is None:
        raise NotFound(kind="merchant", key=merchant_id)


def merchant_for(viewer: Viewer, named: int | None) -> int:
    """The merchant a viewer acts for: its own, or for an administrator the one it names.

    Raises:
        NotFound: another merchant's, or nobody is named.
    """
    if viewer.merchant_id is not None and named in (None, viewer.merchant_id):
        return viewer.merchant_id
    if named is None or viewer.role is not Role.ADMIN:
        raise NotFound(kind="merchant", key=named or 0)
    return named
