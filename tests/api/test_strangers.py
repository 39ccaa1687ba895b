"""What a stranger could try from outside: forged hosts, forged sessions, the published passwords of the sample."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask, request
from flask.sessions import SecureCookieSessionInterface
from sqlalchemy import update

from logistics import create_app
from logistics.accounts.models import Account, Role
from logistics.day.models import Day, DaySource
from logistics.day.sample.guard import DemoInProduction
from logistics.db import db, transaction
from logistics.web.here import public_address
from tests.api.world import an_account
from tests.builders import a_day
from tests.conftest import settings_for

FORWARDED = {"X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "https"}
PRODUCTION = {"PLATFORM_ENV": "production", "SECRET_KEY": "s" * 40}


@pytest.fixture
def made(sqlite_database: str, tmp_path: Path) -> Iterator[list[Flask]]:
    apps: list[Flask] = []
    yield apps
    for app in apps:
        with app.app_context():
            for engine in db.engines.values():
                engine.dispose()


def an_app(made: list[Flask], database: str, folder: Path, **env: str) -> Flask:
    made.append(create_app(settings_for(database, folder, **env)))
    return made[-1]


def printed(app: Flask, **headers: str) -> tuple[int, list[str]]:
    """The status of a page asked for with these headers, and the address it would print on paper."""
    seen: list[str] = []

    def look() -> None:
        if request.endpoint is not None:
            seen.append(public_address("web.account.login"))

    app.before_request_funcs.setdefault(None, []).append(look)
    return app.test_client().get("/login", headers=headers).status_code, seen


@pytest.mark.parametrize("secret", ["", "development-only-secret"])
def test_a_session_signed_with_a_key_that_is_known_is_nobodys(
    made: list[Flask], sqlite_database: str, tmp_path: Path, secret: str
) -> None:
    app = an_app(made, sqlite_database, tmp_path, HOST="0.0.0.0")  # noqa: S104
    with app.app_context(), transaction() as session:
        boss = an_account(session, "boss", Role.ADMIN)
    forger = Flask("forger")
    forger.secret_key = secret or "development-only-secret"
    signer = SecureCookieSessionInterface().get_signing_serializer(forger)
    assert signer is not None
    client = app.test_client()
    client.set_cookie("session", str(signer.dumps({"account_id": boss, "epoch": 0})))

    assert client.get("/api/v1/me").status_code == 401


def test_the_host_a_stranger_forwards_is_not_printed(made: list[Flask], sqlite_database: str, tmp_path: Path) -> None:
    behind_a_proxy = an_app(made, sqlite_database, tmp_path, PROXY_HOPS="1")
    listed = an_app(made, sqlite_database, tmp_path, PROXY_HOPS="1", TRUSTED_HOSTS="p.example, q.example")
    named = an_app(made, sqlite_database, tmp_path, PUBLIC_URL="https://p.example")

    assert printed(behind_a_proxy, **FORWARDED) == (200, ["https://localhost/login"])
    assert printed(listed, **{**FORWARDED, "X-Forwarded-Host": "q.example"}) == (200, ["https://q.example/login"])
    assert printed(listed, **FORWARDED) == (400, [])
    assert printed(named, Host="evil.example") == (200, ["https://p.example/login"])


def test_production_answers_nobody_on_the_sample_day_until_its_accounts_are_off(
    made: list[Flask], sqlite_database: str, tmp_path: Path
) -> None:
    app = an_app(made, sqlite_database, tmp_path, **PRODUCTION)
    client = app.test_client()
    with app.app_context(), transaction() as session:
        session.get_one(Day, a_day(session, [])).source = DaySource.SAMPLE
        an_account(session, "resident-of-ours", Role.COURIER)
        demo = an_account(session, "courier", Role.COURIER)

    refused = client.get("/login", base_url="https://p.example"), client.get("/api/v1/me")
    healthy = client.get("/healthz")
    with app.app_context(), transaction() as session:
        session.execute(update(Account).where(Account.id == demo).values(active=False))
    after = client.get("/login", base_url="https://p.example")

    assert [answer.status_code for answer in (*refused, healthy, after)] == [503, 503, 200, 200]
    assert refused[1].json["code"] == DemoInProduction.code


def test_development_runs_on_the_sample_day(app: Flask) -> None:
    with transaction() as session:
        session.get_one(Day, a_day(session, [])).source = DaySource.SAMPLE
        an_account(session, "courier", Role.COURIER)

    assert app.test_client().get("/login").status_code == 200
