"""The way of a campaign through the street office: filed by its merchant, approved part by part or returned."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from logistics.notifications import service as notifications
from logistics.notifications.rules import Event
from logistics.orders.campaigns import errors
from logistics.orders.campaigns.models import CampaignStep
from logistics.orders.campaigns.moving import keep, locked, move, require_move, terms_of
from logistics.orders.campaigns.pricing import require_ceilings_kept
from logistics.orders.campaigns.queries import area_parents
from logistics.orders.campaigns.rules import REASON_LENGTH_MAX, Step, waiting_areas
from logistics.orders.campaigns.schedule import check_schedule
from logistics.orders.errors import BadSchedule, NothingOffered
from logistics.orders.models import Campaign, CampaignArea, DeliveryWindow, Offer
from logistics.orders.rules import CampaignState


@dataclass(frozen=True, slots=True, kw_only=True)
class Reviewed:
    """What an approval came to; `waiting_area_ids` are the served areas that no office has approved yet."""

    campaign_id: int
    state: CampaignState
    waiting_area_ids: tuple[int, ...]


def file_campaign(session: Session, campaign_id: int, *, now: datetime, account_id: int | None = None) -> None:
    """Hand a draft, or what was returned, to the street offices of the areas it serves; they are told.

    Raises:
        NotFound: no such campaign.
        BadTransition: it is neither a draft nor returned.
        NothingOffered, BadSchedule, DeliveryBeforeCutOff, BadWindow, WindowOffTheDay: it could not open as it is.
        OverCeiling: a price of it, of any tier, breaks a price ceiling of an area it serves.
    """
    campaign = locked(session, campaign_id)
    require_move(campaign, CampaignState.FILED)
    require_openable(session, campaign, now=now)
    require_ceilings_kept(session, campaign)
    served = _served(session, campaign.id)
    filings = _count(session, campaign.id, Step.FILED)
    move(session, campaign, CampaignState.FILED, Step.FILED, now=now, account_id=account_id)
    notifications.tell_many(
        session,
        [
            notifications.Message(
                key=f"campaign_filed:{campaign.id}:{filings + 1}:{area_id}",
                area_id=area_id,
                event=Event.CAMPAIGN_FILED,
                data={
                    "campaign": campaign.title,
                    "code": campaign.code,
                    "campaign_id": campaign.id,
                    "cut_off_at": campaign.cut_off_at.isoformat(),
                },
            )
            for area_id in served
        ],
        now=now,
    )


def approve_campaign(
    session: Session, campaign_id: int, *, now: datetime, area_id: int | None, account_id: int | None = None
) -> Reviewed:
    """Approve a filed campaign for an office's area, or as a whole (`area_id` None: the platform's word). It is
    approved when every area it serves is covered; approving the same part twice changes nothing.

    Raises:
        NotFound: no such campaign.
        BadTransition: it is not filed.
        NotYourPart: it serves nothing of the area.
        OverCeiling: a price breaks a ceiling that was set since it was filed.
    """
    campaign = locked(session, campaign_id)
    require_move(campaign, CampaignState.APPROVED)
    require_ceilings_kept(session, campaign)
    served, parents = _served(session, campaign.id), area_parents(session)
    if area_id is None:
        move(session, campaign, CampaignState.APPROVED, Step.APPROVED, now=now, account_id=account_id)
        return Reviewed(campaign_id=campaign.id, state=campaign.state, waiting_area_ids=())
    if not _concerned(area_id, served, parents):
        raise errors.NotYourPart(campaign=campaign.code)
    approved = approved_areas(session, campaign.id)
    waiting = waiting_areas(served, {*approved, area_id}, parents)
    if not waiting:
        move(
            session,
            campaign,
            CampaignState.APPROVED,
            Step.APPROVED,
            now=now,
            account_id=account_id,
            area_id=area_id,
        )
    elif area_id not in approved:
        keep(session, campaign.id, Step.APPROVED, now=now, account_id=account_id, area_id=area_id)
    return Reviewed(campaign_id=campaign.id, state=campaign.state, waiting_area_ids=tuple(sorted(waiting)))


def return_campaign(
    session: Session,
    campaign_id: int,
    *,
    reason: str,
    now: datetime,
    area_id: int | None = None,
    account_id: int | None = None,
) -> None:
    """Give a filed campaign back to its merchant with the reason; any office it concerns may.

    Raises:
        NotFound: no such campaign.
        ReasonMissing: no reason, or too long a one.
        BadTransition: it is not filed.
        NotYourPart: it serves nothing of the area.
    """
    if not 1 <= len(reason.strip()) <= REASON_LENGTH_MAX:
        raise errors.ReasonMissing(maximum=REASON_LENGTH_MAX)
    campaign = locked(session, campaign_id)
    require_move(campaign, CampaignState.RETURNED)
    if area_id is not None and not _concerned(area_id, _served(session, campaign.id), area_parents(session)):
        raise errors.NotYourPart(campaign=campaign.code)
    move(
        session,
        campaign,
        CampaignState.RETURNED,
        Step.RETURNED,
        now=now,
        account_id=account_id,
        area_id=area_id,
        reason=reason.strip(),
    )


def withdraw_campaign(session: Session, campaign_id: int, *, now: datetime, account_id: int | None = None) -> None:
    """Take a campaign that is filed, returned or approved back to a draft; it needs approval anew.

    Raises:
        NotFound: no such campaign.
        BadTransition: it is a draft already, or was opened.
    """
    campaign = locked(session, campaign_id)
    move(session, campaign, CampaignState.DRAFT, Step.WITHDRAWN, now=now, account_id=account_id)


def require_openable(session: Session, campaign: Campaign, *, now: datetime) -> None:
    """Refuse what could not take orders as it is.

    Raises:
        BadSchedule: its cut-off is over.
        NothingOffered: it has no offer or no delivery window.
        DeliveryBeforeCutOff, BadWindow, WindowOffTheDay: its dates do not go together, or would not after the
            extension that was chosen.
    """
    if campaign.cut_off_at <= now:
        raise BadSchedule(cut_off=campaign.cut_off_at)
    has_offer = session.scalar(select(Offer.id).where(Offer.campaign_id == campaign.id).limit(1))
    of_campaign = DeliveryWindow.campaign_id == campaign.id
    windows = session.scalars(select(DeliveryWindow).where(of_campaign).order_by(DeliveryWindow.id)).all()
    if has_offer is None or not windows:
        raise NothingOffered(campaign=campaign.code)
    terms = terms_of(session, campaign.id)
    later = timedelta(minutes=terms.extend_min or 0) if terms else timedelta(0)
    check_schedule(cut_off_at=campaign.cut_off_at + later, delivery_date=campaign.delivery_date, windows=windows)


def approved_areas(session: Session, campaign_id: int) -> set[int]:
    """The areas whose offices have approved the campaign since it was filed last."""
    filed = (
        select(func.coalesce(func.max(CampaignStep.id), 0))
        .where(CampaignStep.campaign_id == campaign_id, CampaignStep.step == Step.FILED)
        .scalar_subquery()
    )
    rows = session.scalars(
        select(CampaignStep.area_id).where(
            CampaignStep.campaign_id == campaign_id, CampaignStep.step == Step.APPROVED, CampaignStep.id > filed
        )
    )
    return {area_id for area_id in rows if area_id is not None}


def _served(session: Session, campaign_id: int) -> Sequence[int]:
    of_campaign = CampaignArea.campaign_id == campaign_id
    return session.scalars(select(CampaignArea.area_id).where(of_campaign).order_by(CampaignArea.area_id)).all()


def _concerned(area_id: int, served: Sequence[int], parents: dict[int, int | None]) -> bool:
    """Whether a served area lies in the area, or the area in a served one."""

    def path(at: int | None) -> set[int]:
        found = set()
        while at is not None and at not in found:
            found.add(at)
            at = parents.get(at)
        return found

    return bool(path(area_id) & set(served)) or any(area_id in path(one) for one in served)


def _count(session: Session, campaign_id: int, step: Step) -> int:
    of_campaign = (CampaignStep.campaign_id == campaign_id, CampaignStep.step == step)
    return session.scalar(select(func.count()).select_from(CampaignStep).where(*of_campaign)) or 0
