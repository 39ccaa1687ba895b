"""Two ways to a session: writers that wait for each other, readers that cannot write and see one moment."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError, IntegrityError, StatementError

from logistics.communities.models import Area, Compound
from logistics.communities.rules import AreaLevel
from logistics.db import IN_LIST_MAX, chunks, reading, transaction
from logistics.outbox import Promise, promise
from tests.builders import NOW
from tests.racing import race


def an_area(code: str, *, level: AreaLevel = AreaLevel.DISTRICT) -> Area:
    return Area(code=code, name=code, level=level)


def codes() -> list[str]:
    with reading() as session:
        return list(session.scalars(select(Area.code).order_by(Area.code)))


def test_a_transaction_is_kept_whole_or_not_at_all(any_tables: Flask) -> None:
    with transaction() as session:
        session.add(an_area("kept"))

    def write_and_fail() -> None:
        with transaction() as session:
            session.add(an_area("lost"))
            session.flush()
            raise RuntimeError

    with pytest.raises(RuntimeError):
        write_and_fail()

    assert codes() == ["kept"]


def test_a_reading_session_refuses_to_write(any_tables: Flask) -> None:
    with pytest.raises(DBAPIError, match=r"read-only|readonly"), reading() as session:
        session.execute(text("INSERT INTO areas (code, name, level) VALUES ('A', 'A', 'district')"))
    with pytest.raises(DBAPIError, match=r"read-only|readonly"), reading() as session:
        session.add(an_area("A"))

    assert codes() == []


def test_a_reader_sees_one_moment_while_others_write(any_tables: Flask) -> None:
    with reading() as session:
        before = session.scalar(select(func.count()).select_from(Area))
        with transaction() as writer:
            writer.add(an_area("A"))
        after = session.scalar(select(func.count()).select_from(Area))

    assert (before, after) == (0, 0)
    assert codes() == ["A"]


def test_a_writer_that_reads_first_waits_instead_of_failing_as_locked(any_tables: Flask) -> None:
    # with a deferred BEGIN on SQLite the second of two such writers fails, whatever the busy timeout
    with transaction() as session:
        session.add(an_area("A"))

    def read_then_write() -> None:
        with transaction() as session:
            area = session.scalars(select(Area).with_for_update()).one()
            time.sleep(0.01)
            area.name = f"{area.name}x"

    answers = race(any_tables, [read_then_write] * 12)

    assert answers == [None] * 12
    with reading() as session:
        assert session.scalars(select(Area.name)).one() == "A" + 12 * "x"


def test_readers_are_not_kept_waiting_by_a_writer(any_tables: Flask) -> None:
    with transaction() as session:
        session.add(an_area("A"))
        session.flush()

        assert codes() == []  # answered at once, while the writer holds its lock


def test_a_foreign_key_holds_on_both_databases(any_tables: Flask) -> None:
    with pytest.raises(IntegrityError), transaction() as session:
        session.add(Compound(code="C", name="C", community_id=999, gate_lng=117.0, gate_lat=36.6, household_count=1))


def test_an_error_of_the_database_shows_no_values(any_tables: Flask) -> None:
    homes = [Area(code="A", name="Secret Road 7", level=AreaLevel.DISTRICT) for _ in range(2)]

    with pytest.raises(IntegrityError) as caught, transaction() as session:
        session.add_all(homes)

    assert "Secret Road 7" not in str(caught.value)


# moments


def at(moment: datetime) -> datetime:
    """What comes back of a moment that was written down."""
    with transaction() as session:
        key = f"k{moment.isoformat()}"
        promise_id = promise(session, key=key, job="run_day", args={}, due_at=moment)
    with reading() as session:
        return session.get_one(Promise, promise_id).due_at


def test_a_moment_comes_back_aware_in_utc_to_the_microsecond(any_tables: Flask) -> None:
    moment = NOW + timedelta(microseconds=1)

    assert at(moment) == moment
    assert at(moment).tzinfo is UTC


def test_a_moment_of_any_zone_is_stored_in_utc(any_tables: Flask) -> None:
    # 17:00 in Shanghai is 09:00 in UTC
    assert at(datetime(2020, 2, 18, 17, 0, tzinfo=ZoneInfo("Asia/Shanghai"))) == NOW
    assert at(datetime(2020, 2, 18, 3, 30, tzinfo=timezone(timedelta(hours=-5, minutes=-30)))).hour == 9


def test_a_naive_moment_is_refused_on_the_way_in(any_tables: Flask) -> None:
    with pytest.raises(StatementError, match="a moment needs a time zone, got the naive 2020-02-18T09:00:00"):
        at(NOW.replace(tzinfo=None))


def test_moments_compare_in_the_database_as_they_do_here(any_tables: Flask) -> None:
    at(NOW)

    with reading() as session:
        due = select(func.count()).select_from(Promise)
        assert session.scalar(due.where(Promise.due_at <= NOW)) == 1
        assert session.scalar(due.where(Promise.due_at < NOW)) == 0
        assert session.scalar(due.where(Promise.due_at <= NOW.astimezone(ZoneInfo("Asia/Shanghai")))) == 1


def test_a_word_that_is_not_of_its_enum_is_refused_by_the_database_too(any_tables: Flask) -> None:
    with pytest.raises(IntegrityError, match="arealevel"), transaction() as session:
        session.execute(text("INSERT INTO areas (code, name, level) VALUES ('A', 'A', 'galaxy')"))


# lists of ids


def test_ids_are_looked_up_in_lists_short_enough_for_a_statement() -> None:
    ids = [*range(IN_LIST_MAX + 1), 0, 1]

    assert [len(part) for part in chunks(ids)] == [IN_LIST_MAX, 1]
    assert list(chunks(["b", "a", "b"])) == [["a", "b"]]
    assert list(chunks([])) == []
