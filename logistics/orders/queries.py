"""What a viewer may read of stores, campaigns and orders."""

from __future__ import annotations

from typing import Any

from sqlalchemy import case, func, literal, null, select
from sqlalchemy.orm import Session

from logistics.access import Viewer
from logistics.accounts.models import Role
from logistics.communities.models import Area, Building, Compound, Household
from logistics.errors import N_, Forbidden
from logistics.orders.campaigns import queries as campaigns_queries
from logistics.orders.catalogue import queries as catalogue
from logistics.orders.change_queries import changes_of
from logistics.orders.models import (
    Campaign,
    CampaignArea,
    DeliveryWindow,
    HouseholdDraw,
    Merchant,
    Offer,
    Order,
    OrderLine,
    Product,
    Store,
)
from logistics.orders.rules import CampaignState, Channel, OrderState
from logistics.orders.scope import owns_store, sees_campaign, sees_homes, sees_order
from logistics.orders.views import (
    CampaignDetail,
    CampaignView,
    LineView,
    OfferView,
    OrderDetail,
    OrderView,
    ProductView,
    ServedArea,
    StoreView,
    WindowView,
)
from logistics.views import PAGE_SIZE, Rows, read, read_fields


class NotYoursToChange(Forbidden):
    template = N_("%(order)s was placed by somebody else; the household or whoever ordered for it changes it.")
    code = "not_yours_to_change"


class NotYoursToCancel(Forbidden):
    template = N_("%(order)s was placed by somebody else; the household or whoever ordered for it cancels it.")
    code = "not_yours_to_cancel"


def stores(session: Session, viewer: Viewer) -> list[StoreView]:
    """The viewer's own stores, by code."""
    fields = (Store.id, Store.code, Store.name, Store.merchant_id, Merchant.name.label("merchant_name"),
              Store.lng, Store.lat, Store.opens_min, Store.closes_min)  # fmt: skip
    statement = select(*fields).join(Merchant, Merchant.id == Store.merchant_id).where(owns_store(viewer, Store.id))
    return read(session, statement.order_by(Store.code), StoreView)


def products(session: Session, viewer: Viewer, *, store_id: int) -> list[ProductView]:
    """What the merchant of one of the viewer's own stores sells, by category and SKU."""
    merchant = select(Store.merchant_id).where(Store.id == store_id, owns_store(viewer, Store.id))
    fields = (Product.id, Product.sku, Product.name, Product.category, Product.unit, Product.price_cents,
              Product.weight_g, Product.volume_ml)  # fmt: skip
    statement = select(*fields).where(Product.merchant_id.in_(merchant), Product.retired_at.is_(None))
    return read(session, statement.order_by(Product.category, Product.sku), ProductView)


def campaigns(
    session: Session,
    viewer: Viewer,
    *,
    state: CampaignState | None = None,
    limit: int = PAGE_SIZE,
    offset: int = 0,
) -> list[CampaignView]:
    """The viewer's campaigns, latest delivery date first."""
    statement = _campaigns(viewer).order_by(Campaign.delivery_date.desc(), Campaign.id.desc())
    if state is not None:
        statement = statement.where(Campaign.state == state)
    return read(session, statement.limit(limit).offset(offset), CampaignView)


def campaign(session: Session, viewer: Viewer, campaign_id: int) -> CampaignDetail:
    """One campaign with its windows, offers and areas. Raises NotFound."""
    statement = _campaigns(viewer).where(Campaign.id == campaign_id)
    fields = read_fields(session, statement, kind="campaign", key=campaign_id)
    windows = select(DeliveryWindow.id, DeliveryWindow.code, DeliveryWindow.starts_at, DeliveryWindow.ends_at).where(
        DeliveryWindow.campaign_id == campaign_id
    )
    areas = (
        select(Area.id, Area.code, Area.name)
        .join(CampaignArea, CampaignArea.area_id == Area.id)
        .where(CampaignArea.campaign_id == campaign_id)
    )
    offers = catalogue.with_contents(session, read(session, _offers(viewer, campaign_id), OfferView))
    return CampaignDetail(
        **fields,
        windows=tuple(read(session, windows.order_by(DeliveryWindow.starts_at), WindowView)),
        offers=tuple(campaigns_queries.with_ladders(session, campaign_id, offers)),
        terms=campaigns_queries.terms(session, campaign_id),
        areas=tuple(read(session, areas.order_by(Area.code), ServedArea)),
    )


def orders(
    session: Session,
    viewer: Viewer,
    *,
    campaign_id: int | None = None,
    household_id: int | None = None,
    state: OrderState | None = None,
    limit: int = PAGE_SIZE,
    offset: int = 0,
) -> list[OrderView]:
    """The viewer's orders, newest first."""
    statement = _orders(viewer).order_by(Order.placed_at.desc(), Order.id.desc()).limit(limit).offset(offset)
    if campaign_id is not None:
        statement = statement.where(Order.campaign_id == campaign_id)
    if household_id is not None and sees_homes(viewer):
        statement = statement.where(Order.household_id == household_id)
    if state is not None:
        statement = statement.where(Order.state == state)
    return read(session, statement, OrderView)


def count_orders(session: Session, viewer: Viewer, *, campaign_id: int | None = None) -> int:
    """How many orders the viewer may see."""
    statement = select(func.count(Order.id)).where(sees_order(viewer))
    if campaign_id is not None:
        statement = statement.where(Order.campaign_id == campaign_id)
    return session.scalar(statement) or 0


def order(session: Session, viewer: Viewer, order_id: int) -> OrderDetail:
    """One order with its lines. Raises NotFound."""
    statement = _orders(viewer).add_columns(_pickup_code(viewer), Order.version).where(Order.id == order_id)
    fields = read_fields(session, statement, kind="order", key=order_id)
    lines = (
        select(
            OrderLine.id, Product.sku, Product.name, Product.unit, Offer.price_cents, OrderLine.ordered,
            OrderLine.given, OrderLine.reason,
        )
        .join(Offer, Offer.id == OrderLine.offer_id)
        .join(Product, Product.id == Offer.product_id)
        .where(OrderLine.order_id == order_id)
        .order_by(Product.sku)
    )  # fmt: skip
    return OrderDetail(**fields, lines=tuple(read(session, lines, LineView)), changes=changes_of(session, order_id))


def require_own(
    session: Session, viewer: Viewer, order_id: int, *, refusal: type[Forbidden] = NotYoursToCancel
) -> None:
    """Refuse a worker who would cancel or change what a household ordered itself, or another worker for it.

    Raises:
        NotFound: no such order, or not the viewer's to see.
        Forbidden: somebody else placed it; the `refusal` that was given.
    """
    fields = read_fields(
        session,
        select(Order.placed_by_id, Order.code).where(Order.id == order_id, sees_order(viewer)),
        kind="order",
        key=order_id,
    )
    if viewer.role is Role.COMMUNITY_WORKER and fields["placed_by_id"] != viewer.account_id:
        raise refusal(order=fields["code"])


def _campaigns(viewer: Viewer) -> Rows:
    standing = (
        select(func.count(Order.id))
        .where(Order.campaign_id == Campaign.id, Order.state != OrderState.CANCELLED)
        .scalar_subquery()
    )
    return (
        select(
            Campaign.id,
            Campaign.code,
            Campaign.title,
            Campaign.state,
            Campaign.cut_off_at,
            Campaign.delivery_date,
            Campaign.shortage_rule,
            Campaign.minimum_orders,
            Campaign.closed_at,
            Campaign.store_id,
            Store.name.label("store_name"),
            Store.merchant_id,
            Merchant.name.label("merchant_name"),
            standing.label("order_count"),
        )
        .join(Store, Store.id == Campaign.store_id)
        .join(Merchant, Merchant.id == Store.merchant_id)
        .where(sees_campaign(viewer))
    )


def _offers(viewer: Viewer, campaign_id: int) -> Rows:
    ordered = (
        select(func.coalesce(func.sum(OrderLine.ordered), 0))
        .join(Order, Order.id == OrderLine.order_id)
        .where(OrderLine.offer_id == Offer.id, Order.state != OrderState.CANCELLED)
        .scalar_subquery()
    )
    own_draw = (HouseholdDraw.offer_id == Offer.id) & (HouseholdDraw.household_id == viewer.household_id)
    return (
        select(
            Offer.id,
            Product.id.label("product_id"),
            Product.sku,
            Product.name,
            Product.category,
            Product.unit,
            Offer.price_cents,
            Product.weight_g,
            Product.volume_ml,
            Offer.limit_per_household,
            Offer.supply_count,
            case((Offer.supply_count.is_(None), 0), else_=ordered).label("ordered_count"),
            func.coalesce(HouseholdDraw.quantity, 0).label("drawn"),
            Product.sold_by,
        )
        .join(Product, Product.id == Offer.product_id)
        .outerjoin(HouseholdDraw, own_draw)
        .where(Offer.campaign_id == campaign_id)
        .order_by(Product.category, Product.sku)
    )


def _orders(viewer: Viewer) -> Rows:
    homes = sees_homes(viewer)
    line_count = select(func.count(OrderLine.id)).where(OrderLine.order_id == Order.id).scalar_subquery()
    total = (
        select(func.coalesce(func.sum(OrderLine.ordered * Offer.price_cents), 0))
        .join(Offer, Offer.id == OrderLine.offer_id)
        .where(OrderLine.order_id == Order.id)
        .scalar_subquery()
    )
    return (
        select(
            Order.id,
            Order.code,
            Order.campaign_id,
            Campaign.code.label("campaign_code"),
            Campaign.title.label("campaign_title"),
            (Order.household_id if homes else null()).label("household_id"),
            (Household.code if homes else literal("")).label("household_code"),
            Building.compound_id,
            Compound.name.label("compound_name"),
            (Building.number if homes else literal("")).label("building"),
            (Household.unit if homes else literal("")).label("unit"),
            (Household.flat if homes else literal("")).label("flat"),
            DeliveryWindow.code.label("window_code"),
            DeliveryWindow.starts_at.label("window_starts_at"),
            DeliveryWindow.ends_at.label("window_ends_at"),
            Order.channel if homes else _channel_without_health(),
            Order.state,
            Order.placed_at,
            line_count.label("line_count"),
            total.label("total_cents"),
        )
        .join(Campaign, Campaign.id == Order.campaign_id)
        .join(DeliveryWindow, DeliveryWindow.id == Order.window_id)
        .join(Household, Household.id == Order.household_id)
        .join(Building, Building.id == Household.building_id)
        .join(Compound, Compound.id == Building.compound_id)
        .where(sees_order(viewer))
    )


def _channel_without_health() -> Any:
    """The channel with door deliveries shown as ordinary ones: the door channel tells who is quarantined."""
    plain = literal(Channel.GROUP_BUY, type_=Order.channel.type)
    return case((Order.channel == Channel.DOOR, plain), else_=Order.channel).label("channel")


def _pickup_code(viewer: Viewer) -> Any:
    if viewer.role is Role.RESIDENT:
        return Order.pickup_code
    mine = Order.placed_by_id == viewer.account_id
    return case((mine, Order.pickup_code), else_=literal("")).label("pickup_code")
