"""The movements of an item, with the legs a reader wants to see: from whom, to whom, of which lot."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session, aliased

from logistics.access import Viewer
from logistics.accounts.models import Account
from logistics.communities.models import Area, Household
from logistics.db import chunks
from logistics.inventory.ledger.models import Entry, Holder, Item, Lot, Transfer
from logistics.inventory.ledger.rules import HolderKind, TransferKind
from logistics.inventory.ledger.scope import sees_transfer
from logistics.inventory.ledger.views import EntryView, TransferView
from logistics.views import PAGE_SIZE, read_fields


def transfers(
    session: Session,
    viewer: Viewer,
    *,
    item_id: int | None = None,
    area_id: int | None = None,
    kind: TransferKind | None = None,
    shipment_id: int | None = None,
    limit: int = PAGE_SIZE,
    offset: int = 0,
) -> list[TransferView]:
    """Movements that touch the viewer's areas, latest first; of one item, of one area, of one kind, of one shipment."""
    statement = _transfers(viewer).order_by(Transfer.id.desc()).limit(limit).offset(offset)
    if item_id is not None:
        statement = statement.where(Transfer.item_id == item_id)
    if kind is not None:
        statement = statement.where(Transfer.kind == kind)
    if shipment_id is not None:
        statement = statement.where(Transfer.shipment_id == shipment_id)
    if area_id is not None:
        here = select(Entry.transfer_id).join(Holder, Holder.id == Entry.holder_id).where(Holder.area_id == area_id)
        statement = statement.where(Transfer.id.in_(here))
    rows = session.execute(statement).mappings().all()
    legs = _legs(session, [row["id"] for row in rows])
    return [_view(row, legs[row["id"]]) for row in rows]


def transfer(session: Session, viewer: Viewer, transfer_id: int) -> TransferView:
    """One movement that touches the viewer's areas.

    Raises:
        NotFound: no such movement, or a foreign one.
    """
    statement = _transfers(viewer).where(Transfer.id == transfer_id)
    row = read_fields(session, statement, kind="transfer", key=transfer_id)
    return _view(row, _legs(session, [transfer_id])[transfer_id])


def _transfers(viewer: Viewer) -> Any:
    undoing = aliased(Transfer)
    return (
        select(
            Transfer.id,
            Transfer.kind,
            Item.id.label("item_id"),
            Item.code.label("item_code"),
            Item.name.label("item_name"),
            Item.unit,
            Transfer.sequence,
            Transfer.hash,
            Transfer.happened_at,
            Transfer.reason,
            Account.username.label("account"),
            Transfer.reverses_id,
            undoing.id.label("reversed_by_id"),
            Transfer.shipment_id,
        )
        .join(Item, Item.id == Transfer.item_id)
        .outerjoin(Account, Account.id == Transfer.account_id)
        .outerjoin(undoing, undoing.reverses_id == Transfer.id)
        .where(sees_transfer(viewer))
    )


def _legs(session: Session, transfer_ids: Sequence[int]) -> dict[int, list[EntryView]]:
    """The legs of each movement, givers first."""
    named = case(
        (Holder.kind == HolderKind.LENT_OUT, Holder.name),
        (Holder.kind == HolderKind.SUPPLIER, ""),
        else_=func.coalesce(Area.name, Household.code, ""),
    )
    legs: dict[int, list[EntryView]] = defaultdict(list)
    for part in chunks(transfer_ids):
        rows = session.execute(
            select(
                Entry.transfer_id,
                Holder.kind.label("holder_kind"),
                named.label("holder"),
                Holder.area_id,
                Lot.id.label("lot_id"),
                Lot.number.label("lot_number"),
                Lot.expires_on,
                Lot.source_name,
                Entry.quantity,
            )
            .join(Holder, Holder.id == Entry.holder_id)
            .join(Lot, Lot.id == Entry.lot_id)
            .outerjoin(Area, Area.id == Holder.area_id)
            .outerjoin(Household, Household.id == Holder.household_id)
            .where(Entry.transfer_id.in_(part))
            .order_by(Entry.transfer_id, Entry.quantity > 0, Entry.id)
        ).mappings()
        for row in rows:
            fields = dict(row)
            legs[fields.pop("transfer_id")].append(EntryView(**fields))
    return legs


def _view(row: Any, legs: Sequence[EntryView]) -> TransferView:
    return TransferView(**row, quantity=sum(leg.quantity for leg in legs if leg.quantity > 0), entries=legs)
