"""Counting orders against the caps of their campaign, and what all orders of a campaign come to.

Each cap is one conditional statement, which two orders at once cannot pass together; the counters are locked in one
order (products by id, the household, the campaign), the one that everybody shares last and shortest.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import delete, func, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from logistics import outbox
from logistics.orders.campaigns.errors import CampaignFull, CampaignUnitsCap, HouseholdCap, ProductCap
from logistics.orders.campaigns.minimum import Totals
from logistics.orders.campaigns.models import CampaignStep, CampaignTerms, HouseholdCount, OfferCap
from logistics.orders.campaigns.rules import Step
from logistics.orders.campaigns.terms import ladders_of
from logistics.orders.models import Campaign, Offer, Order, OrderLine, Product
from logistics.orders.rules import OrderState


def count_in(
    session: Session,
    campaign: Campaign,
    terms: CampaignTerms,
    *,
    household_id: int,
    units_of: Mapping[int, int],
    now: datetime,
) -> None:
    """Count an order of so many units by offer. When it fills the campaign, nothing more is taken from this moment on,
    and the closing is promised for at once.

    Raises:
        ProductCap, HouseholdCap, CampaignFull, CampaignUnitsCap: the order would pass that cap; nothing of it is kept
            when the caller's transaction ends with the error.
    """
    _count_products(session, units_of)
    units = sum(units_of.values())
    if terms.household_units_max is not None:
        _count_household(session, campaign, terms.household_units_max, household_id=household_id, units=units)
    if terms.orders_max is not None or terms.units_max is not None:
        _count_campaign(session, campaign, terms, orders=1, units=units, now=now)


def count_out(session: Session, campaign_id: int, *, household_id: int, units_of: Mapping[int, int]) -> None:
    """Give back what a cancelled order counted; a campaign without caps has nothing to give back."""
    units = sum(units_of.values())
    _count_products(session, {offer_id: -part for offer_id, part in units_of.items()})
    _uncount_household(session, campaign_id, household_id=household_id, units=units)
    _uncount_campaign(session, campaign_id, orders=1, units=units)


def count_change(
    session: Session,
    campaign: Campaign,
    terms: CampaignTerms,
    *,
    household_id: int,
    change_of: Mapping[int, int],
    now: datetime,
) -> None:
    """Count so many units more (below 0: fewer) by offer of an order that stands; the order itself is counted already.

    Caps over several products look at what the order comes to as a whole: one unit of another product instead passes
    a household's cap that is reached. Raises as `count_in`; CampaignFull where an order has just filled it.
    """
    _count_products(session, change_of)
    units = sum(change_of.values())
    if units < 0:
        _uncount_household(session, campaign.id, household_id=household_id, units=-units)
        _uncount_campaign(session, campaign.id, orders=0, units=-units)
    if units <= 0:
        return
    if terms.household_units_max is not None:
        _count_household(session, campaign, terms.household_units_max, household_id=household_id, units=units)
    if terms.orders_max is not None or terms.units_max is not None:
        _count_campaign(session, campaign, terms, orders=0, units=units, now=now)


def totals_of(session: Session, campaign_id: int) -> Totals:
    """What the standing orders of a campaign come to. Amounts are at the price for one, which a closed campaign's
    offers no longer cost where their ladder's price fell."""
    standing = (Order.campaign_id == campaign_id, Order.state != OrderState.CANCELLED)
    orders, households = session.execute(
        select(func.count(Order.id), func.count(Order.household_id.distinct())).where(*standing)
    ).one()
    rows = session.execute(
        select(Offer.id, Offer.price_cents, func.sum(OrderLine.ordered))
        .join(OrderLine, OrderLine.offer_id == Offer.id)
        .join(Order, Order.id == OrderLine.order_id)
        .where(*standing)
        .group_by(Offer.id, Offer.price_cents)
    ).all()
    ladders = ladders_of(session, campaign_id) if rows else {}
    units_of = {offer_id: int(units) for offer_id, _, units in rows}
    for_one = {
        offer_id: ladders[offer_id][0].price_cents if offer_id in ladders else price for offer_id, price, _ in rows
    }
    return Totals(
        orders=orders,
        households=households,
        units=sum(units_of.values()),
        amount_cents=sum(for_one[offer_id] * units for offer_id, units in units_of.items()),
        units_of=units_of,
    )


def _count_products(session: Session, units_of: Mapping[int, int]) -> None:
    """Count each product up or down. What was never counted is not counted down: an imported order's units."""
    caps = session.execute(
        select(OfferCap.offer_id, OfferCap.units_max)
        .where(OfferCap.offer_id.in_(units_of))
        .order_by(OfferCap.offer_id)  # one order of locks for every order
    ).all()
    for offer_id, maximum in caps:
        wanted = units_of[offer_id]
        fits = OfferCap.unit_count + wanted <= maximum if wanted > 0 else OfferCap.unit_count >= -wanted
        counted = session.execute(
            update(OfferCap)
            .where(OfferCap.offer_id == offer_id, fits)
            .values(unit_count=OfferCap.unit_count + wanted)
            .execution_options(synchronize_session=False)
        )
        if counted.rowcount == 0 and wanted > 0:  # type: ignore[attr-defined]
            ordered = session.scalar(select(OfferCap.unit_count).where(OfferCap.offer_id == offer_id)) or 0
            raise ProductCap(sku=_sku_of(session, offer_id), maximum=maximum, ordered=ordered, wanted=wanted)


def _count_household(session: Session, campaign: Campaign, maximum: int, *, household_id: int, units: int) -> None:
    counted = None
    if units <= maximum:
        insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
        counted = session.scalar(
            insert(HouseholdCount)
            .values(campaign_id=campaign.id, household_id=household_id, unit_count=units)
            .on_conflict_do_update(
                index_elements=["campaign_id", "household_id"],
                set_={"unit_count": HouseholdCount.unit_count + units},
                where=HouseholdCount.unit_count + units <= maximum,
            )
            .returning(HouseholdCount.unit_count)
        )
    if counted is None:
        row = (HouseholdCount.campaign_id == campaign.id, HouseholdCount.household_id == household_id)
        already = session.scalar(select(HouseholdCount.unit_count).where(*row)) or 0
        raise HouseholdCap(campaign=campaign.code, maximum=maximum, ordered=already, wanted=units)


def _uncount_household(session: Session, campaign_id: int, *, household_id: int, units: int) -> None:
    row = (HouseholdCount.campaign_id == campaign_id, HouseholdCount.household_id == household_id)
    session.execute(
        update(HouseholdCount)
        .where(*row, HouseholdCount.unit_count >= units)
        .values(unit_count=HouseholdCount.unit_count - units)
    )
    session.execute(delete(HouseholdCount).where(*row, HouseholdCount.unit_count == 0))


def _uncount_campaign(session: Session, campaign_id: int, *, orders: int, units: int) -> None:
    session.execute(
        update(CampaignTerms)
        .where(
            CampaignTerms.campaign_id == campaign_id,
            CampaignTerms.order_count >= orders,
            CampaignTerms.unit_count >= units,
        )
        .values(order_count=CampaignTerms.order_count - orders, unit_count=CampaignTerms.unit_count - units)
    )


def _count_campaign(
    session: Session, campaign: Campaign, terms: CampaignTerms, *, orders: int, units: int, now: datetime
) -> None:
    """Count an order more, or none, and its units; a full campaign takes neither."""
    row = CampaignTerms.campaign_id == campaign.id
    counted = session.execute(
        update(CampaignTerms)
        .where(
            row,
            CampaignTerms.full_at.is_(None),
            CampaignTerms.orders_max.is_(None) | (CampaignTerms.order_count + orders <= CampaignTerms.orders_max),
            CampaignTerms.units_max.is_(None) | (CampaignTerms.unit_count + units <= CampaignTerms.units_max),
        )
        .values(order_count=CampaignTerms.order_count + orders, unit_count=CampaignTerms.unit_count + units)
        .returning(CampaignTerms.order_count, CampaignTerms.unit_count)
        .execution_options(synchronize_session=False)
    ).one_or_none()
    if counted is None:
        counts = select(CampaignTerms.order_count, CampaignTerms.unit_count).where(row)
        standing, ordered = session.execute(counts).one()
        fits_units = terms.units_max is None or ordered + units <= terms.units_max
        if terms.orders_max is not None and standing >= terms.orders_max and (orders or fits_units):
            raise CampaignFull(campaign=campaign.code, maximum=terms.orders_max)
        raise CampaignUnitsCap(campaign=campaign.code, maximum=terms.units_max, ordered=ordered, wanted=units)
    if counted[0] == terms.orders_max or counted[1] == terms.units_max:
        _fill(session, campaign, order_count=counted[0], unit_count=counted[1], now=now)


def _fill(session: Session, campaign: Campaign, *, order_count: int, unit_count: int, now: datetime) -> None:
    session.execute(
        update(CampaignTerms)
        .where(CampaignTerms.campaign_id == campaign.id)
        .values(full_at=now)
        .execution_options(synchronize_session=False)
    )
    facts = {"orders": order_count, "units": unit_count}
    session.add(CampaignStep(campaign_id=campaign.id, step=Step.FULL, at=now, facts=facts))
    outbox.promise(
        session,
        key=f"close_campaign:{campaign.id}:full",
        job="close_campaign",
        args={"campaign_id": campaign.id},
        due_at=now,
    )


def _sku_of(session: Session, offer_id: int) -> str:
    of_offer = select(Product.sku).join(Offer, Offer.product_id == Product.id).where(Offer.id == offer_id)
    return session.scalar(of_offer) or ""
