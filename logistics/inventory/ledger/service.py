"""Verbs on the ledger of scarce goods: what other rooms use."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from logistics.communities import service as communities
from logistics.inventory.ledger.adding import AddItem, add_item
from logistics.inventory.ledger.arriving import Arrival, Arrived, arrive
from logistics.inventory.ledger.chain import lock_items
from logistics.inventory.ledger.counting import Count, Counted, WriteOff, count, write_off
from logistics.inventory.ledger.errors import (
    AlreadyReversed,
    BadArrival,
    BadQuantity,
    CannotReverse,
    CountBelowPromised,
    KeyReused,
    NotLent,
    OnlyLent,
    OutOfStock,
    ReasonMissing,
    ReservationOver,
    SettledTooMuch,
)
from logistics.inventory.ledger.findings import Fault, Finding
from logistics.inventory.ledger.issuing import Issue, issue, post
from logistics.inventory.ledger.lending import GiveBack, Loan, give_back, lend
from logistics.inventory.ledger.models import Balance, Holder, Item
from logistics.inventory.ledger.moving import Dispatch, dispatch
from logistics.inventory.ledger.receiving import Receipt, receive
from logistics.inventory.ledger.reserving import Reserve, expire_due, reserve, void
from logistics.inventory.ledger.reversing import Reversal, reverse
from logistics.inventory.ledger.rules import HolderKind
from logistics.inventory.ledger.sending import dispatch_all
from logistics.inventory.ledger.settling import Settlement, settle
from logistics.inventory.ledger.verifying import Chain, Verified, verify

__all__ = [
    "AddItem",
    "AlreadyReversed",
    "Arrival",
    "Arrived",
    "BadArrival",
    "BadQuantity",
    "CannotReverse",
    "Chain",
    "Count",
    "CountBelowPromised",
    "Counted",
    "Dispatch",
    "Fault",
    "Finding",
    "GiveBack",
    "Issue",
    "KeyReused",
    "Loan",
    "NotLent",
    "OnlyLent",
    "OutOfStock",
    "ReasonMissing",
    "Receipt",
    "ReservationOver",
    "Reserve",
    "Reversal",
    "SettledTooMuch",
    "Settlement",
    "StockRow",
    "Verified",
    "WriteOff",
    "add_item",
    "arrive",
    "count",
    "dispatch",
    "dispatch_all",
    "expire_due",
    "give_back",
    "issue",
    "lend",
    "lock_items",
    "post",
    "receive",
    "reserve",
    "reverse",
    "settle",
    "stock_of_areas",
    "verify",
    "void",
    "write_off",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class StockRow:
    """What an area holds of an item, in pieces, and how many of them are promised; `moved_at` is the moment of its last
    movement."""

    item_code: str
    item_name: str
    unit: str
    area_id: int
    area_name: str
    on_hand: int
    promised: int
    moved_at: datetime


def stock_of_areas(session: Session, area_ids: Collection[int] | None) -> list[StockRow]:
    """Stock of the areas (None: of all), by item and area."""
    names = communities.area_names(session)
    rows = session.execute(
        select(Item, Holder.area_id, func.sum(Balance.on_hand), func.sum(Balance.promised), func.max(Balance.moved_at))
        .join(Balance, Balance.item_id == Item.id)
        .join(Holder, Holder.id == Balance.holder_id)
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
            on_hand=int(on_hand),
            promised=int(promised),
            moved_at=moved_at,
        )
        for item, area_id, on_hand, promised, moved_at in rows
        if area_id is not None and (area_ids is None or area_id in area_ids)
    ]
