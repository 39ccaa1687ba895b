"""Two embedded queues never ring for one database, whatever dies and comes back."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from logistics.config import Settings
from tests.conftest import settings_for
from tests.workers.conftest import RELAY, Machine, kill, wait_for
from tests.workers.promises import is_done, promise_of, promise_to_close
from tests.workers.test_relay import FakeBell
from workers.claim import Claim, claim_for, require_free_claim
from workers.relay import Relay, Tempo
from workers.supervisor import CannotStart


@contextmanager
def claims(settings: Settings, *embedded: bool) -> Iterator[list[Claim]]:
    taken = [claim_for(settings, embedded=alone) for alone in embedded]
    try:
        yield taken
    finally:
        for claim in taken:
            claim.leave()


def test_one_embedded_queue_holds_a_database_until_it_leaves(database: str, tmp_path: Path) -> None:
    with claims(settings_for(database, tmp_path), True, True) as (first, second):
        assert [first.hold(), first.hold(), second.hold()] == [True, True, False]

        first.leave()

        assert [second.hold(), first.hold()] == [True, False]


@pytest.mark.postgres
def test_relays_on_one_outside_redis_share_a_database_and_keep_embedded_queues_out(
    postgres_database: str, tmp_path: Path
) -> None:
    with claims(settings_for(postgres_database, tmp_path), False, False, True) as (one, other, embedded):
        assert [one.hold(), other.hold(), embedded.hold()] == [True, True, False]

        one.leave()
        other.leave()

        assert [embedded.hold(), one.hold()] == [True, False]


@pytest.mark.postgres
def test_a_claim_whose_connection_was_cut_is_taken_again(
    postgres_database: str, postgres_server: sa.URL, tmp_path: Path
) -> None:
    with claims(settings_for(postgres_database, tmp_path), True, True) as (first, second):
        assert first.hold()
        engine = sa.create_engine(postgres_server, isolation_level="AUTOCOMMIT")
        cut = sa.text("SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = :name")
        with engine.connect() as connection:
            assert connection.scalar(cut, {"name": sa.make_url(postgres_database).database}) == 1
        engine.dispose()

        with pytest.raises(sa.exc.OperationalError):  # the relay waits, and asks anew
            first.hold()

        assert [first.hold(), second.hold()] == [True, False]


def test_a_relay_without_the_claim_rings_nothing_and_uses_up_no_attempt(any_app: Flask, tmp_path: Path) -> None:
    promise_id, _ = promise_to_close()
    bell = FakeBell()
    now = datetime.now(UTC)
    with claims(settings_for(any_app.config["SQLALCHEMY_DATABASE_URI"], tmp_path), True, True) as (other, own):
        relay = Relay(bell, Tempo(), own)
        assert other.hold()

        for minutes in range(10):
            assert relay.step(now + timedelta(minutes=minutes)) == 0
        assert (bell.rung, promise_of(promise_id).attempts) == ([], 0)

        other.leave()
        assert relay.step(now) > 0
        assert promise_of(promise_id).attempts == 1


def test_a_second_platform_on_the_database_is_told_to_share_the_redis(database: str, tmp_path: Path) -> None:
    settings = settings_for(database, tmp_path)
    with claims(settings, True) as (other,):
        assert other.hold()

        with pytest.raises(CannotStart, match="another relay rings for this database") as refusal:
            require_free_claim(settings)

        assert "same REDIS_URL" in str(refusal.value)
    require_free_claim(settings)


def start_embedded_relay(machine: Machine) -> subprocess.Popen[bytes]:
    return machine.start(*RELAY, REDIS_URL="")


def test_of_two_relays_with_queues_of_their_own_one_rings_and_the_other_takes_over_when_it_is_killed(
    any_machine: Machine,
) -> None:
    any_machine.start_valkey()
    any_machine.start_worker()
    first = start_embedded_relay(any_machine)
    kept, _ = promise_to_close(orders=0)
    wait_for("the first relay at work", lambda: is_done(kept))
    start_embedded_relay(any_machine)
    wait_for("the second relay refused", lambda: "another queue rings for this database" in any_machine.log())

    kill(first)
    promise_id, _ = promise_to_close(orders=0)

    wait_for("the promise kept", lambda: is_done(promise_id))
    assert promise_of(promise_id).attempts == 1
