"""Changing: until the cut-off, by the difference, and a raised line queues anew."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select, update

from logistics.db import reading, transaction
from logistics.notifications.models import Notification
from logistics.orders.campaigns.models import CampaignTerms, OfferCap
from logistics.orders.errors import (
    CampaignClosed,
    ChangedMeanwhile,
    HouseholdLimitExceeded,
    OrderNotChangeable,
    UnknownSku,
    UnknownWindow,
)
from logistics.orders.models import Campaign, HouseholdDraw, Order, OrderChange, OrderLine
from logistics.orders.rules import ShortageRule
from logistics.orders.service import ChangedOrder, ChangeOrder, LineWanted, cancel_order, change_order, close_campaign
from tests.builders import NOW, CampaignRef, OfferSpec
from tests.orders.ordering import A_MICROSECOND, CUT_OFF, a_shop, ordered
from tests.racing import race

LATER = NOW + timedelta(minutes=1)


def changed(
    order_id: int,
    lines: dict[str, int] | None = None,
    *,
    expected: int = 1,
    window: str | None = None,
    by_household: bool = True,
    now: datetime = LATER,
) -> ChangedOrder:
    wanted = None if lines is None else tuple(LineWanted(sku=sku, quantity=q) for sku, q in lines.items())
    with transaction() as session:
        command = ChangeOrder(
            order_id=order_id, expected=expected, lines=wanted, window_code=window, by_household=by_household
        )
        return change_order(session, command, now=now)


def lines_of(order_id: int) -> dict[int, tuple[int, datetime | None]]:
    with reading() as session:
        rows = session.scalars(select(OrderLine).where(OrderLine.order_id == order_id))
        return {line.offer_id: (line.ordered, line.queued_at) for line in rows}


def drawn() -> list[int]:
    with reading() as session:
        return list(session.scalars(select(HouseholdDraw.quantity)))


def first_come(campaign: CampaignRef) -> None:
    with transaction() as session:
        session.execute(
            update(Campaign).where(Campaign.id == campaign.campaign_id).values(shortage_rule=ShortageRule.FIRST_COME)
        )


def given(order_id: int) -> list[int | None]:
    with reading() as session:
        return list(session.scalars(select(OrderLine.given).where(OrderLine.order_id == order_id)))


def test_a_change_moves_limits_by_the_difference_and_is_kept_whole(any_tables: Flask) -> None:
    campaign, town = a_shop(OfferSpec(sku="V01", limit=5), OfferSpec(sku="E01"))
    order = ordered(campaign, town.households[0][0], {"V01": 2, "E01": 1}).order_id

    after = changed(order, {"V01": 5}, window="PM")

    assert (after.version, after.total_cents, after.changed) == (2, 2_500, True)  # 5 * 5.00
    assert lines_of(order) == {campaign.offer_ids["V01"]: (5, LATER)}
    assert drawn() == [5]  # 2 + 3
    with reading() as session:
        kept = session.scalars(select(OrderChange)).one()
        assert session.get_one(Order, order).placed_at == NOW
    assert (kept.version, kept.at, kept.by_household) == (2, LATER, True)
    assert kept.facts == {
        "window_before": "AM",
        "window_after": "PM",
        "total_before_cents": 1_500,
        "total_after_cents": 2_500,
        "lines": [{"sku": "E01", "before": 1, "after": 0}, {"sku": "V01", "before": 2, "after": 5}],
    }


def test_a_refused_change_leaves_the_order_exactly_as_it_was(any_tables: Flask) -> None:
    campaign, town = a_shop(OfferSpec(sku="E01", limit=3), OfferSpec(sku="V01", limit=5))
    order = ordered(campaign, town.households[0][0], {"V01": 2, "E01": 3}).order_id
    before = lines_of(order)

    for lines, window, refusal in (
        ({"E01": 1, "V01": 6}, None, HouseholdLimitExceeded),  # E01 would be given back before V01 is refused
        ({"X99": 1}, None, UnknownSku),
        (None, "NO", UnknownWindow),
    ):
        with pytest.raises(refusal):
            changed(order, lines, window=window)

    assert lines_of(order) == before
    assert sorted(drawn()) == [2, 3]
    assert changed(order, {"V01": 2, "E01": 3}) == ChangedOrder(
        order_id=order, code=changed(order, {"V01": 2, "E01": 3}).code, version=1, total_cents=2_500, changed=False
    )


def test_what_is_lowered_is_free_for_the_household_again(tables: Flask) -> None:
    campaign, town = a_shop(OfferSpec(sku="V01", limit=5))
    home = town.households[0][0]
    order = ordered(campaign, home, {"V01": 5}).order_id

    changed(order, {"V01": 2})

    assert drawn() == [2]
    ordered(campaign, home, {"V01": 3})
    with pytest.raises(HouseholdLimitExceeded):
        changed(order, {"V01": 3}, expected=2)


def test_a_change_is_made_from_the_state_that_was_seen(tables: Flask) -> None:
    campaign, town = a_shop()
    order = ordered(campaign, town.households[0][0]).order_id
    changed(order, {"V01": 2})

    with pytest.raises(ChangedMeanwhile) as refused:
        changed(order, {"V01": 3})

    assert (refused.value.status, refused.value.code) == (409, "changed_meanwhile")
    assert (refused.value.data["expected"], refused.value.data["version"]) == (1, 2)
    assert changed(order, {"V01": 3}, expected=2).version == 3


def test_an_order_is_changed_until_the_cut_off_and_never_once_cancelled(tables: Flask) -> None:
    campaign, town = a_shop()
    order = ordered(campaign, town.households[0][0]).order_id

    changed(order, {"V01": 2}, now=CUT_OFF - A_MICROSECOND)
    with pytest.raises(CampaignClosed):
        changed(order, {"V01": 1}, expected=2, now=CUT_OFF)
    with transaction() as session:
        cancel_order(session, order, now=NOW)
    with pytest.raises(OrderNotChangeable):
        changed(order, {"V01": 1}, expected=2)


def test_a_line_that_stays_or_is_lowered_keeps_its_place_and_a_raised_one_queues_anew(tables: Flask) -> None:
    # three households, 4 units, first come; all three touch their orders after the last was placed
    campaign, town = a_shop(OfferSpec(sku="V01", supply=4))
    first_come(campaign)
    homes = town.households[0]
    raised, lowered, stays = (
        ordered(campaign, home, {"V01": units}, now=NOW + timedelta(seconds=n)).order_id
        for n, (home, units) in enumerate(zip(homes, (1, 3, 2), strict=False))
    )
    changed(raised, {"V01": 3})  # one unit from the start does not hold a place for three
    changed(lowered, {"V01": 2})
    changed(stays, window="PM")

    with transaction() as session:
        close_campaign(session, campaign.campaign_id, now=CUT_OFF)

    assert [given(order) for order in (lowered, stays, raised)] == [[2], [2], [0]]  # 2 + 2 = 4, nothing left


def test_only_a_change_by_somebody_else_is_told_to_the_household(tables: Flask) -> None:
    campaign, town = a_shop()
    order = ordered(campaign, town.households[0][0]).order_id

    changed(order, {"V01": 2})
    changed(order, {"V01": 3}, expected=2, by_household=False)

    with reading() as session:
        told = session.scalars(select(Notification).where(Notification.event == "order_changed")).one()
    assert told.key == f"order_changed:{order}:3"
    assert told.data["lines"] == [{"sku": "V01", "before": 2, "after": 3}]


def test_caps_are_counted_by_the_difference(any_tables: Flask) -> None:
    campaign, town = a_shop(OfferSpec(sku="V01"), OfferSpec(sku="E01"))
    with transaction() as session:
        session.add(CampaignTerms(campaign_id=campaign.campaign_id, units_max=10))
        session.add(OfferCap(offer_id=campaign.offer_ids["V01"], units_max=6, unit_count=0))
    order = ordered(campaign, town.households[0][0], {"V01": 4}).order_id

    changed(order, {"V01": 6})
    changed(order, {"V01": 1, "E01": 6}, expected=2)

    with reading() as session:
        terms = session.get_one(CampaignTerms, campaign.campaign_id)
        assert (terms.order_count, terms.unit_count, terms.full_at) == (1, 7, None)  # 1 + 6
        assert session.scalar(select(OfferCap.unit_count)) == 1


def test_of_changes_at_the_same_moment_from_one_state_one_holds(any_tables: Flask) -> None:
    campaign, town = a_shop(OfferSpec(sku="V01", limit=20))
    order = ordered(campaign, town.households[0][0]).order_id

    answers = race(any_tables, [lambda units=units: changed(order, {"V01": units}) for units in range(2, 18)])

    assert Counter(type(answer) for answer in answers) == {ChangedOrder: 1, ChangedMeanwhile: 15}
    assert drawn() == [lines_of(order)[campaign.offer_ids["V01"]][0]]


def test_orders_changed_up_and_down_at_once_keep_the_limit_and_lock_nobody_out(any_tables: Flask) -> None:
    # sixteen orders of one household and two products, limit 40 each: each swaps what it has, in either direction
    campaign, town = a_shop(OfferSpec(sku="V01", limit=40), OfferSpec(sku="E01", limit=40))
    home = town.households[0][0]
    orders = [ordered(campaign, home, {"V01": 2, "E01": 2}).order_id for _ in range(16)]
    ways = [{"V01": 3, "E01": 1}, {"V01": 1, "E01": 3}]

    answers = race(any_tables, [lambda o=o, n=n: changed(o, ways[n % 2]) for n, o in enumerate(orders)])

    assert set(map(type, answers)) <= {ChangedOrder, HouseholdLimitExceeded}
    totals = Counter[int]()
    for order in orders:
        for offer_id, (units, _) in lines_of(order).items():
            totals[offer_id] += units
    with reading() as session:
        counted = {row.offer_id: row.quantity for row in session.scalars(select(HouseholdDraw))}
    assert counted == totals
    assert max(totals.values()) <= 40
