"""Every change of a campaign's state goes through here: the one table of transitions, and a row that keeps the step."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from logistics.errors import BadTransition, NotFound
from logistics.orders.campaigns.models import CampaignStep, CampaignTerms
from logistics.orders.campaigns.rules import Step
from logistics.orders.models import Campaign
from logistics.orders.rules import CAMPAIGN_TRANSITIONS, CampaignState


def locked(session: Session, campaign_id: int) -> Campaign:
    """The campaign, held against every order and every other step until the transaction ends.

    Raises:
        NotFound: no such campaign.
    """
    campaign = session.scalar(select(Campaign).where(Campaign.id == campaign_id).with_for_update())
    if campaign is None:
        raise NotFound(kind="campaign", key=campaign_id)
    return campaign


def terms_of(session: Session, campaign_id: int) -> CampaignTerms | None:
    """The terms of a campaign; None where it has none but its minimum of orders."""
    return session.scalar(
        select(CampaignTerms).where(CampaignTerms.campaign_id == campaign_id).execution_options(populate_existing=True)
    )


def require_move(campaign: Campaign, wanted: CampaignState) -> None:
    """Raises BadTransition: the table does not lead from the campaign's state to the wanted one."""
    if wanted not in CAMPAIGN_TRANSITIONS[campaign.state]:
        raise BadTransition(entity="campaign", key=campaign.code, state=campaign.state, wanted=wanted)


def move(
    session: Session,
    campaign: Campaign,
    wanted: CampaignState,
    step: Step,
    *,
    now: datetime,
    account_id: int | None = None,
    area_id: int | None = None,
    reason: str = "",
    facts: Mapping[str, Any] | None = None,
) -> None:
    """Take a campaign to another state and keep the step.

    Raises:
        BadTransition: the table of transitions does not lead there.
    """
    require_move(campaign, wanted)
    campaign.state = wanted
    keep(session, campaign.id, step, now=now, account_id=account_id, area_id=area_id, reason=reason, facts=facts or {})


def keep(
    session: Session,
    campaign_id: int,
    step: Step,
    *,
    now: datetime,
    account_id: int | None = None,
    area_id: int | None = None,
    reason: str = "",
    facts: Mapping[str, Any] | None = None,
) -> None:
    """Keep a step that changes no state, or has changed it."""
    session.add(
        CampaignStep(
            campaign_id=campaign_id,
            step=step,
            at=now,
            account_id=account_id,
            area_id=area_id,
            reason=reason,
            facts=dict(facts or {}),
        )
    )
    session.flush()
