"""What a viewer may read of manifests and of what happened at their stops."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, false, func, literal, or_, select
from sqlalchemy.orm import Session

from logistics.access import Viewer
from logistics.accounts.models import Account, Role
from logistics.clock import is_morning, local_date
from logistics.communities.models import Building, Compound, DeliveryPoint, Household
from logistics.communities.rules import PointKind
from logistics.communities.scope import AREA_ROLES
from logistics.delivery.models import Handover, Manifest
from logistics.delivery.rules import ManifestState, ProofKind
from logistics.fulfilment.models import Batch, BatchOrder
from logistics.orders.models import Order, Store
from logistics.orders.scope import owns_store, sees_homes, sees_order
from logistics.routing.models import PlanStop, PlanStopBatch, PlanVehicle
from logistics.routing.queries import cut_stop, stop_batches, stop_fields
from logistics.routing.rules import StopKind
from logistics.routing.scope import drives_elsewhere, sees_stop
from logistics.routing.views import RoundView, StopView, rounds_at
from logistics.views import PAGE_SIZE, Rows, read_fields


@dataclass(frozen=True, slots=True, kw_only=True)
class ManifestView:
    """The counts are over the stops the viewer may see. `token` is what the QR code carries ("" for the area side).

    A `shared` tour also comes to stops the viewer may not see: its times, length and line are None then.
    """

    id: int
    code: str
    plan_id: int
    store_id: int
    store_name: str
    delivery_date: date
    state: ManifestState
    courier_id: int | None
    courier: str
    token: str
    issued_at: datetime
    vehicle_code: str
    type_name: str
    plate: str
    depart_at: datetime | None
    return_at: datetime | None
    distance_m: int | None
    shared: bool
    stop_count: int
    done_count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class HandoverView:
    proof: ProofKind
    note: str
    happened_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class DoorView:
    """One leave-at-door drop of a stop."""

    order_id: int
    order_code: str
    building: str
    unit: str
    flat: str
    package_count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ManifestStop:
    """`doors` is empty for merchants, and so is `rounds` where goods are left at doors: whose are is not theirs to
    know."""

    stop: StopView
    address: str
    handover: HandoverView | None
    doors: tuple[DoorView, ...]
    rounds: tuple[RoundView, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ManifestDetail(ManifestView):
    """`line` is the route as a list of [lng, lat]."""

    line: Sequence[Sequence[float]] | None
    stops: tuple[ManifestStop, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ComingView:
    """Where an order's goods come to, and about when: None until the manifest that carries them is issued."""

    kind: PointKind
    place: str
    expected_at: datetime | None


WAY = ("depart_at", "return_at", "distance_m", "line")
"""What of a tour is not told to a viewer who sees only some of its stops."""


def sees_manifest(viewer: Viewer, *, now: datetime) -> ColumnElement[bool]:
    """Whether a manifest is the viewer's to see: a courier's own of today (and, until noon, one of yesterday
    that is not done: a tour may last past midnight), a merchant's own stores', or one that comes to the viewer's area.
    """
    if viewer.role is Role.COURIER:
        today = local_date(now)
        late = and_(Manifest.delivery_date == today - timedelta(days=1), Manifest.state != ManifestState.DONE)
        current = or_(Manifest.delivery_date == today, and_(literal(is_morning(now)), late))
        return and_(Manifest.courier_id == viewer.account_id, current, Manifest.state != ManifestState.VOID)
    if viewer.role in AREA_ROLES:
        return Manifest.plan_vehicle_id.in_(select(PlanStop.plan_vehicle_id).where(sees_stop(viewer)))
    return owns_store(viewer, Manifest.store_id)


def manifests(
    session: Session,
    viewer: Viewer,
    *,
    now: datetime,
    delivery_date: date | None = None,
    plan_id: int | None = None,
    limit: int = PAGE_SIZE,
    offset: int = 0,
) -> list[ManifestView]:
    """The viewer's manifests, latest delivery date first, then by code."""
    statement = _manifests(viewer, now=now).order_by(Manifest.delivery_date.desc(), Manifest.code)
    if delivery_date is not None:
        statement = statement.where(Manifest.delivery_date == delivery_date)
    if plan_id is not None:
        statement = statement.where(PlanVehicle.plan_id == plan_id)
    return [ManifestView(**_told(row)) for row in session.execute(statement.limit(limit).offset(offset)).mappings()]


def manifest(session: Session, viewer: Viewer, manifest_id: int, *, now: datetime) -> ManifestDetail:
    """One manifest with its stops in order. Raises NotFound."""
    statement = _manifests(viewer, now=now).add_columns(PlanVehicle.line).where(Manifest.id == manifest_id)
    fields = read_fields(session, statement, kind="manifest", key=manifest_id)
    return ManifestDetail(**_told(fields), stops=_stops(session, viewer, manifest_id, shared=fields["shared"]))


def manifest_of_token(session: Session, viewer: Viewer, token: str, *, now: datetime) -> ManifestDetail:
    """The manifest whose QR code carries `token`, under the viewer's usual scope. Raises NotFound."""
    found = session.scalar(select(Manifest.id).where(Manifest.token == token))
    return manifest(session, viewer, found if found is not None else 0, now=now)


def coming(session: Session, viewer: Viewer, order_id: int) -> ComingView | None:
    """Where and when one of the viewer's orders comes; None before it is packed, and for merchants, to whom the place
    would tell whose goods go to a door."""
    expected = (
        select(PlanStop.start_at)
        .join(PlanStopBatch, PlanStopBatch.stop_id == PlanStop.id)
        .join(Manifest, Manifest.plan_vehicle_id == PlanStop.plan_vehicle_id)
        .where(PlanStopBatch.batch_id == Batch.id, Manifest.state != ManifestState.VOID)
        .order_by(Manifest.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    statement = (
        select(Batch.kind, DeliveryPoint.name, expected)
        .join(BatchOrder, BatchOrder.batch_id == Batch.id)
        .join(Order, Order.id == BatchOrder.order_id)
        .join(DeliveryPoint, DeliveryPoint.id == Batch.delivery_point_id)
        .where(Order.id == order_id, sees_order(viewer))
    )
    row = session.execute(statement).one_or_none() if sees_homes(viewer) else None
    return None if row is None else ComingView(kind=row[0], place=row[1], expected_at=row[2])


def _told(row: Mapping[Any, Any]) -> dict[str, Any]:
    """A manifest's fields, without its way where that leads to other people's stops."""
    return {name: None if row["shared"] and name in WAY else value for name, value in row.items()}


def _stops(session: Session, viewer: Viewer, manifest_id: int, *, shared: bool) -> tuple[ManifestStop, ...]:
    scoped = [Manifest.id == manifest_id]
    if viewer.role is not Role.COURIER:  # a courier's manifest is its own, the whole of it
        scoped.append(sees_stop(viewer))
    ids = select(PlanStop.id).join(Manifest, Manifest.plan_vehicle_id == PlanStop.plan_vehicle_id).where(*scoped)
    batches, doors = stop_batches(session, viewer, ids), _doors(session, viewer, ids)
    statement = (
        select(*stop_fields(), PlanStop.rounds, Compound.address, Handover.proof, Handover.note, Handover.happened_at)
        .join(Compound, Compound.id == PlanStop.compound_id)
        .outerjoin(Handover, Handover.stop_id == PlanStop.id)
        .where(PlanStop.id.in_(ids))
        .order_by(PlanStop.position)
    )
    stops = []
    for row in session.execute(statement).mappings():
        fields = dict(row)
        address, rounds = fields.pop("address"), fields.pop("rounds")
        secret = viewer.role is Role.MERCHANT and fields["kind"] is StopKind.DOOR
        proof, note, happened_at = (fields.pop(name) for name in ("proof", "note", "happened_at"))
        done = None if proof is None else HandoverView(proof=proof, note=note, happened_at=happened_at)
        stop = StopView(**(cut_stop(fields) if shared else fields), batches=tuple(batches.get(fields["id"], ())))
        stops.append(
            ManifestStop(
                stop=stop,
                address=address,
                handover=done,
                doors=tuple(doors.get(stop.id, ())),
                rounds=rounds_at(stop.start_at, () if secret else rounds),
            )
        )
    return tuple(stops)


def _doors(session: Session, viewer: Viewer, stop_ids: Select[int]) -> dict[int, list[DoorView]]:
    statement = (
        select(
            PlanStopBatch.stop_id,
            Order.id.label("order_id"),
            Order.code.label("order_code"),
            Building.number.label("building"),
            Household.unit,
            Household.flat,
            BatchOrder.package_count,
        )
        .join(Batch, Batch.id == PlanStopBatch.batch_id)
        .join(BatchOrder, BatchOrder.batch_id == Batch.id)
        .join(Order, Order.id == BatchOrder.order_id)
        .join(Household, Household.id == Order.household_id)
        .join(Building, Building.id == Household.building_id)
        .where(PlanStopBatch.stop_id.in_(stop_ids), Batch.kind == PointKind.DOOR)
        .where(false() if viewer.role is Role.MERCHANT else literal(True))
        .order_by(Building.number, Household.unit, Household.flat, Order.code)
    )
    doors: dict[int, list[DoorView]] = defaultdict(list)
    for row in session.execute(statement).mappings():
        fields = dict(row)
        doors[fields.pop("stop_id")].append(DoorView(**fields))
    return doors


def _manifests(viewer: Viewer, *, now: datetime) -> Rows:
    token: Any = literal("").label("token") if viewer.role in AREA_ROLES else Manifest.token
    stops = select(func.count(PlanStop.id)).where(PlanStop.plan_vehicle_id == Manifest.plan_vehicle_id)
    if viewer.role in AREA_ROLES:
        stops = stops.where(sees_stop(viewer))
    done = stops.join(Handover, Handover.stop_id == PlanStop.id)
    return (
        select(
            Manifest.id,
            Manifest.code,
            PlanVehicle.plan_id,
            Manifest.store_id,
            Store.name.label("store_name"),
            Manifest.delivery_date,
            Manifest.state,
            Manifest.courier_id,
            func.coalesce(Account.username, "").label("courier"),
            token,
            Manifest.issued_at,
            PlanVehicle.code.label("vehicle_code"),
            PlanVehicle.type_name,
            PlanVehicle.plate,
            PlanVehicle.depart_at,
            PlanVehicle.return_at,
            PlanVehicle.distance_m,
            drives_elsewhere(viewer).label("shared"),
            stops.scalar_subquery().label("stop_count"),
            done.scalar_subquery().label("done_count"),
        )
        .join(PlanVehicle, PlanVehicle.id == Manifest.plan_vehicle_id)
        .join(Store, Store.id == Manifest.store_id)
        .outerjoin(Account, Account.id == Manifest.courier_id)
        .where(sees_manifest(viewer, now=now))
    )
