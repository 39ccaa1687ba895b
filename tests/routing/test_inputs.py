"""What a plan is made from: read whole, hashed so that a change is seen, cut to the hours of each gate."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from logistics.communities.models import Compound, DeliveryPoint
from logistics.communities.rules import PointKind
from logistics.db import reading, transaction
from logistics.fulfilment.models import Batch
from logistics.orders.models import Campaign, DeliveryWindow, Store
from logistics.routing.engine.travel import GreatCircleTravel
from logistics.routing.inputs import PlanInputs, at_minute, build_problem, load_inputs, local_midnight
from logistics.routing.models import Plan, Vehicle
from tests.builders import AFTERNOON, DELIVERY_DATE, a_vehicle
from tests.routing.planning import ReadyDay, a_ready_day, requested


def inputs_of(plan_id: int) -> PlanInputs:
    with reading() as session:
        return load_inputs(session, session.get_one(Plan, plan_id))


def test_the_local_day_begins_at_16_00_utc_of_the_day_before() -> None:
    assert local_midnight(DELIVERY_DATE) == datetime(2020, 2, 18, 16, 0, tzinfo=UTC)
    assert at_minute(DELIVERY_DATE, 0) == local_midnight(DELIVERY_DATE)
    assert at_minute(DELIVERY_DATE, 1440) == datetime(2020, 2, 19, 16, 0, tzinfo=UTC)


def test_a_day_is_read_as_depots_vehicles_gates_and_stops(any_tables: Flask) -> None:
    day = a_ready_day(ill=[(0, 0)])

    inputs = inputs_of(requested(day))

    assert [depot.code for depot in inputs.depots] == [day.store.code]
    assert [vehicle.name for vehicle in inputs.named_vehicles()] == [f"{day.store.code}/van-01"]
    # two households a compound of 10 kg each; one of the first compound's is served at its door
    assert [(stop.kind.value, stop.weight_g) for stop in inputs.stops] == [
        ("door", 10_000),
        ("pickup", 10_000),
        ("pickup", 20_000),
    ]
    assert inputs.closed == ()
    assert [point.id.partition(":")[0] for point in inputs.points()] == ["depot", "gate", "gate"]


def test_the_problem_counts_seconds_from_local_midnight(tables: Flask) -> None:
    inputs = inputs_of(requested(a_ready_day()))

    problem = build_problem(inputs, GreatCircleTravel().matrix(inputs.points()))

    # shift 07:00 to 21:30, morning 08:00 to 12:00, store 06:00 to 22:00
    assert (problem.vehicles[0].shift.start_s, problem.vehicles[0].shift.end_s) == (25_200, 77_400)
    assert {(stop.window.start_s, stop.window.end_s) for stop in problem.stops} == {(28_800, 43_200)}
    assert (problem.depots[0].opens_s, problem.depots[0].closes_s) == (21_600, 79_200)
    assert [stop.demand_g for stop in problem.stops] == [20_000, 20_000]


def test_two_vans_of_two_stores_may_have_the_same_code(tables: Flask) -> None:
    inputs = inputs_of(requested(a_ready_day(), a_ready_day()))

    names = [vehicle.name for vehicle in inputs.named_vehicles()]

    assert len(names) == len(set(names)) == 2


def test_a_stop_is_split_when_no_one_van_has_both_the_load_and_the_packages(tables: Flask) -> None:
    day = a_ready_day(ill=[(0, 0)])
    with transaction() as session:
        session.execute(update(Batch).values(kind=PointKind.PICKUP_POINT))  # the first compound has two batches now
        session.execute(update(Vehicle).values(capacity_g=20_000, capacity_packages=1))
        a_vehicle(session, day.store, code="van-02", capacity_g=15_000, packages=100)

    inputs = inputs_of(requested(day))

    # 10 kg in one package each: 20 kg are too heavy for the second van, two packages too many for the first
    assert [(stop.weight_g, stop.package_count) for stop in inputs.stops][:2] == [(10_000, 1), (10_000, 1)]


def test_a_vehicle_taken_out_of_service_is_not_planned(tables: Flask) -> None:
    plan_id = requested(a_ready_day(vehicles=2))
    with transaction() as session:
        session.execute(update(Vehicle).where(Vehicle.code == "van-02").values(active=False))

    assert [vehicle.code for vehicle in inputs_of(plan_id).vehicles] == ["van-01"]


# the hash


def change(table: type, **values: object) -> Callable[[Session, ReadyDay], None]:
    return lambda session, day: session.execute(update(table).values(**values)) and None


DECISIVE = {
    "a vehicle's capacity": change(Vehicle, capacity_g=900_000),
    "a vehicle's shift": change(Vehicle, shift_end_min=1_200),
    "a vehicle out of service": change(Vehicle, active=False),
    "another vehicle": lambda session, day: a_vehicle(session, day.store, code="van-02") and None,
    "a gate's place": change(Compound, gate_lng=117.001),
    "a gate's hours": change(Compound, gate_closes_min=700),
    "a store's place": change(Store, lat=36.7),
    "a store's hours": change(Store, closes_min=1_200),
    "a window": change(DeliveryWindow, ends_at=AFTERNOON[1]),
    "a batch's weight": change(Batch, weight_g=30_000),
    "a batch's packages": change(Batch, package_count=5),
    "the seed": change(Plan, seed=2),
}
INDIFFERENT = {
    "how far the plan is": change(Plan, progress={"fraction": 0.5}),
    "a keeper's name": change(DeliveryPoint, keeper="Li"),
    "a point's name": change(DeliveryPoint, name="By the east gate"),
    "a campaign's title": change(Campaign, title="Fruit"),
}


@pytest.mark.parametrize("what", DECISIVE)
def test_the_hash_changes_with_everything_that_decides_the_plan(tables: Flask, what: str) -> None:
    day = a_ready_day()
    plan_id = requested(day)
    before = inputs_of(plan_id).sha256

    with transaction() as session:
        DECISIVE[what](session, day)

    assert inputs_of(plan_id).sha256 != before


@pytest.mark.parametrize("what", INDIFFERENT)
def test_the_hash_stays_with_what_does_not_decide_it(any_tables: Flask, what: str) -> None:
    day = a_ready_day(ill=[(0, 0)])
    plan_id = requested(day)
    before = inputs_of(plan_id).sha256

    with transaction() as session:
        # one row alone, which on PostgreSQL moves it behind its neighbours
        first = session.scalars(select(DeliveryPoint).order_by(DeliveryPoint.id)).first()
        assert first is not None
        first.keeper = "Wang"
        INDIFFERENT[what](session, day)

    assert inputs_of(plan_id).sha256 == before


# gates


def with_gate(opens_min: int, closes_min: int) -> PlanInputs:
    """The morning, 08:00 to 12:00, at a gate with these hours."""
    plan_id = requested(a_ready_day(compounds=1))
    with transaction() as session:
        session.execute(update(Compound).values(gate_opens_min=opens_min, gate_closes_min=closes_min))
    return inputs_of(plan_id)


def test_a_stop_is_served_only_while_its_gate_is_open(tables: Flask) -> None:
    (stop,) = with_gate(540, 660).stops  # 09:00 to 11:00

    assert (stop.window_start, stop.window_end) == (at_minute(DELIVERY_DATE, 540), at_minute(DELIVERY_DATE, 660))


def test_a_gate_that_shuts_when_the_window_begins_closes_the_stop(tables: Flask) -> None:
    inputs = with_gate(0, 480)

    assert inputs.stops == ()
    assert [stop.code.split("/")[-2:] for stop in inputs.closed] == [["0800-1200", "pickup"]]


def test_a_gate_that_is_open_for_the_last_minute_leaves_the_stop_that_minute(tables: Flask) -> None:
    (stop,) = with_gate(719, 1440).stops

    assert (stop.window_end - stop.window_start).total_seconds() == 60


def test_a_pickup_and_a_door_stop_share_a_gate(tables: Flask) -> None:
    inputs = inputs_of(requested(a_ready_day(compounds=1, ill=[(0, 0)])))

    assert len(inputs.stops) == 2
    assert len(inputs.points()) == 2  # the depot and one gate
    with reading() as session:
        kinds = set(session.scalars(select(Batch.kind)))
    assert kinds == {PointKind.DOOR, PointKind.PICKUP_POINT}
