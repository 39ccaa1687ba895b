"""Orders at the same moment, in real threads and real processes, on both databases.

SQLite lets one writer in at a time (BEGIN IMMEDIATE); on PostgreSQL the conditional update and the lock of the campaign
row have to hold. A control shows that without the condition these tests would see the limit broken.
"""

from __future__ import annotations

import multiprocessing
from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from functools import partial
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from logistics import create_app
from logistics.db import db, reading, transaction
from logistics.errors import DomainError
from logistics.notifications.models import Notification
from logistics.orders.errors import CampaignClosed, HouseholdLimitExceeded
from logistics.orders.models import HouseholdDraw, Order, OrderLine
from logistics.orders.rules import CampaignState, OrderState
from logistics.orders.service import PlacedOrder, cancel_order, close_campaign
from tests.builders import NOW, CampaignRef, OfferSpec, a_campaign, a_store, a_town, an_order
from tests.conftest import settings_for
from tests.racing import race

BUYERS = 40


def a_limited_campaign(*, limit: int | None = 2, supply: int | None = None) -> tuple[CampaignRef, Sequence[int]]:
    """A campaign of one product, and the households of one compound."""
    with transaction() as session:
        town, store = a_town(session, compounds=1), a_store(session)
        campaign = a_campaign(session, store, town, OfferSpec(sku="V01", limit=limit, supply=supply))
    return campaign, town.households[0]


def placed(campaign: CampaignRef, household_id: int, quantity: int = 1) -> PlacedOrder:
    with transaction() as session:
        return an_order(session, campaign, household_id, {"V01": quantity})


def ordered_units(*states: OrderState) -> int:
    with reading() as session:
        units = select(func.sum(OrderLine.ordered)).join(Order).where(Order.state.in_(states))
        return session.scalar(units) or 0


def test_of_forty_orders_at_once_a_household_gets_the_two_its_limit_allows(any_tables: Flask) -> None:
    campaign, homes = a_limited_campaign(limit=2)

    answers = race(any_tables, [lambda: placed(campaign, homes[0])] * BUYERS)

    assert Counter(type(answer) for answer in answers) == {PlacedOrder: 2, HouseholdLimitExceeded: 38}
    assert {refusal.data["drawn"] for refusal in answers if isinstance(refusal, HouseholdLimitExceeded)} == {2}
    assert ordered_units(OrderState.PLACED) == 2
    with reading() as session:
        assert session.scalars(select(HouseholdDraw.quantity)).all() == [2]
        # a refused order leaves no message behind
        assert session.scalar(select(func.count()).select_from(Notification)) == 2


@pytest.mark.postgres
def test_reading_the_limit_and_writing_later_oversells(postgres_tables: Flask) -> None:
    # the control: what the conditional update is for. Everybody reads 0 drawn before anybody writes
    campaign, homes = a_limited_campaign(limit=2)
    with transaction() as session:
        session.add(HouseholdDraw(offer_id=campaign.offer_ids["V01"], household_id=homes[0], quantity=0))
    everybody_has_read = Barrier(10)

    def buy() -> bool:
        with transaction() as session:
            drawn = session.scalars(select(HouseholdDraw)).one()
            allowed = drawn.quantity + 1 <= 2
            everybody_has_read.wait(timeout=30)
            if allowed:
                drawn.quantity += 1
            return allowed

    answers = race(postgres_tables, [buy] * 10)

    assert answers == [True] * 10


def _buy_in_a_process(
    database: str, folder: str, campaign: CampaignRef, household_id: int, start: Any, answers: Any
) -> None:
    app = create_app(settings_for(database, Path(folder)))
    with app.app_context():
        start.wait(timeout=60)
        for _ in range(8):
            try:
                placed(campaign, household_id)
                answers.put("placed")
            except HouseholdLimitExceeded:
                answers.put("refused")
        for engine in db.engines.values():
            engine.dispose()


def test_processes_keep_the_limit_as_threads_do(any_tables: Flask, database: str, tmp_path: Path) -> None:
    # two processes, eight orders each: five of the sixteen are within the limit of 5
    campaign, homes = a_limited_campaign(limit=5)
    fresh = multiprocessing.get_context("forkserver")  # a plain fork would inherit open connections
    fresh.set_forkserver_preload([__name__])
    start, answers = fresh.Barrier(2), fresh.SimpleQueue()
    buyers = [
        fresh.Process(target=_buy_in_a_process, args=(database, str(tmp_path), campaign, homes[0], start, answers))
        for _ in range(2)
    ]

    for buyer in buyers:
        buyer.start()
    for buyer in buyers:
        buyer.join(timeout=60)

    assert [buyer.exitcode for buyer in buyers] == [0, 0]
    assert Counter(answers.get() for _ in range(16)) == {"placed": 5, "refused": 11}
    assert ordered_units(OrderState.PLACED) == 5


def test_an_order_that_meets_the_closing_is_refused_or_decided_but_never_lost(any_tables: Flask) -> None:
    for _ in range(6):
        campaign, homes = a_limited_campaign(limit=None, supply=4)

        def close(campaign_id: int = campaign.campaign_id) -> object:
            with transaction() as session:
                return close_campaign(session, campaign_id, now=NOW + timedelta(minutes=1))

        buy = [partial(placed, campaign, home, 2) for home in homes]
        answers = race(any_tables, [*buy[:3], close, *buy[3:]])

        accepted = {answer.order_id for answer in answers if isinstance(answer, PlacedOrder)}
        refused = [answer for answer in answers if isinstance(answer, CampaignClosed)]
        assert len(accepted) + len(refused) == len(homes) == 6
        with reading() as session:
            lines = session.execute(
                select(Order.id, Order.state, OrderLine.given)
                .join(OrderLine)
                .where(Order.campaign_id == campaign.campaign_id)
            ).all()
        assert {order_id for order_id, _, _ in lines} == accepted
        assert all(state in (OrderState.CONFIRMED, OrderState.SHORTED) for _, state, _ in lines)
        # two units each, four in stock
        assert sum(units for _, _, units in lines) == min(4, 2 * len(accepted))


def test_ten_closings_at_once_close_once(any_tables: Flask) -> None:
    campaign, homes = a_limited_campaign(supply=1, limit=None)
    placed(campaign, homes[0], 3)

    def close() -> CampaignState:
        with transaction() as session:
            return close_campaign(session, campaign.campaign_id, now=NOW).state

    answers = race(any_tables, [close] * 10)

    assert answers == [CampaignState.FORMED] * 10
    with reading() as session:
        # told once that it was placed and once that it was shorted
        assert session.scalar(select(func.count()).select_from(Notification)) == 2


def test_an_order_in_place_of_one_being_cancelled_is_never_refused_for_units_given_back(any_tables: Flask) -> None:
    campaign, homes = a_limited_campaign(limit=2)
    for _ in range(12):
        standing = placed(campaign, homes[0], 2)

        def cancel(order_id: int = standing.order_id) -> None:
            with transaction() as session:
                cancel_order(session, order_id, now=NOW)

        cancelled, second = race(any_tables, [cancel, lambda: placed(campaign, homes[0], 2)])

        assert cancelled is None
        # either the cancelling came first, or the two units were still drawn
        assert isinstance(second, PlacedOrder) or (
            isinstance(second, HouseholdLimitExceeded) and second.data["drawn"] == 2
        )
        if isinstance(second, PlacedOrder):
            cancel(second.order_id)
        assert ordered_units(OrderState.PLACED) == 0


def test_an_order_is_cancelled_once_however_many_ask(any_tables: Flask) -> None:
    campaign, homes = a_limited_campaign(limit=4)
    first = placed(campaign, homes[0], 2)
    placed(campaign, homes[0], 2)

    def cancel() -> None:
        with transaction() as session:
            cancel_order(session, first.order_id, now=NOW)

    answers = race(any_tables, [cancel] * 6)

    assert answers.count(None) == 1
    assert all(answer is None or isinstance(answer, DomainError) for answer in answers)
    with reading() as session:
        # 2 of the 4 drawn were given back, once
        assert session.scalars(select(HouseholdDraw.quantity)).all() == [2]
