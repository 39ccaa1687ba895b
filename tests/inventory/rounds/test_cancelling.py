"""An approved round is called off: what it had promised, taken and told is set back, once."""

from __future__ import annotations

from collections import Counter
from functools import partial

import pytest
from flask import Flask
from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError

from logistics.db import reading, transaction
from logistics.errors import BadTransition
from logistics.inventory.ledger import service as ledger
from logistics.inventory.ledger.models import Reservation, Shipment
from logistics.inventory.ledger.rules import ReservationState
from logistics.inventory.rounds import service
from logistics.inventory.rounds.errors import CancelReasonMissing
from logistics.inventory.rounds.models import AllocationRound, SupplyRequest
from logistics.inventory.rounds.rules import Refusal, RequestState, RoundState
from logistics.notifications.models import Notification
from logistics.notifications.rules import Event
from tests.builders import NOW
from tests.inventory.rounds.office import (
    Tree,
    a_tree,
    approved,
    asked,
    cancelled,
    done,
    drafted,
    given,
    state,
    stock,
    stocked,
)
from tests.racing import race

OPEN, ALLOCATED, DECLINED, WITHDRAWN = RequestState


def an_approved_round() -> tuple[Tree, int]:
    """100 pieces for 150 below `e1`, approved by the chief."""
    tree = a_tree()
    stocked(tree, "e1", 100)
    asked(tree, "e1a", 100)
    asked(tree, "e1b", 50)
    round_id = drafted(tree, "e1")
    approved(tree, round_id)
    return tree, round_id


def requests() -> list[tuple[RequestState, int, int | None]]:
    """State, pieces and round of every request, the oldest first."""
    with reading() as session:
        rows = session.scalars(select(SupplyRequest).order_by(SupplyRequest.id)).all()
    return [(row.state, row.quantity, row.round_id) for row in rows]


def messages(event: Event) -> list[Notification]:
    with reading() as session:
        wanted = select(Notification).where(Notification.event == event).order_by(Notification.area_id)
        return list(session.scalars(wanted))


def test_an_approved_round_is_set_back_with_everything_it_had_promised_and_taken(any_tables: Flask) -> None:
    tree, round_id = an_approved_round()
    assert stock(tree) == {"e1": (100, 100)}

    for _ in range(2):
        cancelled(tree, round_id)

    assert stock(tree) == {"e1": (100, 0)}
    assert requests() == [(OPEN, 100, None), (OPEN, 50, None)]
    with reading() as session:
        row = session.get_one(AllocationRound, round_id)
        promises = session.scalars(select(Reservation.state)).all()
    assert promises == [ReservationState.VOIDED]
    assert (row.state, row.cancelled_by_id, row.cancelled_at, row.cancel_reason, row.approved_by_id) == (
        RoundState.CANCELLED, tree.clerk_id, NOW, "the store is flooded", tree.chief_id,
    )  # fmt: skip


def test_its_requests_stand_for_the_next_round_and_nothing_of_it_carries_over(any_tables: Flask) -> None:
    tree, round_id = an_approved_round()
    cancelled(tree, round_id)

    again = drafted(tree, "e1")
    approved(tree, again)

    assert given(again) == given(round_id) == {"e1a": 67, "e1b": 33}
    with reading() as session:
        assert '"carry":0' in session.get_one(AllocationRound, again).inputs
        assert service.replay(session, round_id).differences == ()


def test_every_community_of_it_is_told_why_once(any_tables: Flask) -> None:
    tree, round_id = an_approved_round()

    for _ in range(2):
        cancelled(tree, round_id, reason=" no lorry ")

    told = messages(Event.SHARE_CANCELLED)
    assert [row.area_id for row in told] == [tree["e1a"], tree["e1b"]]
    assert {(row.data["reason"], row.data["item"]) for row in told} == {("no lorry", "Mask")}


def test_without_a_reason_an_approved_round_stays(any_tables: Flask) -> None:
    tree, round_id = an_approved_round()

    for reason in ("", "  "):
        with pytest.raises(CancelReasonMissing) as refused:
            cancelled(tree, round_id, reason=reason)

    assert (refused.value.code, refused.value.status) == ("cancel_reason_missing", 422)
    assert (state(round_id), stock(tree)) == (RoundState.APPROVED, {"e1": (100, 100)})
    with pytest.raises(IntegrityError, match="cancel_reason"), transaction() as session:
        session.execute(
            update(AllocationRound)
            .where(AllocationRound.id == round_id)
            .values(state=RoundState.CANCELLED, cancelled_at=NOW)
        )


def test_a_draft_is_cancelled_in_silence(any_tables: Flask) -> None:
    tree = a_tree()
    stocked(tree, "e1", 100)
    asked(tree, "e1a", 150)
    round_id = drafted(tree, "e1")

    cancelled(tree, round_id, reason="")

    assert state(round_id) is RoundState.CANCELLED
    assert messages(Event.SHARE_CANCELLED) == []


def test_what_was_declined_is_declined_again_and_told_nothing(any_tables: Flask) -> None:
    tree = a_tree()
    stocked(tree, "e1", 100)
    declined = asked(tree, "e1a", 100)
    asked(tree, "e1b", 50)
    done(service.decline_request, declined, Refusal.NO_ROOM)
    round_id = drafted(tree, "e1")
    approved(tree, round_id)

    cancelled(tree, round_id)

    assert requests() == [(DECLINED, 100, None), (OPEN, 50, None)]
    assert [row.area_id for row in messages(Event.SHARE_CANCELLED)] == [tree["e1b"]]


def test_a_place_that_asked_anew_meanwhile_has_its_new_request_alone(any_tables: Flask) -> None:
    tree, round_id = an_approved_round()
    asked(tree, "e1a", 7)
    asked(tree, "e1a", 5, post="gate")

    cancelled(tree, round_id)

    assert requests() == [(WITHDRAWN, 100, None), (OPEN, 50, None), (OPEN, 7, None), (OPEN, 5, None)]
    assert given(drafted(tree, "e1")) == {"e1a": 7, "e1a/gate": 5, "e1b": 50}


def test_a_round_whose_stock_went_elsewhere_is_stuck_no_more(any_tables: Flask) -> None:
    tree, round_id = an_approved_round()
    with transaction() as session:
        promise = session.get_one(AllocationRound, round_id).reservation_id
        assert promise is not None
        ledger.void(session, promise, now=NOW)
    elsewhere = ledger.Dispatch(
        key="x", item_id=tree.item_id, from_area_id=tree["e1"], to_area_id=tree["e2"], quantity=60
    )
    done(ledger.dispatch, elsewhere)
    with pytest.raises(ledger.OutOfStock):
        done(service.dispatch_round, round_id, account_id=tree.chief_id)

    cancelled(tree, round_id)

    assert (state(round_id), stock(tree)) == (RoundState.CANCELLED, {"e1": (40, 0)})


def test_a_round_that_gave_nobody_anything_had_promised_nothing(any_tables: Flask) -> None:
    tree = a_tree()
    asked(tree, "e1a", 10)
    round_id = drafted(tree, "e1")
    approved(tree, round_id)

    cancelled(tree, round_id)

    assert (state(round_id), requests()) == (RoundState.CANCELLED, [(OPEN, 10, None)])


def test_a_round_is_sent_or_cancelled_but_never_both(any_tables: Flask) -> None:
    tree, round_id = an_approved_round()
    for turn in range(4):
        answers = race(
            any_tables,
            [
                partial(done, service.dispatch_round, round_id, account_id=tree.chief_id),
                partial(cancelled, tree, round_id),
            ],
        )

        assert Counter(type(answer) for answer in answers) == {type(None): 1, BadTransition: 1}
        was_sent = state(round_id) is RoundState.DISPATCHED
        with reading() as session:
            of_round = Shipment.key.startswith(f"round:{round_id}:")
            shipped = session.scalars(select(func.sum(Shipment.quantity)).where(of_round)).one()
            assert not ledger.verify(session).findings
        assert shipped == (100 if was_sent else None)
        assert stock(tree) == {"e1": (0 if was_sent else 100, 0)}
        if was_sent:
            stocked(tree, "e1", 100, key=f"more {turn}")
            asked(tree, "e1a", 100)
            asked(tree, "e1b", 50)
        round_id = drafted(tree, "e1", carry=False)
        approved(tree, round_id)


def test_a_place_that_asks_anew_at_the_same_moment_has_one_standing_request(any_tables: Flask) -> None:
    tree, round_id = an_approved_round()

    answers = race(
        any_tables,
        [partial(cancelled, tree, round_id), partial(asked, tree, "e1a", 7), partial(asked, tree, "e1b", 8)],
    )

    assert answers[0] is None
    with reading() as session:
        standing = session.execute(
            select(SupplyRequest.area_id, SupplyRequest.quantity).where(SupplyRequest.state == OPEN)
        ).all()
    pieces = dict(tuple(row) for row in standing)
    assert len(standing) == 2
    assert (pieces[tree["e1a"]], pieces[tree["e1b"]]) == tuple(
        new if isinstance(answer, int) else old for answer, new, old in zip(answers[1:], (7, 8), (100, 50), strict=True)
    )
