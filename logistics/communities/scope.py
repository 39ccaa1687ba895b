"""Which part of the tree a viewer may see: the conditions every scoped query is built from.

An area viewer (street office, community worker) sees what lies in its area and below; a resident its own household; an
administrator everything; anybody else nothing of the tree.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, ScalarSelect, Select, false, select, true

from logistics.access import Viewer
from logistics.accounts.models import Role
from logistics.communities.models import Area, Building, Compound, Household

AREA_ROLES = frozenset({Role.STREET_OFFICE, Role.COMMUNITY_WORKER})


def area_and_below(area_id: int | None) -> Select[int]:
    """Ids of an area and of every area under it."""
    tree = select(Area.id).where(Area.id == area_id).cte(recursive=True)
    tree = tree.union_all(select(Area.id).join(tree, Area.parent_id == tree.c.id))
    return select(tree.c.id)


def area_and_above(area_id: int | ScalarSelect[int] | None) -> Select[int]:
    """Ids of an area and of every area over it."""
    path = select(Area.id, Area.parent_id).where(Area.id == area_id).cte(recursive=True)
    path = path.union_all(select(Area.id, Area.parent_id).join(path, Area.id == path.c.parent_id))
    return select(path.c.id)


def community_of(household_id: int | None) -> ScalarSelect[int]:
    """The community a household lives in."""
    return (
        select(Compound.community_id)
        .join(Building, Building.compound_id == Compound.id)
        .join(Household, Household.building_id == Building.id)
        .where(Household.id == household_id)
        .scalar_subquery()
    )


def sees_compound(viewer: Viewer, compound_id: ColumnElement[int] | Any) -> ColumnElement[bool]:
    """Whether the compound of that id is the viewer's to see."""
    if viewer.role is Role.ADMIN:
        return true()
    if viewer.role in AREA_ROLES:
        return compound_id.in_(select(Compound.id).where(Compound.community_id.in_(area_and_below(viewer.area_id))))
    if viewer.role is Role.RESIDENT:
        home = select(Building.compound_id).join(Household, Household.building_id == Building.id)
        return compound_id.in_(home.where(Household.id == viewer.household_id))
    return false()


def sees_household(viewer: Viewer, household_id: ColumnElement[int] | Any) -> ColumnElement[bool]:
    """Whether the household of that id is the viewer's to see. A resident sees no neighbour."""
    if viewer.role is Role.ADMIN:
        return true()
    if viewer.role in AREA_ROLES:
        return household_id.in_(
            select(Household.id)
            .join(Building, Building.id == Household.building_id)
            .where(sees_compound(viewer, Building.compound_id))
        )
    if viewer.role is Role.RESIDENT:
        return household_id == viewer.household_id
    return false()


def sees_area(viewer: Viewer) -> ColumnElement[bool]:
    """Whether an area is the viewer's to see. Merchants see all names: they choose which areas a campaign serves."""
    if viewer.role in (Role.ADMIN, Role.MERCHANT):
        return true()
    if viewer.role in AREA_ROLES:
        return Area.id.in_(area_and_below(viewer.area_id))
    if viewer.role is Role.RESIDENT:
        return Area.id.in_(area_and_above(community_of(viewer.household_id)))
    return false()
