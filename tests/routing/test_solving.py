"""A plan is solved in a job that may be killed, cancelled or overtaken, and is never half-written."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy import delete, func, select, update

from logistics.communities.models import Compound
from logistics.db import db, reading, transaction
from logistics.errors import NotFound
from logistics.fulfilment.models import Batch, BatchOrder
from logistics.orders.models import Order
from logistics.orders.rules import OrderState
from logistics.routing.models import Plan, PlanStop, PlanStopBatch, PlanVehicle, Vehicle
from logistics.routing.rules import PlanState
from logistics.routing.service import cancel_plan, finish_plan, stop_of_batches
from logistics.routing.solving import InputsChanged
from tests.builders import NOW
from tests.routing.planning import (
    FOREVER,
    a_ready_day,
    being_solved,
    planned,
    requested,
    solved,
    stops_of,
    the_plan,
)


def written_rows() -> list[int]:
    """Rows of everything a plan writes."""
    with reading() as session:
        return [
            session.scalar(select(func.count()).select_from(table)) or 0
            for table in (PlanStop, PlanStopBatch, PlanVehicle)
        ]


def test_a_solved_plan_has_every_batch_on_a_stop(any_tables: Flask, tmp_path: Path) -> None:
    day = a_ready_day(ill=[(0, 0)])

    plan = solved(requested(day), cache=tmp_path)

    assert (plan.state, plan.error, plan.finished_at) == (PlanState.READY, "", NOW)
    assert plan.metric["kind"] == "great_circle"
    assert (plan.progress["fraction"], plan.progress["routes"], plan.progress["dropped"]) == (1.0, 1, 0)
    assert {"load", "matrix", "solve", "save"} <= set(plan.phase_seconds)
    stops = stops_of(plan.id)
    assert [(stop.kind.value, stop.weight_g) for stop in stops] == [
        ("door", 10_000),
        ("pickup", 10_000),
        ("pickup", 20_000),
    ]
    assert sorted(stop.position or 0 for stop in stops) == [1, 2, 3]
    with reading() as session:
        batch_ids = list(session.scalars(select(Batch.id)))
        assert stop_of_batches(session, plan.id).keys() == set(batch_ids)


def test_times_of_a_route_follow_from_each_other(tables: Flask, tmp_path: Path) -> None:
    plan_id = planned(a_ready_day(compounds=3), cache=tmp_path)

    stops = sorted(stops_of(plan_id), key=lambda stop: stop.position or 0)
    with reading() as session:
        vehicle = session.scalars(select(PlanVehicle)).one()

    load_g, at = 60_000, vehicle.depart_at  # three stops of 20 kg
    for stop in stops:
        assert stop.arrival_at is not None
        assert stop.start_at is not None
        assert (stop.arrival_at - at).total_seconds() == stop.travel_s
        assert stop.start_at == max(stop.arrival_at, stop.window_start_at)
        assert (stop.departure_at - stop.start_at).total_seconds() == stop.service_s
        load_g -= stop.weight_g
        assert stop.load_g_after == load_g
        at = stop.departure_at
    assert (vehicle.return_at - at).total_seconds() == vehicle.return_travel_s
    assert vehicle.distance_m == sum(stop.travel_m or 0 for stop in stops) + (vehicle.return_travel_m or 0)
    assert load_g == 0


def test_a_plan_that_is_over_is_left_alone(tables: Flask, tmp_path: Path) -> None:
    plan_id = planned(a_ready_day(), cache=tmp_path)
    before = written_rows()

    plan = solved(plan_id, cache=tmp_path)

    assert (plan.state, written_rows()) == (PlanState.READY, before)


def test_an_unknown_plan_is_not_found(tables: Flask, tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="No plan 999"):
        solved(999, cache=tmp_path)


def test_a_plan_whose_worker_was_killed_is_solved_anew(any_tables: Flask, tmp_path: Path) -> None:
    plan_id = requested(a_ready_day())
    with transaction() as session:
        session.execute(update(Plan).values(state=PlanState.SOLVING, progress={"fraction": 0.4}))

    plan = solved(plan_id, cache=tmp_path)

    assert (plan.state, plan.progress["fraction"]) == (PlanState.READY, 1.0)


def test_a_plan_cancelled_after_its_worker_was_killed_is_not_solved_again(tables: Flask, tmp_path: Path) -> None:
    plan_id = requested(a_ready_day())
    with transaction() as session:
        session.execute(update(Plan).values(state=PlanState.SOLVING))
        cancel_plan(session, plan_id, now=NOW)
    assert the_plan(plan_id).state is PlanState.SOLVING  # whoever solves it has the last word

    plan = solved(plan_id, cache=tmp_path)

    assert (plan.state, plan.finished_at, plan.phase_seconds) == (PlanState.CANCELLED, NOW, {})


# while the solver searches


def test_a_plan_cancelled_while_it_is_solved_ends_soon_with_nothing_written(any_tables: Flask, tmp_path: Path) -> None:
    plan_id = requested(a_ready_day(), iterations=FOREVER)

    with being_solved(any_tables, plan_id, cache=tmp_path) as solving, transaction() as session:
        cancel_plan(session, plan_id, now=NOW)

    assert solving.error is None
    assert the_plan(plan_id).state is PlanState.CANCELLED
    assert written_rows() == [0, 0, 0]


def test_a_search_told_to_finish_keeps_the_best_it_has(tables: Flask, tmp_path: Path) -> None:
    plan_id = requested(a_ready_day(), iterations=FOREVER)

    with being_solved(tables, plan_id, cache=tmp_path) as solving, transaction() as session:
        finish_plan(session, plan_id)

    assert solving.error is None
    plan = the_plan(plan_id)
    assert plan.state is PlanState.READY
    assert plan.progress["elapsed_s"] < 25  # of the 30 it had
    assert all(stop.position for stop in stops_of(plan_id))


def test_a_running_search_says_how_far_it_is(tables: Flask, tmp_path: Path) -> None:
    plan_id = requested(a_ready_day(), iterations=FOREVER)

    with being_solved(tables, plan_id, cache=tmp_path):
        progress = the_plan(plan_id).progress
        with transaction() as session:
            cancel_plan(session, plan_id, now=NOW)

    assert 0 <= progress["fraction"] <= 1
    assert (progress["routes"], progress["dropped"]) == (1, 0)


def test_inputs_that_change_under_the_solver_are_noticed_and_nothing_is_half_written(
    any_tables: Flask, tmp_path: Path
) -> None:
    plan_id = requested(a_ready_day(), iterations=FOREVER)

    with being_solved(any_tables, plan_id, cache=tmp_path) as solving, transaction() as session:
        session.execute(update(Vehicle).values(capacity_g=500_000))
        finish_plan(session, plan_id)

    assert isinstance(solving.error, InputsChanged)
    assert the_plan(plan_id).state is PlanState.SOLVING
    assert written_rows() == [0, 0, 0]

    # the job runs again, on what is true now
    assert solved(plan_id, cache=tmp_path).state is PlanState.READY
    with reading() as session:
        assert session.scalars(select(PlanVehicle.capacity_g)).all() == [500_000]


# what cannot be planned


def test_without_a_vehicle_every_stop_is_dropped_by_that_name(tables: Flask, tmp_path: Path) -> None:
    plan = solved(requested(a_ready_day(vehicles=0)), cache=tmp_path)

    assert plan.state is PlanState.READY
    assert {(stop.drop_reason, stop.position) for stop in stops_of(plan.id)} == {("no_vehicle", None)}
    with reading() as session:
        # the orders wait for another plan
        assert set(session.scalars(select(Order.state))) == {OrderState.BATCHED}


def test_a_batch_too_heavy_for_any_vehicle_is_dropped_and_the_others_are_served(tables: Flask, tmp_path: Path) -> None:
    day = a_ready_day()
    with transaction() as session:
        heavy = session.scalars(select(Batch).order_by(Batch.id)).first()
        assert heavy is not None
        heavy.weight_g = 1_000_001  # a gram more than the van takes

    stops = stops_of(planned(day, cache=tmp_path))

    dropped, served = sorted(stops, key=lambda stop: stop.position or 0)
    assert (dropped.drop_reason, served.position) == ("too_heavy", 1)
    assert dropped.drop_detail is not None
    wishes = dropped.drop_detail.pop("relaxations")
    assert dropped.drop_detail == {"demand_g": 1_000_001, "largest_capacity_g": 1_000_000}
    assert [(wish["kind"], wish["amount"], wish["unit"]) for wish in wishes] == [
        ("capacity_g", 20_001, "g")  # beside the 20 kg of the other stop
    ]


def test_a_gate_that_is_shut_all_morning_is_named_with_its_hours(tables: Flask, tmp_path: Path) -> None:
    day = a_ready_day()
    with transaction() as session:
        session.execute(update(Compound).where(Compound.id == day.town.compound_ids[0]).values(gate_closes_min=480))

    plan = solved(requested(day), cache=tmp_path)

    shut, served = sorted(stops_of(plan.id), key=lambda stop: stop.position or 0)
    assert (shut.drop_reason, shut.drop_detail) == ("gate_closed", {"gate_opens_min": 0, "gate_closes_min": 480})
    assert served.position == 1
    assert plan.progress["dropped"] == 1


def test_waves_without_a_batch_make_a_plan_without_a_stop(tables: Flask, tmp_path: Path) -> None:
    day = a_ready_day()
    with transaction() as session:
        session.execute(delete(BatchOrder))
        session.execute(delete(Batch))

    plan = solved(requested(day), cache=tmp_path)

    assert (plan.state, plan.progress["routes"], stops_of(plan.id)) == (PlanState.READY, 0, [])


def test_the_same_day_seed_and_steps_give_the_same_plan(tables: Flask, tmp_path: Path) -> None:
    day = a_ready_day(compounds=5, vehicles=2)

    first, second = planned(day, cache=tmp_path), planned(day, cache=tmp_path)

    def timetable(plan_id: int) -> list[tuple[object, ...]]:
        return [(stop.code, stop.position, stop.arrival_at, stop.load_g_after) for stop in stops_of(plan_id)]

    assert timetable(first) == timetable(second)
    assert the_plan(first).inputs_sha256 == the_plan(second).inputs_sha256


@pytest.mark.postgres
def test_a_database_that_restarts_during_the_search_costs_nothing_of_it(
    postgres_tables: Flask, postgres_server: sa.URL, tmp_path: Path
) -> None:
    plan_id = requested(a_ready_day(compounds=3), iterations=FOREVER, time_limit_s=4)

    with being_solved(postgres_tables, plan_id, cache=tmp_path) as solving:
        cut_all_connections(postgres_server, str(postgres_tables.config["SQLALCHEMY_DATABASE_URI"]))

    assert solving.error is None
    db.engine.dispose()
    db.engines["reader"].dispose()
    assert the_plan(plan_id).state is PlanState.READY
    assert the_plan(plan_id).phase_seconds["solve"] > 3


def cut_all_connections(server: sa.URL, database_url: str) -> None:
    """What a restart of the server does to those who are connected."""
    engine = sa.create_engine(server, isolation_level="AUTOCOMMIT")
    question = sa.text("SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = :name")
    with engine.connect() as connection:
        assert (connection.scalar(question, {"name": sa.make_url(database_url).database}) or 0) >= 2
    engine.dispose()
