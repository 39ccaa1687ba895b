"""Engines, the declarative base, column types, and the two ways to a session: `transaction()` and `reading()`.

SQLite gets two engines on one file. Writers begin with BEGIN IMMEDIATE, because a deferred transaction that reads
first and writes later fails with "database is locked" whatever the busy timeout; readers begin plainly and are
refused any write (`query_only`). Writers of one process queue up among themselves first: SQLite waits by sleeping and
asking again, which can keep the unlucky one of many threads for seconds. On PostgreSQL both are the same kind of engine
and readers are READ ONLY.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from threading import Lock
from typing import Any, TypeVar

from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import DateTime, Dialect, Engine, Enum, MetaData, event
from sqlalchemy.orm import DeclarativeBase, Session
from sqlalchemy.types import TypeDecorator

BUSY_TIMEOUT_MS = 30_000
_sqlite_queue = Lock()
Id = TypeVar("Id", int, str)
IN_LIST_MAX = 500
"""Members of one IN list: SQLite bounds the parameters of a statement."""


class Base(DeclarativeBase):
    """Base of every table. Constraint names are fixed so that migrations can drop them on both databases."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


db = SQLAlchemy(model_class=Base)


class UtcDateTime(TypeDecorator[datetime]):
    """A moment. Naive datetimes are refused on the way in; what comes out is aware and in UTC."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"a moment needs a time zone, got the naive {value.isoformat()}")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def enum_type(enum: type[StrEnum]) -> Enum:
    """A column type that stores the words of `enum` as text under a CHECK, so new words need no ALTER TYPE."""
    return Enum(
        enum,
        native_enum=False,
        create_constraint=True,
        length=32,
        name=enum.__name__.lower(),
        values_callable=lambda members: [member.value for member in members],
    )


def init_engines(app: Flask) -> None:
    """Register the engines with `app` and hook their connection events. Opens no connection; the first one to SQLite
    makes the instance folder."""
    db.init_app(app)
    with app.app_context():
        writer, reader = db.engines[None], db.engines["reader"]
    if writer.dialect.name == "sqlite":
        folder: Path = app.config["SETTINGS"].instance_dir
        _hook_sqlite(writer, folder, begin="BEGIN IMMEDIATE", query_only=False)
        _hook_sqlite(reader, folder, begin="BEGIN", query_only=True)


def _hook_sqlite(engine: Engine, folder: Path, *, begin: str, query_only: bool) -> None:
    @event.listens_for(engine, "do_connect")
    def before_connect(*_connection: Any) -> None:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    @event.listens_for(engine, "connect")
    def on_connect(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # the driver must not begin by itself; on_begin does
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")  # an acknowledged order survives a power cut
        connection.execute("PRAGMA foreign_keys=ON")
        connection.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}")
        if query_only:
            connection.execute("PRAGMA query_only=ON")

    @event.listens_for(engine, "begin")
    def on_begin(connection: Any) -> None:
        connection.exec_driver_sql(begin)


@contextmanager
def transaction() -> Iterator[Session]:
    """One write transaction: committed when the block ends, rolled back when it raises."""
    with _turn_to_write(db.engine), Session(db.engine, expire_on_commit=False) as session, session.begin():
        yield session


@contextmanager
def _turn_to_write(engine: Engine) -> Iterator[None]:
    """This thread's turn among the writers of its process. Whose turn does not come in the time that SQLite waits goes
    on without, and is told by SQLite."""
    if engine.dialect.name != "sqlite":
        yield
        return
    its_turn = _sqlite_queue.acquire(timeout=BUSY_TIMEOUT_MS / 1_000)
    try:
        yield
    finally:
        if its_turn:
            _sqlite_queue.release()


@contextmanager
def reading() -> Iterator[Session]:
    """One read-only transaction on a snapshot; a write inside it fails."""
    engine = db.engines["reader"]
    if engine.dialect.name == "postgresql":
        engine = engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
    with Session(engine, expire_on_commit=False) as session, session.begin():
        yield session


def chunks(ids: Collection[Id]) -> Iterator[list[Id]]:
    """Distinct ids or codes in order, in lists short enough for an IN."""
    ordered = sorted(set(ids))
    for start in range(0, len(ordered), IN_LIST_MAX):
        yield ordered[start : start + IN_LIST_MAX]
