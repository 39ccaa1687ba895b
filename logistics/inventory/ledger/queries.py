"""What a viewer may read of the stock of scarce items."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, false, func, select, true
from sqlalchemy.orm import Session

from logistics.access import Viewer
from logistics.accounts.models import Role
from logistics.communities.models import Area
from logistics.communities.rules import AreaLevel
from logistics.communities.scope import AREA_ROLES, area_and_below
from logistics.inventory.ledger.models import Entry, Holder, Item, Transfer
from logistics.views import PAGE_SIZE, read


@dataclass(frozen=True, slots=True, kw_only=True)
class StockView:
    """Pieces of one item that one area holds; `counted_at` is the last movement that the number includes."""

    item_id: int
    item_code: str
    item_name: str
    unit: str
    pack_size: int
    area_id: int
    area_code: str
    area_name: str
    level: AreaLevel
    on_hand: int
    counted_at: datetime


def stock(session: Session, viewer: Viewer, *, limit: int = PAGE_SIZE, offset: int = 0) -> list[StockView]:
    """Stock of the viewer's area and every area below, by area and item."""
    if viewer.role is Role.ADMIN:
        scope: ColumnElement[bool] = true()
    elif viewer.role in AREA_ROLES:
        scope = Area.id.in_(area_and_below(viewer.area_id))
    else:
        scope = false()
    statement = (
        select(
            Item.id.label("item_id"),
            Item.code.label("item_code"),
            Item.name.label("item_name"),
            Item.unit,
            Item.pack_size,
            Area.id.label("area_id"),
            Area.code.label("area_code"),
            Area.name.label("area_name"),
            Area.level,
            func.sum(Entry.quantity).label("on_hand"),
            func.max(Transfer.happened_at).label("counted_at"),
        )
        .join(Transfer, Transfer.item_id == Item.id)
        .join(Entry, Entry.transfer_id == Transfer.id)
        .join(Holder, Holder.id == Entry.holder_id)
        .join(Area, Area.id == Holder.area_id)
        .where(scope)
        .group_by(Item.id, Area.id)
        .order_by(Area.code, Item.code)
        .limit(limit)
        .offset(offset)
    )
    return read(session, statement, StockView)
