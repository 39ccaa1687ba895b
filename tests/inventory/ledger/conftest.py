"""SQLite does not wait for the disk: nothing here outlives a power cut, and a killed process loses nothing that it has
written."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import event

from logistics.db import db


@pytest.fixture
def any_tables(any_tables: Flask) -> Flask:
    """The tables on each kind of database in turn."""
    return _quick(any_tables)


@pytest.fixture
def tables(tables: Flask) -> Flask:
    """The tables on SQLite."""
    return _quick(tables)


def _quick(app: Flask) -> Flask:
    if db.engine.dialect.name == "sqlite":
        event.listen(db.engine, "connect", lambda connection, _: connection.execute("PRAGMA synchronous=OFF"))
    return app
