"""Which plans, routes and stops a viewer may see: those of its own stores, or those that come to its area."""

from __future__ import annotations

from sqlalchemy import ColumnElement, case, exists, false, literal, select, true

from logistics.access import Viewer
from logistics.accounts.models import Role
from logistics.communities.scope import AREA_ROLES, sees_compound
from logistics.fulfilment.models import Wave
from logistics.orders.scope import owns_store
from logistics.routing.models import Plan, PlanStop, PlanVehicle, PlanWave


def sees_stop(viewer: Viewer) -> ColumnElement[bool]:
    if viewer.role in AREA_ROLES:
        return sees_compound(viewer, PlanStop.compound_id)
    return owns_store(viewer, PlanStop.store_id)


def sees_route(viewer: Viewer) -> ColumnElement[bool]:
    if viewer.role in AREA_ROLES:
        return PlanVehicle.id.in_(select(PlanStop.plan_vehicle_id).where(sees_stop(viewer)))
    return owns_store(viewer, PlanVehicle.store_id)


def drives_elsewhere(viewer: Viewer) -> ColumnElement[bool]:
    """Whether a vehicle of a plan also drives to stops that are not the viewer's: then its way, its length and the
    places in its order would give those away."""
    if viewer.role in (Role.ADMIN, Role.COURIER):  # a courier sees a route only as its own manifest, the whole of it
        return false()
    return exists().where(PlanStop.plan_vehicle_id == PlanVehicle.id, ~sees_stop(viewer)).correlate(PlanVehicle)


def sees_plan(viewer: Viewer) -> ColumnElement[bool]:
    """A merchant sees the plans that carry a wave of its own from the moment they are asked for."""
    if viewer.role in AREA_ROLES:
        return Plan.id.in_(select(PlanStop.plan_id).where(sees_stop(viewer)))
    waves = select(PlanWave.plan_id).join(Wave, Wave.id == PlanWave.wave_id)
    return true() if viewer.role is Role.ADMIN else Plan.id.in_(waves.where(owns_store(viewer, Wave.store_id)))


def sees_whole_plan(viewer: Viewer) -> ColumnElement[bool]:
    """Whether nothing of a plan is anybody else's: then it may be exported and cancelled as one."""
    if viewer.role is Role.ADMIN:
        return true()
    if viewer.role is not Role.MERCHANT:
        return false()
    foreign = exists().where(
        PlanWave.plan_id == Plan.id, Wave.id == PlanWave.wave_id, ~owns_store(viewer, Wave.store_id)
    )
    return case((foreign, literal(False)), else_=literal(True))
