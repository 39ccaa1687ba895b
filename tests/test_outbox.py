"""Promises in the tables: owed once, kept once, given up in the open."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask

from logistics import outbox
from logistics.db import reading, transaction
from logistics.outbox import Promise
from tests.builders import NOW
from tests.racing import race

LEASE = timedelta(seconds=10)


def promised(key: str = "close_campaign:1") -> int:
    with transaction() as session:
        return outbox.promise(session, key=key, job="close_campaign", args={"campaign_id": 1}, due_at=NOW)


def the(promise_id: int) -> Promise:
    with reading() as session:
        return session.get_one(Promise, promise_id)


def claim(*, seconds: float = 0) -> list[outbox.Ring]:
    with transaction() as session:
        return outbox.claim_due(session, now=NOW + timedelta(seconds=seconds), lease=LEASE)


def test_the_same_key_twice_is_one_promise(any_app: Flask) -> None:
    assert promised() == promised()
    assert len(claim()) == 1


def test_a_promise_of_a_transaction_that_fails_was_never_made(any_app: Flask) -> None:
    def order_and_fail() -> None:
        with transaction() as session:
            outbox.promise(session, key="k", job="close_campaign", args={}, due_at=NOW)
            raise RuntimeError("no order")

    with pytest.raises(RuntimeError, match="no order"):
        order_and_fail()

    assert claim() == []


def test_a_claimed_promise_is_claimed_again_only_after_the_lease(any_app: Flask) -> None:
    promise_id = promised()

    assert [(ring.promise_id, ring.attempt) for ring in claim()] == [(promise_id, 1)]
    assert claim(seconds=10) == []
    assert [(ring.promise_id, ring.attempt) for ring in claim(seconds=10.5)] == [(promise_id, 2)]


def test_what_is_done_is_neither_owed_nor_done_again(any_app: Flask) -> None:
    promise_id = promised()

    with transaction() as session:
        assert outbox.is_owed(session, promise_id)
        assert outbox.done(session, promise_id, now=NOW)
    with transaction() as session:
        assert not outbox.is_owed(session, promise_id)
        assert not outbox.done(session, promise_id, now=NOW)

    assert claim(seconds=60) == []


def test_an_error_is_rung_again_after_two_then_four_seconds_and_is_final_at_the_fifth(any_app: Flask) -> None:
    promise_id = promised()
    seconds = 0.0
    for attempt, pause in ((1, 2), (2, 4), (3, 8), (4, 16)):
        assert [ring.attempt for ring in claim(seconds=seconds)] == [attempt]
        with transaction() as session:
            final = outbox.record_error(
                session, promise_id, error=f"trouble {attempt}", now=NOW + timedelta(seconds=seconds)
            )
        assert not final
        assert claim(seconds=seconds + pause - 0.5) == []
        seconds += pause

    assert [ring.attempt for ring in claim(seconds=seconds)] == [5]
    with transaction() as session:
        assert outbox.record_error(session, promise_id, error="trouble 5", now=NOW)

    assert the(promise_id).failed_at == NOW
    assert the(promise_id).error == "trouble 5"
    assert claim(seconds=3600) == []


def test_a_promise_given_up_is_no_longer_owed(any_app: Flask) -> None:
    promise_id = promised()

    with transaction() as session:
        outbox.give_up(session, promise_id, error="refused", now=NOW)

    with transaction() as session:
        assert not outbox.is_owed(session, promise_id)
    assert claim(seconds=60) == []


def test_a_ring_that_was_not_needed_costs_no_attempt_and_is_asked_about_a_lease_later(any_app: Flask) -> None:
    promise_id = promised()
    claim()
    claim(seconds=11)

    with transaction() as session:
        outbox.keep_waiting(session, [promise_id], now=NOW + timedelta(seconds=11))

    assert the(promise_id).attempts == 1
    assert claim(seconds=21) == []
    assert [ring.attempt for ring in claim(seconds=21.5)] == [2]


def test_a_ring_that_was_not_needed_costs_no_attempt_though_its_job_ends_meanwhile(any_app: Flask) -> None:
    promise_id = promised()
    claim()
    claim(seconds=11)  # the relay asks after the job, which ends before the answer is written down
    with transaction() as session:
        assert outbox.done(session, promise_id, now=NOW + timedelta(seconds=11))

    with transaction() as session:
        outbox.keep_waiting(session, [promise_id], now=NOW + timedelta(seconds=11))

    assert the(promise_id).attempts == 1
    assert the(promise_id).done_at == NOW + timedelta(seconds=11)
    assert claim(seconds=60) == []


def test_looking_whether_anything_is_due_takes_nothing(any_app: Flask) -> None:
    with reading() as session:
        assert not outbox.anything_due(session, now=NOW, lease=LEASE)
    promised()

    for _ in range(2):
        with reading() as session:
            assert outbox.anything_due(session, now=NOW, lease=LEASE)
            assert not outbox.anything_due(session, now=NOW - timedelta(seconds=1), lease=LEASE)


def test_only_promises_kept_long_ago_are_purged(any_app: Flask) -> None:
    old, fresh, owed = promised("old"), promised("fresh"), promised("owed")
    with transaction() as session:
        outbox.done(session, old, now=NOW - timedelta(days=91))
        outbox.done(session, fresh, now=NOW)

    with transaction() as session:
        assert outbox.purge_done(session, before=NOW - timedelta(days=90)) == 1

    with reading() as session:
        assert sorted(session.scalars(outbox.select(Promise.id))) == sorted([fresh, owed])


def test_the_same_promise_made_by_many_at_once_is_one(any_app: Flask) -> None:
    answers = race(any_app, [promised] * 8)

    assert len(set(answers)) == 1
    assert len(claim()) == 1


def test_a_promise_is_kept_by_its_key_where_the_queue_was_not_needed(app: Flask) -> None:
    first, second = promised("a"), promised("b")

    with transaction() as session:
        outbox.done_by_key(session, "a", now=NOW)
        outbox.done_by_key(session, "unknown", now=NOW)

    assert the(first).done_at == NOW
    assert [ring.promise_id for ring in claim()] == [second]


def test_a_promise_that_was_kept_is_not_failed_afterwards(app: Flask) -> None:
    promise_id = promised()

    with transaction() as session:
        outbox.done(session, promise_id, now=NOW)
        outbox.give_up(session, promise_id, error="late", now=NOW)
        assert outbox.record_error(session, promise_id, error="later", now=NOW) is False

    assert (the(promise_id).failed_at, the(promise_id).error) == (None, None)
