"""Tables of saved mappings, remembered names of places, sheets on their way in, and what was imported from them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Date, ForeignKey, Index, LargeBinary, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from logistics.db import Base, UtcDateTime, enum_type
from logistics.inventory.sheets.mapping import FactKind

EVERYWHERE = text("owner_area_id IS NULL")
"""The rows of the platform: unique among themselves, because a constraint takes two empty areas for different ones."""


def _once(name: str, *columns: str) -> tuple[UniqueConstraint, Index]:
    """That the columns are unique for each area, and among the rows of the platform, which have no area."""
    return (
        UniqueConstraint("owner_area_id", *columns, name=f"uq_{name}_area"),
        Index(f"uq_{name}_platform", *columns, unique=True, postgresql_where=EVERYWHERE, sqlite_where=EVERYWHERE),
    )


class SavedMapping(Base):
    """How an office reads its sheet. Those without an area are the platform's, for everybody."""

    __tablename__ = "sheet_mappings"
    __table_args__ = _once("sheet_mappings", "name")

    id: Mapped[int] = mapped_column(primary_key=True)
    owner_area_id: Mapped[int | None] = mapped_column(ForeignKey("areas.id"))
    name: Mapped[str] = mapped_column(String(80))
    document: Mapped[dict[str, Any]] = mapped_column(JSON)
    saved_by_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    saved_at: Mapped[datetime] = mapped_column(UtcDateTime)


class PlaceAlias(Base):
    """What an office calls an area: `key` is the name as it is compared. Without an area, rows of that name are left
    out."""

    __tablename__ = "place_aliases"
    __table_args__ = _once("place_aliases", "key")

    id: Mapped[int] = mapped_column(primary_key=True)
    owner_area_id: Mapped[int | None] = mapped_column(ForeignKey("areas.id"))
    key: Mapped[str] = mapped_column(String(120))
    area_id: Mapped[int | None] = mapped_column(ForeignKey("areas.id"))
    saved_by_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    saved_at: Mapped[datetime] = mapped_column(UtcDateTime)


class SheetUpload(Base):
    """A file between being sent and being imported. It is forgotten after a day."""

    __tablename__ = "sheet_uploads"
    __table_args__ = (
        UniqueConstraint("account_id", "sha256"),
        Index("ix_sheet_uploads_uploaded_at", "uploaded_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"))
    sha256: Mapped[str] = mapped_column(String(64))
    name: Mapped[str] = mapped_column(String(200))
    content: Mapped[bytes] = mapped_column(LargeBinary)
    uploaded_at: Mapped[datetime] = mapped_column(UtcDateTime)


class SheetImport(Base):
    """One sheet that was imported, once for what its cells say (`sha256`). `mapping` is how it was read, `report` what
    became of each row; `facts_only` says that neither requests nor movements came of it."""

    __tablename__ = "sheet_imports"
    __table_args__ = (
        *_once("sheet_imports", "sha256", "sheet"),
        Index("ix_sheet_imports_imported_at", "imported_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    owner_area_id: Mapped[int | None] = mapped_column(ForeignKey("areas.id"))
    sha256: Mapped[str] = mapped_column(String(64))
    file_name: Mapped[str] = mapped_column(String(200))
    sheet: Mapped[str] = mapped_column(String(120))
    mapping: Mapped[dict[str, Any]] = mapped_column(JSON)
    mapping_sha256: Mapped[str] = mapped_column(String(64))
    facts_only: Mapped[bool] = mapped_column(default=False)
    account_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    imported_at: Mapped[datetime] = mapped_column(UtcDateTime)
    counts: Mapped[dict[str, int]] = mapped_column(JSON)
    report: Mapped[list[dict[str, Any]]] = mapped_column(JSON)


class SheetFact(Base):
    """What an imported sheet states of an area, an item and a day, with the cells it stands in. `effect` says what came
    of it: the key of a movement or the code of a request; empty where the statement is all there is."""

    __tablename__ = "sheet_facts"
    __table_args__ = (
        UniqueConstraint("import_id", "area_id", "item_id", "kind", "on_day"),
        CheckConstraint("pieces >= 0", name="pieces"),
        Index("ix_sheet_facts_area_id_item_id_on_day", "area_id", "item_id", "on_day"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    import_id: Mapped[int] = mapped_column(ForeignKey("sheet_imports.id"))
    row_number: Mapped[int]
    area_id: Mapped[int] = mapped_column(ForeignKey("areas.id"))
    item_id: Mapped[int] = mapped_column(ForeignKey("items.id"))
    kind: Mapped[FactKind] = mapped_column(enum_type(FactKind))
    on_day: Mapped[date] = mapped_column(Date)
    pieces: Mapped[int]
    cells: Mapped[str] = mapped_column(String(500))
    remark: Mapped[str] = mapped_column(String(500), default="")
    effect: Mapped[str] = mapped_column(String(120), default="")
