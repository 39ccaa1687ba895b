"""Keys under which something is entered once: a client's own, and the ledger's, which stand among everybody's."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import bindparam, or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from logistics.inventory.ledger.errors import KeyReused
from logistics.inventory.ledger.tables import SHIPMENTS, STOCK_COUNTS, TRANSFERS

UNIQUE_VIOLATION = "23505"
"""What PostgreSQL calls a row that is there already."""

_USED = select(
    or_(
        *(
            select(column).where(column == bindparam("key")).exists()
            for column in (TRANSFERS.c.key, STOCK_COUNTS.c.key, SHIPMENTS.c.arrival_key)
        )
    )
)


def ledger_key(*, account_id: int, key: str, way: str = "api") -> str:
    """A key for the ledger, at most 60 characters, from the key that an account made up for one request."""
    return f"{way}:{account_id}:{hashlib.sha256(key.encode()).hexdigest()[:40]}"


def require_free_key(session: Session, key: str) -> None:
    """For what may move nothing: a count that agrees, or an arrival of nothing, writes no transfer that would refuse a
    key in use.

    Raises:
        KeyReused: a movement, a count or an arrival has it.
    """
    if session.connection().scalar(_USED, {"key": key}):
        raise KeyReused(key=key)


@contextmanager
def held(key: str) -> Iterator[None]:
    """Around the statement that writes a key: another item's movement may take it at this very moment, and is noticed
    by the database alone.

    Raises:
        KeyReused: it did.
    """
    try:
        yield
    except IntegrityError as error:
        if getattr(error.orig, "sqlstate", None) == UNIQUE_VIOLATION or "UNIQUE" in str(error.orig):
            raise KeyReused(key=key) from error
        raise
