"""How somebody is told, and what became of it, over HTTP; and that nobody is shown an address."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from logistics.accounts.models import Role
from logistics.db import reading
from logistics.notifications.models import Notification, RecipientChannel
from logistics.notifications.rules import Event
from tests.api.world import World, a_world, bearer, signed_in
from tests.api.world_messages import PHONE, ROBOT

SMS = {"kind": "sms", "address": "+86 139-0013-9000", "language": "en", "agreed": True}


@pytest.fixture
def world(app: Flask) -> World:
    return a_world()


def asked(app: Flask, world: World, role: Role, method: str, path: str, body: Any = None) -> Any:
    token = world.admin_token if role is Role.ADMIN else world.ours.tokens[role]
    return app.test_client().open(f"/api/v1/{path}", method=method, json=body, headers=bearer(token))


def own(world: World) -> str:
    return f"households/{world.ours.ids['household_id']}/channel"


def area(world: World) -> str:
    return f"areas/{world.ours.ids['area_id']}/channel"


def told_of_change(world: World) -> list[dict[str, Any]]:
    with reading() as session:
        rows = select(Notification.data).where(
            Notification.household_id == world.ours.ids["household_id"], Notification.event == Event.CHANNEL_SET
        )
        return list(session.scalars(rows))


def test_a_resident_chooses_and_sees_the_end_of_the_number_alone(app: Flask, world: World) -> None:
    answer = asked(app, world, Role.RESIDENT, "PUT", own(world), SMS)

    assert answer.status_code == 200
    assert {name: answer.json[name] for name in ("kind", "shown", "language", "at_night", "area_id")} == {
        "kind": "sms",
        "shown": "139****9000",
        "language": "en",
        "at_night": False,
        "area_id": None,
    }
    assert asked(app, world, Role.RESIDENT, "GET", own(world)).json == answer.json
    assert told_of_change(world) == []


def test_a_worker_chooses_for_a_household_which_is_told_once(app: Flask, world: World) -> None:
    first = asked(app, world, Role.COMMUNITY_WORKER, "PUT", own(world), SMS)
    again = asked(app, world, Role.COMMUNITY_WORKER, "PUT", own(world), {**SMS, "address": "", "at_night": True})

    assert (first.status_code, again.json["shown"], again.json["at_night"]) == (200, "139****9000", True)
    assert again.json["agreed_at"] == first.json["agreed_at"]
    assert told_of_change(world) == [{"way": "sms"}]


def test_going_back_to_the_page_forgets_the_number(app: Flask, world: World) -> None:
    answer = asked(app, world, Role.RESIDENT, "PUT", own(world), {"kind": "page"})

    assert (answer.json["kind"], answer.json["shown"], answer.json["agreed_at"]) == ("page", "", None)
    with reading() as session:
        row = session.scalars(
            select(RecipientChannel).where(RecipientChannel.household_id == world.ours.ids["household_id"])
        ).one()
    assert (row.address, row.fingerprint) == ("", "")


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({**SMS, "agreed": False}, 422, "not_agreed"),
        ({**SMS, "address": "12345"}, 422, "bad_phone"),
        ({**SMS, "address": "010-62345678"}, 422, "bad_phone"),
        ({"kind": "robot", "agreed": True, "address": "https://evil.example/hook"}, 422, "bad_robot"),
        ({"kind": "robot", "agreed": True}, 422, "bad_robot"),
        ({"kind": "pigeon"}, 422, "invalid"),
        ({**SMS, "agreed": "yes"}, 422, "invalid"),
    ],
)
def test_what_is_not_right_is_named_and_changes_nothing(
    app: Flask, world: World, body: dict[str, Any], status: int, code: str
) -> None:
    before = asked(app, world, Role.RESIDENT, "GET", own(world)).json

    answer = asked(app, world, Role.RESIDENT, "PUT", own(world), body)

    assert (answer.status_code, answer.json["code"]) == (status, code)
    assert asked(app, world, Role.RESIDENT, "GET", own(world)).json == before


def test_an_area_has_a_robot_and_no_phone(app: Flask, world: World) -> None:
    robot = asked(
        app, world, Role.STREET_OFFICE, "PUT", area(world), {"kind": "robot", "address": ROBOT, "agreed": True}
    )
    phone = asked(app, world, Role.STREET_OFFICE, "PUT", area(world), SMS)

    assert (robot.json["kind"], robot.json["shown"]) == ("robot", "WeCom ****8d30")
    assert (phone.status_code, phone.json["code"]) == (422, "areas_have_no_phone")


def test_an_office_sees_what_failed_and_has_it_sent_again_once(app: Flask, world: World) -> None:
    listed = asked(app, world, Role.COMMUNITY_WORKER, "GET", "message-deliveries?state=failed").json["items"]
    path = f"message-deliveries/{world.ours.ids['delivery_id']}"
    again = asked(app, world, Role.COMMUNITY_WORKER, "POST", f"{path}/again")
    twice = asked(app, world, Role.COMMUNITY_WORKER, "POST", f"{path}/again")

    assert [(row["id"], row["event"], row["shown"]) for row in listed] == [
        (world.ours.ids["delivery_id"], "delivered", "138****8000")
    ]
    assert (again.status_code, again.json["delivery"]["state"], again.json["attempts"]) == (200, "waiting", [])
    assert (twice.status_code, twice.json["code"]) == (409, "not_to_send_again")


def test_a_platform_without_a_gateway_offers_no_sms(app: Flask, world: World) -> None:
    from dataclasses import replace

    app.config["SETTINGS"] = replace(app.config["SETTINGS"], message_sender="live")

    answer = asked(app, world, Role.RESIDENT, "PUT", own(world), SMS)

    assert (answer.status_code, answer.json["code"]) == (409, "no_such_way")


@pytest.mark.parametrize(
    "role", [Role.ADMIN, Role.STREET_OFFICE, Role.COMMUNITY_WORKER, Role.RESIDENT, Role.MERCHANT, Role.COURIER]
)
def test_nobody_is_shown_a_whole_address(app: Flask, world: World, role: Role) -> None:
    """Every list, every page and every object of a side, in every role, has the number and the key of nobody."""
    account = world.admin_id if role is Role.ADMIN else world.ours.account_ids[role]
    token = world.admin_token if role is Role.ADMIN else world.ours.tokens[role]
    client, _ = signed_in(app, account)
    looked = 0
    for rule in app.url_map.iter_rules():
        if "GET" not in (rule.methods or ()) or not set(rule.arguments) <= set(world.ours.ids):
            continue
        with app.test_request_context():
            path = str(
                app.url_map.bind("localhost").build(rule.endpoint, {n: world.ours.ids[n] for n in rule.arguments})
            )
        answer = client.get(path, headers=bearer(token) if path.startswith("/api/") else {})
        looked += answer.status_code == 200
        assert PHONE.encode() not in answer.data, path
        assert ROBOT.partition("key=")[2].encode() not in answer.data, path
    assert looked >= 5
