"""Manifests: one for every driven route, and of two plans for the same goods only one on the road."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select, update

from logistics.accounts.models import Account, Role
from logistics.communities.models import Compound
from logistics.db import reading, transaction
from logistics.delivery.rules import ManifestState
from logistics.delivery.service import (
    PlanUnderWay,
    assign_courier,
)
from logistics.errors import BadTransition, NotFound
from logistics.notifications.models import Notification
from logistics.notifications.rules import Event
from tests.builders import DELIVERY_DATE, NOW
from tests.delivery.road import (
    a_day_on_the_road,
    handed_over,
    issued,
    manifests,
    two_plans_of_one_day,
)
from tests.racing import race
from tests.routing.planning import a_ready_day, planned, requested, stops_of


def test_every_driven_route_gets_one_manifest_however_often_it_is_asked(any_tables: Flask, tmp_path: Path) -> None:
    plan_id = planned(a_ready_day(), a_ready_day(), cache=tmp_path)

    assert (issued(plan_id), issued(plan_id)) == (2, 2)

    first, second = manifests()
    assert (first.state, first.delivery_date, first.issued_at) == (ManifestState.ISSUED, DELIVERY_DATE, NOW)
    assert first.token != second.token
    assert len(first.token) >= 22  # 128 bits or more: it cannot be guessed
    assert {first.store_id, second.store_id} == {stop.store_id for stop in stops_of(plan_id)}


def told_of_the_plan() -> list[tuple[Event, str | None]]:
    """(event, reason) of every message about routes."""
    with reading() as session:
        wanted = Notification.event.in_([Event.ROUTE_PLANNED, Event.STOP_DROPPED])
        messages = session.scalars(select(Notification).where(wanted).order_by(Notification.id)).all()
    return [(message.event, message.data["reason"]) for message in messages]


def test_households_hear_of_a_plan_once_when_its_manifests_are_issued(any_tables: Flask, tmp_path: Path) -> None:
    day = a_ready_day()
    with transaction() as session:
        session.execute(update(Compound).where(Compound.id == day.town.compound_ids[1]).values(gate_closes_min=480))
    plan_id = planned(day, cache=tmp_path)
    assert told_of_the_plan() == []  # nobody drives by it yet

    issued(plan_id)
    issued(plan_id)

    # two households of the compound that is served, two of the one whose gate is shut all morning
    assert sorted(told_of_the_plan()) == [(Event.ROUTE_PLANNED, None)] * 2 + [(Event.STOP_DROPPED, "gate_closed")] * 2
    served = next(stop for stop in stops_of(plan_id) if stop.position)
    with reading() as session:
        message = session.scalars(select(Notification).where(Notification.event == Event.ROUTE_PLANNED)).first()
    assert message is not None
    assert (message.data["place"], message.data["kind"]) == (served.name, "pickup")
    assert served.start_at is not None
    assert message.data["start_at"] == served.start_at.isoformat()


def test_a_plan_that_nobody_can_drive_still_tells_its_households(tables: Flask, tmp_path: Path) -> None:
    assert issued(planned(a_ready_day(vehicles=0), cache=tmp_path)) == 0

    assert told_of_the_plan() == [(Event.STOP_DROPPED, "no_vehicle")] * 4


def test_two_plans_for_the_same_goods_issued_at_once_leave_one_on_the_road(any_tables: Flask, tmp_path: Path) -> None:
    first, second, _ = two_plans_of_one_day(tmp_path)

    race(any_tables, [lambda: issued(first), lambda: issued(second)] * 3)

    assert [manifest.state for manifest in manifests()].count(ManifestState.ISSUED) == 1


def test_a_vehicle_that_stays_in_the_yard_gets_no_manifest(tables: Flask, tmp_path: Path) -> None:
    # one van takes it all; the second costs 80 yuan more to send
    plan_id = planned(a_ready_day(vehicles=2), cache=tmp_path)

    assert issued(plan_id) == 1


def test_a_plan_that_is_not_ready_has_no_manifests(tables: Flask) -> None:
    plan_id = requested(a_ready_day())

    with pytest.raises(NotFound, match=f"No plan {plan_id}"):
        issued(plan_id)
    with pytest.raises(NotFound, match="No plan 999"):
        issued(999)


def test_a_later_plan_for_the_same_goods_voids_the_manifests_before_it(any_tables: Flask, tmp_path: Path) -> None:
    first, second, _ = two_plans_of_one_day(tmp_path)
    other_goods = planned(a_ready_day(), cache=tmp_path)

    issued(other_goods)
    issued(first)
    issued(second)

    assert [manifest.state for manifest in manifests()] == [
        ManifestState.ISSUED,
        ManifestState.VOID,
        ManifestState.ISSUED,
    ]


def test_a_plan_whose_manifests_were_voided_does_not_take_the_goods_back(tables: Flask, tmp_path: Path) -> None:
    first, second, _ = two_plans_of_one_day(tmp_path)
    issued(first)
    issued(second)

    with pytest.raises(BadTransition, match="is void and cannot become issued"):
        issued(first)

    assert [manifest.state for manifest in manifests()] == [ManifestState.VOID, ManifestState.ISSUED]


def test_goods_that_are_on_their_way_cannot_be_planned_again(tables: Flask, tmp_path: Path) -> None:
    first, second, _ = two_plans_of_one_day(tmp_path)
    issued(first)
    stop = stops_of(first)[0]
    handed_over(manifests()[0], stop)

    with pytest.raises(PlanUnderWay, match="is already under_way; its goods cannot be planned again"):
        issued(second)


def test_nothing_is_handed_over_by_a_void_manifest(tables: Flask, tmp_path: Path) -> None:
    first, second, _ = two_plans_of_one_day(tmp_path)
    issued(first)
    issued(second)

    with pytest.raises(BadTransition, match="is void and cannot become under_way"):
        handed_over(manifests()[0], stops_of(first)[0])
    with pytest.raises(BadTransition, match="is void and cannot become assigned"), transaction() as session:
        assign_courier(session, manifests()[0].id, None, now=NOW)


def test_a_courier_is_given_a_manifest_and_taken_off_it_until_it_is_done(tables: Flask, tmp_path: Path) -> None:
    _, manifest, (stop,) = a_day_on_the_road(tmp_path, compounds=1)
    with transaction() as session:
        courier = Account(username="c1", password_hash="-", role=Role.COURIER, created_at=NOW)
        session.add(courier)
        session.flush()
        assign_courier(session, manifest.id, courier.id, now=NOW)
    assert manifests()[0].courier_id == courier.id

    with transaction() as session:
        assign_courier(session, manifest.id, None, now=NOW)
    assert manifests()[0].courier_id is None

    handed_over(manifest, stop)
    with pytest.raises(BadTransition, match="is done and cannot become assigned"), transaction() as session:
        assign_courier(session, manifest.id, courier.id, now=NOW)
    with pytest.raises(NotFound, match="No manifest 999"), transaction() as session:
        assign_courier(session, 999, None, now=NOW)
