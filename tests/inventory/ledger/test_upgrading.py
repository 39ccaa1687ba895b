"""A database of the release before: its receipts become lots and the first links of the chain, and it can go back."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask_migrate import downgrade, upgrade

from logistics import create_app
from logistics.db import db, reading
from logistics.inventory.ledger.models import Lot, Transfer
from logistics.inventory.ledger.rules import SourceKind
from logistics.inventory.ledger.service import KeyReused, Receipt, receive, stock_of_areas, verify
from tests.builders import NOW
from tests.conftest import settings_for
from tests.inventory.ledger.ledgering import done, received, stock

OLD_ROWS = (
    "INSERT INTO areas (id, code, name, level) VALUES (1, 'D', '历下', 'district'), (2, 'S', '甸柳', 'street_office')",
    "INSERT INTO items (id, code, name, unit, pack_size) VALUES (1, 'MASK', '口罩', '只', 50)",
    "INSERT INTO items (id, code, name, unit, pack_size) VALUES (4, 'GEL', '凝胶', '瓶', 1)",
    "INSERT INTO holders (id, kind, name, area_id) VALUES (1, 'supplier', 'supplier', NULL), (2, 'area', '甸柳', 2),"
    " (5, 'area', '历下', 1)",
    "INSERT INTO transfers (id, key, kind, item_id, source, happened_at) VALUES"
    " (1, 'R1', 'receipt', 1, '市里', '2020-02-18 09:00:00.000000'),"
    " (2, 'R2', 'receipt', 4, '捐赠', '2020-02-18 10:00:00.000000'),"
    " (7, 'R3', 'receipt', 1, '捐赠', '2020-02-19 09:00:00.500000'),"
    " (8, 'R4', 'receipt', 1, '市里', '2020-02-20 09:00:00.000000')",
    "INSERT INTO entries (id, transfer_id, holder_id, quantity) VALUES (1, 1, 1, -500), (2, 1, 2, 500),"
    " (3, 2, 1, -30), (4, 2, 2, 30), (5, 7, 1, -70), (6, 7, 5, 70), (9, 8, 1, -5), (10, 8, 2, 5)",
)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def old_database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of an empty database, without tables."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/old.db"
        return
    server = request.getfixturevalue("postgres_server")
    name = f"old_{uuid.uuid4().hex}"
    engine = sa.create_engine(server, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql(f"CREATE DATABASE {name}")
    yield server.set(database=name).render_as_string(hide_password=False)
    with engine.connect() as connection:
        connection.exec_driver_sql(f"DROP DATABASE {name} WITH (FORCE)")
    engine.dispose()


@pytest.fixture
def old_app(old_database: str, tmp_path: Path) -> Iterator[Flask]:
    """The app before the upgrade: four receipts stand in the tables of release 0002."""
    app = create_app(settings_for(old_database, tmp_path))
    with app.app_context():
        upgrade(revision="0002")
        with db.engine.begin() as connection:
            if connection.dialect.name == "postgresql":  # moments of UTC, wherever the server stands
                connection.exec_driver_sql("SET TIME ZONE 'UTC'")
            for statement in OLD_ROWS:
                connection.exec_driver_sql(statement)
            if connection.dialect.name == "postgresql":
                for table in ("areas", "items", "holders", "transfers", "entries"):
                    connection.exec_driver_sql(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), 20)")
        yield app
        for engine in db.engines.values():
            engine.dispose()


def test_a_database_with_receipts_is_upgraded_with_all_it_says(old_app: Flask) -> None:
    upgrade()

    assert stock() == {1: 70, 2: 535}  # 500 + 30 + 5
    with reading() as session:
        result = verify(session)
        lots = session.execute(select_lots()).all()
        moments = session.scalars(sa.select(Transfer.happened_at).order_by(Transfer.id)).all()
        keys = session.execute(sa.select(Transfer.key, Transfer.sequence).order_by(Transfer.id)).all()
        counted = [(row.item_code, row.area_name, row.on_hand) for row in stock_of_areas(session, None)]
    assert result.findings == []
    assert [(chain.item, chain.transfer_count) for chain in result.chains] == [("GEL", 1), ("MASK", 3)]
    # masks came of two sources
    assert lots == [
        (1, "市里", SourceKind.UNSTATED),
        (1, "捐赠", SourceKind.UNSTATED),
        (4, "捐赠", SourceKind.UNSTATED),
    ]
    assert moments[0] == datetime(2020, 2, 18, 9, 0, tzinfo=UTC)
    assert moments[2] == datetime(2020, 2, 19, 9, 0, 0, 500_000, tzinfo=UTC)
    assert keys == [("R1", 1), ("R2", 1), ("R3", 2), ("R4", 3)]
    assert counted == [("GEL", "甸柳", 30), ("MASK", "历下", 70), ("MASK", "甸柳", 505)]


def select_lots() -> sa.Select[int, str, SourceKind]:
    return sa.select(Lot.item_id, Lot.source_name, Lot.source_kind).order_by(Lot.item_id, Lot.id)


def test_the_upgraded_ledger_goes_on(old_app: Flask) -> None:
    upgrade()

    said: dict[str, Any] = {"key": "R1", "item_id": 1, "area_id": 2, "quantity": 500, "source": "市里"}
    assert done(receive, Receipt(**said)) == 1  # a retry from before the upgrade
    received(1, 2, 100, key="R9")

    assert stock() == {1: 70, 2: 635}
    with reading() as session:
        assert verify(session).findings == []
    for other in ({"item_id": 4}, {"quantity": 501}, {"area_id": 1}, {"source": "捐赠"}):
        with pytest.raises(KeyReused):
            done(receive, Receipt(**{**said, **other}))
    with pytest.raises(sa.exc.DBAPIError, match="is append-only"), db.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE transfers SET reason = 'x' WHERE id = 1")


def test_receipts_go_back_to_the_release_before_and_anything_else_stays(
    old_app: Flask, caplog: pytest.LogCaptureFixture
) -> None:
    upgrade(revision="0003")
    downgrade(revision="0002")
    with db.engine.connect() as connection:
        rows = connection.exec_driver_sql("SELECT id, key, kind, source FROM transfers ORDER BY id").all()
        sums = connection.exec_driver_sql("SELECT holder_id, sum(quantity) FROM entries GROUP BY holder_id").all()
        names = connection.exec_driver_sql("SELECT name FROM holders ORDER BY id").scalars().all()
    assert [tuple(row) for row in rows] == [
        (1, "R1", "receipt", "市里"),
        (2, "R2", "receipt", "捐赠"),
        (7, "R3", "receipt", "捐赠"),
        (8, "R4", "receipt", "市里"),
    ]
    assert {holder: int(total) for holder, total in sums} == {1: -605, 2: 535, 5: 70}
    assert names == ["supplier", "甸柳", "历下"]

    upgrade(revision="0003")
    with db.engine.begin() as connection:
        moved = (
            "INSERT INTO transfers (id, key, kind, item_id, reason, happened_at, digest, sequence, previous_hash, hash)"
        )
        values = f"VALUES (30, 'W1', 'write_off', 1, 'x', '{NOW:%Y-%m-%d %H:%M:%S}', '', 4, 'x', 'y')"
        connection.exec_driver_sql(f"{moved} {values}")
    with pytest.raises(SystemExit):  # which is how Flask-Migrate ends
        downgrade(revision="0002")
    assert "the ledger holds 1 movements that release 0002 cannot tell" in caplog.text
