"""What a viewer may read of the ledger. An office sees its area and those below it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, or_, select
from sqlalchemy.orm import Session, aliased

from logistics.access import Viewer
from logistics.clock import local_date
from logistics.communities.models import Area
from logistics.communities.scope import area_and_above
from logistics.inventory.ledger import covering
from logistics.inventory.ledger.models import Balance, Entry, Holder, Item, Lot, StockCount, Transfer
from logistics.inventory.ledger.movement_queries import transfer, transfers
from logistics.inventory.ledger.rules import HolderKind, TransferKind
from logistics.inventory.ledger.scope import owns_area
from logistics.inventory.ledger.shipment_queries import discrepancies, shipment, shipments
from logistics.inventory.ledger.views import ItemView, LoanView, LotView, PlaceView, StockView
from logistics.views import PAGE_SIZE, read, read_fields

__all__ = [
    "alarms",
    "discrepancies",
    "item",
    "items",
    "loans",
    "lots",
    "places",
    "shipment",
    "shipments",
    "stock",
    "transfer",
    "transfers",
    "used_lately",
]

_ITEM = (Item.code.label("item_code"), Item.name.label("item_name"), Item.unit)


def items(session: Session, *, limit: int = PAGE_SIZE, offset: int = 0) -> list[ItemView]:
    """Every kind of scarce goods; what exists is no secret."""
    statement = (
        select(Item.id, Item.code, Item.name, Item.unit, Item.pack_size, Item.lent, Item.alarm_days)
        .order_by(Item.code)
        .limit(limit)
        .offset(offset)
    )
    return read(session, statement, ItemView)


def item(session: Session, item_id: int) -> ItemView:
    """One kind of scarce goods.

    Raises:
        NotFound: no such item.
    """
    statement = select(Item.id, Item.code, Item.name, Item.unit, Item.pack_size, Item.lent, Item.alarm_days)
    return ItemView(**read_fields(session, statement.where(Item.id == item_id), kind="item", key=item_id))


def stock(
    session: Session,
    viewer: Viewer,
    *,
    now: datetime,
    item_id: int | None = None,
    area_id: int | None = None,
    limit: int = PAGE_SIZE,
    offset: int = 0,
) -> list[StockView]:
    """Stock of the viewer's area and every area below, by area and item, with its cover and alarm."""
    expired = and_(Lot.expires_on.is_not(None), Lot.expires_on < local_date(now))
    free = Balance.on_hand - Balance.promised
    counted = (
        select(func.max(StockCount.counted_at))
        .where(StockCount.holder_id == Holder.id, StockCount.item_id == Item.id, StockCount.lot_id.is_(None))
        .scalar_subquery()
    )
    statement = (
        select(
            Item.id.label("item_id"),
            *_ITEM,
            Item.pack_size,
            Item.lent,
            Item.alarm_days,
            Area.id.label("area_id"),
            Area.code.label("area_code"),
            Area.name.label("area_name"),
            Area.level,
            func.sum(Balance.on_hand).label("on_hand"),
            func.sum(Balance.promised).label("promised"),
            func.sum(case((expired, Balance.on_hand), else_=0)).label("expired"),
            func.sum(case((expired, 0), else_=free)).label("available"),
            func.coalesce(counted, func.min(Balance.opened_at)).label("counted_at"),
            func.max(Balance.moved_at).label("moved_at"),
            func.min(Balance.opened_at).label("opened_at"),
        )
        .join(Balance, Balance.item_id == Item.id)
        .join(Lot, Lot.id == Balance.lot_id)
        .join(Holder, Holder.id == Balance.holder_id)
        .join(Area, Area.id == Holder.area_id)
        .where(Holder.kind == HolderKind.AREA, owns_area(viewer, Area.id))
        .group_by(Item.id, Area.id, Holder.id)
        .order_by(Area.code, Item.code)
        .limit(limit)
        .offset(offset)
    )
    rows = session.execute(_about(statement, Balance.item_id, item_id, Area.id, area_id)).mappings().all()
    used = used_lately(session, viewer, now=now, item_ids={row["item_id"] for row in rows})
    return [_covered(dict(row), used, now=now) for row in rows]


def _covered(row: dict[str, Any], used: Any, *, now: datetime) -> StockView:
    opened_at, alarm_days = row.pop("opened_at"), row.pop("alarm_days")
    pieces: dict[str, Any] = {name: int(row.pop(name)) for name in ("on_hand", "promised", "expired", "available")}
    lately = used.get((row["item_id"], row["area_id"]), 0)
    cover = covering.cover_days(available=pieces["available"], used=lately, since=opened_at, now=now)
    alarm = covering.raises_alarm(available=pieces["available"], cover=cover, alarm_days=alarm_days)
    return StockView(**row, **pieces, used=lately, cover_days=cover, alarm=alarm)


def used_lately(
    session: Session, viewer: Viewer, *, now: datetime, item_ids: set[int] | None = None
) -> dict[tuple[int, int], int]:
    """Pieces that households got in the last seven days, by item and area with all that lies below the area. What was
    reversed was not used."""
    undone = aliased(Transfer)
    statement = (
        select(Transfer.item_id, Holder.area_id, -func.sum(Entry.quantity))
        .join(Entry, Entry.transfer_id == Transfer.id)
        .join(Holder, Holder.id == Entry.holder_id)
        .outerjoin(undone, undone.reverses_id == Transfer.id)
        .where(
            Transfer.kind == TransferKind.ISSUE,
            Transfer.happened_at > now - timedelta(days=covering.USE_DAYS),
            Transfer.happened_at <= now,
            Holder.kind == HolderKind.AREA,
            owns_area(viewer, Holder.area_id),
            undone.id.is_(None),
        )
        .group_by(Transfer.item_id, Holder.area_id)
    )
    if item_ids is not None:
        statement = statement.where(Transfer.item_id.in_(item_ids))
    used = {(item, area): int(total) for item, area, total in session.execute(statement) if area is not None}
    tree = session.execute(select(Area.id, Area.parent_id).where(owns_area(viewer, Area.id))) if used else ()
    return dict(covering.summed_up(used, {area_id: parent_id for area_id, parent_id in tree}))


def alarms(session: Session, viewer: Viewer, *, now: datetime) -> list[StockView]:
    """The stocks that are low, the emptiest first."""
    rows = stock(session, viewer, now=now, limit=LOOKED_AT)
    return sorted((row for row in rows if row.alarm), key=lambda row: (row.cover_days or 0, row.available))


LOOKED_AT = 100_000
"""Stocks that are looked through for low ones: every community of a city times a dozen items."""


def lots(
    session: Session,
    viewer: Viewer,
    *,
    item_id: int | None = None,
    area_id: int | None = None,
    limit: int = PAGE_SIZE,
    offset: int = 0,
) -> list[LotView]:
    """The lots that the viewer's areas have, those first that expire first."""
    statement = (
        select(
            Lot.id.label("lot_id"),
            Item.id.label("item_id"),
            *_ITEM,
            Area.id.label("area_id"),
            Area.name.label("area_name"),
            Lot.number,
            Lot.expires_on,
            Lot.source_kind,
            Lot.source_name,
            Lot.fund_tag,
            Balance.on_hand,
            Balance.promised,
        )
        .join(Balance, Balance.lot_id == Lot.id)
        .join(Item, Item.id == Lot.item_id)
        .join(Holder, Holder.id == Balance.holder_id)
        .join(Area, Area.id == Holder.area_id)
        .where(Holder.kind == HolderKind.AREA, Balance.on_hand > 0, owns_area(viewer, Area.id))
        .order_by(Area.code, Item.code, Lot.expires_on.nulls_last(), Lot.id)
        .limit(limit)
        .offset(offset)
    )
    return read(session, _about(statement, Lot.item_id, item_id, Area.id, area_id), LotView)


def loans(
    session: Session,
    viewer: Viewer,
    *,
    area_id: int | None = None,
    limit: int = PAGE_SIZE,
    offset: int = 0,
) -> list[LoanView]:
    """Devices that are out at posts of the viewer's areas."""
    statement = (
        select(
            Item.id.label("item_id"),
            *_ITEM,
            Area.id.label("area_id"),
            Area.name.label("area_name"),
            Holder.name.label("post"),
            func.sum(Balance.on_hand).label("quantity"),
            func.min(Balance.opened_at).label("since"),
            func.max(Balance.moved_at).label("moved_at"),
        )
        .join(Balance, Balance.item_id == Item.id)
        .join(Holder, Holder.id == Balance.holder_id)
        .join(Area, Area.id == Holder.area_id)
        .where(Holder.kind == HolderKind.LENT_OUT, Balance.on_hand > 0, owns_area(viewer, Area.id))
        .group_by(Item.id, Area.id, Holder.id)
        .order_by(Area.code, Item.code, Holder.name)
        .limit(limit)
        .offset(offset)
    )
    if area_id is not None:
        statement = statement.where(Area.id == area_id)
    return read(session, statement, LoanView)


def _about(statement: Any, item: Any, item_id: int | None, area: Any, area_id: int | None) -> Any:
    """The rows of one item, of one area, or of both."""
    conditions: list[ColumnElement[bool]] = []
    if item_id is not None:
        conditions.append(item == item_id)
    if area_id is not None:
        conditions.append(area == area_id)
    return statement.where(*conditions)


def places(session: Session, viewer: Viewer, *, above: bool = False) -> list[PlaceView]:
    """The areas whose goods are the viewer's to move; with `above` also those over it, to which goods may go back."""
    mine = owns_area(viewer, Area.id)
    if above and viewer.area_id is not None:
        mine = or_(mine, Area.id.in_(area_and_above(viewer.area_id)))
    return read(session, select(Area.id, Area.code, Area.name, Area.level).where(mine).order_by(Area.code), PlaceView)
