"""Opening a campaign, and the way of its orders from the cut-off to the household's hands."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from flask import Flask
from sqlalchemy import delete, select, update

from logistics.db import reading, transaction
from logistics.errors import BadTransition, NotFound
from logistics.orders.drafting import WindowOffTheDay
from logistics.orders.errors import BadSchedule, NothingOffered
from logistics.orders.models import Campaign, DeliveryWindow, Offer, Order
from logistics.orders.rules import CampaignState, OrderState
from logistics.orders.service import (
    close_campaign,
    mark_batched,
    mark_collected,
    mark_delivered,
    open_campaign,
    orders_to_pack,
    pickup_code_of,
)
from logistics.outbox import Promise
from tests.builders import NOW, CampaignRef, OfferSpec, TownRef, a_campaign, a_store, a_town, an_order

CUT_OFF = NOW + timedelta(hours=3)


def an_approved_campaign() -> CampaignRef:
    with transaction() as session:
        town, store = a_town(session), a_store(session)
        return a_campaign(session, store, town, state=CampaignState.APPROVED)


def opened(campaign: CampaignRef, *, hours: float = 0) -> None:
    with transaction() as session:
        open_campaign(session, campaign.campaign_id, now=NOW + timedelta(hours=hours))


def state_of(campaign: CampaignRef) -> CampaignState:
    with reading() as session:
        return session.get_one(Campaign, campaign.campaign_id).state


def test_an_opened_campaign_has_promised_to_close_at_its_cut_off(any_tables: Flask) -> None:
    draft = an_approved_campaign()

    opened(draft)

    assert state_of(draft) is CampaignState.OPEN
    with reading() as session:
        promise = session.scalars(select(Promise)).one()
    assert (promise.job, promise.args, promise.due_at) == (
        "close_campaign",
        {"campaign_id": draft.campaign_id},
        CUT_OFF,
    )
    assert promise.done_at is None


def test_a_campaign_is_opened_once(tables: Flask) -> None:
    draft = an_approved_campaign()
    opened(draft)

    with pytest.raises(BadTransition, match="is open and cannot become open"):
        opened(draft)
    with pytest.raises(NotFound, match="No campaign 999"):
        opened(CampaignRef(campaign_id=999, offer_ids={}))


def test_a_campaign_whose_cut_off_is_over_cannot_open(tables: Flask) -> None:
    late, in_time = an_approved_campaign(), an_approved_campaign()

    with pytest.raises(BadSchedule, match=r"The cut-off 2020-02-18T12:00:00\+00:00 is over"):
        opened(late, hours=3)  # at the very moment
    opened(in_time, hours=2.999)

    assert (state_of(late), state_of(in_time)) == (CampaignState.APPROVED, CampaignState.OPEN)
    with reading() as session:
        assert session.scalars(select(Promise.key)).all() == [f"close_campaign:{in_time.campaign_id}"]


@pytest.mark.parametrize("missing", [Offer, DeliveryWindow])
def test_a_campaign_without_offers_or_windows_cannot_open(tables: Flask, missing: type[Offer | DeliveryWindow]) -> None:
    draft = an_approved_campaign()
    with transaction() as session:
        session.execute(delete(missing))

    with pytest.raises(NothingOffered, match="cannot open without an offer and a delivery window"):
        opened(draft)


def test_a_draft_whose_dates_were_moved_apart_cannot_open(tables: Flask) -> None:
    draft = an_approved_campaign()
    with transaction() as session:
        session.execute(update(Campaign).values(delivery_date=date(2020, 2, 21)))

    with pytest.raises(WindowOffTheDay, match="Window AM: it must lie within the delivery date, 2020-02-21"):
        opened(draft)

    assert state_of(draft) is CampaignState.APPROVED


# after the cut-off


def a_closed_campaign(*offers: OfferSpec, basket: dict[str, int] | None = None) -> tuple[CampaignRef, TownRef, int]:
    """One order in a closed campaign; its id is the last."""
    with transaction() as session:
        town, store = a_town(session), a_store(session)
        campaign = a_campaign(session, store, town, *offers)
        order_id = an_order(session, campaign, town.households[0][0], basket).order_id
        close_campaign(session, campaign.campaign_id, now=NOW)
    return campaign, town, order_id


def order_state(order_id: int) -> OrderState:
    with reading() as session:
        return session.get_one(Order, order_id).state


def test_what_is_packed_weighs_what_was_given_and_not_what_was_ordered(any_tables: Flask) -> None:
    # 2 of 3 at 1,200 g and 1 of 1 at 500 g; the volume is twice the weight in these tests
    campaign, _, order_id = a_closed_campaign(
        OfferSpec(sku="V01", weight_g=1_200, supply=2), OfferSpec(sku="E01", weight_g=500), basket={"V01": 3, "E01": 1}
    )

    with reading() as session:
        (packed,) = orders_to_pack(session, campaign.campaign_id)

    assert (packed.order_id, packed.weight_g, packed.volume_ml) == (order_id, 2_900, 5_800)


def test_an_order_that_gets_nothing_is_not_packed(tables: Flask) -> None:
    campaign, _, order_id = a_closed_campaign(OfferSpec(sku="V01", supply=0))

    with reading() as session:
        assert orders_to_pack(session, campaign.campaign_id) == []
    assert order_state(order_id) is OrderState.SHORTED


def test_an_order_goes_from_batched_to_delivered_to_collected_each_once(any_tables: Flask) -> None:
    _, _, order_id = a_closed_campaign()

    with transaction() as session:
        mark_batched(session, [order_id])
        first = mark_delivered(session, [order_id])
        again = mark_delivered(session, [order_id])
        mark_collected(session, order_id)

    assert [moved[0] for moved in first] == [order_id]
    assert again == []
    assert order_state(order_id) is OrderState.COLLECTED
    with pytest.raises(BadTransition, match="is collected and cannot become collected"), transaction() as session:
        mark_collected(session, order_id)


def test_no_step_is_skipped(tables: Flask) -> None:
    _, _, order_id = a_closed_campaign()

    with transaction() as session:
        assert mark_delivered(session, [order_id]) == []
    with pytest.raises(BadTransition, match="is confirmed and cannot become collected"), transaction() as session:
        mark_collected(session, order_id)

    assert order_state(order_id) is OrderState.CONFIRMED


def test_an_unknown_order_has_no_pickup_code_and_cannot_be_collected(tables: Flask) -> None:
    with pytest.raises(NotFound, match="No order 999"), reading() as session:
        pickup_code_of(session, 999)
    with pytest.raises(NotFound, match="No order 999"), transaction() as session:
        mark_collected(session, 999)
