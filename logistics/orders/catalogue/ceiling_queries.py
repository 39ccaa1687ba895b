"""What a viewer may read of the ceilings: those that concern it, the log of changes, and what breaks them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Date, Integer, String, case, cast, func, literal, null, or_, select, union_all
from sqlalchemy.orm import Session

from logistics.access import Viewer
from logistics.accounts.models import Account, Role
from logistics.communities.models import Area
from logistics.communities.scope import AREA_ROLES
from logistics.errors import DomainError
from logistics.orders.catalogue.ceilings import OfferedPrice, breaches
from logistics.orders.catalogue.models import GoodAssignment, PriceCeiling, PricedGood, ProductPrice
from logistics.orders.catalogue.pricing_queries import priced_products, served_areas
from logistics.orders.catalogue.rules import Breach, BundleBreach, PriceCause
from logistics.orders.catalogue.scope import owns_product, sees_ceiling, sees_product
from logistics.orders.catalogue.telling import price_of, refusal
from logistics.orders.catalogue.views import BreachView, CeilingView, LogKind, PricedPer, PriceLogView
from logistics.orders.models import Campaign, CampaignArea, Merchant, Offer, Product
from logistics.orders.scope import sees_campaign
from logistics.views import PAGE_SIZE, Rows, read

Tell = Callable[[DomainError], str]


def ceilings(
    session: Session,
    viewer: Viewer,
    *,
    area_id: int | None = None,
    on: date | None = None,
    limit: int = PAGE_SIZE,
    offset: int = 0,
) -> list[CeilingView]:
    """Ceilings that concern the viewer, by good and area, the latest first; with `on` those that stand that day."""
    statement = _ceilings(viewer).order_by(
        PricedGood.name, Area.code, PriceCeiling.starts_on.desc(), PriceCeiling.id.desc()
    )
    if area_id is not None:
        statement = statement.where(PriceCeiling.area_id == area_id)
    if on is not None:
        statement = statement.where(
            PriceCeiling.starts_on <= on, or_(PriceCeiling.until_on.is_(None), PriceCeiling.until_on > on)
        )
    return read(session, statement.limit(limit).offset(offset), CeilingView)


def ceiling(session: Session, viewer: Viewer, ceiling_id: int) -> CeilingView:
    """One ceiling that concerns the viewer and is known to be there."""
    return read(session, _ceilings(viewer).where(PriceCeiling.id == ceiling_id), CeilingView)[0]


def price_log(session: Session, viewer: Viewer, *, limit: int = PAGE_SIZE, offset: int = 0) -> list[PriceLogView]:
    """Every change of a price or a ceiling that concerns the viewer, newest first.

    A merchant reads its own prices, everybody else those of what is offered where he lives or works. Who did it is
    shown to administrators, to a merchant of its own prices, and to an office of the ceilings of its line.
    """
    lines = union_all(_prices(viewer), _set(viewer), _ended(viewer), _assigned(viewer)).subquery()
    ordered = select(lines).order_by(lines.c.at.desc(), lines.c.kind.desc(), lines.c.key.desc())
    rows = session.execute(ordered.limit(limit).offset(offset)).mappings()
    return [
        PriceLogView(
            **{
                **row,
                "kind": LogKind(row["kind"]),
                "per": PricedPer(row["per"]) if row["per"] else None,
            }
        )
        for row in rows
    ]


def standing_breaches(session: Session, viewer: Viewer, *, on: date, tell: Tell) -> list[BreachView]:
    """Prices that break a ceiling as things stand: one that was set, or a product that was assigned, later than the
    price. A merchant sees those of its list; an office and an administrator those of campaigns still to come."""
    if viewer.role is Role.MERCHANT:
        return _of_list(session, viewer, on=on, tell=tell)
    return _of_campaigns(session, viewer, on=on, tell=tell)


def _of_list(session: Session, viewer: Viewer, *, on: date, tell: Tell) -> list[BreachView]:
    assert viewer.merchant_id is not None
    areas = served_areas(session, viewer.merchant_id, on=on)
    mine = select(Product.id).where(owns_product(viewer), Product.retired_at.is_(None)).order_by(Product.sku)
    ids = list(session.scalars(mine))
    products = priced_products(session, ids)
    offered = [OfferedPrice(product_id=key, price_cents=products[key].terms.price_cents) for key in ids]
    merchant = session.get_one(Merchant, viewer.merchant_id).name
    return [_view(breach, tell, merchant=merchant) for breach in breaches(session, offered, areas, on)]


def _of_campaigns(session: Session, viewer: Viewer, *, on: date, tell: Tell) -> list[BreachView]:
    coming = select(Campaign.id).where(sees_campaign(viewer), Campaign.delivery_date >= on)
    heads = (
        select(Campaign.id, Campaign.title, Campaign.delivery_date, Offer.product_id, Offer.price_cents, Merchant.name)
        .join(Offer, Offer.campaign_id == Campaign.id)
        .join(Product, Product.id == Offer.product_id)
        .join(Merchant, Merchant.id == Product.merchant_id)
        .where(Campaign.id.in_(coming))
        .order_by(Campaign.delivery_date, Campaign.id, Product.sku)
    )
    areas: dict[int, list[int]] = defaultdict(list)
    rows = select(CampaignArea.campaign_id, CampaignArea.area_id).where(CampaignArea.campaign_id.in_(coming))
    for campaign_id, area_id in session.execute(rows):
        areas[campaign_id].append(area_id)
    offers: dict[int, list[Any]] = defaultdict(list)
    for row in session.execute(heads):
        offers[row.id].append(row)
    found = []
    for campaign_id, lines in offers.items():
        offered = [OfferedPrice(product_id=row.product_id, price_cents=row.price_cents) for row in lines]
        broken = breaches(session, offered, areas[campaign_id], lines[0].delivery_date)
        found += [
            _view(one, tell, merchant=lines[0].name, campaign_id=campaign_id, title=lines[0].title) for one in broken
        ]
    return found


def _view(
    breach: Breach | BundleBreach, tell: Tell, *, merchant: str, campaign_id: int | None = None, title: str = ""
) -> BreachView:
    return BreachView(
        product_id=breach.product_id,
        sku=breach.sku,
        name=breach.name,
        merchant_name=merchant,
        campaign_id=campaign_id,
        campaign_title=title,
        price_cents=price_of(breach.terms),
        top_cents=breach.top_cents,
        sentence=tell(refusal(breach)),
    )


def _ceilings(viewer: Viewer) -> Rows:
    return (
        select(
            PriceCeiling.id, PriceCeiling.area_id, Area.name.label("area_name"), PriceCeiling.good_id,
            PricedGood.name.label("good_name"), PriceCeiling.unit, PriceCeiling.ceiling_cents, PriceCeiling.starts_on,
            PriceCeiling.until_on, PriceCeiling.reason, PriceCeiling.set_at, PriceCeiling.ended_at,
            PriceCeiling.end_reason,
        )
        .join(Area, Area.id == PriceCeiling.area_id)
        .join(PricedGood, PricedGood.id == PriceCeiling.good_id)
        .where(sees_ceiling(viewer))
    )  # fmt: skip


# the log: four kinds of lines under one heading


def _whole() -> ColumnElement[Any]:
    return cast(null(), Integer)


def _words(text: str) -> ColumnElement[str]:
    return cast(literal(text), String)


def _prices(viewer: Viewer) -> Any:
    by_weight = ProductPrice.price_per_kg_cents.is_not(None)
    shown = viewer.role in (Role.ADMIN, Role.MERCHANT)
    return (
        select(
            ProductPrice.starts_at.label("at"),
            _words(LogKind.PRICE).label("kind"),
            ProductPrice.id.label("key"),
            ProductPrice.product_id.label("product_id"),
            Product.name.label("subject"),
            Merchant.name.label("whose"),
            _words("").label("good"),
            case((by_weight, ProductPrice.old_price_per_kg_cents), else_=ProductPrice.old_price_cents).label(
                "old_cents"
            ),
            case((by_weight, ProductPrice.price_per_kg_cents), else_=ProductPrice.price_cents).label("new_cents"),
            case((by_weight, _words(PricedPer.PER_KG)), else_=_words(PricedPer.UNIT)).label("per"),
            ProductPrice.weight_g.label("weight_g"),
            ProductPrice.pack_size.label("pack_size"),
            cast(null(), Date).label("day"),
            ProductPrice.reason.label("reason"),
            _by(shown).label("by"),
        )
        .join(Product, Product.id == ProductPrice.product_id)
        .join(Merchant, Merchant.id == Product.merchant_id)
        .outerjoin(Account, Account.id == ProductPrice.set_by_id)
        .where(sees_product(viewer), ProductPrice.cause != PriceCause.TAKEN_OVER)
    )


def _set(viewer: Viewer) -> Any:
    return _of_ceilings(
        viewer,
        LogKind.CEILING_SET,
        at=PriceCeiling.set_at,
        new=PriceCeiling.ceiling_cents,
        old=_whole(),
        day=PriceCeiling.starts_on,
        reason=PriceCeiling.reason,
        account=PriceCeiling.set_by_id,
    )


def _ended(viewer: Viewer) -> Any:
    return _of_ceilings(
        viewer,
        LogKind.CEILING_ENDED,
        at=PriceCeiling.ended_at,
        new=_whole(),
        old=PriceCeiling.ceiling_cents,
        day=PriceCeiling.until_on,
        reason=PriceCeiling.end_reason,
        account=PriceCeiling.ended_by_id,
    ).where(PriceCeiling.ended_at.is_not(None))


def _of_ceilings(
    viewer: Viewer, kind: LogKind, *, at: Any, new: Any, old: Any, day: Any, reason: Any, account: Any
) -> Any:
    shown = viewer.role is Role.ADMIN or viewer.role in AREA_ROLES
    return (
        select(
            at.label("at"),
            _words(kind).label("kind"),
            PriceCeiling.id.label("key"),
            _whole().label("product_id"),
            PricedGood.name.label("subject"),
            Area.name.label("whose"),
            _words("").label("good"),
            old.label("old_cents"),
            new.label("new_cents"),
            cast(PriceCeiling.unit, String).label("per"),
            _whole().label("weight_g"),
            _whole().label("pack_size"),
            day.label("day"),
            reason.label("reason"),
            _by(shown).label("by"),
        )
        .join(Area, Area.id == PriceCeiling.area_id)
        .join(PricedGood, PricedGood.id == PriceCeiling.good_id)
        .outerjoin(Account, Account.id == account)
        .where(sees_ceiling(viewer))
    )


def _assigned(viewer: Viewer) -> Any:
    return (
        select(
            GoodAssignment.assigned_at.label("at"),
            _words(LogKind.ASSIGNED).label("kind"),
            GoodAssignment.id.label("key"),
            GoodAssignment.product_id.label("product_id"),
            Product.name.label("subject"),
            Merchant.name.label("whose"),
            func.coalesce(PricedGood.name, "").label("good"),
            _whole().label("old_cents"),
            _whole().label("new_cents"),
            cast(null(), String).label("per"),
            _whole().label("weight_g"),
            _whole().label("pack_size"),
            cast(null(), Date).label("day"),
            GoodAssignment.reason.label("reason"),
            _by(viewer.role is Role.ADMIN).label("by"),
        )
        .join(Product, Product.id == GoodAssignment.product_id)
        .join(Merchant, Merchant.id == Product.merchant_id)
        .outerjoin(PricedGood, PricedGood.id == GoodAssignment.good_id)
        .outerjoin(Account, Account.id == GoodAssignment.assigned_by_id)
        .where(sees_product(viewer))
    )


def _by(shown: bool) -> Any:
    return func.coalesce(Account.username, "") if shown else _words("")
