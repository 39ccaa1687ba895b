"""Adding a kind of scarce goods: by whom, once, and never in place of another."""

from __future__ import annotations

import threading

import pytest
from flask import Flask
from sqlalchemy import func, select

from logistics.accounts.models import Role
from logistics.db import reading, transaction
from logistics.inventory.ledger.errors import ItemCodeTaken
from logistics.inventory.ledger.models import Item
from logistics.inventory.ledger.service import AddItem, add_item
from tests.api.world import a_world, bearer
from tests.web.site import browser_of

MASK = AddItem(code="KN95", name="口罩", unit="只", pack_size=50, alarm_days=3)


def added(command: AddItem) -> int:
    with transaction() as session:
        return add_item(session, command)


def item_count() -> int:
    with reading() as session:
        return session.scalar(select(func.count()).select_from(Item).where(Item.code == "KN95")) or 0


def test_the_same_item_twice_is_one(any_tables: Flask) -> None:
    assert added(MASK) == added(MASK)
    assert item_count() == 1


def test_another_item_does_not_take_a_code_that_is_in_use(any_tables: Flask) -> None:
    added(MASK)

    with pytest.raises(ItemCodeTaken):
        added(AddItem(code="KN95", name="口罩", unit="只", pack_size=20, alarm_days=3))

    with reading() as session:
        assert session.scalar(select(Item.pack_size).where(Item.code == "KN95")) == 50


def test_added_by_many_at_once_it_is_one_item(any_tables: Flask) -> None:
    found: list[int] = []

    def add() -> None:
        with any_tables.app_context():
            found.append(added(MASK))

    threads = [threading.Thread(target=add) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert (len(found), len(set(found)), item_count()) == (8, 1, 1)


def test_an_office_adds_over_http_and_a_worker_does_not(app: Flask) -> None:
    world, client = a_world(), app.test_client()
    body = {"code": "KN95", "name": "口罩", "unit": "只", "pack_size": 50}

    def sent(role: Role, body: dict[str, object]) -> tuple[int, object]:
        answer = client.post("/api/v1/items", json=body, headers=bearer(world.ours.tokens[role]))
        return answer.status_code, answer.json

    assert sent(Role.COMMUNITY_WORKER, body)[0] == 403
    status, item = sent(Role.STREET_OFFICE, body)
    assert status == 201
    assert isinstance(item, dict)
    assert (item["code"], item["pack_size"], item["lent"], item["alarm_days"]) == ("KN95", 50, False, None)
    assert sent(Role.STREET_OFFICE, {**body, "name": "手套"})[0] == 409
    assert sent(Role.STREET_OFFICE, {**body, "pack_size": 0})[0] == 422


def test_an_office_adds_on_the_page_and_finds_the_item_in_a_receipt(app: Flask) -> None:
    browser = browser_of(app, a_world().ours.account_ids[Role.STREET_OFFICE])
    form = {"code": "KN95", "name": "Masks of a new kind", "unit": "pcs", "pack_size": "50", "alarm_days": ""}

    assert browser.send("/stock/items", **{**form, "pack_size": "0"})[0] == 422
    assert browser.send("/stock/items", **form)[0] == 302
    assert "Masks of a new kind" in browser.text("/stock/items")
    assert "Masks of a new kind" in browser.text("/stock/receive")
    status, page = browser.send("/stock/items", **{**form, "unit": "box"})
    assert status == 409
    assert "KN95" in page
