"""A process killed between any two statements of a movement leaves no half of it, and the same wish again completes it.

Real processes end themselves with `os._exit`, which no handler and no rollback outlives, before their n-th statement
and before the commit.
"""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event, func, select

from logistics.db import db, init_engines, reading, transaction
from logistics.inventory.ledger.models import Entry, Shipment, Transfer
from logistics.inventory.ledger.rules import HolderKind
from logistics.inventory.ledger.service import Arrival, Dispatch, Reserve, arrive, dispatch, dispatch_all, post, reserve
from tests.builders import NOW
from tests.conftest import settings_for
from tests.inventory.ledger.ledgering import a_town_there, an_item, done, received, sound, stock

KILLED = 77
STATEMENTS_MAX = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """A verb with its command, to be carried out in a process of its own."""

    verb: Any
    command: Any


@contextmanager
def carrying_out(database: str, folder: Path, wish: Wish) -> Iterator[Callable[[int], int]]:
    """Carries the wish out in processes of their own: a function from the number of the statement before which the
    process is killed, the commit counted with them, to its exit code; 0 where it came through."""
    fresh = multiprocessing.get_context("forkserver")
    fresh.set_forkserver_preload([__name__])
    here, there = fresh.Pipe()
    parent = fresh.Process(target=_fork_each, args=(database, str(folder), wish, there))
    parent.start()

    def carry_out(killed_before: int) -> int:
        here.send(killed_before)
        assert here.poll(timeout=60)
        return int(here.recv())

    yield carry_out
    here.send(None)
    parent.join(timeout=60)


def _fork_each(database: str, folder: str, wish: Wish, there: Any) -> None:
    """A process without threads and connections, which is forked for every attempt: that is quicker than to begin with
    the interpreter each time."""
    app = Flask("logistics")
    app.config.from_mapping(settings_for(database, Path(folder)).flask_config())
    init_engines(app)
    with app.app_context():
        _warm_up(wish)
        while (killed_before := there.recv()) is not None:
            child = os.fork()
            if child == 0:
                try:
                    _carry_out(wish, killed_before)
                finally:
                    os._exit(1)
            _, status = os.waitpid(child, 0)
            there.send(os.waitstatus_to_exitcode(status))


def _warm_up(wish: Wish) -> None:
    """Statements are compiled once, and not in every child; what is written here is rolled back."""
    with suppress(ZeroDivisionError), transaction() as session:
        wish.verb(session, wish.command, now=NOW)
        raise ZeroDivisionError
    for engine in db.engines.values():
        engine.dispose()


def _carry_out(wish: Wish, killed_before: int) -> None:
    with db.engine.connect():
        pass  # what a new connection asks the server is not the movement's
    seen = 0

    def count_down(*_: Any) -> None:
        nonlocal seen
        seen += 1
        if seen == killed_before:
            os._exit(KILLED)

    event.listen(db.engine, "before_cursor_execute", count_down)
    event.listen(db.engine, "commit", count_down)
    with transaction() as session:
        wish.verb(session, wish.command, now=NOW)
    os._exit(0)


def rows() -> tuple[int, ...]:
    with reading() as session:
        return tuple(
            session.scalar(select(func.count()).select_from(table)) or 0 for table in (Transfer, Entry, Shipment)
        )


def is_whole_wherever_it_is_killed(database: str, folder: Path, wish: Wish) -> int:
    """Kill the wish before each of its statements in turn; returns how many it has."""
    before = rows(), stock(), stock(HolderKind.IN_TRANSIT)
    with carrying_out(database, folder, wish) as carry_out:
        for n in range(1, STATEMENTS_MAX):
            code = carry_out(n)
            if code == 0:
                return n - 1
            assert code == KILLED
            assert (rows(), stock(), stock(HolderKind.IN_TRANSIT)) == before, f"killed before statement {n}"
            assert sound()
    pytest.fail(f"still not through after {STATEMENTS_MAX} statements")


def test_a_dispatch_is_whole_wherever_its_process_is_killed(any_tables: Flask, database: str, tmp_path: Path) -> None:
    item_id, town = an_item(), a_town_there()
    received(item_id, town.office_id, 100)
    command = Dispatch(
        key="D1", item_id=item_id, from_area_id=town.office_id, to_area_id=town.community_id, quantity=40
    )

    statements = is_whole_wherever_it_is_killed(database, tmp_path, Wish(verb=dispatch, command=command))

    assert statements >= 12  # the commit is one of them
    assert stock() == {town.office_id: 60}
    assert stock(HolderKind.IN_TRANSIT) == {town.community_id: 40}
    assert rows() == (2, 4, 1)  # a receipt and a dispatch, once
    assert sound()


def test_many_dispatches_are_whole_wherever_their_process_is_killed(
    any_tables: Flask, database: str, tmp_path: Path
) -> None:
    item_id, town = an_item(), a_town_there()
    received(item_id, town.office_id, 100)
    commands = [
        Dispatch(key=f"D{to}", item_id=item_id, from_area_id=town.office_id, to_area_id=to, quantity=30)
        for to in (town.community_id, town.district_id)
    ]

    is_whole_wherever_it_is_killed(database, tmp_path, Wish(verb=dispatch_all, command=commands))

    assert stock() == {town.office_id: 40}
    assert stock(HolderKind.IN_TRANSIT) == {town.community_id: 30, town.district_id: 30}
    assert rows() == (3, 6, 2)  # a receipt and two dispatches
    assert sound()


def test_an_arrival_is_whole_wherever_its_process_is_killed(any_tables: Flask, database: str, tmp_path: Path) -> None:
    item_id, town = an_item(), a_town_there()
    received(item_id, town.office_id, 100)
    sent = Dispatch(key="D1", item_id=item_id, from_area_id=town.office_id, to_area_id=town.community_id, quantity=40)
    command = Arrival(key="A1", shipment_id=done(dispatch, sent), accepted=30, rejected=4, reason="torn")

    statements = is_whole_wherever_it_is_killed(database, tmp_path, Wish(verb=arrive, command=command))

    assert statements >= 12
    assert stock() == {town.office_id: 60, town.community_id: 30}
    assert stock(HolderKind.IN_TRANSIT) == {town.community_id: 10}
    assert rows() == (3, 6, 1)
    assert sound()


def test_a_promise_is_kept_whole_or_not_at_all(tables: Flask, sqlite_database: str, tmp_path: Path) -> None:
    item_id, town = an_item(), a_town_there()
    received(item_id, town.community_id, 50)
    held = Reserve(
        key="Q1",
        item_id=item_id,
        area_id=town.community_id,
        quantity=5,
        expires_at=NOW.replace(hour=23),
        household_id=town.households[0][0],
    )
    reservation_id = done(reserve, held)

    is_whole_wherever_it_is_killed(sqlite_database, tmp_path, Wish(verb=post, command=reservation_id))

    assert stock() == {town.community_id: 45}
    assert sound()
