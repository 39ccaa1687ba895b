"""A database of the release before keeps its campaigns: what was closed had formed, and nothing else changes."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask
from flask_migrate import downgrade, upgrade

from logistics import create_app
from logistics.db import db
from tests.conftest import settings_for

STATES = ("draft", "open", "closed", "failed", "fulfilled")
OLD_ROWS = (
    "INSERT INTO merchants (id, code, name) VALUES (1, 'M', '商家')",
    "INSERT INTO stores (id, merchant_id, code, name, lng, lat, opens_min, closes_min)"
    " VALUES (1, 1, 'S', '店', 117, 36, 360, 1320)",
    *(
        "INSERT INTO campaigns (id, code, store_id, from_any_store, title, state, cut_off_at, delivery_date,"  # noqa: S608
        f" shortage_rule, seed, minimum_orders) VALUES ({number}, 'C{number}', 1, false, '团', '{state}',"
        " '2020-02-18 09:00:00.000000', '2020-02-19', 'proportional', 1, 3)"
        for number, state in enumerate(STATES, start=1)
    ),
    "INSERT INTO delivery_windows (id, campaign_id, code, starts_at, ends_at)"
    " VALUES (1, 3, 'AM', '2020-02-19 01:00:00.000000', '2020-02-19 04:00:00.000000')",
)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def old_app(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Flask]:
    """The app before the upgrade: a campaign in each state of release 0008."""
    engine, name = None, f"old_{uuid.uuid4().hex}"
    database = f"sqlite:///{tmp_path}/old.db"
    if request.param == "postgresql":
        server = request.getfixturevalue("postgres_server")
        engine = sa.create_engine(server, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.exec_driver_sql(f"CREATE DATABASE {name}")
        database = server.set(database=name).render_as_string(hide_password=False)
    app = create_app(settings_for(database, tmp_path))
    with app.app_context():
        upgrade(revision="0008")
        with db.engine.begin() as connection:
            for statement in OLD_ROWS:
                connection.exec_driver_sql(statement)
        yield app
        for one in db.engines.values():
            one.dispose()
    if engine is not None:
        with engine.connect() as connection:
            connection.exec_driver_sql(f"DROP DATABASE {name} WITH (FORCE)")
        engine.dispose()


def states() -> list[str]:
    with db.engine.connect() as connection:
        return [row[0] for row in connection.exec_driver_sql("SELECT state FROM campaigns ORDER BY id")]


def test_what_was_closed_had_formed_and_goes_back_as_closed(old_app: Flask) -> None:
    upgrade(revision="0009")
    after = states()
    with db.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE campaigns SET state = 'filed' WHERE id = 1")
        connection.exec_driver_sql("UPDATE campaigns SET state = 'closed' WHERE id = 2")
        windows = connection.exec_driver_sql("SELECT campaign_id FROM delivery_windows").scalars().all()
    downgrade(revision="0008")

    assert after == ["draft", "open", "formed", "failed", "fulfilled"]
    assert windows == [3]  # the tables that point to campaigns kept their rows
    assert states() == ["draft", "open", "closed", "failed", "fulfilled"]


def test_the_database_refuses_a_state_that_is_none(old_app: Flask) -> None:
    upgrade(revision="0009")

    with pytest.raises(sa.exc.IntegrityError), db.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE campaigns SET state = 'gone' WHERE id = 1")
