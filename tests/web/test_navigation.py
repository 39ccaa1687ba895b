"""From the page where a role starts, links lead to every page of scarce goods that the role may open."""

from __future__ import annotations

import re

import pytest
from flask import Flask

from logistics.accounts.models import Role
from logistics.db import transaction
from logistics.inventory.ledger import service as ledger
from logistics.inventory.ledger.intake import ItemFact, take_items
from logistics.policy import POLICY
from tests.api.world import an_account
from tests.builders import NOW, TownRef, a_store, a_town
from tests.web.site import browser_of

THERMOMETERS = ItemFact(code="thermo", name="额温枪", unit="把", pack_size=1, lent=True)
LINK = re.compile(r'\bhref="(/[^"#]*)"')


ROOMS = ("stock", "moves", "shipments", "requests", "rounds", "shares", "entitlements", "ballots", "reports", "sheets")


def pages_of(app: Flask, role: Role) -> set[str]:
    """Addresses of pages, without ids in them, that the role may look at and that are no files to be saved."""
    return {
        rule.rule
        for rule in app.url_map.iter_rules()
        if rule.endpoint.startswith(tuple(f"web.{room}." for room in ROOMS))
        and "GET" in (rule.methods or ())
        and not rule.arguments
        and role in POLICY[rule.endpoint].roles
        and "." not in rule.rule
    }


def an_account_of(role: Role, town: TownRef, merchant_id: int) -> int:
    scope = {
        Role.STREET_OFFICE: {"area_id": town.office_id},
        Role.COMMUNITY_WORKER: {"area_id": town.community_id},
        Role.MERCHANT: {"merchant_id": merchant_id},
        Role.RESIDENT: {"household_id": town.households[0][0]},
    }.get(role, {})
    with transaction() as session:
        return an_account(session, f"walker-{role.value}", role, **scope)


@pytest.mark.parametrize("role", Role)
def test_links_lead_to_every_page_that_a_role_may_open(app: Flask, role: Role) -> None:
    with transaction() as session:
        town, merchant_id = a_town(session), a_store(session).merchant_id
        (item_id,) = take_items(session, [THERMOMETERS]).values()
        here = {"item_id": item_id, "area_id": town.community_id}
        ledger.receive(session, ledger.Receipt(key="r", quantity=9, **here), now=NOW)
        ledger.lend(session, ledger.Loan(key="l", quantity=2, post="gate", **here), now=NOW)
    browser, wanted = browser_of(app, an_account_of(role, town, merchant_id)), pages_of(app, role)
    seen: set[str] = set()
    ahead = ["/"]

    while ahead:
        address = ahead.pop()
        answer = browser.get(address)
        while answer.status_code == 302:
            answer = browser.get(answer.headers["Location"])
        assert answer.status_code == 200, (role, address, answer.status_code)
        found = {link.partition("?")[0] for link in LINK.findall(answer.get_data(as_text=True))}
        ahead += sorted((found & wanted) - seen)
        seen |= (found & wanted) | {address}

    assert wanted - seen == set()
