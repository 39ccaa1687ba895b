"""Stock, movements and open differences as tables for offices: a workbook, or CSV."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from logistics.errors import N_
from logistics.inventory.ledger.views import ShipmentView, StockView, TransferView
from logistics.tables_out import XLSX_MIMETYPE, Cell, Column, ColumnKind, Sheet, csv_file, xlsx

Translate = Callable[[str], str]
Named = Callable[[object, str], str]
"""The word for a member of an enum, by the name of the enum's table."""

WHOLE, MOMENT, DAY = ColumnKind.WHOLE, ColumnKind.MOMENT, ColumnKind.DAY
ROWS_MAX = 50_000
"""Movements or shipments of one file: months of a street office. A city's are saved item by item."""
STOCK_ROWS_MAX = 500_000
"""Every community of a city times sixty items."""


class FileKind(StrEnum):
    XLSX = "xlsx"
    CSV = "csv"


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerFile:
    """A table to be saved under a name."""

    name: str
    content_type: str
    content: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """The reader's language: sentences, and words for kinds and states."""

    said: Translate
    named: Named


def ledger_file(sheet: Sheet, name: str, kind: FileKind, *, made_at: datetime) -> LedgerFile:
    """The sheet as a workbook or as CSV."""
    if kind is FileKind.XLSX:
        return LedgerFile(name=f"{name}.xlsx", content_type=XLSX_MIMETYPE, content=xlsx([sheet], made_at=made_at))
    return LedgerFile(name=f"{name}.csv", content_type="text/csv; charset=utf-8", content=csv_file(sheet))


def stock_sheet(rows: Sequence[StockView], words: Words) -> Sheet:
    """What every area has of every item."""
    heads = (
        (N_("Item"), ColumnKind.TEXT),
        (N_("Held by"), ColumnKind.TEXT),
        (N_("Level"), ColumnKind.TEXT),
        (N_("On hand"), WHOLE),
        (N_("Promised"), WHOLE),
        (N_("Expired"), WHOLE),
        (N_("Available"), WHOLE),
        (N_("Counted in"), ColumnKind.TEXT),
        (N_("Used in seven days"), WHOLE),
        (N_("Lasts"), WHOLE),
        (N_("Alarm"), ColumnKind.TEXT),
        (N_("Counted at"), MOMENT),
        (N_("Last moved"), MOMENT),
    )
    lines: list[Sequence[Cell]] = [
        (
            row.item_name,
            row.area_name,
            words.named(row.level, "area_level"),
            row.on_hand,
            row.promised,
            row.expired,
            row.available,
            row.unit,
            row.used,
            row.cover_days,
            words.said(N_("low")) if row.alarm else "",
            row.counted_at,
            row.moved_at,
        )
        for row in rows
    ]
    return _sheet(N_("Stock"), heads, lines, words)


def movements_sheet(rows: Sequence[TransferView], words: Words) -> Sheet:
    """Every leg of every movement, in the order of the chain."""
    heads = (
        (N_("Item"), ColumnKind.TEXT),
        (N_("No."), WHOLE),
        (N_("When"), MOMENT),
        (N_("Movement"), ColumnKind.TEXT),
        (N_("Kind of holder"), ColumnKind.TEXT),
        (N_("Held by"), ColumnKind.TEXT),
        (N_("Lot number"), ColumnKind.TEXT),
        (N_("Good until"), DAY),
        (N_("Who sent it"), ColumnKind.TEXT),
        (N_("Pieces"), WHOLE),
        (N_("Reason"), ColumnKind.TEXT),
        (N_("Entered by"), ColumnKind.TEXT),
        (N_("Hash"), ColumnKind.TEXT),
    )
    lines: list[Sequence[Cell]] = [
        (
            row.item_name,
            row.sequence,
            row.happened_at,
            words.named(row.kind, "transfer_kind"),
            words.named(leg.holder_kind, "holder_kind"),
            leg.holder,
            leg.lot_number,
            leg.expires_on,
            leg.source_name,
            leg.quantity,
            row.reason,
            row.account or "",
            row.hash,
        )
        for row in sorted(rows, key=lambda row: (row.item_code, row.sequence))
        for leg in row.entries
    ]
    return _sheet(N_("Movements"), heads, lines, words)


def shipments_sheet(rows: Sequence[ShipmentView], words: Words) -> Sheet:
    """Shipments, with what of each is still open."""
    heads = (
        (N_("Shipment"), WHOLE),
        (N_("Item"), ColumnKind.TEXT),
        (N_("From"), ColumnKind.TEXT),
        (N_("To"), ColumnKind.TEXT),
        (N_("Shipped"), WHOLE),
        (N_("Accepted"), WHOLE),
        (N_("Rejected"), WHOLE),
        (N_("Why rejected"), ColumnKind.TEXT),
        (N_("Missing"), WHOLE),
        (N_("Rejected, open"), WHOLE),
        (N_("Missing, open"), WHOLE),
        (N_("Counted in"), ColumnKind.TEXT),
        (N_("State"), ColumnKind.TEXT),
        (N_("Dispatched"), MOMENT),
        (N_("Arrived"), MOMENT),
    )
    lines: list[Sequence[Cell]] = [
        (
            row.id,
            row.item_name,
            row.from_area_name,
            row.to_area_name,
            row.quantity,
            row.accepted if row.arrived_at else None,
            row.rejected if row.arrived_at else None,
            row.reject_reason,
            row.missing if row.arrived_at else None,
            row.rejected_open,
            row.missing_open,
            row.unit,
            words.named(row.state, "shipment_state"),
            row.dispatched_at,
            row.arrived_at,
        )
        for row in rows
    ]
    return _sheet(N_("Shipments"), heads, lines, words)


def _sheet(name: str, heads: Sequence[tuple[str, ColumnKind]], lines: Sequence[Sequence[Cell]], words: Words) -> Sheet:
    columns = [Column(title=words.said(title), kind=kind) for title, kind in heads]
    return Sheet(name=words.said(name), columns=columns, rows=lines)
