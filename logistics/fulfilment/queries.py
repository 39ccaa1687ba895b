"""What a viewer may read of waves, batches and pick lists. Weight in grams, volume in millilitres."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, func, literal, null, select
from sqlalchemy.orm import Session

from logistics.access import Viewer
from logistics.communities.models import Building, Compound, DeliveryPoint, Household
from logistics.communities.rules import PointKind
from logistics.communities.scope import AREA_ROLES, sees_compound
from logistics.fulfilment.models import Batch, BatchOrder, Wave
from logistics.orders.models import Campaign, DeliveryWindow, Offer, Order, OrderLine, Product, Store
from logistics.orders.scope import owns_store, sees_homes
from logistics.views import PAGE_SIZE, Rows, read, read_fields


@dataclass(frozen=True, slots=True, kw_only=True)
class WaveView:
    """The sums are over the batches the viewer may see."""

    id: int
    code: str
    store_id: int
    store_name: str
    campaign_id: int
    campaign_code: str
    campaign_title: str
    delivery_date: date
    released_at: datetime
    batch_count: int
    order_count: int
    package_count: int
    weight_g: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchView:
    id: int
    code: str
    wave_id: int
    store_id: int
    kind: PointKind
    point_name: str
    compound_id: int
    compound_name: str
    window_code: str
    window_starts_at: datetime
    window_ends_at: datetime
    weight_g: int
    volume_ml: int
    package_count: int
    order_count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PackedLine:
    sku: str
    name: str
    unit: str
    quantity: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchOrderView:
    """One household's goods in a batch. A merchant sees no household, unit or flat (None, ""), and of a batch for doors
    no building either: a house of few flats would tell who is quarantined."""

    order_id: int
    order_code: str
    household_id: int | None
    household_code: str
    building: str
    unit: str
    flat: str
    weight_g: int
    volume_ml: int
    package_count: int
    lines: tuple[PackedLine, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchDetail(BatchView):
    orders: tuple[BatchOrderView, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PickRow:
    """Total of one product over a wave; `category` stands for the aisle."""

    category: str
    sku: str
    name: str
    unit: str
    quantity: int
    order_count: int
    weight_g: int


def sees_batch(viewer: Viewer) -> ColumnElement[bool]:
    """Whether a batch is the viewer's to see: packed in its own store, or for a compound of its area."""
    if viewer.role in AREA_ROLES:
        points = select(DeliveryPoint.id).where(sees_compound(viewer, DeliveryPoint.compound_id))
        return Batch.delivery_point_id.in_(points)
    return Batch.wave_id.in_(select(Wave.id).where(owns_store(viewer, Wave.store_id)))


def sees_wave(viewer: Viewer) -> ColumnElement[bool]:
    """Whether a wave is the viewer's to see: of its own store, or with a batch for its area."""
    if viewer.role in AREA_ROLES:
        return Wave.id.in_(select(Batch.wave_id).where(sees_batch(viewer)))
    return owns_store(viewer, Wave.store_id)


def waves(
    session: Session,
    viewer: Viewer,
    *,
    delivery_date: date | None = None,
    campaign_id: int | None = None,
    limit: int = PAGE_SIZE,
    offset: int = 0,
) -> list[WaveView]:
    """The viewer's waves, latest delivery date first."""
    statement = _waves(viewer).order_by(Wave.delivery_date.desc(), Wave.id.desc()).limit(limit).offset(offset)
    if delivery_date is not None:
        statement = statement.where(Wave.delivery_date == delivery_date)
    if campaign_id is not None:
        statement = statement.where(Wave.campaign_id == campaign_id)
    return read(session, statement, WaveView)


def wave(session: Session, viewer: Viewer, wave_id: int) -> WaveView:
    """One wave. Raises NotFound."""
    return WaveView(**read_fields(session, _waves(viewer).where(Wave.id == wave_id), kind="wave", key=wave_id))


def wave_dates(session: Session, viewer: Viewer, wave_ids: Collection[int]) -> dict[int, date]:
    """Delivery dates of those of the waves that the viewer may see, by wave id."""
    statement = select(Wave.id, Wave.delivery_date).where(Wave.id.in_(wave_ids), sees_wave(viewer))
    return {wave_id: delivery_date for wave_id, delivery_date in session.execute(statement)}


def batches(
    session: Session, viewer: Viewer, wave_id: int, *, limit: int = PAGE_SIZE, offset: int = 0
) -> list[BatchView]:
    """The batches of one of the viewer's waves, by code. Raises NotFound for a foreign wave."""
    wave(session, viewer, wave_id)
    statement = _batches(viewer).where(Batch.wave_id == wave_id).order_by(Batch.code, Batch.id)
    return read(session, statement.limit(limit).offset(offset), BatchView)


def batch(session: Session, viewer: Viewer, batch_id: int) -> BatchDetail:
    """One batch with its orders and what is packed for each. Raises NotFound."""
    fields = read_fields(session, _batches(viewer).where(Batch.id == batch_id), kind="batch", key=batch_id)
    told = sees_homes(viewer) or fields["kind"] is not PointKind.DOOR
    return BatchDetail(**fields, orders=_batch_orders(session, viewer, batch_id, buildings=told))


def pick_list(session: Session, viewer: Viewer, wave_id: int) -> list[PickRow]:
    """Totals by product of one of the viewer's own waves, by category and SKU. Raises NotFound."""
    own = select(Wave.campaign_id).where(Wave.id == wave_id, owns_store(viewer, Wave.store_id))
    fields = read_fields(session, own, kind="wave", key=wave_id)
    quantity = func.sum(OrderLine.given)
    statement = (
        select(
            Product.category,
            Product.sku,
            Product.name,
            Product.unit,
            quantity.label("quantity"),
            func.count(OrderLine.order_id.distinct()).label("order_count"),
            func.sum(OrderLine.given * Product.weight_g).label("weight_g"),
        )
        .join(Offer, Offer.product_id == Product.id)
        .join(OrderLine, OrderLine.offer_id == Offer.id)
        .where(Offer.campaign_id == fields["campaign_id"], OrderLine.given > 0)
        .group_by(Product.id)
        .order_by(Product.category, Product.sku)
    )
    return read(session, statement, PickRow)


def _batch_orders(session: Session, viewer: Viewer, batch_id: int, *, buildings: bool) -> tuple[BatchOrderView, ...]:
    homes = sees_homes(viewer)
    places: tuple[Any, ...] = (Building.number, Household.unit, Household.flat) if buildings else ()
    statement = (
        select(
            Order.id.label("order_id"),
            Order.code.label("order_code"),
            (Order.household_id if homes else null()).label("household_id"),
            (Household.code if homes else literal("")).label("household_code"),
            (Building.number if buildings else literal("")).label("building"),
            (Household.unit if homes else literal("")).label("unit"),
            (Household.flat if homes else literal("")).label("flat"),
            BatchOrder.weight_g,
            BatchOrder.volume_ml,
            BatchOrder.package_count,
        )
        .join(BatchOrder, BatchOrder.order_id == Order.id)
        .join(Household, Household.id == Order.household_id)
        .join(Building, Building.id == Household.building_id)
        .where(BatchOrder.batch_id == batch_id)
        .order_by(*places, Order.code)  # without the building, its order would tell it
    )
    lines = _packed_lines(session, batch_id)
    rows = session.execute(statement).mappings()
    return tuple(BatchOrderView(**row, lines=tuple(lines[row["order_id"]])) for row in rows)


def _packed_lines(session: Session, batch_id: int) -> dict[int, list[PackedLine]]:
    statement = (
        select(OrderLine.order_id, Product.sku, Product.name, Product.unit, OrderLine.given)
        .join(BatchOrder, BatchOrder.order_id == OrderLine.order_id)
        .join(Offer, Offer.id == OrderLine.offer_id)
        .join(Product, Product.id == Offer.product_id)
        .where(BatchOrder.batch_id == batch_id, OrderLine.given > 0)
        .order_by(Product.sku)
    )
    lines: dict[int, list[PackedLine]] = defaultdict(list)
    for order_id, sku, name, unit, given in session.execute(statement):
        lines[order_id].append(PackedLine(sku=sku, name=name, unit=unit, quantity=given or 0))
    return lines


def _waves(viewer: Viewer) -> Rows:
    mine = Batch.id.in_(select(Batch.id).where(sees_batch(viewer)))
    return (
        select(
            Wave.id,
            Wave.code,
            Wave.store_id,
            Store.name.label("store_name"),
            Wave.campaign_id,
            Campaign.code.label("campaign_code"),
            Campaign.title.label("campaign_title"),
            Wave.delivery_date,
            Wave.released_at,
            func.count(Batch.id).label("batch_count"),
            func.coalesce(func.sum(Batch.order_count), 0).label("order_count"),
            func.coalesce(func.sum(Batch.package_count), 0).label("package_count"),
            func.coalesce(func.sum(Batch.weight_g), 0).label("weight_g"),
        )
        .join(Store, Store.id == Wave.store_id)
        .join(Campaign, Campaign.id == Wave.campaign_id)
        .outerjoin(Batch, (Batch.wave_id == Wave.id) & mine)
        .where(sees_wave(viewer))
        .group_by(Wave.id, Store.id, Campaign.id)
    )


def _batches(viewer: Viewer) -> Rows:
    return (
        select(
            Batch.id,
            Batch.code,
            Batch.wave_id,
            Wave.store_id,
            Batch.kind,
            DeliveryPoint.name.label("point_name"),
            DeliveryPoint.compound_id,
            Compound.name.label("compound_name"),
            DeliveryWindow.code.label("window_code"),
            DeliveryWindow.starts_at.label("window_starts_at"),
            DeliveryWindow.ends_at.label("window_ends_at"),
            Batch.weight_g,
            Batch.volume_ml,
            Batch.package_count,
            Batch.order_count,
        )
        .join(Wave, Wave.id == Batch.wave_id)
        .join(DeliveryPoint, DeliveryPoint.id == Batch.delivery_point_id)
        .join(Compound, Compound.id == DeliveryPoint.compound_id)
        .join(DeliveryWindow, DeliveryWindow.id == Batch.window_id)
        .where(sees_batch(viewer))
    )
