"""What became of a sheet, for whoever sent it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from logistics.inventory.sheets.importing import ImportedSheet
from logistics.inventory.sheets.mapping import FactKind, SheetMapping
from logistics.inventory.sheets.rows import Outcome, SheetReading
from logistics.inventory.sheets.telling import SheetRowView, Translate, notice_texts, report_documents, row_views


@dataclass(frozen=True, slots=True, kw_only=True)
class StatedView:
    """What the sheet states of an area, an item and a day, in pieces, and the cells it stands in."""

    row: int
    area_id: int
    item_id: int
    kind: FactKind
    pieces: int
    on: date
    cells: tuple[str, ...]
    remark: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetReportView:
    """Every row of a sheet: taken, skipped with the reason, or wrong with its cells. `import_id` is null where nothing
    was written; `unknown` are names of places that nobody has said yet."""

    import_id: int | None
    already_imported: bool
    sheet: str
    day: date | None
    taken: int
    skipped: int
    wrong: int
    rows: tuple[SheetRowView, ...]
    stated: tuple[StatedView, ...]
    notices: tuple[str, ...]
    unknown: tuple[str, ...]
    mapping: Mapping[str, Any]


def sheet_report(
    reading: SheetReading, mapping: SheetMapping, *, imported: ImportedSheet | None, translate: Translate
) -> SheetReportView:
    """The report of a sheet in the reader's language."""
    return SheetReportView(
        import_id=imported.import_id if imported else None,
        already_imported=bool(imported and imported.already_imported),
        sheet=reading.sheet,
        day=reading.day,
        taken=reading.count(Outcome.TAKEN),
        skipped=reading.count(Outcome.SKIPPED),
        wrong=reading.wrong,
        rows=tuple(row_views(report_documents(reading.rows), translate)),
        stated=tuple(
            StatedView(
                row=fact.row,
                area_id=fact.area_id,
                item_id=fact.item_id,
                kind=fact.kind,
                pieces=fact.pieces,
                on=fact.on,
                cells=fact.cells,
                remark=fact.remark,
            )
            for fact in reading.facts
        ),
        notices=tuple(notice_texts(reading.notices, translate)),
        unknown=tuple(reading.unknown),
        mapping=mapping.document(),
    )
