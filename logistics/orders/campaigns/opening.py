"""Opening an approved campaign, putting its cut-off off, and the promises that end it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from logistics import outbox
from logistics.notifications import service as notifications
from logistics.notifications.rules import Event
from logistics.orders.campaigns.filing import require_openable
from logistics.orders.campaigns.minimum import Reached
from logistics.orders.campaigns.models import CampaignTerms
from logistics.orders.campaigns.moving import keep, locked, move, require_move
from logistics.orders.campaigns.rules import Step
from logistics.orders.models import Campaign, DeliveryWindow, Order
from logistics.orders.rules import CampaignState, OrderState


def open_campaign(session: Session, campaign_id: int, *, now: datetime, account_id: int | None = None) -> None:
    """Let an approved campaign take orders, and promise to close it at its cut-off.

    Raises:
        NotFound: no such campaign.
        BadTransition: it is not approved, or was opened before.
        NothingOffered: it has no offer or no delivery window.
        BadSchedule: its cut-off is over.
        DeliveryBeforeCutOff, BadWindow, WindowOffTheDay: its dates do not go together.
    """
    campaign = locked(session, campaign_id)
    require_move(campaign, CampaignState.OPEN)
    require_openable(session, campaign, now=now)
    move(session, campaign, CampaignState.OPEN, Step.OPENED, now=now, account_id=account_id)
    promise_end(session, campaign.id, due_at=campaign.cut_off_at)


def extend(
    session: Session,
    campaign: Campaign,
    terms: CampaignTerms,
    *,
    until: datetime,
    progress: tuple[Reached, ...],
    now: datetime,
) -> None:
    """Put the cut-off off, once, and tell the households whose orders stand."""
    was = campaign.cut_off_at
    campaign.cut_off_at = until
    terms.extended_at = now
    missed = told_missed(progress)
    keep(
        session,
        campaign.id,
        Step.EXTENDED,
        now=now,
        facts={"cut_off_at": was.isoformat(), "until": until.isoformat(), "missed": missed},
    )
    promise_end(session, campaign.id, due_at=until, why="extended")
    tell_households(
        session,
        campaign,
        Event.CAMPAIGN_EXTENDED,
        {"campaign": campaign.title, "cut_off_at": until.isoformat(), "missed": missed},
        now=now,
    )


def wait(session: Session, campaign: Campaign, *, progress: tuple[Reached, ...], now: datetime) -> None:
    """Close a campaign below its minimum without an end yet: the households and the areas are told, and its merchant
    decides until the first window begins; after that it has failed."""
    missed = told_missed(progress)
    move(session, campaign, CampaignState.CLOSED, Step.CLOSED, now=now, facts={"missed": missed})
    begins = session.scalar(select(func.min(DeliveryWindow.starts_at)).where(DeliveryWindow.campaign_id == campaign.id))
    if begins is not None:
        promise_end(session, campaign.id, due_at=begins, why="undecided")
    tell_households(session, campaign, Event.CAMPAIGN_WAITING, {"campaign": campaign.title, "missed": missed}, now=now)


def promise_end(session: Session, campaign_id: int, *, due_at: datetime, why: str = "") -> None:
    """Owe the closing of a campaign; each reason has a key of its own, so that a kept promise never hides a new one."""
    key = f"close_campaign:{campaign_id}:{why}" if why else f"close_campaign:{campaign_id}"
    outbox.promise(session, key=key, job="close_campaign", args={"campaign_id": campaign_id}, due_at=due_at)


def told_missed(progress: tuple[Reached, ...]) -> list[dict[str, Any]]:
    """The minimums that were missed, as messages and steps keep them."""
    return [
        {"measure": part.measure.value, "needed": part.needed, "reached": part.reached}
        for part in progress
        if not part.met
    ]


def tell_households(
    session: Session, campaign: Campaign, event: Event, data: Mapping[str, Any], *, now: datetime
) -> None:
    """One message to each household with a standing order."""
    standing = (Order.campaign_id == campaign.id, Order.state == OrderState.PLACED)
    households = session.scalars(select(Order.household_id).where(*standing).distinct().order_by(Order.household_id))
    notifications.tell_many(
        session,
        [
            notifications.Message(
                key=f"{event.value}:{campaign.id}:{household_id}", household_id=household_id, event=event, data=data
            )
            for household_id in households
        ],
        now=now,
    )
