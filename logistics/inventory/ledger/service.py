"""Verbs on the ledger of scarce goods."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from logistics.bulk import insert_missing, insert_new
from logistics.communities import service as communities
from logistics.errors import N_, Invalid, NotFound
from logistics.inventory.ledger.models import Entry, Holder, HolderKind, Item, Transfer, TransferKind

SUPPLIER_NAME = "supplier"


class BadQuantity(Invalid):
    template = N_("A receipt of %(quantity)s pieces cannot be entered; give a whole number from 1.")
    code = "bad_quantity"


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """Goods that reached an area from outside. `quantity` in pieces; the same `key` twice is one receipt."""

    key: str
    item_id: int
    area_id: int
    quantity: int
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StockRow:
    """What an area holds of an item, in pieces; `counted_at` is the moment of its last movement."""

    item_code: str
    item_name: str
    unit: str
    area_id: int
    area_name: str
    on_hand: int
    counted_at: datetime


def receive(session: Session, receipt: Receipt, *, now: datetime) -> int:
    """Enter a receipt as a transfer of two legs. Returns the transfer's id.

    Raises:
        BadQuantity: fewer than one piece.
        NotFound: no such item or area.
    """
    if receipt.quantity < 1:
        raise BadQuantity(quantity=receipt.quantity)
    if session.get(Item, receipt.item_id) is None:
        raise NotFound(kind="item", key=receipt.item_id)
    row = {
        "key": receipt.key,
        "kind": TransferKind.RECEIPT,
        "item_id": receipt.item_id,
        "source": receipt.source,
        "happened_at": now,
    }
    transfer_id = insert_new(session, Transfer, [row], key=("key",)).get((receipt.key,))
    if transfer_id is None:
        return session.scalars(select(Transfer.id).where(Transfer.key == receipt.key)).one()
    session.add_all(
        [
            Entry(transfer_id=transfer_id, holder_id=_supplier(session), quantity=-receipt.quantity),
            Entry(transfer_id=transfer_id, holder_id=_holder_of(session, receipt.area_id), quantity=receipt.quantity),
        ]
    )
    session.flush()
    return transfer_id


def stock_of_areas(session: Session, area_ids: Collection[int] | None) -> list[StockRow]:
    """Stock of the areas (None: of all), by item and area; every number is the sum of its entries."""
    names = communities.area_names(session)
    rows = session.execute(
        select(Item, Holder.area_id, func.sum(Entry.quantity), func.max(Transfer.happened_at))
        .join(Transfer, Transfer.item_id == Item.id)
        .join(Entry, Entry.transfer_id == Transfer.id)
        .join(Holder, Holder.id == Entry.holder_id)
        .where(Holder.kind == HolderKind.AREA)
        .group_by(Item.id, Holder.area_id)
        .order_by(Item.code, Holder.area_id)
    )
    return [
        StockRow(
            item_code=item.code,
            item_name=item.name,
            unit=item.unit,
            area_id=area_id,
            area_name=names[area_id],
            on_hand=on_hand,
            counted_at=counted_at,
        )
        for item, area_id, on_hand, counted_at in rows
        if area_id is not None and (area_ids is None or area_id in area_ids)
    ]


def _supplier(session: Session) -> int:
    row = {"kind": HolderKind.SUPPLIER, "name": SUPPLIER_NAME}
    insert_missing(session, Holder, [row], key=("name",), where=text("kind = 'supplier'"))
    return session.scalars(select(Holder.id).where(Holder.kind == HolderKind.SUPPLIER)).one()


def _holder_of(session: Session, area_id: int) -> int:
    known = session.scalar(select(Holder.id).where(Holder.area_id == area_id))
    if known is not None:
        return known
    names = communities.area_names(session)
    if area_id not in names:
        raise NotFound(kind="area", key=area_id)
    row = {"kind": HolderKind.AREA, "name": names[area_id], "area_id": area_id}
    insert_missing(session, Holder, [row], key=("area_id",))
    return session.scalars(select(Holder.id).where(Holder.area_id == area_id)).one()
