"""The offices' price ceilings: set, ended, and held against prices.

A ceiling is about a named good of one list, and merchants' products are assigned to goods (docs/decisions/0019).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from logistics.bulk import insert_missing
from logistics.clock import local_date
from logistics.orders.catalogue import errors
from logistics.orders.catalogue.models import PriceCeiling, PricedGood
from logistics.orders.catalogue.pricing_queries import binding_ceilings, goods_of, priced_products
from logistics.orders.catalogue.rules import (
    PRICE_CENTS_MAX,
    Breach,
    BundleBreach,
    CeilingUnit,
    Priced,
    SoldBy,
    Terms,
    breaches_of,
)
from logistics.orders.catalogue.telling import refusal

GOOD_NAME_MAX = 80
REASON_MAX = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class SetCeiling:
    """At most `ceiling_cents` per `unit` of a good in an area and below, from a day on, in place of the one before."""

    area_id: int
    good: str
    unit: CeilingUnit
    ceiling_cents: int
    starts_on: date
    reason: str = ""
    set_by_id: int | None = None

    def __post_init__(self) -> None:
        assert 0 <= self.ceiling_cents <= PRICE_CENTS_MAX
        assert 1 <= len(self.good) <= GOOD_NAME_MAX
        assert len(self.reason) <= REASON_MAX


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferedPrice:
    """A product at the price of an offer: `price_cents` of one unit. What is sold by weight may name its own
    `price_per_kg_cents`; without one, at the product's usual price per unit, the product's counts."""

    product_id: int
    price_cents: int
    price_per_kg_cents: int | None = None


def breaches(
    session: Session, products_with_prices: Iterable[OfferedPrice], area_ids: Collection[int], on: date
) -> list[Breach | BundleBreach]:
    """Which of the prices break a ceiling that stands on that day where goods go to these areas, in the order of the
    products; empty where all keep them. `refusal` tells each with its numbers."""
    offered = list(products_with_prices)
    products = priced_products(session, {one.product_id for one in offered})
    asked = [_at_offer(products[one.product_id], one) for one in offered if one.product_id in products]
    return _broken(session, asked, area_ids, on)


def require_no_breach(session: Session, products: Iterable[Priced], area_ids: Collection[int], *, on: date) -> None:
    """Raises OverCeiling: told by the first of the broken ceilings."""
    for breach in _broken(session, list(products), area_ids, on):
        raise refusal(breach)


def set_ceiling(session: Session, command: SetCeiling, *, now: datetime) -> int:
    """Put a ceiling into force from a day on and end the one before on that day. The same ceiling again changes
    nothing. Returns the id of the ceiling that stands.

    Raises:
        BadCeilingDay: the day is over.
        LaterCeiling: another ceiling of the area for the good reaches beyond that day.
    """
    today = local_date(now)
    if command.starts_on < today:
        raise errors.BadCeilingDay(today=today)
    good_id = good_named(session, command.good, account_id=command.set_by_id, now=now)
    same = _of(command, good_id)
    standing = session.scalars(same.where(PriceCeiling.until_on.is_(None)).with_for_update()).one_or_none()
    if standing is not None:
        if standing.ceiling_cents == command.ceiling_cents and standing.starts_on <= command.starts_on:
            return standing.id
        if standing.starts_on > command.starts_on:
            raise errors.LaterCeiling(good=command.good, day=standing.starts_on)
        _end(standing, command.starts_on, reason=command.reason, ended_by_id=command.set_by_id, now=now)
        session.flush()
    reaching = session.scalar(
        same.with_only_columns(PriceCeiling.until_on)
        .where(PriceCeiling.until_on > command.starts_on)
        .order_by(PriceCeiling.until_on.desc())
        .limit(1)
    )
    if reaching is not None:
        raise errors.LaterCeiling(good=command.good, day=reaching)
    row = PriceCeiling(
        area_id=command.area_id,
        good_id=good_id,
        unit=command.unit,
        ceiling_cents=command.ceiling_cents,
        starts_on=command.starts_on,
        reason=command.reason,
        set_at=now,
        set_by_id=command.set_by_id,
    )
    session.add(row)
    session.flush()  # where somebody else sets one at this very moment, the index refuses this one
    return row.id


def end_ceiling(
    session: Session, ceiling_id: int, *, until_on: date | None, reason: str, ended_by_id: int | None, now: datetime
) -> None:
    """End a ceiling: it binds no more from the day `until_on` on, which is today unless one is given. One that has not
    begun never binds.

    Raises:
        BadCeilingDay: the day is over.
        CeilingEnded: it has an end already.
    """
    row = session.scalars(select(PriceCeiling).where(PriceCeiling.id == ceiling_id).with_for_update()).one()
    today = local_date(now)
    day = max(until_on or today, row.starts_on)
    if day < today:
        raise errors.BadCeilingDay(today=today)
    if row.until_on is not None:
        good = session.get_one(PricedGood, row.good_id)
        raise errors.CeilingEnded(good=good.name, day=row.until_on)
    _end(row, day, reason=reason, ended_by_id=ended_by_id, now=now)
    session.flush()


def good_named(session: Session, name: str, *, account_id: int | None, now: datetime) -> int:
    """The id of the good of that name, which is made where there is none."""
    row = {"name": name, "made_at": now, "made_by_id": account_id}
    insert_missing(session, PricedGood, [row], key=("name",))
    return session.scalars(select(PricedGood.id).where(PricedGood.name == name)).one()


def _broken(
    session: Session, products: list[Priced], area_ids: Collection[int], on: date
) -> list[Breach | BundleBreach]:
    goods = goods_of(products)
    if not goods or not area_ids:
        return []
    ceilings = binding_ceilings(session, area_ids, goods, on=on)
    return [breach for product in products for breach in breaches_of(product, ceilings)]


def _at_offer(product: Priced, offered: OfferedPrice) -> Priced:
    own = product.terms
    per_kg = offered.price_per_kg_cents
    if own.sold_by is SoldBy.PIECE:
        return replace(product, terms=replace(own, price_cents=offered.price_cents))
    if per_kg is None and offered.price_cents == own.price_cents:
        return product
    if per_kg is not None:
        return replace(product, terms=replace(own, price_cents=offered.price_cents, price_per_kg_cents=per_kg))
    # a price of its own for a piece of about that weight
    by_piece = Terms(
        sold_by=SoldBy.PIECE,
        price_cents=offered.price_cents,
        price_per_kg_cents=None,
        weight_g=own.weight_g,
        pack_size=1,
    )
    return replace(product, terms=by_piece)


def _of(command: SetCeiling, good_id: int) -> Select[PriceCeiling]:
    return select(PriceCeiling).where(
        PriceCeiling.area_id == command.area_id, PriceCeiling.good_id == good_id, PriceCeiling.unit == command.unit
    )


def _end(row: PriceCeiling, day: date, *, reason: str, ended_by_id: int | None, now: datetime) -> None:
    row.until_on, row.ended_at, row.ended_by_id, row.end_reason = day, now, ended_by_id, reason
