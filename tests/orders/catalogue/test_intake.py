"""A day folder states prices of pieces; the history keeps each, and what the catalogue knows better stays."""

from __future__ import annotations

from datetime import timedelta

from flask import Flask

from logistics.db import reading, transaction
from logistics.orders.catalogue.intake import ProductFact, take_products
from logistics.orders.catalogue.models import ProductPrice
from logistics.orders.catalogue.rules import PriceCause, SoldBy
from logistics.orders.models import Merchant, Product
from tests.builders import NOW
from tests.orders.catalogue.selling import Market, a_market, a_product, rows, the


def fact(market: Market, sku: str, **more: int) -> ProductFact:
    with reading() as session:
        code = session.get_one(Merchant, market.merchant_id).code
    values = {"price_cents": 500, "weight_g": 1_000, "volume_ml": 2_000, **more}
    return ProductFact(merchant=code, sku=sku, name=f"Taken {sku}", category="", unit="", **values)


def taken(market: Market, *facts: ProductFact, hours: int = 0) -> list[int]:
    with transaction() as session:
        ids = take_products(
            session, facts, merchant_ids={facts[0].merchant: market.merchant_id}, now=NOW + timedelta(hours=hours)
        )
    return [ids[one.merchant, one.sku] for one in facts]


def lines() -> list[tuple[str, int | None, int]]:
    with reading() as session:
        return [
            (session.get_one(Product, row.product_id).sku, row.old_price_cents, row.price_cents)
            for row in rows(session, ProductPrice)
        ]


def test_only_what_is_new_or_costs_otherwise_is_a_line_of_history(any_tables: Flask) -> None:
    market = a_market()

    first = taken(market, fact(market, "V01"), fact(market, "V02"))
    again = taken(market, fact(market, "V01"), fact(market, "V02", price_cents=600), hours=24)

    assert first == again
    assert lines() == [("V01", None, 500), ("V02", None, 500), ("V02", 500, 600)]
    with reading() as session:
        assert {row.cause for row in rows(session, ProductPrice)} == {PriceCause.IMPORTED}


def test_what_the_list_sells_by_weight_in_packs_or_as_a_bundle_is_left_as_it_is(tables: Flask) -> None:
    market = a_market()
    plain = a_product(market, "V01")
    fish = a_product(market, "FISH", price_per_kg_cents=1_998, weight_g=1_250)
    eggs = a_product(market, "EGG", price_cents=3_000, pack_size=30)
    bundle = a_product(market, "SET", contents=(("V01", 2),))
    kept = [the(key).price_cents for key in (fish, eggs, bundle)]

    ids = taken(market, *(fact(market, sku, price_cents=1) for sku in ("FISH", "EGG", "SET", "V01")))

    assert ids == [fish, eggs, bundle, plain]
    assert [the(key).price_cents for key in (fish, eggs, bundle)] == kept
    assert (the(fish).sold_by, the(fish).name, the(plain).price_cents) == (SoldBy.WEIGHT, "Product FISH", 1)


def test_a_bundle_follows_the_weight_that_a_day_states(tables: Flask) -> None:
    market = a_market()
    a_product(market, "V01")
    bundle = a_product(market, "SET", contents=(("V01", 2),))

    taken(market, fact(market, "V01", weight_g=1_100))

    assert (the(bundle).weight_g, the(bundle).volume_ml) == (2_200, 4_000)
