"""Tables of scarce items and of the double-entry ledger of their movements.

What was moved, counted and settled is append-only: triggers of migration 0003 refuse to change or replace a row, to add
a leg to a movement that is written, and to go on from one whose legs do not sum to zero. `balances` is kept for speed
and can be recomputed from the entries at any time.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, Date, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from logistics.db import Base, UtcDateTime, enum_type
from logistics.inventory.ledger.rules import (
    DiscrepancyPart,
    HolderKind,
    Outcome,
    ReservationState,
    ShipmentState,
    SourceKind,
    TransferKind,
)

_SAID_OF_A_LOT = ("item_id", "number", "source_kind", "source_name", "fund_tag")


def _among(rows: str) -> dict[str, Any]:
    """That an index is about some rows only, on both databases."""
    return {"postgresql_where": text(rows), "sqlite_where": text(rows)}


class Item(Base):
    """A scarce good counted in pieces, handed out in whole packs of `pack_size`. What is `lent` goes to a post and
    comes back. An area whose stock covers fewer than `alarm_days` days raises the alarm."""

    __tablename__ = "items"
    __table_args__ = (
        CheckConstraint("pack_size >= 1", name="pack_size"),
        CheckConstraint("alarm_days >= 1", name="alarm_days"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(32), unique=True)
    name: Mapped[str] = mapped_column(String(120))
    unit: Mapped[str] = mapped_column(String(16))
    pack_size: Mapped[int] = mapped_column(default=1)
    lent: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
    alarm_days: Mapped[int | None]


class Lot(Base):
    """A received quantity of an item with its number, expiry, source and fund tag. `expires_on` is the last good day.
    All fields but the expiry are empty where the papers say nothing."""

    __tablename__ = "lots"
    __table_args__ = (
        # two indexes, because a unique one takes two unknown dates for different ones
        Index("uq_lots_dated", *_SAID_OF_A_LOT, "expires_on", unique=True, **_among("expires_on IS NOT NULL")),
        Index("uq_lots_undated", *_SAID_OF_A_LOT, unique=True, **_among("expires_on IS NULL")),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("items.id"))
    number: Mapped[str] = mapped_column(String(64), default="")
    expires_on: Mapped[date | None] = mapped_column(Date)
    source_kind: Mapped[SourceKind] = mapped_column(enum_type(SourceKind), default=SourceKind.UNSTATED)
    source_name: Mapped[str] = mapped_column(String(120), default="")
    fund_tag: Mapped[str] = mapped_column(String(64), default="")


class Holder(Base):
    """Any side of a stock movement. `area_id` is the area that has, awaits, lent, wrote off or counted the goods;
    `name` is the post of goods lent out, and the supplier's."""

    __tablename__ = "holders"
    __table_args__ = (
        CheckConstraint(
            "(kind = 'supplier') = (area_id IS NULL AND household_id IS NULL)"
            " AND (kind = 'household') = (household_id IS NOT NULL)"
            " AND (area_id IS NULL OR household_id IS NULL)",
            name="side",
        ),
        CheckConstraint("(kind IN ('supplier', 'lent_out')) = (name <> '')", name="name"),
        Index("uq_holders_area", "area_id", "kind", "name", unique=True, **_among("area_id IS NOT NULL")),
        Index("uq_holders_supplier", "name", unique=True, **_among("kind = 'supplier'")),
        UniqueConstraint("household_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[HolderKind] = mapped_column(enum_type(HolderKind))
    name: Mapped[str] = mapped_column(String(120), default="", server_default="")
    area_id: Mapped[int | None] = mapped_column(ForeignKey("areas.id"))
    household_id: Mapped[int | None] = mapped_column(ForeignKey("households.id"))


class Balance(Base):
    """What a holder has of a lot: `on_hand` pieces, `promised` of them by pending reservations. `bounded` is every
    holder but suppliers and count differences, and says that nothing is given that is not there."""

    __tablename__ = "balances"
    __table_args__ = (
        CheckConstraint("promised >= 0", name="promised"),
        CheckConstraint("NOT bounded OR on_hand >= promised", name="on_hand"),
        Index("ix_balances_item_id_holder_id", "item_id", "holder_id"),
        Index("ix_balances_lot_id", "lot_id"),
    )

    holder_id: Mapped[int] = mapped_column(ForeignKey("holders.id"), primary_key=True)
    lot_id: Mapped[int] = mapped_column(ForeignKey("lots.id"), primary_key=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("items.id"))
    bounded: Mapped[bool]
    on_hand: Mapped[int] = mapped_column(BigInteger)
    promised: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime)
    """When the lot first came here."""
    moved_at: Mapped[datetime] = mapped_column(UtcDateTime)
    """When it last came or went."""


class LedgerHead(Base):
    """The end of an item's chain. Whoever writes about an item locks its row first, so that its movements are in one
    order and no two writers wait for each other."""

    __tablename__ = "ledger_heads"

    item_id: Mapped[int] = mapped_column(ForeignKey("items.id"), primary_key=True)
    sequence: Mapped[int] = mapped_column(default=0)
    hash: Mapped[str] = mapped_column(String(64))


class Transfer(Base):
    """One stock movement, never edited; `key` makes a retry the same movement, and `digest` tells another command under
    the same key. `sequence` counts an item's movements from 1 without a gap."""

    __tablename__ = "transfers"
    __table_args__ = (
        UniqueConstraint("item_id", "sequence"),
        Index("ix_transfers_item_id_happened_at", "item_id", "happened_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(120), unique=True)
    kind: Mapped[TransferKind] = mapped_column(enum_type(TransferKind))
    item_id: Mapped[int] = mapped_column(ForeignKey("items.id"))
    reason: Mapped[str] = mapped_column(String(240), default="")
    account_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    happened_at: Mapped[datetime] = mapped_column(UtcDateTime)
    reverses_id: Mapped[int | None] = mapped_column(ForeignKey("transfers.id"), unique=True)
    shipment_id: Mapped[int | None] = mapped_column(ForeignKey("shipments.id"), index=True)
    digest: Mapped[str] = mapped_column(String(64), default="")
    sequence: Mapped[int]
    previous_hash: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64))


class Entry(Base):
    """One leg of a transfer: the legs of a transfer sum to zero pieces, and so do those of each lot."""

    __tablename__ = "entries"
    __table_args__ = (
        CheckConstraint("quantity <> 0", name="quantity"),
        UniqueConstraint("transfer_id", "holder_id", "lot_id"),
        Index("ix_entries_holder_id_lot_id", "holder_id", "lot_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    transfer_id: Mapped[int] = mapped_column(ForeignKey("transfers.id"))
    holder_id: Mapped[int] = mapped_column(ForeignKey("holders.id"))
    lot_id: Mapped[int] = mapped_column(ForeignKey("lots.id"))
    quantity: Mapped[int]


class Reservation(Base):
    """Stock of an area that is promised until `expires_at`, for a household or for a purpose; resolved once."""

    __tablename__ = "reservations"
    __table_args__ = (
        CheckConstraint("quantity >= 1", name="quantity"),
        CheckConstraint("(state = 'pending') = (resolved_at IS NULL)", name="resolved"),
        CheckConstraint("(state = 'posted') = (transfer_id IS NOT NULL)", name="posted"),
        Index("ix_reservations_pending", "expires_at", **_among("state = 'pending'")),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(120), unique=True)
    digest: Mapped[str] = mapped_column(String(64))
    item_id: Mapped[int] = mapped_column(ForeignKey("items.id"), index=True)
    holder_id: Mapped[int] = mapped_column(ForeignKey("holders.id"), index=True)
    household_id: Mapped[int | None] = mapped_column(ForeignKey("households.id"), index=True)
    purpose: Mapped[str] = mapped_column(String(120), default="")
    quantity: Mapped[int]
    state: Mapped[ReservationState] = mapped_column(enum_type(ReservationState))
    reserved_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    resolved_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    transfer_id: Mapped[int | None] = mapped_column(ForeignKey("transfers.id"), unique=True)


class ReservationPart(Base):
    """Pieces of one lot that a reservation promises."""

    __tablename__ = "reservation_parts"
    __table_args__ = (CheckConstraint("quantity >= 1", name="quantity"),)

    reservation_id: Mapped[int] = mapped_column(ForeignKey("reservations.id"), primary_key=True)
    lot_id: Mapped[int] = mapped_column(ForeignKey("lots.id"), primary_key=True)
    quantity: Mapped[int]


class Shipment(Base):
    """Goods under way from one area to another. After the arrival `missing_open` and `rejected_open` pieces are still
    in transit until somebody settles them: quantity = accepted + rejected + missing."""

    __tablename__ = "shipments"
    __table_args__ = (
        CheckConstraint("quantity >= 1", name="quantity"),
        CheckConstraint("accepted >= 0 AND rejected >= 0 AND accepted + rejected <= quantity", name="arrived"),
        CheckConstraint("0 <= rejected_open AND rejected_open <= rejected", name="rejected_open"),
        CheckConstraint("0 <= missing_open AND missing_open <= quantity - accepted - rejected", name="missing_open"),
        CheckConstraint("(state IN ('received', 'settled')) = (arrived_at IS NOT NULL)", name="state"),
        CheckConstraint("from_area_id <> to_area_id", name="areas"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(120), unique=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("items.id"), index=True)
    from_area_id: Mapped[int] = mapped_column(ForeignKey("areas.id"), index=True)
    to_area_id: Mapped[int] = mapped_column(ForeignKey("areas.id"), index=True)
    quantity: Mapped[int]
    state: Mapped[ShipmentState] = mapped_column(enum_type(ShipmentState))
    accepted: Mapped[int] = mapped_column(default=0)
    rejected: Mapped[int] = mapped_column(default=0)
    reject_reason: Mapped[str] = mapped_column(String(240), default="")
    missing_open: Mapped[int] = mapped_column(default=0)
    rejected_open: Mapped[int] = mapped_column(default=0)
    dispatched_at: Mapped[datetime] = mapped_column(UtcDateTime)
    arrived_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    arrived_by_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    arrival_key: Mapped[str | None] = mapped_column(String(120), unique=True)
    arrival_digest: Mapped[str] = mapped_column(String(64), default="")


class ShipmentLine(Base):
    """One lot of a shipment; `in_transit` pieces of it have neither been accepted nor settled."""

    __tablename__ = "shipment_lines"
    __table_args__ = (
        CheckConstraint("quantity >= 1", name="quantity"),
        CheckConstraint("0 <= in_transit AND in_transit <= quantity", name="in_transit"),
    )

    shipment_id: Mapped[int] = mapped_column(ForeignKey("shipments.id"), primary_key=True)
    lot_id: Mapped[int] = mapped_column(ForeignKey("lots.id"), primary_key=True)
    quantity: Mapped[int]
    in_transit: Mapped[int]


class ShipmentSettlement(Base):
    """Which part of a shipment's difference a transfer settled, and how."""

    __tablename__ = "shipment_settlements"

    transfer_id: Mapped[int] = mapped_column(ForeignKey("transfers.id"), primary_key=True)
    shipment_id: Mapped[int] = mapped_column(ForeignKey("shipments.id"), index=True)
    part: Mapped[DiscrepancyPart] = mapped_column(enum_type(DiscrepancyPart))
    outcome: Mapped[Outcome] = mapped_column(enum_type(Outcome))
    quantity: Mapped[int]


class StockCount(Base):
    """Somebody counted what an area has of an item: `counted` pieces where the ledger said `expected`. The difference,
    where there is one, is a transfer."""

    __tablename__ = "stock_counts"
    __table_args__ = (
        CheckConstraint("counted >= 0", name="counted"),
        Index("ix_stock_counts_holder_id_item_id", "holder_id", "item_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(120), unique=True)
    digest: Mapped[str] = mapped_column(String(64))
    holder_id: Mapped[int] = mapped_column(ForeignKey("holders.id"))
    item_id: Mapped[int] = mapped_column(ForeignKey("items.id"))
    lot_id: Mapped[int | None] = mapped_column(ForeignKey("lots.id"))
    expected: Mapped[int] = mapped_column(BigInteger)
    counted: Mapped[int]
    reason: Mapped[str] = mapped_column(String(240), default="")
    account_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    counted_at: Mapped[datetime] = mapped_column(UtcDateTime)
    transfer_id: Mapped[int | None] = mapped_column(ForeignKey("transfers.id"), unique=True)
