"""Periodic work: each slot once, whatever runs, and what the hourly one deletes."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from flask import Flask
from sqlalchemy import func, select

from logistics.accounts.models import Account, ApiToken, Role
from logistics.communities.models import HouseholdStatus
from logistics.db import reading, transaction
from logistics.idempotency import IdempotentAnswer
from logistics.notifications.models import Notification
from logistics.notifications.rules import Event
from logistics.notifications.service import tell
from logistics.outbox import Promise
from tests.builders import NOW, a_quarantine, a_town
from tests.racing import race
from workers.housekeeping import Purged, purge
from workers.jobs import JOBS
from workers.schedule import PERIODIC, Periodic, promise_periodic, slot_of

HOURLY = (Periodic(job="keep_house", every=timedelta(hours=1)),)


def promised() -> list[str]:
    with reading() as session:
        return sorted(session.scalars(select(Promise.key)))


def test_a_slot_begins_at_a_multiple_of_its_length() -> None:
    at = datetime(2020, 2, 18, 9, 59, 59, tzinfo=UTC)

    assert slot_of(at, timedelta(hours=1)) == datetime(2020, 2, 18, 9, 0, tzinfo=UTC)
    assert slot_of(at, timedelta(minutes=15)) == datetime(2020, 2, 18, 9, 45, tzinfo=UTC)
    assert slot_of(at, timedelta(days=1)) == datetime(2020, 2, 18, 0, 0, tzinfo=UTC)


def test_a_slot_is_promised_once_and_the_next_one_again(any_app: Flask) -> None:
    for minutes in (0, 1, 59, 60):
        promise_periodic(NOW + timedelta(minutes=minutes), HOURLY)

    assert promised() == ["keep_house@2020-02-18T09:00Z", "keep_house@2020-02-18T10:00Z"]


def test_relays_that_race_promise_a_slot_once(any_app: Flask) -> None:
    outcomes = race(any_app, [lambda: promise_periodic(NOW, HOURLY)] * 8)

    assert outcomes == [None] * 8
    assert promised() == ["keep_house@2020-02-18T09:00Z"]


def test_messages_are_promised_only_where_one_is_to_be_sent(any_app: Flask) -> None:
    minutely = tuple(work for work in PERIODIC if work.job == "send_messages")

    promise_periodic(NOW, minutely)
    assert promised() == []
    with transaction() as session:
        home = a_town(session).households[0][0]
        tell(session, key="k", household_id=home, event=Event.DELIVERED, data={}, now=NOW)
    promise_periodic(NOW + timedelta(seconds=61), minutely)
    promise_periodic(NOW + timedelta(seconds=90), minutely)

    assert promised() == ["send_messages@2020-02-18T09:01Z"]
    with reading() as session:
        (promise,) = session.scalars(select(Promise))
    assert promise.queue == "messages"  # where a webhook that stalls holds up no cut-off
    JOBS["send_messages"].run(promise.id)
    JOBS["send_messages"].run(promise.id)
    with reading() as session:
        assert session.get_one(Promise, promise.id).done_at is not None
        assert session.scalar(select(func.count()).where(Notification.addressed_at.is_(None))) == 0


def test_all_periodic_work_is_a_known_job() -> None:
    assert {work.job for work in PERIODIC} <= set(JOBS)


def test_the_purge_takes_what_has_ended_and_nothing_else(any_app: Flask) -> None:
    today = date(2020, 2, 18)  # NOW is 17:00 in Shanghai
    with transaction() as session:
        homes = a_town(session).households[0]
        a_quarantine(session, homes[0], starts=date(2020, 2, 4), ends=today - timedelta(days=1))
        a_quarantine(session, homes[1], starts=date(2020, 2, 4), ends=today)
        account = Account(username="boss", password_hash="x", role=Role.ADMIN, created_at=NOW)
        session.add(account)
        session.flush()
        for key, age in (("old", timedelta(hours=24, seconds=1)), ("fresh", timedelta(hours=24))):
            session.add(
                IdempotentAnswer(account_id=account.id, key=key, request_sha256="", created_at=NOW - age, status=201)
            )
        for name, ended in (
            ("stale", timedelta(days=31)),
            ("ended", timedelta(days=29)),
            ("valid", -timedelta(days=1)),
        ):
            session.add(
                ApiToken(account_id=account.id, name=name, token_sha256=name, created_at=NOW, expires_at=NOW - ended)
            )

    with transaction() as session:
        purged = purge(session, now=NOW)

    assert purged == Purged(statuses=1, answers=1, tokens=1, promises=0)
    with reading() as session:
        assert session.scalar(select(HouseholdStatus.ends_on)) == today
        assert session.scalar(select(IdempotentAnswer.key)) == "fresh"
        assert session.scalar(select(func.count()).select_from(ApiToken)) == 2


def test_a_quarantine_that_ends_today_in_shanghai_is_kept_though_utc_is_a_day_behind(app: Flask) -> None:
    with transaction() as session:
        home = a_town(session).households[0][0]
        a_quarantine(session, home, starts=date(2020, 2, 4), ends=date(2020, 2, 18))
    one_in_the_morning = datetime(2020, 2, 18, 17, 0, tzinfo=UTC)  # of the 19th, in Shanghai

    with transaction() as session:
        assert purge(session, now=one_in_the_morning - timedelta(hours=2)).statuses == 0
        assert purge(session, now=one_in_the_morning).statuses == 1
