"""What households are told when their campaign has formed: what is short and why, and what costs less."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from logistics.notifications import service as notifications
from logistics.notifications.rules import Event
from logistics.orders.models import Campaign, Order, OrderLine, Product
from logistics.orders.rules import Given


def tell_shorted(
    session: Session,
    campaign: Campaign,
    decided: Sequence[Given],
    by_line: Mapping[int, tuple[OrderLine, Order]],
    products: Mapping[int, Product],
    *,
    now: datetime,
) -> None:
    """One message per order that was shorted, naming every shorted line and why."""
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


def tell_cheaper(
    session: Session,
    campaign: Campaign,
    decided: Sequence[Given],
    by_line: Mapping[int, tuple[OrderLine, Order]],
    *,
    prices: Mapping[int, int],
    cheaper: Mapping[int, int],
    now: datetime,
) -> None:
    """One message per order that costs less than at first, with what it comes to now. `prices` are cents by offer as
    they are now, `cheaper` by how many cents they fell; goods that are not given cost nothing."""
    total: dict[int, int] = defaultdict(int)
    saved: dict[int, int] = defaultdict(int)
    orders: dict[int, Order] = {}
    for given in decided:
        line, order = by_line[given.line_id]
        orders[order.id] = order
        total[order.id] += given.quantity * prices[line.offer_id]
        saved[order.id] += given.quantity * cheaper.get(line.offer_id, 0)
    notifications.tell_many(
        session,
        [
            notifications.Message(
                key=f"price_fell:{order_id}",
                household_id=orders[order_id].household_id,
                event=Event.PRICE_FELL,
                data={
                    "order": orders[order_id].code,
                    "campaign": campaign.title,
                    "total_cents": total[order_id],
                    "saved_cents": cents,
                },
            )
            for order_id, cents in saved.items()
            if cents
        ],
        now=now,
    )
