"""What a day came to: cancelled orders are counted apart, and the sums of goods know nothing of them."""

from __future__ import annotations

from typing import Any

from flask import Flask

from logistics.day.summary import summarise
from logistics.db import transaction
from logistics.orders.service import cancel_order, close_campaign
from tests.builders import NOW, OfferSpec, a_campaign, a_store, a_town, an_order


def a_closed_day(*, placed: int, cancelled: int, supply: int | None = None, minimum: int = 0) -> dict[str, Any]:
    """One household orders `placed` and another `cancelled` of V01, which is called off before the cut-off."""
    with transaction() as session:
        town, store = a_town(session), a_store(session)
        offer = OfferSpec(sku="V01", weight_g=500, supply=supply)
        campaign = a_campaign(session, store, town, offer, minimum_orders=minimum)
        an_order(session, campaign, town.households[0][0], {"V01": placed})
        called_off = an_order(session, campaign, town.households[0][1], {"V01": cancelled})
        cancel_order(session, called_off.order_id, now=NOW)
        close_campaign(session, campaign.campaign_id, now=NOW)
        return summarise(session, campaign_ids=[campaign.campaign_id], wave_ids=[], plan_id=None)


def test_a_cancelled_order_is_not_a_shortage(any_tables: Flask) -> None:
    summary = a_closed_day(placed=2, cancelled=5)

    assert (summary["orders"], summary["cancelled_orders"], summary["lines"]) == (2, 1, 2)
    assert (summary["units_ordered"], summary["units_given"], summary["units_cancelled"]) == (2, 2, 5)
    assert summary["kg_ordered"] == 1.0  # 2 of 500 g
    assert (summary["shorted_lines"], summary["shorted_products"]) == (0, [])
    assert [order["reason"] for order in summary["unbatched"]] == ["no_delivery_point", "cancelled"]


def test_what_is_short_is_measured_against_the_orders_that_stood(tables: Flask) -> None:
    summary = a_closed_day(placed=4, cancelled=6, supply=3)

    assert (summary["shorted_lines"], summary["units_ordered"], summary["units_given"]) == (1, 4, 3)
    assert summary["shorted_products"] == [{"sku": "V01", "name": "Product V01", "ordered": 4, "given": 3}]


def test_a_campaign_that_did_not_form_ordered_nothing(tables: Flask) -> None:
    summary = a_closed_day(placed=2, cancelled=5, minimum=2)

    assert (summary["cancelled_orders"], summary["units_cancelled"]) == (2, 7)
    assert (summary["units_ordered"], summary["kg_ordered"], summary["shorted_products"]) == (0, 0.0, [])
