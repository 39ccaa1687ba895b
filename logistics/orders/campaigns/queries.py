"""What is read of the terms, the progress and the steps of campaigns."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from sqlalchemy import func, literal, select
from sqlalchemy.orm import Session

from logistics.access import Viewer
from logistics.accounts.models import Account, Role
from logistics.communities.models import Area
from logistics.communities.scope import AREA_ROLES
from logistics.errors import NotFound
from logistics.orders.campaigns.counting import totals_of
from logistics.orders.campaigns.minimum import progress
from logistics.orders.campaigns.models import CampaignStep, CampaignTerms, OfferCap
from logistics.orders.campaigns.rules import Fallback, Step, waiting_areas
from logistics.orders.campaigns.terms import ladders_of, needed_of
from logistics.orders.campaigns.views import CampaignStepView, WaitingCampaignView
from logistics.orders.models import Campaign, CampaignArea, Merchant, Offer, Store
from logistics.orders.rules import CampaignState
from logistics.orders.scope import sees_campaign
from logistics.orders.views import CampaignTermsView, MinimumView, OfferView, PriceTierView
from logistics.views import PAGE_SIZE, read


def area_parents(session: Session) -> dict[int, int | None]:
    """The area above each area of the tree."""
    return {area_id: parent_id for area_id, parent_id in session.execute(select(Area.id, Area.parent_id))}


def terms(session: Session, campaign_id: int) -> CampaignTermsView:
    """The terms of a campaign with how much of its minimums is there. The caller has checked that it may be seen.

    Raises:
        NotFound: no such campaign.
    """
    row = session.execute(
        select(Campaign, CampaignTerms)
        .outerjoin(CampaignTerms, CampaignTerms.campaign_id == Campaign.id)
        .where(Campaign.id == campaign_id)
    ).one_or_none()
    if row is None:
        raise NotFound(kind="campaign", key=campaign_id)
    campaign, found = row
    totals = totals_of(session, campaign_id)
    extends_to = None
    if found is not None and found.extend_min is not None and found.extended_at is None:
        extends_to = campaign.cut_off_at + timedelta(minutes=found.extend_min)
    return CampaignTermsView(
        minimums=tuple(
            MinimumView(measure=part.measure, needed=part.needed, reached=part.reached)
            for part in progress(needed_of(campaign, found), totals)
        ),
        if_missed=found.if_missed if found else Fallback.CANCEL,
        extend_min=found.extend_min if found else None,
        extends_to=extends_to,
        extended_at=found.extended_at if found else None,
        household_units_max=found.household_units_max if found else None,
        orders_max=found.orders_max if found else None,
        units_max=found.units_max if found else None,
        full_at=found.full_at if found else None,
        order_count=totals.orders,
        household_count=totals.households,
        unit_count=totals.units,
    )


def with_ladders(session: Session, campaign_id: int, offers: Sequence[OfferView]) -> list[OfferView]:
    """The offers of a campaign with their ladders of prices and their caps; where there is either, `ordered_count`
    counts what is ordered."""
    ladders = ladders_of(session, campaign_id)
    rows = session.execute(
        select(OfferCap.offer_id, OfferCap.units_max)
        .join(Offer, Offer.id == OfferCap.offer_id)
        .where(Offer.campaign_id == campaign_id)
    )
    caps = {offer_id: units_max for offer_id, units_max in rows}
    if not ladders and not caps:
        return list(offers)
    units_of = totals_of(session, campaign_id).units_of
    found = []
    for offer in offers:
        if offer.id not in ladders and offer.id not in caps:
            found.append(offer)
            continue
        units = units_of.get(offer.id, 0)
        tiers = tuple(
            PriceTierView(from_units=t.from_units, price_cents=t.price_cents, reached=t.from_units <= max(units, 1))
            for t in ladders.get(offer.id, ())
        )
        found.append(replace(offer, tiers=tiers, units_max=caps.get(offer.id), ordered_count=units))
    return found


def steps(session: Session, viewer: Viewer, campaign_id: int) -> list[CampaignStepView]:
    """The steps of a campaign's life, the first first. The caller has checked that the campaign may be seen; reasons
    are between merchant and office, so nobody else reads them."""
    told = viewer.role in (Role.ADMIN, Role.MERCHANT, Role.STREET_OFFICE)
    statement = (
        select(
            CampaignStep.id,
            CampaignStep.step,
            CampaignStep.at,
            CampaignStep.area_id,
            func.coalesce(Area.name, "").label("area_name"),
            (func.coalesce(Account.username, "") if viewer.role is Role.ADMIN else literal("")).label("account"),
            (CampaignStep.reason if told else literal("")).label("reason"),
            CampaignStep.facts,
        )
        .outerjoin(Area, Area.id == CampaignStep.area_id)
        .outerjoin(Account, Account.id == CampaignStep.account_id)
        .where(CampaignStep.campaign_id == campaign_id)
        .order_by(CampaignStep.id)
    )
    return read(session, statement, CampaignStepView)


def waiting(session: Session, viewer: Viewer, *, limit: int = PAGE_SIZE, offset: int = 0) -> list[WaitingCampaignView]:
    """The filed campaigns an office (or an administrator) has to look at, the nearest cut-off first."""
    if viewer.role is not Role.ADMIN and viewer.role not in AREA_ROLES:
        return []
    filed_at = (
        select(func.max(CampaignStep.at))
        .where(CampaignStep.campaign_id == Campaign.id, CampaignStep.step == Step.FILED)
        .scalar_subquery()
    )
    seen = Campaign.state == CampaignState.FILED
    if viewer.role in AREA_ROLES:
        seen &= sees_campaign(viewer)
    rows = session.execute(
        select(Campaign, Store.name, Merchant.name, filed_at)
        .join(Store, Store.id == Campaign.store_id)
        .join(Merchant, Merchant.id == Store.merchant_id)
        .where(seen)
        .order_by(Campaign.cut_off_at, Campaign.id)
        .limit(limit)
        .offset(offset)
    ).all()
    ids = [campaign.id for campaign, *_ in rows]
    approved, served, parents = _approved(session, ids), _served(session, ids), area_parents(session)
    return [
        WaitingCampaignView(
            id=campaign.id,
            code=campaign.code,
            title=campaign.title,
            store_name=store,
            merchant_name=merchant,
            cut_off_at=campaign.cut_off_at,
            filed_at=at or campaign.cut_off_at,
            waiting_names=tuple(
                served[campaign.id][area_id]
                for area_id in sorted(waiting_areas(served[campaign.id], approved[campaign.id], parents))
            ),
            approved_by_us=viewer.area_id in approved[campaign.id],
        )
        for campaign, store, merchant, at in rows
    ]


def _served(session: Session, campaign_ids: Sequence[int]) -> dict[int, dict[int, str]]:
    rows = session.execute(
        select(CampaignArea.campaign_id, Area.id, Area.name)
        .join(Area, Area.id == CampaignArea.area_id)
        .where(CampaignArea.campaign_id.in_(campaign_ids))
    )
    found: dict[int, dict[int, str]] = defaultdict(dict)
    for campaign_id, area_id, name in rows:
        found[campaign_id][area_id] = name
    return found


def _approved(session: Session, campaign_ids: Sequence[int]) -> dict[int, set[int]]:
    """Areas whose offices approved each campaign since it was filed last."""
    rows = session.execute(
        select(CampaignStep.campaign_id, CampaignStep.step, CampaignStep.area_id)
        .where(CampaignStep.campaign_id.in_(campaign_ids), CampaignStep.step.in_([Step.FILED, Step.APPROVED]))
        .order_by(CampaignStep.id)
    )
    found: dict[int, set[int]] = defaultdict(set)
    for campaign_id, step, area_id in rows:
        if step is Step.FILED:
            found[campaign_id] = set()
        elif area_id is not None:
            found[campaign_id].add(area_id)
    return found
