"""Promises for the tests to keep: campaigns that are due to be closed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy import func, select

from logistics import outbox
from logistics.db import reading, transaction
from logistics.notifications.models import Notification
from logistics.orders.models import Campaign
from logistics.orders.rules import CampaignState
from logistics.outbox import Promise
from tests.builders import OfferSpec, a_campaign, a_store, a_town, an_order


def promise_to_close(*, due_in: timedelta = timedelta(0), orders: int = 2) -> tuple[int, int]:
    """A campaign of one masked product, two pieces for all, with its promise. Returns promise id and campaign id."""
    with transaction() as session:
        town = a_town(session)
        campaign = a_campaign(session, a_store(session), town, OfferSpec(sku="V01", supply=2))
        for household_id in town.households[0][:orders]:
            an_order(session, campaign, household_id, {"V01": 2})
        promise_id = outbox.promise(
            session,
            key=f"close_campaign:{campaign.campaign_id}",
            job="close_campaign",
            args={"campaign_id": campaign.campaign_id},
            due_at=datetime.now(UTC) + due_in,
        )
    return promise_id, campaign.campaign_id


def promise_of(promise_id: int) -> Promise:
    with reading() as session:
        return session.get_one(Promise, promise_id)


def is_done(promise_id: int) -> bool:
    return promise_of(promise_id).done_at is not None


def is_closed(campaign_id: int) -> bool:
    with reading() as session:
        return session.get_one(Campaign, campaign_id).state is CampaignState.FORMED


def messages() -> int:
    """How many notifications there are: closing a campaign a second time would write more."""
    with reading() as session:
        return session.scalar(select(func.count()).select_from(Notification)) or 0
