"""The cut-off: a campaign forms or fails once, every line is decided, and whoever gets less is told once."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from logistics.db import reading, transaction
from logistics.errors import BadTransition, NotFound
from logistics.notifications.models import Notification
from logistics.orders.models import Campaign, Order, OrderLine
from logistics.orders.rules import CampaignState, LineReason, OrderState, ShortageRule
from logistics.orders.service import ClosedCampaign, cancel_order, close_campaign, order_lines
from tests.builders import NOW, CampaignRef, OfferSpec, a_campaign, a_store, a_town, an_order

LATER = NOW + timedelta(hours=3)


def a_campaign_of(
    *offers: OfferSpec,
    baskets: list[dict[str, int]],
    rule: ShortageRule = ShortageRule.FIRST_COME,
    minimum_orders: int = 0,
) -> CampaignRef:
    """Each basket is ordered by a household of its own, a minute after the one before."""
    with transaction() as session:
        town, store = a_town(session, compounds=1), a_store(session)
        campaign = a_campaign(session, store, town, *offers, rule=rule, minimum_orders=minimum_orders)
        for minute, (home, basket) in enumerate(zip(town.households[0], baskets, strict=False)):
            an_order(session, campaign, home, basket, now=NOW + timedelta(minutes=minute))
    return campaign


def closed(campaign: CampaignRef) -> ClosedCampaign:
    with transaction() as session:
        return close_campaign(session, campaign.campaign_id, now=LATER)


def outcomes(campaign: CampaignRef) -> list[tuple[str, int | None, LineReason | None, OrderState]]:
    with reading() as session:
        return [
            (line.sku, line.given, line.reason, line.order_state)
            for line in order_lines(session, [campaign.campaign_id])
        ]


def messages(event: str) -> list[dict[str, object]]:
    with reading() as session:
        rows = session.scalars(select(Notification).order_by(Notification.id)).all()
    return [row.data for row in rows if row.event.value == event]


def test_a_campaign_closes_with_every_line_decided(any_tables: Flask) -> None:
    # 5 in stock for 3 + 3; the second order gets 2 of its 3, the third none, its rice aside
    campaign = a_campaign_of(
        OfferSpec(sku="V01", supply=5),
        OfferSpec(sku="R01"),
        baskets=[{"V01": 3}, {"V01": 3}, {"V01": 1, "R01": 2}, {"V01": 1}],
    )

    report = closed(campaign)

    assert report == ClosedCampaign(
        campaign_id=campaign.campaign_id,
        state=CampaignState.FORMED,
        order_count=4,
        line_count=5,
        shorted_line_count=3,
    )
    short = LineReason.SHORTAGE
    assert outcomes(campaign) == [
        ("V01", 3, None, OrderState.CONFIRMED),
        ("V01", 2, short, OrderState.CONFIRMED),
        ("V01", 0, short, OrderState.CONFIRMED),
        ("R01", 2, None, OrderState.CONFIRMED),
        ("V01", 0, short, OrderState.SHORTED),  # nothing at all: there is nothing to deliver
    ]
    with reading() as session:
        assert session.get_one(Campaign, campaign.campaign_id).closed_at == LATER


def test_every_household_that_gets_less_is_told_once_which_lines_and_why(any_tables: Flask) -> None:
    campaign = a_campaign_of(
        OfferSpec(sku="V01", supply=3), OfferSpec(sku="E01", supply=0), baskets=[{"V01": 2}, {"V01": 2, "E01": 1}]
    )

    closed(campaign)

    (told,) = messages("line_shorted")
    assert told["rule"] == "first_come"
    assert told["lines"] == [
        {"sku": "V01", "name": "Product V01", "ordered": 2, "given": 1, "reason": "shortage"},
        {"sku": "E01", "name": "Product E01", "ordered": 1, "given": 0, "reason": "shortage"},
    ]


def test_closing_again_changes_nothing_and_reports_the_same(any_tables: Flask) -> None:
    campaign = a_campaign_of(OfferSpec(sku="V01", supply=3), baskets=[{"V01": 2}, {"V01": 2}])
    first = closed(campaign)
    before = outcomes(campaign)

    with transaction() as session:
        again = close_campaign(session, campaign.campaign_id, now=LATER + timedelta(hours=1))

    assert (again, outcomes(campaign)) == (first, before)
    assert len(messages("line_shorted")) == 1
    with reading() as session:
        assert session.get_one(Campaign, campaign.campaign_id).closed_at == LATER


@pytest.mark.parametrize(
    ("rule", "given"),
    [
        (ShortageRule.FIRST_COME, [4, 2, 0]),  # 6 for 4 + 4 + 4
        (ShortageRule.PROPORTIONAL, [2, 2, 2]),
    ],
)
def test_the_campaigns_own_rule_shares_out(tables: Flask, rule: ShortageRule, given: list[int]) -> None:
    campaign = a_campaign_of(OfferSpec(sku="V01", supply=6), baskets=[{"V01": 4}] * 3, rule=rule)

    closed(campaign)

    assert [units for _, units, _, _ in outcomes(campaign)] == given


def test_the_draw_gives_the_supply_out_in_whole_baskets(tables: Flask) -> None:
    campaign = a_campaign_of(OfferSpec(sku="V01", supply=6), baskets=[{"V01": 4}] * 3, rule=ShortageRule.DRAW)

    closed(campaign)

    assert sorted(units or 0 for _, units, _, _ in outcomes(campaign)) == [0, 2, 4]


def test_a_campaign_below_its_minimum_fails_and_its_orders_are_cancelled(any_tables: Flask) -> None:
    campaign = a_campaign_of(baskets=[{"V01": 1}] * 2, minimum_orders=3)

    report = closed(campaign)

    assert (report.state, report.order_count, report.shorted_line_count) == (CampaignState.FAILED, 2, 0)
    assert outcomes(campaign) == [("V01", None, None, OrderState.CANCELLED)] * 2
    assert [told["minimum"] for told in messages("campaign_failed")] == [3, 3]
    assert closed(campaign) == report
    assert len(messages("campaign_failed")) == 2


def test_a_campaign_at_its_minimum_forms(tables: Flask) -> None:
    assert closed(a_campaign_of(baskets=[{"V01": 1}] * 3, minimum_orders=3)).state is CampaignState.FORMED


def test_cancelled_orders_count_neither_for_the_minimum_nor_for_the_supply(tables: Flask) -> None:
    campaign = a_campaign_of(OfferSpec(sku="V01", supply=2), baskets=[{"V01": 2}] * 3, minimum_orders=2)
    with transaction() as session:
        first = session.scalars(select(Order.id).order_by(Order.id)).first()
        assert first is not None
        cancel_order(session, first, now=NOW)

    report = closed(campaign)

    # the second order is now the first to come; the cancelled one is left as it was
    assert report.state is CampaignState.FORMED
    assert [units for _, units, _, _ in outcomes(campaign)] == [None, 2, 0]


def test_a_campaign_nobody_ordered_in_closes_with_nothing(tables: Flask) -> None:
    report = closed(a_campaign_of(baskets=[]))

    assert (report.state, report.order_count, report.line_count) == (CampaignState.FORMED, 0, 0)


def test_a_draft_cannot_be_closed_and_an_unknown_campaign_is_not_found(tables: Flask) -> None:
    with transaction() as session:
        town, store = a_town(session), a_store(session)
        draft = a_campaign(session, store, town, state=CampaignState.DRAFT)

    with pytest.raises(BadTransition, match="is draft and cannot become closed"):
        closed(draft)
    with pytest.raises(NotFound, match="No campaign 999"):
        closed(CampaignRef(campaign_id=999, offer_ids={}))


def test_what_is_given_is_never_more_than_ordered_by_the_databases_word_too(any_tables: Flask) -> None:
    campaign = a_campaign_of(OfferSpec(sku="V01", supply=1, limit=3), baskets=[{"V01": 3}, {"V01": 3}])
    closed(campaign)

    with reading() as session:
        given, ordered = session.execute(select(func.sum(OrderLine.given), func.sum(OrderLine.ordered))).one()
    assert (given, ordered) == (1, 6)
