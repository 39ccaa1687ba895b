"""A campaign's pages: written and filed, approved or returned, its ladder and progress, the words that tell of it."""

from __future__ import annotations

import html
import re
from datetime import timedelta

import pytest
from flask import Flask

from logistics.accounts.models import Role
from logistics.clock import SHANGHAI
from logistics.db import reading, transaction
from logistics.orders import service
from logistics.orders.campaigns.rules import Fallback
from logistics.orders.rules import CampaignState, ShortageRule
from tests.api.world import World, a_world, bearer, utc_now
from tests.web.site import Browser, browser_of
from tests.web.test_opening import NEW, filled, merchant, product_id


@pytest.fixture
def world(app: Flask) -> World:
    return a_world()


def office(app: Flask, world: World) -> Browser:
    return browser_of(app, world.ours.account_ids[Role.STREET_OFFICE])


def resident(app: Flask, world: World) -> Browser:
    return browser_of(app, world.ours.account_ids[Role.RESIDENT])


def a_campaign(world: World, *, opened: bool = True, **terms: object) -> int:
    """V01 at 5.00, from 5 units on 4.50, from 10 on 4.00, for our community."""
    now = utc_now()
    starts = (now + timedelta(days=1)).astimezone(SHANGHAI).replace(hour=9, minute=0)
    tiers = (service.Tier(from_units=5, price_cents=450), service.Tier(from_units=10, price_cents=400))
    offer = service.OfferDraft(sku="V01", price_cents=500, limit_per_household=None, supply_count=None, tiers=tiers)
    draft = service.CampaignDraft(
        store_id=world.ours.ids["store_id"],
        title="周末蔬菜",
        cut_off_at=now + timedelta(hours=2),
        delivery_date=starts.date(),
        shortage_rule=ShortageRule.PROPORTIONAL,
        minimum_orders=2,
        area_ids=(world.ours.ids["area_id"],),
        windows=(service.WindowDraft(code="AM", starts_at=starts, ends_at=starts + timedelta(hours=3)),),
        offers=(offer,),
        terms=service.TermsDraft(**terms),  # type: ignore[arg-type]
    )
    with transaction() as session:
        campaign_id = service.draft_campaign(session, draft).id
        service.file_campaign(session, campaign_id, now=now)
        if opened:
            service.approve_campaign(session, campaign_id, area_id=None, now=now)
            service.open_campaign(session, campaign_id, now=now)
    return campaign_id


def ordered(world: World, campaign_id: int, units: int) -> None:
    lines = (service.LineWanted(sku="V01", quantity=units),)
    home = world.ours.ids["household_id"]
    command = service.PlaceOrder(campaign_id=campaign_id, household_id=home, window_code="AM", lines=lines)
    with transaction() as session:
        service.place_order(session, command, now=utc_now())


def state_of(campaign_id: int) -> CampaignState:
    with reading() as session:
        return service.campaign_facts(session, campaign_id).state


def test_an_office_returns_with_a_reason_and_the_store_files_again(app: Flask, world: World) -> None:
    store, street = merchant(app, world), office(app, world)
    address = store.send(NEW, **filled(world))[1]
    assert "周末蔬菜" in street.text("/campaigns/waiting")
    assert f'action="{address}/approve"' in street.text(address)

    without = street.send(f"{address}/return", reason=" ")
    street.send(f"{address}/return", reason="大白菜太贵")
    returned = store.text(address)
    store.send(f"{address}/edit", **filled(world, title="便宜蔬菜"))
    street.send(f"{address}/approve")

    assert without[0] == 302
    assert "大白菜太贵" in returned
    assert f'href="{address}/edit"' in returned
    assert "便宜蔬菜" in store.text(address)
    assert state_of(int(address.rsplit("/", 1)[1])) is CampaignState.APPROVED
    assert "便宜蔬菜" not in street.text("/campaigns/waiting")


def test_the_form_of_a_draft_holds_what_was_written(app: Flask, world: World) -> None:
    store, number = merchant(app, world), product_id(world)
    terms = {
        "minimum": "3",
        "minimum_households": "2",
        "minimum_yuan": "99.5",
        "if_missed": "extend",
        "extend_hours": "4",
        "household_units_max": "20",
        "orders_max": "50",
        f"cap-{number}": "200",
        f"tiers-{number}": "50：11.5；100: 10",
    }
    address = store.send(NEW, **filled(world, then="draft", **terms))[1]

    page = store.text(f"{address}/edit")

    for field, value in {**terms, "minimum_yuan": "99.50", f"tiers-{number}": "50: 11.50; 100: 10.00"}.items():
        if field != "if_missed":
            assert re.search(rf'name="{field}"[^>]*value="{re.escape(str(value))}"', page), field
    assert '<option value="extend" selected>' in page


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("tiers", "50=4", "请按这样填写"),
        ("tiers", "50: 12.50", "订得越多，价格应当越低"),
        ("tiers", "1: 2", "阶梯价从 2 到"),
        ("cap", "0", "请填写 1 到 1000000 的整数"),
        ("extend_hours", "", "请填写延后多少小时"),
        ("orders_max", "x", "请填写 1 到 1000000 的整数"),
        ("minimum_yuan", "1.234", "请填写价格"),
        ("if_missed", "pray", "请选择一种规则"),
    ],
)
def test_a_wrong_term_is_named_beside_its_field(
    app: Flask, world: World, field: str, value: str, sentence: str
) -> None:
    name = f"{field}-{product_id(world)}" if field in ("tiers", "cap") else field
    more = {"if_missed": "extend"} if field == "extend_hours" else {}

    status, page = merchant(app, world).send(NEW, **filled(world, **more, **{name: value}))

    assert status == 422
    assert sentence in page


def test_a_resident_sees_the_ladder_and_what_is_missing(app: Flask, world: World) -> None:
    campaign_id = a_campaign(world)
    ordered(world, campaign_id, 6)

    page = resident(app, world).text(f"/campaigns/{campaign_id}")

    steps = re.findall(r'<li class="([^"]*)"[^>]*><span class="num">(¥[\d.]+)</span>', page)
    assert steps == [("reached", "¥5.00"), ("reached current", "¥4.50"), ("", "¥4.00")]
    assert "再订 4 份，所有人都是 ¥4.00" in page
    assert "还差 1" in page  # one of two orders
    assert "办理记录" not in page


def test_a_campaign_below_its_minimum_is_decided_by_its_store(app: Flask, world: World) -> None:
    campaign_id = a_campaign(world, if_missed=Fallback.NOTIFY)
    ordered(world, campaign_id, 1)
    store = merchant(app, world)
    store.send(f"/campaigns/{campaign_id}/close")
    page = store.text(f"/campaigns/{campaign_id}")

    sent = store.send(f"/campaigns/{campaign_id}/decide", form="yes")

    assert ("照常送货" in page, sent[0], state_of(campaign_id)) == (True, 302, CampaignState.FORMED)
    assert office(app, world).send(f"/campaigns/{campaign_id}/decide", form="yes")[0] == 403


def test_the_texts_are_there_in_both_languages_with_buttons_to_copy(app: Flask, world: World) -> None:
    campaign_id = a_campaign(world)

    page = html.unescape(merchant(app, world).text(f"/campaigns/{campaign_id}/texts"))

    assert page.count('data-copy="text-') == 6
    assert "【周末蔬菜】" in page
    assert "各位居民请注意" in page
    assert "Attention please, residents!" in page
    assert f"/campaigns/{campaign_id}" in page
    assert "copy.js" in page


def test_the_poster_has_the_code_that_leads_to_the_order_form(app: Flask, world: World) -> None:
    campaign_id = a_campaign(world)

    chinese = merchant(app, world).text(f"/campaigns/{campaign_id}/poster")
    english = merchant(app, world).text(f"/campaigns/{campaign_id}/poster?lang=en")

    assert ('class="qr"' in chinese, "扫码下单" in chinese, "满 5 份 ¥4.50" in chinese) == (True, True, True)
    assert "Scan to order" in english


def test_what_waits_for_approval_is_seen_by_store_and_office_alone(app: Flask, world: World) -> None:
    campaign_id = a_campaign(world, opened=False)
    at = f"/campaigns/{campaign_id}"

    seen = {
        role: browser_of(app, world.ours.account_ids[role]).get(at).status_code
        for role in (Role.MERCHANT, Role.STREET_OFFICE, Role.COMMUNITY_WORKER, Role.RESIDENT)
    }

    assert seen == {Role.MERCHANT: 200, Role.STREET_OFFICE: 200, Role.COMMUNITY_WORKER: 404, Role.RESIDENT: 404}
    for path in (at, f"{at}/texts", f"{at}/poster"):
        assert browser_of(app, world.theirs.account_ids[Role.STREET_OFFICE]).get(path).status_code == 404
        assert resident(app, world).get(path).status_code == 404


def test_the_api_tells_terms_steps_and_texts(app: Flask, world: World) -> None:
    campaign_id = a_campaign(world, household_units_max=9)
    ordered(world, campaign_id, 6)
    client, at = app.test_client(), f"/api/v1/campaigns/{campaign_id}"
    headers = bearer(world.ours.tokens[Role.RESIDENT])

    shown = client.get(at, headers=headers).json
    steps = client.get(f"{at}/steps", headers=bearer(world.ours.tokens[Role.MERCHANT])).json
    texts = client.get(f"{at}/texts?language=en", headers=headers).json
    waiting = client.get("/api/v1/campaigns/waiting", headers=bearer(world.ours.tokens[Role.STREET_OFFICE])).json

    (offer,) = shown["offers"]
    assert [(tier["from_units"], tier["reached"]) for tier in offer["tiers"]] == [(1, True), (5, True), (10, False)]
    assert (offer["price_cents"], offer["price_now_cents"], offer["next_tier"]["price_cents"]) == (500, 450, 400)
    assert (shown["terms"]["household_units_max"], shown["terms"]["formed_so_far"]) == (9, False)
    assert [step["step"] for step in steps] == ["filed", "approved", "opened"]
    assert texts["sms_length"] <= texts["sms_length_max"] == 160
    assert waiting["items"] == []
