"""A merchant's list as a sheet that can be sent back: CSV or a workbook, in which no text is ever run as a formula."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal

from logistics.orders.catalogue.columns import CatalogueColumn, contents_text, title_of, word_of
from logistics.orders.catalogue.views import BundleContentView, CatalogueProductView
from logistics.tables_out import XLSX_MIMETYPE, Cell, Column, ColumnKind, Sheet, csv_file, xlsx

KINDS = {
    CatalogueColumn.PRICE: ColumnKind.DECIMAL,
    CatalogueColumn.WEIGHT_G: ColumnKind.WHOLE,
    CatalogueColumn.PACK_SIZE: ColumnKind.WHOLE,
    CatalogueColumn.VOLUME_ML: ColumnKind.WHOLE,
}
CSV, WORKBOOK = "products.csv", "products.xlsx"
FILES = {CSV: "text/csv; charset=utf-8", WORKBOOK: XLSX_MIMETYPE}
"""The names of the files with their kinds."""


def catalogue_file(
    name: str,
    products: Sequence[CatalogueProductView],
    contents: Mapping[int, Sequence[BundleContentView]],
    *,
    chinese: bool,
    made_at: datetime,
) -> bytes:
    """One of `FILES`: a row per product, prices in yuan, per kilogram where sold by weight."""
    columns = [
        Column(title=title_of(column, chinese=chinese), kind=KINDS.get(column, ColumnKind.TEXT))
        for column in CatalogueColumn
    ]
    rows = [_row(product, contents.get(product.id, ()), chinese=chinese) for product in products]
    sheet = Sheet(name="商品" if chinese else "Products", columns=columns, rows=rows, frozen=2)
    return csv_file(sheet) if name.endswith(".csv") else xlsx([sheet], made_at=made_at)


def _row(product: CatalogueProductView, contents: Sequence[BundleContentView], *, chinese: bool) -> list[Cell]:
    cents = product.price_cents if product.price_per_kg_cents is None else product.price_per_kg_cents
    cells: dict[CatalogueColumn, Cell] = {
        CatalogueColumn.SKU: product.sku,
        CatalogueColumn.NAME: product.name,
        CatalogueColumn.CATEGORY: product.category,
        CatalogueColumn.UNIT: product.unit,
        CatalogueColumn.SOLD_BY: word_of(product.sold_by, chinese=chinese),
        CatalogueColumn.PRICE: Decimal(cents) / 100,
        CatalogueColumn.WEIGHT_G: product.weight_g,
        CatalogueColumn.PACK_SIZE: product.pack_size,
        CatalogueColumn.VOLUME_ML: product.volume_ml,
        CatalogueColumn.TEMPERATURE: word_of(product.temperature, chinese=chinese),
        CatalogueColumn.ALLERGENS: product.allergens,
        CatalogueColumn.NOTES: product.notes,
        CatalogueColumn.CONTENTS: contents_text([(line.sku, line.quantity) for line in contents]),
        CatalogueColumn.GOOD: product.good_name,
    }
    return [cells[column] for column in CatalogueColumn]
