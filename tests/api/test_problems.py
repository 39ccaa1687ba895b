"""Every error has one shape, says what would be right, and is never a 500 that a caller can cause."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.exc import IntegrityError, OperationalError

from logistics.accounts.models import Role
from logistics.db import transaction
from tests.api.world import a_market, a_token, an_account, bearer, signed_in

ORDERS = "/api/v1/orders"


@pytest.fixture
def shop(app: Flask) -> dict[str, Any]:
    with transaction() as session:
        town, campaign = a_market(session)
        resident = an_account(session, "resident", Role.RESIDENT, household_id=town.households[0][0])
        worker = an_account(session, "worker", Role.COMMUNITY_WORKER, area_id=town.community_id)
        return {
            "campaign_id": campaign.campaign_id,
            "resident_id": resident,
            "token": a_token(session, resident),
            "worker": a_token(session, worker),
        }


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


def send(client: FlaskClient, shop: dict[str, Any], body: Any, **headers: str) -> Any:
    return client.post(ORDERS, json=body, headers=bearer(shop["token"], **{"Idempotency-Key": "k", **headers}))


def raw(client: FlaskClient, shop: dict[str, Any], body: bytes, content_type: str = "application/json") -> Any:
    headers = bearer(shop["token"], **{"Idempotency-Key": "k", "Content-Type": content_type})
    return client.post(ORDERS, data=body, headers=headers)


def good(shop: dict[str, Any], **changed: Any) -> dict[str, Any]:
    line = {"sku": "V01", "quantity": 1}
    return {"campaign_id": shop["campaign_id"], "window_code": "AM", "lines": [line], **changed}


def test_a_problem_has_the_members_of_rfc_9457(client: FlaskClient) -> None:
    answer = client.get("/api/v1/nothing-here", headers={"Accept-Language": "en"})

    assert answer.content_type == "application/problem+json"
    assert answer.json == {
        "type": "urn:last-hundred-metres:problem:not_found",
        "title": "Not found",
        "status": 404,
        "detail": "There is nothing here, or it is not yours to see.",
        "instance": "/api/v1/nothing-here",
        "code": "not_found",
    }


def test_field_errors_point_into_the_body(client: FlaskClient, shop: dict[str, Any]) -> None:
    lines = [{"sku": "V01", "quantity": 0}, {"sku": "V01", "quantity": 1, "price_cents": 1}]

    answer = send(client, shop, good(shop, lines=lines, state="collected"))

    assert (answer.status_code, answer.json["code"]) == (422, "invalid")
    assert {error["pointer"] for error in answer.json["errors"]} == {
        "#/lines/0/quantity",
        "#/lines/1/price_cents",
        "#/state",
    }


@pytest.mark.parametrize("quantity", [2.9, 2.0, "2", "２", True, None, 10**30, -1, 0, 1000, [1], {"n": 1}])
def test_a_quantity_is_a_whole_number_and_nothing_like_it(
    client: FlaskClient, shop: dict[str, Any], quantity: Any
) -> None:
    answer = send(client, shop, good(shop, lines=[{"sku": "V01", "quantity": quantity}]))

    assert answer.status_code == 422
    assert answer.json["errors"][0]["pointer"].startswith("#/lines/0/quantity")


@pytest.mark.parametrize("sku", ["", "a\x00b", "\ud800", "x" * 65, "a\nb", 7])
def test_a_text_is_printable_and_bounded(client: FlaskClient, shop: dict[str, Any], sku: Any) -> None:
    assert send(client, shop, good(shop, lines=[{"sku": sku, "quantity": 1}])).status_code == 422


def test_malformed_json_is_told_by_line_and_column(client: FlaskClient, shop: dict[str, Any]) -> None:
    answer = raw(client, shop, b'{"campaign_id": 1,\n  "lines": [}')

    assert (answer.status_code, answer.json["code"]) == (400, "malformed_json")
    assert answer.json["data"] == {"line": 2, "column": 13}


@pytest.mark.parametrize(
    ("body", "content_type", "status"),
    [
        (b'{"a": "\xff"}', "application/json", 400),
        (b"[" * 200_000, "application/json", 400),
        (b"a=1", "application/x-www-form-urlencoded", 415),
        (b"{}", "text/plain", 415),
        (b"[]", "application/json", 422),
        (b"null", "application/json", 422),
        (b'{"x": "' + b"x" * 1_100_000 + b'"}', "application/json", 413),
    ],
)
def test_a_body_that_is_no_json_object_is_refused(
    client: FlaskClient, shop: dict[str, Any], body: bytes, content_type: str, status: int
) -> None:
    answer = raw(client, shop, body, content_type)

    assert answer.status_code == status
    assert answer.content_type == "application/problem+json"


@pytest.mark.parametrize(
    "query", ["limit=0", "limit=501", "limit=x", "limit=１", "offset=-1", "state=gone", "campaing_id=1", "limit=1.0"]
)
def test_a_wrong_or_misspelt_filter_is_refused_by_name(client: FlaskClient, shop: dict[str, Any], query: str) -> None:
    answer = client.get(f"{ORDERS}?{query}", headers=bearer(shop["token"]))

    assert answer.status_code == 422
    assert answer.json["errors"][0]["parameter"] == query.partition("=")[0]


def test_a_method_that_is_not_taken_names_those_that_are(client: FlaskClient, shop: dict[str, Any]) -> None:
    answer = client.delete(ORDERS, headers=bearer(shop["token"]))

    assert (answer.status_code, answer.json["code"]) == (405, "method_not_allowed")
    assert {"GET", "POST"} <= set(answer.headers["Allow"].replace(" ", "").split(","))


def test_a_rule_that_refuses_gives_its_facts(client: FlaskClient, shop: dict[str, Any]) -> None:
    answer = send(client, shop, good(shop, window_code="NIGHT"))

    assert (answer.status_code, answer.json["code"]) == (422, "unknown_window")
    assert answer.json["data"]["window"] == "NIGHT"
    assert answer.json["data"]["windows"] == ["AM"]


def test_a_proxy_order_must_name_its_household(client: FlaskClient, shop: dict[str, Any]) -> None:
    headers = bearer(shop["worker"], **{"Idempotency-Key": "k"})

    answer = client.post(ORDERS, json=good(shop), headers=headers)

    assert (answer.status_code, answer.json["code"]) == (422, "household_missing")
    assert answer.json["errors"][0]["pointer"] == "#/household_id"


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (IntegrityError("INSERT", {}, Exception("unique")), 409, "changed_meanwhile"),
        (OperationalError("BEGIN", {}, Exception("database is locked")), 503, "unavailable"),
        (ZeroDivisionError(), 500, "internal"),
    ],
)
def test_what_goes_wrong_below_is_told_without_its_insides(
    app: Flask, shop: dict[str, Any], error: Exception, status: int, code: str
) -> None:
    def breaks() -> None:
        raise error

    app.view_functions["accounts.show_me"] = breaks

    answer = app.test_client().get("/api/v1/me", headers=bearer(shop["token"]))

    assert (answer.status_code, answer.json["code"]) == (status, code)
    assert "INSERT" not in answer.get_data(as_text=True)
    assert (answer.headers.get("Retry-After") is not None) == (status == 503)


def test_a_session_needs_its_csrf_token_and_a_bearer_token_does_not(app: Flask, shop: dict[str, Any]) -> None:
    browser, csrf = signed_in(app, shop["resident_id"])

    forged = browser.post(ORDERS, json=good(shop), headers={"Idempotency-Key": "k"})
    ours = browser.post(ORDERS, json=good(shop), headers={"Idempotency-Key": "k", "X-CSRFToken": csrf})

    assert (forged.status_code, forged.json["code"]) == (400, "csrf")
    assert ours.status_code == 201


def test_a_bearer_token_outranks_the_session_it_comes_with(app: Flask, shop: dict[str, Any]) -> None:
    browser, _ = signed_in(app, shop["resident_id"])

    assert browser.get("/api/v1/me", headers=bearer("lhm_wrong")).status_code == 401


def test_every_answer_is_guarded_by_its_headers(client: FlaskClient) -> None:
    headers = client.get("/api/v1/me").headers

    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert (headers["X-Content-Type-Options"], headers["Referrer-Policy"]) == ("nosniff", "same-origin")
    assert (headers["Cache-Control"], headers["WWW-Authenticate"]) == ("no-store", "Bearer")


@pytest.mark.parametrize("number", ["9" * 5_000, "-" + "9" * 5_000])
def test_a_number_of_thousands_of_digits_is_refused(client: FlaskClient, shop: dict[str, Any], number: str) -> None:
    answer = raw(client, shop, b'{"campaign_id": %s}' % number.encode())

    assert (answer.status_code, answer.json["code"]) == (400, "malformed_json")


@pytest.mark.parametrize(
    ("year", "refused"), [("0001", True), ("1999", True), ("2000", False), ("2100", False), ("9999", True)]
)
def test_a_moment_or_date_is_of_our_time(client: FlaskClient, shop: dict[str, Any], year: str, refused: bool) -> None:
    with transaction() as session:
        token = a_token(session, an_account(session, "boss", Role.ADMIN))
    moment = f"{year}-01-01T00:00:00+14:00"

    answer = client.post(
        "/api/v1/campaigns", json={"cut_off_at": moment, "delivery_date": f"{year}-12-31"}, headers=bearer(token)
    )
    listed = client.get(f"/api/v1/plans?delivery_date={year}-12-31", headers=bearer(token))

    told = {error["pointer"]: error["detail"] for error in answer.json["errors"]}
    named = {pointer for pointer, detail in told.items() if detail == "The year must be from 2000 to 2100."}
    assert answer.status_code == 422
    assert named == ({"#/cut_off_at", "#/delivery_date"} if refused else set())
    assert listed.status_code == (422 if refused else 200)
