"""Issuing a plan: its routes become manifests, and only then do households hear of it."""

from __future__ import annotations

import secrets
from collections.abc import Collection
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from logistics.db import chunks
from logistics.delivery.models import Manifest
from logistics.delivery.rules import MANIFEST_TRANSITIONS, ManifestState
from logistics.errors import N_, BadTransition, Conflict
from logistics.notifications import service as notifications
from logistics.notifications.rules import Event
from logistics.orders import service as orders
from logistics.routing import service as routing


class PlanUnderWay(Conflict):
    template = N_("Manifest %(manifest)s of an earlier plan is already %(state)s; its goods cannot be planned again.")
    code = "plan_under_way"


def issue_manifests(session: Session, plan_id: int, delivery_date: date, *, now: datetime) -> int:
    """Make the manifest of every route of a ready plan, once, in place of those of an earlier plan for the same
    goods. Returns how many the plan has.

    Raises:
        NotFound: no such plan, or it is not ready.
        PlanUnderWay: a courier already drives by the earlier plan.
        BadTransition: its own manifests are void, since another plan for the same goods took them over.
    """
    routes = routing.driven_routes(session, plan_id)
    rivals = routing.rival_routes(session, plan_id)
    of_routes = Manifest.plan_vehicle_id.in_([route.plan_vehicle_id for route in routes])
    issued = {manifest.plan_vehicle_id: manifest for manifest in session.scalars(select(Manifest).where(of_routes))}
    for manifest in issued.values():
        if manifest.state is ManifestState.VOID:
            raise BadTransition(entity="manifest", key=manifest.code, state=manifest.state, wanted=ManifestState.ISSUED)
    _void(session, rivals)
    session.add_all(
        [
            Manifest(
                code=f"M{route.plan_vehicle_id:06d}",
                plan_vehicle_id=route.plan_vehicle_id,
                store_id=route.store_id,
                delivery_date=delivery_date,
                state=ManifestState.ISSUED,
                token=secrets.token_urlsafe(24),
                issued_at=now,
            )
            for route in routes
            if route.plan_vehicle_id not in issued
        ]
    )
    session.flush()
    _tell_households(session, plan_id, now=now)
    return len(routes)


def require_replannable(session: Session, plan_id: int) -> None:
    """Refuse a plan whose goods are already on the road by another, before it is solved.

    Raises:
        PlanUnderWay: a courier already drives by the earlier plan.
    """
    for part in chunks(routing.rival_routes(session, plan_id)):
        begun = Manifest.state.in_([s for s, after in MANIFEST_TRANSITIONS.items() if ManifestState.VOID not in after])
        manifest = session.scalar(
            select(Manifest)
            .where(Manifest.plan_vehicle_id.in_(part), begun, Manifest.state != ManifestState.VOID)
            .order_by(Manifest.id)
            .limit(1)
        )
        if manifest is not None:
            raise PlanUnderWay(manifest=manifest.code, state=manifest.state)


def _void(session: Session, plan_vehicle_ids: Collection[int]) -> None:
    for part in chunks(plan_vehicle_ids):
        earlier = session.scalars(
            select(Manifest)
            .where(Manifest.plan_vehicle_id.in_(part), Manifest.state != ManifestState.VOID)
            .order_by(Manifest.id)
            .with_for_update()
        )
        for manifest in earlier.all():
            if ManifestState.VOID not in MANIFEST_TRANSITIONS[manifest.state]:
                raise PlanUnderWay(manifest=manifest.code, state=manifest.state)
            manifest.state = ManifestState.VOID


def _tell_households(session: Session, plan_id: int, *, now: datetime) -> None:
    """Tell every household when its goods come, or that they do not come by this plan."""
    planned = {order.order_id: order for order in routing.planned_orders(session, plan_id)}
    messages = []
    for head in orders.order_heads(session, planned):
        order = planned[head.order_id]
        event = Event.ROUTE_PLANNED if order.start_at is not None else Event.STOP_DROPPED
        messages.append(
            notifications.Message(
                key=f"{event.value}:{plan_id}:{order.order_id}",
                household_id=head.household_id,
                event=event,
                data={
                    "order": head.code,
                    "place": order.place,
                    "kind": order.kind.value,
                    "start_at": order.start_at.isoformat() if order.start_at is not None else None,
                    "reason": order.drop_reason,
                },
            )
        )
    notifications.tell_many(session, messages, now=now)
