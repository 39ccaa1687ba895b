"""Caps per household, per product and in all: each is named when it is met, given back by a cancelling, and holds when
everybody orders at once."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from logistics.db import reading
from logistics.orders.campaigns.errors import CampaignFull, CampaignUnitsCap, HouseholdCap, ProductCap
from logistics.orders.campaigns.models import CampaignTerms, HouseholdCount, OfferCap
from logistics.orders.campaigns.rules import Fallback
from logistics.orders.errors import CampaignClosed, CampaignFullSince
from logistics.orders.rules import CampaignState
from logistics.outbox import Promise
from tests.builders import NOW
from tests.orders.campaigns.campaigning import (
    a_shop,
    an_offer,
    cancelled,
    counted,
    opened,
    placed,
    rung,
    standing,
    state_of,
    steps_of,
)
from tests.racing import race

BUYERS = 40
MINUTE = timedelta(minutes=1)


def due() -> list[str]:
    with reading() as session:
        return list(session.scalars(select(Promise.key).where(Promise.due_at <= NOW).order_by(Promise.id)))


def test_a_product_is_ordered_up_to_its_cap(any_tables: Flask) -> None:
    shop = a_shop()
    campaign_id = opened(shop, an_offer(units_max=5), an_offer("M01", 2_000))
    placed(campaign_id, shop.homes[0], {"V01": 3, "M01": 9})

    with pytest.raises(ProductCap, match="V01: at most 5 units in all; 3 are ordered, 3 more asked"):
        placed(campaign_id, shop.homes[1], {"V01": 3})
    placed(campaign_id, shop.homes[1], {"V01": 2, "M01": 9})  # M01 has no cap

    with pytest.raises(ProductCap, match="5 are ordered, 1 more asked"):
        placed(campaign_id, shop.homes[2])
    assert state_of(campaign_id) is CampaignState.OPEN  # a product's cap closes nothing


def test_a_household_orders_up_to_its_cap_over_all_goods_and_orders(any_tables: Flask) -> None:
    shop = a_shop()
    campaign_id = opened(shop, an_offer(), an_offer("M01", 2_000), household_units_max=5)
    placed(campaign_id, shop.homes[0], {"V01": 2, "M01": 1})

    with pytest.raises(HouseholdCap, match="at most 5 units of all goods per household; 3 already ordered, 3 more"):
        placed(campaign_id, shop.homes[0], {"M01": 3})
    with pytest.raises(HouseholdCap, match="0 already ordered, 6 more"):
        placed(campaign_id, shop.homes[1], {"M01": 6})
    placed(campaign_id, shop.homes[0], {"M01": 2})
    placed(campaign_id, shop.homes[1], {"V01": 5})  # its neighbour's cap is its own


def test_a_refused_order_leaves_nothing_counted(tables: Flask) -> None:
    shop = a_shop()
    campaign_id = opened(shop, an_offer(units_max=9), an_offer("M01", 2_000, units_max=1), orders_max=9)

    with pytest.raises(ProductCap, match="M01"):
        placed(campaign_id, shop.homes[0], {"V01": 9, "M01": 2})

    with reading() as session:
        assert session.scalars(select(OfferCap.unit_count)).all() == [0, 0]
    assert counted(campaign_id) == (0, 0)
    placed(campaign_id, shop.homes[0], {"V01": 9, "M01": 1})


def test_a_cancelled_order_gives_back_what_it_counted(any_tables: Flask) -> None:
    shop = a_shop()
    campaign_id = opened(shop, an_offer(units_max=5), household_units_max=5, orders_max=3, units_max=7)
    order_id = placed(campaign_id, shop.homes[0], {"V01": 5})

    cancelled(order_id)

    assert counted(campaign_id) == (0, 0)
    with reading() as session:
        assert session.scalars(select(OfferCap.unit_count)).all() == [0]
        assert session.scalars(select(HouseholdCount)).all() == []
    placed(campaign_id, shop.homes[0], {"V01": 5})


def test_the_last_order_fills_the_campaign_and_its_closing_is_promised_at_once(any_tables: Flask) -> None:
    shop = a_shop()
    campaign_id = opened(shop, orders_max=2)
    first = placed(campaign_id, shop.homes[0])
    assert due() == []

    placed(campaign_id, shop.homes[1])

    assert due() == [f"close_campaign:{campaign_id}:full"]
    with pytest.raises(CampaignFullSince, match=r"takes no orders: it was full at 2020-02-18T09:00:00\+00:00"):
        placed(campaign_id, shop.homes[2])
    with pytest.raises(CampaignFullSince):  # full is as final as the cut-off, also before anybody has closed it
        cancelled(first)
    assert rung(campaign_id, now=NOW + MINUTE) is CampaignState.FORMED
    assert steps_of(campaign_id)[-3:] == ["full", "closed", "formed"]


def test_the_last_unit_fills_it_too_and_one_too_many_is_refused(tables: Flask) -> None:
    shop = a_shop()
    campaign_id = opened(shop, units_max=5)
    placed(campaign_id, shop.homes[0], {"V01": 3})

    with pytest.raises(CampaignUnitsCap, match="at most 5 units in all; 3 are ordered, 3 more asked"):
        placed(campaign_id, shop.homes[1], {"V01": 3})
    placed(campaign_id, shop.homes[1], {"V01": 2})

    assert rung(campaign_id, now=NOW) is CampaignState.FORMED


def test_a_full_campaign_below_its_minimum_is_not_put_off(tables: Flask) -> None:
    shop = a_shop()
    campaign_id = opened(shop, orders_max=1, minimum_cents=501, if_missed=Fallback.EXTEND, extend_min=60)
    placed(campaign_id, shop.homes[0])  # 5.00 of 5.01

    assert rung(campaign_id, now=NOW) is CampaignState.FAILED


def test_without_caps_nothing_is_counted(tables: Flask) -> None:
    shop = a_shop()
    campaign_id = opened(shop)
    placed(campaign_id, shop.homes[0])

    with reading() as session:
        assert session.get(CampaignTerms, campaign_id) is None


def test_of_forty_orders_at_once_a_capped_campaign_takes_as_many_as_it_may(any_tables: Flask) -> None:
    shop = a_shop()
    campaign_id = opened(shop, an_offer(units_max=30), orders_max=7)
    homes = [home for compound in shop.town.households for home in compound]

    answers = race(any_tables, [lambda h=homes[n % 12]: placed(campaign_id, h) for n in range(BUYERS)])

    taken = [answer for answer in answers if isinstance(answer, int)]
    refused = [type(answer) for answer in answers if not isinstance(answer, int)]
    assert len(taken) == standing(campaign_id) == 7
    assert set(refused) <= {CampaignFull, CampaignFullSince}
    assert counted(campaign_id) == (7, 7)


def test_of_forty_orders_at_once_a_product_is_ordered_up_to_its_cap(any_tables: Flask) -> None:
    shop = a_shop()
    campaign_id = opened(shop, an_offer(units_max=9), household_units_max=99)
    homes = [home for compound in shop.town.households for home in compound]

    answers = race(any_tables, [lambda h=homes[n % 12]: placed(campaign_id, h, {"V01": 2}) for n in range(BUYERS)])

    assert sum(isinstance(answer, int) for answer in answers) == 4  # 4 of 2 are 8; a fifth would make 10
    assert {type(answer) for answer in answers if not isinstance(answer, int)} == {ProductCap}


def test_an_order_in_a_campaign_that_has_ended_is_told_of_its_state(tables: Flask) -> None:
    shop = a_shop()
    campaign_id = opened(shop, household_units_max=3)
    rung(campaign_id, now=NOW + timedelta(hours=3))

    with pytest.raises(CampaignClosed, match="it is formed"):
        placed(campaign_id, shop.homes[0])
