"""The ledger over HTTP: one movement per key, of goods that are the viewer's, and lists that say what is there."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from logistics.accounts.models import Role
from logistics.db import reading
from logistics.inventory.ledger.rules import HolderKind
from logistics.inventory.ledger.service import verify
from tests.api.ready_world import ReadyWorld, app_in, ready_world
from tests.api.world import World, a_world, bearer
from tests.inventory.ledger.ledgering import an_item, stock

OFFICE, WORKER = Role.STREET_OFFICE, Role.COMMUNITY_WORKER


@pytest.fixture(scope="module")
def ready(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> ReadyWorld:
    return ready_world(sqlite_template, tmp_path_factory.mktemp("world"))


@pytest.fixture
def app(ready: ReadyWorld, tmp_path: Path) -> Iterator[Flask]:
    yield from app_in(ready, tmp_path)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def world(ready: ReadyWorld) -> World:
    """Ours: a community with 50 masks; more are on their way between it and its office."""
    return ready.world


def send(
    client: FlaskClient, world: World, path: str, body: dict[str, Any], *, key: str = "k", role: Role = OFFICE
) -> Any:
    headers = bearer(world.ours.tokens[role], **({"Idempotency-Key": key} if key else {}))
    return client.post(f"/api/v1/{path}", json=body, headers=headers)


def seen(client: FlaskClient, world: World, path: str, *, role: Role = OFFICE) -> Any:
    answer = client.get(f"/api/v1/{path}", headers=bearer(world.ours.tokens[role]))
    assert answer.status_code == 200, answer.json
    return answer.json["items"]


def there(world: World, **more: Any) -> dict[str, Any]:
    return {"item_id": world.item_id, "area_id": world.ours.town.office_id, **more}


def test_a_receipt_is_answered_with_its_legs_and_entered_once(client: FlaskClient, world: World) -> None:
    body = there(
        world, quantity=500, source="红十字会", source_kind="donation", lot_number="L7", expires_on="2030-01-31"
    )

    first, again = send(client, world, "receipts", body), send(client, world, "receipts", body)

    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json == again.json
    assert again.headers["Idempotency-Replayed"] == "true"
    supplier, here = first.json["entries"]
    assert (supplier["holder_kind"], supplier["quantity"], here["quantity"]) == ("supplier", -500, 500)
    assert (first.json["kind"], first.json["quantity"], first.json["account"]) == ("receipt", 500, "ours-street")
    assert stock()[world.ours.town.office_id] == 500
    (lot,) = seen(client, world, f"lots?area_id={world.ours.town.office_id}")
    assert (lot["number"], lot["expires_on"], lot["source_kind"]) == ("L7", "2030-01-31", "donation")
    assert (lot["on_hand"], lot["promised"], lot["available"], bool(lot["counted_at"])) == (500, 0, 500, True)


def test_a_movement_without_a_key_or_with_a_used_one_is_refused(client: FlaskClient, world: World) -> None:
    body = there(world, quantity=1)

    without = send(client, world, "receipts", body, key="")
    send(client, world, "receipts", body)
    other = send(client, world, "receipts", {**body, "quantity": 2})

    assert (without.status_code, without.json["code"]) == (400, "idempotency_key_missing")
    assert (other.status_code, other.json["code"]) == (422, "idempotency_key_reused")
    assert stock()[world.ours.town.office_id] == 1


def test_a_shipment_from_dispatch_to_settlement(any_app: Flask) -> None:
    client, world = any_app.test_client(), a_world()
    town = world.ours.town
    coming = stock(HolderKind.IN_TRANSIT).get(town.community_id, 0)
    send(client, world, "receipts", there(world, quantity=100), key="k1")
    ends = {"item_id": world.item_id, "from_area_id": town.office_id, "to_area_id": town.community_id}

    sent = send(client, world, "dispatches", {**ends, "quantity": 40}, key="k2")
    at = {"shipment_id": sent.json["id"]}
    by_sender = send(client, world, "arrivals", {**at, "accepted": 40}, key="k0")
    unexplained = send(client, world, "arrivals", {**at, "accepted": 30, "rejected": 4}, key="k3", role=WORKER)
    body = {**at, "accepted": 30, "rejected": 4, "reason": "受潮"}
    arrived = send(client, world, "arrivals", body, key="k4", role=WORKER)
    open_ = [row["id"] for row in seen(client, world, "discrepancies")]
    settling = {**at, "part": "missing", "outcome": "written_off", "quantity": 6, "reason": "丢失"}
    by_worker = send(client, world, "settlements", settling, key="k5", role=WORKER)
    settled = send(client, world, "settlements", settling, key="k5")
    too_much = send(client, world, "settlements", settling, key="k6")

    assert (sent.status_code, sent.json["state"], sent.json["missing"]) == (201, "dispatched", 0)
    assert (by_sender.status_code, by_sender.json["code"]) == (403, "receiver_confirms")
    assert (unexplained.status_code, unexplained.json["code"]) == (422, "reason_missing")
    assert [arrived.json[name] for name in ("state", "accepted", "rejected", "missing")] == ["received", 30, 4, 6]
    assert at["shipment_id"] in open_
    assert by_worker.status_code == 403
    assert [settled.json[name] for name in ("missing_open", "rejected_open", "state")] == [0, 4, "received"]
    assert (too_much.status_code, too_much.json["code"]) == (409, "settled_too_much")
    assert stock(HolderKind.IN_TRANSIT)[town.community_id] - coming == 4
    with reading() as session:
        assert verify(session).findings == []


def test_nobody_puts_pieces_into_the_books_of_another(client: FlaskClient, world: World) -> None:
    town = world.ours.town
    send(client, world, "receipts", there(world, quantity=100), key="k1")
    ends = {"item_id": world.item_id, "from_area_id": town.office_id, "to_area_id": town.district_id}
    sent = send(client, world, "dispatches", {**ends, "quantity": 40}, key="k2")
    at = {"shipment_id": sent.json["id"]}
    admin = {**bearer(world.admin_token), "Idempotency-Key": "k3"}
    assert client.post("/api/v1/arrivals", json={**at, "accepted": 30}, headers=admin).status_code == 201
    settling = {**at, "part": "missing", "quantity": 10, "reason": "找到了"}

    answers = [
        send(client, world, "settlements", {**settling, "outcome": outcome}, key=outcome)
        for outcome in ("found", "written_off", "returned")
    ]

    assert [(answer.status_code, answer.json.get("code")) for answer in answers] == [
        (403, "ends_elsewhere"),
        (403, "ends_elsewhere"),
        (201, None),
    ]
    assert stock()[town.office_id] == 70  # 100 - 40 + 10
    assert stock()[town.district_id] == 30


def test_what_is_promised_is_not_dispatched_by_anybody_who_knows_its_number(client: FlaskClient, world: World) -> None:
    town = world.ours.town
    ends = {"item_id": world.item_id, "from_area_id": town.community_id, "to_area_id": town.office_id}

    answer = send(client, world, "dispatches", {**ends, "quantity": 1, "reservation_id": 1})

    assert (answer.status_code, answer.json["code"]) == (422, "invalid")


def test_what_is_not_there_is_not_moved(client: FlaskClient, world: World) -> None:
    town = world.ours.town
    ends = {"item_id": world.item_id, "from_area_id": town.community_id, "to_area_id": town.office_id}

    (row,) = seen(client, world, f"stock?area_id={town.community_id}")

    answer = send(client, world, "dispatches", {**ends, "quantity": row["available"] + 1})

    assert (row["on_hand"], row["available"]) == (50, 50 - row["promised"])
    assert (answer.status_code, answer.json["code"]) == (409, "out_of_stock")
    assert answer.json["data"] == {"item": "MASK", "wanted": row["available"] + 1, "available": row["available"]}


WRONG_BODIES: tuple[tuple[str, dict[str, Any]], ...] = (
    ("receipts", {"quantity": 0}),
    ("receipts", {"quantity": 2.0}),
    ("receipts", {"quantity": True}),
    ("receipts", {"quantity": 10**12}),
    ("receipts", {"quantity": 1, "expires_on": "31.1.2030"}),
    ("receipts", {"quantity": 1, "price": 5}),
    ("counts", {"counted": -1}),
    ("write-offs", {"quantity": 1}),
)


def test_a_body_that_is_not_as_described_is_refused(client: FlaskClient, world: World) -> None:
    for path, body in WRONG_BODIES:
        answer = send(client, world, path, there(world, **body))

        assert (answer.status_code, answer.json["code"]) == (422, "invalid"), body
        assert answer.json["errors"], body


def test_a_count_tells_the_difference_and_a_mistake_is_reversed(client: FlaskClient, world: World) -> None:
    community = world.ours.town.community_id
    at = {"item_id": world.item_id, "area_id": community}

    counted = send(client, world, "counts", {**at, "counted": 47, "reason": "破损"}, key="k1", role=WORKER)
    undo = {"transfer_id": counted.json["transfer_id"], "reason": "数错了"}
    refused = send(client, world, "reversals", undo, key="k2", role=WORKER)
    undone = send(client, world, "reversals", undo, key="k2")
    twice = send(client, world, "reversals", undo, key="k3")

    assert [counted.json[name] for name in ("expected", "counted", "difference")] == [50, 47, -3]
    assert refused.status_code == 403
    assert (undone.status_code, undone.json["reverses_id"]) == (201, counted.json["transfer_id"])
    assert (twice.status_code, twice.json["code"]) == (409, "already_reversed")
    assert stock()[community] == 50


def test_devices_go_to_a_post_and_come_back(client: FlaskClient, world: World) -> None:
    community, device = world.ours.town.community_id, an_item("THERMO", lent=True)
    at = {"item_id": device, "area_id": community}
    send(client, world, "receipts", {**at, "quantity": 5}, key="k1")

    lent = send(client, world, "loans", {**at, "quantity": 3, "post": "北门"}, key="k2", role=WORKER)
    out = seen(client, world, "loans", role=WORKER)
    back = send(client, world, "returns", {**at, "quantity": 1, "post": "北门"}, key="k3", role=WORKER)
    masks = send(client, world, "loans", {**at, "item_id": world.item_id, "quantity": 1, "post": "北门"}, key="k4")

    assert (lent.status_code, back.status_code) == (201, 201)
    assert [(row["post"], row["quantity"]) for row in out] == [("北门", 3)]
    assert (masks.status_code, masks.json["code"]) == (422, "not_lent")


def test_a_household_is_handed_goods_of_its_community(client: FlaskClient, world: World) -> None:
    town = world.ours.town
    body = {
        "item_id": world.item_id,
        "area_id": town.community_id,
        "household_id": town.households[0][0],
        "quantity": 2,
    }

    first, again = (send(client, world, "issues", body, role=WORKER) for _ in range(2))
    strangers = {**body, "household_id": world.theirs.town.households[0][0]}

    assert (first.status_code, first.json["kind"], first.json["quantity"]) == (201, "issue", 2)
    assert again.json == first.json
    assert send(client, world, "issues", strangers, key="k2", role=WORKER).status_code == 404
    assert stock()[town.community_id] == 48


def test_lists_are_of_the_own_area_and_narrowed_by_what_is_asked(client: FlaskClient, world: World) -> None:
    town = world.ours.town
    send(client, world, "receipts", there(world, quantity=7))

    of_office = seen(client, world, f"stock?area_id={town.office_id}")
    receipts = seen(client, world, f"transfers?kind=receipt&area_id={town.office_id}")
    misspelt = client.get("/api/v1/stock?aera_id=1", headers=bearer(world.ours.tokens[OFFICE]))

    assert [(row["on_hand"], row["available"], row["promised"]) for row in of_office] == [(7, 7, 0)]
    assert receipts[0]["quantity"] == 7  # the latest first
    assert {row["kind"] for row in receipts} == {"receipt"}
    assert seen(client, world, f"stock?area_id={world.theirs.town.community_id}") == []
    assert {row["code"] for row in seen(client, world, "items")} >= {"MASK"}
    assert misspelt.status_code == 422
