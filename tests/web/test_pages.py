"""Each role finds its pages, in Chinese and in English, and nothing of the other side."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask

from logistics.accounts.models import Role
from logistics.db import transaction
from logistics.delivery.models import Manifest
from logistics.orders.models import Order
from logistics.orders.rules import OrderState
from logistics.policy import PAGES
from logistics.routing.models import PlanStop
from logistics.web.formats import clock, moment
from tests.api.world import World, a_world, an_account
from tests.web.site import a_planned_day, browser_of

R, M, S, W, C = Role.RESIDENT, Role.MERCHANT, Role.STREET_OFFICE, Role.COMMUNITY_WORKER, Role.COURIER

PAGES_OF_ROLES = (
    (M, "/", "从订单到路线", "From orders to routes"),
    (S, "/", "从订单到路线", "From orders to routes"),
    (M, "/plans", "计划", "Plans"),
    (M, "/plans/{plan_id}", "时间表", "Timeline"),
    (S, "/plans/{plan_id}/map", "全部时段", "All windows"),
    (M, "/plans/{plan_id}/map", "放在门口", "Leave at door"),
    (M, "/manifests", "指派", "Assign"),
    (M, "/manifests/{manifest_id}/print", "装车单", "Load sheet"),
    (W, "/manifests/{manifest_id}/print", "配送单", "Manifest"),
    (C, "/manifests/{manifest_id}/print", "装车单", "Load sheet"),
    (C, "/courier/{manifest_id}", "已放门口", "Left at the door"),
    (R, "/my", "我的订单", "My orders"),
    (R, "/campaigns", "团购", "Group buys"),
    (R, "/campaigns/{campaign_id}", "此团购已截单", "takes no orders any more"),
    (R, "/orders/{order_id}", "取件码", "Pickup code"),
    (M, "/campaigns/{campaign_id}", "每户限购", "Limit per household"),
    (M, "/waves", "波次", "Waves"),
    (M, "/waves/{wave_id}", "拣货单", "Pick list"),
    (S, "/waves/{wave_id}", "集单", "Batches"),
    (M, "/batches/{batch_id}", "每户一张标签", "one label per household"),
    (M, "/vehicles", "载重", "Capacity"),
    (M, "/campaigns/new", "发起团购", "Open a group buy"),
    (M, "/campaigns/{draft_id}/edit", "修改团购", "Change the group buy"),
    (M, "/campaigns/{campaign_id}/poster", "扫码下单", "Scan to order"),
    (S, "/campaigns/waiting", "待审批的团购", "Group buys to approve"),
    (M, "/orders", "订单", "Orders"),
    (S, "/stock", "盘点时间", "Counted at"),
    (W, "/requests", "申领物资", "Ask for supplies"),
    (S, "/requests/{request_id}", "件数", "Pieces"),
    (W, "/requests/{request_id}", "不再需要", "Not wanted any more"),
    (S, "/areas/{area_id}/tier", "重新分级", "Class anew"),
    (S, "/rounds", "开始分配", "Share out"),
    (S, "/rounds/new?item_id={item_id}&area_id={office_id}", "规则并列比较", "Rules side by side"),
    (S, "/rounds/{round_id}", "计算依据", "How it was computed"),
    (S, "/rounds/{draft_round_id}", "取消草稿", "Cancel the draft"),
    (S, "/rounds/{round_id}/notice", "分配公告", "Allocation notice"),
    (S, "/rounds/{round_id}/sign-off", "签收单", "Sign-off sheet"),
    (W, "/shares", "确认到货", "Confirm arrival"),
    (W, "/compounds", "隔离中", "Quarantined"),
    (W, "/compounds/{compound_id}", "领取点", "Delivery points"),
    (S, "/households/{household_id}", "居家隔离", "Home quarantine"),
    (S, "/entitlements", "现行规定", "Rules in force"),
    (W, "/entitlements", "限购额度", "Entitlements"),
    (S, "/ballots", "拟定摇号", "Draft a ballot"),
    (S, "/ballots/new", "保存草稿", "Keep the draft"),
    (S, "/ballots/{ballot_id}", "现在截止名单", "Close the list now"),
    (W, "/ballots/{ballot_id}", "已登记住户", "Registered households"),
    (R, "/ballots", "登记中", "Registration open"),
    (R, "/ballots/{ballot_id}", "您的登记码", "Your code in this ballot"),
    (R, "/ballots/{ballot_id}/result", "锁定种子的承诺", "what fixes the seed"),
    (R, "/my", "您还可领", "You may still draw"),
    (R, "/my", "为您预留", "Put aside for you"),
    (W, "/proxy", "代购", "Proxy order"),
    (W, "/chat-lists", "已录入的名单", "Entered lists"),
    (W, "/chat-lists/{list_id}", "各行内容已在 30 天后删除", "forgotten after 30 days"),
    (W, "/proxy/{household_id}", "当场发放", "Hand out now"),
    (W, "/proxy?compound_id={compound_id}", "查看住户", "Show households"),
    (W, "/proxy/{household_id}", "这一户的订单", "Orders of this household"),
)


@pytest.fixture
def world(app: Flask) -> World:
    return a_world()


def test_each_role_reads_its_pages_in_chinese_and_in_english(app: Flask, world: World) -> None:
    for role, template, chinese, english in PAGES_OF_ROLES:
        browser = browser_of(app, world.ours.account_ids[role])
        address = template.format(**world.ours.ids)

        page = browser.text(address)
        assert '<html lang="zh-Hans-CN">' in page, (role, address)
        assert chinese in page, (role, address, chinese)

        page = browser.text(f"{address}{'&' if '?' in address else '?'}lang=en")
        assert '<html lang="en">' in page, (role, address)
        assert english in page, (role, address, english)
        assert not re.search(r"[一-鿿]", without_language_switch(page)), (role, address)


def without_language_switch(page: str) -> str:
    """The page without the one Chinese word that an English page has, and without the van's Chinese type."""
    return page.replace("中文", "").replace("面包车", "")


def test_pages_about_the_other_sides_things_are_not_found(app: Flask, world: World) -> None:
    for role, template, *_ in PAGES_OF_ROLES:
        if "{" in template:
            browser = browser_of(app, world.ours.account_ids[role])
            browser.text(template.format(**world.theirs.ids), status=404)


def test_lists_show_no_word_of_the_other_side(app: Flask, world: World) -> None:
    for role, template, *_ in PAGES_OF_ROLES:
        page = browser_of(app, world.ours.account_ids[role]).text(template.format(**world.ours.ids))
        assert not [mark for mark in world.theirs.marks if mark in page], (role, template)


def test_a_page_without_a_login_leads_to_the_login_and_back(app: Flask) -> None:
    answer = app.test_client().get("/plans?page=2")

    assert answer.status_code == 302
    assert answer.headers["Location"] == "/login?next=/plans?page%3D2"


def test_the_start_leads_each_role_to_its_work(app: Flask, world: World) -> None:
    for role, start in ((R, "/my"), (C, "/courier"), (W, "/proxy")):
        answer = browser_of(app, world.ours.account_ids[role]).get("/")
        assert (answer.status_code, answer.headers["Location"]) == (302, start)


def test_the_courier_of_one_manifest_comes_straight_to_it(app: Flask, world: World) -> None:
    answer = browser_of(app, world.ours.account_ids[C]).get("/courier")

    assert answer.headers["Location"] == f"/courier/{world.ours.ids['manifest_id']}"


def test_the_qr_code_of_a_manifest_leads_the_courier_to_the_tour_and_the_store_to_the_print(
    app: Flask, world: World
) -> None:
    token, manifest = world.ours.ids["token"], world.ours.ids["manifest_id"]

    leads = {
        role: browser_of(app, world.ours.account_ids[role]).get(f"/m/{token}").headers["Location"] for role in (C, M)
    }

    assert leads == {C: f"/courier/{manifest}", M: f"/manifests/{manifest}/print"}


def test_errors_are_pages_in_both_languages(app: Flask, world: World) -> None:
    browser = browser_of(app, world.ours.account_ids[R])

    assert "未找到" in browser.text("/nothing/here", status=404)
    assert "Not found" in browser.text("/nothing/here?lang=en", status=404)
    browser.client.delete_cookie("lang")
    assert "无权操作" in browser.text("/stock", status=403)
    assert "找不到订单 999。" in browser.text("/orders/999", status=404)


def test_pages_have_no_inline_script_and_no_inline_style(app: Flask, world: World, tmp_path: Path) -> None:
    """The content security policy would drop them silently."""
    for role, template, *_ in PAGES_OF_ROLES:
        page = browser_of(app, world.ours.account_ids[role]).text(template.format(**world.ours.ids))
        assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son[a-z]+=", page), (role, template)
        assert "https://" not in page.replace('xmlns="https://', ""), (role, template)


def test_every_form_that_changes_something_carries_a_token(app: Flask, world: World) -> None:
    for role, template, *_ in PAGES_OF_ROLES:
        page = browser_of(app, world.ours.account_ids[role]).text(template.format(**world.ours.ids))
        forms = re.findall(r"<form[^>]*method=\"post\".*?</form>", page, re.S)
        assert all('name="csrf_token"' in form for form in forms), (role, template)


def test_a_form_without_its_token_is_refused_and_says_what_to_do(app: Flask, world: World) -> None:
    browser = browser_of(app, world.admin_id)

    answer = browser.client.post(f"/runs/{world.ours.ids['run_id']}/cancel")

    assert answer.status_code == 400
    assert "请重新提交表单" in answer.get_data(as_text=True)


def test_pages_are_kept_by_no_cache(app: Flask, world: World) -> None:
    answer = browser_of(app, world.admin_id).get("/orders")

    assert answer.headers["Cache-Control"] == "no-store"


def test_every_page_is_in_the_policy_under_the_name_it_has(app: Flask) -> None:
    pages = {rule.endpoint for rule in app.url_map.iter_rules() if rule.endpoint.startswith("web.")}

    assert pages == set(PAGES)


def test_the_dashboard_tells_what_the_day_came_to(app: Flask, tmp_path: Path) -> None:
    day = a_planned_day(tmp_path)

    page = browser_of(app, day.admin_id).text("/?lang=en")

    # 18 households ordered once, one of them twice: 19 orders; 18 * 2 + 1 = 37 lines
    figures = dict(re.findall(r"<dt>([^<]+)</dt><dd>([^<]+)</dd>", page))
    assert (figures["Orders"], figures["Order lines"], figures["Not planned"]) == ("19", "37", "1")
    assert "Too heavy for any vehicle" in page
    assert f"/plans/{day.plan_id}/map" in page


def test_the_dashboard_without_a_day_offers_the_import(app: Flask) -> None:
    with transaction() as session:
        admin = an_account(session, "boss", Role.ADMIN)

    assert 'href="/import"' in browser_of(app, admin).text("/")


def test_where_a_vehicle_waits_the_start_is_the_time_and_the_waiting_is_told(app: Flask, world: World) -> None:
    ids = world.ours.ids
    with transaction() as session:
        stop = session.get_one(PlanStop, ids["stop_id"])
        assert stop.arrival_at is not None
        start = stop.arrival_at
        stop.start_at, stop.arrival_at = start, start - timedelta(minutes=19)
        waiting = f"{clock(stop.arrival_at)} 到，等到 {clock(start)}"
    pages = {
        Role.COURIER: (f"/courier/{ids['manifest_id']}", f">{clock(start)}</time>"),
        Role.MERCHANT: (f"/manifests/{ids['manifest_id']}/print", f'<span class="strong">{clock(start)}</span>'),
        Role.STREET_OFFICE: (f"/plans/{ids['plan_id']}", f'<td class="time">{clock(start)}'),
    }

    for role, (address, main_time) in pages.items():
        page = browser_of(app, world.ours.account_ids[role]).text(address)
        assert main_time in page, role
        assert waiting in page, role


def test_where_no_vehicle_waits_nothing_is_said_of_waiting(app: Flask, world: World) -> None:
    courier = browser_of(app, world.ours.account_ids[C])

    assert "等到" not in courier.text(f"/courier/{world.ours.ids['manifest_id']}")


def test_an_order_says_where_and_when_it_comes_as_soon_as_it_is_known(app: Flask, world: World) -> None:
    ids = world.ours.ids
    address, resident = f"/orders/{ids['order_id']}", browser_of(app, world.ours.account_ids[R])
    with transaction() as session:
        session.get_one(Order, ids["order_id"]).state = OrderState.BATCHED
        start = session.get_one(PlanStop, ids["stop_id"]).start_at
        with app.test_request_context("/"):
            expected = moment(start)

    page = resident.text(address)
    assert '送货地点</dt><dd class="strong">送到门口<' in page
    assert f'预计到达</dt><dd class="strong">{expected}' in page
    assert "预计到达" not in browser_of(app, world.ours.account_ids[M]).text(address)

    with transaction() as session:
        session.get_one(Manifest, ids["manifest_id"]).state = "void"
    assert "预计到达" not in resident.text(address)


def test_the_cells_of_a_column_stand_as_its_heading_does(app: Flask, world: World) -> None:
    for role, template, *_ in PAGES_OF_ROLES:
        page = browser_of(app, world.ours.account_ids[role]).text(template.format(**world.ours.ids))
        for table in re.findall(r"<table.*?</table>", page, re.S):
            heads = [right_aligned(cell) for cell in re.findall(r"<th[^>]*>", table.partition("</thead>")[0])]
            body = table.partition("</thead>")[2].partition("<tfoot")[0]
            for row in re.findall(r"<tr.*?</tr>", body, re.S):
                cells = [right_aligned(cell) for cell in re.findall(r"<t[dh]\b[^>]*>", row)]
                assert len(cells) != len(heads) or cells == heads, (role, template, row)


def right_aligned(tag: str) -> bool:
    return "num" in tag.partition('class="')[2].partition('"')[0].split()


def test_a_courier_without_a_tour_reads_how_to_get_one(app: Flask) -> None:
    with transaction() as session:
        courier = an_account(session, "zhou", C)

    page = browser_of(app, courier).text("/courier")

    assert "配送单由门店指派" in page
    assert "指派给 zhou" in page
