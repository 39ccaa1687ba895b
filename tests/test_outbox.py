"""Promises: owed once, rung until kept, given up after five tries. The relay's side is tested with the workers."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from logistics import outbox
from logistics.db import reading, transaction
from logistics.outbox import ATTEMPT_LIMIT, Promise, Queue
from tests.builders import NOW
from tests.racing import race

LEASE = timedelta(seconds=60)


def promised(key: str = "k", *, minutes: int = 0, job: str = "run_day") -> int:
    with transaction() as session:
        return outbox.promise(
            session, key=key, job=job, args={"run_id": 7}, due_at=NOW + timedelta(minutes=minutes), queue=Queue.SOLVER
        )


def rung(*, seconds: float = 0) -> list[outbox.Ring]:
    with transaction() as session:
        return outbox.claim_due(session, now=NOW + timedelta(seconds=seconds), lease=LEASE)


def failed(promise_id: int, *, seconds: float = 0) -> bool:
    with transaction() as session:
        return outbox.record_error(session, promise_id, error="boom", now=NOW + timedelta(seconds=seconds))


def test_a_promise_goes_with_the_change_that_needs_it(any_app: Flask) -> None:
    def promise_and_fail() -> None:
        with transaction() as session:
            outbox.promise(session, key="k", job="run_day", args={}, due_at=NOW)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        promise_and_fail()

    assert rung() == []


def test_the_same_key_is_one_promise_and_the_first_one_stands(any_app: Flask) -> None:
    first = promised("k", minutes=0)

    assert promised("k", minutes=30) == first
    assert [(ring.job, dict(ring.args), ring.queue) for ring in rung()] == [("run_day", {"run_id": 7}, "solver")]


def test_the_same_promise_made_by_many_at_once_is_one(any_app: Flask) -> None:
    answers = race(any_app, [promised] * 8)

    assert len(set(answers)) == 1
    with reading() as session:
        assert session.scalar(select(func.count()).select_from(Promise)) == 1


def test_a_promise_is_kept_once(any_app: Flask) -> None:
    promise_id = promised()

    with transaction() as session:
        assert outbox.is_owed(session, promise_id)
        assert outbox.done(session, promise_id, now=NOW)
        assert not outbox.is_owed(session, promise_id)
        assert not outbox.done(session, promise_id, now=NOW)

    assert rung(seconds=3_600) == []


def test_a_failed_run_is_rung_again_after_2_4_8_and_16_seconds_and_then_given_up(app: Flask) -> None:
    promise_id = promised()

    at = 0.0
    for attempt, wait in enumerate((2, 4, 8, 16), start=1):
        assert [ring.attempt for ring in rung(seconds=at)] == [attempt]
        assert failed(promise_id, seconds=at) is False
        assert rung(seconds=at + wait - 0.001) == []
        at += wait
    assert [ring.attempt for ring in rung(seconds=at)] == [ATTEMPT_LIMIT]
    assert failed(promise_id, seconds=at) is True

    assert rung(seconds=at + 3_600) == []
    with transaction() as session:
        assert not outbox.is_owed(session, promise_id)
        assert outbox.failure_of(session, "run_day", {"run_id": 7}) == "boom"
        assert outbox.failure_of(session, "run_day", {"run_id": 8}) is None


def test_a_promise_given_up_by_rule_is_not_rung_again_but_an_answer_that_came_late_still_counts(app: Flask) -> None:
    promise_id = promised()

    with transaction() as session:
        outbox.give_up(session, promise_id, error="x" * 5_000, now=NOW)
        assert not outbox.is_owed(session, promise_id)
        assert len(outbox.failure_of(session, "run_day", {"run_id": 7}) or "") == outbox.ERROR_LENGTH
    assert rung(seconds=3_600) == []

    with transaction() as session:
        assert outbox.done(session, promise_id, now=NOW)


def test_a_kept_promise_is_neither_failed_nor_given_up_afterwards(app: Flask) -> None:
    promise_id = promised()
    with transaction() as session:
        outbox.done(session, promise_id, now=NOW)
        outbox.give_up(session, promise_id, error="late", now=NOW)

    assert failed(promise_id) is False
    with reading() as session:
        assert session.get_one(Promise, promise_id).failed_at is None


def test_a_promise_is_kept_by_its_key_where_the_queue_was_not_needed(app: Flask) -> None:
    promised("a")
    promised("b")

    with transaction() as session:
        outbox.done_by_key(session, "a", now=NOW)
        outbox.done_by_key(session, "unknown", now=NOW)

    assert [ring.promise_id for ring in rung()] == [2]


def test_asking_whether_anything_is_due_agrees_with_claiming_it(any_app: Flask) -> None:
    def anything(seconds: float) -> bool:
        with reading() as session:
            return outbox.anything_due(session, now=NOW + timedelta(seconds=seconds), lease=LEASE)

    assert not anything(0)
    promised(minutes=1)

    assert (anything(59.999), anything(60)) == (False, True)
    assert len(rung(seconds=60)) == 1
    # rung at 60 s: the lease of 60 s must be over, to the moment
    assert (anything(120), anything(120.001)) == (False, True)


def test_kept_promises_are_purged_and_owed_or_failed_ones_stay(any_app: Flask) -> None:
    kept, owed, lost = promised("kept"), promised("owed"), promised("lost")
    with transaction() as session:
        outbox.done(session, kept, now=NOW)
        outbox.give_up(session, lost, error="no", now=NOW)

    with transaction() as session:
        assert outbox.purge_done(session, before=NOW) == 0
        assert outbox.purge_done(session, before=NOW + timedelta(seconds=1)) == 1

    with reading() as session:
        assert set(session.scalars(select(Promise.id))) == {owed, lost}
