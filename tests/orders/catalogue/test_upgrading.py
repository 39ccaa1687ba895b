"""A database of the release before keeps its products, and they are what they were: by piece, ambient, packs of one."""

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

OLD_ROWS = (
    "INSERT INTO merchants (id, code, name) VALUES (1, 'M', '商家')",
    "INSERT INTO stores (id, merchant_id, code, name, lng, lat, opens_min, closes_min)"
    " VALUES (1, 1, 'S', '店', 117, 36, 360, 1320)",
    "INSERT INTO products (id, merchant_id, sku, name, category, unit, price_cents, weight_g, volume_ml)"
    " VALUES (1, 1, 'V01', '白菜', '菜', '袋', 500, 1000, 2000), (2, 1, 'V02', '萝卜', '', '', 0, 0, 0)",
    "INSERT INTO campaigns (id, code, store_id, from_any_store, title, state, cut_off_at, delivery_date, shortage_rule,"
    " seed, minimum_orders) VALUES (1, 'C', 1, false, '团', 'open', '2020-02-18 09:00:00.000000', '2020-02-19',"
    " 'proportional', 1, 0)",
    "INSERT INTO offers (id, campaign_id, product_id, price_cents) VALUES (1, 1, 1, 450)",
)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def old_app(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Flask]:
    """The app before the upgrade: two products, one of them offered, stand in the tables of release 0007."""
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
        upgrade(revision="0007")
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


def read(statement: str) -> list[tuple[object, ...]]:
    with db.engine.connect() as connection:
        return [tuple(row) for row in connection.exec_driver_sql(statement)]


def test_products_stay_what_they_were_and_their_history_begins(old_app: Flask) -> None:
    upgrade(revision="0008")

    products = (
        "SELECT id, sku, price_cents, weight_g, sold_by, pack_size, temperature, price_per_kg_cents FROM products"
    )
    assert read(f"{products} ORDER BY id") == [
        (1, "V01", 500, 1000, "piece", 1, "ambient", None),
        (2, "V02", 0, 0, "piece", 1, "ambient", None),
    ]
    assert read("SELECT product_id, cause, old_price_cents, price_cents, weight_g FROM product_prices ORDER BY id") == [
        (1, "taken_over", None, 500, 1000),
        (2, "taken_over", None, 0, 0),
    ]
    assert read("SELECT id, product_id, price_cents FROM offers") == [(1, 1, 450)]


@pytest.mark.parametrize(
    "change",
    [
        "sold_by = 'weight'",
        "price_per_kg_cents = 5",
        "sold_by = 'weight', price_per_kg_cents = 5, pack_size = 2",
        "pack_size = 0",
        "temperature = 'hot'",
    ],
)
def test_the_database_refuses_what_no_product_is(old_app: Flask, change: str) -> None:
    upgrade(revision="0008")

    with pytest.raises(sa.exc.IntegrityError), db.engine.begin() as connection:
        connection.exec_driver_sql(f"UPDATE products SET {change} WHERE id = 1")  # noqa: S608


def test_a_database_goes_back_with_its_products(old_app: Flask) -> None:
    upgrade(revision="0008")
    downgrade(revision="0007")

    assert read("SELECT id, sku, price_cents FROM products ORDER BY id") == [(1, "V01", 500), (2, "V02", 0)]
    assert read("SELECT id, product_id FROM offers") == [(1, 1)]
    upgrade(revision="0008")
    assert len(read("SELECT id FROM product_prices")) == 2
