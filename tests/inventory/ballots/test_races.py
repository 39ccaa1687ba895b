"""Registering, closing, drawing and moving up at the same moment, in real threads."""

from __future__ import annotations

from collections import Counter
from functools import partial

from flask import Flask
from sqlalchemy import func, select

from logistics.db import reading
from logistics.inventory.ballots import errors
from logistics.inventory.ballots import service as ballots
from logistics.inventory.ballots.export import document
from logistics.inventory.ballots.rules import BallotOutcome, BallotState
from logistics.inventory.ballots.verifying import verify
from logistics.inventory.entitlement.models import EntitlementDraw
from logistics.inventory.entitlement.service import EntitlementExceeded, Taken
from logistics.notifications.models import Notification
from logistics.notifications.rules import Event
from tests.builders import NOW
from tests.inventory.ballots.lots import (
    DAY,
    DRAWN_AT,
    a_drawn_ballot,
    a_stocked_town,
    an_open_ballot,
    ballot,
    closed,
    collected,
    declined,
    drawn,
    moved_up,
    of,
    outcomes,
    registered,
    rows,
    stock,
)
from tests.inventory.entitlement import giving
from tests.racing import race


def test_a_household_that_registers_from_ten_phones_is_registered_once(any_tables: Flask) -> None:
    lots = an_open_ballot(a_stocked_town(), homes=0)

    answers = race(any_tables, [partial(registered, lots, 0)] * 10)

    receipts = [answer for answer in answers if isinstance(answer, ballots.Registered)]
    assert (len(receipts), len({receipt.code for receipt in receipts})) == (10, 1)
    assert len(rows(lots)) == 1


def test_who_registers_while_the_list_closes_is_on_it_or_refused(any_tables: Flask) -> None:
    for _ in range(3):
        lots = an_open_ballot(a_stocked_town(), homes=0)
        register = [partial(registered, lots, home) for home in range(6)]

        answers = race(any_tables, [*register[:3], partial(closed, lots), *register[3:]])

        receipts = {answer.code for answer in answers if isinstance(answer, ballots.Registered)}
        refused = [answer for answer in answers if isinstance(answer, errors.NotOpen)]
        assert len(receipts) + len(refused) == 6
        assert {row.code for row in rows(lots)} == receipts
        drawn(lots)
        with reading() as session:
            assert verify(document(session, lots.ballot_id)).registrations == len(receipts)


def test_eight_clicks_on_draw_are_one_draw(any_tables: Flask) -> None:
    lots = an_open_ballot(a_stocked_town(100))
    closed(lots)

    answers = race(any_tables, [partial(drawn, lots)] * 8)

    assert answers == [None] * 8
    assert outcomes(lots) == ["offered"] * 2 + ["waiting"] * 4
    assert stock(lots) == (100, 10)
    with reading() as session:
        told = select(func.count()).where(Notification.event == Event.BALLOT_OFFERED)
        assert session.scalar(told) == 2


def test_moving_up_twice_at_once_moves_up_once(any_tables: Flask) -> None:
    lots = a_drawn_ballot(a_stocked_town(100))

    answers = race(any_tables, [partial(moved_up, lots, now=DRAWN_AT + 2 * DAY)] * 6)

    assert sorted(answers) == [0, 0, 0, 0, 0, 2]
    assert outcomes(lots) == ["lapsed"] * 2 + ["offered"] * 2 + ["waiting"] * 2
    assert stock(lots) == (100, 10)


def test_collecting_declining_and_moving_up_at_once_end_each_share_once(any_tables: Flask) -> None:
    lots = a_drawn_ballot(a_stocked_town(100))
    first, second = rows(lots)[:2]

    race(
        any_tables,
        [
            partial(collected, first.id),
            partial(declined, first.id),
            partial(declined, second.id),
            partial(moved_up, lots, now=DRAWN_AT + DAY),
            partial(collected, first.id),
            partial(collected, second.id),
        ],
    )

    counts = Counter(outcomes(lots))
    assert counts["offered"] + counts["collected"] == 2
    assert stock(lots) == (100 - 5 * counts["collected"], 5 * counts["offered"])
    with reading() as session:
        verify(document(session, lots.ballot_id))


def test_a_draw_beside_takes_of_the_same_item_neither_hangs_nor_breaks_a_limit(any_tables: Flask) -> None:
    # both lock the item before the households: another order would be a deadlock on PostgreSQL
    for _ in range(3):
        town = a_stocked_town(100, limit=5)
        lots = an_open_ballot(town)
        closed(lots)
        takes = [
            partial(giving.taken, town, 1, home=home, area_id=town.ref.office_id, after=DRAWN_AT - NOW)
            for home in range(6)
        ]

        answers = race(any_tables, [*takes[:3], partial(drawn, lots), *takes[3:]])

        assert all(answer is None or isinstance(answer, Taken | EntitlementExceeded) for answer in answers), answers
        assert ballot(lots).state in (BallotState.DRAWN, BallotState.DONE)
        with reading() as session:
            sums = select(EntitlementDraw.household_id, func.sum(EntitlementDraw.quantity))
            per_home = session.execute(
                sums.where(EntitlementDraw.item_id == town.item_id).group_by(EntitlementDraw.household_id)
            ).all()
            verify(document(session, lots.ballot_id))
        assert max(pieces for _, pieces in per_home) <= 5
        offered = {row.household_id for row in of(lots, BallotOutcome.OFFERED)}
        taken = {answer.household_id for answer in answers if isinstance(answer, Taken)}
        assert not offered & taken
