"""Two who approve, two who send, two who confirm at the same moment, on both databases: it is done once."""

from __future__ import annotations

from collections import Counter
from functools import partial

from flask import Flask
from sqlalchemy import func, select

from logistics.db import reading
from logistics.errors import BadTransition, DomainError
from logistics.inventory.ledger import service as ledger
from logistics.inventory.ledger.models import Reservation, Shipment
from logistics.inventory.rounds import service
from logistics.inventory.rounds.errors import NotWhatYouSaw, RoundStale
from logistics.inventory.rounds.models import SupplyRequest
from logistics.inventory.rounds.rules import RoundState
from logistics.notifications.models import Notification
from tests.inventory.rounds.office import (
    Tree,
    a_tree,
    approved,
    arrives,
    asked,
    done,
    drafted,
    seen,
    sent,
    state,
    stock,
    stocked,
)
from tests.racing import race


def a_draft(*, supply: int = 100) -> tuple[Tree, int]:
    tree = a_tree()
    stocked(tree, "e1", supply)
    asked(tree, "e1a", 100)
    asked(tree, "e1b", 50)
    return tree, drafted(tree, "e1")


def count(table: type) -> int:
    with reading() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def test_ten_approvals_at_once_approve_once(any_tables: Flask) -> None:
    tree, round_id = a_draft()
    fingerprint = seen(round_id)

    answers = race(
        any_tables,
        [partial(done, service.approve_round, round_id, account_id=tree.chief_id, fingerprint=fingerprint)] * 10,
    )

    assert answers == [None] * 10
    assert (count(Reservation), stock(tree)["e1"]) == (1, (100, 100))
    assert count(Notification) == 2  # each community is told once what it is short of


def test_ten_dispatches_at_once_send_once(any_tables: Flask) -> None:
    tree, round_id = a_draft()
    approved(tree, round_id)

    answers = race(any_tables, [partial(done, service.dispatch_round, round_id, account_id=tree.chief_id)] * 10)

    assert answers == [None] * 10
    with reading() as session:
        assert session.scalars(select(Shipment.quantity).order_by(Shipment.quantity)).all() == [33, 67]
        assert not ledger.verify(session).findings
    assert stock(tree) == {"e1": (0, 0)}


def test_two_rounds_over_the_same_requests_are_not_both_approved(any_tables: Flask) -> None:
    tree, first = a_draft(supply=1_000)
    for _ in range(4):
        second = drafted(tree, "e1", rule="max_min")
        approve = [
            partial(done, service.approve_round, one, account_id=tree.chief_id, fingerprint=seen(one))
            for one in (first, second)
        ]

        answers = race(any_tables, approve)

        assert Counter(type(answer) for answer in answers) == {type(None): 1, RoundStale: 1}
        assert Counter(state(one) for one in (first, second)) == {RoundState.APPROVED: 1, RoundState.DRAFT: 1}
        loser = first if state(first) is RoundState.DRAFT else second
        done(service.cancel_round, loser, account_id=tree.clerk_id)
        asked(tree, "e1a", 10)
        first = drafted(tree, "e1")


def test_a_request_that_changes_while_its_round_is_approved_is_taken_as_it_was_or_not_at_all(
    any_tables: Flask,
) -> None:
    tree = a_tree()
    stocked(tree, "e1", 1_000)
    for _ in range(8):
        request_id = asked(tree, "e1a", 100)
        round_id = drafted(tree, "e1")
        change = service.ChangeRequest(request_id=request_id, version=1, quantity=50)

        answers = race(
            any_tables,
            [
                partial(done, service.change_request, change),
                partial(done, service.approve_round, round_id, account_id=tree.chief_id, fingerprint=seen(round_id)),
            ],
        )

        with reading() as session:
            row = session.get_one(SupplyRequest, request_id)
        if answers[1] is None:  # approved: then the change came too late, and says so
            assert isinstance(answers[0], DomainError)
            assert (row.round_id, row.quantity) == (round_id, 100)
        else:
            assert isinstance(answers[1], RoundStale)
            assert (row.round_id, row.quantity, answers[0]) == (None, 50, None)
            done(service.cancel_round, round_id, account_id=tree.clerk_id)
            done(service.withdraw_request, request_id)


def test_an_approval_and_a_new_computation_at_once_do_not_mix(any_tables: Flask) -> None:
    tree, round_id = a_draft()
    fingerprint = seen(round_id)
    terms = service.Terms(rule="max_min")

    again, approval = race(
        any_tables,
        [
            partial(done, service.recompute_round, round_id, account_id=tree.clerk_id, terms=terms),
            partial(done, service.approve_round, round_id, account_id=tree.chief_id, fingerprint=fingerprint),
        ],
    )

    if approval is None:
        assert isinstance(again, BadTransition)
        assert seen(round_id) == fingerprint
    else:
        assert isinstance(approval, NotWhatYouSaw)
        assert again is None
    with reading() as session:
        assert service.replay(session, round_id).differences == ()


def test_two_last_arrivals_at_once_end_the_round(any_tables: Flask) -> None:
    tree, round_id = a_draft()
    sent(tree, round_id)

    answers = race(
        any_tables,
        [partial(arrives, tree, round_id, area, pieces) for area, pieces in (("e1a", 67), ("e1b", 33)) for _ in "12"],
    )

    assert answers == [None] * 4
    assert state(round_id) is RoundState.RECEIVED
    assert stock(tree) == {"e1": (0, 0), "e1a": (67, 0), "e1b": (33, 0)}


def test_the_stock_is_sold_elsewhere_or_promised_to_the_round_but_never_both(any_tables: Flask) -> None:
    tree, round_id = a_draft()
    elsewhere = ledger.Dispatch(
        key="x", item_id=tree.item_id, from_area_id=tree["e1"], to_area_id=tree["e2"], quantity=10
    )

    answers = race(
        any_tables,
        [
            partial(done, ledger.dispatch, elsewhere),
            partial(done, service.approve_round, round_id, account_id=tree.chief_id, fingerprint=seen(round_id)),
        ],
    )

    refused = [answer for answer in answers if isinstance(answer, DomainError)]
    assert len(refused) == 1
    on_hand, promised = stock(tree)["e1"]
    assert (on_hand, promised) in {(90, 0), (100, 100)}
