"""Ceilings are set and ended, never edited; they bind where goods go, and what breaks them is told in numbers."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from flask_babel import force_locale
from sqlalchemy import select

from logistics.db import reading, transaction
from logistics.orders.catalogue import errors
from logistics.orders.catalogue.models import PriceCeiling
from logistics.orders.catalogue.rules import BundleBreach, CeilingUnit
from logistics.orders.catalogue.service import OfferedPrice, breaches, end_ceiling, refusal
from logistics.telling import told
from tests.builders import NOW
from tests.orders.catalogue.selling import TODAY, Market, a_ceiling, a_good, a_market, a_product, rows
from tests.racing import race

TOMORROW = TODAY + timedelta(days=1)


def spans() -> list[tuple[int, str, str | None]]:
    """Every ceiling ever set: cents, from, until, by day counted from today."""
    with reading() as session:
        return [
            (row.ceiling_cents, row.starts_on.isoformat(), row.until_on.isoformat() if row.until_on else None)
            for row in rows(session, PriceCeiling)
        ]


def ended(ceiling_id: int, *, days: int | None = None) -> None:
    until_on = None if days is None else TODAY + timedelta(days=days)
    with transaction() as session:
        end_ceiling(session, ceiling_id, until_on=until_on, reason="plenty", ended_by_id=None, now=NOW)


def broken(market: Market, *offered: OfferedPrice, area_ids: tuple[int, ...] = (), days: int = 0) -> list[str]:
    areas = area_ids or (market.town.district_id,)
    with reading() as session:
        return [one.sku for one in breaches(session, offered, areas, TODAY + timedelta(days=days))]


def test_a_new_ceiling_ends_the_one_before_on_its_first_day(any_tables: Flask) -> None:
    office = a_market().town.office_id
    first = a_ceiling(office, 250)
    second = a_ceiling(office, 300, starts_on=TOMORROW)

    assert first != second
    assert spans() == [(250, TODAY.isoformat(), TOMORROW.isoformat()), (300, TOMORROW.isoformat(), None)]
    with reading() as session:
        assert session.get_one(PriceCeiling, first).end_reason == "scarce"  # the reason of the new one


def test_the_same_ceiling_again_changes_nothing(any_tables: Flask) -> None:
    office = a_market().town.office_id

    assert a_ceiling(office, 250) == a_ceiling(office, 250) == a_ceiling(office, 250, starts_on=TOMORROW)
    assert spans() == [(250, TODAY.isoformat(), None)]


def test_per_piece_and_per_500_g_stand_side_by_side(tables: Flask) -> None:
    office = a_market().town.office_id
    a_ceiling(office, 250)
    a_ceiling(office, 100, unit=CeilingUnit.PER_PIECE)

    assert [until for _, _, until in spans()] == [None, None]


def test_a_ceiling_begins_today_or_later_and_after_the_ones_that_stand(tables: Flask) -> None:
    office = a_market().town.office_id
    with pytest.raises(errors.BadCeilingDay):
        a_ceiling(office, 250, starts_on=TODAY - timedelta(days=1))
    a_ceiling(office, 250, starts_on=TODAY + timedelta(days=9))

    with pytest.raises(errors.LaterCeiling):
        a_ceiling(office, 300)


def test_a_ceiling_does_not_begin_under_one_that_ends_later(tables: Flask) -> None:
    office = a_market().town.office_id
    ended(a_ceiling(office, 250), days=5)

    with pytest.raises(errors.LaterCeiling):
        a_ceiling(office, 300, starts_on=TODAY + timedelta(days=4))
    a_ceiling(office, 300, starts_on=TODAY + timedelta(days=5))


def test_a_ceiling_is_ended_once(any_tables: Flask) -> None:
    office = a_market().town.office_id
    ceiling_id = a_ceiling(office, 250)
    ended(ceiling_id)

    assert spans() == [(250, TODAY.isoformat(), TODAY.isoformat())]
    with pytest.raises(errors.CeilingEnded):
        ended(ceiling_id)


def test_a_ceiling_does_not_end_in_the_past(tables: Flask) -> None:
    office, two_days = a_market().town.office_id, timedelta(days=2)
    ceiling_id = a_ceiling(office, 250, starts_on=TODAY - two_days, now=NOW - two_days)

    with pytest.raises(errors.BadCeilingDay):
        ended(ceiling_id, days=-1)
    ended(ceiling_id, days=0)


def test_a_ceiling_that_has_not_begun_never_binds_once_it_is_ended(tables: Flask) -> None:
    office = a_market().town.office_id
    ended(a_ceiling(office, 250, starts_on=TODAY + timedelta(days=3)))

    assert spans() == [(250, (TODAY + timedelta(days=3)).isoformat(), (TODAY + timedelta(days=3)).isoformat())]


def test_of_two_offices_clicks_one_ceiling_comes(any_tables: Flask) -> None:
    office = a_market().town.office_id

    race(any_tables, [lambda n=n: a_ceiling(office, 200 + n) for n in range(6)])

    with reading() as session:
        standing = session.scalars(select(PriceCeiling).where(PriceCeiling.until_on.is_(None))).all()
        assert len(standing) == 1
        assert standing[0].ceiling_cents in range(200, 206)


# where they bind


def test_a_ceiling_binds_what_goes_to_its_area_from_above_and_below(any_tables: Flask) -> None:
    market, elsewhere = a_market(), a_market()
    product_id = a_product(market, "V01", good_id=a_good())  # 2.50 per 500 g
    a_ceiling(market.town.office_id, 249)
    offered = OfferedPrice(product_id=product_id, price_cents=500)

    town = market.town
    assert broken(market, offered, area_ids=(town.district_id,)) == ["V01"]  # goods go into the office's area too
    assert broken(market, offered, area_ids=(town.office_id,)) == ["V01"]
    assert broken(market, offered, area_ids=(town.community_id,)) == ["V01"]
    assert broken(market, offered, area_ids=(elsewhere.town.district_id,)) == []
    assert broken(market, offered, area_ids=(elsewhere.town.office_id, town.community_id)) == ["V01"]
    assert broken(market) == []


def test_a_ceiling_binds_on_its_days(tables: Flask) -> None:
    market = a_market()
    product_id = a_product(market, "V01", good_id=a_good())
    ended(a_ceiling(market.town.office_id, 249, starts_on=TOMORROW), days=3)
    offered = OfferedPrice(product_id=product_id, price_cents=500)

    assert [broken(market, offered, days=n) for n in range(4)] == [[], ["V01"], ["V01"], []]


def test_what_an_offer_asks_is_held_against_the_ceiling_and_not_the_list(tables: Flask) -> None:
    market = a_market()
    cabbage = a_product(market, "V01", good_id=a_good())
    fish = a_product(market, "FISH", price_per_kg_cents=499, weight_g=333, good_id=a_good())  # 166.167: 166 a piece
    a_ceiling(market.town.office_id, 250)

    def asked(product_id: int, cents: int, per_kg: int | None = None) -> list[str]:
        return broken(market, OfferedPrice(product_id=product_id, price_cents=cents, price_per_kg_cents=per_kg))

    assert asked(cabbage, 500) == []
    assert asked(cabbage, 501) == ["V01"]
    assert asked(fish, 166) == []  # the usual price of a piece: the price per kg counts
    assert asked(fish, 167) == ["FISH"]  # 167 × 500 / 333 = 250.75
    assert asked(fish, 167, per_kg=500) == []
    assert asked(fish, 167, per_kg=501) == ["FISH"]
    assert asked(999_999, 1) == []


def test_a_bundle_in_a_campaign_is_held_against_its_contents(tables: Flask) -> None:
    market = a_market()
    a_product(market, "V01", good_id=a_good())
    bundle = a_product(market, "SET", price_cents=1_000, contents=(("V01", 2),))
    a_ceiling(market.town.office_id, 240)

    with reading() as session:
        offered = [OfferedPrice(product_id=bundle, price_cents=961), OfferedPrice(product_id=bundle, price_cents=960)]
        (found,) = breaches(session, offered, [market.town.community_id], TODAY)

    assert isinstance(found, BundleBreach)
    assert found.top_cents == 960  # 2 × 1,000 g × 2.40 / 500 g


def test_a_breach_is_a_sentence_of_numbers_in_both_languages(app: Flask) -> None:
    market = a_market()
    product_id = a_product(market, "V01", name="大白菜", good_id=a_good())
    a_ceiling(market.town.office_id, 250)

    with reading() as session:
        offered = [OfferedPrice(product_id=product_id, price_cents=600)]
        (found,) = breaches(session, offered, [market.town.office_id], TODAY)
    with app.test_request_context("/"), force_locale("zh_Hans_CN"):
        chinese = told(refusal(found))

    assert chinese.startswith("大白菜（V01）：1000 克 ¥6.00，合每 500 克 ¥3.00；street_office")
    assert chinese.endswith("起对白菜限价每 500 克 ¥2.50，最高 ¥5.00。")
    assert "自2020年2月18日起" in chinese
