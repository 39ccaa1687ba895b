"""Changing an order on its page: the form filled in, once per form, never over a change it has not seen."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select

from logistics.db import reading
from logistics.orders.models import Order, OrderLine
from tests.web.site import Browser, Market, a_market_with_people, browser_of
from tests.web.test_order_form import form_page, key_of


@pytest.fixture
def market(app: Flask) -> Market:
    return a_market_with_people()


def an_order_of(browser: Browser, market: Market) -> str:
    address, key = form_page(browser, market)
    return str(browser.send(address, key=key, window="AM", **{"q-V01": "2"})[1])


def test_the_form_is_filled_in_and_sent_twice_changes_once(app: Flask, market: Market) -> None:
    browser = browser_of(app, market.resident_id)
    order = an_order_of(browser, market)
    page = browser.text(f"{order}/change")
    fields = {"key": key_of(page), "expected": "1", "window": "AM", "q-V01": "3"}

    first, second = (browser.send(f"{order}/change", **fields) for _ in range(2))

    assert 'name="q-V01"' in page
    assert 'value="2"' in page
    assert first == second
    assert first[0] == 302
    with reading() as session:
        assert (session.scalar(select(OrderLine.ordered)), session.scalar(select(Order.version))) == (3, 2)
    assert "由本户修改" in browser.text(order)


def test_a_form_of_an_older_state_is_refused_and_shown_anew(app: Flask, market: Market) -> None:
    browser = browser_of(app, market.resident_id)
    order = an_order_of(browser, market)
    pages = [browser.text(f"{order}/change") for _ in range(2)]
    sent = [
        browser.send(f"{order}/change", key=key_of(page), expected="1", window="AM", **{"q-V01": str(3 + n)})
        for n, page in enumerate(pages)
    ]

    assert [status for status, _ in sent] == [302, 409]
    assert 'name="expected" value="2"' in sent[1][1]
    with reading() as session:
        assert session.scalar(select(OrderLine.ordered)) == 3


def test_a_neighbour_changes_nothing(app: Flask, market: Market) -> None:
    order = an_order_of(browser_of(app, market.resident_id), market)
    neighbour = browser_of(app, market.neighbour_id)

    assert neighbour.send(f"{order}/change", expected="1", window="AM", **{"q-V01": "1"})[0] == 404
