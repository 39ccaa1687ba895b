"""Changing a placed order until the cut-off, by the difference between what stands and what is wanted.

Locks are taken in one order by whoever places, changes or cancels: the campaign (shared), the order, the household's
draws by offer, the products' caps by offer, the household's count, the campaign's count. A refusal ends the caller's
transaction, and with it whatever was given back before it: a refused change leaves the order as it was, with its place.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from logistics.errors import NotFound
from logistics.notifications import service as notifications
from logistics.notifications.rules import Event
from logistics.orders import errors
from logistics.orders.campaigns import service as campaigns
from logistics.orders.models import Campaign, DeliveryWindow, Offer, Order, OrderChange, OrderLine, Product
from logistics.orders.placing import (
    LineWanted,
    draw_within_limit,
    give_back_draw,
    held,
    priced_lines,
    refuse_doubles,
    require_open,
    window_id_of,
)
from logistics.orders.rules import OrderState


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeOrder:
    """What an order shall be from now on. `expected` is the version that the writer has seen; `lines` are all lines
    (None: they stay), `window_code` the window (None: it stays). `by_household` says that the household itself changes
    it; anybody else's change is told to it."""

    order_id: int
    expected: int
    lines: tuple[LineWanted, ...] | None = None
    window_code: str | None = None
    changed_by_id: int | None = None
    by_household: bool = False

    def __post_init__(self) -> None:
        if self.lines is not None:
            refuse_doubles(self.lines)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangedOrder:
    """The order as it stands now. Prices are the platform's, in cents; `changed` is False where nothing was different
    and the version stayed."""

    order_id: int
    code: str
    version: int
    total_cents: int
    changed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class _Standing:
    """An order before its change: its lines by offer, with what they are of."""

    lines: Mapping[int, OrderLine]
    offers: Mapping[int, Offer]
    skus: Mapping[int, str]


def change_order(session: Session, command: ChangeOrder, *, now: datetime) -> ChangedOrder:
    """Change an order until its cut-off: all of it or nothing.

    What is raised is checked as ordering is and queues from now on as a whole line; what is lowered is given back and
    keeps its place, as does a line that stays. The order's own `placed_at` stays.

    Raises:
        NotFound: no such order.
        OrderNotChangeable: it is not a placed one any more.
        ChangedMeanwhile: its version is not the expected one.
        CampaignClosed, CampaignFullSince: its campaign takes no orders any more.
        UnknownWindow, UnknownSku: not of its campaign.
        HouseholdLimitExceeded, ProductCap, HouseholdCap, CampaignUnitsCap: over that limit with what is raised.
    """
    campaign_id = session.scalar(select(Order.campaign_id).where(Order.id == command.order_id))
    if campaign_id is None:
        raise NotFound(kind="order", key=command.order_id)
    campaign, terms = held(session, campaign_id)
    order = session.scalars(
        select(Order).where(Order.id == command.order_id).with_for_update().execution_options(populate_existing=True)
    ).one()
    if order.state is not OrderState.PLACED:
        raise errors.OrderNotChangeable(order=order.code, state=order.state)
    if order.version != command.expected:
        raise errors.ChangedMeanwhile(order=order.code, expected=command.expected, version=order.version)
    require_open(campaign, terms, now=now)
    window_id = order.window_id
    if command.window_code is not None:
        window_id = window_id_of(session, campaign, command.window_code)
    before = _standing(session, order.id)
    after = before
    if command.lines is not None:
        after = _wanted(session, campaign, before, command.lines)
    wanted = _units(before) if command.lines is None else _wanted_units(after, command.lines)
    change_of = _differences(_units(before), wanted)
    total = sum(after.offers[offer_id].price_cents * units for offer_id, units in wanted.items())
    if not change_of and window_id == order.window_id:
        return ChangedOrder(order_id=order.id, code=order.code, version=order.version, total_cents=total, changed=False)
    for offer_id, units in sorted(change_of.items()):
        _draw_difference(session, after, offer_id, units, household_id=order.household_id)
    if terms is not None and change_of:
        campaigns.count_change(session, campaign, terms, household_id=order.household_id, change_of=change_of, now=now)
    facts = _facts(session, order, after, _units(before), wanted, window_id=window_id, total_cents=total)
    _rewrite_lines(session, order, before.lines, wanted, change_of, now=now)
    order.window_id = window_id
    order.version += 1
    _keep(session, campaign, order, command, facts, now=now)
    return ChangedOrder(order_id=order.id, code=order.code, version=order.version, total_cents=total, changed=True)


def _standing(session: Session, order_id: int) -> _Standing:
    rows = session.execute(
        select(OrderLine, Offer, Product.sku)
        .join(Offer, Offer.id == OrderLine.offer_id)
        .join(Product, Product.id == Offer.product_id)
        .where(OrderLine.order_id == order_id)
        .order_by(OrderLine.offer_id)
        .execution_options(populate_existing=True)
    ).all()
    return _Standing(
        lines={line.offer_id: line for line, _, _ in rows},
        offers={offer.id: offer for _, offer, _ in rows},
        skus={offer.id: sku for _, offer, sku in rows},
    )


def _wanted(session: Session, campaign: Campaign, before: _Standing, lines: Sequence[LineWanted]) -> _Standing:
    """What stands, and the offers of the new lines with it."""
    priced = priced_lines(session, campaign, lines)
    return _Standing(
        lines=before.lines,
        offers={**before.offers, **{offer.id: offer for offer, _ in priced}},
        skus={**before.skus, **{offer.id: line.sku for offer, line in priced}},
    )


def _units(standing: _Standing) -> dict[int, int]:
    return {offer_id: line.ordered for offer_id, line in standing.lines.items()}


def _wanted_units(standing: _Standing, lines: Sequence[LineWanted]) -> dict[int, int]:
    offer_of = {sku: offer_id for offer_id, sku in standing.skus.items()}
    return {offer_of[line.sku]: line.quantity for line in lines}


def _differences(before: Mapping[int, int], after: Mapping[int, int]) -> dict[int, int]:
    """Units more (or, below 0, fewer) by offer; what stays is left out."""
    both = {offer_id: after.get(offer_id, 0) - before.get(offer_id, 0) for offer_id in {*before, *after}}
    return {offer_id: units for offer_id, units in both.items() if units}


def _draw_difference(session: Session, after: _Standing, offer_id: int, units: int, *, household_id: int) -> None:
    if units > 0:
        more = LineWanted(sku=after.skus[offer_id], quantity=units)
        draw_within_limit(session, after.offers[offer_id], more, household_id=household_id)
    else:
        give_back_draw(session, offer_id, -units, household_id=household_id)


def _rewrite_lines(
    session: Session,
    order: Order,
    lines: Mapping[int, OrderLine],
    wanted: Mapping[int, int],
    change_of: Mapping[int, int],
    *,
    now: datetime,
) -> None:
    """Write the lines anew. A raised line, or a new one, queues from now on: who could keep a place with one unit and
    raise it later would hold the place of goods it had not asked for."""
    for offer_id, units in change_of.items():
        line = lines.get(offer_id)
        if line is None:
            session.add(OrderLine(order_id=order.id, offer_id=offer_id, ordered=wanted[offer_id], queued_at=now))
        elif offer_id not in wanted:
            session.delete(line)
        else:
            line.ordered = wanted[offer_id]
            line.queued_at = now if units > 0 else line.queued_at


def _facts(
    session: Session,
    order: Order,
    after: _Standing,
    old: Mapping[int, int],
    new: Mapping[int, int],
    *,
    window_id: int,
    total_cents: int,
) -> dict[str, Any]:
    """Before and after, whole: every line with both quantities, the windows by code, the totals in cents."""
    codes = {
        row_id: code
        for row_id, code in session.execute(
            select(DeliveryWindow.id, DeliveryWindow.code).where(DeliveryWindow.id.in_([order.window_id, window_id]))
        )
    }
    lines = [
        {"sku": after.skus[offer_id], "before": old.get(offer_id, 0), "after": new.get(offer_id, 0)}
        for offer_id in sorted({*old, *new}, key=lambda offer_id: after.skus[offer_id])
    ]
    return {
        "window_before": codes[order.window_id],
        "window_after": codes[window_id],
        "total_before_cents": sum(after.offers[offer_id].price_cents * units for offer_id, units in old.items()),
        "total_after_cents": total_cents,
        "lines": lines,
    }


def _keep(
    session: Session, campaign: Campaign, order: Order, command: ChangeOrder, facts: dict[str, Any], *, now: datetime
) -> None:
    session.add(
        OrderChange(
            order_id=order.id,
            version=order.version,
            at=now,
            account_id=command.changed_by_id,
            by_household=command.by_household,
            facts=facts,
        )
    )
    if not command.by_household:
        notifications.tell(
            session,
            key=f"order_changed:{order.id}:{order.version}",
            household_id=order.household_id,
            event=Event.ORDER_CHANGED,
            data={
                "order": order.code,
                "campaign": campaign.title,
                "total_cents": facts["total_after_cents"],
                "lines": [line for line in facts["lines"] if line["before"] != line["after"]],
            },
            now=now,
        )
    session.flush()
