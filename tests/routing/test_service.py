"""Asking for a plan, ending it early, and what is refused before anything is solved."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from logistics.db import reading, transaction
from logistics.errors import BadTransition, NotFound
from logistics.outbox import Promise
from logistics.routing.models import PlanWave
from logistics.routing.rules import PlanState
from logistics.routing.service import (
    BadTimeLimit,
    NoRoadFile,
    NothingToPlan,
    PlanRequest,
    cancel_plan,
    finish_plan,
    plan_status,
    request_plan,
)
from tests.builders import DELIVERY_DATE, NOW
from tests.routing.planning import a_ready_day, planned, requested, solved, the_plan


def a_request(**changes: object) -> PlanRequest:
    wanted: dict[str, object] = {
        "delivery_date": DELIVERY_DATE,
        "wave_ids": (1,),
        "roads_file": "",
        "time_limit_s": 5,
        "iteration_limit": None,
        "seed": 1,
    }
    return PlanRequest(**(wanted | changes))  # type: ignore[arg-type]


def test_a_wanted_plan_waits_with_the_promise_to_solve_it(any_tables: Flask) -> None:
    day = a_ready_day()

    plan_id = requested(day, day)

    plan = the_plan(plan_id)
    assert (plan.state, plan.code, plan.requested_at) == (PlanState.QUEUED, f"P{plan_id:05d}-20200219", NOW)
    with reading() as session:
        promise = session.scalars(select(Promise)).one()
        assert session.scalars(select(PlanWave.wave_id)).all() == [day.wave_id]  # named twice, planned once
    assert (promise.job, promise.args, promise.queue) == ("solve_plan", {"plan_id": plan_id}, "solver")


@pytest.mark.parametrize("seconds", [1, 3_600])
def test_a_time_limit_from_a_second_to_an_hour_is_taken(seconds: int) -> None:
    assert a_request(time_limit_s=seconds).time_limit_s == seconds


@pytest.mark.parametrize("seconds", [0, -1, 3_601])
def test_any_other_time_limit_is_refused(seconds: int) -> None:
    with pytest.raises(BadTimeLimit, match=f"A time limit of {seconds} s cannot be kept"):
        a_request(time_limit_s=seconds)


def test_a_plan_of_no_waves_or_on_roads_that_are_not_there_is_refused(tables: Flask, tmp_path: Path) -> None:
    with pytest.raises(NothingToPlan, match="no wave to plan on 2020-02-19"), transaction() as session:
        request_plan(session, a_request(wave_ids=()), now=NOW)
    with pytest.raises(NoRoadFile, match=r"Road file gone\.osm\.pbf is not there") as refused, transaction() as session:
        request_plan(session, a_request(roads_file=str(tmp_path / "gone.osm.pbf")), now=NOW)
    assert str(tmp_path) not in str(refused.value)  # a name, not the layout of the server's disk


def test_a_queued_plan_is_cancelled_at_once_and_never_solved(any_tables: Flask, tmp_path: Path) -> None:
    plan_id = requested(a_ready_day())

    with transaction() as session:
        cancel_plan(session, plan_id, now=NOW)

    plan = solved(plan_id, cache=tmp_path)
    assert (plan.state, plan.finished_at) == (PlanState.CANCELLED, NOW)


def test_a_plan_that_is_over_can_be_neither_cancelled_nor_finished(tables: Flask, tmp_path: Path) -> None:
    plan_id = planned(a_ready_day(), cache=tmp_path)

    with pytest.raises(BadTransition, match="is ready and cannot become cancelled"), transaction() as session:
        cancel_plan(session, plan_id, now=NOW)
    with pytest.raises(BadTransition, match="is ready and cannot become ready"), transaction() as session:
        finish_plan(session, plan_id)


def test_an_unknown_plan_is_not_found(tables: Flask) -> None:
    for verb in (lambda s: cancel_plan(s, 999, now=NOW), lambda s: finish_plan(s, 999), lambda s: plan_status(s, 999)):
        with pytest.raises(NotFound, match="No plan 999"), transaction() as session:
            verb(session)
