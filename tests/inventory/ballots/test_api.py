"""Ballots over HTTP, from the draft to the file that anybody checks."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from logistics.accounts.models import Role
from logistics.db import reading, transaction
from logistics.inventory.ballots.models import Ballot
from logistics.notifications.models import Notification
from logistics.notifications.rules import Event
from tests.api.world import World, a_token, a_world, an_account, bearer, utc_now

RESIDENT, WORKER, STREET = Role.RESIDENT, Role.COMMUNITY_WORKER, Role.STREET_OFFICE


@pytest.fixture
def world(app: Flask) -> World:
    return a_world()


@pytest.fixture
def client(app: Flask, world: World) -> FlaskClient:
    return app.test_client()


def ask(client: FlaskClient, world: World, role: Role, method: str, path: str, **body: Any) -> Any:
    headers = bearer(world.ours.tokens[role], **({"Idempotency-Key": body.pop("key")} if "key" in body else {}))
    return client.open(f"/api/v1/{path}", method=method, json=body or None, headers=headers)


def draft(world: World, **other: Any) -> dict[str, Any]:
    ids = world.ours.ids
    closes_at = (utc_now() + timedelta(days=1)).isoformat()
    terms = {"item_id": ids["item_id"], "area_id": ids["area_id"], "quantity": 5, "supply": 10}
    return {"title": "Masks", "closes_at": closes_at, **terms, **other}


def drawn(client: FlaskClient, world: World) -> str:
    """Close and draw the world's ballot, in which one household is registered. Returns its address."""
    at = f"ballots/{world.ours.ids['ballot_id']}"
    for step in ("close", "draw"):
        assert ask(client, world, STREET, "POST", f"{at}/{step}").status_code == 200
    return at


def test_an_office_runs_a_ballot(client: FlaskClient, world: World) -> None:
    made = ask(client, world, STREET, "POST", "ballots", key="k", **draft(world))
    again = ask(client, world, STREET, "POST", "ballots", key="k", **draft(world))
    at = f"ballots/{made.json['id']}"

    unseen = ask(client, world, RESIDENT, "GET", at)
    opened = ask(client, world, STREET, "POST", f"{at}/open")
    neighbour = world.ours.town.households[0][1]
    registered = ask(client, world, WORKER, "POST", f"{at}/registrations", household_id=neighbour)
    twice = ask(client, world, WORKER, "POST", f"{at}/registrations", household_id=neighbour)
    closed = ask(client, world, STREET, "POST", f"{at}/close")
    done = ask(client, world, STREET, "POST", f"{at}/draw")

    assert (made.status_code, made.json["state"], again.json["id"]) == (201, "draft", made.json["id"])
    assert (made.json["commitment"], made.json["manages"], made.json["shares"]) == ("", True, 2)
    assert unseen.status_code == 404  # a draft is its office's own
    assert (opened.json["state"], len(opened.json["commitment"]), opened.json["seed"]) == ("open", 64, "")
    assert (registered.status_code, registered.json["outcome"]) == (201, "registered")
    assert twice.json == registered.json
    assert (closed.json["state"], len(closed.json["list_sha256"]), closed.json["seed"]) == ("closed", 64, "")
    assert (done.json["state"], len(done.json["seed"])) == ("drawn", 64)
    assert done.json["outcomes"] == [{"outcome": "offered", "count": 1}]


def test_a_ballot_whose_terms_are_none_is_refused(client: FlaskClient, world: World) -> None:
    late = (utc_now() - timedelta(hours=1)).isoformat()

    answers = [
        ask(client, world, STREET, "POST", "ballots", **draft(world, **wrong))
        for wrong in ({"quantity": 11}, {"collect_days": 61}, {"closes_at": late}, {"title": ""}, {"winner": 7})
    ]

    assert [answer.status_code for answer in answers] == [422] * 5


def test_a_worker_registers_and_withdraws_what_it_registered(client: FlaskClient, world: World) -> None:
    at, neighbour = f"ballots/{world.ours.ids['ballot_id']}", world.ours.town.households[0][1]

    made = ask(client, world, WORKER, "POST", f"{at}/registrations", household_id=neighbour)
    own = ask(client, world, WORKER, "DELETE", f"ballot-registrations/{made.json['id']}")
    others = ask(client, world, WORKER, "DELETE", f"ballot-registrations/{world.ours.ids['registration_id']}")
    by_itself = ask(client, world, RESIDENT, "DELETE", f"ballot-registrations/{world.ours.ids['registration_id']}")
    nobody = ask(client, world, WORKER, "POST", f"{at}/registrations")
    foreign = ask(client, world, WORKER, "POST", f"{at}/registrations", household_id=world.theirs.ids["household_id"])

    assert (made.status_code, own.status_code) == (201, 204)
    assert (others.status_code, others.json["code"]) == (403, "not_yours_to_withdraw")
    assert by_itself.status_code == 204
    assert (nobody.json["code"], foreign.status_code) == ("household_missing", 404)


def test_an_office_takes_nobody_off_the_list_whom_it_did_not_register(client: FlaskClient, world: World) -> None:
    ids, neighbour = world.ours.ids, world.ours.town.households[0][1]
    made = ask(client, world, STREET, "POST", f"ballots/{ids['ballot_id']}/registrations", household_id=neighbour)

    own = ask(client, world, STREET, "DELETE", f"ballot-registrations/{made.json['id']}")
    others = ask(client, world, STREET, "DELETE", f"ballot-registrations/{ids['registration_id']}")

    assert own.status_code == 204
    assert (others.status_code, others.json["code"]) == (403, "not_yours_to_withdraw")
    with reading() as session:
        told = session.scalars(select(Notification).where(Notification.event == Event.BALLOT_WITHDRAWN)).all()
    assert [(row.household_id, row.data["code"]) for row in told] == [(neighbour, made.json["code"])]


def test_who_registered_itself_lets_its_share_go_itself(app: Flask, client: FlaskClient, world: World) -> None:
    ids, neighbour = world.ours.ids, world.ours.town.households[0][1]
    with transaction() as session:
        token = a_token(session, an_account(session, "wang", RESIDENT, household_id=neighbour))
    made = client.post(f"/api/v1/ballots/{ids['ballot_id']}/registrations", json={}, headers=bearer(token))
    drawn(client, world)  # the neighbour wins, as above
    share = f"ballot-registrations/{made.json['id']}"

    refused = [ask(client, world, role, "POST", f"{share}/decline") for role in (WORKER, STREET)]
    declined = client.post(f"/api/v1/{share}/decline", json={}, headers=bearer(token))

    assert [(one.status_code, one.json["code"]) for one in refused] == [(403, "not_yours_to_decline")] * 2
    assert declined.json["outcome"] == "declined"


def test_a_household_is_told_the_commitment_when_it_registers(client: FlaskClient, world: World) -> None:
    ids, neighbour = world.ours.ids, world.ours.town.households[0][1]
    ask(client, world, WORKER, "POST", f"ballots/{ids['ballot_id']}/registrations", household_id=neighbour)

    published = ask(client, world, STREET, "GET", f"ballots/{ids['ballot_id']}").json["commitment"]
    with reading() as session:
        (told,) = session.scalars(
            select(Notification.data).where(
                Notification.event == Event.BALLOT_REGISTERED, Notification.household_id == neighbour
            )
        )
    assert told["commitment"] == published


def test_a_resident_sees_its_own_registration_and_everybodys_codes(
    app: Flask, client: FlaskClient, world: World
) -> None:
    ids, neighbour = world.ours.ids, world.ours.town.households[0][1]
    ask(client, world, WORKER, "POST", f"ballots/{ids['ballot_id']}/registrations", household_id=neighbour)
    at = drawn(client, world)

    own = ask(client, world, RESIDENT, "GET", f"{at}/registrations").json["items"]
    office = ask(client, world, STREET, "GET", f"{at}/registrations").json["items"]
    published = ask(client, world, RESIDENT, "GET", f"{at}/export").json

    assert [row["household_id"] for row in own] == [ids["household_id"]]
    assert {row["household_id"] for row in office} == {ids["household_id"], neighbour}
    assert {row["code"] for row in published["registrations"]} == {row["code"] for row in office}
    assert not any("household" in name for row in published["registrations"] for name in row)


def test_the_seed_is_nowhere_before_the_draw(app: Flask, client: FlaskClient, world: World) -> None:
    ids = world.ours.ids
    with reading() as session:
        ballot = session.get_one(Ballot, ids["ballot_id"])
    paths = ("ballots", f"ballots/{ids['ballot_id']}", f"ballots/{ids['ballot_id']}/export")

    shown = [ask(client, world, role, "GET", path) for role in (RESIDENT, WORKER, STREET) for path in paths]

    assert [answer.status_code for answer in shown] == [200] * 9
    for answer in shown:
        assert ballot.seed not in answer.get_data(as_text=True)
        assert ballot.salt not in answer.get_data(as_text=True)


def test_a_winner_is_handed_its_share_and_another_lets_it_go(client: FlaskClient, world: World) -> None:
    ids, neighbour = world.ours.ids, world.ours.town.households[0][1]
    # the household itself has a mask put aside, so that 5 more are over its 5: the neighbour wins, it is passed over
    other = ask(client, world, WORKER, "POST", f"ballots/{ids['ballot_id']}/registrations", household_id=neighbour)
    drawn(client, world)
    mine = f"ballot-registrations/{ids['registration_id']}"
    theirs = f"ballot-registrations/{other.json['id']}"

    passed_over = ask(client, world, RESIDENT, "GET", mine).json["outcome"]
    nothing = ask(client, world, RESIDENT, "POST", f"{mine}/decline")
    collected = ask(client, world, WORKER, "POST", f"{theirs}/collect")
    again = ask(client, world, WORKER, "POST", f"{theirs}/collect")

    assert passed_over == "passed_over"
    assert (nothing.status_code, nothing.json["code"]) == (409, "not_offered")
    assert (collected.json["outcome"], again.json["outcome"]) == ("collected", "collected")
    assert ask(client, world, RESIDENT, "POST", f"{mine}/collect").status_code == 403


def test_what_was_won_is_not_ended_behind_the_ballots_back(client: FlaskClient, world: World) -> None:
    ids, neighbour = world.ours.ids, world.ours.town.households[0][1]
    ask(client, world, WORKER, "POST", f"ballots/{ids['ballot_id']}/registrations", household_id=neighbour)
    drawn(client, world)
    draws = ask(client, world, STREET, "GET", f"draws?household_id={neighbour}").json["items"]

    refused = [ask(client, world, STREET, "POST", f"draws/{draws[0]['id']}/{verb}") for verb in ("void", "hand-over")]

    assert [(answer.status_code, answer.json["code"]) for answer in refused] == [(409, "of_a_ballot")] * 2


def test_an_office_runs_no_ballot_of_the_area_above_it(app: Flask, client: FlaskClient, world: World) -> None:
    town = world.ours.town
    with transaction() as session:
        above = an_account(session, "district", STREET, area_id=town.district_id)
        token = a_token(session, above)
    made = client.post("/api/v1/ballots", json=draft(world, area_id=town.district_id), headers=bearer(token))
    at = f"ballots/{made.json['id']}"

    assert made.status_code == 201
    assert ask(client, world, STREET, "GET", at).status_code == 404  # a draft above
    assert ask(client, world, STREET, "POST", f"{at}/open").status_code == 404
