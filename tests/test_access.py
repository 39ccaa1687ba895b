"""Every route × every role × a foreign object: nobody reads or changes what is another's, and nothing breaks."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import update
from werkzeug.routing import Rule as UrlRule

from logistics import create_app
from logistics.access import PUBLIC, SIGNED_IN, Rule
from logistics.accounts.models import Role
from logistics.clock import SHANGHAI, local_date
from logistics.db import transaction
from logistics.delivery.models import Manifest
from logistics.policy import POLICY
from logistics.routing.models import PlanDepot, PlanStop, PlanVehicle, PlanWave
from tests.api.ledger_bodies import ledger_bodies
from tests.api.world import SCOPED, Side, World, a_world, bearer, signed_in, utc_now
from tests.api.world_catalogue import catalogue_bodies
from tests.api.world_chats import chat_bodies
from tests.api.world_messages import message_bodies
from tests.api.world_reports import report_bodies
from tests.api.world_rounds import round_bodies
from tests.conftest import settings_for

UNSCOPED = {
    *("accounts.revoke_token", "api_page.asset", "static", "web.static", "web.leaflet"),
    "web.stock.export_file",  # names a list whose rows are the viewer's own: the walk over own pages looks at them
}
"""Addresses with a part that names no object of a side; a token is tried by its own test."""

OPEN_TO_ALL = {"communities.list_areas", "accounts.list_couriers"}
"""Lists that show both sides on purpose: merchants name any area, and give manifests to any courier."""


@pytest.fixture
def world(app: Flask) -> World:
    return a_world()


def rules(app: Flask) -> Iterator[tuple[UrlRule, str]]:
    for rule in sorted(app.url_map.iter_rules(), key=lambda rule: rule.rule):
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            yield rule, method


def address(app: Flask, rule: UrlRule, side: Side) -> str:
    kind = "plan.json" if "plan" in rule.rule else "quarantined"
    name = "stock" if "/stock/" in rule.rule else "x"
    fixed = {"kind": kind, "token_id": 1, "name": name, "filename": "x", "ending": "csv"}
    values = {name: side.ids.get(name, fixed.get(name)) for name in rule.arguments}
    with app.test_request_context():
        return str(app.url_map.bind("localhost").build(rule.endpoint, values))


def body(endpoint: str, side: Side) -> dict[str, Any]:
    """A sound request about the objects of `side`, so that a refusal is about whose they are."""
    now, ids = utc_now(), side.ids
    today = local_date(now)
    later = (now + timedelta(days=2)).astimezone(SHANGHAI).replace(hour=9)
    window = {"code": "AM", "starts_at": later.isoformat(), "ends_at": (later + timedelta(hours=1)).isoformat()}
    return {
        "accounts.create_token": {"username": "nobody", "password": "wrong password"},
        "communities.put_status": {"starts_on": today.isoformat(), "ends_on": today.isoformat()},
        "communities.put_persons": {"person_count": 3},
        "inventory.put_entitlement_rule": {"quantity": 5, "days": 7},
        "inventory.take_goods": {
            "item_id": ids["item_id"],
            "household_id": ids["household_id"],
            "quantity": 1,
        },
        "inventory.create_ballot": {
            "title": "Masks",
            "item_id": ids["item_id"],
            "area_id": ids["area_id"],
            "quantity": 5,
            "supply": 10,
            "closes_at": (now + timedelta(hours=1)).isoformat(),
        },
        "inventory.register_for_ballot": {"household_id": ids["household_id"]},
        "orders.draft_campaign": {
            "store_id": ids["store_id"],
            "title": "Rice",
            "cut_off_at": (now + timedelta(hours=1)).isoformat(),
            "delivery_date": local_date(later).isoformat(),
            "area_ids": [ids["area_id"]],
            "windows": [window],
            "offers": [{"sku": "V01", "price_cents": 1}],
        },
        "orders.change_campaign": {
            "store_id": ids["store_id"],
            "title": "Rice",
            "cut_off_at": (now + timedelta(hours=1)).isoformat(),
            "delivery_date": local_date(later).isoformat(),
            "area_ids": [ids["area_id"]],
            "windows": [window],
            "offers": [{"sku": "V01", "price_cents": 1}],
        },
        "orders.return_campaign": {"reason": "Too dear"},
        "orders.decide_campaign": {"form": True},
        "orders.change_order": {"expected": 1, "window_code": "AM"},
        "orders.place_order": {
            "campaign_id": ids["campaign_id"],
            "household_id": ids["household_id"],
            "window_code": "AM",
            "lines": [{"sku": "V01", "quantity": 1}],
        },
        "routing.create_vehicle": {
            "store_id": ids["store_id"],
            "code": "van-99",
            "type": "van",
            "type_name": "van",
            "capacity_g": 1,
            "capacity_packages": 1,
            "shift_start_min": 0,
            "shift_end_min": 1,
        },
        "routing.change_vehicle": {"active": False},
        "routing.request_plan": {"delivery_date": "2020-02-19", "wave_ids": [ids["wave_id"]]},
        "delivery.assign_courier": {"courier_id": ids["courier_id"]},
        "delivery.record_handover": {"proof": "left_at_door"},
        "delivery.collect_order": {"pickup_code": ids["pickup_code"]},
        **catalogue_bodies(ids, today.isoformat()),
        **ledger_bodies(ids),
        **round_bodies(ids),
        **report_bodies(ids),
        **message_bodies(),
        **chat_bodies(ids),
    }.get(endpoint, {})


def form(endpoint: str, side: Side) -> dict[str, Any] | None:
    """A sound form of a page about the objects of `side`."""
    today = local_date(utc_now()).isoformat()
    return {
        "web.compounds.set_persons": {"persons": "3"},
        "web.draws.take": {"item_id": side.ids["item_id"], "quantity": 1},
        "web.ballots.register": {"household_id": side.ids["household_id"]},
        "web.compounds.set_status": {"action": "set", "starts_on": today, "ends_on": today},
        "web.courier.hand_over": {"proof": "left_at_door"},
        "web.manifests.assign": {"courier_id": side.ids["courier_id"]},
        "web.orders.collect": {"code": side.ids["pickup_code"]},
        "web.channels.set_household": {"kind": "page", "language": "zh"},
        "web.channels.set_area": {"kind": "page", "language": "zh"},
        "web.reports.correct": {"version": 1, "reason": "counted again"},
    }.get(endpoint)


def test_every_endpoint_has_exactly_one_policy_row(app: Flask) -> None:
    endpoints = {rule.endpoint for rule in app.url_map.iter_rules()}

    assert endpoints - POLICY.keys() == set(), "endpoints that nobody may use: give them a row in logistics/policy.py"
    assert POLICY.keys() - endpoints == set(), "rows without an endpoint"


def test_an_endpoint_without_a_row_is_refused_even_to_an_administrator(
    world: World, sqlite_database: str, tmp_path: Path
) -> None:
    other = create_app(settings_for(sqlite_database, tmp_path))  # the routes of `app` are those of every test
    other.add_url_rule("/api/v1/forgotten", "forgotten", lambda: "secret")

    answer = other.test_client().get("/api/v1/forgotten", headers=bearer(world.admin_token))

    assert (answer.status_code, answer.json["code"]) == (403, "no_policy")


def test_nobody_gets_in_without_signing_in(app: Flask, world: World) -> None:
    wrong = []
    for rule, method in rules(app):
        if POLICY[rule.endpoint].public:
            continue
        path = address(app, rule, world.ours)
        answer = app.test_client().open(path, method=method, json=body(rule.endpoint, world.ours) or None)
        page = not path.startswith("/api/")
        asked_to_sign_in = answer.status_code == 302 and "/login" in answer.headers["Location"]
        # a form without its token is refused before anybody asks who sent it
        if not (answer.status_code == 401 or (page and (asked_to_sign_in or answer.status_code == 400))):
            wrong.append(f"{method} {path}: {answer.status_code}")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("role", SCOPED)
def test_no_role_reaches_a_foreign_object_through_the_api(app: Flask, world: World, role: Role) -> None:
    client, token, wrong, tried = app.test_client(), world.ours.tokens[role], [], 0
    for rule, method in rules(app):
        named = body(rule.endpoint, world.theirs)
        if not rule.rule.startswith("/api/v1") or rule.endpoint in UNSCOPED or not (rule.arguments or named):
            continue
        if POLICY[rule.endpoint].public:
            continue
        path = address(app, rule, world.theirs)
        headers = bearer(token, **{"Idempotency-Key": f"{role}-{path}"})
        answer = client.open(path, method=method, json=named if method != "GET" else None, headers=headers)
        expected = 404 if role in POLICY[rule.endpoint].roles else 403
        tried += 1
        if answer.status_code != expected:
            wrong.append(f"{method} {path}: {answer.status_code} {answer.get_data(as_text=True)[:200]}")
    assert not wrong, "\n".join(wrong)
    assert tried >= 34, f"{tried} routes walked"


@pytest.mark.parametrize("role", SCOPED)
def test_no_list_shows_a_foreign_object(app: Flask, world: World, role: Role) -> None:
    client, token, wrong = app.test_client(), world.ours.tokens[role], []
    for rule, method in rules(app):
        if rule.arguments or method != "GET" or not rule.rule.startswith("/api/v1") or rule.endpoint in OPEN_TO_ALL:
            continue
        answer = client.get(rule.rule, headers=bearer(token))
        text = answer.get_data(as_text=True)
        shown = sorted(mark for mark in world.theirs.marks if mark in text)
        if answer.status_code not in (200, 403) or shown:
            wrong.append(f"{rule.rule}: {answer.status_code}, shows {shown}")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("role", SCOPED)
def test_no_page_shows_or_changes_a_foreign_object(app: Flask, world: World, role: Role) -> None:
    client, csrf = signed_in(app, world.ours.account_ids[role])
    wrong = []
    for rule, method in rules(app):
        if rule.rule.startswith("/api/") or not rule.arguments or rule.endpoint in UNSCOPED:
            continue
        path = address(app, rule, world.theirs)
        answer = client.open(path, method=method, headers={"X-CSRFToken": csrf}, data=form(rule.endpoint, world.theirs))
        expected = {404} if role in POLICY[rule.endpoint].roles else {403}
        if answer.status_code not in expected:
            wrong.append(f"{method} {path}: {answer.status_code} {answer.headers.get('Location', '')}")
    assert not wrong, "\n".join(wrong)


def test_own_objects_answer_on_both_databases(any_app: Flask) -> None:
    world, client, wrong = a_world(), any_app.test_client(), []
    for role in (*SCOPED, Role.ADMIN):
        token = world.admin_token if role is Role.ADMIN else world.ours.tokens[role]
        for rule, method in rules(any_app):
            if method != "GET" or not rule.rule.startswith("/api/v1") or role not in POLICY[rule.endpoint].roles:
                continue
            path = address(any_app, rule, world.ours)
            answer = client.get(path, headers=bearer(token))
            if answer.status_code != 200:
                wrong.append(f"{role} {path}: {answer.status_code} {answer.get_data(as_text=True)[:300]}")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("role", [*SCOPED, Role.ADMIN])
def test_own_pages_answer_and_show_nothing_foreign(app: Flask, world: World, role: Role) -> None:
    client, _ = signed_in(app, world.admin_id if role is Role.ADMIN else world.ours.account_ids[role])
    foreign = frozenset() if role is Role.ADMIN else world.theirs.marks
    wrong = []
    for rule, method in rules(app):
        if method != "GET" or rule.rule.startswith("/api/") or rule.endpoint in UNSCOPED:
            continue
        if role not in POLICY[rule.endpoint].roles:
            continue
        answer = client.get(address(app, rule, world.ours))
        text = answer.get_data().decode(errors="replace")  # workbooks are no text
        shown = sorted(mark for mark in foreign if mark in text)
        if answer.status_code not in (200, 302) or shown:
            wrong.append(f"{rule.rule}: {answer.status_code}, shows {shown}")
    assert not wrong, "\n".join(wrong)


def test_a_merchant_sees_neither_flats_nor_who_is_quarantined(app: Flask, world: World) -> None:
    headers, ids = bearer(world.ours.tokens[Role.MERCHANT]), world.ours.ids
    client = app.test_client()

    order = client.get(f"/api/v1/orders/{ids['order_id']}", headers=headers).json
    packed = client.get(f"/api/v1/batches/{ids['batch_id']}", headers=headers).json["orders"][0]
    stop = client.get(f"/api/v1/manifests/{ids['manifest_id']}", headers=headers).json["stops"][0]

    assert (order["household_id"], order["household_code"], order["flat"], order["pickup_code"]) == (None, "", "", "")
    assert (packed["household_id"], packed["household_code"], packed["unit"], packed["flat"]) == (None, "", "", "")
    assert stop["doors"] == []


def test_of_a_shared_plan_a_merchant_sees_its_own_part(app: Flask, world: World) -> None:
    headers, client = bearer(world.ours.tokens[Role.MERCHANT]), app.test_client()
    at = f"/api/v1/plans/{world.ours.ids['plan_id']}"
    share_plan(world)

    plan = client.get(at, headers=headers)
    cancelled = client.post(f"{at}/cancel", headers=headers)
    exports = [client.get(f"{at}/{name}", headers=headers) for name in ("plan.json", "routes.geojson", "manifests.csv")]

    assert plan.json["whole"] is False
    assert (plan.json["route_count"], plan.json["stop_count"], plan.json["distance_m"]) == (1, 1, 1_000)
    assert plan.json["wave_ids"] == [world.ours.ids["wave_id"]]
    assert (cancelled.status_code, cancelled.json["code"]) == (403, "not_yours_to_stop")
    for answer in (plan, *exports):
        text = answer.get_data(as_text=True)
        assert answer.status_code == 200
        assert [mark for mark in world.theirs.marks if mark in text] == []


def test_a_courier_sees_the_doors_of_today_and_nothing_of_tomorrow(app: Flask, world: World) -> None:
    headers, ids = bearer(world.ours.tokens[Role.COURIER]), world.ours.ids
    client = app.test_client()
    today = client.get(f"/api/v1/manifests/{ids['manifest_id']}", headers=headers)

    _move_manifest(ids["manifest_id"], days=1)
    tomorrow = client.get(f"/api/v1/manifests/{ids['manifest_id']}", headers=headers)

    assert [door["order_id"] for door in today.json["stops"][0]["doors"]] == [ids["order_id"]]
    assert tomorrow.status_code == 404


def test_a_token_of_another_account_cannot_be_revoked(app: Flask, world: World) -> None:
    client = app.test_client()
    theirs = client.get("/api/v1/tokens", headers=bearer(world.theirs.tokens[Role.MERCHANT])).json[0]["id"]

    answer = client.delete(f"/api/v1/tokens/{theirs}", headers=bearer(world.ours.tokens[Role.MERCHANT]))

    assert answer.status_code == 404


def test_an_id_beyond_any_column_is_not_found(app: Flask, world: World) -> None:
    client, wrong = app.test_client(), []
    for rule, method in rules(app):
        if "<int:" not in rule.rule:
            continue
        path = rule.rule
        for name in rule.arguments:
            path = path.replace(f"<int:{name}>", str(2**31)).replace(f"<{name}>", "quarantined")
            path = path.replace(f"<string:{name}>", "plan.json")
        answer = client.open(path, method=method, headers=bearer(world.admin_token))
        if answer.status_code not in (404, 405):  # 405 where another method of the address takes any text
            wrong.append(f"{method} {path}: {answer.status_code}")
    assert not wrong, "\n".join(wrong)


def test_a_policy_row_is_public_or_names_roles() -> None:
    assert all(rule == PUBLIC or (rule.roles and not rule.public) for rule in POLICY.values())
    assert Rule(roles=frozenset(Role)) == SIGNED_IN


def share_plan(world: World) -> None:
    """Make our plan also carry their wave: their route and stop move over."""
    ours, theirs = world.ours.ids["plan_id"], world.theirs.ids["plan_id"]
    with transaction() as session:
        for table in (PlanWave, PlanDepot, PlanVehicle, PlanStop):
            session.execute(update(table).where(table.plan_id == theirs).values(plan_id=ours))


def _move_manifest(manifest_id: int, *, days: int) -> None:
    with transaction() as session:
        manifest = session.get_one(Manifest, manifest_id)
        manifest.delivery_date += timedelta(days=days)
