"""A list comes in from a sheet, row by row told, all or nothing; and goes out as it can come back."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask

from logistics.access import Viewer
from logistics.accounts.models import Role
from logistics.db import reading
from logistics.inventory.sheets.service import read_workbook
from logistics.orders.catalogue import errors, export, queries
from logistics.orders.catalogue.columns import CatalogueColumn, cell_text, found_columns
from logistics.orders.catalogue.importing import CatalogueReport, RowOutcome, TakeCatalogue
from logistics.orders.catalogue.models import ProductPrice
from logistics.orders.catalogue.rules import PriceCause, SoldBy, Temperature
from logistics.orders.catalogue.upload import imported
from logistics.orders.models import Product
from tests.builders import NOW
from tests.orders.catalogue.selling import Market, a_ceiling, a_good, a_market, a_product, rows

HEADING = "货号,商品名称,分类,规格,计价方式,价格(元),重量(克),每份件数,体积(毫升),温层,过敏原,备注,套餐内容,限价品名"


def take(market: Market, *lines: str, heading: str = HEADING, dry_run: bool = False) -> CatalogueReport:
    content = "\n".join([heading, *lines]).encode()
    command = TakeCatalogue(
        merchant_id=market.merchant_id, book=read_workbook(content, "list.csv"), reason="spring list"
    )
    return imported(command, dry_run=dry_run, now=NOW)


def outcomes(report: CatalogueReport) -> list[tuple[int, str, str]]:
    return [(row.number, row.sku, row.outcome.value) for row in report.rows]


def wrongs(report: CatalogueReport) -> list[str]:
    return [str(error) for row in report.rows for error in row.errors]


def listed(market: Market) -> dict[str, Product]:
    with reading() as session:
        return {
            one.sku: one
            for one in rows(session, Product)
            if one.merchant_id == market.merchant_id and one.sku != "OFFERED"
        }


def test_every_row_is_told_and_bundles_come_after_what_they_hold(any_tables: Flask) -> None:
    market = a_market()
    a_good("鸡蛋")
    a_product(market, "V01", name="白菜")
    a_product(market, "V02", name="萝卜", category="菜")

    report = take(
        market,
        "SET,家庭套餐,,,,30.00,,,,,,,V01*2; EGG×1,",
        "EGG,鲜鸡蛋,蛋,30枚/盒,按件,33.90,1900,30,4000,冷藏,蛋,易碎,,鸡蛋",
        "FISH,草鱼,鱼,,按重量,19.98,1250克,,,冷冻,鱼,,,",
        "V01,白菜,,,,5.50,1000,,,,,,,",
        "V02,萝卜,菜,,,5.00,1000,,,,,,,",
        ",,,,,,,,,,,,,",
    )

    assert outcomes(report) == [
        (2, "SET", "added"),
        (3, "EGG", "added"),
        (4, "FISH", "added"),
        (5, "V01", "repriced"),
        (6, "V02", "unchanged"),
    ]
    found = listed(market)
    egg, fish, bundle = found["EGG"], found["FISH"], found["SET"]
    assert (egg.price_cents, egg.pack_size, egg.weight_g, egg.volume_ml) == (3_390, 30, 1_900, 4_000)
    assert (egg.temperature, egg.allergens, egg.notes, egg.unit) == (Temperature.CHILLED, "蛋", "易碎", "30枚/盒")
    # 19.98 × 1.25 = 24.975
    assert (fish.sold_by, fish.price_per_kg_cents, fish.weight_g, fish.price_cents) == (
        SoldBy.WEIGHT,
        1_998,
        1_250,
        2_498,
    )
    assert (bundle.is_bundle, bundle.weight_g, bundle.temperature) == (True, 2 * 1_000 + 1_900, Temperature.CHILLED)
    with reading() as session:
        (line,) = [row for row in rows(session, ProductPrice) if row.cause is PriceCause.IMPORTED]
        assert (line.old_price_cents, line.price_cents, line.reason) == (500, 550, "spring list")


def test_the_same_file_again_changes_nothing(tables: Flask) -> None:
    market = a_market()
    lines = ("V01,白菜,菜,,,5.50,1000,1,,常温,,,,", "SET,套餐,,,,9.90,,,,,,,V01*2,")
    take(market, *lines)

    assert [row.outcome for row in take(market, *lines).rows] == [RowOutcome.UNCHANGED] * 2


def test_columns_and_cells_that_are_not_there_leave_what_stands(tables: Flask) -> None:
    market = a_market()
    a_product(market, "V01", name="白菜", weight_g=800, notes="keep dry", temperature=Temperature.CHILLED)

    report = take(market, "V01,大白菜,¥5", heading="sku,name,price")
    take(market, "V01,大白菜,,,,5.00,,,,,,,,")

    product = listed(market)["V01"]
    assert outcomes(report) == [(2, "V01", "changed")]
    assert (product.name, product.weight_g, product.notes, product.temperature) == (
        "大白菜", 800, "keep dry", Temperature.CHILLED,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("line", "wrong"),
    [
        (",白菜,,,,1,,,,,,,,", "货号 is blank; every product needs one."),
        ("V01,,,,,1,,,,,,,,", "商品名称 is blank; every product needs one."),
        ("V01,白菜,,,,,,,,,,,,", "价格(元) is blank; every product needs one."),
        ("V01,白菜,,,,1.234,,,,,,,,", "价格(元): “1.234” is no price in yuan; 3.50 would be right, at most 100,000."),
        ("V01,白菜,,,,-1,,,,,,,,", "价格(元): “-1” is no price in yuan; 3.50 would be right, at most 100,000."),
        ("V01,白菜,,,,100001,,,,,,,,", "价格(元): “100001” is no price in yuan; 3.50 would be right, at most 100,000."),
        ("V01,白菜,,,,1,一斤,,,,,,,", "重量(克): “一斤” is no whole number from 0 to 1000000."),
        ("V01,白菜,,,,1,,0,,,,,,", "每份件数: “0” is no whole number from 1 to 10000."),
        ("V01,白菜,,,,1,,,,冰,,,,", "温层: “冰” is none of 常温 (ambient), 冷藏 (chilled), 冷冻 (frozen)."),
        ("V01,白菜,,,常温,1,,,,,,,,", "计价方式: “常温” is none of 按件 (piece), 按重量 (weight)."),
        ("V01,白菜,,,,1,,,,,,,V02,", "套餐内容: “V02” is no list of products; V01*2; M01*1 would be right."),
        ("V01,白菜,,,,1,,,,,,,V02*1,", "V01: the merchant sells no V02, or no longer."),
        ("V01,白菜,,,,1,,,,,,,,天鹅", "限价品名: no ceiling was ever set for “天鹅”; leave it blank, or take a name of the list."),  # noqa: E501
        ("V01,白菜,,,按重量,1,,,,,,,,", "V01 is sold by weight: say how many grams a piece is about."),
        (f"V01,{'白' * 161},,,,1,,,,,,,,", f"商品名称: “{'白' * 40}” has more than 160 characters."),
    ],
)  # fmt: skip
def test_a_wrong_cell_is_named_with_what_would_be_right(tables: Flask, line: str, wrong: str) -> None:
    market = a_market()

    report = take(market, line, "OK,好,,,,1,,,,,,,,")

    assert wrongs(report) == [wrong]
    assert [row.outcome.value for row in report.rows] == ["wrong", "added"]
    assert listed(market) == {}  # nothing of the file was taken


def test_a_price_over_a_ceiling_is_a_wrong_row(tables: Flask) -> None:
    market = a_market()
    a_ceiling(market.town.office_id, 250)

    report = take(market, "V01,大白菜,,,,6.00,1000,,,,,,,白菜")

    assert "¥6.00 for 1000 g is ¥3.00 per 500 g" in wrongs(report)[0]


def test_a_number_stands_in_a_file_once_and_a_bundle_keeps_its_contents(tables: Flask) -> None:
    market = a_market()
    take(market, "V01,白菜,,,,1,,,,,,,,", "SET,套餐,,,,9.90,,,,,,,V01*2,")

    report = take(market, "V01,白菜,,,,1,,,,,,,,", "V01,白菜,,,,2,,,,,,,,", "SET,套餐,,,,9.90,,,,,,,V01*3,")

    assert wrongs(report) == [
        "货号: V01 stands in row 2 already.",
        "套餐内容: what a bundle holds stays as it was added; add another bundle instead.",
    ]


def test_a_dry_run_tells_and_leaves_nothing(any_tables: Flask) -> None:
    market = a_market()

    report = take(market, "V01,白菜,,,,1,,,,,,,,", dry_run=True)

    assert outcomes(report) == [(2, "V01", "added")]
    assert listed(market) == {}


def test_a_file_without_the_headings_is_refused_with_those_that_are_missing(tables: Flask) -> None:
    with pytest.raises(errors.BadCatalogueFile) as refused:
        take(a_market(), "V01,1", heading="货号,价格")

    assert str(refused.value).startswith("list.csv: no row has the headings 商品名称;")
    many = [f"V{n},x,1" for n in range(2_001)]
    with pytest.raises(errors.TooManyRows):
        take(a_market(), *many, heading="sku,name,price")


def test_headings_are_known_in_both_languages_and_with_full_width_signs() -> None:
    columns = found_columns(["SKU", "商品名称", "价格（元）", "Weight (g)", "nonsense", "货号"])

    assert columns == {
        CatalogueColumn.SKU: 0,
        CatalogueColumn.NAME: 1,
        CatalogueColumn.PRICE: 2,
        CatalogueColumn.WEIGHT_G: 3,
    }


# out and in again


@pytest.mark.parametrize("chinese", [True, False])
@pytest.mark.parametrize("name", list(export.FILES))
def test_what_goes_out_comes_back_unchanged_and_no_cell_is_a_formula(
    tables: Flask, tmp_path: Path, name: str, chinese: bool
) -> None:
    market = a_market()
    a_good("鸡蛋")
    take(
        market,
        "V01,=HYPERLINK(1),+x,-y,,5.50,1000,,,,@a,=1+1,,",
        "EGG,鲜鸡蛋,蛋,30枚/盒,按件,33.90,1900,30,4000,冷藏,蛋,易碎,,鸡蛋",
        "FISH,草鱼,鱼,,按重量,19.98,1250,,,冷冻,鱼,,,",
        "SET,家庭套餐,,,,30.00,,,,,,,V01*2; EGG*1,",
    )
    boss = Viewer(account_id=1, username="boss", role=Role.ADMIN)
    with reading() as session:
        products, contents = queries.whole_list(session, boss, market.merchant_id)

    content = export.catalogue_file(name, products, contents, chinese=chinese, made_at=NOW)
    command = TakeCatalogue(merchant_id=market.merchant_id, book=read_workbook(content, name))
    report = imported(command, dry_run=False, now=NOW)

    assert [row.outcome for row in report.rows] == [RowOutcome.UNCHANGED] * 5  # and the offered one
    assert listed(market)["V01"].name == "=HYPERLINK(1)"
    if name.endswith(".csv"):
        assert "'=HYPERLINK(1)" in content.decode("utf-8-sig")


def test_the_mark_of_a_spreadsheet_is_taken_off_and_an_apostrophe_is_not() -> None:
    assert [cell_text(text) for text in ("'=1", "'abc", "=1", " '-5")] == ["=1", "'abc", "=1", "-5"]
