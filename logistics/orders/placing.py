"""Placing and cancelling orders until the cut-off."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from logistics.communities import service as communities
from logistics.errors import BadTransition, NotFound
from logistics.notifications import service as notifications
from logistics.notifications.rules import Event
from logistics.orders import errors
from logistics.orders.campaigns import service as campaigns
from logistics.orders.campaigns.models import CampaignTerms
from logistics.orders.models import (
    Campaign,
    CampaignArea,
    DeliveryWindow,
    HouseholdDraw,
    Offer,
    Order,
    OrderLine,
    Product,
)
from logistics.orders.rules import ORDER_TRANSITIONS, CampaignState, Channel, OrderState

QUANTITY_MAX = 999
"""Units of one line: more is a typing error, not a household's shopping."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LineWanted:
    """One product of an order, in the units of its offer."""

    sku: str
    quantity: int

    def __post_init__(self) -> None:
        if not 1 <= self.quantity <= QUANTITY_MAX:
            raise errors.BadQuantity(sku=self.sku, quantity=self.quantity, maximum=QUANTITY_MAX)


def refuse_doubles(lines: Sequence[LineWanted]) -> None:
    """Raises EmptyOrder, DuplicateLine: there is no line, or one product stands in two."""
    if not lines:
        raise errors.EmptyOrder()
    seen: set[str] = set()
    for line in lines:
        if line.sku in seen:
            raise errors.DuplicateLine(sku=line.sku)
        seen.add(line.sku)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceOrder:
    """A household's order. `placed_by_id` is the account that typed it in, the household's own or a worker's."""

    campaign_id: int
    household_id: int
    window_code: str
    lines: tuple[LineWanted, ...]
    channel: Channel = Channel.GROUP_BUY
    placed_by_id: int | None = None

    def __post_init__(self) -> None:
        refuse_doubles(self.lines)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacedOrder:
    """What the household is told. Prices are the platform's, in cents."""

    order_id: int
    code: str
    pickup_code: str
    total_cents: int


def place_order(session: Session, command: PlaceOrder, *, now: datetime) -> PlacedOrder:
    """Take an order: all of it or nothing.

    The campaign row is locked against its own closing, so an order is either seen by the closing or refused here.

    Raises:
        NotFound: no such campaign.
        CampaignClosed: it does not take orders (any more).
        NotServed: the household lives outside the campaign's areas.
        UnknownWindow, UnknownSku: not of this campaign.
        HouseholdLimitExceeded: over the limit with what the household has already ordered.
        ProductCap, HouseholdCap, CampaignFull, CampaignUnitsCap: over a cap of the campaign.
    """
    campaign, terms = held(session, command.campaign_id)
    require_open(campaign, terms, now=now)
    _require_served(session, campaign, command.household_id)
    window_id = window_id_of(session, campaign, command.window_code)
    priced = priced_lines(session, campaign, command.lines)
    for offer, line in sorted(priced, key=lambda pair: pair[0].id):  # one lock order for every order
        draw_within_limit(session, offer, line, household_id=command.household_id)
    if terms is not None:
        units_of = {offer.id: line.quantity for offer, line in priced}
        campaigns.count_in(session, campaign, terms, household_id=command.household_id, units_of=units_of, now=now)
    order = Order(
        code=f"W{secrets.token_hex(5).upper()}",
        campaign_id=campaign.id,
        household_id=command.household_id,
        window_id=window_id,
        channel=command.channel,
        state=OrderState.PLACED,
        placed_at=now,
        placed_by_id=command.placed_by_id,
        pickup_code=new_pickup_code(),
    )
    session.add(order)
    session.flush()
    session.add_all([OrderLine(order_id=order.id, offer_id=offer.id, ordered=line.quantity) for offer, line in priced])
    total = sum(offer.price_cents * line.quantity for offer, line in priced)
    notifications.tell(
        session,
        key=f"order_placed:{order.id}",
        household_id=order.household_id,
        event=Event.ORDER_PLACED,
        data={"order": order.code, "campaign": campaign.title, "total_cents": total, "channel": order.channel.value},
        now=now,
    )
    session.flush()
    return PlacedOrder(order_id=order.id, code=order.code, pickup_code=order.pickup_code, total_cents=total)


def cancel_order(session: Session, order_id: int, *, now: datetime, cancelled_by_id: int | None = None) -> None:
    """Cancel an order until its cut-off; what it drew of the household's limits is given back. The household's message
    keeps which account did it.

    Raises:
        NotFound: no such order.
        CampaignClosed: the cut-off is over.
        BadTransition: the order is no longer a placed one.
    """
    campaign_id = session.scalar(select(Order.campaign_id).where(Order.id == order_id))
    if campaign_id is None:
        raise NotFound(kind="order", key=order_id)
    campaign, terms = held(session, campaign_id)  # the campaign before the order, as closing locks them
    order = session.scalars(select(Order).where(Order.id == order_id).with_for_update()).one()
    if OrderState.CANCELLED not in ORDER_TRANSITIONS[order.state]:
        raise BadTransition(entity="order", key=order.code, state=order.state, wanted=OrderState.CANCELLED)
    require_open(campaign, terms, now=now)
    order.state = OrderState.CANCELLED
    _give_back(session, campaign, terms, order)
    notifications.tell(
        session,
        key=f"order_cancelled:{order.id}",
        household_id=order.household_id,
        event=Event.ORDER_CANCELLED,
        data={"order": order.code, "campaign": campaign.title, "cancelled_by_id": cancelled_by_id},
        now=now,
    )


def new_pickup_code() -> str:
    """Six digits, told to the household alone; what they open is decided at the point, never by the code alone."""
    return f"{secrets.randbelow(1_000_000):06d}"


def held(session: Session, campaign_id: int) -> tuple[Campaign, CampaignTerms | None]:
    """The campaign with its terms, held against its own closing but not against other orders."""
    row = session.execute(
        select(Campaign, CampaignTerms)
        .outerjoin(CampaignTerms, CampaignTerms.campaign_id == Campaign.id)
        .where(Campaign.id == campaign_id)
        .with_for_update(read=True, of=Campaign)
    ).one_or_none()
    if row is None:
        raise NotFound(kind="campaign", key=campaign_id)
    return row[0], row[1]


def require_open(campaign: Campaign, terms: CampaignTerms | None, *, now: datetime) -> None:
    """Refuse what comes too late by the clock or after the campaign was full, also before anybody has closed it."""
    if terms is not None and terms.full_at is not None:
        raise errors.CampaignFullSince(campaign=campaign.code, full_at=terms.full_at)
    if campaign.state is not CampaignState.OPEN or campaign.cut_off_at <= now:
        raise errors.CampaignClosed(campaign=campaign.code, state=campaign.state, cut_off=campaign.cut_off_at)


def _require_served(session: Session, campaign: Campaign, household_id: int) -> None:
    above = communities.areas_above(session, household_id)
    if not above:
        raise NotFound(kind="household", key=household_id)
    served = session.scalar(
        select(CampaignArea.area_id)
        .where(CampaignArea.campaign_id == campaign.id, CampaignArea.area_id.in_(above))
        .limit(1)
    )
    if served is None:
        raise errors.NotServed(campaign=campaign.code)


def window_id_of(session: Session, campaign: Campaign, code: str) -> int:
    """The campaign's window of that code. Raises UnknownWindow."""
    windows = {
        window.code: window.id
        for window in session.scalars(
            select(DeliveryWindow).where(DeliveryWindow.campaign_id == campaign.id).order_by(DeliveryWindow.starts_at)
        )
    }
    if code not in windows:
        raise errors.UnknownWindow(campaign=campaign.code, window=code, windows=list(windows))
    return windows[code]


def priced_lines(session: Session, campaign: Campaign, lines: Sequence[LineWanted]) -> list[tuple[Offer, LineWanted]]:
    """Each line with the campaign's offer of it. Raises UnknownSku."""
    rows = session.execute(
        select(Product.sku, Offer)
        .join(Offer, Offer.product_id == Product.id)
        .where(Offer.campaign_id == campaign.id, Product.sku.in_([line.sku for line in lines]))
    )
    offers = {sku: offer for sku, offer in rows}
    for line in lines:
        if line.sku not in offers:
            raise errors.UnknownSku(campaign=campaign.code, sku=line.sku)
    return [(offers[line.sku], line) for line in lines]


def draw_within_limit(session: Session, offer: Offer, line: LineWanted, *, household_id: int) -> None:
    """Count the line against the household's limit in one conditional statement, which two orders at once cannot pass
    and which finds the counter whether or not a cancelling has just removed it."""
    limit = offer.limit_per_household
    if limit is None:
        return
    wanted = line.quantity
    drawn = None
    if wanted <= limit:
        insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
        drawn = session.scalar(
            insert(HouseholdDraw)
            .values(offer_id=offer.id, household_id=household_id, quantity=wanted)
            .on_conflict_do_update(
                index_elements=["offer_id", "household_id"],
                set_={"quantity": HouseholdDraw.quantity + wanted},
                where=HouseholdDraw.quantity + wanted <= limit,
            )
            .returning(HouseholdDraw.quantity)
        )
    if drawn is None:
        row = (HouseholdDraw.offer_id == offer.id, HouseholdDraw.household_id == household_id)
        already = session.scalar(select(HouseholdDraw.quantity).where(*row)) or 0
        raise errors.HouseholdLimitExceeded(sku=line.sku, limit=limit, drawn=already, wanted=wanted)


def _give_back(session: Session, campaign: Campaign, terms: CampaignTerms | None, order: Order) -> None:
    lines = session.scalars(select(OrderLine).where(OrderLine.order_id == order.id).order_by(OrderLine.offer_id)).all()
    for line in lines:  # draws before caps, as whoever orders locks them
        give_back_draw(session, line.offer_id, line.ordered, household_id=order.household_id)
    if terms is not None:
        units_of = {line.offer_id: line.ordered for line in lines}
        campaigns.count_out(session, campaign.id, household_id=order.household_id, units_of=units_of)


def give_back_draw(session: Session, offer_id: int, units: int, *, household_id: int) -> None:
    """Count so many units less against the household's limit; an offer without one has nothing to give back."""
    row = (HouseholdDraw.offer_id == offer_id, HouseholdDraw.household_id == household_id)
    session.execute(
        update(HouseholdDraw)
        .where(*row, HouseholdDraw.quantity >= units)
        .values(quantity=HouseholdDraw.quantity - units)
    )
    session.execute(delete(HouseholdDraw).where(*row, HouseholdDraw.quantity == 0))
