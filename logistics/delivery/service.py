"""Verbs of the handover: issue manifests, record what happened at a stop, redeem a pickup code."""

from __future__ import annotations

import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from logistics.db import chunks
from logistics.delivery.models import Handover, Manifest
from logistics.delivery.rules import MANIFEST_TRANSITIONS, PROOFS, ManifestState, ProofKind
from logistics.errors import N_, BadTransition, Conflict, Invalid, NotFound
from logistics.notifications import service as notifications
from logistics.notifications.rules import Event
from logistics.orders import service as orders
from logistics.routing import service as routing


class WrongProof(Invalid):
    template = N_("A %(kind)s stop is not handed over with %(proof)s; it takes %(allowed)s.")
    code = "wrong_proof"


class AlreadyHandedOver(Conflict):
    template = N_("Stop %(stop)s was handed over before, at %(happened_at)s.")
    code = "already_handed_over"


class PlanUnderWay(Conflict):
    template = N_("Manifest %(manifest)s of an earlier plan is already %(state)s; its goods cannot be planned again.")
    code = "plan_under_way"


class WrongPickupCode(Conflict):
    template = N_("This is not the pickup code of order %(order)s.")
    code = "wrong_pickup_code"


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordHandover:
    """A courier's word that a stop's goods changed hands."""

    manifest_id: int
    stop_id: int
    proof: ProofKind
    note: str = ""
    recorded_by_id: int | None = None


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
            raise BadTransition(entity="manifest", key=manifest.code, state=manifest.state.value, wanted="issued")
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
    return len(routes)


def assign_courier(session: Session, manifest_id: int, courier_id: int | None, *, now: datetime) -> None:
    """Give a manifest to a courier, or take it back with None.

    Raises:
        NotFound: no such manifest.
        BadTransition: it is done.
    """
    manifest = _locked(session, manifest_id)
    if not MANIFEST_TRANSITIONS[manifest.state]:
        raise BadTransition(entity="manifest", key=manifest.code, state=manifest.state.value, wanted="assigned")
    manifest.courier_id = courier_id


def record_handover(session: Session, command: RecordHandover, *, now: datetime) -> None:
    """Record a stop's handover once; its orders are delivered and their households told.

    Raises:
        NotFound: no such manifest, or the stop is not on it.
        WrongProof: the stop's kind does not take this proof.
        AlreadyHandedOver: it was recorded before.
    """
    manifest = _locked(session, command.manifest_id)
    if manifest.state is ManifestState.VOID:
        raise BadTransition(entity="manifest", key=manifest.code, state=manifest.state.value, wanted="under_way")
    stop = routing.stop_to_serve(session, command.stop_id)
    if stop.plan_vehicle_id != manifest.plan_vehicle_id:
        raise NotFound(kind="stop", key=command.stop_id)
    if command.proof not in PROOFS[stop.kind]:
        raise WrongProof(
            kind=stop.kind.value,
            proof=command.proof.value,
            allowed=", ".join(sorted(proof.value for proof in PROOFS[stop.kind])),
        )
    before = session.get(Handover, command.stop_id)
    if before is not None:
        raise AlreadyHandedOver(stop=command.stop_id, happened_at=before.happened_at.isoformat())
    session.add(
        Handover(
            stop_id=command.stop_id,
            manifest_id=manifest.id,
            proof=command.proof,
            note=command.note,
            recorded_by_id=command.recorded_by_id,
            happened_at=now,
        )
    )
    session.flush()
    served = session.scalar(select(func.count()).select_from(Handover).where(Handover.manifest_id == manifest.id))
    total = len(routing.stops_of_route(session, manifest.plan_vehicle_id))
    manifest.state = ManifestState.DONE if served == total else ManifestState.UNDER_WAY
    moved = orders.mark_delivered(session, routing.orders_at_stop(session, command.stop_id))
    notifications.tell_many(
        session,
        [
            notifications.Message(
                key=f"delivered:{order_id}",
                household_id=household_id,
                event=Event.DELIVERED,
                data={"order": code, "proof": command.proof.value},
            )
            for order_id, household_id, code in moved
        ],
        now=now,
    )


def collect_order(session: Session, order_id: int, pickup_code: str, *, now: datetime) -> None:
    """Redeem an order's pickup code: once, and only when its goods are at the point.

    Raises:
        NotFound: no such order.
        WrongPickupCode: the code is another one.
        BadTransition: the goods are not there yet, or were collected before.
    """
    known = orders.pickup_code_of(session, order_id)
    if not known or not secrets.compare_digest(known.encode(), pickup_code.encode()):
        raise WrongPickupCode(order=orders.order_codes(session, [order_id])[order_id])
    orders.mark_collected(session, order_id)


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
                raise PlanUnderWay(manifest=manifest.code, state=manifest.state.value)
            manifest.state = ManifestState.VOID


def _locked(session: Session, manifest_id: int) -> Manifest:
    manifest = session.scalar(select(Manifest).where(Manifest.id == manifest_id).with_for_update())
    if manifest is None:
        raise NotFound(kind="manifest", key=manifest_id)
    return manifest
