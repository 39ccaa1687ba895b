"""251 vegetables of a supermarket with three years of daily prices, as a list, as a history, and under a ceiling."""

from __future__ import annotations

import csv
import gzip
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from itertools import pairwise
from pathlib import Path

import pytest
from flask import Flask

from logistics.db import reading, transaction
from logistics.inventory.sheets.service import read_workbook
from logistics.orders.catalogue import service
from logistics.orders.catalogue.importing import RowOutcome, TakeCatalogue
from logistics.orders.catalogue.models import PricedGood, ProductPrice
from logistics.orders.catalogue.rules import CeilingUnit
from logistics.orders.catalogue.service import OfferedPrice
from logistics.orders.catalogue.upload import imported
from logistics.orders.models import Product
from tests.orders.catalogue.selling import a_market, rows

FOLDER = "vegetables_cumcm2023"
pytestmark = pytest.mark.realdata
WEEK = [date(2021, 2, 1) + timedelta(days=n) for n in range(7)]


@pytest.fixture(scope="module")
def vegetables(real_data: Path) -> Path:
    folder = real_data / FOLDER
    if not folder.is_dir():
        pytest.skip(f"the vegetables are not here: {folder}")
    return folder


def daily(folder: Path) -> Iterator[tuple[date, str, int]]:
    """Retail prices in cents per kg; the file has fractions of a cent."""
    with gzip.open(folder / "retail_prices_daily.csv.gz", "rt", encoding="utf-8") as lines:
        for row in csv.DictReader(lines):
            cents = (Decimal(row["retail_cny_per_kg"]) * 100).to_integral_value(ROUND_HALF_UP)
            yield date.fromisoformat(row["date"]), row["sku"], int(cents)


def test_a_real_list_and_a_week_of_its_prices_under_a_ceiling(tables: Flask, vegetables: Path) -> None:
    market = a_market()
    with (vegetables / "skus.csv").open(encoding="utf-8-sig") as lines:
        skus = list(csv.DictReader(lines))
    prices: dict[date, dict[str, int]] = {day: {} for day in WEEK}
    for day, sku, cents in daily(vegetables):
        if day in prices:
            prices[day][sku] = cents
    assert len(skus) == 251

    def sheet(day: date) -> bytes:
        head = "货号,商品名称,分类,计价方式,价格(元),重量(克)"
        cells = [
            f"{row['sku']},{row['name']},{row['category']},按重量,{prices[day][row['sku']] / 100:.2f},300"
            for row in skus
            if row["sku"] in prices[day]
        ]
        return "\n".join([head, *cells]).encode("gb18030")

    for day in WEEK:
        command = TakeCatalogue(merchant_id=market.merchant_id, book=read_workbook(sheet(day), f"{day}.csv"))
        report = imported(command, dry_run=False, now=datetime(day.year, day.month, day.day, tzinfo=UTC))
        assert report.count(RowOutcome.WRONG) == 0, [str(e) for row in report.rows for e in row.errors][:3]

    last = {sku: cents for day in WEEK for sku, cents in prices[day].items()}
    with reading() as session:
        standing = {row.sku: row for row in rows(session, Product) if row.sku != "OFFERED"}
        assert {sku: row.price_per_kg_cents for sku, row in standing.items()} == last
        changes = 0
        for sku in last:
            seen = [prices[day][sku] for day in WEEK if sku in prices[day]]
            changes += 1 + sum(before != after for before, after in pairwise(seen))
        assert len(rows(session, ProductPrice)) == changes

    # every leaf vegetable under 5.00 per 500 g: what breaks it is what costs more than 10.00 per kg, by the file alone
    with transaction() as session:
        ceiling = service.SetCeiling(
            area_id=market.town.office_id,
            good="花叶类",
            unit=CeilingUnit.PER_500G,
            ceiling_cents=500,
            starts_on=WEEK[-1],
            reason="test",
        )
        service.set_ceiling(session, ceiling, now=datetime(2021, 2, 7, tzinfo=UTC))
        leaves = [row for row in session.query(Product) if row.category == "花叶类"]
        key = session.query(PricedGood).one().id
        for row in leaves:
            command_ = service.AssignGood(product_id=row.id, good_id=key, by_office=True)
            service.assign_good(session, command_, now=datetime(2021, 2, 7, tzinfo=UTC))
    with reading() as session:
        offered = [OfferedPrice(product_id=row.id, price_cents=row.price_cents) for row in leaves]
        broken = {one.sku for one in service.breaches(session, offered, [market.town.district_id], WEEK[-1])}
    assert broken == {row.sku for row in leaves if last[row.sku] > 1_000}
    assert 0 < len(broken) < len(leaves)
