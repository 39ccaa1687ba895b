"""A retried order is the same order: stored with its effect, replayed to a retry, refused for another request."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from logistics.accounts.models import Role
from logistics.db import reading, transaction
from logistics.idempotency import Answer, IdempotentAnswer, InFlight, KeyedRequest, KeyReused, answer_once, purge
from logistics.orders.models import Order
from tests.api.world import a_market, a_token, an_account, bearer, utc_now

ORDERS = "/api/v1/orders"


@pytest.fixture
def shop(any_app: Flask) -> dict[str, Any]:
    """A resident's token, its neighbour's, and a campaign that sells V01."""
    with transaction() as session:
        town, campaign = a_market(session)
        home, next_door = town.households[0][:2]
        resident = an_account(session, "resident", Role.RESIDENT, household_id=home)
        neighbour = an_account(session, "neighbour", Role.RESIDENT, household_id=next_door)
        return {
            "app": any_app,
            "campaign_id": campaign.campaign_id,
            "account_id": resident,
            "token": a_token(session, resident),
            "neighbour": a_token(session, neighbour),
        }


def order(shop: dict[str, Any], key: str, *, quantity: int = 1, token: str = "", sku: str = "V01") -> Any:
    body = {"campaign_id": shop["campaign_id"], "window_code": "AM", "lines": [{"sku": sku, "quantity": quantity}]}
    headers = bearer(token or shop["token"], **{"Idempotency-Key": key})
    return shop["app"].test_client().post(ORDERS, json=body, headers=headers)


def order_count() -> int:
    with reading() as session:
        return session.scalar(select(func.count(Order.id))) or 0


def test_a_retry_returns_the_same_order_and_says_so(shop: dict[str, Any]) -> None:
    first, retry = order(shop, "k1"), order(shop, "k1")

    assert (first.status_code, retry.status_code) == (201, 201)
    assert retry.json == first.json
    assert "Idempotency-Replayed" not in first.headers
    assert retry.headers["Idempotency-Replayed"] == "true"
    assert order_count() == 1


def test_another_request_under_the_same_key_is_refused(shop: dict[str, Any]) -> None:
    order(shop, "k1")

    other = order(shop, "k1", quantity=2)

    assert (other.status_code, other.json["code"]) == (422, "idempotency_key_reused")
    assert order_count() == 1


def test_the_order_of_members_does_not_make_it_another_request(shop: dict[str, Any]) -> None:
    first = order(shop, "k1")
    turned = {"lines": [{"quantity": 1, "sku": "V01"}], "window_code": "AM", "campaign_id": shop["campaign_id"]}
    text = json.dumps(turned, indent=1)
    headers = bearer(shop["token"], **{"Idempotency-Key": "k1", "Content-Type": "application/json"})

    retry = shop["app"].test_client().post(ORDERS, data=text, headers=headers)

    assert retry.json == first.json


def test_two_accounts_may_use_the_same_key(shop: dict[str, Any]) -> None:
    mine, theirs = order(shop, "k1"), order(shop, "k1", token=shop["neighbour"])

    assert mine.json["order_id"] != theirs.json["order_id"]
    assert order_count() == 2


def test_a_refused_request_may_be_corrected_under_its_key(shop: dict[str, Any]) -> None:
    refused, corrected = order(shop, "k1", sku="X99"), order(shop, "k1")

    assert (refused.status_code, refused.json["code"]) == (422, "unknown_sku")
    assert corrected.status_code == 201


def test_an_order_without_a_key_is_refused(shop: dict[str, Any]) -> None:
    body = {"campaign_id": shop["campaign_id"], "window_code": "AM", "lines": [{"sku": "V01", "quantity": 1}]}

    answer = shop["app"].test_client().post(ORDERS, json=body, headers=bearer(shop["token"]))

    assert (answer.status_code, answer.json["code"]) == (400, "idempotency_key_missing")


@pytest.mark.parametrize(
    ("key", "status"), [("x" * 255, 201), ("x" * 256, 400), ("", 400), ("订单", 400), ("a\tb", 400)]
)
def test_a_key_is_1_to_255_printable_ascii_characters(shop: dict[str, Any], key: str, status: int) -> None:
    assert order(shop, key).status_code == status


def test_twelve_retries_at_once_make_one_order(shop: dict[str, Any]) -> None:
    start = Barrier(12)

    def send(_: int) -> tuple[int, Any]:
        start.wait()
        answer = order(shop, "k1")
        return answer.status_code, answer.json

    with ThreadPoolExecutor(12) as pool:
        answers = list(pool.map(send, range(12)))

    assert order_count() == 1
    assert {status for status, _ in answers} <= {201, 409}
    assert len({body["order_id"] for status, body in answers if status == 201}) == 1
    assert {body["code"] for status, body in answers if status == 409} <= {"idempotency_in_flight"}


def test_an_effect_that_dies_leaves_neither_order_nor_answer(shop: dict[str, Any]) -> None:
    request = KeyedRequest(account_id=shop["account_id"], key="k1", sha256="0" * 64)

    def dies() -> tuple[Any, int]:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt), transaction() as session:
        answer_once(session, request, dies, now=utc_now())

    with reading() as session:
        assert session.scalar(select(func.count(IdempotentAnswer.id))) == 0
    assert answered(request, 1).replayed is False


def test_the_second_of_two_at_once_is_told_to_wait_on_postgresql(shop: dict[str, Any]) -> None:
    request = KeyedRequest(account_id=shop["account_id"], key="k1", sha256="0" * 64)
    with transaction() as session:
        if session.get_bind().dialect.name != "postgresql":
            pytest.skip("SQLite has one writer: the second waits")
        answer_once(session, request, lambda: ({"n": 1}, 201), now=utc_now())
        with pytest.raises(InFlight):
            answered(request, 2)

    assert answered(request, 2).body == {"n": 1}


def test_a_key_counts_for_24_hours(shop: dict[str, Any]) -> None:
    request = KeyedRequest(account_id=shop["account_id"], key="k1", sha256="0" * 64)
    answered(request, 1)

    within, after = answered(request, 2, hours=24), answered(request, 3, hours=24, seconds=1)

    assert (within.body, within.replayed) == ({"n": 1}, True)
    assert (after.body, after.replayed) == ({"n": 3}, False)


def test_keys_that_no_longer_count_are_purged(shop: dict[str, Any]) -> None:
    answered(KeyedRequest(account_id=shop["account_id"], key="old", sha256="0" * 64), 1)
    answered(KeyedRequest(account_id=shop["account_id"], key="new", sha256="0" * 64), 2, hours=1)

    with transaction() as session:
        assert purge(session, now=START + timedelta(hours=24, seconds=1)) == 1


def test_another_fingerprint_is_refused(shop: dict[str, Any]) -> None:
    answered(KeyedRequest(account_id=shop["account_id"], key="k1", sha256="0" * 64), 1)

    with pytest.raises(KeyReused):
        answered(KeyedRequest(account_id=shop["account_id"], key="k1", sha256="1" * 64), 2)


START = utc_now()


def answered(request: KeyedRequest, n: int, *, hours: int = 0, seconds: int = 0) -> Answer:
    with transaction() as session:
        now = START + timedelta(hours=hours, seconds=seconds)
        return answer_once(session, request, lambda: ({"n": n}, 201), now=now)
