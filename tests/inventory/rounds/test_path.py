"""One round from the request to the last arrival, with the numbers at every step."""

from __future__ import annotations

from datetime import date, timedelta

from flask import Flask
from sqlalchemy import select

from logistics.db import reading
from logistics.inventory.ledger import service as ledger
from logistics.inventory.ledger.models import Lot, Shipment, ShipmentLine
from logistics.inventory.rounds import service
from logistics.inventory.rounds.models import RoundShare, SupplyRequest
from logistics.inventory.rounds.rules import RejectionReason, RequestState, RoundState
from logistics.notifications.models import Notification
from tests.builders import NOW
from tests.inventory.rounds.office import (
    TODAY,
    Tree,
    a_tree,
    approved,
    arrives,
    asked,
    done,
    drafted,
    given,
    seen,
    sent,
    state,
    stock,
    stocked,
)


def a_short_district() -> Tree:
    """475 masks in boxes of 10 for 950: e1 asks 400 + 100, e2 250 + 200."""
    tree = a_tree(pack=10)
    stocked(tree, "east", 475)
    for area, quantity in (("e1a", 400), ("e1b", 100), ("e2a", 250), ("e2b", 200)):
        asked(tree, area, quantity)
    return tree


def test_a_round_down_two_levels_is_exact_and_adds_up(any_tables: Flask) -> None:
    tree = a_short_district()

    round_id = drafted(tree)

    # 47 boxes for 95. e1 asks 50: 24.74, e2 asks 45: 22.26; the box left over goes to the larger rest
    # e1's 25 for 40 + 10: 20 and 5 exactly. e2's 22 for 25 + 20: 12.22 and 9.78
    assert given(round_id) == {"e1": 250, "e1a": 200, "e1b": 50, "e2": 220, "e2a": 120, "e2b": 100}
    assert state(round_id) is RoundState.DRAFT
    assert stock(tree) == {"east": (475, 0)}  # a draft promises nothing


def test_approving_promises_the_pieces_and_takes_the_requests(any_tables: Flask) -> None:
    tree = a_short_district()
    round_id = drafted(tree)

    approved(tree, round_id)

    assert state(round_id) is RoundState.APPROVED
    assert stock(tree) == {"east": (475, 470)}
    with reading() as session:
        requests = session.execute(select(SupplyRequest.state, SupplyRequest.round_id)).all()
    assert set(requests) == {(RequestState.ALLOCATED, round_id)}


def test_dispatching_sends_one_shipment_per_community_first_expired_first_out(any_tables: Flask) -> None:
    tree = a_short_district()
    stocked(tree, "east", 60, key="R2", expires_on=date(2020, 3, 1))
    asked(tree, "e1a", 20, post="gate")
    round_id = drafted(tree)
    # 53 boxes for 97. e1 asks 52: 28.41, e2 45: 24.59. e1's 28 for 40 + 10 + 2: 21.54, 5.38 and 1.08
    assert given(round_id) == {
        "e1": 280, "e1a": 220, "e1a/gate": 10, "e1b": 50, "e2": 250, "e2a": 140, "e2b": 110,
    }  # fmt: skip

    sent(tree, round_id)

    with reading() as session:
        shipments = session.execute(select(Shipment.to_area_id, Shipment.quantity).order_by(Shipment.to_area_id)).all()
        dated = session.execute(
            select(Shipment.to_area_id, ShipmentLine.quantity)
            .join(ShipmentLine, ShipmentLine.shipment_id == Shipment.id)
            .join(Lot, Lot.id == ShipmentLine.lot_id)
            .where(Lot.expires_on.is_not(None))
        ).all()
        verified = ledger.verify(session)
    assert shipments == [(tree["e1a"], 230), (tree["e1b"], 50), (tree["e2a"], 140), (tree["e2b"], 110)]
    assert dated == [(tree["e1a"], 60)]  # the first community, in order of codes, gets what expires first
    assert stock(tree) == {"east": (5, 0)}
    assert not verified.findings
    assert state(round_id) is RoundState.DISPATCHED


def test_the_last_arrival_ends_the_round(any_tables: Flask) -> None:
    tree = a_short_district()
    round_id = drafted(tree)
    sent(tree, round_id)

    arrives(tree, round_id, "e1a", 190, 10, RejectionReason.DAMAGED)
    arrives(tree, round_id, "e1b", 50)
    arrives(tree, round_id, "e2a", 115)
    assert state(round_id) is RoundState.DISPATCHED
    arrives(tree, round_id, "e2b", 100)

    assert state(round_id) is RoundState.RECEIVED
    assert stock(tree) == {"east": (5, 0), "e1a": (190, 0), "e1b": (50, 0), "e2a": (115, 0), "e2b": (100, 0)}


def test_an_arrival_entered_in_the_ledger_itself_ends_the_round_too(any_tables: Flask) -> None:
    tree = a_tree()
    stocked(tree, "e1", 10)
    asked(tree, "e1a", 10)
    round_id = drafted(tree, "e1")
    sent(tree, round_id)
    with reading() as session:
        shipment_id = session.scalars(select(RoundShare.shipment_id).where(RoundShare.place == "e1a")).one()
    assert shipment_id is not None

    done(ledger.arrive, ledger.Arrival(key="elsewhere", shipment_id=shipment_id, accepted=10))
    assert state(round_id) is RoundState.DISPATCHED

    assert [done(service.finish_arrived), done(service.finish_arrived)] == [1, 0]
    assert state(round_id) is RoundState.RECEIVED


def test_a_round_that_gives_nobody_anything_is_over_when_it_is_sent(any_tables: Flask) -> None:
    tree = a_tree()
    asked(tree, "e1a", 10)
    round_id = drafted(tree)

    sent(tree, round_id)

    assert given(round_id) == {"e1": 0, "e1a": 0}
    assert state(round_id) is RoundState.RECEIVED


def test_an_emergency_is_approved_and_sent_in_one_step(any_tables: Flask) -> None:
    tree = a_short_district()
    round_id = drafted(tree)
    for _ in range(2):
        done(service.issue_round, round_id, account_id=tree.chief_id, fingerprint=seen(round_id))

    assert state(round_id) is RoundState.DISPATCHED
    assert stock(tree) == {"east": (5, 0)}


def test_the_shortfall_is_told_to_the_community_with_its_reason_and_so_is_what_comes(any_tables: Flask) -> None:
    tree = a_tree()
    stocked(tree, "e1", 120)
    asked(tree, "e1a", 100)
    asked(tree, "e1b", 100)
    asked(tree, "e1b", 10, post="gate")
    round_id = drafted(tree, "e1", rule="max_min")
    # filled alike: 120 of 210 are 57.14 %; 57, 57 and 5, and the last piece to the lowest fill, the gate
    assert given(round_id) == {"e1a": 57, "e1b": 57, "e1b/gate": 6}

    sent(tree, round_id)

    with reading() as session:
        rows = session.scalars(select(Notification).order_by(Notification.event.desc(), Notification.area_id)).all()
    told = [(row.event, row.area_id, row.household_id, row.key) for row in rows]
    assert told == [
        ("share_shorted", tree["e1a"], None, f"share_shorted:{round_id}:{tree['e1a']}"),
        ("share_shorted", tree["e1b"], None, f"share_shorted:{round_id}:{tree['e1b']}"),
        ("share_sent", tree["e1a"], None, f"share_sent:{round_id}:{tree['e1a']}"),
        ("share_sent", tree["e1b"], None, f"share_sent:{round_id}:{tree['e1b']}"),
    ]
    lines = rows[1].data["lines"]
    assert [(line["post"], line["asked"], line["given"], line["short"]) for line in lines] == [
        ("", 100, 57, 43),
        ("gate", 10, 6, 4),
    ]
    assert [reason["kind"] for reason in lines[0]["reasons"]] == ["asked", "filled"]
    assert [row.data["pieces"] for row in rows[2:]] == [57, 63]


def test_a_promise_that_ran_out_does_not_keep_a_round_from_being_sent_while_there_is_stock(any_tables: Flask) -> None:
    tree = a_short_district()
    round_id = drafted(tree)
    approved(tree, round_id)
    late = NOW + timedelta(days=2)
    done(ledger.expire_due, now=late)

    done(service.dispatch_round, round_id, account_id=tree.chief_id, now=late)

    assert state(round_id) is RoundState.DISPATCHED


def test_what_expires_on_the_day_is_not_sent_in_place_of_what_was_promised(any_tables: Flask) -> None:
    tree = a_tree()
    stocked(tree, "e1", 30, key="R1", expires_on=TODAY)
    stocked(tree, "e1", 40, key="R2", expires_on=TODAY + timedelta(days=30))
    asked(tree, "e1a", 60)
    round_id = drafted(tree, "e1")

    sent(tree, round_id)

    assert given(round_id) == {"e1a": 40}  # only what lasts as long as the promise is shared out
    with reading() as session:
        lines = session.execute(
            select(Lot.expires_on, ShipmentLine.quantity).join(Lot, Lot.id == ShipmentLine.lot_id)
        ).all()
    assert [tuple(line) for line in lines] == [(TODAY + timedelta(days=30), 40)]
