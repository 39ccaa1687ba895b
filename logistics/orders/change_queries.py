"""The changes of an order that its viewer was found to see."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from logistics.orders.models import OrderChange
from logistics.orders.views import ChangedLineView, OrderChangeView


def changes_of(session: Session, order_id: int) -> tuple[OrderChangeView, ...]:
    """The changes of an order, oldest first; who may see the order is asked before."""
    kept = session.scalars(
        select(OrderChange).where(OrderChange.order_id == order_id).order_by(OrderChange.version)
    ).all()
    return tuple(
        OrderChangeView(
            version=change.version,
            at=change.at,
            by_household=change.by_household,
            **{**change.facts, "lines": tuple(ChangedLineView(**line) for line in change.facts["lines"])},
        )
        for change in kept
    )
