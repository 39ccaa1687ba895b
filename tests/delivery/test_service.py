"""The handover: proofs that fit the stop, orders delivered and collected once."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from logistics.db import reading, transaction
from logistics.delivery.models import Handover
from logistics.delivery.rules import MANIFEST_TRANSITIONS, PROOFS, ManifestState, ProofKind
from logistics.delivery.service import (
    AlreadyHandedOver,
    RecordHandover,
    WrongPickupCode,
    WrongProof,
    collect_order,
    record_handover,
)
from logistics.errors import BadTransition, NotFound
from logistics.notifications.models import Notification
from logistics.notifications.rules import Event
from logistics.orders.models import Order
from logistics.orders.rules import OrderState
from logistics.routing.rules import StopKind
from tests.builders import NOW
from tests.delivery.road import (
    DOOR,
    KEEPER,
    SEAL,
    a_day_on_the_road,
    handed_over,
    issued,
    manifests,
    order_states,
)
from tests.racing import race
from tests.routing.planning import a_ready_day, planned, stops_of


def test_a_handover_delivers_the_orders_of_its_stop_and_tells_their_households(
    any_tables: Flask, tmp_path: Path
) -> None:
    _, manifest, (first, second) = a_day_on_the_road(tmp_path)

    handed_over(manifest, first, SEAL, note="east gate")

    assert manifests()[0].state is ManifestState.UNDER_WAY
    assert sorted(order_states()) == [OrderState.BATCHED] * 2 + [OrderState.DELIVERED] * 2
    with reading() as session:
        handover = session.scalars(select(Handover)).one()
        told = session.scalars(select(Notification).where(Notification.event == Event.DELIVERED)).all()
        delivered = session.scalars(select(Order).where(Order.state == OrderState.DELIVERED)).all()
    assert (handover.stop_id, handover.proof, handover.note, handover.happened_at) == (
        first.id,
        SEAL,
        "east gate",
        NOW,
    )
    assert {(message.household_id, message.data["order"]) for message in told} == {
        (order.household_id, order.code) for order in delivered
    }

    handed_over(manifest, second)
    assert manifests()[0].state is ManifestState.DONE
    assert order_states() == [OrderState.DELIVERED] * 4


def test_a_stop_is_handed_over_once(any_tables: Flask, tmp_path: Path) -> None:
    _, manifest, (first, _) = a_day_on_the_road(tmp_path)
    handed_over(manifest, first)

    with pytest.raises(AlreadyHandedOver, match=f"Stop {first.id} was handed over before, at 2020-02-18T09:00:00"):
        handed_over(manifest, first)

    with reading() as session:
        assert len(session.scalars(select(Notification).where(Notification.event == Event.DELIVERED)).all()) == 2


def test_a_tap_on_two_phones_at_once_is_one_handover(any_tables: Flask, tmp_path: Path) -> None:
    _, manifest, (first, _) = a_day_on_the_road(tmp_path)

    answers = race(any_tables, [lambda: handed_over(manifest, first)] * 6)

    assert answers.count(None) == 1
    assert sum(isinstance(answer, AlreadyHandedOver) for answer in answers) == 5


def test_two_stops_handed_over_at_once_end_the_manifest(any_tables: Flask, tmp_path: Path) -> None:
    _, manifest, stops = a_day_on_the_road(tmp_path)

    race(any_tables, [lambda stop=stop: handed_over(manifest, stop) for stop in stops])

    assert manifests()[0].state is ManifestState.DONE


@pytest.mark.parametrize(
    ("ill", "proof", "refusal"),
    [
        (False, DOOR, "A pickup stop is not handed over with left_at_door; it takes keeper_signed, seal_checked"),
        (True, KEEPER, "A door stop is not handed over with keeper_signed; it takes left_at_door"),
        (True, SEAL, "A door stop is not handed over with seal_checked; it takes left_at_door"),
    ],
)
def test_a_stop_takes_the_proofs_of_its_kind_alone(
    tables: Flask, tmp_path: Path, ill: bool, proof: ProofKind, refusal: str
) -> None:
    everybody = [(0, 0), (0, 1)] if ill else []
    _, manifest, (stop,) = a_day_on_the_road(tmp_path, compounds=1, ill=everybody)
    assert stop.kind is (StopKind.DOOR if ill else StopKind.PICKUP)

    with pytest.raises(WrongProof, match=refusal):
        handed_over(manifest, stop, proof)

    handed_over(manifest, stop, DOOR if ill else KEEPER)
    assert order_states() == [OrderState.DELIVERED] * 2


def test_a_stop_of_another_route_is_not_on_this_manifest(tables: Flask, tmp_path: Path) -> None:
    plan_id = planned(a_ready_day(compounds=1), a_ready_day(compounds=1), cache=tmp_path)
    issued(plan_id)
    mine, other = manifests()
    stops = {stop.plan_vehicle_id: stop for stop in stops_of(plan_id)}

    with pytest.raises(NotFound, match=f"No stop {stops[other.plan_vehicle_id].id}"):
        handed_over(mine, stops[other.plan_vehicle_id])
    handed_over(mine, stops[mine.plan_vehicle_id])


def test_a_dropped_stop_cannot_be_handed_over(tables: Flask, tmp_path: Path) -> None:
    _, manifest, _ = a_day_on_the_road(tmp_path, compounds=1)
    dropped_plan = planned(a_ready_day(compounds=1, vehicles=0), cache=tmp_path)
    (dropped,) = stops_of(dropped_plan)

    with pytest.raises(NotFound, match=f"No stop {dropped.id}"):
        handed_over(manifest, dropped)


def test_a_handover_on_an_unknown_manifest_is_not_found(tables: Flask, tmp_path: Path) -> None:
    _, _, (stop,) = a_day_on_the_road(tmp_path, compounds=1)

    with pytest.raises(NotFound, match="No manifest 999"), transaction() as session:
        record_handover(session, RecordHandover(manifest_id=999, stop_id=stop.id, proof=KEEPER), now=NOW)


# collecting


def a_delivered_order(tmp_path: Path) -> Order:
    _, manifest, (stop,) = a_day_on_the_road(tmp_path, compounds=1)
    handed_over(manifest, stop)
    with reading() as session:
        return session.scalars(select(Order).order_by(Order.id)).first()  # type: ignore[return-value]


def collected(order: Order, code: str) -> None:
    with transaction() as session:
        collect_order(session, order.id, code, now=NOW)


def test_the_right_code_collects_an_order_once(any_tables: Flask, tmp_path: Path) -> None:
    order = a_delivered_order(tmp_path)

    collected(order, order.pickup_code)

    assert order_states() == [OrderState.COLLECTED, OrderState.DELIVERED]
    with pytest.raises(BadTransition, match="is collected and cannot become collected"):
        collected(order, order.pickup_code)


@pytest.mark.parametrize("code", ["", "wrong", "１２３４５６"])
def test_a_wrong_code_collects_nothing(tables: Flask, tmp_path: Path, code: str) -> None:
    order = a_delivered_order(tmp_path)

    with pytest.raises(WrongPickupCode, match=f"This is not the pickup code of order {order.code}"):
        collected(order, code)

    assert order_states() == [OrderState.DELIVERED] * 2


def test_an_order_is_not_collected_before_it_was_delivered(tables: Flask, tmp_path: Path) -> None:
    a_day_on_the_road(tmp_path, compounds=1)
    with reading() as session:
        order = session.scalars(select(Order)).first()
    assert order is not None

    with pytest.raises(BadTransition, match="is batched and cannot become collected"):
        collected(order, order.pickup_code)


def test_one_code_redeemed_at_two_counters_at_once_is_redeemed_once(any_tables: Flask, tmp_path: Path) -> None:
    order = a_delivered_order(tmp_path)

    answers = race(any_tables, [lambda: collected(order, order.pickup_code)] * 6)

    assert answers.count(None) == 1
    assert sum(isinstance(answer, BadTransition) for answer in answers) == 5


def test_an_order_of_no_one_is_not_found(tables: Flask) -> None:
    with pytest.raises(NotFound, match="No order 999"), transaction() as session:
        collect_order(session, 999, "000000", now=NOW)


# rules


def test_every_state_and_kind_stands_in_the_tables() -> None:
    assert set(MANIFEST_TRANSITIONS) == set(ManifestState)
    assert set(PROOFS) == set(StopKind)
    assert PROOFS[StopKind.DOOR].isdisjoint(PROOFS[StopKind.PICKUP])
    assert not MANIFEST_TRANSITIONS[ManifestState.DONE]
    assert not MANIFEST_TRANSITIONS[ManifestState.VOID]
