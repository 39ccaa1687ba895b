"""Verbs of ordering, for every other room: this module names them all and lets campaigns open."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from logistics import outbox
from logistics.errors import BadTransition, NotFound
from logistics.orders import errors
from logistics.orders.closing import ClosedCampaign, close_campaign
from logistics.orders.drafting import (
    COUNT_MAX,
    PRICE_CENTS_MAX,
    CampaignDraft,
    DraftedCampaign,
    OfferDraft,
    WindowDraft,
    check_schedule,
    draft_campaign,
)
from logistics.orders.models import Campaign, DeliveryWindow, Offer
from logistics.orders.placing import (
    QUANTITY_MAX,
    LineWanted,
    PlacedOrder,
    PlaceOrder,
    cancel_order,
    new_pickup_code,
    place_order,
)
from logistics.orders.progress import (
    LineOutcome,
    awaiting_batch,
    campaign_facts,
    campaigns_to_deliver,
    household_count,
    mark_batched,
    mark_collected,
    mark_delivered,
    order_codes,
    order_heads,
    order_lines,
    orders_to_pack,
    pickup_code_of,
    window_codes,
    window_spans,
)
from logistics.orders.rules import CAMPAIGN_TRANSITIONS, CampaignState
from logistics.orders.stores import StoreFacts, serving_stores, store_facts

__all__ = [
    "COUNT_MAX",
    "PRICE_CENTS_MAX",
    "QUANTITY_MAX",
    "CampaignDraft",
    "ClosedCampaign",
    "DraftedCampaign",
    "LineOutcome",
    "LineWanted",
    "OfferDraft",
    "PlaceOrder",
    "PlacedOrder",
    "StoreFacts",
    "WindowDraft",
    "awaiting_batch",
    "campaign_facts",
    "campaigns_to_deliver",
    "cancel_order",
    "close_campaign",
    "draft_campaign",
    "household_count",
    "mark_batched",
    "mark_collected",
    "mark_delivered",
    "new_pickup_code",
    "open_campaign",
    "order_codes",
    "order_heads",
    "order_lines",
    "orders_to_pack",
    "pickup_code_of",
    "place_order",
    "serving_stores",
    "store_facts",
    "window_codes",
    "window_spans",
]


def open_campaign(session: Session, campaign_id: int, *, now: datetime) -> None:
    """Let a campaign take orders, and promise to close it at its cut-off.

    Raises:
        BadTransition: it is not a draft.
        NothingOffered: it has no offer or no delivery window.
        BadSchedule: its cut-off is over.
        DeliveryBeforeCutOff, BadWindow, WindowOffTheDay: its dates do not go together.
    """
    campaign = _locked_campaign(session, campaign_id)
    if CampaignState.OPEN not in CAMPAIGN_TRANSITIONS[campaign.state]:
        raise BadTransition(entity="campaign", key=campaign.code, state=campaign.state, wanted=CampaignState.OPEN)
    if campaign.cut_off_at <= now:
        raise errors.BadSchedule(cut_off=campaign.cut_off_at)
    has_offer = session.scalar(select(Offer.id).where(Offer.campaign_id == campaign.id).limit(1))
    of_campaign = DeliveryWindow.campaign_id == campaign.id
    windows = session.scalars(select(DeliveryWindow).where(of_campaign).order_by(DeliveryWindow.id)).all()
    if has_offer is None or not windows:
        raise errors.NothingOffered(campaign=campaign.code)
    check_schedule(cut_off_at=campaign.cut_off_at, delivery_date=campaign.delivery_date, windows=windows)
    campaign.state = CampaignState.OPEN
    outbox.promise(
        session,
        key=f"close_campaign:{campaign.id}",
        job="close_campaign",
        args={"campaign_id": campaign.id},
        due_at=campaign.cut_off_at,
    )


def _locked_campaign(session: Session, campaign_id: int) -> Campaign:
    campaign = session.scalar(select(Campaign).where(Campaign.id == campaign_id).with_for_update())
    if campaign is None:
        raise NotFound(kind="campaign", key=campaign_id)
    return campaign
