"""How cut-offs end: tiers are settled, and below a minimum happens what was chosen beforehand."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select, update

from logistics.db import reading, transaction
from logistics.errors import BadTransition
from logistics.orders import service
from logistics.orders.campaigns.errors import NotWaiting
from logistics.orders.campaigns.models import CampaignStep
from logistics.orders.campaigns.queries import terms
from logistics.orders.campaigns.rules import Fallback, Measure
from logistics.orders.errors import CampaignClosed
from logistics.orders.models import Campaign, Order
from logistics.orders.rules import CampaignState, OrderState
from logistics.outbox import Promise
from tests.builders import MORNING, NOW
from tests.orders.campaigns.campaigning import (
    CUT_OFF,
    a_shop,
    an_offer,
    cancelled,
    closed,
    opened,
    placed,
    price_of,
    rung,
    state_of,
    steps_of,
    told,
)

A_MICROSECOND = timedelta(microseconds=1)
EXTENDED = CUT_OFF + timedelta(hours=2)


def promises() -> list[tuple[str, datetime]]:
    with reading() as session:
        return [(row.key, row.due_at) for row in session.scalars(select(Promise).order_by(Promise.id))]


def order_states(campaign_id: int) -> list[OrderState]:
    with reading() as session:
        rows = select(Order.state).where(Order.campaign_id == campaign_id).order_by(Order.id)
        return list(session.scalars(rows))


# tiers


def a_laddered_campaign(*quantities: int) -> int:
    """V01 at 5.00, from 5 units on 4.50, from 10 on 4.00; each quantity is an order of its own household."""
    shop = a_shop()
    tiers = (service.Tier(from_units=5, price_cents=450), service.Tier(from_units=10, price_cents=400))
    campaign_id = opened(shop, an_offer(tiers=tiers), an_offer("M01", 2_000))
    for home, units in zip(shop.homes, quantities, strict=False):
        placed(campaign_id, home, {"V01": units, "M01": 1})
    return campaign_id


@pytest.mark.parametrize(
    ("quantities", "cents"), [((4,), 500), ((4, 1), 450), ((4, 5), 450), ((4, 5, 1), 400), ((), 500)]
)
def test_every_order_pays_the_step_that_all_together_have_reached(
    any_tables: Flask, quantities: tuple[int, ...], cents: int
) -> None:
    campaign_id = a_laddered_campaign(*quantities)

    assert price_of(campaign_id) == 500  # while it is open, the price for one
    closed(campaign_id)

    assert (price_of(campaign_id), price_of(campaign_id, "M01")) == (cents, 2_000)


def test_each_household_is_told_what_its_order_costs_less(tables: Flask) -> None:
    campaign_id = a_laddered_campaign(4, 1)

    closed(campaign_id)
    closed(campaign_id)

    # 4 × 4.50 + 20.00 instead of 4 × 5.00 + 20.00, and 1 × 4.50 + 20.00
    assert [(data["total_cents"], data["saved_cents"]) for data in told("price_fell")] == [(3_800, 200), (2_450, 50)]


def test_a_cancelled_order_takes_the_price_back_up(tables: Flask) -> None:
    shop = a_shop()
    campaign_id = opened(shop, an_offer(tiers=(service.Tier(from_units=5, price_cents=450),)))
    placed(campaign_id, shop.homes[0], {"V01": 4})
    order_id = placed(campaign_id, shop.homes[1], {"V01": 1})
    cancelled(order_id)

    closed(campaign_id)

    assert (price_of(campaign_id), told("price_fell")) == (500, [])


def test_what_the_store_is_short_of_does_not_take_the_price_back_up(tables: Flask) -> None:
    shop = a_shop()
    offer = an_offer(tiers=(service.Tier(from_units=5, price_cents=450),), supply_count=2)
    campaign_id = opened(shop, offer)
    placed(campaign_id, shop.homes[0], {"V01": 5})

    closed(campaign_id)

    assert price_of(campaign_id) == 450
    assert [(data["total_cents"], data["saved_cents"]) for data in told("price_fell")] == [(900, 100)]  # 2 given


def test_the_amount_is_counted_at_the_price_for_one(any_tables: Flask) -> None:
    # 5 × 5.00 reach 25.00 although the five will cost 4.50 each
    shop = a_shop()
    tiers = (service.Tier(from_units=5, price_cents=450),)
    campaign_id = opened(shop, an_offer(tiers=tiers), minimum_cents=2_500)
    placed(campaign_id, shop.homes[0], {"V01": 5})

    assert closed(campaign_id) is CampaignState.FORMED
    with reading() as session:
        (part,) = terms(session, campaign_id).minimums
    assert (part.measure, part.needed, part.reached) == (Measure.AMOUNT, 2_500, 2_500)  # also afterwards


# below the minimum


def test_two_orders_of_one_household_are_one_household(any_tables: Flask) -> None:
    shop = a_shop()
    campaign_id = opened(shop, minimum_households=2)
    placed(campaign_id, shop.homes[0])
    placed(campaign_id, shop.homes[0])

    assert closed(campaign_id) is CampaignState.FAILED
    assert order_states(campaign_id) == [OrderState.CANCELLED] * 2
    assert [data["missed"] for data in told("campaign_failed")] == [
        [{"measure": "households", "needed": 2, "reached": 1}]
    ] * 2
    assert steps_of(campaign_id)[-2:] == ["closed", "failed"]
    with reading() as session:
        facts = session.scalars(select(CampaignStep.facts).order_by(CampaignStep.id.desc()).limit(1)).one()
    assert (facts["orders"], facts["households"], facts["units"], facts["amount_cents"]) == (2, 1, 2, 1_000)


def an_extending_campaign() -> tuple[int, list[int]]:
    shop = a_shop()
    campaign_id = opened(shop, minimum_orders=2, if_missed=Fallback.EXTEND, extend_min=120)
    placed(campaign_id, shop.homes[0])
    return campaign_id, list(shop.homes)


def test_a_cut_off_is_put_off_once_under_a_promise_of_its_own(any_tables: Flask) -> None:
    campaign_id, homes = an_extending_campaign()

    assert rung(campaign_id, now=CUT_OFF) is CampaignState.OPEN

    assert promises() == [
        (f"close_campaign:{campaign_id}", CUT_OFF),
        (f"close_campaign:{campaign_id}:extended", EXTENDED),
    ]
    (message,) = told("campaign_extended")
    assert (message["cut_off_at"], message["missed"]) == (
        EXTENDED.isoformat(),
        [{"measure": "orders", "needed": 2, "reached": 1}],
    )
    placed(campaign_id, homes[1], now=EXTENDED - A_MICROSECOND)
    with pytest.raises(CampaignClosed):
        placed(campaign_id, homes[2], now=EXTENDED)
    assert rung(campaign_id, now=CUT_OFF) is CampaignState.OPEN  # the first promise rung again: nothing happens
    assert rung(campaign_id, now=EXTENDED) is CampaignState.FORMED
    assert steps_of(campaign_id)[-3:] == ["extended", "closed", "formed"]


def test_what_is_missed_again_after_it_was_put_off_has_failed(tables: Flask) -> None:
    campaign_id, _ = an_extending_campaign()

    assert rung(campaign_id, now=CUT_OFF) is CampaignState.OPEN
    assert rung(campaign_id, now=EXTENDED) is CampaignState.FAILED
    assert len(told("campaign_extended")) == 1


def test_a_relay_that_comes_after_the_later_cut_off_puts_nothing_off(tables: Flask) -> None:
    campaign_id, _ = an_extending_campaign()

    assert rung(campaign_id, now=EXTENDED) is CampaignState.FAILED


def test_what_its_merchant_closes_early_is_not_put_off(tables: Flask) -> None:
    campaign_id, _ = an_extending_campaign()

    assert closed(campaign_id, now=CUT_OFF - A_MICROSECOND) is CampaignState.FAILED


def a_waiting_campaign() -> tuple[int, list[int]]:
    shop = a_shop()
    campaign_id = opened(shop, minimum_orders=2, if_missed=Fallback.NOTIFY)
    placed(campaign_id, shop.homes[0], {"V01": 3})
    assert rung(campaign_id, now=CUT_OFF) is CampaignState.CLOSED
    return campaign_id, list(shop.homes)


def decide(campaign_id: int, *, form: bool, now: datetime = CUT_OFF) -> CampaignState:
    with transaction() as session:
        return service.decide_campaign(session, campaign_id, form=form, now=now).state


def test_a_campaign_may_wait_for_its_merchants_word(any_tables: Flask) -> None:
    campaign_id, homes = a_waiting_campaign()

    assert [data["missed"][0]["reached"] for data in told("campaign_waiting")] == [1]
    assert order_states(campaign_id) == [OrderState.PLACED]
    with pytest.raises(CampaignClosed, match="it is closed"):
        placed(campaign_id, homes[1], now=CUT_OFF)
    assert decide(campaign_id, form=True) is CampaignState.FORMED
    assert order_states(campaign_id) == [OrderState.CONFIRMED]
    with pytest.raises(NotWaiting, match="is formed; there is nothing to decide"):
        decide(campaign_id, form=False)


def test_or_the_merchant_calls_it_off(tables: Flask) -> None:
    campaign_id, _ = a_waiting_campaign()

    assert decide(campaign_id, form=False) is CampaignState.FAILED
    assert order_states(campaign_id) == [OrderState.CANCELLED]


def test_without_a_word_it_has_failed_when_its_goods_would_have_to_come(any_tables: Flask) -> None:
    campaign_id, _ = a_waiting_campaign()
    assert promises()[-1] == (f"close_campaign:{campaign_id}:undecided", MORNING[0])

    assert rung(campaign_id, now=MORNING[0] - A_MICROSECOND) is CampaignState.CLOSED
    assert rung(campaign_id, now=MORNING[0]) is CampaignState.FAILED


def test_nothing_is_decided_of_a_campaign_that_is_still_open(tables: Flask) -> None:
    campaign_id = opened(a_shop())

    with pytest.raises(NotWaiting, match="is open"):
        decide(campaign_id, form=True)


# the clock


def test_the_clock_closes_nothing_before_the_cut_off(any_tables: Flask) -> None:
    campaign_id = opened(a_shop())

    states = [rung(campaign_id, now=now) for now in (CUT_OFF - A_MICROSECOND, CUT_OFF, CUT_OFF)]

    assert states == [CampaignState.OPEN, CampaignState.FORMED, CampaignState.FORMED]


def test_a_campaign_that_was_never_opened_is_not_closed(tables: Flask) -> None:
    campaign_id = opened(a_shop())
    with transaction() as session:
        session.execute(update(Campaign).values(state=CampaignState.APPROVED))

    assert rung(campaign_id, now=CUT_OFF) is CampaignState.APPROVED
    with pytest.raises(BadTransition, match="is approved and cannot become closed"):
        closed(campaign_id)


# the end


def finish() -> int:
    with transaction() as session:
        return service.finish_delivered(session, now=NOW)


def test_a_campaign_is_fulfilled_when_none_of_its_orders_waits_for_goods(any_tables: Flask) -> None:
    shop = a_shop()
    campaign_id = opened(shop, an_offer(supply_count=2))
    for home in shop.homes[:3]:
        placed(campaign_id, home, {"V01": 1})
    closed(campaign_id)
    with reading() as session:
        confirmed = list(session.scalars(select(Order.id).where(Order.state == OrderState.CONFIRMED)))
    assert len(confirmed) == 2  # the third got nothing

    counts = [finish()]
    with transaction() as session:
        service.mark_batched(session, confirmed)
        service.mark_delivered(session, confirmed[:1])
    counts.append(finish())
    with transaction() as session:
        service.mark_delivered(session, confirmed[1:])
        service.mark_collected(session, confirmed[0])
    counts += [finish(), finish()]

    assert counts == [0, 0, 1, 0]
    assert (state_of(campaign_id), steps_of(campaign_id)[-1]) == (CampaignState.FULFILLED, "fulfilled")
