"""Cancelling: until the cut-off, once, and what was drawn is given back."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select

from logistics.db import reading, transaction
from logistics.errors import BadTransition, NotFound
from logistics.notifications.models import Notification
from logistics.orders.errors import (
    CampaignClosed,
    HouseholdLimitExceeded,
)
from logistics.orders.models import Order
from logistics.orders.rules import OrderState
from logistics.orders.service import (
    cancel_order,
    close_campaign,
)
from tests.builders import NOW, OfferSpec
from tests.orders.ordering import A_MICROSECOND, CUT_OFF, a_shop, ordered


def test_a_cancelled_order_gives_its_household_the_limit_back_and_is_told(any_tables: Flask) -> None:
    campaign, town = a_shop(OfferSpec(sku="V01", limit=5), OfferSpec(sku="E01"))
    home = town.households[0][0]
    ordered(campaign, home, {"V01": 2})
    second = ordered(campaign, home, {"V01": 3, "E01": 1})

    with transaction() as session:
        cancel_order(session, second.order_id, now=CUT_OFF - A_MICROSECOND)

    assert ordered(campaign, home, {"V01": 3}).total_cents == 1_500  # 2 + 3 = 5 again
    with pytest.raises(HouseholdLimitExceeded):
        ordered(campaign, home, {"V01": 1})
    with reading() as session:
        assert session.get_one(Order, second.order_id).state is OrderState.CANCELLED
        told = session.scalars(select(Notification.key).where(Notification.key.startswith("order_cancelled"))).all()
    assert told == [f"order_cancelled:{second.order_id}"]


def test_an_order_stands_from_the_cut_off_on(tables: Flask) -> None:
    campaign, town = a_shop()
    placed = ordered(campaign, town.households[0][0])

    with pytest.raises(CampaignClosed), transaction() as session:
        cancel_order(session, placed.order_id, now=CUT_OFF)


def test_an_order_is_cancelled_once_and_not_after_the_closing(tables: Flask) -> None:
    campaign, town = a_shop()
    first, second = ordered(campaign, town.households[0][0]), ordered(campaign, town.households[0][1])
    with transaction() as session:
        cancel_order(session, first.order_id, now=NOW)
    with transaction() as session:
        close_campaign(session, campaign.campaign_id, now=NOW)

    with pytest.raises(BadTransition, match="is cancelled and cannot become cancelled"), transaction() as session:
        cancel_order(session, first.order_id, now=NOW)
    with pytest.raises(BadTransition, match="is confirmed and cannot become cancelled"), transaction() as session:
        cancel_order(session, second.order_id, now=NOW)
    with pytest.raises(NotFound, match="No order 999"), transaction() as session:
        cancel_order(session, 999, now=NOW)
