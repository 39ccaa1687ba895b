"""What a viewer may read of the ledger. An office sees its area and those below it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, or_, select
from sqlalchemy.orm import Session, aliased

from logistics.access import Viewer
from logistics.clock import local_date
from logistics.communities.models import Area
from logistics.communities.scope import area_and_above
from logistics.errors import NotFound
from logistics.inventory.ledger import covering
from logistics.inventory.ledger.covering import Used
from logistics.inventory.ledger.loan_queries import loans
from logistics.inventory.ledger.models import Balance, Entry, Holder, Item, Lot, StockCount, Transfer
from logistics.inventory.ledger.movement_queries import transfer, transfers
from logistics.inventory.ledger.rules import HolderKind, TransferKind
from logistics.inventory.ledger.scope import owns_area
from logistics.inventory.ledger.shipment_queries import (
    discrepancies,
    open_count,
    shipment,
    shipments,
)
from logistics.inventory.ledger.views import ItemView, LotView, PlaceView, StockView
from logistics.views import PAGE_SIZE, read, read_fields

__all__ = [
    "alarms",
    "discrepancies",
    "item",
    "item_of_code",
    "items",
    "loans",
    "lots",
    "on_hand_in_all",
    "open_count",
    "place",
    "places",
    "shipment",
    "shipments",
    "stock",
    "transfer",
    "transfers",
    "used_lately",
]

_ITEM = (Item.code.label("item_code"), Item.name.label("item_name"), Item.unit)

ITEMS_MAX = 10_000
"""More kinds of scarce goods than any city keeps: forms offer them all."""
LOOKED_AT = 100_000
"""Stocks of one look: every community of a city times a dozen items."""


def items(session: Session, *, limit: int = ITEMS_MAX, offset: int = 0) -> list[ItemView]:
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


def item_of_code(session: Session, code: str) -> int:
    """The id of an item.

    Raises:
        NotFound: no such item.
    """
    item_id = session.scalar(select(Item.id).where(Item.code == code))
    if item_id is None:
        raise NotFound(kind="item", key=code)
    return item_id


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
    """Stock of the viewer's area and every area below, by area and item, with its cover and alarm. What has run out
    stays listed with its zero."""
    statement = _about(_stock(viewer, now=now), Balance.item_id, item_id, Area.id, area_id)
    rows = session.execute(statement.limit(limit).offset(offset)).mappings().all()
    used = used_lately(session, viewer, now=now, item_ids={row["item_id"] for row in rows})
    return [_covered(dict(row), used, now=now) for row in rows]


def _stock(viewer: Viewer, *, now: datetime) -> Any:
    expired = _expired(now)
    free = Balance.on_hand - Balance.promised
    counted = (
        select(func.max(StockCount.counted_at))
        .where(StockCount.holder_id == Holder.id, StockCount.item_id == Item.id, StockCount.lot_id.is_(None))
        .scalar_subquery()
    )
    return (
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
    )


def _expired(now: datetime) -> ColumnElement[bool]:
    return and_(Lot.expires_on.is_not(None), Lot.expires_on < local_date(now))


def on_hand_in_all(session: Session, viewer: Viewer, item_ids: Collection[int]) -> dict[int, int]:
    """Pieces of each item that the viewer's area and all below have, whichever part of them a page shows."""
    statement = (
        select(Balance.item_id, func.sum(Balance.on_hand))
        .join(Holder, Holder.id == Balance.holder_id)
        .where(Holder.kind == HolderKind.AREA, Balance.item_id.in_(item_ids), owns_area(viewer, Holder.area_id))
        .group_by(Balance.item_id)
    )
    return {item_id: int(total) for item_id, total in session.execute(statement)}


def _covered(row: dict[str, Any], used: Mapping[tuple[int, int], Used], *, now: datetime) -> StockView:
    opened_at, alarm_days = row.pop("opened_at"), row.pop("alarm_days")
    pieces: dict[str, Any] = {name: int(row.pop(name)) for name in ("on_hand", "promised", "expired", "available")}
    lately = used.get((row["item_id"], row["area_id"]), Used(pieces=0, since=opened_at))
    since = min(opened_at, lately.since)
    cover = covering.cover_days(available=pieces["available"], used=lately.pieces, since=since, now=now)
    alarm = covering.raises_alarm(available=pieces["available"], cover=cover, alarm_days=alarm_days)
    return StockView(**row, **pieces, used=lately.pieces, cover_days=cover, alarm=alarm)


def used_lately(
    session: Session, viewer: Viewer, *, now: datetime, item_ids: set[int] | None = None
) -> Mapping[tuple[int, int], Used]:
    """What households got in the last seven days, by item and area with all that lies below the area. What was
    reversed was not used."""
    undone = aliased(Transfer)
    opened = select(func.min(Balance.opened_at)).where(
        Balance.holder_id == Holder.id, Balance.item_id == Transfer.item_id
    )
    statement = (
        select(Transfer.item_id, Holder.area_id, -func.sum(Entry.quantity), opened.scalar_subquery())
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
        .group_by(Transfer.item_id, Holder.id, Holder.area_id)
    )
    if item_ids is not None:
        statement = statement.where(Transfer.item_id.in_(item_ids))
    used = {
        (item, area): Used(pieces=int(total), since=since)
        for item, area, total, since in session.execute(statement)
        if area is not None
    }
    tree = session.execute(select(Area.id, Area.parent_id).where(owns_area(viewer, Area.id))) if used else ()
    return covering.summed_up(used, {area_id: parent_id for area_id, parent_id in tree})


def alarms(session: Session, viewer: Viewer, *, now: datetime) -> list[StockView]:
    """The stocks that are low, wherever in the list they stand; the emptiest first."""
    watched = _stock(viewer, now=now).where(Item.alarm_days.is_not(None))
    used = used_lately(session, viewer, now=now)
    rows = [_covered(dict(row), used, now=now) for row in session.execute(watched).mappings()]
    return sorted((row for row in rows if row.alarm), key=lambda row: (row.cover_days or 0, row.available))


def lots(
    session: Session,
    viewer: Viewer,
    *,
    now: datetime,
    item_id: int | None = None,
    area_id: int | None = None,
    limit: int = PAGE_SIZE,
    offset: int = 0,
) -> list[LotView]:
    """The lots that the viewer's areas have, those first that expire first."""
    counted = (
        select(func.max(StockCount.counted_at))
        .where(
            StockCount.holder_id == Holder.id,
            StockCount.item_id == Item.id,
            or_(StockCount.lot_id == Lot.id, StockCount.lot_id.is_(None)),
        )
        .scalar_subquery()
    )
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
            case((_expired(now), 0), else_=Balance.on_hand - Balance.promised).label("available"),
            func.coalesce(counted, Balance.opened_at).label("counted_at"),
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


def _about(statement: Any, item: Any, item_id: int | None, area: Any, area_id: int | None) -> Any:
    """The rows of one item, of one area, or of both."""
    conditions: list[ColumnElement[bool]] = []
    if item_id is not None:
        conditions.append(item == item_id)
    if area_id is not None:
        conditions.append(area == area_id)
    return statement.where(*conditions)


def place(session: Session, viewer: Viewer, area_id: int) -> PlaceView:
    """An area whose goods are the viewer's.

    Raises:
        NotFound: no such area, or none of the viewer's.
    """
    statement = select(Area.id, Area.code, Area.name, Area.level).where(owns_area(viewer, Area.id), Area.id == area_id)
    return PlaceView(**read_fields(session, statement, kind="area", key=area_id))


def places(session: Session, viewer: Viewer, *, above: bool = False) -> list[PlaceView]:
    """The areas whose goods are the viewer's to move; with `above` also those over it, to which goods may go back."""
    mine = owns_area(viewer, Area.id)
    if above and viewer.area_id is not None:
        mine = or_(mine, Area.id.in_(area_and_above(viewer.area_id)))
    return read(session, select(Area.id, Area.code, Area.name, Area.level).where(mine).order_by(Area.code), PlaceView)
