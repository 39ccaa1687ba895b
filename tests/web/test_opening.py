"""A merchant writes a group buy: wrong fields are named and kept, a right form is one campaign, filed for approval."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from logistics.accounts.models import Role
from logistics.clock import local_date
from logistics.db import reading
from logistics.orders.models import Campaign, DeliveryWindow, Offer, Product
from logistics.orders.rules import CampaignState
from tests.api.world import World, a_world, utc_now
from tests.web.site import Browser, browser_of

NEW = "/campaigns/new"


@pytest.fixture
def world(app: Flask) -> World:
    return a_world()


def merchant(app: Flask, world: World) -> Browser:
    return browser_of(app, world.ours.account_ids[Role.MERCHANT])


def product_id(world: World) -> int:
    with reading() as session:
        offer = select(Offer.product_id).where(Offer.campaign_id == world.ours.ids["campaign_id"]).limit(1)
        found = session.scalar(select(Product.id).where(Product.id == offer.scalar_subquery()))
    assert found is not None
    return found


def filled(world: World, **changed: object) -> dict[str, object]:
    """A sound form: cut-off tomorrow at 20:00, delivery the day after, one window, one product."""
    day, number = local_date(utc_now()), product_id(world)
    return {
        "key": "k1",
        "then": "file",
        "store_id": world.ours.ids["store_id"],
        "title": "周末蔬菜",
        "cut_off": f"{day + timedelta(days=1)}T20:00",
        "delivery_date": f"{day + timedelta(days=2)}",
        "rule": "draw",
        "minimum": "",
        "areas": world.ours.ids["area_id"],
        "window-1-from": "09:00",
        "window-1-to": "12:00",
        f"offer-{number}": "yes",
        f"price-{number}": "12.5",
        f"limit-{number}": "2",
        f"supply-{number}": "",
        **changed,
    }


def campaign_count() -> int:
    with reading() as session:
        return session.scalar(select(func.count(Campaign.id))) or 0


def test_a_filled_form_is_one_filed_campaign_however_often_it_is_sent(app: Flask, world: World) -> None:
    browser, before, form = merchant(app, world), campaign_count(), filled(world)

    first, second = (browser.send(NEW, **form) for _ in range(2))

    assert first == second
    assert first[0] == 302
    assert campaign_count() == before + 1
    with reading() as session:
        campaign = session.scalars(select(Campaign).order_by(Campaign.id.desc()).limit(1)).one()
        offer = session.scalars(select(Offer).where(Offer.campaign_id == campaign.id)).one()
        window = session.scalars(select(DeliveryWindow).where(DeliveryWindow.campaign_id == campaign.id)).one()
    assert (campaign.state, campaign.title, campaign.cut_off_at.hour) == (CampaignState.FILED, "周末蔬菜", 12)  # UTC
    assert (offer.price_cents, offer.limit_per_household, offer.supply_count) == (1_250, 2, None)
    assert (window.code, window.starts_at.hour, window.ends_at.hour) == ("0900-1200", 1, 4)
    assert "周末蔬菜" in browser.text(first[1])


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("title", " ", "请填写名称"),
        ("cut_off", "2020-01-01T10:00", "截单时间须晚于现在"),
        ("cut_off", "soon", "请填写日期和时间"),
        ("delivery_date", "", "请填写日期"),
        ("delivery_date", "2020-01-01", "配送日期不能早于截单当天"),
        ("rule", "magic", "请选择一种规则"),
        ("areas", "", "请至少选择一个片区"),
        ("window-1-to", "", "起止时间都要填写"),
        ("window-1-to", "08:00", "时段的结束须晚于开始"),
        ("minimum", "-1", "请填写 0 到 1000000 的整数"),
    ],
)
def test_a_wrong_field_is_named_and_nothing_is_opened(
    app: Flask, world: World, field: str, value: str, sentence: str
) -> None:
    before = campaign_count()

    status, page = merchant(app, world).send(NEW, **filled(world, **{field: value}))

    assert status == 422
    assert sentence in page
    assert 'value="周末蔬菜"' in page or field == "title"
    assert campaign_count() == before


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("price", "12.505", "请填写价格"),
        ("price", "-1", "请填写价格"),
        ("price", "", "请填写价格"),
        ("limit", "0", "请填写 1 到 999 的整数"),
        ("supply", "many", "请填写 0 到 1000000 的整数"),
        ("offer", "", "请至少选择一种商品"),
    ],
)
def test_a_wrong_offer_is_named(app: Flask, world: World, name: str, value: str, sentence: str) -> None:
    form = filled(world, **{f"{name}-{product_id(world)}": value})

    status, page = merchant(app, world).send(NEW, **form)

    assert status == 422
    assert sentence in page


def test_a_form_for_a_store_of_others_is_not_found(app: Flask, world: World) -> None:
    form = filled(world, store_id=world.theirs.ids["store_id"])

    assert merchant(app, world).send(NEW, **form)[0] == 404


def test_an_open_campaign_is_closed_before_its_cut_off_and_a_draft_of_others_is_not_there(
    app: Flask, world: World
) -> None:
    browser, office = merchant(app, world), browser_of(app, world.ours.account_ids[Role.STREET_OFFICE])
    address = browser.send(NEW, **filled(world))[1]
    assert browser.send(f"{address}/open")[0] == 409
    assert office.send(f"{address}/approve")[0] == 302
    assert browser.send(f"{address}/open")[0] == 302
    assert f'action="{address}/close"' in browser.text(address)

    assert browser.send(f"{address}/close")[0] == 302

    page = browser.text(address)
    assert "已截单" in page
    assert "/close" not in page
    theirs = world.theirs.ids["campaign_id"]
    assert browser.send(f"/campaigns/{theirs}/close")[0] == 404
    assert browser.send(f"/campaigns/{theirs}/open")[0] == 404


def test_an_administrator_of_several_stores_chooses_one_first(app: Flask, world: World) -> None:
    browser = browser_of(app, world.admin_id)

    page = browser.text(NEW)
    assert re.search(r'<select id="store_id"', page)
    assert 'name="title"' not in page
    assert 'name="title"' in browser.text(f"{NEW}?store_id={world.theirs.ids['store_id']}")
