"""The words and the pure decisions of office sheets that other rooms use, among them how a cell is read."""

from __future__ import annotations

from logistics.inventory.sheets.grid import Grid, Unreadable, Value, reference, shown, text_of
from logistics.inventory.sheets.mapping import (
    DEPTH_MAX,
    PER_UNIT_MAX,
    BadMapping,
    ColumnRole,
    ColumnUse,
    DayFrom,
    FactKind,
    Repeats,
    SheetMapping,
    mapping_of,
)
from logistics.inventory.sheets.places import place_key
from logistics.inventory.sheets.quantities import BlankMeans, Fractions, Quantity, Wrong, quantity
from logistics.inventory.sheets.rows import Outcome, RowReport, SheetReading
from logistics.inventory.sheets.telling import filled, notice_texts, report_documents, row_views
from logistics.inventory.sheets.totals import is_total

__all__ = [
    "DEPTH_MAX",
    "PER_UNIT_MAX",
    "BadMapping",
    "BlankMeans",
    "ColumnRole",
    "ColumnUse",
    "DayFrom",
    "FactKind",
    "Fractions",
    "Grid",
    "Outcome",
    "Quantity",
    "Repeats",
    "RowReport",
    "SheetMapping",
    "SheetReading",
    "Unreadable",
    "Value",
    "Wrong",
    "filled",
    "is_total",
    "mapping_of",
    "notice_texts",
    "place_key",
    "quantity",
    "reference",
    "report_documents",
    "row_views",
    "shown",
    "text_of",
]
