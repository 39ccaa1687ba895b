"""The cut-off: a campaign is formed or failed, the shortage rule decides what every line is given."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from logistics.errors import BadTransition
from logistics.notifications import service as notifications
from logistics.notifications.rules import Event
from logistics.orders.campaigns import service as campaigns
from logistics.orders.campaigns.errors import NotWaiting
from logistics.orders.campaigns.minimum import Ending, Totals, ending, extended_until, progress
from logistics.orders.campaigns.rules import Fallback, Step
from logistics.orders.models import Campaign, DeliveryWindow, Offer, Order, OrderLine, Product
from logistics.orders.outcomes import tell_cheaper, tell_shorted
from logistics.orders.rules import (
    BEFORE_OPENING,
    Asked,
    CampaignState,
    Given,
    LineReason,
    OfferTerms,
    OrderState,
    decide_lines,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosedCampaign:
    """What closing came to. `shorted_line_count` counts lines given less than was ordered, for whatever reason."""

    campaign_id: int
    state: CampaignState
    order_count: int
    line_count: int
    shorted_line_count: int


def close_campaign(
    session: Session, campaign_id: int, *, now: datetime, account_id: int | None = None
) -> ClosedCampaign:
    """Close an open campaign: it forms, and every line is decided; or, below its minimum, what was chosen beforehand
    happens. Closing what is not open any more changes nothing and reports it again.

    Cancel: the campaign fails, its orders are cancelled and their households told. Extend: where the cut-off has come
    and was never put off, the campaign stays open until the later one. Notify: it is closed and waits for its
    merchant's word (`decide_campaign`).

    Raises:
        NotFound: no such campaign.
        BadTransition: it was never opened.
    """
    campaign = campaigns.locked(session, campaign_id)
    if campaign.state in BEFORE_OPENING:
        raise BadTransition(entity="campaign", key=campaign.code, state=campaign.state, wanted=CampaignState.CLOSED)
    if campaign.state is CampaignState.OPEN:
        _end(session, campaign, now=now, account_id=account_id)
        session.flush()
    return _report(session, campaign)


def cut_off(session: Session, campaign_id: int, *, now: datetime) -> ClosedCampaign:
    """What the clock does: close the campaign if its cut-off has come or it is full, and let one fail that waited for
    its merchant's word until its goods would have to come. Rung too early, or again, it changes nothing.

    Raises:
        NotFound: no such campaign.
    """
    campaign = campaigns.locked(session, campaign_id)
    terms = campaigns.terms_of(session, campaign_id)
    is_full = terms is not None and terms.full_at is not None
    if campaign.state is CampaignState.OPEN and (is_full or campaign.cut_off_at <= now):
        return close_campaign(session, campaign_id, now=now)
    if campaign.state is CampaignState.CLOSED and _first_window(session, campaign) <= now:
        return decide_campaign(session, campaign_id, form=False, now=now)
    return _report(session, campaign)


def decide_campaign(
    session: Session, campaign_id: int, *, form: bool, now: datetime, account_id: int | None = None
) -> ClosedCampaign:
    """The merchant's word on a campaign that closed below its minimum: it comes all the same, or not.

    Raises:
        NotFound: no such campaign.
        NotWaiting: there is nothing to decide.
    """
    campaign = campaigns.locked(session, campaign_id)
    if campaign.state is not CampaignState.CLOSED:
        raise NotWaiting(campaign=campaign.code, state=campaign.state)
    orders = _standing(session, campaign)
    totals = campaigns.totals_of(session, campaign.id)
    if form:
        _form(session, campaign, orders, totals, now=now, account_id=account_id)
    else:
        _fail(session, campaign, orders, totals, now=now, account_id=account_id)
    session.flush()
    return _report(session, campaign)


def _end(session: Session, campaign: Campaign, *, now: datetime, account_id: int | None) -> None:
    terms = campaigns.terms_of(session, campaign.id)
    totals = campaigns.totals_of(session, campaign.id)
    needed = campaigns.needed_of(campaign, terms)
    later = (
        extended_until(
            fallback=terms.if_missed,
            cut_off_at=campaign.cut_off_at,
            extend_min=terms.extend_min,
            extended_at=terms.extended_at,
            full_at=terms.full_at,
            now=now,
        )
        if terms
        else None
    )
    fallback = terms.if_missed if terms else Fallback.CANCEL
    outcome = ending(needed, totals, fallback=fallback, extended_until=later, now=now)
    if outcome is Ending.EXTEND and terms is not None and later is not None:
        campaigns.extend(session, campaign, terms, until=later, progress=progress(needed, totals), now=now)
        return
    campaign.closed_at = now
    if outcome is Ending.WAIT:
        campaigns.wait(session, campaign, progress=progress(needed, totals), now=now)
        return
    campaigns.move(session, campaign, CampaignState.CLOSED, Step.CLOSED, now=now, account_id=account_id)
    orders = _standing(session, campaign)
    if outcome is Ending.FORM:
        _form(session, campaign, orders, totals, now=now)
    else:
        _fail(session, campaign, orders, totals, now=now)


def _standing(session: Session, campaign: Campaign) -> Sequence[Order]:
    placed = (Order.campaign_id == campaign.id, Order.state == OrderState.PLACED)
    return session.scalars(select(Order).where(*placed).order_by(Order.id)).all()


def _first_window(session: Session, campaign: Campaign) -> datetime:
    """When the campaign's goods would have to come first."""
    of_campaign = DeliveryWindow.campaign_id == campaign.id
    return session.scalar(select(func.min(DeliveryWindow.starts_at)).where(of_campaign)) or campaign.cut_off_at


def _fail(
    session: Session,
    campaign: Campaign,
    orders: Iterable[Order],
    totals: Totals,
    *,
    now: datetime,
    account_id: int | None = None,
) -> None:
    terms = campaigns.terms_of(session, campaign.id)
    missed = campaigns.told_missed(progress(campaigns.needed_of(campaign, terms), totals))
    facts = {**_facts(totals), "missed": missed}
    campaigns.move(session, campaign, CampaignState.FAILED, Step.FAILED, now=now, account_id=account_id, facts=facts)
    messages = []
    for order in orders:
        order.state = OrderState.CANCELLED
        messages.append(
            notifications.Message(
                key=f"campaign_failed:{order.id}",
                household_id=order.household_id,
                event=Event.CAMPAIGN_FAILED,
                data={
                    "order": order.code,
                    "campaign": campaign.title,
                    "minimum": campaign.minimum_orders,
                    "missed": missed,
                },
            )
        )
    notifications.tell_many(session, messages, now=now)


def _form(
    session: Session,
    campaign: Campaign,
    orders: Sequence[Order],
    totals: Totals,
    *,
    now: datetime,
    account_id: int | None = None,
) -> None:
    cheaper = campaigns.settle_prices(session, campaign, totals)
    facts = _facts(totals)
    campaigns.move(session, campaign, CampaignState.FORMED, Step.FORMED, now=now, account_id=account_id, facts=facts)
    lines = session.execute(
        select(OrderLine, Order)
        .join(Order, Order.id == OrderLine.order_id)
        .where(Order.campaign_id == campaign.id, Order.state == OrderState.PLACED)
    ).all()
    offers = session.execute(
        select(Offer, Product).join(Product, Product.id == Offer.product_id).where(Offer.campaign_id == campaign.id)
    ).all()
    decided = decide_lines(
        [
            Asked(
                line_id=line.id,
                offer_id=line.offer_id,
                household_id=order.household_id,
                order=order.code,
                placed_at=line.queued_at or order.placed_at,
                quantity=line.ordered,
            )
            for line, order in lines
        ],
        {
            offer.id: OfferTerms(supply=offer.supply_count, limit_per_household=offer.limit_per_household)
            for offer, _ in offers
        },
        rule=campaign.shortage_rule,
        seed=campaign.seed,
    )
    _write_given(session, decided)
    _settle_orders(session, orders, decided, {line.id: order.id for line, order in lines})
    by_line = {line.id: (line, order) for line, order in lines}
    tell_shorted(session, campaign, decided, by_line, {offer.id: product for offer, product in offers}, now=now)
    prices = {offer.id: offer.price_cents for offer, _ in offers}
    tell_cheaper(session, campaign, decided, by_line, prices=prices, cheaper=cheaper, now=now)


def _facts(totals: Totals) -> dict[str, int]:
    """The numbers a decision rests on, as its step keeps them."""
    return {
        "orders": totals.orders,
        "households": totals.households,
        "units": totals.units,
        "amount_cents": totals.amount_cents,
    }


def _write_given(session: Session, decided: Sequence[Given]) -> None:
    if decided:
        session.execute(
            update(OrderLine), [{"id": g.line_id, "given": g.quantity, "reason": g.reason} for g in decided]
        )


def _settle_orders(
    session: Session, orders: Sequence[Order], decided: Sequence[Given], order_of_line: dict[int, int]
) -> None:
    units: dict[int, int] = defaultdict(int)
    for given in decided:
        units[order_of_line[given.line_id]] += given.quantity
    if orders:
        session.execute(
            update(Order),
            [
                {"id": order.id, "state": OrderState.CONFIRMED if units[order.id] else OrderState.SHORTED}
                for order in orders
            ],
        )


def _report(session: Session, campaign: Campaign) -> ClosedCampaign:
    order_count = session.scalar(select(func.count()).select_from(Order).where(Order.campaign_id == campaign.id))
    of_campaign = select(func.count()).select_from(OrderLine).join(Order, Order.id == OrderLine.order_id)
    of_campaign = of_campaign.where(Order.campaign_id == campaign.id)
    shorted = of_campaign.where(OrderLine.reason.in_([LineReason.HOUSEHOLD_LIMIT, LineReason.SHORTAGE]))
    return ClosedCampaign(
        campaign_id=campaign.id,
        state=campaign.state,
        order_count=order_count or 0,
        line_count=session.scalar(of_campaign) or 0,
        shorted_line_count=session.scalar(shorted) or 0,
    )
