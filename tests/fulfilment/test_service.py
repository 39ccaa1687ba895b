"""A wave is released once, and its orders are in exactly one batch or stay behind with a reason."""

from __future__ import annotations

from datetime import date

import pytest
from flask import Flask
from sqlalchemy import delete, func, select

from logistics.communities.models import DeliveryPoint
from logistics.communities.rules import PointKind, StatusKind
from logistics.communities.service import end_status
from logistics.db import reading, transaction
from logistics.errors import NotFound
from logistics.fulfilment.models import Batch, BatchOrder, Wave
from logistics.fulfilment.service import (
    NotClosed,
    batches_of_waves,
    make_batches,
    orders_of_batches,
    packed_orders,
    release_wave,
    waves_of_campaigns,
)
from logistics.orders.models import Order
from logistics.orders.rules import CampaignState, OrderState
from logistics.orders.service import close_campaign
from tests.builders import (
    DELIVERY_DATE,
    NOW,
    CampaignRef,
    OfferSpec,
    TownRef,
    a_campaign,
    a_quarantine,
    a_store,
    a_town,
    an_order,
)
from tests.racing import race


def a_closed_campaign(
    baskets: dict[tuple[int, int], int], *, ill: tuple[tuple[int, int], ...] = (), supply: int | None = None
) -> tuple[CampaignRef, TownRef]:
    """`baskets` says how many kilograms the n-th household of a compound orders; `ill` who is quarantined."""
    with transaction() as session:
        town, store = a_town(session), a_store(session)
        campaign = a_campaign(session, store, town, OfferSpec(sku="V01", weight_g=1_000, supply=supply))
        for (compound, home), quantity in baskets.items():
            an_order(session, campaign, town.households[compound][home], {"V01": quantity})
        for compound, home in ill:
            a_quarantine(session, town.households[compound][home])
        close_campaign(session, campaign.campaign_id, now=NOW)
    return campaign, town


def released(campaign: CampaignRef) -> int:
    with transaction() as session:
        return release_wave(session, campaign.campaign_id, now=NOW)


def batched(wave_id: int) -> int:
    with transaction() as session:
        return make_batches(session, wave_id, now=NOW)


def order_states() -> list[OrderState]:
    with reading() as session:
        return list(session.scalars(select(Order.state).order_by(Order.id)))


# waves


def test_a_closed_campaign_is_released_as_one_wave_however_often_it_is_asked(any_tables: Flask) -> None:
    campaign, _ = a_closed_campaign({(0, 0): 1})

    wave_id = released(campaign)

    assert released(campaign) == wave_id
    with reading() as session:
        wave = session.scalars(select(Wave)).one()
        assert waves_of_campaigns(session, [campaign.campaign_id]) == [wave_id]
    assert (wave.campaign_id, wave.delivery_date, wave.released_at) == (campaign.campaign_id, DELIVERY_DATE, NOW)


def test_a_wave_released_by_many_at_once_is_one_wave(any_tables: Flask) -> None:
    campaign, _ = a_closed_campaign({(0, 0): 1})

    answers = race(any_tables, [lambda: released(campaign)] * 8)

    assert len(set(answers)) == 1
    assert isinstance(answers[0], int)


@pytest.mark.parametrize("state", [CampaignState.DRAFT, CampaignState.OPEN, CampaignState.CLOSED, CampaignState.FAILED])
def test_only_a_closed_campaign_is_released(tables: Flask, state: CampaignState) -> None:
    with transaction() as session:
        campaign = a_campaign(session, a_store(session), a_town(session), state=state)

    with pytest.raises(NotClosed, match=f"is {state.value}; a wave is released from a closed campaign"):
        released(campaign)


def test_an_unknown_campaign_or_wave_is_not_found(tables: Flask) -> None:
    with pytest.raises(NotFound, match="No campaign 999"):
        released(CampaignRef(campaign_id=999, offer_ids={}))
    with pytest.raises(NotFound, match="No wave 999"):
        batched(999)


# batches


def test_orders_are_batched_by_point_with_exact_sums(any_tables: Flask) -> None:
    # compound 0: 3 + 16 kg; compound 1: 4 kg
    campaign, town = a_closed_campaign({(0, 0): 3, (0, 1): 16, (1, 0): 4})

    count = batched(released(campaign))

    assert count == 2
    with reading() as session:
        first, second = session.scalars(select(Batch).order_by(Batch.weight_g.desc())).all()
        rows = session.execute(select(BatchOrder.batch_id, BatchOrder.weight_g, BatchOrder.package_count)).all()
    # 16 kg are two packages, 3 kg one
    assert (first.weight_g, first.volume_ml, first.package_count, first.order_count) == (19_000, 38_000, 3, 2)
    assert (second.weight_g, second.package_count, second.order_count) == (4_000, 1, 1)
    assert sorted(rows) == sorted([(first.id, 3_000, 1), (first.id, 16_000, 2), (second.id, 4_000, 1)])
    assert order_states() == [OrderState.BATCHED] * 3
    assert len(town.compound_ids) == 2


def test_a_batch_weighs_what_was_given(tables: Flask) -> None:
    # 4 kg in stock for 3 + 3 ordered, shared 2 and 2
    campaign, _ = a_closed_campaign({(0, 0): 3, (0, 1): 3}, supply=4)
    wave_id = released(campaign)

    batched(wave_id)

    with reading() as session:
        assert [batch.weight_g for batch in batches_of_waves(session, [wave_id])] == [4_000]
        assert sorted(weight_g for _, _, weight_g, _ in packed_orders(session, [wave_id])) == [2_000, 2_000]


def test_the_quarantined_get_a_batch_of_their_own_for_the_door(tables: Flask) -> None:
    campaign, _ = a_closed_campaign({(0, 0): 3, (0, 1): 5}, ill=((0, 1),))
    wave_id = released(campaign)

    batched(wave_id)

    with reading() as session:
        batches = {batch.kind: batch.weight_g for batch in batches_of_waves(session, [wave_id])}
    assert batches == {PointKind.PICKUP_POINT: 3_000, PointKind.DOOR: 5_000}


def test_two_windows_are_two_batches(tables: Flask) -> None:
    with transaction() as session:
        town, store = a_town(session), a_store(session)
        campaign = a_campaign(session, store, town)
        an_order(session, campaign, town.households[0][0], window="AM")
        an_order(session, campaign, town.households[0][0], window="PM")
        close_campaign(session, campaign.campaign_id, now=NOW)

    assert batched(released(campaign)) == 2


def test_batching_again_changes_nothing(any_tables: Flask) -> None:
    campaign, _ = a_closed_campaign({(0, 0): 3, (1, 0): 4})
    wave_id = released(campaign)
    assert batched(wave_id) == 2
    with reading() as session:
        before = packed_orders(session, [wave_id])

    assert batched(wave_id) == 2

    with reading() as session:
        assert packed_orders(session, [wave_id]) == before
        assert session.scalar(select(func.count()).select_from(Batch)) == 2


def test_batching_at_the_same_moment_batches_once(any_tables: Flask) -> None:
    campaign, _ = a_closed_campaign({(0, 0): 3, (1, 0): 4})
    wave_id = released(campaign)

    answers = race(any_tables, [lambda: batched(wave_id)] * 6)

    assert answers == [2] * 6


def test_an_order_that_gets_nothing_is_in_no_batch(tables: Flask) -> None:
    campaign, _ = a_closed_campaign({(0, 0): 3}, supply=0)

    assert batched(released(campaign)) == 0
    assert order_states() == [OrderState.SHORTED]


def test_a_household_without_a_point_stays_confirmed_until_it_has_one(tables: Flask) -> None:
    campaign, town = a_closed_campaign({(0, 0): 3, (1, 0): 4})
    wave_id = released(campaign)
    with transaction() as session:
        session.execute(delete(DeliveryPoint).where(DeliveryPoint.compound_id == town.compound_ids[1]))

    assert batched(wave_id) == 1
    assert order_states() == [OrderState.BATCHED, OrderState.CONFIRMED]

    with transaction() as session:
        session.add(
            DeliveryPoint(code="new", name="new", kind=PointKind.PICKUP_POINT, compound_id=town.compound_ids[1])
        )
    assert batched(wave_id) == 2
    assert order_states() == [OrderState.BATCHED] * 2


def test_a_batch_once_made_does_not_grow(tables: Flask) -> None:
    # quarantined, and the compound has no door point; the quarantine ends after the pickup point's batch was made
    campaign, town = a_closed_campaign({(0, 0): 3, (0, 1): 4}, ill=((0, 1),))
    wave_id = released(campaign)
    with transaction() as session:
        session.execute(delete(DeliveryPoint).where(DeliveryPoint.kind == PointKind.DOOR))
    batched(wave_id)

    with transaction() as session:
        end_status(session, town.households[0][1], StatusKind.QUARANTINED, date(2020, 2, 19))
    assert batched(wave_id) == 1

    with reading() as session:
        assert [batch.weight_g for batch in batches_of_waves(session, [wave_id])] == [3_000]
    assert order_states() == [OrderState.BATCHED, OrderState.CONFIRMED]


def test_orders_are_told_by_batch_also_for_a_batch_without_any(tables: Flask) -> None:
    campaign, _ = a_closed_campaign({(0, 0): 3, (0, 1): 4})
    wave_id = released(campaign)
    batched(wave_id)

    with reading() as session:
        (batch,) = batches_of_waves(session, [wave_id])
        members = orders_of_batches(session, [batch.batch_id, 999])
        assert members == {batch.batch_id: list(session.scalars(select(Order.id).order_by(Order.id))), 999: []}
