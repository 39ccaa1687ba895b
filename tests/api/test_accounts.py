"""Signing in: passwords, tokens, sessions, and how often they may be tried."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import flask
import pytest
from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update

from logistics import create_app
from logistics.accounts import service, signin
from logistics.accounts.limits import TryCounter
from logistics.accounts.models import Account, ApiToken, Role
from logistics.db import reading, transaction
from logistics.errors import Invalid
from tests.api.world import PASSWORD, a_town, an_account, bearer, signed_in, utc_now
from tests.conftest import settings_for

TOKENS = "/api/v1/tokens"


@pytest.fixture
def courier_id(app: Flask) -> int:
    with transaction() as session:
        return an_account(session, "courier", Role.COURIER)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


def ask(client: FlaskClient, password: str = PASSWORD, username: str = "courier", **more: Any) -> Any:
    return client.post(TOKENS, json={"username": username, "password": password, **more})


def test_a_password_gets_a_token_whose_secret_is_kept_only_as_a_hash(client: FlaskClient, courier_id: int) -> None:
    made = ask(client, name="phone", days=7)

    assert made.status_code == 201
    assert client.get("/api/v1/me", headers=bearer(made.json["secret"])).json["username"] == "courier"
    with reading() as session:
        row = session.get_one(ApiToken, made.json["id"])
        assert made.json["secret"] not in (row.token_sha256, row.name)
        assert row.expires_at - row.created_at == timedelta(days=7)


@pytest.mark.parametrize(
    ("username", "password"), [("courier", "wrong password"), ("nobody", PASSWORD), (" ", PASSWORD)]
)
def test_a_wrong_password_and_an_unknown_account_sound_the_same(
    client: FlaskClient, courier_id: int, username: str, password: str
) -> None:
    answer = ask(client, password, username)

    assert (answer.status_code, answer.json["code"]) == (401, "wrong_password")


def test_a_switched_off_account_cannot_sign_in_nor_use_its_tokens(client: FlaskClient, courier_id: int) -> None:
    secret = ask(client).json["secret"]
    with transaction() as session:
        session.execute(update(Account).values(active=False))

    assert ask(client).status_code == 401
    assert client.get("/api/v1/me", headers=bearer(secret)).status_code == 401


def test_a_revoked_token_ends_at_once_and_twice_is_not_found(client: FlaskClient, courier_id: int) -> None:
    first, second = ask(client).json, ask(client).json
    headers = bearer(second["secret"])

    assert client.delete(f"{TOKENS}/{first['id']}", headers=headers).status_code == 204
    assert client.get("/api/v1/me", headers=bearer(first["secret"])).status_code == 401
    assert client.delete(f"{TOKENS}/{first['id']}", headers=headers).status_code == 404
    assert [token["id"] for token in client.get(TOKENS, headers=headers).json] == [second["id"]]


def test_a_token_counts_until_its_last_second(app: Flask, courier_id: int) -> None:
    now = utc_now()
    with transaction() as session:
        secret = service.create_token(session, courier_id, name="t", days=1, now=now).secret

    with reading() as session:
        last = service.viewer_of_token(session, secret, now=now + timedelta(days=1, seconds=-1))
        after = service.viewer_of_token(session, secret, now=now + timedelta(days=1))

    assert last is not None
    assert after is None


@pytest.mark.parametrize("header", ["Bearer", "Bearer ", "Bearer nonsense", "Basic YTpi", "Bearer \xff", "lhm_x"])
def test_a_header_that_holds_no_token_is_not_signed_in(client: FlaskClient, header: str) -> None:
    assert client.get("/api/v1/me", headers={"Authorization": header}).status_code == 401


def test_an_old_hash_is_renewed_at_sign_in(client: FlaskClient, courier_id: int) -> None:
    weak = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
    with transaction() as session:
        session.execute(update(Account).values(password_hash=weak))

    assert ask(client).status_code == 201

    with reading() as session:
        stored = session.scalars(select(Account.password_hash)).one()
    assert stored != weak
    assert ask(client).status_code == 201


def test_signing_out_everywhere_ends_every_session_and_no_token(app: Flask, courier_id: int) -> None:
    phone, csrf = signed_in(app, courier_id)
    desk, _ = signed_in(app, courier_id)
    secret = ask(app.test_client()).json["secret"]
    before = desk.get("/api/v1/me").status_code

    ended = phone.delete("/api/v1/sessions", headers={"X-CSRFToken": csrf})

    assert (before, ended.status_code, desk.get("/api/v1/me").status_code) == (200, 204, 401)
    assert app.test_client().get("/api/v1/me", headers=bearer(secret)).status_code == 200


def test_signing_in_renews_the_session(app: Flask, courier_id: int) -> None:
    with app.test_request_context():
        flask.session.update(planted="by somebody else", csrf_token="a" * 40)
        signin.sign_in("courier", PASSWORD)
        kept = dict(flask.session)

    assert kept == {"account_id": courier_id, "epoch": 0, "_permanent": True}


def test_the_eleventh_try_in_a_minute_is_refused_even_with_the_right_password(
    client: FlaskClient, courier_id: int
) -> None:
    answers = [ask(client, "wrong password").status_code for _ in range(10)]

    eleventh = ask(client)

    assert answers == [401] * 10
    assert (eleventh.status_code, eleventh.json["code"]) == (429, "too_many_requests")
    assert int(eleventh.headers["Retry-After"]) == 60


def test_another_account_may_still_try_from_the_same_address(client: FlaskClient, courier_id: int) -> None:
    for _ in range(11):
        ask(client, "wrong password")

    assert ask(client, "wrong password", "somebody-else").status_code == 401


def test_one_address_may_not_try_fifty_accounts(client: FlaskClient, courier_id: int) -> None:
    answers = [ask(client, "x", f"account-{n}").status_code for n in range(51)]

    assert answers == [401] * 50 + [429]  # 5 times the 10 of a single account


def test_redis_down_neither_refuses_a_sign_in_nor_frees_the_tries(
    sqlite_database: str, tmp_path: Path, courier_id: int
) -> None:
    app = create_app(settings_for(sqlite_database, tmp_path, PLATFORM_ENV="development"))
    assert app.extensions["try_counter"].redis_url  # the counter of a test app has none
    client = app.test_client()

    answers = [ask(client).status_code for _ in range(11)]

    assert answers == [201] * 10 + [429]


def test_a_counter_leaves_a_dead_redis_alone_for_a_while(tmp_path: Path) -> None:
    from limits import parse

    counter = TryCounter(f"unix://{tmp_path}/no-such.sock")

    assert counter.hit(parse("1 per minute"), "a") is True
    assert counter.hit(parse("1 per minute"), "a") is False
    assert counter._ask_redis_after > 0


def test_an_account_is_made_from_the_command_line(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "en_US.UTF-8")
    runner = app.test_cli_runner()

    made = runner.invoke(args=["create-account", "root", "--role", "admin"], input="a long password\n")
    again = runner.invoke(args=["create-account", "root", "--role", "admin"], input="a long password\n")

    assert made.exit_code == 0, made.output
    assert (again.exit_code, "already an account root" in again.output) == (1, True)
    assert ask(app.test_client(), "a long password", "root").status_code == 201


@pytest.mark.parametrize(("length", "accepted"), [(9, False), (10, True), (256, True), (257, False)])
def test_a_password_has_10_to_256_characters(length: int, accepted: bool) -> None:
    def make() -> service.NewAccount:
        return service.NewAccount(username="x", password="p" * length, role=Role.ADMIN)

    if accepted:
        assert make().password == "p" * length
    else:
        with pytest.raises(Invalid):
            make()


def test_an_account_has_the_scope_of_its_role_and_no_other(app: Flask) -> None:
    with transaction() as session:
        town = a_town(session)

    with pytest.raises(Invalid):
        service.NewAccount(username="x", password=PASSWORD, role=Role.RESIDENT)
    with pytest.raises(Invalid):
        service.NewAccount(username="x", password=PASSWORD, role=Role.ADMIN, area_id=town.district_id)


def test_behind_a_proxy_the_callers_own_address_is_counted(
    sqlite_database: str, tmp_path: Path, courier_id: int
) -> None:
    app = create_app(settings_for(sqlite_database, tmp_path, PROXY_HOPS="1"))
    client = app.test_client()

    def try_from(address: str) -> int:
        body = {"username": "courier", "password": "wrong password"}
        return client.post(TOKENS, json=body, headers={"X-Forwarded-For": address}).status_code

    assert [try_from("192.0.2.1") for _ in range(11)] == [401] * 10 + [429]
    assert try_from("192.0.2.2") == 401
