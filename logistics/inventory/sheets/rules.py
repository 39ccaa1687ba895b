"""The words and the pure decisions of office sheets that other rooms use."""

from __future__ import annotations

from logistics.inventory.sheets.grid import shown
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
from logistics.inventory.sheets.quantities import BlankMeans, Fractions
from logistics.inventory.sheets.rows import Outcome, RowReport, SheetReading
from logistics.inventory.sheets.telling import notice_texts, report_documents, row_views

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
    "Outcome",
    "Repeats",
    "RowReport",
    "SheetMapping",
    "SheetReading",
    "mapping_of",
    "notice_texts",
    "place_key",
    "report_documents",
    "row_views",
    "shown",
]
