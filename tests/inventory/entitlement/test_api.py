"""The entitlement over HTTP: rules of an office, what is left, goods put aside, handed over and let go."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from logistics.accounts.models import Role
from logistics.db import transaction
from tests.api.world import World, a_token, a_world, an_account, bearer

RESIDENT, WORKER, STREET = Role.RESIDENT, Role.COMMUNITY_WORKER, Role.STREET_OFFICE


@pytest.fixture
def world(app: Flask) -> World:
    return a_world()


@pytest.fixture
def client(app: Flask, world: World) -> FlaskClient:
    return app.test_client()


def ask(client: FlaskClient, world: World, role: Role, method: str, path: str, **body: Any) -> Any:
    headers = bearer(world.ours.tokens[role], **({"Idempotency-Key": body.pop("key")} if "key" in body else {}))
    return client.open(f"/api/v1/{path}", method=method, json=body or None, headers=headers)


def left(client: FlaskClient, world: World) -> dict[str, Any]:
    (found,) = ask(client, world, RESIDENT, "GET", f"households/{world.ours.ids['household_id']}/entitlements").json
    return dict(found)


def test_a_household_reads_what_it_may_still_draw(client: FlaskClient, world: World) -> None:
    found = left(client, world)

    # the community allows 5 in 7 days, one is put aside
    assert (found["limit"], found["days"], found["drawn"], found["available"]) == (5, 7, 1, 4)
    assert found["next_available"] == 5
    assert found["next_at"] is not None


def test_an_office_sets_changes_and_ends_its_rule(client: FlaskClient, world: World) -> None:
    ids = world.ours.ids
    at = f"areas/{ids['office_id']}/items/{ids['item_id']}/entitlement-rule"

    put = ask(client, world, STREET, "PUT", at, quantity=2, days=3, per="household")
    tightened = left(client, world)
    listed = ask(client, world, WORKER, "GET", "entitlement-rules").json["items"]
    ended, again = ask(client, world, STREET, "DELETE", at), ask(client, world, STREET, "DELETE", at)

    assert (put.status_code, put.json["quantity"], put.json["days"], put.json["per"]) == (200, 2, 3, "household")
    assert (tightened["limit"], tightened["available"]) == (2, 1)
    # the worker reads the rule of its own community and the one above, which binds it too
    assert sorted(rule["area_id"] for rule in listed) == sorted([ids["area_id"], ids["office_id"]])
    assert (ended.status_code, again.status_code) == (204, 404)
    assert left(client, world)["limit"] == 5


def test_a_rule_that_is_none_is_refused(client: FlaskClient, world: World) -> None:
    at = f"areas/{world.ours.ids['office_id']}/items/{world.ours.ids['item_id']}/entitlement-rule"

    for body in ({"quantity": -1, "days": 7}, {"quantity": 5, "days": 0}, {"quantity": 5}):
        assert ask(client, world, STREET, "PUT", at, **body).status_code == 422


def test_goods_are_put_aside_handed_over_and_counted(client: FlaskClient, world: World) -> None:
    ids = world.ours.ids

    taken = ask(client, world, RESIDENT, "POST", "draws", key="k", item_id=ids["item_id"], quantity=4)
    again = ask(client, world, RESIDENT, "POST", "draws", key="k", item_id=ids["item_id"], quantity=4)
    refused = ask(client, world, RESIDENT, "POST", "draws", key="k2", item_id=ids["item_id"], quantity=1)
    handed = ask(client, world, WORKER, "POST", f"draws/{taken.json['id']}/hand-over")

    assert (taken.status_code, taken.json["channel"], taken.json["state"]) == (201, "order", "pending")
    assert again.json == taken.json
    assert (refused.status_code, refused.json["code"]) == (409, "entitlement_exceeded")
    assert "at most 5 in 7 days" in refused.json["detail"]
    assert handed.json["state"] == "posted"
    assert ask(client, world, RESIDENT, "POST", f"draws/{taken.json['id']}/hand-over").status_code == 403


def test_a_worker_draws_for_a_household_and_lets_go_what_it_took_itself(client: FlaskClient, world: World) -> None:
    ids = world.ours.ids
    asked = {"item_id": ids["item_id"], "household_id": ids["household_id"], "quantity": 1}

    taken = ask(client, world, WORKER, "POST", "draws", key="k", **asked)
    own = ask(client, world, WORKER, "POST", f"draws/{taken.json['id']}/void")
    of_the_household = ask(client, world, WORKER, "POST", f"draws/{ids['draw_id']}/void")
    by_itself = ask(client, world, RESIDENT, "POST", f"draws/{ids['draw_id']}/void")

    assert (taken.json["channel"], own.json["state"]) == ("proxy", "voided")
    assert (of_the_household.status_code, of_the_household.json["code"]) == (403, "not_yours_to_void")
    assert by_itself.json["state"] == "voided"
    assert left(client, world)["available"] == 5


def test_the_stock_is_the_communitys_own_unless_an_office_names_its_own(client: FlaskClient, world: World) -> None:
    ids = world.ours.ids
    asked = {"item_id": ids["item_id"], "household_id": ids["household_id"], "quantity": 1}

    resident = ask(
        client, world, RESIDENT, "POST", "draws", key="a", item_id=ids["item_id"], quantity=1, area_id=ids["office_id"]
    )
    worker = ask(client, world, WORKER, "POST", "draws", key="b", **asked, area_id=ids["office_id"])
    office = ask(client, world, STREET, "POST", "draws", key="c", **asked, area_id=ids["office_id"])

    assert (resident.status_code, worker.status_code) == (404, 404)
    assert (office.status_code, office.json["code"]) == (409, "out_of_stock")  # it has nothing, but it may


def test_what_is_issued_over_the_counter_is_told_to_the_household(client: FlaskClient, world: World) -> None:
    ids = world.ours.ids
    body = {"item_id": ids["item_id"], "area_id": ids["area_id"], "household_id": ids["household_id"], "quantity": 2}

    issued = [ask(client, world, WORKER, "POST", "issues", key="k", **body) for _ in range(2)]
    refused = ask(client, world, WORKER, "POST", "issues", key="k2", **{**body, "quantity": 3})

    assert [one.status_code for one in issued] == [201, 201]
    assert (refused.status_code, refused.json["code"]) == (409, "entitlement_exceeded")  # 1 put aside, 2 issued, of 5
    told = ask(client, world, RESIDENT, "GET", "notifications").json["items"]
    assert [(row["event"], row["data"]["quantity"]) for row in told if row["event"] == "item_issued"] == [
        ("item_issued", 2)
    ]


def test_a_draw_needs_a_key_and_a_household(client: FlaskClient, world: World) -> None:
    without_key = ask(client, world, RESIDENT, "POST", "draws", item_id=world.item_id, quantity=1)
    nobody = ask(client, world, WORKER, "POST", "draws", key="k", item_id=world.item_id, quantity=1)

    assert (without_key.status_code, without_key.json["code"]) == (400, "idempotency_key_missing")
    assert (nobody.status_code, nobody.json["code"]) == (422, "household_missing")


def test_a_neighbours_draws_are_nobodys_to_read(app: Flask, client: FlaskClient, world: World) -> None:
    with transaction() as session:
        neighbour = an_account(session, "wang", RESIDENT, household_id=world.ours.town.households[0][1])
        token = a_token(session, neighbour)

    draws = client.get("/api/v1/draws", headers=bearer(token)).json["items"]
    one = client.get(f"/api/v1/draws/{world.ours.ids['draw_id']}", headers=bearer(token))
    home = client.get(f"/api/v1/households/{world.ours.ids['household_id']}/entitlements", headers=bearer(token))

    assert (draws, one.status_code, home.status_code) == ([], 404, 404)


def test_persons_are_counted_by_the_ground_alone(client: FlaskClient, world: World) -> None:
    at = f"households/{world.ours.ids['household_id']}/persons"
    rule = f"areas/{world.ours.ids['area_id']}/items/{world.ours.ids['item_id']}/entitlement-rule"
    ask(client, world, STREET, "PUT", rule, quantity=2, days=7, per="person")

    before = left(client, world)["limit"]
    counted = ask(client, world, WORKER, "PUT", at, person_count=3)
    after = left(client, world)["limit"]
    forgotten = ask(client, world, WORKER, "PUT", at, person_count=None)

    assert (before, counted.json["person_count"], after, forgotten.json["person_count"]) == (2, 3, 6, None)
    assert ask(client, world, RESIDENT, "PUT", at, person_count=9).status_code == 403
    for wrong in (0, 31, "3", 2.0):
        assert ask(client, world, WORKER, "PUT", at, person_count=wrong).status_code == 422
