"""From the request to the confirmed arrival through the pages: each role finds its step, and a second click changes
nothing."""

from __future__ import annotations

import re
from dataclasses import dataclass
from io import BytesIO
from zipfile import ZipFile

import pytest
from flask import Flask
from sqlalchemy import select

from logistics.accounts.models import Role
from logistics.communities.models import Area
from logistics.communities.rules import AreaLevel
from logistics.db import reading, transaction
from logistics.inventory.ledger import service as ledger
from logistics.inventory.ledger.models import Item, Shipment
from logistics.inventory.rounds.models import AllocationRound, SupplyRequest
from logistics.inventory.rounds.rules import RequestState, RoundState
from tests.api.world import an_account, utc_now
from tests.web.site import Browser, browser_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Street:
    """An office with two communities, 100 masks in boxes of ten, and the browsers of those who work there."""

    item_id: int
    office_id: int
    community_ids: tuple[int, int]
    clerk: Browser
    chief: Browser
    workers: tuple[Browser, Browser]
    other: Browser


@pytest.fixture
def street(app: Flask) -> Street:
    with transaction() as session:
        office = Area(code="S1", name="Elm Street", level=AreaLevel.STREET_OFFICE)
        other = Area(code="S2", name="Oak Street", level=AreaLevel.STREET_OFFICE)
        session.add_all([office, other])
        session.flush()
        below = [
            Area(code=code, name=name, level=AreaLevel.COMMUNITY, parent_id=office.id)
            for code, name in (("S1-A", "North Yard"), ("S1-B", "South Yard"))
        ]
        item = Item(code="MASK", name="Mask", unit="piece", pack_size=10)
        session.add_all([*below, item])
        session.flush()
        receipt = ledger.Receipt(key="R", item_id=item.id, area_id=office.id, quantity=100, source="city")
        ledger.receive(session, receipt, now=utc_now())
        accounts = [an_account(session, name, Role.STREET_OFFICE, area_id=office.id) for name in ("clerk", "chief")]
        accounts += [
            an_account(session, f"worker-{area.code}", Role.COMMUNITY_WORKER, area_id=area.id) for area in below
        ]
        accounts.append(an_account(session, "stranger", Role.STREET_OFFICE, area_id=other.id))
        clerk, chief, north, south, stranger = (browser_of(app, account) for account in accounts)
        return Street(
            item_id=item.id,
            office_id=office.id,
            community_ids=(below[0].id, below[1].id),
            clerk=clerk,
            chief=chief,
            workers=(north, south),
            other=stranger,
        )


def ask(browser: Browser, street: Street, quantity: object, **more: object) -> tuple[int, str]:
    return browser.send("/requests", item_id=street.item_id, quantity=quantity, **{"key": f"k{quantity}", **more})


def a_draft(street: Street, rule: str = "proportional", **more: object) -> int:
    """North asks 120 and South 80; drafted by the clerk."""
    for worker, quantity in zip(street.workers, (120, 80), strict=True):
        assert ask(worker, street, quantity)[0] == 302
    status, place = street.clerk.send(
        "/rounds", item_id=street.item_id, area_id=street.office_id, rule=rule, filled="yes", key="d1", **more
    )
    assert status == 302, place
    return int(place.rpartition("/")[2])


def state(round_id: int) -> RoundState:
    with reading() as session:
        return session.get_one(AllocationRound, round_id).state


def seen(browser: Browser, round_id: int) -> str:
    found = re.search(r'name="fingerprint" value="([0-9a-f]{64})"', browser.text(f"/rounds/{round_id}"))
    return found.group(1) if found else ""


def test_a_request_goes_through_a_round_to_its_confirmed_arrival(street: Street) -> None:
    round_id = a_draft(street)
    fingerprint = seen(street.chief, round_id)

    for _ in range(2):
        status, _place = street.chief.send(f"/rounds/{round_id}/approve", fingerprint=fingerprint, send="yes")
        assert status == 302
    assert state(round_id) is RoundState.DISPATCHED
    with reading() as session:
        assert session.scalars(select(Shipment.quantity).order_by(Shipment.to_area_id)).all() == [60, 40]

    north, south = street.workers
    page = north.text("/shares?lang=en")
    assert "Mask: not everything you asked for can be given" in page
    assert "asked 120, 60 % of the supply (60 of 100), exactly 6 boxes of 10" in page
    for _ in range(2):
        sent = north.send(f"/rounds/{round_id}/arrivals/{street.community_ids[0]}", accepted=60, rejected=0)
        assert sent[0] == 302
    assert state(round_id) is RoundState.DISPATCHED
    south.send(f"/rounds/{round_id}/arrivals/{street.community_ids[1]}", accepted=30, rejected=10, reason="damaged")

    assert state(round_id) is RoundState.RECEIVED
    page = street.clerk.text(f"/rounds/{round_id}?lang=en")
    assert "60 accepted" in page
    assert "10 rejected" in page
    assert "Damaged" in page


def test_the_explanation_stands_in_both_languages_on_page_notice_and_table(street: Street) -> None:
    round_id = a_draft(street)
    chinese, english = "申领 120", "asked 120, 60 % of the supply (60 of 100), exactly 6 boxes of 10"

    for address in (f"/rounds/{round_id}", f"/rounds/{round_id}/notice"):
        assert chinese in street.clerk.text(f"{address}?lang=zh")
        assert english in street.clerk.text(f"{address}?lang=en")
    table = street.clerk.get(f"/rounds/{round_id}/shares.csv?lang=en").get_data().decode("utf-8-sig")
    assert f'S1-A,North Yard,,,No case,120,0,60,6,,,,60,"{english}"' in table.splitlines()
    book = ZipFile(BytesIO(street.clerk.get(f"/rounds/{round_id}/shares.xlsx").get_data()))
    assert english in book.read("xl/sharedStrings.xml").decode()


def test_the_sign_off_sheet_has_a_line_to_sign_for_every_place(street: Street) -> None:
    round_id = a_draft(street)

    page = street.clerk.text(f"/rounds/{round_id}/sign-off?lang=en")

    assert page.count('class="sign-cell"') == 2
    assert "North Yard" in page
    assert "60" in page


def test_the_comparison_shows_both_rules_and_drafts_by_the_one_that_is_pressed(street: Street) -> None:
    for worker, quantity in zip(street.workers, (150, 20), strict=True):
        ask(worker, street, quantity, note="for the clinic")

    page = street.clerk.text(f"/rounds/new?item_id={street.item_id}&lang=en")

    # 10 boxes for 15 + 2: 8.82 and 1.18. Filled alike, 8 of 15 are 53 % and 1 of 2 is 50 %: the tenth goes there
    assert re.findall(r'<td class="num">(\d+)</td><td class="num">(\d+)', page.partition("Short of last time")[2]) == [
        ("90", "80"),
        ("10", "20"),
    ]
    assert "for the clinic" in page
    assert page.count('action="/rounds"') == 2
    assert '<svg class="shares-chart"' in page
    with reading() as session:
        assert session.query(AllocationRound).count() == 0  # comparing writes nothing


def test_who_drafted_finds_no_button_to_approve_and_is_refused(street: Street) -> None:
    round_id = a_draft(street)

    assert "由第二人批准" in street.clerk.text(f"/rounds/{round_id}")
    assert seen(street.clerk, round_id) == ""
    status, page = street.clerk.send(
        f"/rounds/{round_id}/approve", fingerprint=seen(street.chief, round_id), send="yes"
    )

    assert status == 403
    assert "起草人不能批准自己起草的分配" in page
    assert state(round_id) is RoundState.DRAFT


def test_a_stale_draft_says_what_changed_and_offers_to_compute_again(street: Street) -> None:
    round_id = a_draft(street)
    fingerprint = seen(street.chief, round_id)
    with transaction() as session:
        more = ledger.Receipt(key="R2", item_id=street.item_id, area_id=street.office_id, quantity=50, source="city")
        ledger.receive(session, more, now=utc_now())

    page = street.chief.text(f"/rounds/{round_id}?lang=en")
    assert "This draft rests on numbers that have changed since." in page
    assert "100 → 150" in page
    assert seen(street.chief, round_id) == ""
    assert street.chief.send(f"/rounds/{round_id}/approve", fingerprint=fingerprint, send="no")[0] == 409

    assert street.clerk.send(f"/rounds/{round_id}/recompute")[0] == 302
    fresh = seen(street.chief, round_id)
    assert street.chief.send(f"/rounds/{round_id}/approve", fingerprint=fresh, send="no")[0] == 302
    assert state(round_id) is RoundState.APPROVED
    assert street.chief.send(f"/rounds/{round_id}/dispatch")[0] == 302
    assert state(round_id) is RoundState.DISPATCHED


def test_an_approved_round_is_cancelled_with_the_reason_that_its_communities_read(street: Street) -> None:
    round_id = a_draft(street)
    street.chief.send(f"/rounds/{round_id}/approve", fingerprint=seen(street.chief, round_id), send="no")
    assert 'name="reason"' in street.clerk.text(f"/rounds/{round_id}")

    assert street.clerk.send(f"/rounds/{round_id}/cancel", reason="")[0] == 422
    assert state(round_id) is RoundState.APPROVED
    for _ in range(2):
        assert street.clerk.send(f"/rounds/{round_id}/cancel", reason="no \x00lorry")[0] == 302

    assert state(round_id) is RoundState.CANCELLED
    page = street.chief.text(f"/rounds/{round_id}?lang=en")
    assert "no lorry" in page
    assert 'action="/rounds/' not in page  # nothing more can be done with it
    page = street.workers[0].text("/shares?lang=en")
    assert "Mask: the round is cancelled; your request stands for the next one" in page
    assert "Reason: no lorry" in page
    with reading() as session:
        assert set(session.scalars(select(SupplyRequest.state))) == {RequestState.OPEN}


def test_another_offices_round_is_not_found(street: Street) -> None:
    round_id = a_draft(street)

    for address in ("", "/notice", "/sign-off", "/shares.csv", "/shares.xlsx"):
        street.other.text(f"/rounds/{round_id}{address}", status=404)
    for action in ("approve", "dispatch", "cancel", "recompute"):
        assert street.other.send(f"/rounds/{round_id}/{action}")[0] == 404
    assert "/rounds/1" not in street.other.text("/rounds")
    assert street.other.send(f"/rounds/{round_id}/arrivals/{street.community_ids[0]}", accepted=1)[0] == 403


def test_a_worker_changes_declines_and_withdraws(street: Street) -> None:
    worker = street.workers[0]
    ask(worker, street, 120)
    with reading() as session:
        request_id = session.scalars(select(SupplyRequest.id)).one()

    assert worker.send(f"/requests/{request_id}", action="change", version=1, quantity="x")[0] == 422
    assert worker.send(f"/requests/{request_id}", action="change", version=1, quantity=90, note="less")[0] == 302
    assert worker.send(f"/requests/{request_id}", action="change", version=1, quantity=80)[0] == 409
    assert worker.send(f"/requests/{request_id}", action="no_room")[0] == 302
    assert worker.send(f"/requests/{request_id}", action="change", version=3, quantity=70)[0] == 302
    assert worker.send(f"/requests/{request_id}", action="withdraw")[0] == 302
    assert street.workers[1].send(f"/requests/{request_id}", action="withdraw")[0] == 404

    with reading() as session:
        row = session.get_one(SupplyRequest, request_id)
    assert (row.state, row.quantity) == (RequestState.WITHDRAWN, 70)


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"quantity": "0"}, 422),
        ({"quantity": "１２"}, 422),
        ({"quantity": ""}, 422),
        ({"quantity": "5", "checkpoints": "-1"}, 422),
        ({"quantity": "5", "post": "x" * 81}, 422),
        ({"quantity": "5", "item_id": ""}, 422),
        ({"quantity": "5", "item_id": "999"}, 404),
    ],
)
def test_a_request_form_that_is_not_right_is_shown_again(
    street: Street, fields: dict[str, object], status: int
) -> None:
    answer, _ = street.workers[0].send("/requests", **{"item_id": street.item_id, "key": "k", **fields})

    assert answer == status
    with reading() as session:
        assert session.query(SupplyRequest).count() == 0


def test_the_same_form_sent_twice_is_one_request_and_one_draft(street: Street) -> None:
    worker = street.workers[0]
    answers = [ask(worker, street, 120), ask(worker, street, 120), ask(worker, street, 60, key="k120")]
    assert [status for status, _ in answers] == [302, 302, 409]
    assert ask(worker, street, 60)[0] == 409  # the place asks already

    form = {"item_id": street.item_id, "area_id": street.office_id, "rule": "max_min", "filled": "yes", "key": "d"}
    first, second = (street.clerk.send("/rounds", **form) for _ in range(2))
    assert first == second
    with reading() as session:
        assert session.query(AllocationRound).count() == 1


def test_an_office_classes_its_communities_and_keeps_the_history(street: Street) -> None:
    at = f"/areas/{street.community_ids[0]}/tier"

    assert street.clerk.send(at, tier="transmission", starts_on="2026-01-05", note="two flats")[0] == 302
    assert street.clerk.send(at, tier="cases", starts_on="soon")[0] == 422
    assert street.other.send(at, tier="cases", starts_on="2026-01-05")[0] == 404
    assert street.workers[0].send(at, tier="no_case", starts_on="2026-01-05")[0] == 403

    page = street.workers[0].text(f"{at}?lang=en")
    assert "two flats" in page
    assert "Transmission" in page


def test_terms_that_are_not_right_are_told_beside_their_fields(street: Street) -> None:
    ask(street.workers[0], street, 50)

    page = street.clerk.text(
        f"/rounds/new?item_id={street.item_id}&filled=yes&rules=tiers&reserve=lots&floor=-1&lang=en"
    )

    for told in ("Choose at least two rules.", "Give pieces, like 50", "Give a whole number from 0"):
        assert told in page
    status, place = street.clerk.send(
        "/rounds", item_id=street.item_id, area_id=street.office_id, rule="tiers", reserve="lots"
    )
    assert (status, place) == (302, "/rounds/new")
