"""Numbers in the addresses and forms of pages, as nobody should send them: never a server error."""

from __future__ import annotations

import pytest
from flask import Flask

from logistics.accounts.models import Role
from logistics.web.here import asked_id
from tests.api.world import a_world
from tests.web.site import browser_of

HUGE = "9" * 23


@pytest.mark.parametrize(
    ("text", "number"),
    [("1", 1), (" 7 ", 7), ("2147483647", 2**31 - 1), ("2147483648", 0), (HUGE, 0), ("9" * 5_000, 0)],
)
def test_an_id_beyond_any_column_names_nothing(text: str, number: int) -> None:
    assert asked_id({"day": text}, "day") == number


@pytest.mark.parametrize("text", ["", "-1", "1.0", "１", "x"])
def test_what_is_no_number_is_as_if_it_were_left_out(text: str) -> None:
    assert asked_id({"day": text}, "day") is None
    assert asked_id({}, "day") is None


def test_a_page_asked_for_an_impossible_object_answers(app: Flask) -> None:
    world = a_world()
    ids, admin = world.ours.ids, browser_of(app, world.admin_id)
    worker = browser_of(app, world.ours.account_ids[Role.COMMUNITY_WORKER])

    answers = {
        address: browser.get(f"{address}={HUGE}").status_code
        for browser, address in (
            (admin, "/?day"),
            (admin, "/orders?campaign_id"),
            (admin, "/manifests?plan_id"),
            (worker, "/proxy?compound_id"),
            (worker, f"/proxy?compound_id={ids['compound_id']}&building_id"),
            (worker, f"/compounds/{ids['compound_id']}?building_id"),
        )
    }
    assigned, _ = admin.send(f"/manifests/{ids['manifest_id']}/courier", courier_id=HUGE)

    assert answers == {
        "/?day": 404,
        "/orders?campaign_id": 404,
        "/manifests?plan_id": 200,
        "/proxy?compound_id": 404,
        f"/proxy?compound_id={ids['compound_id']}&building_id": 200,
        f"/compounds/{ids['compound_id']}?building_id": 200,
    }
    assert assigned == 404
