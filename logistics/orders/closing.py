"""The cut-off: a campaign is formed or failed, the shortage rule decides what every line is given."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from logistics.errors import BadTransition, NotFound
from logistics.notifications import service as notifications
from logistics.notifications.rules import Event
from logistics.orders.models import Campaign, Offer, Order, OrderLine, Product
from logistics.orders.rules import (
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


def close_campaign(session: Session, campaign_id: int, *, now: datetime) -> ClosedCampaign:
    """Close an open campaign and decide every line; closing a closed one changes nothing and reports it again.

    Below its minimum the campaign fails: its orders are cancelled and their households told.

    Raises:
        NotFound: no such campaign.
        BadTransition: it was never opened.
    """
    campaign = session.scalar(select(Campaign).where(Campaign.id == campaign_id).with_for_update())
    if campaign is None:
        raise NotFound(kind="campaign", key=campaign_id)
    if campaign.state is CampaignState.DRAFT:
        raise BadTransition(entity="campaign", key=campaign.code, state=campaign.state, wanted=CampaignState.CLOSED)
    if campaign.state is CampaignState.OPEN:
        orders = session.scalars(
            select(Order).where(Order.campaign_id == campaign.id, Order.state == OrderState.PLACED).order_by(Order.id)
        ).all()
        campaign.closed_at = now
        if len(orders) < campaign.minimum_orders:
            _fail(session, campaign, orders, now=now)
        else:
            _form(session, campaign, orders, now=now)
        session.flush()
    return _report(session, campaign)


def _fail(session: Session, campaign: Campaign, orders: Iterable[Order], *, now: datetime) -> None:
    campaign.state = CampaignState.FAILED
    messages = []
    for order in orders:
        order.state = OrderState.CANCELLED
        messages.append(
            notifications.Message(
                key=f"campaign_failed:{order.id}",
                household_id=order.household_id,
                event=Event.CAMPAIGN_FAILED,
                data={"order": order.code, "campaign": campaign.title, "minimum": campaign.minimum_orders},
            )
        )
    notifications.tell_many(session, messages, now=now)


def _form(session: Session, campaign: Campaign, orders: Sequence[Order], *, now: datetime) -> None:
    campaign.state = CampaignState.CLOSED
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
                placed_at=order.placed_at,
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
    _tell_shorted(session, campaign, decided, lines, {offer.id: product for offer, product in offers}, now=now)


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


def _tell_shorted(
    session: Session,
    campaign: Campaign,
    decided: Sequence[Given],
    lines: Sequence[tuple[OrderLine, Order]],
    products: dict[int, Product],
    *,
    now: datetime,
) -> None:
    """One message per order that was shorted, naming every shorted line and why."""
    by_line = {line.id: (line, order) for line, order in lines}
    shorted: dict[int, list[dict[str, object]]] = defaultdict(list)
    orders: dict[int, Order] = {}
    for given in decided:
        if given.reason is None:
            continue
        line, order = by_line[given.line_id]
        product = products[line.offer_id]
        orders[order.id] = order
        shorted[order.id].append(
            {
                "sku": product.sku,
                "name": product.name,
                "ordered": line.ordered,
                "given": given.quantity,
                "reason": given.reason.value,
            }
        )
    notifications.tell_many(
        session,
        [
            notifications.Message(
                key=f"line_shorted:{order_id}",
                household_id=orders[order_id].household_id,
                event=Event.LINE_SHORTED,
                data={
                    "order": orders[order_id].code,
                    "campaign": campaign.title,
                    "rule": campaign.shortage_rule.value,
                    "lines": rows,
                },
            )
            for order_id, rows in shorted.items()
        ],
        now=now,
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
