"""The relay ends campaigns, also those whose cut-off passed while it was down."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from flask import Flask

from logistics.orders.errors import CampaignClosed
from logistics.orders.rules import CampaignState
from tests.builders import NOW
from tests.orders.campaigns.campaigning import CUT_OFF, a_shop, opened, placed, standing, state_of
from tests.workers.test_relay import QUIET, FakeBell
from workers.jobs import JOBS
from workers.relay import Relay


def pass_of_the_relay(now: datetime) -> int:
    """One pass, and a worker that does at once what is rung. Returns how many closings were rung."""
    bell = FakeBell()
    Relay(bell, QUIET).step(now)
    closings = [ring for ring in bell.rung if ring.job == "close_campaign"]
    for ring in closings:
        JOBS[ring.job].run(ring.promise_id, **ring.args)
    return len(closings)


def test_a_cut_off_that_passed_while_the_relay_was_down_is_rung_at_its_first_pass(any_app: Flask) -> None:
    shop = a_shop()
    campaign_id = opened(shop, minimum_orders=1)
    placed(campaign_id, shop.homes[0])

    with pytest.raises(CampaignClosed, match="it is open"):  # nobody has closed it, and it is over all the same
        placed(campaign_id, shop.homes[1], now=CUT_OFF)
    assert pass_of_the_relay(NOW) == 0
    assert pass_of_the_relay(datetime.now(UTC)) == 1  # years after its cut-off of 2020
    assert pass_of_the_relay(datetime.now(UTC)) == 0

    assert (state_of(campaign_id), standing(campaign_id)) == (CampaignState.FORMED, 1)


def test_a_campaign_that_is_full_is_closed_at_the_next_pass(any_app: Flask) -> None:
    shop = a_shop()
    campaign_id = opened(shop, orders_max=1)
    placed(campaign_id, shop.homes[0])

    assert pass_of_the_relay(NOW) == 1  # three hours before its cut-off

    assert state_of(campaign_id) is CampaignState.FORMED
