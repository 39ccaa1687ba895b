"""What a household and a worker do with entitlements and ballots on their pages, and an office's forms."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from logistics.accounts.models import Role
from logistics.clock import SHANGHAI
from logistics.db import reading, transaction
from logistics.inventory.ballots.models import Ballot, BallotRegistration
from logistics.inventory.entitlement.models import EntitlementDraw, EntitlementRule
from logistics.inventory.ledger.models import Reservation
from logistics.notifications.rules import Event
from logistics.web.messages import details, headline
from tests.api.world import World, a_world, an_account, utc_now
from tests.web.site import browser_of

R, S, W = Role.RESIDENT, Role.STREET_OFFICE, Role.COMMUNITY_WORKER


@pytest.fixture
def world(app: Flask) -> World:
    return a_world()


def key_on(page: str) -> str:
    found = re.search(r'name="key" value="([^"]+)"', page)
    assert found is not None
    return found.group(1)


def states() -> list[str]:
    """Of all reservations for a household, in the order they were made; the other side's first one left out."""
    with reading() as session:
        return list(
            session.scalars(
                select(Reservation.state)
                .join(EntitlementDraw, EntitlementDraw.reservation_id == Reservation.id)
                .order_by(EntitlementDraw.id)
            )
        )


def test_a_household_reads_what_is_left_and_puts_some_aside_once(app: Flask, world: World) -> None:
    browser, ids = browser_of(app, world.ours.account_ids[R]), world.ours.ids
    page = browser.text("/my?lang=en")
    form = {"item_id": ids["item_id"], "quantity": 3, "key": key_on(page)}

    first = browser.send(f"/households/{ids['household_id']}/draws", **form)
    again = browser.send(f"/households/{ids['household_id']}/draws", **form)
    after = browser.text("/my?lang=en")

    # 5 in 7 days, one put aside before, 3 more now
    assert "4 of 5 piece" in page
    assert "At most 5 in 7 days" in page
    assert "you may draw 5." in page
    assert (first, again) == ((302, "/my"), (302, "/my"))
    assert "1 of 5 piece" in after
    assert "Put aside; it can be collected for two days." in after
    assert states() == ["pending"] * 3  # theirs, ours, and the new one, once


def test_more_than_is_left_is_refused_in_the_households_words(app: Flask, world: World) -> None:
    browser, ids = browser_of(app, world.ours.account_ids[R]), world.ours.ids
    at = f"/households/{ids['household_id']}/draws"

    browser.send(at, item_id=ids["item_id"], quantity=5, key="k")
    too_much = browser.text("/my")
    browser.send(at, item_id=ids["item_id"], quantity="many", key="k")
    nonsense = browser.text("/my")

    assert "已领 1，还要 5" in too_much
    assert "请填 1 到 100000 的整数" in nonsense.replace(",", "")
    assert len(states()) == 2


def test_a_household_lets_go_and_may_draw_again(app: Flask, world: World) -> None:
    browser = browser_of(app, world.ours.account_ids[R])

    browser.send(f"/draws/{world.ours.ids['draw_id']}/void")

    page = browser.text("/my?lang=en")
    assert "5 of 5 piece" in page
    assert "Let it go" not in page


def test_a_worker_hands_out_at_once_and_what_was_put_aside(app: Flask, world: World) -> None:
    browser, ids = browser_of(app, world.ours.account_ids[W]), world.ours.ids
    at = f"/proxy/{ids['household_id']}"
    page = browser.text(f"{at}?lang=en")

    status, led = browser.send(
        f"/households/{ids['household_id']}/draws", item_id=ids["item_id"], quantity=2, key="k", at_once="yes"
    )
    browser.send(f"/draws/{ids['draw_id']}/hand-over")
    browser.send(f"/draws/{ids['draw_id']}/hand-over")

    assert "Hand out now" in page
    assert (status, led) == (302, at)
    assert states() == ["posted", "pending", "posted"]  # ours, theirs, the new one
    told = browser_of(app, world.ours.account_ids[R]).text("/my?lang=en")
    assert told.count("Handed to your household: 2 piece of") == told.count("Handed to your household: 1 piece of") == 1
    assert "Put aside for you: 2 piece of" not in told
    assert "2 of 5 piece" in browser.text(f"{at}?lang=en")


def test_a_resident_hands_out_nothing(app: Flask, world: World) -> None:
    browser, ids = browser_of(app, world.ours.account_ids[R]), world.ours.ids

    status, _ = browser.send(f"/draws/{ids['draw_id']}/hand-over")
    browser.send(f"/households/{ids['household_id']}/draws", item_id=ids["item_id"], quantity=1, key="k", at_once="yes")

    assert status == 403
    assert states() == ["pending"] * 3  # put aside all the same


def test_an_office_sets_and_ends_a_rule(app: Flask, world: World) -> None:
    browser, ids = browser_of(app, world.ours.account_ids[S]), world.ours.ids
    rule = {"item_id": ids["item_id"], "area_id": ids["office_id"], "quantity": 2, "days": 3, "per": "person"}

    wrong = browser.send("/entitlements", **{**rule, "quantity": "-1", "days": "", "area_id": 0, "per": "cat"})
    foreign, _ = browser.send("/entitlements", **{**rule, "area_id": world.theirs.ids["office_id"]})
    made = browser.send("/entitlements", **rule)
    shown = browser.text("/entitlements?lang=en")
    ended = browser.send("/entitlements/end", item_id=ids["item_id"], area_id=ids["office_id"])
    theirs, _ = browser.send("/entitlements/end", item_id=ids["item_id"], area_id=world.theirs.ids["area_id"])

    assert wrong[0] == 422
    assert wrong[1].count("field-error") == 4
    assert (foreign, made, ended, theirs) == (422, (302, "/entitlements"), (302, "/entitlements"), 404)
    assert "Per person" in shown
    with reading() as session:
        of_ours = select(EntitlementRule).where(EntitlementRule.area_id == ids["office_id"])
        (kept,) = session.scalars(of_ours).all()
    assert (kept.quantity, kept.days, kept.per, kept.ended_at is not None) == (2, 3, "person", True)


def test_a_worker_reads_rules_and_sets_none(app: Flask, world: World) -> None:
    browser = browser_of(app, world.ours.account_ids[W])

    assert "Set a rule" not in browser.text("/entitlements?lang=en")
    assert browser.send("/entitlements", item_id=1)[0] == 403


def test_a_worker_counts_persons(app: Flask, world: World) -> None:
    browser, at = browser_of(app, world.ours.account_ids[W]), f"/households/{world.ours.ids['household_id']}"

    browser.send(f"{at}/persons", persons="4")
    counted = browser.text(at)
    browser.send(f"{at}/persons", persons="31")
    browser.send(f"{at}/persons", persons="four")
    kept = browser.text(at)
    browser.send(f"{at}/persons", persons="")

    assert 'name="persons" inputmode="numeric" maxlength="2" value="4"' in counted
    assert 'value="4"' in kept
    assert 'maxlength="2" value=""' in browser.text(at)


def test_an_office_drafts_opens_closes_and_draws(app: Flask, world: World) -> None:
    browser, ids = browser_of(app, world.ours.account_ids[S]), world.ours.ids
    closes = (utc_now() + timedelta(days=1)).astimezone(SHANGHAI)
    form = {
        "title": "Vegetable boxes",
        "item_id": ids["item_id"],
        "area_id": ids["area_id"],
        "quantity": 5,
        "supply": 10,
        "closes_at": f"{closes:%Y-%m-%dT%H:%M}",
        "collect_days": 2,
        "public_source": "lottery",
        "key": key_on(browser.text("/ballots/new")),
    }

    wrong = browser.send("/ballots/new", **{**form, "title": "", "quantity": 0, "closes_at": "2020-01-01T00:00"})
    too_few = browser.send("/ballots/new", **{**form, "supply": 4})
    made, again = browser.send("/ballots/new", **form), browser.send("/ballots/new", **form)
    another = browser.send("/ballots/new", **{**form, "supply": 15})
    at = made[1]
    for step in ("open", "close"):
        browser.send(f"{at}/{step}")
    without_number = browser.send(f"{at}/draw")
    told = browser.text(at)
    browser.send(f"{at}/draw", public_value="07 12")
    browser.send(f"{at}/draw", public_value="07 12")

    assert (wrong[0], wrong[1].count("field-error")) == (422, 3)
    assert too_few[0] == 422
    assert made == again
    assert another[0] == 409  # the same form with other entries
    assert without_number[0] == 302
    assert "需要公开数字（lottery）" in told
    with reading() as session:
        ballot = session.scalars(select(Ballot).where(Ballot.title == "Vegetable boxes")).one()
        assert (ballot.state, ballot.public_value) == ("done", "07 12")  # nobody had registered
    assert "Recomputed just now" in browser.text(f"{at}/result?lang=en")


def test_a_household_registers_sees_its_code_and_withdraws(app: Flask, world: World) -> None:
    with transaction() as session:
        neighbour_id = world.ours.town.households[0][1]
        account = an_account(session, "wang", R, household_id=neighbour_id)
    browser, at = browser_of(app, account), f"/ballots/{world.ours.ids['ballot_id']}"

    offered = browser.text("/my?lang=en")
    browser.send(f"{at}/registrations")
    browser.send(f"{at}/registrations")
    page = browser.text(f"{at}?lang=en")
    with reading() as session:
        row = session.scalars(select(BallotRegistration).where(BallotRegistration.household_id == neighbour_id)).one()
    timeline = browser.text("/my?lang=en")
    browser.send(f"/ballot-registrations/{row.id}/withdraw")

    assert "Ballot ours" in offered
    assert row.code in page
    assert f"Your code: {row.code}." in timeline
    assert "Registering costs nothing" in browser.text(f"{at}?lang=en")
    assert row.code not in browser.text(f"{at}/result?lang=en")


def test_a_worker_registers_a_household_and_hands_a_winner_its_share(app: Flask, world: World) -> None:
    worker, office = browser_of(app, world.ours.account_ids[W]), browser_of(app, world.ours.account_ids[S])
    neighbour, at = world.ours.town.households[0][1], f"/ballots/{world.ours.ids['ballot_id']}"

    page = worker.text(f"/proxy/{neighbour}?lang=en")
    led = worker.send(f"{at}/registrations", household_id=neighbour, back="household")
    office.send(f"{at}/close")
    office.send(f"{at}/draw")
    with reading() as session:
        row = session.scalars(select(BallotRegistration).where(BallotRegistration.household_id == neighbour)).one()
    before = worker.text(f"{at}?lang=en")
    worker.send(f"/ballot-registrations/{row.id}/collect")
    again, _ = worker.send(f"/ballot-registrations/{row.id}/decline")

    assert "Register for Ballot ours" in page
    assert led == (302, f"/proxy/{neighbour}")
    assert "Won, to be collected" in before
    assert "Collected" in worker.text(f"{at}?lang=en")
    assert again == 302  # told that there is nothing to decline
    with reading() as session:
        assert session.get_one(BallotRegistration, row.id).outcome == "collected"


def test_the_file_for_ones_own_check_is_an_attachment(app: Flask, world: World) -> None:
    browser = browser_of(app, world.ours.account_ids[R])

    answer = browser.get(f"/ballots/{world.ours.ids['ballot_id']}/ballot.json")

    assert answer.headers["Content-Disposition"].startswith('attachment; filename="ballot-B')
    assert answer.json is not None
    assert (answer.json["seed"], len(answer.json["registrations"])) == (None, 1)


def test_a_ballot_called_off_is_told(app: Flask, world: World) -> None:
    browser_of(app, world.ours.account_ids[S]).send(f"/ballots/{world.ours.ids['ballot_id']}/cancel")

    assert "was called off" in browser_of(app, world.ours.account_ids[R]).text("/my?lang=en")
    with reading() as session:
        assert session.scalar(select(func.count()).select_from(Ballot).where(Ballot.state == "cancelled")) == 1


def test_every_event_has_a_sentence_in_chinese(app: Flask) -> None:
    events = [event for event in Event if event.value.startswith(("ballot_", "item_"))]
    data = {
        "title": "口罩",
        "rank": 3,
        "code": "ABCD2345",
        "quantity": 5,
        "unit": "个",
        "item": "口罩",
        "place": "社区",
        "collect_by": "2020-02-19T09:00:00+00:00",
        "channel": "proxy",
    }

    with app.test_request_context("/"):
        said = {event: (headline(event, data), details(event, data)) for event in events}

    assert len(events) == 10
    assert all(first and not re.search(r"[a-z]{3}", first + "".join(rest)) for first, rest in said.values()), said
    assert said[Event.BALLOT_OFFERED][1] == ["请在 2月19日 17:00 前领取。", "地点：社区", "摇号第 3 位。"]
