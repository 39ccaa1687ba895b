"""One household's order over HTTP, from the campaign's draft to its own door; each step by whom it belongs to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from flask import Flask
from flask.testing import FlaskClient

from logistics.accounts.models import Role
from logistics.accounts.service import create_token
from logistics.clock import SHANGHAI
from logistics.day.commands import run_here
from logistics.day.rules import RunState
from logistics.db import transaction
from logistics.orders.models import Product
from tests.api.world import an_account
from tests.builders import DELIVERY_DATE, StoreRef, TownRef, a_store, a_town, a_vehicle

TODAY = DELIVERY_DATE
DAWN = datetime(2020, 2, 19, 6, 0, tzinfo=SHANGHAI).astimezone(UTC)
"""The app's clock stands at 06:00 of the delivery date: a courier sees the manifests of today only."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """An account that speaks to the API with its token."""

    client: FlaskClient
    token: str

    def get(self, path: str) -> Any:
        return self._told(self.client.get(path, headers=self._headers()))

    def post(self, path: str, body: dict[str, Any] | None = None, *, key: str | None = None) -> Any:
        return self._told(self.client.post(path, json=body or {}, headers=self._headers(key)))

    def put(self, path: str, body: dict[str, Any]) -> Any:
        return self._told(self.client.put(path, json=body, headers=self._headers()))

    def _headers(self, key: str | None = None) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"} | ({"Idempotency-Key": key} if key else {})

    @staticmethod
    def _told(response: Any) -> Any:
        assert response.status_code < 300, (
            response.request.path,
            response.status_code,
            response.get_data(as_text=True),
        )
        return response.get_json()


def local(hour: int) -> str:
    return datetime(TODAY.year, TODAY.month, TODAY.day, hour, tzinfo=SHANGHAI).isoformat()


def a_platform(app: Flask) -> tuple[TownRef, StoreRef, dict[str, Caller]]:
    with transaction() as session:
        town, store = a_town(session), a_store(session)
        a_vehicle(session, store)
        goods = {"sku": "V01", "name": "娃娃菜", "price_cents": 240, "weight_g": 500, "volume_ml": 900}
        session.add(Product(merchant_id=store.merchant_id, **goods))
        accounts = {
            "resident": an_account(session, "resident", Role.RESIDENT, household_id=town.households[0][0]),
            "worker": an_account(session, "worker", Role.COMMUNITY_WORKER, area_id=town.community_id),
            "merchant": an_account(session, "merchant", Role.MERCHANT, merchant_id=store.merchant_id),
            "courier": an_account(session, "courier", Role.COURIER),
            "admin": an_account(session, "admin", Role.ADMIN),
        }
        tokens = {
            name: create_token(session, account_id, name="test", days=1, now=DAWN).secret
            for name, account_id in accounts.items()
        }
    return town, store, {name: Caller(client=app.test_client(), token=token) for name, token in tokens.items()}


def an_open_campaign(merchant: Caller, admin: Caller, town: TownRef, store: StoreRef) -> int:
    drafted = merchant.post(
        "/api/v1/campaigns",
        {
            "store_id": store.store_id,
            "title": "蔬菜团购",
            "cut_off_at": (DAWN + timedelta(hours=1)).isoformat(),
            "delivery_date": TODAY.isoformat(),
            "area_ids": [town.district_id],
            "windows": [{"code": "AM", "starts_at": local(8), "ends_at": local(12)}],
            "offers": [{"sku": "V01", "price_cents": 240, "limit_per_household": 4, "supply_count": 6}],
        },
    )
    campaign_id = int(drafted["id"])
    merchant.post(f"/api/v1/campaigns/{campaign_id}/file")
    admin.post(f"/api/v1/campaigns/{campaign_id}/approve")
    merchant.post(f"/api/v1/campaigns/{campaign_id}/open")
    return campaign_id


def test_an_order_reaches_the_doorstep(any_app: Flask, tmp_path: Path) -> None:
    any_app.config["CLOCK"] = lambda: DAWN
    town, store, who = a_platform(any_app)
    door_home = town.households[1][0]
    campaign_id = an_open_campaign(who["merchant"], who["admin"], town, store)

    # a resident orders 4, and the second click orders nothing more; a worker orders 4 for a quarantined household
    wanted = {"campaign_id": campaign_id, "window_code": "AM", "lines": [{"sku": "V01", "quantity": 4}]}
    order = who["resident"].post("/api/v1/orders", wanted, key="first")
    assert who["resident"].post("/api/v1/orders", wanted, key="first") == order
    assert order["total_cents"] == 4 * 240
    who["worker"].put(
        f"/api/v1/households/{door_home}/statuses/quarantined",
        {"starts_on": TODAY.isoformat(), "ends_on": TODAY.isoformat()},
    )
    proxy = who["worker"].post("/api/v1/orders", wanted | {"household_id": door_home}, key="proxy")

    # the merchant closes: 8 asked, 6 there, so 3 each
    who["merchant"].post(f"/api/v1/campaigns/{campaign_id}/close")
    line = who["resident"].get(f"/api/v1/orders/{order['order_id']}")["lines"][0]
    assert (line["ordered"], line["given"], line["reason"]) == (4, 3, "shortage")

    # the day is gathered and run: one van, one stop at the pickup point, one at the door
    day = who["admin"].post("/api/v1/days", {"delivery_date": TODAY.isoformat()})
    run_id = who["admin"].post(f"/api/v1/days/{day['id']}/runs", {"time_limit_s": 2})["run_id"]
    status = run_here(run_id, travel_cache_dir=tmp_path)
    assert (status.state, status.error) == (RunState.DONE, "")
    assert (status.summary["batches"], status.summary["stops"], status.summary["routes"]) == (2, 2, 1)

    # the courier gets the manifest and hands over, each stop by the proof of its kind
    (manifest,) = who["admin"].get("/api/v1/manifests")["items"]
    courier_id = who["courier"].get("/api/v1/me")["account_id"]
    assert who["courier"].get("/api/v1/manifests")["items"] == []
    who["admin"].post(f"/api/v1/manifests/{manifest['id']}/assign", {"courier_id": courier_id})
    stops = who["courier"].get(f"/api/v1/manifests/{manifest['id']}")["stops"]
    proofs = {"pickup": "keeper_signed", "door": "left_at_door"}
    for stop in stops:
        who["courier"].post(
            f"/api/v1/manifests/{manifest['id']}/stops/{stop['stop']['id']}/handover",
            {"proof": proofs[stop["stop"]["kind"]]},
        )
    assert who["courier"].get(f"/api/v1/manifests/{manifest['id']}")["state"] == "done"

    # both households are told; the resident comes down and the worker at the point redeems the code
    who["worker"].post(f"/api/v1/orders/{order['order_id']}/collect", {"pickup_code": order["pickup_code"]})
    assert who["resident"].get(f"/api/v1/orders/{order['order_id']}")["state"] == "collected"
    assert who["worker"].get(f"/api/v1/orders/{proxy['order_id']}")["state"] == "delivered"
    events = [row["event"] for row in who["resident"].get("/api/v1/notifications")["items"]]
    assert sorted(events) == ["delivered", "line_shorted", "order_placed", "route_planned"]
