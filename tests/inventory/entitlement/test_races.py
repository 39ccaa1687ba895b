"""Draws at the same moment: the guard row holds, and where nobody takes it the database's own count does.

SQLite lets one writer in at a time; on PostgreSQL the locks have to hold. A control shows that without both the limit
breaks, so that these tests can fail.
"""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from functools import partial
from threading import Barrier

import pytest
from flask import Flask
from sqlalchemy import func, insert, select, text
from sqlalchemy.exc import DBAPIError

from logistics.db import reading, transaction
from logistics.inventory.entitlement.errors import EntitlementExceeded
from logistics.inventory.entitlement.household_queries import facts, standing_draws
from logistics.inventory.entitlement.models import EntitlementDraw, EntitlementGuard
from logistics.inventory.entitlement.rules import DrawChannel
from logistics.inventory.entitlement.service import DrawReceipt, SetRule, Taken, set_rule, void
from logistics.inventory.ledger import service as ledger
from tests.builders import NOW
from tests.inventory.entitlement.giving import Town, a_limited_town, drawn, left, stocked, taken
from tests.racing import race


def drawn_in_all(town: Town) -> dict[int, int]:
    """Pieces by household."""
    with reading() as session:
        sums = select(EntitlementDraw.household_id, func.sum(EntitlementDraw.quantity))
        rows = session.execute(
            sums.where(EntitlementDraw.item_id == town.item_id).group_by(EntitlementDraw.household_id)
        )
        return {household_id: int(pieces) for household_id, pieces in rows}


def test_two_draws_at_once_for_the_last_piece(any_tables: Flask) -> None:
    for _ in range(6):
        town = a_limited_town(quantity=5)
        drawn(town, 4)

        answers = race(any_tables, [partial(drawn, town, 1)] * 2)

        assert Counter(type(answer) for answer in answers) == {DrawReceipt: 1, EntitlementExceeded: 1}
        assert left(town).drawn == 5


def test_the_very_first_draws_of_a_household_at_once(any_tables: Flask) -> None:
    # nobody has made the guard row yet
    town = a_limited_town(quantity=2)

    answers = race(any_tables, [partial(drawn, town, 1)] * 12)

    assert Counter(type(answer) for answer in answers) == {DrawReceipt: 2, EntitlementExceeded: 10}
    assert {a.data["drawn"] for a in answers if isinstance(a, EntitlementExceeded)} == {2}


def test_households_side_by_side_take_what_there_is_and_none_more_than_its_own(any_tables: Flask) -> None:
    # 6 households × 5 takes at once, 2 pieces each at most, 9 pieces in all
    town = a_limited_town(quantity=2, flats=3)
    stocked(town, 9)

    answers = race(any_tables, [partial(taken, town, 1, home=n % 6) for n in range(30)])

    kinds = Counter(type(answer) for answer in answers)
    assert kinds[Taken] == 9
    assert kinds[Taken] + kinds[EntitlementExceeded] + kinds[ledger.OutOfStock] == 30
    assert sum(drawn_in_all(town).values()) == 9
    assert max(drawn_in_all(town).values()) <= 2
    with reading() as session:
        (row,) = ledger.stock_of_areas(session, [town.ref.community_id])
    assert (row.on_hand, row.promised) == (9, 9)


def test_the_same_take_from_ten_phones_is_one_take(any_tables: Flask) -> None:
    town = a_limited_town(quantity=5)
    stocked(town, 10)

    answers = race(any_tables, [partial(taken, town, 2, key="k")] * 10)

    receipts = [answer for answer in answers if isinstance(answer, Taken)]
    assert len({receipt.draw_id for receipt in receipts}) == 1
    assert (len(receipts), sum(not receipt.replayed for receipt in receipts)) == (10, 1)
    assert drawn_in_all(town) == {town.homes[0]: 2}


def test_a_take_in_place_of_one_being_voided_is_refused_or_granted_but_never_both(any_tables: Flask) -> None:
    for _ in range(4):
        town = a_limited_town(quantity=2)
        stocked(town, 10)
        standing = taken(town, 2)

        def let_go(draw_id: int = standing.draw_id) -> object:
            with transaction() as session:
                return void(session, draw_id, now=NOW)

        _, second = race(any_tables, [let_go, partial(taken, town, 2)])

        assert isinstance(second, Taken | EntitlementExceeded)
        assert left(town).drawn == (2 if isinstance(second, Taken) else 0)


def test_two_offices_clerks_setting_a_rule_at_once_leave_one(any_tables: Flask) -> None:
    town = a_limited_town(quantity=None)

    def put(quantity: int) -> int:
        with transaction() as session:
            command = SetRule(item_id=town.item_id, area_id=town.ref.office_id, quantity=quantity, days=7)
            return set_rule(session, command, now=NOW)

    answers = race(any_tables, [partial(put, n) for n in range(1, 9)])

    assert all(isinstance(answer, int) for answer in answers), answers
    with reading() as session:
        assert len(facts(session, town.homes[0]).limits[town.item_id]) == 1


def insert_by_hand(town: Town, key: str, *, wait: Barrier | None = None) -> bool:
    """A draw of one piece by somebody who reads first, takes no lock, and writes. Whether it was written."""
    with transaction() as session:
        limits = facts(session, town.homes[0]).limits
        draws = standing_draws(session, town.homes[0], limits, now=NOW)
        if wait is not None:
            wait.wait(timeout=30)
        if sum(draw.quantity for draw in draws.get(town.item_id, [])) + 1 > limits[town.item_id][0].quantity:
            return False
        row = {"household_id": town.homes[0], "item_id": town.item_id, "quantity": 1, "drawn_at": NOW}
        session.execute(insert(EntitlementDraw).values(**row, key=key, channel=DrawChannel.ORDER))
        return True


@pytest.mark.postgres
def test_who_takes_no_lock_is_stopped_by_the_databases_own_count(postgres_tables: Flask) -> None:
    town = a_limited_town(quantity=2)
    a_guard(town)
    everybody_has_read = Barrier(10)

    answers = race(
        postgres_tables, [partial(insert_by_hand, town, f"k{n}", wait=everybody_has_read) for n in range(10)]
    )

    assert answers.count(True) == 2
    assert sum(isinstance(answer, DBAPIError) and "entitlement exceeded" in str(answer) for answer in answers) == 8
    assert drawn_in_all(town) == {town.homes[0]: 2}


@pytest.mark.postgres
def test_without_the_lock_and_the_count_the_limit_breaks(postgres_tables: Flask) -> None:
    # the control: everybody reads that nothing is drawn before anybody writes
    town = a_limited_town(quantity=2)
    a_guard(town)
    with transaction() as session:
        session.execute(text("ALTER TABLE entitlement_draws DISABLE TRIGGER entitlement_draws_count"))
    everybody_has_read = Barrier(10)

    answers = race(
        postgres_tables, [partial(insert_by_hand, town, f"k{n}", wait=everybody_has_read) for n in range(10)]
    )

    assert answers == [True] * 10
    assert drawn_in_all(town) == {town.homes[0]: 10}


def a_guard(town: Town) -> None:
    with transaction() as session:
        session.add(EntitlementGuard(household_id=town.homes[0], item_id=town.item_id))


def test_a_snapshot_that_waited_for_the_lock_is_not_decided_by_what_it_saw_before(any_tables: Flask) -> None:
    # a moment taken before the wait lies before the draw that went first; both still share a span
    town = a_limited_town(quantity=1)

    answers = race(any_tables, [partial(drawn, town, 1, after=timedelta(seconds=n)) for n in (0, 1, 2, 3)])

    assert Counter(type(answer) for answer in answers) == {DrawReceipt: 1, EntitlementExceeded: 3}
