"""The order form: one order however often it is sent, and every refusal told in words."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from sqlalchemy import func, select

from logistics.db import reading
from logistics.orders.models import Order, OrderLine
from logistics.orders.rules import Channel, OrderState
from tests.web.site import Browser, Market, a_market_with_people, browser_of


@pytest.fixture
def market(app: Flask) -> Market:
    return a_market_with_people()


def key_of(page: str) -> str:
    found = re.search(r'name="key" value="([^"]+)"', page)
    assert found, page
    return found[1]


def order_count() -> int:
    with reading() as session:
        return session.scalar(select(func.count(Order.id))) or 0


def form_page(browser: Browser, market: Market) -> tuple[str, str]:
    address = f"/campaigns/{market.campaign_id}"
    return f"{address}/orders", key_of(browser.text(address))


def test_a_form_sent_twice_is_one_order(app: Flask, market: Market) -> None:
    browser = browser_of(app, market.resident_id)
    address, key = form_page(browser, market)
    fields = {"key": key, "window": "AM", "q-V01": "3", "q-M01": "2"}

    first = browser.send(address, **fields)
    second = browser.send(address, **fields)

    assert first == second
    assert first[0] == 302
    assert order_count() == 1
    page = browser.text(first[1])
    assert "¥55.00" in page  # 3 * 5.00 + 2 * 20.00
    assert 'class="qr"' in page


def test_two_forms_are_two_orders(app: Flask, market: Market) -> None:
    browser = browser_of(app, market.resident_id)

    for another in ("", "yes"):
        address, key = form_page(browser, market)
        assert browser.send(address, key=key, window="AM", another=another, **{"q-V01": "1"})[0] == 302

    assert order_count() == 2


def test_a_second_order_is_told_of_the_first_and_needs_a_tick(app: Flask, market: Market) -> None:
    browser = browser_of(app, market.resident_id)
    address, key = form_page(browser, market)
    assert 'name="another"' not in browser.text(f"/campaigns/{market.campaign_id}")
    order = browser.send(address, key=key, window="AM", **{"q-V01": "1"})[1]

    page = browser.text(f"/campaigns/{market.campaign_id}")
    status, refused = browser.send(address, key=key_of(page), window="AM", **{"q-V01": "1"})

    assert f'href="{order}"' in page
    assert "你在此团购中已有订单" in page
    assert 'name="another"' in page
    assert status == 409
    assert "请勾选确认" in refused
    assert order_count() == 1


def test_after_cancelling_nothing_needs_a_tick(app: Flask, market: Market) -> None:
    browser = browser_of(app, market.resident_id)
    address, key = form_page(browser, market)
    order = browser.send(address, key=key, window="AM", **{"q-V01": "1"})[1]
    browser.send(f"{order}/cancel")

    address, key = form_page(browser, market)

    assert browser.send(address, key=key, window="AM", **{"q-V01": "1"})[0] == 302


def test_a_worker_is_told_of_the_households_order(app: Flask, market: Market) -> None:
    browser = browser_of(app, market.resident_id)
    address, key = form_page(browser, market)
    order = browser.send(address, key=key, window="AM", **{"q-V01": "1"})[1]

    page = browser_of(app, market.worker_id).text(f"/proxy/{market.household_id}/campaigns/{market.campaign_id}")

    assert f'href="{order}"' in page
    assert "这一户在此团购中已有订单" in page


def test_the_same_form_with_other_goods_is_refused_and_offered_again(app: Flask, market: Market) -> None:
    browser = browser_of(app, market.resident_id)
    address, key = form_page(browser, market)
    browser.send(address, key=key, window="AM", **{"q-V01": "1"})

    status, page = browser.send(address, key=key, window="AM", **{"q-V01": "2"})

    assert status == 409
    assert key_of(page) != key
    assert "已用别的商品提交过" in page
    assert order_count() == 1


def test_over_the_limit_is_told_with_the_name_of_the_good_and_keeps_what_was_typed(app: Flask, market: Market) -> None:
    browser = browser_of(app, market.resident_id)
    address, key = form_page(browser, market)

    status, page = browser.send(address, key=key, window="AM", **{"q-V01": "4", "q-M01": "3"})

    assert status == 409
    assert "Product M01：每户限购 2" in page
    assert re.search(r'name="q-V01"[^>]*value="4"', page)
    assert order_count() == 0


def test_the_limit_counts_down_over_orders(app: Flask, market: Market) -> None:
    browser = browser_of(app, market.resident_id)
    address, key = form_page(browser, market)
    assert "还可订 2" in browser.text(f"/campaigns/{market.campaign_id}")
    browser.send(address, key=key, window="AM", **{"q-M01": "1"})

    assert "还可订 1" in browser.text(f"/campaigns/{market.campaign_id}")


@pytest.mark.parametrize("quantity", ["-1", "1.5", "２", "1e3", "a", "9999999"])
def test_a_quantity_that_is_no_whole_number_is_told(app: Flask, market: Market, quantity: str) -> None:
    browser = browser_of(app, market.resident_id)
    address, key = form_page(browser, market)

    status, page = browser.send(address, key=key, window="AM", **{"q-V01": quantity})

    assert status == 422
    assert "不是整数" in page


def test_an_order_of_nothing_and_an_unknown_window_are_refused(app: Flask, market: Market) -> None:
    browser = browser_of(app, market.resident_id)
    address, key = form_page(browser, market)

    assert browser.send(address, key=key, window="AM")[0] == 422
    assert browser.send(address, key=key, window="NIGHT", **{"q-V01": "1"})[0] == 422
    assert order_count() == 0


def test_a_worker_orders_on_behalf_and_the_household_sees_it(app: Flask, market: Market) -> None:
    worker = browser_of(app, market.worker_id)
    address = f"/proxy/{market.household_id}/campaigns/{market.campaign_id}"
    key = key_of(worker.text(address))

    status, order = worker.send(address, key=key, window="AM", **{"q-V01": "2"})

    assert status == 302
    assert "取件码" in worker.text(order)
    assert order in browser_of(app, market.resident_id).text("/my")
    browser_of(app, market.neighbour_id).text(order, status=404)
    with reading() as session:
        channel, placed_by = session.execute(select(Order.channel, Order.placed_by_id)).one()
        ordered = session.scalar(select(OrderLine.ordered))
    assert (channel, placed_by, ordered) == (Channel.PROXY, market.worker_id, 2)


def test_an_order_is_cancelled_until_the_cut_off_by_its_household_alone(app: Flask, market: Market) -> None:
    browser, neighbour = browser_of(app, market.resident_id), browser_of(app, market.neighbour_id)
    address, key = form_page(browser, market)
    order = browser.send(address, key=key, window="AM", **{"q-V01": "1"})[1]

    assert neighbour.send(f"{order}/cancel")[0] == 404
    assert browser.send(f"{order}/cancel")[0] == 302

    with reading() as session:
        assert session.scalar(select(Order.state)) is OrderState.CANCELLED
    assert "取件码" not in browser.text(order)
