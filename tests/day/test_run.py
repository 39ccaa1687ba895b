"""A run goes through its phases once, survives being done again, and adds up."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from logistics.day import service as days
from logistics.day.commands import run_here
from logistics.day.models import DayRun
from logistics.day.rules import Phase, RunState, fraction_done, next_phase
from logistics.db import reading, transaction
from logistics.delivery.models import Manifest
from logistics.delivery.rules import ManifestState, ProofKind
from logistics.delivery.service import RecordHandover, record_handover
from logistics.errors import BadTransition
from logistics.notifications.models import Notification
from logistics.notifications.rules import Event
from logistics.orders.models import Order
from logistics.orders.rules import OrderState
from logistics.outbox import Promise
from logistics.routing.export import plan_document
from logistics.routing.models import PlanStop
from logistics.routing.rules import StopKind
from tests.builders import (
    NOW,
    OfferSpec,
    a_campaign,
    a_day,
    a_quarantine,
    a_store,
    a_town,
    a_vehicle,
    an_order,
)
from workers import housekeeping


def started(day_id: int) -> int:
    with transaction() as session:
        return days.start_run(
            session, days.StartRun(day_id=day_id, time_limit_s=5, iteration_limit=20, seed=1), now=NOW
        )


def a_small_day() -> int:
    """Two compounds of six households; everybody orders 2 of V01 (1 kg) for the morning, one is quarantined."""
    with transaction() as session:
        town, store = a_town(session), a_store(session)
        a_vehicle(session, store)
        campaign = a_campaign(session, store, town, OfferSpec(sku="V01", supply=20))
        for compound in town.households:
            for household_id in compound:
                an_order(session, campaign, household_id, {"V01": 2})
        a_quarantine(session, town.households[0][0])
        return a_day(session, [campaign])


def test_a_run_goes_from_orders_to_manifests_and_adds_up(any_app: Flask, tmp_path: Path) -> None:
    run_id = started(a_small_day())

    status = run_here(run_id, travel_cache_dir=tmp_path)

    assert (status.state, status.phase, status.error) == (RunState.DONE, Phase.DONE, "")
    summary = status.summary
    # 12 households asked for 2 each = 24, the store has 20
    assert (summary["orders"], summary["units_ordered"], summary["units_given"]) == (12, 24, 20)
    assert summary["kg"] == 20.0
    assert summary["shorted_products"] == [{"sku": "V01", "name": "Product V01", "ordered": 24, "given": 20}]
    # one batch a compound's pickup point, one at the quarantined door
    assert (summary["batches"], summary["stops"], summary["door_stops"], summary["routes"]) == (3, 3, 1, 1)
    assert summary["dropped"] == []
    assert summary["unbatched"] == []
    with reading() as session:
        assert Counter(session.scalars(select(Order.state))) == {OrderState.BATCHED: 12}
        assert session.scalars(select(Manifest.state)).all() == [ManifestState.ISSUED]
        plan = plan_document(session, status.plan_id or 0)
    assert Counter(stop["kind"] for stop in plan["stops"]) == {"pickup": 2, "door": 1}
    assert sum(stop["demand_g"] for stop in plan["stops"]) == 20_000


def test_doing_a_phase_again_changes_nothing(app: Flask, tmp_path: Path) -> None:
    run_id = started(a_small_day())
    with transaction() as session:
        days.run_phase(session, run_id, now=NOW)
        session.get_one(DayRun, run_id).phase = Phase.CLOSE  # as if the worker had died before it could say so
    status = run_here(run_id, travel_cache_dir=tmp_path)
    assert status.summary["units_given"] == 20
    assert status.summary["batched_orders"] == 12


def test_a_day_that_is_being_run_is_not_run_twice_at_once(app: Flask) -> None:
    day_id = a_small_day()
    assert started(day_id) == started(day_id)


def test_running_a_day_again_voids_the_manifests_of_the_earlier_plan(app: Flask, tmp_path: Path) -> None:
    day_id = a_small_day()
    first = run_here(started(day_id), travel_cache_dir=tmp_path)
    second = run_here(started(day_id), travel_cache_dir=tmp_path)
    assert first.plan_id != second.plan_id
    assert second.state is RunState.DONE
    with reading() as session:
        states = session.scalars(select(Manifest.state).order_by(Manifest.id)).all()
    assert states == [ManifestState.VOID, ManifestState.ISSUED]


def test_a_purge_between_import_and_batch_leaves_the_quarantined_their_door(app: Flask, tmp_path: Path) -> None:
    run_id = started(a_small_day())
    with transaction() as session:
        purged = housekeeping.purge(session, now=NOW + timedelta(days=400))
    assert purged.statuses == 0
    status = run_here(run_id, travel_cache_dir=tmp_path)
    with reading() as session:
        plan = plan_document(session, status.plan_id or 0)
    assert Counter(stop["kind"] for stop in plan["stops"]) == {"pickup": 2, "door": 1}
    with transaction() as session:  # its goods are in their batch: now it is forgotten
        assert housekeeping.purge(session, now=NOW + timedelta(days=400)).statuses == 1


def test_households_are_told_of_the_plan_that_is_driven_and_of_no_other(app: Flask, tmp_path: Path) -> None:
    day_id = a_small_day()
    first = run_here(started(day_id), travel_cache_dir=tmp_path)
    with transaction() as session:
        assert told(session) == 12  # once per order
        manifest_id = session.scalars(select(Manifest.id)).one()
        stop_id, kind = session.execute(select(PlanStop.id, PlanStop.kind).order_by(PlanStop.position)).first() or (
            0,
            "",
        )
        proof = ProofKind.LEFT_AT_DOOR if kind is StopKind.DOOR else ProofKind.KEEPER_SIGNED
        record_handover(session, RecordHandover(manifest_id=manifest_id, stop_id=stop_id, proof=proof), now=NOW)

    second = run_here(started(day_id), travel_cache_dir=tmp_path)  # a van is on the road: nothing is planned again

    assert (first.state, second.state, second.plan_id) == (RunState.DONE, RunState.FAILED, None)
    assert "is already under_way" in second.error
    with reading() as session:
        assert told(session) == 12


def told(session: Session) -> int:
    events = [Event.ROUTE_PLANNED, Event.STOP_DROPPED]
    return session.scalar(select(func.count()).select_from(Notification).where(Notification.event.in_(events))) or 0


def test_a_cancelled_run_does_no_more_work(app: Flask) -> None:
    run_id = started(a_small_day())
    with transaction() as session:
        days.cancel_run(session, run_id, now=NOW)
    with transaction() as session:
        days.run_phase(session, run_id, now=NOW)
    with reading() as session:
        assert days.run_status(session, run_id).state is RunState.CANCELLED
        assert set(session.scalars(select(Order.state))) == {OrderState.PLACED}
    with pytest.raises(BadTransition, match="is cancelled and cannot become cancelled"), transaction() as session:
        days.cancel_run(session, run_id, now=NOW)


def test_a_day_without_vehicles_ends_with_every_stop_dropped_for_that_reason(app: Flask, tmp_path: Path) -> None:
    with transaction() as session:
        town, store = a_town(session), a_store(session)
        campaign = a_campaign(session, store, town)
        an_order(session, campaign, town.households[0][0])
        day_id = a_day(session, [campaign])
    status = run_here(started(day_id), travel_cache_dir=tmp_path)
    assert status.state is RunState.DONE
    assert [drop["reason"] for drop in status.summary["dropped"]] == ["no_vehicle"]


def test_a_day_on_which_nobody_gets_anything_needs_no_plan(app: Flask, tmp_path: Path) -> None:
    with transaction() as session:
        town, store = a_town(session), a_store(session)
        campaign = a_campaign(session, store, town, OfferSpec(sku="V01", supply=0))
        order = an_order(session, campaign, town.households[0][0])
        day_id = a_day(session, [campaign])
    status = run_here(started(day_id), travel_cache_dir=tmp_path)
    assert (status.state, status.plan_id) == (RunState.DONE, None)
    assert status.summary["unbatched"] == [{"order": order.code, "reason": "nothing_left"}]


def test_a_missing_road_file_fails_the_run_and_says_which(app: Flask, tmp_path: Path) -> None:
    with transaction() as session:
        town, store = a_town(session), a_store(session)
        campaign = a_campaign(session, store, town)
        an_order(session, campaign, town.households[0][0])
        day_id = a_day(session, [campaign], roads_file=str(tmp_path / "gone.osm.pbf"))
    status = run_here(started(day_id), travel_cache_dir=tmp_path)
    assert status.state is RunState.FAILED
    assert "gone.osm.pbf" in status.error


def test_every_promise_of_a_finished_run_is_kept(app: Flask, tmp_path: Path) -> None:
    run_here(started(a_small_day()), travel_cache_dir=tmp_path)
    with reading() as session:
        owed = session.scalars(select(Promise.key).where(Promise.done_at.is_(None))).all()
    assert owed == []


def test_the_bar_only_moves_forward() -> None:
    fractions = [fraction_done(phase) for phase in Phase]
    assert fractions == sorted(fractions)
    assert (fractions[0], fractions[-1]) == (0.0, 1.0)
    assert fraction_done(Phase.PLAN, plan_fraction=7.0) == fraction_done(Phase.MANIFEST)
    assert next_phase(Phase.DONE) is Phase.DONE
