"""Tables of lists from chat groups: how each source is read, what its words mean, what was imported, and which order
came of which row. No name and no phone number of a person is kept."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from logistics.db import Base, UtcDateTime

EVERYWHERE = text("owner_area_id IS NULL")
"""The rows of the platform's administrators: unique among themselves, because a constraint takes two empty areas for
different ones."""


def _once(name: str, *columns: str) -> tuple[UniqueConstraint, Index]:
    """That the columns are unique for each owner, and among the rows without one."""
    return (
        UniqueConstraint("owner_area_id", *columns, name=f"uq_{name}_area"),
        Index(f"uq_{name}_platform", *columns, unique=True, postgresql_where=EVERYWHERE, sqlite_where=EVERYWHERE),
    )


class ChatMapping(Base):
    """How an owner reads the lists of one source. Its own, and nobody else's to see."""

    __tablename__ = "chat_mappings"
    __table_args__ = _once("chat_mappings", "source")

    id: Mapped[int] = mapped_column(primary_key=True)
    owner_area_id: Mapped[int | None] = mapped_column(ForeignKey("areas.id"))
    source: Mapped[str] = mapped_column(String(80))
    document: Mapped[dict[str, Any]] = mapped_column(JSON)
    saved_by_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    saved_at: Mapped[datetime] = mapped_column(UtcDateTime)


class ChatProductName(Base):
    """What an owner's groups call a merchant's product; `key` is the word as it is compared. Without a product it is
    left out."""

    __tablename__ = "chat_product_names"
    __table_args__ = _once("chat_product_names", "merchant_id", "key")

    id: Mapped[int] = mapped_column(primary_key=True)
    owner_area_id: Mapped[int | None] = mapped_column(ForeignKey("areas.id"))
    merchant_id: Mapped[int] = mapped_column(ForeignKey("merchants.id"))
    key: Mapped[str] = mapped_column(String(120))
    product_id: Mapped[int | None] = mapped_column(ForeignKey("products.id"))
    saved_by_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    saved_at: Mapped[datetime] = mapped_column(UtcDateTime)


class ChatHomeName(Base):
    """What an owner's groups call a household; `key` is the address with its compound as it is compared. Without a
    household its rows are left out."""

    __tablename__ = "chat_home_names"
    __table_args__ = _once("chat_home_names", "key")

    id: Mapped[int] = mapped_column(primary_key=True)
    owner_area_id: Mapped[int | None] = mapped_column(ForeignKey("areas.id"))
    key: Mapped[str] = mapped_column(String(200))
    household_id: Mapped[int | None] = mapped_column(ForeignKey("households.id"))
    saved_by_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    saved_at: Mapped[datetime] = mapped_column(UtcDateTime)


class ChatImport(Base):
    """One list that was entered: by whom, how it was read (`mapping`), and what became of each row (`report`), which is
    forgotten after a while. `sha256` is that of what its cells say."""

    __tablename__ = "chat_imports"
    __table_args__ = (
        Index("ix_chat_imports_campaign_id_sha256", "campaign_id", "sha256"),
        Index("ix_chat_imports_imported_at", "imported_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    owner_area_id: Mapped[int | None] = mapped_column(ForeignKey("areas.id"))
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaigns.id"))
    source: Mapped[str] = mapped_column(String(80))
    account_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    file_name: Mapped[str] = mapped_column(String(200))
    sheet: Mapped[str] = mapped_column(String(120))
    sha256: Mapped[str] = mapped_column(String(64))
    mapping: Mapped[dict[str, Any]] = mapped_column(JSON)
    imported_at: Mapped[datetime] = mapped_column(UtcDateTime)
    counts: Mapped[dict[str, int]] = mapped_column(JSON)
    report: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    forgotten: Mapped[bool] = mapped_column(default=False)


class ChatOrder(Base):
    """The order that came of an order of a list. `identity` is what it is known by when the list comes again, `content`
    that of its goods, `number` the tool's own; `import_id` is the import that wrote it last."""

    __tablename__ = "chat_orders"

    id: Mapped[int] = mapped_column(primary_key=True)
    identity: Mapped[str] = mapped_column(String(64), unique=True)
    import_id: Mapped[int] = mapped_column(ForeignKey("chat_imports.id"), index=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id"), unique=True)
    number: Mapped[str] = mapped_column(String(64), default="")
    content: Mapped[str] = mapped_column(String(64))
    row_number: Mapped[int]
    remark: Mapped[str] = mapped_column(String(200), default="")
