"""Whose queue rings for a database.

The queues of two machines know nothing of each other: a relay on either would find the other's jobs missing and ring
again, until the attempts are used up. So an embedded queue claims its database for itself alone, while relays on a
Redis of REDIS_URL share theirs. On PostgreSQL the claim is an advisory lock, which ends with its connection; beside
SQLite it is a locked file, which ends with its process.
"""

from __future__ import annotations

import os
import time
from contextlib import suppress
from typing import Protocol

import sqlalchemy as sa
from filelock import FileLock, Timeout
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import NullPool

from logistics.config import Settings
from workers.supervisor import CannotStart

LOCK = 0x6C686D_71756575
"""Of all advisory locks of the database, ours. The number means nothing."""
NOTICED = ("tcp_keepalives_idle = 10", "tcp_keepalives_interval = 5", "tcp_keepalives_count = 3")
"""The server finds out within half a minute that a machine was switched off, and drops its claim."""
PREDECESSOR_S = 3.0
"""How long the claim of a predecessor that was killed this moment may still stand."""


class Claim(Protocol):
    """The right to ring for a database."""

    def hold(self) -> bool:
        """Take the claim, or see that it still stands. False while another queue has it.

        Raises:
            SQLAlchemyError: the database does not answer.
        """

    def leave(self) -> None: ...


def queue_is_embedded() -> bool:
    return not os.environ.get("REDIS_URL", "").strip()


def claim_for(settings: Settings, *, embedded: bool) -> Claim:
    if not settings.sqlite:
        return _AdvisoryLock(settings.database_url, alone=embedded)
    return _LockedFile(settings.database_url) if embedded else _Shared()


def require_free_claim(settings: Settings) -> None:
    """Check that no other queue rings for the database, before an embedded one is started for it.

    Raises:
        CannotStart: one does.
        SQLAlchemyError: the database does not answer.
    """
    claim = claim_for(settings, embedded=True)
    deadline = time.monotonic() + PREDECESSOR_S
    try:
        while not claim.hold():
            if time.monotonic() > deadline:
                raise CannotStart(
                    "another relay rings for this database (DATABASE_URL), on a queue that this one cannot see. "
                    "Stop that platform, or give both the same REDIS_URL; "
                    "if its machine was just switched off, try again in half a minute"
                )
            time.sleep(0.2)
    finally:
        claim.leave()


class _Shared:
    """SQLite, and a Redis that others may use too."""

    def hold(self) -> bool:
        return True

    def leave(self) -> None:
        return


class _LockedFile:
    def __init__(self, database_url: str) -> None:
        self._lock = FileLock(f"{sa.make_url(database_url).database}.queue-lock")

    def hold(self) -> bool:
        if not self._lock.is_locked:
            try:
                self._lock.acquire(timeout=0)
            except Timeout:
                return False
            except OSError:  # a folder we cannot write: SQLite has the word on that
                return True
        return True

    def leave(self) -> None:
        self._lock.release()


class _AdvisoryLock:
    """A connection of its own, because the lock lives and dies with it."""

    def __init__(self, database_url: str, *, alone: bool) -> None:
        engine = sa.create_engine(database_url, poolclass=NullPool, isolation_level="AUTOCOMMIT", hide_parameters=True)
        self._engine = engine
        self._ask = sa.select((sa.func.pg_try_advisory_lock if alone else sa.func.pg_try_advisory_lock_shared)(LOCK))
        self._connection: sa.Connection | None = None
        self._held = False

    def hold(self) -> bool:
        try:
            if self._connection is None:
                self._connection = self._engine.connect()
                for setting in NOTICED:
                    self._connection.exec_driver_sql(f"SET {setting}")
            if self._held:
                self._connection.exec_driver_sql("SELECT 1")
            else:
                self._held = bool(self._connection.scalar(self._ask))
        except SQLAlchemyError:
            self.leave()
            raise
        return self._held

    def leave(self) -> None:
        connection, self._connection, self._held = self._connection, None, False
        if connection is not None:
            with suppress(SQLAlchemyError):  # the end of the connection frees it too, a moment later
                connection.exec_driver_sql("SELECT pg_advisory_unlock_all()")
            connection.close()
