"""The end of a campaign: everything that was to be brought is at its points."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from logistics.orders.campaigns.moving import move
from logistics.orders.campaigns.rules import Step
from logistics.orders.models import Campaign, Order
from logistics.orders.rules import CampaignState, OrderState

TO_COME = (OrderState.PLACED, OrderState.CONFIRMED, OrderState.BATCHED)
"""Orders whose goods are not at their points yet. One that no delivery point serves keeps its campaign open-ended."""


def finish_delivered(session: Session, *, now: datetime) -> int:
    """Fulfil the formed campaigns of which no order waits for its goods any more. Returns how many those are.

    Asked again and again by the clock instead of by each delivery: a delivery shall not wait for the others of its
    campaign.
    """
    still_to_come = select(Order.id).where(Order.campaign_id == Campaign.id, Order.state.in_(TO_COME)).exists()
    campaigns = session.scalars(
        select(Campaign)
        .where(Campaign.state == CampaignState.FORMED, ~still_to_come)
        .order_by(Campaign.id)
        .with_for_update(skip_locked=True)
    ).all()
    for campaign in campaigns:
        move(session, campaign, CampaignState.FULFILLED, Step.FULFILLED, now=now)
    return len(campaigns)
