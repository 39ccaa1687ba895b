"""Prices change with a reason, leave a history that nobody edits, and keep the ceilings where the merchant serves."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise

import pytest
from flask import Flask
from sqlalchemy import delete, select, update
from sqlalchemy.exc import DBAPIError

from logistics.db import reading, transaction
from logistics.orders.catalogue import errors, service
from logistics.orders.catalogue.models import BundleLine, GoodAssignment, PriceCeiling, ProductPrice
from logistics.orders.catalogue.rules import PriceCause, SoldBy, Temperature
from logistics.orders.catalogue.service import AssignGood, change_product, reinstate_product, retire_product
from tests.builders import NOW
from tests.orders.catalogue.selling import TODAY, a_ceiling, a_good, a_market, a_product, priced, rows, the
from tests.racing import race

LATER = NOW + timedelta(hours=1)


def history(product_id: int) -> list[ProductPrice]:
    with reading() as session:
        return [row for row in rows(session, ProductPrice) if row.product_id == product_id]


def test_a_price_is_a_line_of_history_from_its_first_day(any_tables: Flask) -> None:
    market = a_market()
    product_id = a_product(market, "V01", reason="opening")

    assert priced(product_id, price_cents=550, reason="wholesale is up", now=LATER)
    assert not priced(product_id, price_cents=550, now=LATER)  # the same again is no change

    first, second = history(product_id)
    assert (first.cause, first.old_price_cents, first.price_cents, first.starts_at, first.reason) == (
        PriceCause.ADDED, None, 500, NOW, "opening",
    )  # fmt: skip
    assert (second.cause, second.old_price_cents, second.price_cents, second.starts_at, second.reason) == (
        PriceCause.CHANGED, 500, 550, LATER, "wholesale is up",
    )  # fmt: skip
    assert the(product_id).price_cents == 550


def test_a_smaller_pack_at_the_same_price_is_a_change_of_price(tables: Flask) -> None:
    product_id = a_product(a_market(), "EGG", price_cents=3_000, weight_g=1_900, pack_size=30)

    assert priced(product_id, price_cents=3_000, weight_g=1_700, pack_size=27)

    assert [(row.price_cents, row.weight_g, row.pack_size) for row in history(product_id)] == [
        (3_000, 1_900, 30), (3_000, 1_700, 27),
    ]  # fmt: skip


def test_what_is_sold_by_weight_has_a_price_per_kilogram_and_an_estimate(any_tables: Flask) -> None:
    product_id = a_product(a_market(), "FISH", price_per_kg_cents=4_990, weight_g=650)

    # 49.90 × 0.65 = 32.435, rounded half up
    assert (the(product_id).sold_by, the(product_id).price_cents) == (SoldBy.WEIGHT, 3_244)
    assert priced(product_id, price_per_kg_cents=3_990)
    assert the(product_id).price_cents == 2_594  # 39.90 × 0.65 = 25.935
    (_, line) = history(product_id)
    assert (line.old_price_per_kg_cents, line.price_per_kg_cents, line.weight_g) == (4_990, 3_990, 650)


@pytest.mark.parametrize(
    ("wanted", "error"),
    [
        ({}, errors.BadTerms),
        ({"price_cents": 1, "price_per_kg_cents": 1, "weight_g": 1}, errors.BadTerms),
        ({"price_per_kg_cents": 1}, errors.NoEstimate),
        ({"price_per_kg_cents": 1, "weight_g": 1, "pack_size": 2}, errors.PackOfWeight),
    ],
)
def test_terms_that_are_none_are_refused(tables: Flask, wanted: dict[str, int], error: type[errors.BadTerms]) -> None:
    with pytest.raises(error):
        service.TermsWanted(**wanted).terms("V01")


def test_a_product_stays_by_piece_or_by_weight(tables: Flask) -> None:
    product_id = a_product(a_market(), "V01")

    with pytest.raises(errors.OtherWayOfSelling):
        priced(product_id, price_per_kg_cents=500)


def test_a_number_is_used_once_even_by_a_retired_product(tables: Flask) -> None:
    market = a_market()
    product_id = a_product(market, "V01")
    with transaction() as session:
        retire_product(session, product_id, now=NOW)

    with pytest.raises(errors.SkuTaken):
        a_product(market, "V01")
    with pytest.raises(errors.Retired):
        priced(product_id, price_cents=1)
    with transaction() as session:
        reinstate_product(session, product_id, now=NOW)
    assert priced(product_id, price_cents=1)


def test_another_merchant_may_use_the_same_number(tables: Flask) -> None:
    assert a_product(a_market(), "V01") != a_product(a_market(), "V01")


# ceilings


def test_a_price_over_a_ceiling_where_the_merchant_serves_is_refused_with_its_numbers(any_tables: Flask) -> None:
    market = a_market()
    good_id = a_good()
    a_ceiling(market.town.office_id, 250)  # 500 for 1,000 g is just that
    product_id = a_product(market, "V01", name="大白菜", good_id=good_id)

    with pytest.raises(errors.OverCeiling) as refused:
        priced(product_id, price_cents=600)

    assert str(refused.value).startswith("大白菜 (V01): ¥6.00 for 1000 g is ¥3.00 per 500 g; street_office")
    assert str(refused.value).endswith(f"allows ¥2.50 per 500 g of 白菜 since {TODAY.isoformat()}, so at most ¥5.00.")
    assert refused.value.data["top_cents"] == 500
    assert the(product_id).price_cents == 500
    assert len(history(product_id)) == 1


def test_ceilings_of_areas_that_the_merchant_does_not_serve_bind_nothing(tables: Flask) -> None:
    market = a_market(served=False)
    a_ceiling(market.town.office_id, 250)
    product_id = a_product(market, "V01", good_id=a_good())

    assert priced(product_id, price_cents=99_999)


def test_a_smaller_weight_can_break_a_ceiling_too(tables: Flask) -> None:
    market = a_market()
    a_ceiling(market.town.community_id, 250)  # an area below the one that is served
    product_id = a_product(market, "V01", good_id=a_good())

    with pytest.raises(errors.OverCeiling):
        priced(product_id, price_cents=500, weight_g=999)


def test_a_new_product_over_a_ceiling_is_refused(tables: Flask) -> None:
    market = a_market()
    a_ceiling(market.town.district_id, 250)
    good_id = a_good()

    with pytest.raises(errors.OverCeiling):
        a_product(market, "V01", good_id=good_id, price_cents=501)
    with pytest.raises(errors.OverCeilingWithoutWeight):
        a_product(market, "V01", good_id=good_id, price_cents=1, weight_g=0)
    a_product(market, "V01", good_id=good_id, price_cents=500)


def test_a_retired_product_does_not_come_back_over_a_ceiling(tables: Flask) -> None:
    market = a_market()
    product_id = a_product(market, "V01", good_id=a_good())
    with transaction() as session:
        retire_product(session, product_id, now=NOW)
    a_ceiling(market.town.office_id, 249)

    with pytest.raises(errors.OverCeiling), transaction() as session:
        reinstate_product(session, product_id, now=NOW)


# which good it is


def assigned(product_id: int, good_id: int | None, *, by_office: bool) -> bool:
    with transaction() as session:
        command = AssignGood(product_id=product_id, good_id=good_id, by_office=by_office)
        return service.assign_good(session, command, now=NOW)


def test_a_merchant_lowers_the_price_before_it_names_the_good(tables: Flask) -> None:
    market = a_market()
    a_ceiling(market.town.office_id, 240)
    product_id = a_product(market, "V01")

    with pytest.raises(errors.OverCeiling):
        assigned(product_id, a_good(), by_office=False)
    priced(product_id, price_cents=480)

    assert assigned(product_id, a_good(), by_office=False)
    assert not assigned(product_id, a_good(), by_office=False)


def test_what_an_office_says_of_a_product_stands(tables: Flask) -> None:
    market = a_market()
    a_ceiling(market.town.office_id, 240)
    product_id = a_product(market, "V01")

    assert assigned(product_id, a_good(), by_office=True)  # and the price breaks the ceiling from now on
    with pytest.raises(errors.AssignedByOffice):
        assigned(product_id, None, by_office=False)
    assert the(product_id).good_id == a_good()
    assert assigned(product_id, None, by_office=True)
    with pytest.raises(errors.AssignedByOffice):
        assigned(product_id, a_good(), by_office=False)


# bundles


def test_a_bundle_is_the_sum_of_its_contents(any_tables: Flask) -> None:
    market = a_market()
    a_product(market, "V01", volume_ml=1_500)
    fish = a_product(
        market, "FISH", price_per_kg_cents=4_000, weight_g=650, volume_ml=700, temperature=Temperature.FROZEN
    )
    bundle = a_product(market, "SET", price_cents=5_000, contents=(("V01", 2), ("FISH", 1)))

    found = the(bundle)
    assert (found.is_bundle, found.weight_g, found.volume_ml, found.temperature) == (
        True, 2_650, 3_700, Temperature.FROZEN,
    )  # fmt: skip

    # a heavier fish makes a heavier bundle, and its history says so
    priced(fish, price_per_kg_cents=4_000, weight_g=700)
    with transaction() as session:
        change_product(session, fish, {"volume_ml": 800, "temperature": Temperature.CHILLED}, set_by_id=None, now=NOW)
    found = the(bundle)
    assert (found.weight_g, found.volume_ml, found.temperature) == (2_700, 3_800, Temperature.CHILLED)
    assert [(row.price_cents, row.weight_g) for row in history(bundle)] == [(5_000, 2_650), (5_000, 2_700)]


def test_no_bundle_lies_in_a_bundle(tables: Flask) -> None:
    market, other = a_market(), a_market()
    retired = a_product(market, "OLD")
    with transaction() as session:
        retire_product(session, retired, now=NOW)
    a_product(market, "V01")
    a_product(market, "SET", contents=(("V01", 2),))
    a_product(other, "THEIRS")

    with pytest.raises(errors.BundleInBundle):
        a_product(market, "SETS", contents=(("V01", 1), ("SET", 1)))
    for unknown in ("SETS", "OLD", "THEIRS", "X"):
        with pytest.raises(errors.NoSuchContent):
            a_product(market, "SETS", contents=((unknown, 1),))
    for bad in ((), (("V01", 1), ("V01", 1)), (("V01", 0),), (("V01", 1_001),)):
        with pytest.raises(errors.BadContents):
            a_product(market, "SETS", contents=bad)


def test_what_follows_from_its_contents_is_not_said_of_a_bundle(tables: Flask) -> None:
    market = a_market()
    a_product(market, "V01")
    bundle = a_product(market, "SET", contents=(("V01", 2),))

    for told in ({"volume_ml": 5}, {"temperature": Temperature.FROZEN}):
        with pytest.raises(errors.BundleIsSum), transaction() as session:
            change_product(session, bundle, told, set_by_id=None, now=NOW)
    with pytest.raises(errors.BundleIsSum):
        priced(bundle, price_cents=1, weight_g=7)
    with pytest.raises(errors.BundleIsSum):
        a_product(market, "SET2", contents=(("V01", 2),), volume_ml=5)
    with pytest.raises(errors.BundleIsSum):
        a_product(market, "SET2", contents=(("V01", 2),), price_per_kg_cents=5, weight_g=5)


def test_a_bundle_does_not_carry_its_contents_over_a_ceiling(any_tables: Flask) -> None:
    market = a_market()
    a_ceiling(market.town.office_id, 250)
    a_product(market, "V01", good_id=a_good())
    a_product(market, "RICE", price_cents=1_200, weight_g=5_000)

    with pytest.raises(errors.BundleOverCeiling) as refused:  # 2 × 5.00 + 12.00
        a_product(market, "SET", price_cents=2_201, contents=(("V01", 2), ("RICE", 1)))
    bundle = a_product(market, "SET", price_cents=2_200, contents=(("V01", 2), ("RICE", 1)))
    with pytest.raises(errors.BundleOverCeiling):
        priced(bundle, price_cents=2_300)

    assert "at most ¥22.00" in str(refused.value)


# what nobody edits


@pytest.mark.parametrize("table", [ProductPrice, GoodAssignment, BundleLine, PriceCeiling])
def test_histories_are_neither_edited_nor_deleted(any_tables: Flask, table: type) -> None:
    market = a_market()
    product_id = a_product(market, "V01", good_id=a_good())
    a_product(market, "SET", contents=(("V01", 2),))
    a_ceiling(market.town.office_id, 250)
    assert history(product_id)
    column = {BundleLine: "quantity", PriceCeiling: "ceiling_cents"}.get(table, "reason")

    with pytest.raises(DBAPIError, match=r"append-only|never edited"), transaction() as session:
        session.execute(update(table).values({column: 1 if column != "reason" else "x"}))
    with pytest.raises(DBAPIError, match="append-only"), transaction() as session:
        session.execute(delete(table))


def test_two_changes_at_once_follow_one_another(any_tables: Flask) -> None:
    product_id = a_product(a_market(), "V01")

    answers = race(any_tables, [lambda n=n: priced(product_id, price_cents=1_000 + n) for n in range(8)])

    assert answers == [True] * 8
    lines = history(product_id)
    assert len(lines) == 9
    for before, after in pairwise(lines):
        assert after.old_price_cents == before.price_cents
    assert the(product_id).price_cents == lines[-1].price_cents


def test_every_product_of_the_list_says_what_the_last_line_of_its_history_says(tables: Flask) -> None:
    market = a_market()
    ids = [a_product(market, f"V{n:02}", price_cents=100 * n) for n in range(5)]
    for product_id in ids[::2]:
        priced(product_id, price_cents=77)

    for product_id in ids:
        assert the(product_id).price_cents == history(product_id)[-1].price_cents
    with reading() as session:
        assert len(session.scalars(select(ProductPrice)).all()) == 5 + 3
