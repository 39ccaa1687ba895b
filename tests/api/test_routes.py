"""Each verb over HTTP: what it answers when all is well, and what it refuses."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from logistics.accounts.models import Role
from logistics.clock import SHANGHAI, local_date
from logistics.db import reading, transaction
from logistics.orders.models import Order
from logistics.orders.rules import OrderState
from logistics.outbox import Promise
from tests.api.world import World, a_market, a_token, a_world, an_account, bearer, utc_now

ORDERS = "/api/v1/orders"


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def world(app: Flask) -> World:
    return a_world()


@pytest.fixture
def shop(app: Flask) -> dict[str, Any]:
    """An open campaign of V01 at 5.00 and M01 at 20.00, two a household; a resident and its community worker."""
    with transaction() as session:
        town, campaign = a_market(session, limit=2)
        home = town.households[0][0]
        resident = an_account(session, "resident", Role.RESIDENT, household_id=home)
        worker = an_account(session, "worker", Role.COMMUNITY_WORKER, area_id=town.community_id)
        return {
            "campaign_id": campaign.campaign_id,
            "household_id": home,
            "town": town,
            "resident": a_token(session, resident),
            "worker": a_token(session, worker),
        }


def place(client: FlaskClient, shop: dict[str, Any], key: str, asked: dict[str, int], **more: Any) -> Any:
    token = more.pop("token", shop["resident"])
    body = {
        "campaign_id": shop["campaign_id"],
        "window_code": "AM",
        "lines": [{"sku": sku, "quantity": quantity} for sku, quantity in asked.items()],
        **more,
    }
    return client.post(ORDERS, json=body, headers=bearer(token, **{"Idempotency-Key": key}))


def test_an_order_is_priced_by_the_platform(client: FlaskClient, shop: dict[str, Any]) -> None:
    placed = place(client, shop, "k", {"V01": 3, "M01": 1})
    shown = client.get(f"{ORDERS}/{placed.json['order_id']}", headers=bearer(shop["resident"])).json

    assert placed.status_code == 201
    assert placed.json["total_cents"] == shown["total_cents"] == 3_500  # 3 × 500 + 1 × 2,000
    assert shown["pickup_code"] == placed.json["pickup_code"]
    assert [(line["sku"], line["ordered"], line["given"]) for line in shown["lines"]] == [
        ("M01", 1, None),
        ("V01", 3, None),
    ]


def test_a_limit_counts_over_all_orders_of_a_household(client: FlaskClient, shop: dict[str, Any]) -> None:
    first, second = place(client, shop, "k1", {"M01": 2}), place(client, shop, "k2", {"M01": 1})
    campaign = client.get(f"/api/v1/campaigns/{shop['campaign_id']}", headers=bearer(shop["resident"])).json

    assert first.status_code == 201
    assert (second.status_code, second.json["code"]) == (409, "household_limit_exceeded")
    assert {name: second.json["data"][name] for name in ("limit", "drawn", "wanted")} == {
        "limit": 2,
        "drawn": 2,
        "wanted": 1,
    }
    assert {offer["sku"]: offer["may_still_draw"] for offer in campaign["offers"]} == {"M01": 0, "V01": None}


def test_a_cancelled_order_gives_its_limit_back(client: FlaskClient, shop: dict[str, Any]) -> None:
    order_id = place(client, shop, "k1", {"M01": 2}).json["order_id"]

    cancelled = client.post(f"{ORDERS}/{order_id}/cancel", headers=bearer(shop["resident"]))
    again = client.post(f"{ORDERS}/{order_id}/cancel", headers=bearer(shop["resident"]))

    assert (cancelled.status_code, cancelled.json["state"]) == (200, "cancelled")
    assert (again.status_code, again.json["code"]) == (409, "bad_transition")
    assert place(client, shop, "k2", {"M01": 2}).status_code == 201


@pytest.mark.parametrize(
    ("lines", "more", "status", "code"),
    [
        ({"X99": 1}, {}, 422, "unknown_sku"),
        ({"V01": 1}, {"window_code": "NIGHT"}, 422, "unknown_window"),
        ({}, {}, 422, "invalid"),
        ({"V01": 1}, {"campaign_id": 999}, 404, "not_found"),
        ({"V01": 1}, {"household_id": 2}, 404, "not_found"),
        ({"M01": 3}, {}, 409, "household_limit_exceeded"),
    ],
)
def test_an_order_that_cannot_be_is_refused_whole(
    client: FlaskClient, shop: dict[str, Any], lines: dict[str, int], more: dict[str, Any], status: int, code: str
) -> None:
    answer = place(client, shop, "k", lines, **more)

    assert (answer.status_code, answer.json["code"]) == (status, code)
    with reading() as session:
        assert session.scalars(select(Order.id)).all() == []


def test_a_line_twice_is_refused(client: FlaskClient, shop: dict[str, Any]) -> None:
    twice = [{"sku": "V01", "quantity": 1}, {"sku": "V01", "quantity": 2}]

    answer = place(client, shop, "k", {}, lines=twice)

    assert (answer.status_code, answer.json["code"]) == (422, "duplicate_line")


def test_an_order_after_the_cut_off_is_refused(app: Flask, client: FlaskClient) -> None:
    with transaction() as session:
        town, campaign = a_market(session, hours_left=0)
        account = an_account(session, "late", Role.RESIDENT, household_id=town.households[0][0])
        late = {"campaign_id": campaign.campaign_id, "resident": a_token(session, account)}

    answer = place(client, late, "k", {"V01": 1})

    assert (answer.status_code, answer.json["code"]) == (409, "campaign_closed")


def test_a_worker_orders_on_behalf_and_may_tell_the_code(client: FlaskClient, shop: dict[str, Any]) -> None:
    placed = place(client, shop, "k", {"V01": 1}, token=shop["worker"], household_id=shop["household_id"])
    by_worker = client.get(f"{ORDERS}/{placed.json['order_id']}", headers=bearer(shop["worker"])).json
    by_household = client.get(f"{ORDERS}/{placed.json['order_id']}", headers=bearer(shop["resident"])).json

    assert (by_worker["channel"], by_worker["pickup_code"]) == ("proxy", placed.json["pickup_code"])
    assert by_household["pickup_code"] == placed.json["pickup_code"]


def test_a_worker_does_not_see_the_code_of_an_order_it_did_not_place(client: FlaskClient, shop: dict[str, Any]) -> None:
    order_id = place(client, shop, "k", {"V01": 1}).json["order_id"]

    assert client.get(f"{ORDERS}/{order_id}", headers=bearer(shop["worker"])).json["pickup_code"] == ""


def test_a_long_list_comes_in_parts_without_gap_or_repeat(client: FlaskClient, shop: dict[str, Any]) -> None:
    placed = {place(client, shop, f"k{n}", {"V01": 1}).json["order_id"] for n in range(5)}
    seen: list[int] = []
    offset: int | None = 0

    while offset is not None:
        part = client.get(f"{ORDERS}?limit=2&offset={offset}", headers=bearer(shop["resident"])).json
        seen += [order["id"] for order in part["items"]]
        offset = part["next_offset"]

    assert len(seen) == 5
    assert set(seen) == placed


def test_a_campaign_goes_from_draft_through_open_to_closed(client: FlaskClient, world: World) -> None:
    now, merchant = utc_now(), bearer(world.ours.tokens[Role.MERCHANT])
    starts = (now + timedelta(days=1)).astimezone(SHANGHAI).replace(hour=9)
    ends = starts + timedelta(hours=2)
    window = {"code": "AM", "starts_at": starts.isoformat(), "ends_at": ends.isoformat()}
    draft = {
        "store_id": world.ours.ids["store_id"],
        "title": "Rice and oil",
        "cut_off_at": (now + timedelta(hours=2)).isoformat(),
        "delivery_date": local_date(starts).isoformat(),
        "area_ids": [world.ours.ids["area_id"]],
        "windows": [window],
        "offers": [{"sku": "V01", "price_cents": 450, "limit_per_household": 2, "supply_count": 100}],
    }
    resident = bearer(world.ours.tokens[Role.RESIDENT])

    made = client.post("/api/v1/campaigns", json=draft, headers=merchant)
    at = f"/api/v1/campaigns/{made.json['id']}"
    before = client.get(at, headers=resident).status_code
    too_early = client.post(f"{at}/open", headers=merchant)
    filed = client.post(f"{at}/file", headers=merchant)
    approved = client.post(f"{at}/approve", headers=bearer(world.ours.tokens[Role.STREET_OFFICE]))
    opened = client.post(f"{at}/open", headers=merchant)
    during = client.get(at, headers=resident)
    closed = client.post(f"{at}/close", headers=merchant)

    assert (made.status_code, before, opened.json["state"]) == (201, 404, "open")
    assert (too_early.status_code, too_early.json["code"]) == (409, "bad_transition")
    assert (filed.json["state"], approved.json["state"], approved.json["waiting_area_ids"]) == ("filed", "approved", [])
    assert (during.status_code, during.json["offers"][0]["price_cents"]) == (200, 450)
    assert closed.status_code == 200
    assert closed.json["state"] == "formed"  # nobody ordered, and nothing was needed
    with reading() as session:
        assert session.scalars(select(Promise.job).where(Promise.job == "close_campaign")).all() == ["close_campaign"]


@pytest.mark.parametrize(
    ("changed", "status", "code"),
    [
        ({"offers": [{"sku": "X99", "price_cents": 1}]}, 422, "not_sold"),
        ({"offers": [{"sku": "V01", "price_cents": 1}] * 2}, 422, "named_twice"),
        ({"offers": [{"sku": "V01", "price_cents": -1}]}, 422, "invalid"),
        ({"area_ids": [9_999]}, 404, "not_found"),
        ({"cut_off_at": "2020-01-01T08:00:00"}, 422, "invalid"),  # which time zone?
        (
            {"windows": [{"code": "A", "starts_at": "2020-01-01T09:00Z", "ends_at": "2020-01-01T10:00Z"}]},
            422,
            "bad_window",
        ),
        ({"delivery_date": "2030-01-03"}, 422, "window_off_the_day"),
        ({"delivery_date": "2029-12-31"}, 422, "delivery_before_cut_off"),
    ],
)
def test_a_draft_that_cannot_be_is_refused(
    client: FlaskClient, world: World, changed: dict[str, Any], status: int, code: str
) -> None:
    draft = {
        "store_id": world.ours.ids["store_id"],
        "title": "Rice",
        "cut_off_at": "2030-01-01T08:00:00+08:00",
        "delivery_date": "2030-01-02",
        "area_ids": [world.ours.ids["area_id"]],
        "windows": [{"code": "A", "starts_at": "2030-01-02T09:00:00+08:00", "ends_at": "2030-01-02T10:00:00+08:00"}],
        "offers": [{"sku": "V01", "price_cents": 450}],
        **changed,
    }

    answer = client.post("/api/v1/campaigns", json=draft, headers=bearer(world.ours.tokens[Role.MERCHANT]))

    assert (answer.status_code, answer.json["code"]) == (status, code)


def test_a_vehicle_is_added_once_and_can_be_taken_out(client: FlaskClient, world: World) -> None:
    merchant = bearer(world.ours.tokens[Role.MERCHANT])
    van = {
        "store_id": world.ours.ids["store_id"],
        "code": "van-77",
        "type": "van",
        "type_name": "面包车",
        "capacity_g": 800_000,
        "capacity_packages": 150,
        "shift_start_min": 420,
        "shift_end_min": 1_200,
    }

    made, again = (client.post("/api/v1/vehicles", json=van, headers=merchant) for _ in range(2))
    out = client.patch(f"/api/v1/vehicles/{made.json['id']}", json={"active": False}, headers=merchant)
    backwards = client.post("/api/v1/vehicles", json={**van, "code": "x", "shift_end_min": 420}, headers=merchant)

    assert (made.status_code, made.json["active"]) == (201, True)
    assert (again.status_code, again.json["code"]) == (409, "vehicle_code_taken")
    assert (out.status_code, out.json["active"]) == (200, False)
    assert (backwards.status_code, backwards.json["code"]) == (422, "bad_shift")


def test_two_who_add_the_same_vehicle_at_once_make_one(any_app: Flask) -> None:
    world, start = a_world(), Barrier(6)
    van = {
        "store_id": world.ours.ids["store_id"],
        "code": "van-77",
        "type": "van",
        "type_name": "van",
        "capacity_g": 1,
        "capacity_packages": 1,
        "shift_start_min": 0,
        "shift_end_min": 1,
    }

    def add(_: int) -> int:
        start.wait()
        headers = bearer(world.ours.tokens[Role.MERCHANT])
        return any_app.test_client().post("/api/v1/vehicles", json=van, headers=headers).status_code

    with ThreadPoolExecutor(6) as pool:
        answers = sorted(pool.map(add, range(6)))

    assert answers == [201] + [409] * 5


def test_a_plan_is_promised_to_the_solver_and_can_be_cancelled(client: FlaskClient, world: World) -> None:
    merchant = bearer(world.ours.tokens[Role.MERCHANT])
    wanted = {"delivery_date": "2020-02-19", "wave_ids": [world.ours.ids["wave_id"]], "seed": 7, "time_limit_s": 5}

    asked = client.post("/api/v1/plans", json=wanted, headers=merchant)
    at = f"/api/v1/plans/{asked.json['plan_id']}"
    queued = client.get(f"{at}/progress", headers=merchant).json
    cancelled = client.post(f"{at}/cancel", headers=merchant).json

    late = client.post(f"{at}/finish", headers=merchant)

    assert (late.status_code, late.json["code"]) == (409, "bad_transition")
    assert asked.status_code == 202
    assert (queued["state"], queued["seed"], queued["time_limit_s"], queued["whole"]) == ("queued", 7, 5, True)
    assert cancelled["state"] == "cancelled"
    with reading() as session:
        assert session.scalar(select(Promise.queue).where(Promise.job == "solve_plan")) == "solver"


def test_waves_of_another_date_cannot_be_planned_together(client: FlaskClient, world: World) -> None:
    wanted = {"delivery_date": "2020-02-20", "wave_ids": [world.ours.ids["wave_id"]]}

    answer = client.post("/api/v1/plans", json=wanted, headers=bearer(world.ours.tokens[Role.MERCHANT]))

    assert (answer.status_code, answer.json["code"]) == (422, "other_date")


def test_a_plan_is_exported_in_three_forms(client: FlaskClient, world: World) -> None:
    merchant, at = bearer(world.ours.tokens[Role.MERCHANT]), f"/api/v1/plans/{world.ours.ids['plan_id']}"

    document = client.get(f"{at}/plan.json", headers=merchant)
    lines = client.get(f"{at}/routes.geojson", headers=merchant)
    rows = client.get(f"{at}/manifests.csv", headers=merchant)

    assert len(document.json["stops"]) == 1
    assert (lines.mimetype, lines.json["type"]) == ("application/geo+json", "FeatureCollection")
    assert (rows.mimetype, len(rows.get_data(as_text=True).strip().splitlines())) == ("text/csv", 2)


def test_a_stop_is_handed_over_once_and_its_order_collected_once(client: FlaskClient, world: World) -> None:
    ids = world.ours.ids
    courier, worker = bearer(world.ours.tokens[Role.COURIER]), bearer(world.ours.tokens[Role.COMMUNITY_WORKER])
    at, collect = (
        f"/api/v1/manifests/{ids['manifest_id']}/stops/{ids['stop_id']}/handover",
        f"{ORDERS}/{ids['order_id']}/collect",
    )
    code = {"pickup_code": ids["pickup_code"]}
    _batched(ids["order_id"])

    early = client.post(collect, json=code, headers=worker)
    signed = client.post(at, json={"proof": "keeper_signed"}, headers=courier)
    done = client.post(at, json={"proof": "left_at_door", "note": "by the blue door"}, headers=courier)
    again = client.post(at, json={"proof": "left_at_door"}, headers=courier)
    wrong = client.post(collect, json={"pickup_code": "x"}, headers=worker)
    collected = client.post(collect, json=code, headers=worker)
    twice = client.post(collect, json=code, headers=worker)

    assert early.status_code == 409
    assert (signed.status_code, signed.json["code"]) == (422, "wrong_proof")
    assert (done.status_code, again.status_code) == (201, 409)
    assert (wrong.status_code, wrong.json["code"]) == (409, "wrong_pickup_code")
    assert (collected.status_code, collected.json["state"]) == (200, "collected")
    assert twice.status_code == 409


def test_a_pickup_code_may_be_tried_five_times_in_a_quarter_of_an_hour(client: FlaskClient, world: World) -> None:
    ids, worker = world.ours.ids, bearer(world.ours.tokens[Role.COMMUNITY_WORKER])
    collect = f"{ORDERS}/{ids['order_id']}/collect"

    wrong = [client.post(collect, json={"pickup_code": str(n)}, headers=worker).status_code for n in range(5)]
    sixth = client.post(collect, json={"pickup_code": ids["pickup_code"]}, headers=worker)

    assert wrong == [409] * 5
    assert (sixth.status_code, sixth.headers["Retry-After"]) == (429, str(15 * 60))


def test_a_manifest_is_given_to_a_courier_and_to_nobody_else(client: FlaskClient, world: World) -> None:
    merchant, at = bearer(world.ours.tokens[Role.MERCHANT]), f"/api/v1/manifests/{world.ours.ids['manifest_id']}/assign"
    courier_id = world.theirs.ids["courier_id"]

    given = client.post(at, json={"courier_id": courier_id}, headers=merchant)
    to_clerk = client.post(at, json={"courier_id": world.admin_id}, headers=merchant)
    back = client.post(at, json={"courier_id": None}, headers=merchant)

    assert (given.json["courier_id"], given.json["courier"]) == (courier_id, "theirs-courier")
    assert to_clerk.status_code == 404
    assert back.json["courier_id"] is None


def test_a_status_is_recorded_and_ended_by_the_community_side(client: FlaskClient, world: World) -> None:
    worker, household_id = bearer(world.ours.tokens[Role.COMMUNITY_WORKER]), world.ours.town.households[1][0]
    at, today = f"/api/v1/households/{household_id}/statuses", local_date(utc_now())
    span = {"starts_on": (today - timedelta(days=1)).isoformat(), "ends_on": (today + timedelta(days=13)).isoformat()}
    backwards = {"starts_on": span["ends_on"], "ends_on": span["starts_on"]}

    put = client.put(f"{at}/quarantined", json=span, headers=worker)
    ended = client.delete(f"{at}/quarantined", headers=worker)

    assert put.json["statuses"] == [{"kind": "quarantined", **span}]
    assert ended.json["statuses"] == [
        {"kind": "quarantined", "starts_on": span["starts_on"], "ends_on": span["starts_on"]}
    ]
    assert client.put(f"{at}/quarantined", json=backwards, headers=worker).json["code"] == "bad_status_dates"
    assert client.put(f"{at}/rich", json=span, headers=worker).status_code == 404


def test_stock_says_when_it_was_counted(client: FlaskClient, world: World) -> None:
    rows = client.get("/api/v1/stock", headers=bearer(world.ours.tokens[Role.STREET_OFFICE])).json["items"]

    # the office's has run out, which is what its people need to see
    assert [(row["item_code"], row["on_hand"], row["area_id"]) for row in rows] == [
        ("MASK", 50, world.ours.ids["area_id"]),
        ("MASK", 0, world.ours.ids["office_id"]),
    ]
    assert all(row["counted_at"] for row in rows)


def test_a_run_is_promised_and_cancelled_by_an_administrator(client: FlaskClient, world: World) -> None:
    admin, day_id = bearer(world.admin_token), world.ours.ids["day_id"]

    started = client.post(f"/api/v1/days/{day_id}/runs", json={"iteration_limit": 100}, headers=admin)
    run = client.get(f"/api/v1/runs/{started.json['run_id']}", headers=admin).json
    cancelled = client.post(f"/api/v1/runs/{run['id']}/cancel", headers=admin)
    again = client.post(f"/api/v1/runs/{run['id']}/cancel", headers=admin)

    assert started.status_code == 202
    assert (run["day_id"], run["state"]) == (day_id, "running")
    assert (cancelled.json["state"], again.status_code) == ("cancelled", 409)


def test_the_summary_of_a_run_is_for_administrators(client: FlaskClient, world: World) -> None:
    at = f"/api/v1/runs/{world.ours.ids['run_id']}"

    assert client.get(at, headers=bearer(world.ours.tokens[Role.MERCHANT])).json["summary"] == {}


def _batched(order_id: int) -> None:
    with reading() as session:
        assert session.get_one(Order, order_id).state is OrderState.BATCHED
