"""Devices that are out at posts, and since when."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from logistics.access import Viewer
from logistics.communities.models import Area
from logistics.db import chunks
from logistics.inventory.ledger.models import Balance, Entry, Holder, Item, Transfer
from logistics.inventory.ledger.rules import HolderKind
from logistics.inventory.ledger.scope import owns_area
from logistics.inventory.ledger.views import LoanView
from logistics.views import PAGE_SIZE


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
            Holder.id.label("holder_id"),
            Item.id.label("item_id"),
            Item.code.label("item_code"),
            Item.name.label("item_name"),
            Item.unit,
            Area.id.label("area_id"),
            Area.name.label("area_name"),
            Holder.name.label("post"),
            func.sum(Balance.on_hand).label("quantity"),
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
    rows = [dict(row) for row in session.execute(statement).mappings()]
    since = _out_since(session, {row["holder_id"] for row in rows})
    return [
        LoanView(quantity=int(row.pop("quantity")), since=since[row.pop("holder_id"), row["item_id"]], **row)
        for row in rows
    ]


def _out_since(session: Session, holder_ids: Collection[int]) -> dict[tuple[int, int], datetime]:
    """When each post, by item, last got something while it had nothing: what was out before has all come back."""
    out: dict[tuple[int, int], int] = {}
    since: dict[tuple[int, int], datetime] = {}
    for part in chunks(holder_ids):
        moved = (
            select(Entry.holder_id, Transfer.item_id, Transfer.happened_at, func.sum(Entry.quantity))
            .join(Transfer, Transfer.id == Entry.transfer_id)
            .where(Entry.holder_id.in_(part))
            .group_by(Entry.holder_id, Transfer.id)
            .order_by(Transfer.item_id, Transfer.sequence)
        )
        for holder_id, item_id, happened_at, quantity in session.execute(moved):
            key = holder_id, item_id
            before = out.get(key, 0)
            if before == 0:
                since[key] = happened_at
            out[key] = before + int(quantity)
    return since
