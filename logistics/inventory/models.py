"""Tables of scarce items and of the double-entry ledger of their movements."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from logistics.db import Base, UtcDateTime, enum_type


class HolderKind(StrEnum):
    SUPPLIER = "supplier"
    AREA = "area"


class TransferKind(StrEnum):
    RECEIPT = "receipt"
    DISPATCH = "dispatch"
    REVERSAL = "reversal"


class Item(Base):
    """A scarce good counted in pieces, handed out in whole packs of `pack_size`."""

    __tablename__ = "items"
    __table_args__ = (CheckConstraint("pack_size >= 1", name="pack_size"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(32), unique=True)
    name: Mapped[str] = mapped_column(String(120))
    unit: Mapped[str] = mapped_column(String(16))
    pack_size: Mapped[int] = mapped_column(default=1)


class Holder(Base):
    """Any side of a stock movement: a supplier outside, or an area of the tree."""

    __tablename__ = "holders"
    __table_args__ = (
        CheckConstraint("(kind = 'area') = (area_id IS NOT NULL)", name="side"),
        UniqueConstraint("area_id"),
        Index(
            "uq_holders_supplier",
            "name",
            unique=True,
            postgresql_where=text("kind = 'supplier'"),
            sqlite_where=text("kind = 'supplier'"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[HolderKind] = mapped_column(enum_type(HolderKind))
    name: Mapped[str] = mapped_column(String(120))
    area_id: Mapped[int | None] = mapped_column(ForeignKey("areas.id"))


class Transfer(Base):
    """One stock movement, never edited; `key` makes a retry the same movement."""

    __tablename__ = "transfers"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(120), unique=True)
    kind: Mapped[TransferKind] = mapped_column(enum_type(TransferKind))
    item_id: Mapped[int] = mapped_column(ForeignKey("items.id"), index=True)
    source: Mapped[str] = mapped_column(String(120), default="")
    happened_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Entry(Base):
    """One leg of a transfer: the legs of a transfer sum to zero pieces."""

    __tablename__ = "entries"
    __table_args__ = (CheckConstraint("quantity <> 0", name="quantity"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    transfer_id: Mapped[int] = mapped_column(ForeignKey("transfers.id"), index=True)
    holder_id: Mapped[int] = mapped_column(ForeignKey("holders.id"), index=True)
    quantity: Mapped[int]
