"""Orders after the cut-off: what later rooms read of them, and the states they move through."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from logistics.db import chunks
from logistics.errors import BadTransition, NotFound
from logistics.orders.models import Campaign, DeliveryWindow, Offer, Order, OrderLine, Product
from logistics.orders.rules import LIVE, ORDER_TRANSITIONS, CampaignState, LineReason, OrderState


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderToPack:
    """An order that gets something, with the weight and volume of what it gets."""

    order_id: int
    code: str
    household_id: int
    window_id: int
    weight_g: int
    volume_ml: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignFacts:
    """What later rooms need of a campaign."""

    campaign_id: int
    code: str
    state: CampaignState
    store_id: int
    delivery_date: date


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderHead:
    """An order and whose it is."""

    order_id: int
    code: str
    household_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LineOutcome:
    """A line and what became of it. `given` is None before the cut-off; `weight_g` and `price_cents` are per unit."""

    order_id: int
    order: str
    order_state: OrderState
    sku: str
    product: str
    ordered: int
    given: int | None
    reason: LineReason | None
    weight_g: int
    price_cents: int


def campaigns_to_deliver(session: Session, delivery_date: date) -> list[int]:
    """Ids of the campaigns of a delivery date whose goods are still to come, in order."""
    live = Campaign.state.in_(LIVE)
    return list(
        session.scalars(select(Campaign.id).where(Campaign.delivery_date == delivery_date, live).order_by(Campaign.id))
    )


def orders_to_pack(session: Session, campaign_id: int) -> list[OrderToPack]:
    """The orders of a formed campaign that get something and are in no batch yet, by id."""
    rows = session.execute(
        select(
            Order.id,
            Order.code,
            Order.household_id,
            Order.window_id,
            func.sum(OrderLine.given * Product.weight_g),
            func.sum(OrderLine.given * Product.volume_ml),
        )
        .join(OrderLine, OrderLine.order_id == Order.id)
        .join(Offer, Offer.id == OrderLine.offer_id)
        .join(Product, Product.id == Offer.product_id)
        .where(Order.campaign_id == campaign_id, Order.state == OrderState.CONFIRMED)
        .group_by(Order.id, Order.code, Order.household_id, Order.window_id)
        .order_by(Order.id)
    )
    return [
        OrderToPack(
            order_id=order_id,
            code=code,
            household_id=household_id,
            window_id=window_id,
            weight_g=int(weight_g or 0),
            volume_ml=int(volume_ml or 0),
        )
        for order_id, code, household_id, window_id, weight_g, volume_ml in rows
    ]


def campaign_facts(session: Session, campaign_id: int) -> CampaignFacts:
    """What later rooms need of a campaign.

    Raises:
        NotFound: no such campaign.
    """
    campaign = session.get(Campaign, campaign_id)
    if campaign is None:
        raise NotFound(kind="campaign", key=campaign_id)
    return CampaignFacts(
        campaign_id=campaign.id,
        code=campaign.code,
        state=campaign.state,
        store_id=campaign.store_id,
        delivery_date=campaign.delivery_date,
    )


def awaiting_batch(session: Session) -> set[tuple[int, date]]:
    """`(household id, delivery date)` of every order that is still to be put into a batch."""
    rows = session.execute(
        select(Order.household_id, Campaign.delivery_date)
        .join(Campaign, Campaign.id == Order.campaign_id)
        .where(Order.state.in_([OrderState.PLACED, OrderState.CONFIRMED]))
        .where(Campaign.state.in_(LIVE))
        .distinct()
    )
    return {(household_id, delivery_date) for household_id, delivery_date in rows}


def mark_batched(session: Session, order_ids: Collection[int]) -> None:
    """The orders are in a batch now."""
    _move(session, order_ids, OrderState.BATCHED)


def mark_delivered(session: Session, order_ids: Collection[int]) -> list[tuple[int, int, str]]:
    """The orders' goods are at their points. Returns `(order id, household id, code)` of those that moved now."""
    moved: list[tuple[int, int, str]] = []
    for part in chunks(order_ids):
        rows = session.execute(
            select(Order.id, Order.household_id, Order.code)
            .where(Order.id.in_(part), Order.state == OrderState.BATCHED)
            .order_by(Order.id)
            .with_for_update()
        )
        moved += [(order_id, household_id, code) for order_id, household_id, code in rows]
    _move(session, [order_id for order_id, _, _ in moved], OrderState.DELIVERED)
    return moved


def pickup_code_of(session: Session, order_id: int) -> str:
    """The pickup code of an order; empty while it has none.

    Raises:
        NotFound: no such order.
    """
    code = session.scalar(select(Order.pickup_code).where(Order.id == order_id))
    if code is None:
        raise NotFound(kind="order", key=order_id)
    return code


def mark_collected(session: Session, order_id: int) -> None:
    """The household has its goods: redeemed once.

    Raises:
        BadTransition: they are not at the point, or were collected before.
    """
    result = session.execute(
        update(Order)
        .where(Order.id == order_id, Order.state == OrderState.DELIVERED)
        .values(state=OrderState.COLLECTED)
    )
    if result.rowcount == 0:  # type: ignore[attr-defined]
        order = session.get(Order, order_id)
        if order is None:
            raise NotFound(kind="order", key=order_id)
        raise BadTransition(entity="order", key=order.code, state=order.state, wanted=OrderState.COLLECTED)


def _move(session: Session, order_ids: Collection[int], state: OrderState) -> None:
    """Move orders along the table of transitions in bulk; those in another state stay where they are."""
    allowed = [before for before, after in ORDER_TRANSITIONS.items() if state in after]
    for part in chunks(order_ids):
        session.execute(
            update(Order).where(Order.id.in_(part), Order.state.in_(allowed)).values(state=state),
            execution_options={"synchronize_session": False},
        )


def household_count(session: Session, campaign_ids: Collection[int]) -> int:
    """Households with an order in some campaigns."""
    wanted = Order.campaign_id.in_(list(campaign_ids))
    return session.scalar(select(func.count(Order.household_id.distinct())).where(wanted)) or 0


def order_heads(session: Session, order_ids: Collection[int]) -> list[OrderHead]:
    """Code and household of orders, by id."""
    heads: list[OrderHead] = []
    for part in chunks(order_ids):
        rows = session.execute(
            select(Order.id, Order.code, Order.household_id).where(Order.id.in_(part)).order_by(Order.id)
        )
        heads += [OrderHead(order_id=i, code=code, household_id=household_id) for i, code, household_id in rows]
    return heads


def order_codes(session: Session, order_ids: Collection[int]) -> dict[int, str]:
    """Codes of orders by id."""
    codes: dict[int, str] = {}
    for part in chunks(order_ids):
        codes.update((i, code) for i, code in session.execute(select(Order.id, Order.code).where(Order.id.in_(part))))
    return codes


def window_codes(session: Session, campaign_id: int) -> dict[int, str]:
    """Codes of a campaign's delivery windows by id."""
    rows = session.execute(
        select(DeliveryWindow.id, DeliveryWindow.code).where(DeliveryWindow.campaign_id == campaign_id)
    )
    return {window_id: code for window_id, code in rows}


def window_spans(session: Session, window_ids: Collection[int]) -> dict[int, tuple[datetime, datetime]]:
    """Start and end of delivery windows by id."""
    spans: dict[int, tuple[datetime, datetime]] = {}
    for part in chunks(window_ids):
        for window in session.scalars(select(DeliveryWindow).where(DeliveryWindow.id.in_(part))):
            spans[window.id] = (window.starts_at, window.ends_at)
    return spans


def order_lines(session: Session, campaign_ids: Collection[int]) -> list[LineOutcome]:
    """Every line of some campaigns with what became of it, in order of placing."""
    rows = session.execute(
        select(
            Order.id,
            Order.code,
            Order.state,
            Product.sku,
            Product.name,
            OrderLine.ordered,
            OrderLine.given,
            OrderLine.reason,
            Product.weight_g,
            Offer.price_cents,
        )
        .join(OrderLine, OrderLine.order_id == Order.id)
        .join(Offer, Offer.id == OrderLine.offer_id)
        .join(Product, Product.id == Offer.product_id)
        .where(Order.campaign_id.in_(list(campaign_ids)))
        .order_by(Order.id, OrderLine.id)
    )
    return [
        LineOutcome(
            order_id=order_id,
            order=code,
            order_state=state,
            sku=sku,
            product=name,
            ordered=ordered,
            given=given,
            reason=reason,
            weight_g=weight_g,
            price_cents=price_cents,
        )
        for order_id, code, state, sku, name, ordered, given, reason, weight_g, price_cents in rows
    ]
