"""Requests and rounds over HTTP, for the office, the community and a stranger."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from logistics.accounts.models import Role
from logistics.clock import local_date, utc_now
from logistics.db import transaction
from logistics.inventory.rounds.models import CommunityTier
from logistics.inventory.rounds.rules import Tier
from tests.api.world import a_token, bearer
from tests.api.world import an_account as add_account
from tests.inventory.rounds.office import Tree, a_tree, asked, stocked


class Office:
    """The tree with a client and the tokens of those who work in it."""

    def __init__(self, client: FlaskClient, tree: Tree) -> None:
        self.client, self.tree = client, tree
        with transaction() as session:
            self.tokens = {
                "clerk": a_token(session, tree.clerk_id),
                "chief": a_token(session, tree.chief_id),
                "worker": a_token(session, tree.worker_id),
                "west": a_token(session, add_account(session, "w", Role.STREET_OFFICE, area_id=tree["west"])),
                "e1": a_token(session, add_account(session, "e", Role.STREET_OFFICE, area_id=tree["e1"])),
                "admin": a_token(session, add_account(session, "a", Role.ADMIN)),
            }

    def ask(self, who: str, method: str, path: str, body: Any = None, **headers: str) -> Any:
        return self.client.open(
            f"/api/v1/{path}", method=method, json=body, headers=bearer(self.tokens[who], **headers)
        )


@pytest.fixture
def office(app: Flask) -> Office:
    return an_office(app)


@pytest.fixture
def any_office(any_app: Flask) -> Office:
    """On each kind of database, where more than shapes and codes depends on it."""
    return an_office(any_app)


def an_office(app: Flask) -> Office:
    """60 pieces in boxes of ten; e1a asks 60 and e2a 30."""
    tree = a_tree(pack=10)
    stocked(tree, "east", 60)
    asked(tree, "e1a", 60)
    asked(tree, "e2a", 30)
    return Office(app.test_client(), tree)


def draft(office: Office, **terms: Any) -> Any:
    body = {"item_id": office.tree.item_id, "rule": "proportional", **terms}
    answer = office.ask("clerk", "POST", "rounds", body)
    assert answer.status_code == 201, answer.json
    return answer.json


def test_a_round_from_the_draft_to_the_arrival(any_office: Office) -> None:
    office = any_office
    drafted = draft(office, emergency=True, note="for tonight")
    at = f"rounds/{drafted['id']}"

    refused = office.ask("clerk", "POST", f"{at}/approve", {"fingerprint": drafted["fingerprint"]})
    issued = office.ask("chief", "POST", f"{at}/issue", {"fingerprint": drafted["fingerprint"]})
    again = office.ask("chief", "POST", f"{at}/issue", {"fingerprint": drafted["fingerprint"]})
    shares = office.ask("worker", "GET", "shares").json["items"]
    body = {"accepted": 30, "rejected": 10, "reason": "no_room"}
    arrived = office.ask("worker", "POST", f"{at}/communities/{office.tree['e1a']}/arrival", body)
    shown = office.ask("clerk", "GET", at).json

    assert (refused.status_code, refused.json["code"]) == (403, "four_eyes")
    assert (issued.json["state"], again.json["state"]) == ("dispatched", "dispatched")
    assert [(one["place"], one["requested"], one["allocated"], one["shortfall"]) for one in shares] == [
        ("e1a", 60, 40, 20)
    ]
    (share,) = arrived.json
    assert (share["accepted"], share["rejected"], share["missing"], share["shortfall"]) == (30, 10, 0, 0)
    assert [(one["place"], one["depth"], one["allocated"]) for one in shown["shares"]] == [
        ("e1", 1, 40), ("e1a", 2, 40), ("e2", 1, 20), ("e2a", 2, 20),
    ]  # fmt: skip
    assert (shown["emergency"], shown["note"], shown["supply"], shown["given"], shown["requested"]) == (
        True, "for tonight", 60, 60, 90,
    )  # fmt: skip
    assert shown["measures"]["fill_mean"] == pytest.approx(2 / 3)


def test_every_number_is_explained_in_both_languages_whatever_is_asked_for(office: Office) -> None:
    found = draft(office, reserve="0")["shares"]

    (top,) = [one for one in found if one["place"] == "e1"]
    assert top["explanation_en"] == "asked 60, 66.67 % of the supply (40 of 60), exactly 4 boxes of 10"
    (place,) = [one for one in found if one["place"] == "e1a"]  # whose office is called E1
    assert "100 % of what E1 was given (40 of 40)" in place["explanation_en"]
    assert "申领 60" in top["explanation_zh"]
    assert "66.67" in top["explanation_zh"]


def test_rules_are_compared_without_writing(office: Office) -> None:
    body = {"item_id": office.tree.item_id, "rules": ["proportional", "max_min", "tiers"], "reserve": "10%"}

    answer = office.ask("clerk", "POST", "rounds/compare", body)

    # 54 pieces are 5 boxes: 3.33 and 1.67 of 6 and 3; filled alike 3 and 1, the fifth to the lower fill; tiers alike
    assert [(rule["rule"], rule["given"]) for rule in answer.json["rules"]] == [
        ("proportional", 50), ("max_min", 50), ("tiers", 50),
    ]  # fmt: skip
    assert [(place["place"], place["allocated"]) for place in answer.json["places"]] == [
        ("e1a", [30, 30, 30]), ("e2a", [20, 20, 20]),
    ]  # fmt: skip
    assert office.ask("clerk", "GET", "rounds").json["items"] == []


def test_a_stale_round_is_refused_with_what_changed(office: Office) -> None:
    drafted = draft(office)
    asked(office.tree, "e1b", 10)
    at = f"rounds/{drafted['id']}"

    shown = office.ask("chief", "GET", at).json
    refused = office.ask("chief", "POST", f"{at}/approve", {"fingerprint": drafted["fingerprint"]})
    fresh = office.ask("clerk", "POST", f"{at}/recompute", {}).json
    other = office.ask("clerk", "POST", f"{at}/recompute", {"rule": "max_min", "reserve": "10"}).json

    assert shown["changes"] == [{"what": "added", "place": "e1b", "before": "", "after": "10"}]
    assert (refused.status_code, refused.json["code"]) == (409, "round_stale")
    assert refused.json["data"]["changes"] == ["added"]
    assert "a new request" in refused.json["detail"]
    assert (fresh["changes"], fresh["rule"], other["rule"], other["given"]) == ([], "proportional", "max_min", 50)


def test_an_approved_round_is_cancelled_with_a_reason(any_office: Office) -> None:
    office = any_office
    drafted = draft(office)
    at = f"rounds/{drafted['id']}"
    office.ask("chief", "POST", f"{at}/approve", {"fingerprint": drafted["fingerprint"]})

    silent = [office.ask("clerk", "POST", f"{at}/cancel", body) for body in (None, {}, {"reason": " "})]
    cancelled = office.ask("clerk", "POST", f"{at}/cancel", {"reason": "no lorry"})
    again = office.ask("chief", "POST", f"{at}/cancel", {"reason": "another one"})
    sent = office.ask("chief", "POST", f"{at}/dispatch", {})

    assert [(one.status_code, one.json["code"]) for one in silent] == [(422, "cancel_reason_missing")] * 3
    for answer in (cancelled, again):
        found = answer.json
        assert (answer.status_code, found["state"], found["cancelled_by"], found["cancel_reason"]) == (
            200, "cancelled", "clerk", "no lorry",
        )  # fmt: skip
        assert found["approved_by"] == "chief"
    assert (sent.status_code, sent.json["code"]) == (409, "bad_transition")
    assert office.ask("worker", "GET", "shares").json["items"] == []
    (told, _shorted) = office.ask("worker", "GET", "notifications").json["items"]
    assert (told["event"], told["data"]["reason"]) == ("share_cancelled", "no lorry")
    assert [row["state"] for row in office.ask("worker", "GET", "requests").json["items"]] == ["open"]


def test_a_round_is_computed_again_over_http(office: Office) -> None:
    found = office.ask("clerk", "GET", f"rounds/{draft(office)['id']}/replay").json

    assert (found["same"], found["differences"]) == (True, [])


def test_a_stranger_finds_nothing_and_a_lower_office_its_communities_shares_alone(any_office: Office) -> None:
    office = any_office
    drafted = draft(office)
    at = f"rounds/{drafted['id']}"
    office.ask("chief", "POST", f"{at}/approve", {"fingerprint": drafted["fingerprint"]})

    for who in ("west", "e1"):
        assert [office.ask(who, "GET", path).status_code for path in (at, f"{at}/replay")] == [404, 404]
        for action in ("approve", "issue"):
            body = {"fingerprint": drafted["fingerprint"]}
            assert office.ask(who, "POST", f"{at}/{action}", body).status_code == 404
        for action in ("dispatch", "cancel", "recompute"):
            assert office.ask(who, "POST", f"{at}/{action}", {}).status_code == 404
    body = {"item_id": office.tree.item_id, "rule": "max_min", "area_id": office.tree["east"]}
    assert office.ask("west", "POST", "rounds", body).status_code == 404
    shares = {who: office.ask(who, "GET", "shares").json["items"] for who in ("west", "e1")}
    assert [one["place"] for one in shares["e1"]] == ["e1a"]
    assert shares["west"] == []
    assert office.ask("worker", "GET", at).status_code == 403
    arrival = f"{at}/communities/{office.tree['e2a']}/arrival"
    assert office.ask("worker", "POST", arrival, {"accepted": 1}).status_code == 404


def test_a_draft_is_no_communitys_business_yet(office: Office) -> None:
    draft(office)

    assert office.ask("worker", "GET", "shares").json["items"] == []
    assert office.ask("worker", "GET", "notifications").json["items"] == []


def test_a_community_reads_what_it_is_short_of_among_its_messages(office: Office) -> None:
    drafted = draft(office)
    at = f"rounds/{drafted['id']}"
    office.ask("chief", "POST", f"{at}/approve", {"fingerprint": drafted["fingerprint"]})

    (message,) = office.ask("worker", "GET", "notifications").json["items"]

    assert (message["event"], message["area_id"], message["household_id"]) == (
        "share_shorted", office.tree["e1a"], None,
    )  # fmt: skip
    assert message["data"]["lines"][0]["short"] == 20
    assert office.ask("west", "GET", "notifications").json["items"] == []


def test_a_worker_asks_for_its_community_and_sees_its_requests_alone(office: Office) -> None:
    body = {"item_id": office.tree.item_id, "quantity": 7, "post": "gate", "note": "thermometers"}
    key = {"Idempotency-Key": "k1"}

    made = office.ask("worker", "POST", "requests", body, **key)
    retried = office.ask("worker", "POST", "requests", body, **key)
    elsewhere = office.ask("worker", "POST", "requests", {**body, "area_id": office.tree["e1b"]})
    missing = office.ask("worker", "POST", "requests", {"quantity": 7})
    rows = office.ask("worker", "GET", "requests?state=open").json["items"]
    declined = office.ask("worker", "POST", f"requests/{made.json['id']}/decline", {"reason": "no_need"})

    assert (made.status_code, made.json["area_code"], made.json["post"]) == (201, "e1a", "gate")
    assert retried.json == made.json
    assert (elsewhere.status_code, missing.status_code) == (404, 422)
    assert [(row["area_code"], row["post"], row["quantity"]) for row in rows] == [("e1a", "gate", 7), ("e1a", "", 60)]
    assert (declined.json["state"], declined.json["refusal"]) == ("declined", "no_need")


def test_the_office_sees_requests_beside_class_cover_and_past_shortfall(any_office: Office) -> None:
    office = any_office
    tree = office.tree
    office.ask("clerk", "PUT", f"areas/{tree['e1a']}/tier", {"tier": "cases", "note": "one flat"})
    first = draft(office)
    office.ask("chief", "POST", f"rounds/{first['id']}/issue", {"fingerprint": first["fingerprint"]})
    office.ask("worker", "POST", f"rounds/{first['id']}/communities/{tree['e1a']}/arrival", {"accepted": 40})
    asked(tree, "e1a", 50)

    (row,) = office.ask("clerk", "GET", f"areas/{tree['east']}/requests?item_id={tree.item_id}").json

    assert (row["request"]["quantity"], row["tier"], row["on_hand"], row["carry"]) == (50, "cases", 40, 20)
    assert row["cover_days"] is None
    assert row["carried_from"] is not None
    assert office.ask("west", "GET", f"areas/{tree['east']}/requests").status_code == 404


def test_an_arrival_is_answered_with_its_shares_however_many_others_there_are(app: Flask) -> None:
    office = an_office(app)
    for post in range(101):  # more than a page of them, all before e2a
        asked(office.tree, "e1a", 1, post=f"{post:03}")
    drafted = draft(office)
    at = f"rounds/{drafted['id']}"
    office.ask("chief", "POST", f"{at}/issue", {"fingerprint": drafted["fingerprint"]})
    (sent,) = [one["allocated"] for one in drafted["shares"] if one["place"] == "e2a"]

    answer = office.ask("admin", "POST", f"{at}/communities/{office.tree['e2a']}/arrival", {"accepted": sent})

    assert sent > 0
    assert [(one["place"], one["accepted"]) for one in answer.json] == [("e2a", sent)]


def test_a_class_is_answered_and_listed_however_long_its_history_is(app: Flask) -> None:
    office = an_office(app)
    today = local_date(utc_now())
    area_id = office.tree["e1a"]
    with transaction() as session:
        rows = [
            CommunityTier(area_id=area_id, tier=Tier.CASES, starts_on=today, note=str(n), set_at=utc_now())
            for n in range(101)
        ]
        session.add_all(rows)

    body = {"tier": "no_case", "starts_on": (today - timedelta(days=1)).isoformat()}
    answer = office.ask("clerk", "PUT", f"areas/{area_id}/tier", body)
    first = office.ask("worker", "GET", "tiers").json
    second = office.ask("worker", "GET", f"tiers?offset={first['next_offset']}").json

    assert (answer.status_code, answer.json["tier"]) == (200, "no_case")
    assert (len(first["items"]), first["next_offset"]) == (100, 100)
    assert [row["tier"] for row in second["items"]] == ["cases", "no_case"]
    assert second["next_offset"] is None


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"rule": "fair"}, 422, "invalid"),
        ({"rule": "tiers", "within": "tiers"}, 422, "no_rule_within"),
        ({"reserve": "much"}, 422, "bad_terms"),
        ({"reserve": "1e-9999999%"}, 422, "bad_terms"),
        ({"reserve": "NaN%"}, 422, "bad_terms"),
        ({"reserve": "1_0"}, 422, "bad_terms"),
        ({"reserve": "0.0001%"}, 422, "bad_terms"),
        ({"reserve": "99999999999"}, 422, "out_of_range"),
        ({"item_id": 999}, 404, "not_found"),
        ({"seed": ""}, 422, "invalid"),
        ({"floor": -1}, 422, "invalid"),
    ],
)
def test_a_draft_that_cannot_be_is_refused(app: Flask, body: dict[str, Any], status: int, code: str) -> None:
    office = an_office(app)
    sound = {"item_id": office.tree.item_id, "rule": "proportional"}

    answer = office.ask("clerk", "POST", "rounds", {**sound, **body})

    assert (answer.status_code, answer.json["code"]) == (status, code)
