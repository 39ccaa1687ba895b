"""Which good of the offices' list a product is: said by its merchant, or by an office, whose word stands."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from logistics.errors import NotFound
from logistics.orders.catalogue import errors
from logistics.orders.catalogue.ceilings import REASON_MAX
from logistics.orders.catalogue.models import GoodAssignment, PricedGood
from logistics.orders.catalogue.pricing import locked_product, require_kept_ceilings


@dataclass(frozen=True, slots=True, kw_only=True)
class AssignGood:
    """A product is such a good; None: it is none of those that ceilings are set for."""

    product_id: int
    good_id: int | None
    by_office: bool = False
    reason: str = ""
    by_id: int | None = None

    def __post_init__(self) -> None:
        assert len(self.reason) <= REASON_MAX


def assign_good(session: Session, command: AssignGood, *, now: datetime) -> bool:
    """Say which good a product is; False where that stands already. A merchant cannot assign what would break a ceiling
    at once: it lowers the price first. An office can, and sees the product among those that break it.

    Raises:
        NotFound: no such product or good.
        AssignedByOffice: an office has said it, and this is the merchant.
        OverCeiling: a ceiling is broken.
    """
    product = locked_product(session, command.product_id)
    if command.good_id is not None and session.get(PricedGood, command.good_id) is None:
        raise NotFound(kind="good", key=command.good_id)
    before = last_assignment(session, product.id)
    same = product.good_id == command.good_id
    if same and (not command.by_office or (before is not None and before.by_office)):
        return False
    if before is not None and before.by_office and not command.by_office:
        good = "" if before.good_id is None else session.get_one(PricedGood, before.good_id).name
        raise errors.AssignedByOffice(sku=product.sku, good=good or "–")
    product.good_id = command.good_id
    session.add(
        GoodAssignment(
            product_id=product.id,
            good_id=command.good_id,
            by_office=command.by_office,
            reason=command.reason,
            assigned_at=now,
            assigned_by_id=command.by_id,
        )
    )
    session.flush()
    if not command.by_office and product.retired_at is None:
        require_kept_ceilings(session, product, None, now=now)
    return True


def last_assignment(session: Session, product_id: int) -> GoodAssignment | None:
    """Who said last which good a product is."""
    newest = select(GoodAssignment).where(GoodAssignment.product_id == product_id).order_by(GoodAssignment.id.desc())
    return session.scalars(newest.limit(1)).one_or_none()
