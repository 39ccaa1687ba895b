"""What a viewer who sees a part is not told of the rest: the rival's cost, the neighbours' route, whose door it is."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update

from logistics.accounts.models import Role
from logistics.clock import SHANGHAI
from logistics.communities.rules import PointKind
from logistics.day.models import DayRun
from logistics.db import reading, transaction
from logistics.delivery.models import Manifest
from logistics.delivery.rules import ManifestState
from logistics.fulfilment.models import Batch
from logistics.notifications.models import Notification
from logistics.notifications.rules import Event
from logistics.routing.models import Plan, PlanStop
from tests.api.world import World, a_token, a_world, bearer, signed_in
from tests.test_access import share_plan
from tests.web.site import a_market_with_people, browser_of

AREA = (Role.STREET_OFFICE, Role.COMMUNITY_WORKER)
WAY = ("depart_at", "return_at", "distance_m", "line")
LEG = ("position", "load_g_after", "travel_s", "travel_m")


@pytest.fixture
def world(app: Flask) -> World:
    return a_world()


def read(app: Flask, world: World, role: Role, path: str) -> Any:
    token = world.admin_token if role is Role.ADMIN else world.ours.tokens[role]
    answer = app.test_client().get(f"/api/v1/{path}", headers=bearer(token))
    assert answer.status_code == 200, answer.get_data(as_text=True)
    return answer.json


def the_search_said(world: World, **values: Any) -> None:
    with transaction() as session:
        session.execute(update(Plan).where(Plan.id == world.ours.ids["plan_id"]).values(**values))


def let_our_route_come_to_them_first(world: World) -> None:
    """Their stop joins our plan, on our vehicle, before ours."""
    ours, theirs = world.ours.ids, world.theirs.ids
    with transaction() as session:
        mine = session.get_one(PlanStop, ours["stop_id"])
        mine.position = 2
        session.flush()
        foreign = session.get_one(PlanStop, theirs["stop_id"])
        foreign.plan_id, foreign.plan_vehicle_id, foreign.store_id = mine.plan_id, mine.plan_vehicle_id, mine.store_id


def test_of_a_shared_plan_a_merchant_learns_no_cost_and_no_count_of_everybodys(app: Flask, world: World) -> None:
    progress = {"elapsed_s": 3.5, "fraction": 0.5, "cost": 99_999, "routes": 7, "dropped": 4}
    the_search_said(world, cost=88_888, progress=progress)
    at, run = f"plans/{world.ours.ids['plan_id']}", f"runs/{world.ours.ids['run_id']}"
    alone = read(app, world, Role.MERCHANT, at)
    share_plan(world)

    shared = [read(app, world, Role.MERCHANT, path) for path in (at, f"{at}/progress")]
    (listed,) = read(app, world, Role.MERCHANT, "plans")["items"]
    everything = read(app, world, Role.ADMIN, at)

    assert (alone["cost"], alone["progress"]) == (88_888, progress)
    assert (everything["cost"], everything["progress"]) == (88_888, progress)
    for plan in (*shared, listed):
        assert (plan["cost"], plan["progress"]) == (None, {"elapsed_s": 3.5, "fraction": 0.5})
    assert read(app, world, Role.MERCHANT, run)["plan_progress"] == {"elapsed_s": 3.5, "fraction": 0.5}
    assert read(app, world, Role.ADMIN, run)["plan_progress"] == progress


@pytest.mark.parametrize("role", AREA)
def test_the_area_side_sees_its_stop_and_not_the_way_to_the_others(app: Flask, world: World, role: Role) -> None:
    let_our_route_come_to_them_first(world)

    plan = read(app, world, role, f"plans/{world.ours.ids['plan_id']}")
    manifest = read(app, world, role, f"manifests/{world.ours.ids['manifest_id']}")
    (listed,) = read(app, world, role, "manifests")["items"]

    (route,) = [route for route in plan["routes"] if route["stops"]]
    (stop,) = route["stops"]
    (handed,) = manifest["stops"]
    assert (route["shared"], manifest["shared"], listed["shared"], plan["distance_m"]) == (True, True, True, 0)
    assert [route[key] for key in WAY] == [manifest[key] for key in WAY] == [None] * 4
    assert [listed[key] for key in WAY[:3]] == [None] * 3
    assert [stop[key] for key in LEG] == [handed["stop"][key] for key in LEG] == [None] * 4
    assert stop["arrival_at"] == handed["stop"]["arrival_at"] is not None  # when its own goods come


@pytest.mark.parametrize("role", AREA)
def test_a_route_that_comes_to_one_area_alone_is_told_whole(app: Flask, world: World, role: Role) -> None:
    plan = read(app, world, role, f"plans/{world.ours.ids['plan_id']}")

    (route,) = [route for route in plan["routes"] if route["stops"]]
    assert (route["shared"], route["distance_m"], route["stops"][0]["position"]) == (False, 1_000, 1)


@pytest.mark.parametrize("role", [Role.MERCHANT, Role.COURIER, Role.ADMIN])
def test_the_store_and_its_courier_see_the_whole_route(app: Flask, world: World, role: Role) -> None:
    let_our_route_come_to_them_first(world)

    manifest = read(app, world, role, f"manifests/{world.ours.ids['manifest_id']}")

    assert (manifest["shared"], manifest["distance_m"], len(manifest["stops"])) == (False, 1_000, 2)


def test_the_pages_of_a_route_shared_with_others_draw_the_own_stop_alone(app: Flask, world: World) -> None:
    let_our_route_come_to_them_first(world)
    ids = world.ours.ids
    client, _ = signed_in(app, world.ours.account_ids[Role.STREET_OFFICE])

    pages = [
        client.get(path)
        for path in (
            f"/plans/{ids['plan_id']}",
            f"/plans/{ids['plan_id']}/map",
            f"/manifests/{ids['manifest_id']}/print",
            "/manifests",
        )
    ]
    data = client.get(f"/plans/{ids['plan_id']}/map.json").json

    assert [page.status_code for page in pages] == [200] * 4
    (route,) = [route for route in data["routes"] if route["line"] is None and not route["track"]]
    (stop,) = data["stops"]
    assert (stop["route"], stop["position"], stop["name"]) == (route["id"], None, f"name {world.ours.store.code}")


def test_a_merchant_is_not_told_which_building_a_batch_for_doors_goes_to(app: Flask, world: World) -> None:
    ids = world.ours.ids
    at = f"batches/{ids['batch_id']}"

    door, order = read(app, world, Role.MERCHANT, at), read(app, world, Role.MERCHANT, f"orders/{ids['order_id']}")
    worker = read(app, world, Role.COMMUNITY_WORKER, at)
    with transaction() as session:
        session.execute(update(Batch).where(Batch.id == ids["batch_id"]).values(kind=PointKind.PICKUP_POINT))
    pickup = read(app, world, Role.MERCHANT, at)

    assert (door["kind"], door["orders"][0]["building"], order["building"]) == ("door", "", "")
    assert worker["orders"][0]["building"] == pickup["orders"][0]["building"] != ""


def test_why_a_plan_or_run_failed_is_told_in_full_to_administrators_alone(app: Flask, world: World) -> None:
    ids, words = world.ours.ids, "OperationalError: /srv/secret/platform.db"
    the_search_said(world, error=words, requested_by_id=world.ours.account_ids[Role.MERCHANT])
    with transaction() as session:
        session.execute(update(DayRun).where(DayRun.id == ids["run_id"]).values(error=words))

    told = {
        role: [read(app, world, role, path)["error"] for path in (f"plans/{ids['plan_id']}", f"runs/{ids['run_id']}")]
        for role in (Role.ADMIN, Role.MERCHANT, Role.STREET_OFFICE)
    }

    client, _ = signed_in(app, world.ours.account_ids[Role.MERCHANT])
    page = client.get(f"/plans/{ids['plan_id']}").get_data(as_text=True)
    assert told == {Role.ADMIN: [words] * 2, Role.MERCHANT: ["failed"] * 2, Role.STREET_OFFICE: ["failed"] * 2}
    assert words not in page
    assert "计划未能生成" in page  # in the reader's own words instead


def test_a_worker_cancels_no_order_that_the_household_placed_itself(app: Flask) -> None:
    market = a_market_with_people()
    client = app.test_client()
    with transaction() as session:
        tokens = {who: a_token(session, who) for who in (market.resident_id, market.worker_id)}
    order = {"campaign_id": market.campaign_id, "window_code": "AM", "lines": [{"sku": "V01", "quantity": 1}]}

    def placed(who: int) -> int:
        headers = bearer(tokens[who], **{"Idempotency-Key": f"k{who}"})
        body = {**order, "household_id": market.household_id}
        return int(client.post("/api/v1/orders", json=body, headers=headers).json["order_id"])

    own, proxy = placed(market.resident_id), placed(market.worker_id)
    worker = bearer(tokens[market.worker_id])
    refused = client.post(f"/api/v1/orders/{own}/cancel", headers=worker)
    page, _ = browser_of(app, market.worker_id).send(f"/orders/{own}/cancel")
    cancelled = client.post(f"/api/v1/orders/{proxy}/cancel", headers=worker)
    by_itself = client.post(f"/api/v1/orders/{own}/cancel", headers=bearer(tokens[market.resident_id]))

    assert (refused.status_code, refused.json["code"], page) == (403, "not_yours_to_cancel", 403)
    assert (cancelled.json["state"], by_itself.json["state"]) == ("cancelled", "cancelled")
    with reading() as session:
        told = session.scalars(
            select(Notification.data).where(Notification.event == Event.ORDER_CANCELLED).order_by(Notification.id)
        )
        assert [data["cancelled_by_id"] for data in told] == [market.worker_id, market.resident_id]


@pytest.mark.parametrize(
    ("days_ago", "hour", "state", "seen"),
    [
        (0, 23, ManifestState.UNDER_WAY, True),
        (1, 0, ManifestState.UNDER_WAY, True),
        (1, 11, ManifestState.ISSUED, True),
        (1, 12, ManifestState.UNDER_WAY, False),
        (1, 0, ManifestState.DONE, False),
        (2, 0, ManifestState.UNDER_WAY, False),
    ],
)
def test_a_courier_keeps_a_tour_past_midnight_until_it_is_done_or_noon(
    app: Flask, world: World, days_ago: int, hour: int, state: ManifestState, seen: bool
) -> None:
    at = f"/api/v1/manifests/{world.ours.ids['manifest_id']}"
    with transaction() as session:
        manifest = session.get_one(Manifest, world.ours.ids["manifest_id"])
        manifest.state = state
        day = datetime.combine(manifest.delivery_date + timedelta(days=days_ago), time(hour), SHANGHAI)
    app.config["CLOCK"] = lambda: day.astimezone(UTC)
    with transaction() as session:
        token = a_token(session, world.ours.account_ids[Role.COURIER])

    assert app.test_client().get(at, headers=bearer(token)).status_code == (200 if seen else 404)


def test_a_world_made_a_second_before_midnight_stays_in_its_day(app: Flask) -> None:
    midnight = datetime(2026, 3, 2, tzinfo=SHANGHAI).astimezone(UTC)
    ticking = iter([midnight - timedelta(seconds=1)])
    app.config["CLOCK"] = lambda: next(ticking, midnight)

    world = a_world()

    at = f"/api/v1/manifests/{world.ours.ids['manifest_id']}"
    assert app.test_client().get(at, headers=bearer(world.ours.tokens[Role.COURIER])).status_code == 200
    assert read(app, world, Role.COURIER, "manifests")["items"][0]["delivery_date"] == "2026-03-01"
