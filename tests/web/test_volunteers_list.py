"""The printed list of a gate's volunteers: who carries what to which building, and to whom it is shown."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from flask import Flask

from logistics.accounts.models import Role
from logistics.db import transaction
from logistics.orders.models import Store
from tests.api.world import an_account
from tests.web.site import a_planned_day, browser_of


def sheets(app: Flask, account_id: int, *, language: str = "zh_Hans_CN") -> str:
    """Every printed manifest the account may see, one after the other."""
    browser = browser_of(app, account_id)
    numbers = sorted(set(re.findall(r"/manifests/(\d+)/print", browser.text("/manifests"))))
    return "".join(browser.text(f"/manifests/{number}/print?lang={language}") for number in numbers)


def test_each_gate_with_volunteers_gets_a_list_of_its_own(app: Flask, tmp_path: Path) -> None:
    day = a_planned_day(tmp_path, volunteers=2)

    page = sheets(app, day.admin_id)

    # two households are quarantined, but what the second one ordered is too heavy; the points are at the gates
    (one,) = page.split("<h1>志愿者搬运单")[1:]
    assert "1号楼" in one
    assert "1单元" in one
    assert re.search(r'<td class="time" rowspan="1">\d\d:\d\d</td>', one)


def test_without_volunteers_there_is_no_list(app: Flask, tmp_path: Path) -> None:
    assert "<h1>志愿者搬运单" not in sheets(app, a_planned_day(tmp_path).admin_id)


def test_a_merchant_prints_no_list_of_doors(app: Flask, tmp_path: Path) -> None:
    a_planned_day(tmp_path, volunteers=2)
    with transaction() as session:
        merchant_id = session.query(Store).one().merchant_id
        account_id = an_account(session, "shop", Role.MERCHANT, merchant_id=merchant_id)

    page = sheets(app, account_id)

    assert "装车单" in page
    assert "<h1>志愿者搬运单" not in page


@pytest.mark.parametrize("words", ["<h1>Volunteers", "Leaves the gate", "Give the sheet back to the courier."])
def test_the_list_speaks_english_too(app: Flask, tmp_path: Path, words: str) -> None:
    assert words in sheets(app, a_planned_day(tmp_path, volunteers=2).admin_id, language="en")
