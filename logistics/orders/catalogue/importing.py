"""A merchant's list out of a sheet: every row is added, changed, left as it is, or wrong with the cell that is; all of
the file is taken or nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from logistics.errors import N_, DomainError
from logistics.inventory.sheets.rules import shown
from logistics.inventory.sheets.service import Workbook, heading_at
from logistics.orders.catalogue import errors
from logistics.orders.catalogue.adding import NewProduct, add_product, change_product
from logistics.orders.catalogue.assigning import AssignGood, assign_good
from logistics.orders.catalogue.columns import (
    LENGTHS,
    NAMES,
    REQUIRED,
    BadCell,
    Column,
    ReadRow,
    cell_text,
    found_columns,
)
from logistics.orders.catalogue.models import BundleLine, PricedGood
from logistics.orders.catalogue.pricing import ChangePrice, TermsWanted, change_price
from logistics.orders.catalogue.rules import PriceCause, SoldBy, Temperature
from logistics.orders.models import Product

ROWS_MAX = 2_000
SEARCHED_ROWS = 20
"""Rows at the top among which the heading is looked for."""
CELL_MAX = 1_000


class RowOutcome(StrEnum):
    ADDED = "added"
    CHANGED = "changed"
    REPRICED = "repriced"
    UNCHANGED = "unchanged"
    WRONG = "wrong"


class StandsTwice(BadCell):
    template = N_("%(column)s: %(value)s stands in row %(row)s already.")


class UnknownGood(BadCell):
    template = N_("%(column)s: no ceiling was ever set for “%(value)s”; leave it blank, or take a name of the list.")


class OtherContents(BadCell):
    template = N_("%(column)s: what a bundle holds stays as it was added; add another bundle instead.")


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeCatalogue:
    """A file of products of one merchant; `reason` stands in the history of every price that it changes."""

    merchant_id: int
    book: Workbook
    reason: str = ""
    set_by_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportedRow:
    """What became of a row of the sheet; `errors` say what is wrong with it."""

    number: int
    sku: str
    name: str
    outcome: RowOutcome
    errors: tuple[DomainError, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CatalogueReport:
    rows: tuple[ImportedRow, ...]

    def count(self, outcome: RowOutcome) -> int:
        return sum(row.outcome is outcome for row in self.rows)


class Undone(Exception):
    """Carries a report out of a transaction that is to leave nothing behind: a trial, or rows that are wrong."""

    def __init__(self, report: CatalogueReport) -> None:
        super().__init__()
        self.report = report


def import_catalogue(session: Session, command: TakeCatalogue, *, now: datetime) -> CatalogueReport:
    """Take every row that can be taken, bundles after what they hold. The caller undoes the transaction where a row is
    wrong (see `Undone`): all of a file or nothing.

    Columns that the file does not have, and blank cells, leave what stands; a product that is not in the file stays.

    Raises:
        BadCatalogueFile: no heading was found.
        TooManyRows: more than are taken at once.
    """
    rows = read_rows(command.book)
    known = {
        product.sku: product
        for product in session.scalars(select(Product).where(Product.merchant_id == command.merchant_id))
    }
    goods = {name: good_id for name, good_id in session.execute(select(PricedGood.name, PricedGood.id))}
    seen: dict[str, int] = {}
    done: dict[int, ImportedRow] = {}
    for row in sorted(rows, key=lambda row: (bool(row.cells.get(Column.CONTENTS)), row.number)):
        sku = row.cells.get(Column.SKU, "")
        if sku and sku in seen:
            title = row.titles[Column.SKU]
            row.errors.append(StandsTwice(column=title, value=sku[: LENGTHS["sku"]], row=seen[sku]))
        seen.setdefault(sku, row.number)
        try:
            outcome = _take(session, command, row, known.get(sku), goods, now=now)
        except DomainError as wrong:
            row.errors.append(wrong)
        done[row.number] = ImportedRow(
            number=row.number,
            sku=sku,
            name=row.cells.get(Column.NAME, ""),
            outcome=RowOutcome.WRONG if row.errors else outcome,
            errors=tuple(row.errors),
        )
    return CatalogueReport(rows=tuple(done[number] for number in sorted(done)))


def read_rows(book: Workbook) -> list[ReadRow]:
    """The rows of the first sheet that has the headings of a catalogue; blank rows are left out.

    Raises:
        BadCatalogueFile, TooManyRows.
    """
    nearest: list[Column] = list(REQUIRED)
    for grid in book.grids:
        for top in range(min(grid.height, SEARCHED_ROWS)):
            titles = heading_at(grid, top, 1).titles
            columns = found_columns(titles)
            missing = [column for column in REQUIRED if column not in columns]
            nearest = min(nearest, missing, key=len)
            if missing:
                continue
            if grid.height - top - 1 > ROWS_MAX:
                raise errors.TooManyRows(name=book.name, count=grid.height - top - 1, maximum=ROWS_MAX)
            named = {column: titles[index] for column, index in columns.items()}
            return [
                ReadRow(number=number + 1, cells=cells, titles=named)
                for number in range(top + 1, grid.height)
                for cells in [{c: cell_text(shown(grid.filled(number, i), CELL_MAX)) for c, i in columns.items()}]
                if any(cells.values())
            ]
    raise errors.BadCatalogueFile(name=book.name, missing=[NAMES[column][1] for column in nearest])


def _take(
    session: Session,
    command: TakeCatalogue,
    row: ReadRow,
    standing: Product | None,
    goods: Mapping[str, int],
    *,
    now: datetime,
) -> RowOutcome:
    sku, name, cents = row.needed(Column.SKU), row.needed(Column.NAME), row.cents(Column.PRICE)
    sold_by = row.word(Column.SOLD_BY, SoldBy) or (standing.sold_by if standing else SoldBy.PIECE)
    contents = row.contents()
    told = _told(row, name, bundle=contents is not None or (standing is not None and standing.is_bundle))
    wanted = TermsWanted(
        price_cents=cents if sold_by is SoldBy.PIECE else None,
        price_per_kg_cents=cents if sold_by is SoldBy.WEIGHT else None,
        weight_g=None if contents else row.weight_g(),
        pack_size=None if contents else row.pack_size(),
    )
    good_id = _good(row, goods)
    if row.errors:
        return RowOutcome.WRONG
    if standing is None:
        new = NewProduct(
            merchant_id=command.merchant_id,
            sku=sku,
            wanted=wanted,
            contents=contents,
            good_id=good_id,
            reason=command.reason,
            set_by_id=command.set_by_id,
            **told,
        )
        add_product(session, new, now=now)
        return RowOutcome.ADDED
    if contents is not None and dict(contents) != _held(session, standing):
        row.errors.append(OtherContents(column=row.titles[Column.CONTENTS], value=""))
        return RowOutcome.WRONG
    change = ChangePrice(
        product_id=standing.id,
        wanted=wanted,
        reason=command.reason,
        set_by_id=command.set_by_id,
        cause=PriceCause.IMPORTED,
    )
    repriced = change_price(session, change, now=now)
    changed = change_product(session, standing.id, told, set_by_id=command.set_by_id, now=now)
    if good_id is not None:
        said = AssignGood(product_id=standing.id, good_id=good_id, by_id=command.set_by_id)
        changed = assign_good(session, said, now=now) or changed
    if repriced:
        return RowOutcome.REPRICED
    return RowOutcome.CHANGED if changed else RowOutcome.UNCHANGED


def _told(row: ReadRow, name: str, *, bundle: bool) -> dict[str, Any]:
    """What the row tells of a product besides its price; what follows from a bundle's contents is left out."""
    told: dict[str, Any] = {"name": name}
    for column in (Column.CATEGORY, Column.UNIT, Column.ALLERGENS, Column.NOTES):
        if text := row.text(column):
            told[column.value] = text
    if bundle:
        return told
    volume_ml, temperature = row.volume_ml(), row.word(Column.TEMPERATURE, Temperature)
    told |= {} if volume_ml is None else {"volume_ml": volume_ml}
    return told | ({} if temperature is None else {"temperature": temperature})


def _good(row: ReadRow, goods: Mapping[str, int]) -> int | None:
    name = row.text(Column.GOOD)
    if name and name not in goods:
        row.errors.append(UnknownGood(column=row.titles[Column.GOOD], value=name[:40]))
    return goods.get(name or "")


def _held(session: Session, bundle: Product) -> dict[str, int]:
    rows = session.execute(
        select(Product.sku, BundleLine.quantity)
        .join(Product, Product.id == BundleLine.product_id)
        .where(BundleLine.bundle_id == bundle.id)
    )
    return {sku: quantity for sku, quantity in rows}
