"""Work promised inside the transaction that needs it.

A row written with the change cannot be lost when Redis is down or the process dies after commit; the relay rings the
queue for it, and the effect's own transaction marks it done. A job may therefore run twice and must check first.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, Index, Select, String, case, delete, select, text, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from logistics.bulk import insert_missing
from logistics.db import Base, UtcDateTime

ATTEMPT_LIMIT = 5
"""Rings before a promise is given up and shown as failed; each is a worker that died or a job that raised."""

ERROR_LENGTH = 2000


class Queue(StrEnum):
    """One worker process per queue: a worker on several queues can lose a job between dequeue and start."""

    DEFAULT = "default"
    SOLVER = "solver"
    MESSAGES = "messages"  # waits for other people's servers, and cut-offs shall not wait with it


class Promise(Base):
    """One piece of work owed. `job` is the name of a function in `workers.jobs`, `args` its JSON keyword arguments."""

    __tablename__ = "outbox"
    __table_args__ = (
        Index(
            "ix_outbox_owed",
            "due_at",
            postgresql_where=text("done_at IS NULL AND failed_at IS NULL"),
            sqlite_where=text("done_at IS NULL AND failed_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(120), unique=True)
    job: Mapped[str] = mapped_column(String(64))
    args: Mapped[dict[str, Any]] = mapped_column(JSON)
    queue: Mapped[str] = mapped_column(String(16))
    due_at: Mapped[datetime] = mapped_column(UtcDateTime)
    rung_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    attempts: Mapped[int] = mapped_column(default=0)
    done_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    failed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    error: Mapped[str | None] = mapped_column(String(ERROR_LENGTH))


@dataclass(frozen=True, slots=True, kw_only=True)
class Ring:
    """What the relay needs to enqueue one promise."""

    promise_id: int
    job: str
    args: Mapping[str, Any]
    queue: str
    attempt: int
    last_error: str = ""

    @property
    def exhausted(self) -> bool:
        """Whether all attempts were used up before this one."""
        return self.attempt > ATTEMPT_LIMIT


def promise(
    session: Session,
    *,
    key: str,
    job: str,
    args: Mapping[str, Any],
    due_at: datetime,
    queue: Queue = Queue.DEFAULT,
) -> int:
    """Owe `job(**args)` from `due_at` on; the same `key` twice is one promise. Returns its id."""
    row = {"key": key, "job": job, "args": dict(args), "queue": queue.value, "due_at": due_at}
    insert_missing(session, Promise, [row], key=("key",))  # also when somebody else promises the same just now
    return session.scalars(select(Promise.id).where(Promise.key == key)).one()


def claim_due(session: Session, *, now: datetime, lease: timedelta, limit: int = 100) -> list[Ring]:
    """Take the promises to ring now: due and never rung, or rung longer than `lease` ago and still not done.

    Marks them rung. Two relays never take the same row (SKIP LOCKED on PostgreSQL, BEGIN IMMEDIATE on SQLite).
    The caller asks the queue whether the last ring's job still lives before it rings anew or, where `Ring.exhausted`,
    gives up: the tables cannot tell a job that died from one that waits behind others.
    """
    rows = session.scalars(
        _due(now, lease).order_by(Promise.due_at, Promise.id).limit(limit).with_for_update(skip_locked=True)
    ).all()
    rings = []
    for row in rows:
        row.rung_at, row.attempts = now, row.attempts + 1
        rings.append(
            Ring(
                promise_id=row.id,
                job=row.job,
                args=row.args,
                queue=row.queue,
                attempt=row.attempts,
                last_error=row.error or "",
            )
        )
    return rings


def release(session: Session, promise_ids: Sequence[int]) -> None:
    """Take back rings that did not reach the queue, so that the next pass rings again without using up an attempt."""
    _take_back(session, promise_ids, rung_at=None)


def keep_waiting(session: Session, promise_ids: Sequence[int], *, now: datetime) -> None:
    """Take back rings that were not needed, because the job of the last one still waits or runs; ask again later."""
    _take_back(session, promise_ids, rung_at=now)


def _take_back(session: Session, promise_ids: Sequence[int], *, rung_at: datetime | None) -> None:
    # also of a promise that its job has kept since it was claimed: that job was its last attempt, and not this ring
    session.execute(
        update(Promise)
        .where(Promise.id.in_(promise_ids), Promise.attempts > 0)
        .values(rung_at=rung_at, attempts=Promise.attempts - 1)
    )


def forget_rings(session: Session) -> int:
    """Let everything undone be rung again at once; returns how many promises that is.

    Only for the moment when no worker can be running: the last ring was cut short, so it does not count as an attempt.
    """
    result = session.execute(
        update(Promise)
        .where(Promise.done_at.is_(None), Promise.failed_at.is_(None), Promise.rung_at.is_not(None))
        .values(rung_at=None, attempts=case((Promise.attempts > 0, Promise.attempts - 1), else_=0))
    )
    return int(result.rowcount)  # type: ignore[attr-defined]


def is_owed(session: Session, promise_id: int) -> bool:
    """Whether the work is still to be done; a job asks this first, in the transaction of its effect.

    A promise that was given up is not owed: its owner has been told that it failed.
    """
    owed = select(Promise.id).where(Promise.id == promise_id, Promise.done_at.is_(None), Promise.failed_at.is_(None))
    return session.scalar(owed.with_for_update()) is not None


def done(session: Session, promise_id: int, *, now: datetime) -> bool:
    """Mark the promise kept, in the transaction of its effect; False when another run had already kept it."""
    result = session.execute(
        update(Promise).where(Promise.id == promise_id, Promise.done_at.is_(None)).values(done_at=now, error=None)
    )
    return bool(result.rowcount)  # type: ignore[attr-defined]


def done_by_key(session: Session, key: str, *, now: datetime) -> None:
    """Mark a promise kept by its key, where its work was done without the queue."""
    session.execute(update(Promise).where(Promise.key == key, Promise.done_at.is_(None)).values(done_at=now))


def record_error(session: Session, promise_id: int, *, error: str, now: datetime) -> bool:
    """Keep what went wrong and ring again after 2, 4, 8, … seconds; True when that was the last attempt."""
    row = session.scalar(select(Promise).where(Promise.id == promise_id, Promise.done_at.is_(None)).with_for_update())
    if row is None:
        return False
    row.error = error[:ERROR_LENGTH]
    if row.attempts >= ATTEMPT_LIMIT:
        row.failed_at = now
        return True
    row.rung_at, row.due_at = None, now + timedelta(seconds=2**row.attempts)
    return False


def give_up(session: Session, promise_id: int, *, error: str, now: datetime) -> bool:
    """Mark the promise failed for good: ringing again would fail in the same way. False when it was kept meanwhile."""
    result = session.execute(
        update(Promise)
        .where(Promise.id == promise_id, Promise.done_at.is_(None))
        .values(error=error[:ERROR_LENGTH], failed_at=now)
    )
    return bool(result.rowcount)  # type: ignore[attr-defined]


def anything_due(session: Session, *, now: datetime, lease: timedelta) -> bool:
    """Whether `claim_due` would find work: a read that takes no lock."""
    return session.scalar(select(_due(now, lease).exists())) or False


def purge_done(session: Session, *, before: datetime) -> int:
    """Delete promises kept before `before`; their keys have served their purpose. Returns how many."""
    result = session.execute(delete(Promise).where(Promise.done_at < before))
    return int(result.rowcount)  # type: ignore[attr-defined]


def _due(now: datetime, lease: timedelta) -> Select[Promise]:
    return (
        select(Promise)
        .where(Promise.done_at.is_(None), Promise.failed_at.is_(None), Promise.due_at <= now)
        .where(Promise.rung_at.is_(None) | (Promise.rung_at < now - lease))
    )
