"""Pages on which somebody chooses how messages come, and on which an office sees what became of them."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from logistics.accounts.models import Role
from tests.api.world import World, a_world, signed_in
from tests.api.world_messages import PHONE, ROBOT

SMS = {"kind": "sms", "phone": "139 0013 9000", "language": "zh", "agreed": "yes"}


@pytest.fixture
def world(app: Flask) -> World:
    return a_world()


def browser(app: Flask, world: World, role: Role) -> tuple[FlaskClient, dict[str, str]]:
    client, csrf = signed_in(app, world.ours.account_ids[role])
    client.set_cookie("lang", "en")
    return client, {"X-CSRFToken": csrf}


def words(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", html))


def test_a_resident_chooses_sms_and_later_the_page_alone(app: Flask, world: World) -> None:
    client, csrf = browser(app, world, Role.RESIDENT)

    assert "/my/channel" in client.get("/my").text
    chosen = client.post("/my/channel", data=SMS, headers=csrf, follow_redirects=True)
    kept = client.post("/my/channel", data={**SMS, "phone": "", "at_night": "yes"}, headers=csrf, follow_redirects=True)
    gone = client.post("/my/channel", data={"kind": "page", "language": "zh"}, headers=csrf, follow_redirects=True)

    assert "By SMS · 139****9000" in words(chosen.text)
    assert "By SMS · 139****9000" in words(kept.text)
    assert 'name="at_night" value="yes" checked' in kept.text
    assert "139****9000" not in gone.text


def test_what_is_wrong_stands_beside_its_field_and_a_secret_is_not_sent_back(app: Flask, world: World) -> None:
    client, csrf = browser(app, world, Role.RESIDENT)

    no_number = client.post("/my/channel", data={**SMS, "phone": "12"}, headers=csrf)
    no_word = client.post("/my/channel", data={**SMS, "agreed": ""}, headers=csrf)
    robot = {"kind": "robot", "robot": ROBOT + "x y", "secret": "SECabcdefgh", "language": "zh", "agreed": "yes"}
    no_robot = client.post("/my/channel", data=robot, headers=csrf)

    assert [answer.status_code for answer in (no_number, no_word, no_robot)] == [422, 422, 422]
    assert 'id="wrong-phone"' in no_number.text
    assert 'id="wrong-agreed"' in no_word.text
    assert 'id="wrong-robot"' in no_robot.text
    assert not {ROBOT, "SECabcdefgh"} & set(re.findall(r'value="([^"]*)"', no_robot.text))


def test_a_worker_chooses_for_a_household_which_reads_of_it(app: Flask, world: World) -> None:
    home = world.ours.ids["household_id"]
    worker, csrf = browser(app, world, Role.COMMUNITY_WORKER)
    resident, _ = browser(app, world, Role.RESIDENT)

    answer = worker.post(f"/households/{home}/channel", data=SMS, headers=csrf, follow_redirects=True)

    assert "139****9000" in answer.text
    assert f"/households/{home}/channel" in worker.get(f"/households/{home}").text
    told = words(resident.get("/my").text)
    assert "Where your messages go was changed: By SMS" in told
    assert "Done for you by your community." in told


def test_an_area_is_offered_no_sms(app: Flask, world: World) -> None:
    client, csrf = browser(app, world, Role.STREET_OFFICE)
    path = f"/areas/{world.ours.ids['area_id']}/channel"

    form = client.get(path)
    robot = {"kind": "robot", "robot": ROBOT, "secret": "", "language": "zh", "agreed": "yes"}
    kept = client.post(path, data=robot, headers=csrf, follow_redirects=True)

    assert not {'value="sms"', 'id="phone"'} & set(re.findall(r'\w+="\w+"', form.text))
    assert "WeCom ****8d30" in kept.text


def test_an_office_sees_what_was_given_up_and_has_it_sent_again(app: Flask, world: World) -> None:
    client, csrf = browser(app, world, Role.STREET_OFFICE)
    delivery_id = world.ours.ids["delivery_id"]

    listed = client.get("/messages?state=failed")
    none = client.get("/messages?state=sent")
    again = client.post(f"/messages/{delivery_id}/again", headers=csrf, follow_redirects=True)
    twice = client.post(f"/messages/{delivery_id}/again", headers=csrf)

    shown = words(listed.text)
    for word in ("Goods here", "138****8000", "Send again"):
        assert word in shown
    assert "WeCom ****8d30" in shown  # its groups
    assert "Nothing of this kind." in words(none.text)
    for word in ("It will be sent within a minute.", "Waiting"):
        assert word in words(again.text)
    assert twice.status_code == 409
    assert PHONE not in listed.text + again.text


@pytest.mark.parametrize("role", [Role.RESIDENT, Role.STREET_OFFICE, Role.COMMUNITY_WORKER])
def test_the_pages_are_chinese_first(app: Flask, world: World, role: Role) -> None:
    client, _ = signed_in(app, world.ours.account_ids[role])
    paths = ["/my/channel"] if role is Role.RESIDENT else ["/messages", f"/areas/{world.ours.ids['area_id']}/channel"]

    for path in paths:
        main = words(re.sub(r".*<main[^>]*>|</main>.*", "", client.get(path).text, flags=re.S))
        assert re.search(r"[一-鿿]", main)
        assert set(re.findall(r"[A-Za-z]{3,}", main)) <= {
            "community",
            "district",
            "street",
            "office",
            "Compound",
            "WeCom",
        }
