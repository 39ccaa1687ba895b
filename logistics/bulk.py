"""Writing many rows at once: insert what is new and update what is known, by its business key, on both databases."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Table, TextClause
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from logistics.db import Base

Rows = Sequence[Mapping[str, Any]]


def upsert(session: Session, model: type[Base], rows: Rows, *, key: tuple[str, ...]) -> dict[tuple[Any, ...], int]:
    """Insert the rows or, where `key` is known, overwrite the other columns named in them.

    Rows name the same columns and no key twice. Returns the id of every row by its key.
    """
    if not rows:
        return {}
    table = _table(model)
    upserting = _upserting(session, table, rows[0], key=key).returning(*(table.c[name] for name in key), table.c.id)
    return {tuple(row[:-1]): row[-1] for row in session.execute(upserting, list(rows))}


def overwrite(session: Session, model: type[Base], rows: Rows, *, key: tuple[str, ...]) -> None:
    """As `upsert`, for a table without an id."""
    if rows:
        session.execute(_upserting(session, _table(model), rows[0], key=key), list(rows))


def insert_new(
    session: Session,
    model: type[Base],
    rows: Rows,
    *,
    key: tuple[str, ...],
    where: TextClause | None = None,
) -> dict[tuple[Any, ...], int]:
    """Insert the rows whose `key` is not known and leave the known ones as they are; `where` as in `insert_missing`.
    Returns the new ids by key."""
    if not rows:
        return {}
    table = _table(model)
    statement = _insert(session, table).on_conflict_do_nothing(index_elements=key, index_where=where)
    inserting = statement.returning(*(table.c[name] for name in key), table.c.id)
    return {tuple(row[:-1]): row[-1] for row in session.execute(inserting, list(rows))}


def insert_missing(
    session: Session,
    model: type[Base],
    rows: Rows,
    *,
    key: tuple[str, ...],
    where: TextClause | None = None,
) -> None:
    """Insert the rows whose `key` is not known, also when two transactions do so at once; `where` is the condition of
    a key that is unique among some rows only."""
    if rows:
        inserting = _insert(session, _table(model)).on_conflict_do_nothing(index_elements=key, index_where=where)
        session.execute(inserting, list(rows))


def _upserting(
    session: Session, table: Table, row: Mapping[str, Any], *, key: tuple[str, ...]
) -> postgresql.Insert | sqlite.Insert:
    statement = _insert(session, table)
    # a table that is all key still needs a SET, else RETURNING leaves the known rows out
    changing = [name for name in row if name not in key] or list(key)
    return statement.on_conflict_do_update(
        index_elements=key, set_={name: statement.excluded[name] for name in changing}
    )


def _table(model: type[Base]) -> Table:
    table = model.__table__
    assert isinstance(table, Table)
    return table


def _insert(session: Session, table: Table) -> postgresql.Insert | sqlite.Insert:
    if session.get_bind().dialect.name == "postgresql":
        return postgresql.insert(table)
    return sqlite.insert(table)
