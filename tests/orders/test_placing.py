"""Placing: all of an order or nothing, until the very moment of the cut-off."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import func, select

from logistics.communities.models import Area
from logistics.communities.rules import AreaLevel
from logistics.db import reading, transaction
from logistics.errors import NotFound
from logistics.notifications.models import Notification
from logistics.orders.errors import (
    BadQuantity,
    CampaignClosed,
    DuplicateLine,
    EmptyOrder,
    HouseholdLimitExceeded,
    NotServed,
    UnknownSku,
    UnknownWindow,
)
from logistics.orders.models import CampaignArea, HouseholdDraw, Offer, Order, OrderLine
from logistics.orders.rules import CampaignState, Channel, OrderState
from logistics.orders.service import (
    LineWanted,
    PlaceOrder,
    new_pickup_code,
    place_order,
)
from tests.builders import NOW, CampaignRef, OfferSpec, a_town
from tests.orders.ordering import A_MICROSECOND, CUT_OFF, a_shop, ordered


def count_of(table: type) -> int:
    with reading() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def test_an_order_is_priced_by_the_platform_and_told_to_its_household(any_tables: Flask) -> None:
    campaign, town = a_shop(OfferSpec(sku="V01", price_cents=350), OfferSpec(sku="E01", price_cents=1_280))
    home = town.households[0][0]

    placed = ordered(campaign, home, {"V01": 3, "E01": 2})

    assert placed.total_cents == 3_610  # 3 × 350 + 2 × 1280
    with reading() as session:
        order = session.scalars(select(Order)).one()
        lines = session.execute(select(OrderLine.offer_id, OrderLine.ordered, OrderLine.given)).all()
        told = session.scalars(select(Notification)).one()
    assert (order.code, order.state, order.household_id) == (placed.code, OrderState.PLACED, home)
    assert (order.placed_at, order.window_id) == (NOW, campaign.windows["AM"])
    assert set(lines) == {(campaign.offer_ids["V01"], 3, None), (campaign.offer_ids["E01"], 2, None)}
    assert (told.event.value, told.household_id, told.created_at) == ("order_placed", home, NOW)
    assert told.data == {
        "order": placed.code,
        "campaign": "Vegetables",
        "total_cents": 3_610,
        "channel": Channel.GROUP_BUY.value,
    }


def test_the_price_is_the_offers_and_not_the_products(tables: Flask) -> None:
    campaign, town = a_shop(OfferSpec(sku="V01", price_cents=500))
    with transaction() as session:
        session.get_one(Offer, campaign.offer_ids["V01"]).price_cents = 450

    assert ordered(campaign, town.households[0][0], {"V01": 2}).total_cents == 900


def test_a_pickup_code_is_six_digits_and_no_two_orders_share_a_code(tables: Flask) -> None:
    campaign, town = a_shop()

    placed = [ordered(campaign, home) for home in town.households[0]]

    assert all(len(order.pickup_code) == 6 and order.pickup_code.isdigit() for order in placed)
    assert len({order.code for order in placed}) == 6
    assert len({new_pickup_code() for _ in range(200)}) > 190


# what is refused


def test_an_order_is_taken_until_the_microsecond_before_the_cut_off(tables: Flask) -> None:
    campaign, town = a_shop()
    home = town.households[0][0]

    assert ordered(campaign, home, now=CUT_OFF - A_MICROSECOND).total_cents == 500
    with pytest.raises(
        CampaignClosed, match=r"takes no orders: it is open, its cut-off was 2020-02-18T12:00:00\+00:00"
    ):
        ordered(campaign, home, now=CUT_OFF)
    with pytest.raises(CampaignClosed):
        ordered(campaign, home, now=CUT_OFF + A_MICROSECOND)


@pytest.mark.parametrize("state", sorted(set(CampaignState) - {CampaignState.OPEN}))
def test_a_campaign_that_is_not_open_takes_no_orders(tables: Flask, state: CampaignState) -> None:
    campaign, town = a_shop(state=state)

    with pytest.raises(CampaignClosed, match=f"it is {state.value}"):
        ordered(campaign, town.households[0][0])


def test_an_order_in_no_campaign_or_of_no_household_is_not_found(tables: Flask) -> None:
    campaign, town = a_shop()
    nowhere = CampaignRef(campaign_id=999, offer_ids={})

    with pytest.raises(NotFound, match="No campaign 999"):
        ordered(nowhere, town.households[0][0])
    with pytest.raises(NotFound, match="No household 999"):
        ordered(campaign, 999)


def test_a_household_outside_the_campaigns_areas_is_not_served(tables: Flask) -> None:
    campaign, town = a_shop()
    with transaction() as session:
        elsewhere = a_town(session)

    assert ordered(campaign, town.households[0][0]).total_cents == 500
    with pytest.raises(NotServed, match="does not serve the community of this household"):
        ordered(campaign, elsewhere.households[0][0])


@pytest.mark.parametrize("level", ["office_id", "community_id"])
def test_a_campaign_serves_everything_below_its_areas(tables: Flask, level: str) -> None:
    campaign, town = a_shop()
    with transaction() as session:
        session.scalars(select(CampaignArea)).one().area_id = getattr(town, level)

    assert ordered(campaign, town.households[1][0]).total_cents == 500


def test_a_neighbouring_community_of_the_same_street_office_is_not_served(tables: Flask) -> None:
    campaign, town = a_shop()
    with transaction() as session:
        neighbour = Area(code="N", name="N", level=AreaLevel.COMMUNITY, parent_id=town.office_id)
        session.add(neighbour)
        session.flush()
        session.scalars(select(CampaignArea)).one().area_id = neighbour.id

    with pytest.raises(NotServed):
        ordered(campaign, town.households[0][0])


def test_an_unknown_window_is_refused_with_the_windows_there_are(tables: Flask) -> None:
    campaign, town = a_shop()

    assert ordered(campaign, town.households[0][0], window="PM").total_cents == 500
    with pytest.raises(UnknownWindow, match="has no delivery window NIGHT; it has AM, PM"):
        ordered(campaign, town.households[0][0], window="NIGHT")


def test_one_unknown_product_refuses_the_whole_order(tables: Flask) -> None:
    campaign, town = a_shop(OfferSpec(sku="V01", limit=5))

    with pytest.raises(UnknownSku, match="does not offer X99"):
        ordered(campaign, town.households[0][0], {"V01": 1, "X99": 1})

    assert (count_of(Order), count_of(HouseholdDraw), count_of(Notification)) == (0, 0, 0)


def test_a_product_of_another_campaign_is_unknown_here(tables: Flask) -> None:
    campaign, town = a_shop(OfferSpec(sku="V01"))
    a_shop(OfferSpec(sku="Z01"))

    with pytest.raises(UnknownSku, match="does not offer Z01"):
        ordered(campaign, town.households[0][0], {"Z01": 1})


@pytest.mark.parametrize("quantity", [1, 999])
def test_a_quantity_from_1_to_999_is_taken(quantity: int) -> None:
    assert LineWanted(sku="V01", quantity=quantity).quantity == quantity


@pytest.mark.parametrize("quantity", [-1, 0, 1_000])
def test_any_other_quantity_is_refused(quantity: int) -> None:
    with pytest.raises(BadQuantity, match=f"V01: {quantity} cannot be ordered; give a whole number from 1 to 999"):
        LineWanted(sku="V01", quantity=quantity)


def test_an_order_needs_a_line_and_names_a_product_once() -> None:
    line = LineWanted(sku="V01", quantity=1)

    with pytest.raises(EmptyOrder):
        PlaceOrder(campaign_id=1, household_id=1, window_code="AM", lines=())
    with pytest.raises(DuplicateLine, match="V01 stands in the order twice"):
        PlaceOrder(campaign_id=1, household_id=1, window_code="AM", lines=(line, line))


# the household limit


def test_the_limit_is_kept_over_all_orders_of_a_household(any_tables: Flask) -> None:
    campaign, town = a_shop(OfferSpec(sku="V01", limit=5))
    home, neighbour = town.households[0][:2]

    ordered(campaign, home, {"V01": 3})
    ordered(campaign, home, {"V01": 2})  # exactly the limit
    with pytest.raises(HouseholdLimitExceeded, match="V01: at most 5 per household; 5 already ordered, 1 more asked"):
        ordered(campaign, home, {"V01": 1})

    assert ordered(campaign, neighbour, {"V01": 5}).total_cents == 2_500


def test_one_order_above_the_limit_is_refused_with_nothing_drawn(tables: Flask) -> None:
    campaign, town = a_shop(OfferSpec(sku="V01", limit=5))

    with pytest.raises(HouseholdLimitExceeded) as refused:
        ordered(campaign, town.households[0][0], {"V01": 6})

    assert dict(refused.value.data) == {"sku": "V01", "limit": 5, "drawn": 0, "wanted": 6}
    assert count_of(HouseholdDraw) == 0


def test_a_line_over_the_limit_gives_back_what_the_lines_before_it_drew(any_tables: Flask) -> None:
    campaign, town = a_shop(OfferSpec(sku="A01", limit=5), OfferSpec(sku="B01", limit=1))
    home = town.households[0][0]

    with pytest.raises(HouseholdLimitExceeded):
        ordered(campaign, home, {"A01": 5, "B01": 2})

    assert ordered(campaign, home, {"A01": 5, "B01": 1}).total_cents == 3_000  # nothing had been drawn


def test_an_offer_without_a_limit_counts_nothing(tables: Flask) -> None:
    campaign, town = a_shop(OfferSpec(sku="V01"))

    ordered(campaign, town.households[0][0], {"V01": 999})

    assert count_of(HouseholdDraw) == 0


def test_placing_twice_in_one_transaction_is_two_orders(tables: Flask) -> None:
    campaign, town = a_shop(OfferSpec(sku="V01", limit=2))
    command = PlaceOrder(
        campaign_id=campaign.campaign_id,
        household_id=town.households[0][0],
        window_code="AM",
        lines=(LineWanted(sku="V01", quantity=1),),
        channel=Channel.PROXY,
    )

    with transaction() as session:
        first, second = (place_order(session, command, now=NOW) for _ in range(2))

    assert first.order_id != second.order_id
    with reading() as session:
        assert session.scalars(select(Order.channel)).all() == [Channel.PROXY, Channel.PROXY]
