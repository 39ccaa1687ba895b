"""Verbs of the handover: issue manifests, record what happened at a stop, redeem a pickup code."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from logistics.delivery.issuing import PlanUnderWay, issue_manifests, require_replannable
from logistics.delivery.models import Handover, Manifest
from logistics.delivery.rules import MANIFEST_TRANSITIONS, PROOFS, ManifestState, ProofKind
from logistics.errors import N_, BadTransition, Conflict, Invalid, NotFound
from logistics.notifications import service as notifications
from logistics.notifications.rules import Event
from logistics.orders import service as orders
from logistics.routing import service as routing

__all__ = [
    "AlreadyHandedOver",
    "PlanUnderWay",
    "RecordHandover",
    "WrongPickupCode",
    "WrongProof",
    "assign_courier",
    "collect_order",
    "issue_manifests",
    "record_handover",
    "require_replannable",
]


class WrongProof(Invalid):
    template = N_("A %(kind)s stop is not handed over with %(proof)s; it takes %(allowed)s.")
    code = "wrong_proof"


class AlreadyHandedOver(Conflict):
    template = N_("Stop %(stop)s was handed over before, at %(happened_at)s.")
    code = "already_handed_over"


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


def assign_courier(session: Session, manifest_id: int, courier_id: int | None, *, now: datetime) -> None:
    """Give a manifest to a courier, or take it back with None.

    Raises:
        NotFound: no such manifest.
        BadTransition: it is done.
    """
    manifest = _locked(session, manifest_id)
    if not MANIFEST_TRANSITIONS[manifest.state]:
        raise BadTransition(entity="manifest", key=manifest.code, state=manifest.state, wanted="assigned")
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
        raise BadTransition(entity="manifest", key=manifest.code, state=manifest.state, wanted=ManifestState.UNDER_WAY)
    stop = routing.stop_to_serve(session, command.stop_id)
    if stop.plan_vehicle_id != manifest.plan_vehicle_id:
        raise NotFound(kind="stop", key=command.stop_id)
    if command.proof not in PROOFS[stop.kind]:
        raise WrongProof(kind=stop.kind, proof=command.proof, allowed=sorted(PROOFS[stop.kind]))
    before = session.get(Handover, command.stop_id)
    if before is not None:
        raise AlreadyHandedOver(stop=command.stop_id, happened_at=before.happened_at)
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


def _locked(session: Session, manifest_id: int) -> Manifest:
    manifest = session.scalar(select(Manifest).where(Manifest.id == manifest_id).with_for_update())
    if manifest is None:
        raise NotFound(kind="manifest", key=manifest_id)
    return manifest
