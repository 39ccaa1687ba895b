"""The pages of the list, the ceilings and the prices, in both languages."""

from __future__ import annotations

import io
from collections.abc import Mapping
from datetime import timedelta

import pytest
from flask import Flask

from logistics.accounts.models import Role
from logistics.clock import local_date
from logistics.db import reading, transaction
from logistics.orders.catalogue.models import PriceCeiling
from logistics.orders.models import Campaign, Product
from tests.api.world import Side, World, a_world, utc_now
from tests.api.world_catalogue import a_picture
from tests.web.site import Browser, browser_of

VEGETABLE: Mapping[str, object] = {
    "kind": "piece", "sku": "N1", "name": "大白菜", "price": "5.00", "weight_g": "1000", "temperature": "ambient",
}  # fmt: skip


@pytest.fixture
def world(app: Flask) -> World:
    return a_world()


def of(app: Flask, side: Side, role: Role) -> Browser:
    return browser_of(app, side.account_ids[role])


def product_of(sku: str) -> Product:
    with reading() as session:
        return session.query(Product).filter_by(sku=sku).one()


def test_a_merchant_adds_a_product_and_changes_its_price(app: Flask, world: World) -> None:
    shop = of(app, world.ours, Role.MERCHANT)

    status, at = shop.send("/catalogue/new", **VEGETABLE)
    price = {"price": "4.50", "weight_g": "1000", "pack_size": "1", "reason": "丰收"}
    changed, _ = shop.send(f"{at}/price", **price)
    page, plain = shop.text(at), shop.text("/catalogue?q=大白&lang=en")

    assert (status, changed) == (302, 302)
    assert "丰收" in page
    assert "¥2.25" in page  # per 500 g
    assert "大白菜" in plain
    assert "Per 500 g" in plain
    assert product_of("N1").price_cents == 450


def test_goods_by_weight_and_bundles_are_added_on_the_same_page(app: Flask, world: World) -> None:
    shop = of(app, world.ours, Role.MERCHANT)

    shop.send("/catalogue/new", **{**VEGETABLE, "kind": "weight", "sku": "FISH", "price": "39.90", "weight_g": "650"})
    status, at = shop.send(
        "/catalogue/new", **{**VEGETABLE, "kind": "bundle", "sku": "SET", "weight_g": "", "contents": "V01 2\nFISH*1"}
    )

    assert status == 302
    assert (product_of("FISH").price_cents, product_of("SET").weight_g) == (2_594, 2_650)
    assert "套餐内容" in shop.text(at)


@pytest.mark.parametrize(
    ("change", "wrong"),
    [
        ({"sku": ""}, "sku"),
        ({"price": "1.234"}, "price"),
        ({"kind": "barter"}, "kind"),
        ({"kind": "weight", "weight_g": ""}, "weight_g"),
        ({"kind": "bundle", "contents": "V01"}, "contents"),
        ({"good_id": "999"}, "good_id"),
    ],
)
def test_a_field_that_is_wrong_is_named_and_what_was_typed_stays(
    app: Flask, world: World, change: dict[str, str], wrong: str
) -> None:
    status, page = of(app, world.ours, Role.MERCHANT).send("/catalogue/new", **{**VEGETABLE, **change})

    assert status == 422
    assert f'id="wrong-{wrong}"' in page
    assert 'value="大白菜"' in page


def test_what_is_told_of_a_product_is_changed_and_its_photo_shown(app: Flask, world: World) -> None:
    shop, at = of(app, world.ours, Role.MERCHANT), f"/catalogue/{world.ours.ids['product_id']}"
    told = {"name": "青菜", "category": "菜", "temperature": "chilled", "notes": "当日采摘"}

    saved, _ = shop.send(at, **told)
    sent, _ = shop.send(f"{at}/photo", file=(io.BytesIO(a_picture((60, 40))), "a.png"))
    bad, answer = shop.send(f"{at}/photo", file=(io.BytesIO(b"GIF89a"), "a.png"))
    seen = of(app, world.ours, Role.RESIDENT).text(f"/products/{world.ours.ids['product_id']}")
    retired, _ = shop.send(f"{at}/retire", action="retire")

    assert (saved, sent, bad, retired) == (302, 302, 422, 302)
    assert "无法读取该图片" in answer
    assert "当日采摘" in seen
    assert f"/api/v1/products/{world.ours.ids['product_id']}/photo" in seen


def test_a_file_is_looked_at_and_then_taken(app: Flask, world: World) -> None:
    shop, at = of(app, world.ours, Role.MERCHANT), f"/merchants/{world.ours.ids['merchant_id']}/catalogue"
    content = "货号,商品名称,价格\nN1,新白菜,3.50".encode()

    def sent(text: bytes, action: str) -> tuple[int, str]:
        return shop.send(at, file=(io.BytesIO(text), "list.csv"), action=action, reason="春季")

    looked, preview = sent(content, "look")
    refused, report = sent("货号,商品名称,价格\nN1,新白菜,三元".encode(), "take")
    taken, _ = sent(content, "take")

    assert (looked, refused, taken) == (200, 422, 200)
    assert "以下为预览" in preview
    assert "“三元”不是以元计的价格" in report
    assert product_of("N1").price_cents == 350
    assert shop.get(f"{at}/products.xlsx").status_code == 200
    assert shop.get(f"{at}/nonsense.exe").status_code == 404


def test_an_office_sets_and_ends_a_ceiling_and_a_resident_reads_of_it(app: Flask, world: World) -> None:
    office, home = of(app, world.ours, Role.STREET_OFFICE), of(app, world.ours, Role.RESIDENT)
    form = {
        "good": "大白菜",
        "area_id": world.ours.ids["office_id"],
        "unit": "per_500g",
        "ceiling": "2.50",
        "starts_on": local_date(utc_now()).isoformat(),
        "reason": "货源紧张",
    }

    status, _ = office.send("/ceilings", **form)
    wrong, page = office.send("/ceilings", **{**form, "ceiling": "x"})
    read = home.text("/prices")
    with reading() as session:
        ceiling_id = session.query(PriceCeiling).order_by(PriceCeiling.id.desc()).first().id  # type: ignore[union-attr]
    ended, _ = office.send(f"/ceilings/{ceiling_id}/end", reason="货源充足")

    assert (status, wrong, ended) == (302, 422, 302)
    assert 'id="wrong-ceiling"' in page
    assert "¥2.50" in read
    assert "货源紧张" in read
    assert "货源充足" in home.text("/prices")
    assert "Ceilings in force today" in home.text("/prices?lang=en")


def test_an_office_says_what_a_look_alike_is(app: Flask, world: World) -> None:
    office, ids = of(app, world.ours, Role.STREET_OFFICE), world.ours.ids
    today = local_date(utc_now())
    with transaction() as session:
        session.get_one(Campaign, ids["campaign_id"]).delivery_date = today + timedelta(days=1)
        session.get_one(Product, ids["product_id"]).name = "精品大白菜"
    form = {"good": "大白菜", "area_id": ids["office_id"], "unit": "per_500g", "ceiling": "2.40", "reason": "紧张"}
    office.send("/ceilings", **form)

    before = office.text("/ceilings")
    with reading() as session:
        good_id = session.query(PriceCeiling).order_by(PriceCeiling.id.desc()).first().good_id  # type: ignore[union-attr]
    status, _ = office.send(f"/ceilings/products/{ids['product_id']}", good_id=good_id)
    after = office.text("/ceilings")

    assert status == 302
    assert "名称与限价品名相近的商品" in before
    assert "名称与限价品名相近的商品" not in after
    assert "最高 ¥4.80" in after  # 5.00 for 1,000 g breaks 2.40 per 500 g
    shop = of(app, world.ours, Role.MERCHANT)
    assert "最高 ¥4.80" in shop.text("/catalogue")
    refused, page = shop.send(
        f"/catalogue/{ids['product_id']}/price", price="4.90", weight_g="1000", pack_size="1", reason="x"
    )
    assert refused == 409
    assert "合每 500 克 ¥2.45" in page
