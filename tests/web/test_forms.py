"""The other forms: log in, hand over, give out, household status, runs, import."""

from __future__ import annotations

import io
import re
import zipfile
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from logistics.accounts.models import Role
from logistics.clock import local_date
from logistics.communities.models import HouseholdStatus
from logistics.day.models import Day, DayRun
from logistics.day.rules import RunState
from logistics.db import reading, transaction
from logistics.delivery.models import Handover, Manifest
from logistics.orders.models import Order
from logistics.orders.rules import OrderState
from tests.api.world import PASSWORD, World, a_world, an_account, utc_now
from tests.web.site import Browser, a_planned_day, browser_of

COURIER, WORKER, MERCHANT = Role.COURIER, Role.COMMUNITY_WORKER, Role.MERCHANT


@pytest.fixture
def world(app: Flask) -> World:
    return a_world()


def stranger(app: Flask) -> Browser:
    """A browser that has just opened the login page."""
    browser = Browser(app.test_client(), "")
    browser.token = token_of(browser.text("/login"))
    return browser


def token_of(page: str) -> str:
    found = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert found
    return found[1]


def test_logging_in_leads_to_the_start_of_the_role_and_out_again(app: Flask) -> None:
    with transaction() as session:
        an_account(session, "zhou", COURIER)
    browser = stranger(app)

    assert browser.send("/login", username="zhou", password=PASSWORD) == (302, "/courier")
    browser.token = token_of(browser.text("/courier"))
    assert browser.send("/logout") == (302, "/login")
    assert browser.get("/courier").status_code == 302


def test_a_wrong_password_is_told_without_saying_which_part_was_wrong(app: Flask) -> None:
    with transaction() as session:
        an_account(session, "zhou", COURIER)
    browser = stranger(app)

    for name in ("zhou", "nobody"):
        status, page = browser.send("/login", username=name, password="wrong password")
        assert status == 401
        assert "账号或密码不对" in page


@pytest.mark.parametrize(
    ("asked", "led"),
    [
        ("/orders?page=2", "/orders?page=2"),
        ("//evil.example/", "/"),
        ("https://evil.example/", "/"),
        ("/\\evil.example", "/"),
        ("/\tevil", "/"),
    ],
)
def test_after_the_login_one_stays_on_this_site(app: Flask, asked: str, led: str) -> None:
    with transaction() as session:
        an_account(session, "boss", Role.ADMIN)

    assert stranger(app).send("/login", username="boss", password=PASSWORD, next=asked) == (302, led)


def test_the_language_is_remembered_by_the_browser(app: Flask) -> None:
    browser = Browser(app.test_client(), "")

    assert "账号" in browser.text("/login")
    assert "User name" in browser.text("/login?lang=en")
    assert "User name" in browser.text("/login")
    assert "账号" in browser.text("/login?lang=zh")
    assert "账号" in browser.text("/login?lang=tlh")


def test_a_stop_handed_over_twice_is_recorded_once(app: Flask, world: World) -> None:
    courier, ids = browser_of(app, world.ours.account_ids[COURIER]), world.ours.ids
    address = f"/courier/{ids['manifest_id']}/stops/{ids['stop_id']}"

    for _ in range(2):
        assert courier.send(address, proof="left_at_door", note="三楼") == (302, f"/courier/{ids['manifest_id']}")

    with reading() as session:
        assert session.scalars(select(Handover.note)).all() == ["三楼"]
    assert "已完成 1 / 1 站" in courier.text(f"/courier/{ids['manifest_id']}")


def test_a_handover_with_no_or_the_wrong_proof_is_refused(app: Flask, world: World) -> None:
    courier, ids = browser_of(app, world.ours.account_ids[COURIER]), world.ours.ids
    address = f"/courier/{ids['manifest_id']}/stops/{ids['stop_id']}"

    assert courier.send(address, proof="magic")[0] == 400
    assert courier.send(address, proof="keeper_signed")[0] == 422  # a door is left, not signed for

    with reading() as session:
        assert session.scalar(select(func.count(Handover.stop_id))) == 0


def test_a_manifest_is_given_to_a_courier_and_taken_back(app: Flask, world: World) -> None:
    store, ids = browser_of(app, world.ours.account_ids[MERCHANT]), world.ours.ids

    for courier_id, kept in ((ids["courier_id"], ids["courier_id"]), ("", None)):
        assert store.send(f"/manifests/{ids['manifest_id']}/courier", courier_id=courier_id)[0] == 302
        with reading() as session:
            assert session.get_one(Manifest, ids["manifest_id"]).courier_id == kept
    somebody_else = world.ours.account_ids[Role.RESIDENT]
    assert store.send(f"/manifests/{ids['manifest_id']}/courier", courier_id=somebody_else)[0] == 404


def test_a_worker_begins_and_ends_a_quarantine(app: Flask, world: World) -> None:
    worker, today = browser_of(app, world.ours.account_ids[WORKER]), local_date(utc_now())
    household = world.ours.town.households[0][1]
    address = f"/households/{household}/status"

    worker.send(address, starts_on=today.isoformat(), ends_on=(today + timedelta(days=13)).isoformat())
    assert "今天结束" in worker.text(f"/households/{household}")
    worker.send(address, end="1")

    with reading() as session:
        assert session.scalar(select(HouseholdStatus.id).where(HouseholdStatus.household_id == household)) is None
    assert "未隔离" in worker.text(f"/households/{household}")


def test_a_status_without_dates_or_with_its_end_first_is_refused(app: Flask, world: World) -> None:
    worker, today = browser_of(app, world.ours.account_ids[WORKER]), local_date(utc_now())
    address = f"/households/{world.ours.town.households[0][1]}/status"

    assert worker.send(address, starts_on="soon", ends_on="")[0] == 302
    yesterday = (today - timedelta(days=1)).isoformat()
    assert worker.send(address, starts_on=today.isoformat(), ends_on=yesterday)[0] == 422


def test_a_run_is_started_followed_and_cancelled(app: Flask, tmp_path: Path) -> None:
    day = a_planned_day(tmp_path)
    browser = browser_of(app, day.admin_id)

    assert browser.send(f"/days/{day.day_id}/runs", time_limit_s="7") == (302, f"/?day={day.day_id}")
    with reading() as session:
        run = session.scalars(select(DayRun).where(DayRun.state == RunState.RUNNING)).one()
    assert run.time_limit_s == 7
    told = browser.get(f"/runs/{run.id}/status.json").get_json()
    assert (told["running"], told["fraction"], told["message"]) == (True, 0.0, "截单")
    states = {phase: step["state"] for phase, step in told["steps"].items()}
    assert states == {"close": "running", **dict.fromkeys(("wave", "batch", "plan", "manifest"), "waiting")}
    assert f'data-run="/runs/{run.id}/status.json"' in browser.text("/")

    assert browser.send(f"/runs/{run.id}/cancel")[0] == 302
    assert browser.get(f"/runs/{run.id}/status.json").get_json()["running"] is False
    assert browser.send(f"/runs/{run.id}/cancel")[0] == 409


@pytest.mark.parametrize("seconds", ["0", "-5", "99999"])
def test_a_planning_time_out_of_range_is_refused(app: Flask, tmp_path: Path, seconds: str) -> None:
    day = a_planned_day(tmp_path)
    browser = browser_of(app, day.admin_id)

    assert browser.send(f"/days/{day.day_id}/runs", time_limit_s=seconds)[0] == 422

    with reading() as session:
        assert session.scalar(select(func.count(DayRun.id))) == 1


def admin(app: Flask) -> Browser:
    with transaction() as session:
        return browser_of(app, an_account(session, "boss", Role.ADMIN))


def test_a_bad_day_is_told_as_a_table_and_leaves_nothing(app: Flask) -> None:
    upload = (io.BytesIO(b"order,sku\nO1,V01\n"), "order_lines.csv")

    status, page = admin(app).send("/import", files=upload)

    assert status == 422
    assert "没有导入任何内容" in page
    assert re.search(r"<td[^>]*>compounds\.csv</td>.*?缺少文件", page, re.S)
    with reading() as session:
        assert session.scalar(select(func.count(Day.id))) == 0


def test_what_is_no_day_at_all_is_refused(app: Flask) -> None:
    browser = admin(app)

    assert browser.send("/import")[0] == 422
    assert browser.send("/import", files=(io.BytesIO(b"x"), "photo.jpg"))[0] == 422
    assert browser.send("/import", files=(io.BytesIO(b"not a zip"), "day.zip"))[0] == 422


def test_a_zipped_day_is_imported_and_shown(app: Flask) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, text in A_SMALL_FOLDER.items():
            archive.writestr(f"day/{name}", text)
    packed.seek(0)
    browser = admin(app)

    status, led = browser.send("/import", files=(packed, "day.zip"))

    assert (status, led.startswith("/?day=")) == (302, True), led
    assert "已导入" in browser.text(led)


A_SMALL_FOLDER = {
    "compounds.csv": "compound,name,district,address,lng,lat,households,buildings\n"
    "C1,东风小区,历下,东风路1号,117.05,36.66,100,4\n",
    "orders.csv": "order,household,compound,building,slot,placed_at,quarantined,elderly\n"
    "O1,H1,C1,1,AM,2020-02-20 05:14:00+08:00,0,0\n",
    "order_lines.csv": "order,sku,qty\nO1,V01,2\n",
    "products.csv": "sku,name,category,unit,price_cny,weight_kg,limit_per_household,demand,supply,price_source\n"
    "V01,大白菜,叶菜,份,3.5,0.5,,,,\n",
    "depots.csv": "depot,name,lng,lat,opens,closes\nD1,中心仓,117.00,36.66,06:00,22:00\n",
    "vehicles.csv": "type,name,count,depot,capacity_kg,shift_start,shift_end\nvan,面包车,1,D1,1000,07:00,21:00\n",
    "slots.csv": "slot,start,end\nAM,08:00,12:00\n",
}


def test_a_pickup_code_is_not_taken_from_an_address_that_servers_log(app: Flask, world: World) -> None:
    with transaction() as session:
        session.execute(update(Order).where(Order.id == world.ours.ids["order_id"]).values(state=OrderState.DELIVERED))

    page = browser_of(app, world.ours.account_ids[Role.COMMUNITY_WORKER]).text(
        f"/orders/{world.ours.ids['order_id']}?code=24681357"
    )

    assert "pickup.js" in page
    assert 'value="24681357"' not in page
