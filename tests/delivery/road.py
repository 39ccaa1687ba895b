"""Plans on the road: their manifests, and what couriers do with them."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import select

from logistics.db import reading, transaction
from logistics.delivery.models import Manifest
from logistics.delivery.rules import ProofKind
from logistics.delivery.service import RecordHandover, issue_manifests, record_handover
from logistics.orders.models import Order
from logistics.orders.rules import OrderState
from logistics.routing.models import PlanStop
from tests.builders import DELIVERY_DATE, NOW
from tests.routing.planning import ReadyDay, a_ready_day, planned, stops_of

KEEPER, SEAL, DOOR = ProofKind.KEEPER_SIGNED, ProofKind.SEAL_CHECKED, ProofKind.LEFT_AT_DOOR


def issued(plan_id: int) -> int:
    with transaction() as session:
        return issue_manifests(session, plan_id, DELIVERY_DATE, now=NOW)


def a_day_on_the_road(tmp_path: Path, **day: object) -> tuple[int, Manifest, list[PlanStop]]:
    """A plan of one route with its manifest; the stops in driving order."""
    plan_id = planned(a_ready_day(**day), cache=tmp_path)  # type: ignore[arg-type]
    issued(plan_id)
    stops = sorted(stops_of(plan_id), key=lambda stop: stop.position or 0)
    return plan_id, manifests()[0], stops


def manifests() -> list[Manifest]:
    with reading() as session:
        return list(session.scalars(select(Manifest).order_by(Manifest.id)))


def handed_over(manifest: Manifest, stop: PlanStop, proof: ProofKind = KEEPER, *, note: str = "") -> None:
    with transaction() as session:
        command = RecordHandover(manifest_id=manifest.id, stop_id=stop.id, proof=proof, note=note)
        record_handover(session, command, now=NOW)


def order_states() -> list[OrderState]:
    with reading() as session:
        return list(session.scalars(select(Order.state).order_by(Order.id)))


def two_plans_of_one_day(tmp_path: Path) -> tuple[int, int, ReadyDay]:
    day = a_ready_day()
    return planned(day, cache=tmp_path), planned(day, cache=tmp_path), day
