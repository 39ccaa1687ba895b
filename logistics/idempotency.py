"""Answers kept under a client's `Idempotency-Key`, so that a retry returns the same answer and creates nothing twice.

The answer is stored in the transaction of its effect: either both are there or neither, whatever dies in between. A
failure is stored no more than its effect is, so a refused request may be corrected or repeated under the same key. Keys
of different accounts never meet, and a key is forgotten after a day.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import JSON, ForeignKey, String, UniqueConstraint, delete, func, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, Session, mapped_column

from logistics.db import Base, UtcDateTime
from logistics.errors import N_, Conflict, DomainError, Invalid

HEADER = "Idempotency-Key"
REPLAYED = "Idempotency-Replayed"
KEY_LENGTH_MAX = 255
KEPT = timedelta(hours=24)


class IdempotentAnswer(Base):
    """The answer to one keyed request of one account. `status` is None only inside the first one's transaction."""

    __tablename__ = "idempotent_answers"
    __table_args__ = (UniqueConstraint("account_id", "key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"))
    key: Mapped[str] = mapped_column(String(255))
    request_sha256: Mapped[str] = mapped_column(String(64))
    status: Mapped[int | None]
    body: Mapped[Any | None] = mapped_column(JSON)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)


class KeyMissing(DomainError):
    template = N_("This request needs the header Idempotency-Key: any text of up to 255 characters, new per order.")
    code = "idempotency_key_missing"
    status = 400


class BadKey(DomainError):
    template = N_("Idempotency-Key must be 1 to 255 printable ASCII characters.")
    code = "bad_idempotency_key"
    status = 400


class KeyReused(Invalid):
    template = N_("This Idempotency-Key was used for another request; use a new key.")
    code = "idempotency_key_reused"


class InFlight(Conflict):
    template = N_("A request with this Idempotency-Key is being worked on; ask again in a moment.")
    code = "idempotency_in_flight"


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyedRequest:
    """One keyed request: `sha256` is over what it asks for."""

    account_id: int
    key: str
    sha256: str

    def __post_init__(self) -> None:
        if not 1 <= len(self.key) <= KEY_LENGTH_MAX or not (self.key.isascii() and self.key.isprintable()):
            raise BadKey()


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    status: int
    body: Any
    replayed: bool


def fingerprint(*, method: str, path: str, payload: Any) -> str:
    """SHA-256 of what a request asks for; the order of JSON members does not matter."""
    text = json.dumps([method, path, payload], sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def answer_once(
    session: Session, request: KeyedRequest, effect: Callable[[], tuple[Any, int]], *, now: datetime
) -> Answer:
    """Carry out `effect` for the first request of a key, and return the kept answer to every later one.

    Two at once: on PostgreSQL the second is refused while the first is under way; on SQLite, which has one writer, it
    waits and gets the first one's answer.

    Raises:
        KeyReused: the key belongs to a request for something else.
        InFlight: the first request of the key is not finished.
    """
    if session.get_bind().dialect.name == "postgresql":
        lock = hashlib.sha256(f"{request.account_id}:{request.key}".encode()).digest()[:8]
        if not session.scalar(select(func.pg_try_advisory_xact_lock(int.from_bytes(lock, "big", signed=True)))):
            raise InFlight()
    mine = (IdempotentAnswer.account_id == request.account_id, IdempotentAnswer.key == request.key)
    session.execute(delete(IdempotentAnswer).where(*mine, IdempotentAnswer.created_at < now - KEPT))
    if not _claim(session, request, now=now):
        kept = session.scalars(select(IdempotentAnswer).where(*mine)).one()
        if kept.request_sha256 != request.sha256:
            raise KeyReused()
        if kept.status is None:
            raise InFlight()
        return Answer(status=kept.status, body=kept.body, replayed=True)
    body, status = effect()
    session.execute(update(IdempotentAnswer).where(*mine).values(status=status, body=body))
    return Answer(status=status, body=body, replayed=False)


def purge(session: Session, *, now: datetime) -> int:
    """Forget the answers whose keys no longer count. Returns how many."""
    result = session.execute(delete(IdempotentAnswer).where(IdempotentAnswer.created_at < now - KEPT))
    return int(result.rowcount)  # type: ignore[attr-defined]


def _claim(session: Session, request: KeyedRequest, *, now: datetime) -> bool:
    """Whether the key was free; a concurrent claim of the same key waits for the other's end here."""
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    claimed = session.scalar(
        insert(IdempotentAnswer)
        .values(account_id=request.account_id, key=request.key, request_sha256=request.sha256, created_at=now)
        .on_conflict_do_nothing(index_elements=["account_id", "key"])
        .returning(IdempotentAnswer.id)  # the row count of an insert says nothing on PostgreSQL
    )
    return claimed is not None
