"""The second leg of the day: who of a compound's volunteers carries what to which building, and who is told of it."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from flask import Flask
from sqlalchemy import select, update

from logistics.access import Viewer
from logistics.accounts.models import Role
from logistics.communities.models import Building, Compound, DeliveryPoint
from logistics.communities.rules import PointKind
from logistics.db import reading, transaction
from logistics.delivery import queries as delivery
from logistics.orders.models import Store
from logistics.routing.models import PlanStop
from logistics.routing.rules import StopKind
from tests.builders import NOW
from tests.delivery.road import issued, manifests
from tests.routing.planning import ReadyDay, a_ready_day, planned, stops_of


def with_volunteers(day: ReadyDay, count: int) -> ReadyDay:
    with transaction() as session:
        wanted = Compound.id.in_(day.town.compound_ids)
        session.execute(update(Compound).where(wanted).values(volunteer_count=count))
    return day


def by_kind(plan_id: int) -> dict[StopKind, PlanStop]:
    return {stop.kind: stop for stop in stops_of(plan_id)}


def test_without_volunteers_a_stop_takes_what_it_always_took(app: Flask, tmp_path: Path) -> None:
    stops = by_kind(planned(a_ready_day(compounds=1, ill=[(0, 0)]), cache=tmp_path))

    # 240 + 60 a package, 240 + 10 a package
    assert (stops[StopKind.DOOR].service_s, stops[StopKind.PICKUP].service_s) == (300, 250)
    assert (stops[StopKind.DOOR].rounds, stops[StopKind.PICKUP].rounds) == (None, None)


def test_volunteers_carry_to_doors_and_the_vehicle_waits_for_them(app: Flask, tmp_path: Path) -> None:
    day = with_volunteers(a_ready_day(compounds=1, ill=[(0, 0)]), 2)

    stops = by_kind(planned(day, cache=tmp_path))

    # unloading 240 + 10; loading 30; building 1 of 2 is 90 m from the gate, 75 s at 1.2 m/s; the door 60 + 10; back 75
    door = stops[StopKind.DOOR]
    assert door.service_s == 500
    assert door.departure_at is not None
    assert door.start_at is not None
    assert door.departure_at - door.start_at == timedelta(seconds=500)
    drop = {"building": "1", "packages": 1, "weight_g": 10_000, "arrival_s": 355}
    assert door.rounds == [{"volunteer": 1, "trips": [{"leaves_s": 280, "back_s": 500, "drops": [drop]}]}]
    # the point is at the gate: nothing is carried on
    assert (stops[StopKind.PICKUP].service_s, stops[StopKind.PICKUP].rounds) == (250, None)


def test_goods_for_a_buildings_point_are_carried_there(app: Flask, tmp_path: Path) -> None:
    day = a_ready_day(compounds=1)
    with transaction() as session:
        first = session.scalars(select(Building).where(Building.number == "1")).one()
        point = session.scalars(select(DeliveryPoint).where(DeliveryPoint.kind == PointKind.PICKUP_POINT)).one()
        point.building_id = first.id

    (stop,) = stops_of(planned(with_volunteers(day, 1), cache=tmp_path))

    # unloading 240 + 20; loading 30; 75 there; the keeper 30 + 2 x 5; 75 back
    assert stop.service_s == 480
    assert stop.rounds is not None
    (trip,) = stop.rounds[0]["trips"]
    assert trip["drops"] == [{"building": "1", "packages": 2, "weight_g": 20_000, "arrival_s": 365}]


def a_viewer(role: Role, **scope: int) -> Viewer:
    return Viewer(account_id=1, username="somebody", role=role, **scope)


def told(viewer: Viewer) -> dict[StopKind, int]:
    """How many rounds of each stop the viewer is told."""
    with reading() as session:
        shown = delivery.manifest(session, viewer, manifests()[0].id, now=NOW)
    return {row.stop.kind: len(row.rounds) for row in shown.stops}


def test_a_merchant_does_not_learn_whose_door_is_walked_to(app: Flask, tmp_path: Path) -> None:
    day = with_volunteers(a_ready_day(compounds=1, ill=[(0, 0)]), 2)
    issued(planned(day, cache=tmp_path))
    with reading() as session:
        merchant_id = session.scalars(select(Store.merchant_id).where(Store.id == day.store.store_id)).one()

    assert told(a_viewer(Role.ADMIN)) == {StopKind.DOOR: 1, StopKind.PICKUP: 0}
    assert told(a_viewer(Role.COMMUNITY_WORKER, area_id=day.town.district_id))[StopKind.DOOR] == 1
    assert told(a_viewer(Role.MERCHANT, merchant_id=merchant_id)) == {StopKind.DOOR: 0, StopKind.PICKUP: 0}


def test_rounds_are_told_in_clock_times(app: Flask, tmp_path: Path) -> None:
    day = with_volunteers(a_ready_day(compounds=1, ill=[(0, 0)]), 2)
    issued(planned(day, cache=tmp_path))

    with reading() as session:
        shown = delivery.manifest(session, a_viewer(Role.ADMIN), manifests()[0].id, now=NOW)

    (row,) = [row for row in shown.stops if row.rounds]
    assert row.stop.start_at is not None
    (trip,) = row.rounds[0].trips
    assert trip.leaves_at == row.stop.start_at + timedelta(seconds=280)
    assert trip.back_at == row.stop.departure_at
    assert trip.drops[0].arrival_at == row.stop.start_at + timedelta(seconds=355)
    assert [(door.building, door.unit, door.flat) for door in row.doors] == [("1", "1", "0")]
