"""What the handover reads of a plan's stops."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from logistics.errors import NotFound
from logistics.fulfilment import service as fulfilment
from logistics.routing.models import Plan, PlanStop, PlanStopBatch, PlanVehicle, PlanWave
from logistics.routing.rules import PlanState, StopKind


@dataclass(frozen=True, slots=True, kw_only=True)
class DrivenRoute:
    """A vehicle of a plan that has stops."""

    plan_vehicle_id: int
    store_id: int
    code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StopToServe:
    """A stop on a route with what is handed over there."""

    stop_id: int
    plan_vehicle_id: int
    kind: StopKind
    batch_ids: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedOrder:
    """Where and when an order is handed over by a plan; `start_at` is None and `drop_reason` set where it is not."""

    order_id: int
    place: str
    kind: StopKind
    start_at: datetime | None
    drop_reason: str | None


def planned_orders(session: Session, plan_id: int) -> list[PlannedOrder]:
    """Every order of a plan, on a route or dropped, by id."""
    stops = session.execute(
        select(PlanStopBatch.batch_id, PlanStop)
        .join(PlanStop, PlanStop.id == PlanStopBatch.stop_id)
        .where(PlanStop.plan_id == plan_id)
    )
    stop_of = {batch_id: stop for batch_id, stop in stops}
    planned = [
        PlannedOrder(
            order_id=order_id,
            place=stop_of[batch_id].name,
            kind=stop_of[batch_id].kind,
            start_at=stop_of[batch_id].start_at,
            drop_reason=stop_of[batch_id].drop_reason,
        )
        for batch_id, order_ids in fulfilment.orders_of_batches(session, list(stop_of)).items()
        for order_id in order_ids
    ]
    return sorted(planned, key=lambda order: order.order_id)


def driven_routes(session: Session, plan_id: int) -> list[DrivenRoute]:
    """The routes of a ready plan, by vehicle code.

    Raises:
        NotFound: no such plan, or it is not ready.
    """
    state = session.scalar(select(Plan.state).where(Plan.id == plan_id))
    if state is not PlanState.READY:
        raise NotFound(kind="plan", key=plan_id)
    rows = session.scalars(
        select(PlanVehicle)
        .where(PlanVehicle.plan_id == plan_id, PlanVehicle.depart_at.is_not(None))
        .order_by(PlanVehicle.code)
    )
    return [DrivenRoute(plan_vehicle_id=row.id, store_id=row.store_id, code=row.code) for row in rows]


def rival_routes(session: Session, plan_id: int) -> list[int]:
    """Plan vehicle ids of the routes of every other ready plan that delivers some of the same waves.

    Locks all these plans, so that only one of them at a time is put on the road.
    """
    waves = select(PlanWave.wave_id).where(PlanWave.plan_id == plan_id)
    sharing = select(PlanWave.plan_id).where(PlanWave.wave_id.in_(waves))
    plans = session.scalars(select(Plan.id).where(Plan.id.in_(sharing)).order_by(Plan.id).with_for_update()).all()
    rivals = [rival for rival in plans if rival != plan_id]
    return list(
        session.scalars(
            select(PlanVehicle.id).where(PlanVehicle.plan_id.in_(rivals), PlanVehicle.depart_at.is_not(None))
        )
    )


def stops_of_route(session: Session, plan_vehicle_id: int) -> list[int]:
    """Ids of a route's stops in driving order."""
    return list(
        session.scalars(
            select(PlanStop.id).where(PlanStop.plan_vehicle_id == plan_vehicle_id).order_by(PlanStop.position)
        )
    )


def stop_to_serve(session: Session, stop_id: int) -> StopToServe:
    """A stop that is on a route.

    Raises:
        NotFound: no such stop, or it was dropped.
    """
    stop = session.get(PlanStop, stop_id)
    if stop is None or stop.plan_vehicle_id is None:
        raise NotFound(kind="stop", key=stop_id)
    batch_ids = session.scalars(
        select(PlanStopBatch.batch_id).where(PlanStopBatch.stop_id == stop_id).order_by(PlanStopBatch.batch_id)
    )
    return StopToServe(
        stop_id=stop.id, plan_vehicle_id=stop.plan_vehicle_id, kind=stop.kind, batch_ids=tuple(batch_ids)
    )


def orders_at_stop(session: Session, stop_id: int) -> list[int]:
    """Ids of the orders that are handed over at a stop."""
    batch_ids = stop_to_serve(session, stop_id).batch_ids
    return [order_id for ids in fulfilment.orders_of_batches(session, batch_ids).values() for order_id in ids]


def stop_of_batches(session: Session, plan_id: int) -> dict[int, str]:
    """Code of the stop of every batch in a plan, by batch id."""
    rows = session.execute(
        select(PlanStopBatch.batch_id, PlanStop.code)
        .join(PlanStop, PlanStop.id == PlanStopBatch.stop_id)
        .where(PlanStop.plan_id == plan_id)
    )
    return {batch_id: code for batch_id, code in rows}
