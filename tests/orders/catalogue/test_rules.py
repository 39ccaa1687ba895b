"""Prices against ceilings, by exact fractions; bundles as sums. The arithmetic stands beside the numbers."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from logistics.orders.catalogue.rules import (
    Breach,
    BundleBreach,
    Ceiling,
    CeilingUnit,
    Content,
    Priced,
    SoldBy,
    Temperature,
    Terms,
    breaches_of,
    breaks,
    estimate_cents,
    load_of,
    looks_like,
    piece_terms,
    top_cents,
    weight_terms,
)

DAY = date(2022, 4, 1)
CABBAGE, EGG, RICE = 1, 2, 3


def a_ceiling(cents: int, *, unit: CeilingUnit = CeilingUnit.PER_500G, good_id: int = CABBAGE, key: int = 1) -> Ceiling:
    return Ceiling(
        ceiling_id=key,
        area_id=1,
        area="甸柳",
        good_id=good_id,
        good="白菜",
        unit=unit,
        ceiling_cents=cents,
        starts_on=DAY,
    )


def priced(terms: Terms, *, good_id: int | None = CABBAGE, contents: tuple[tuple[int, Priced], ...] = ()) -> Priced:
    return Priced(product_id=7, sku="V01", name="大白菜", terms=terms, good_id=good_id, contents=contents)


@pytest.mark.parametrize(
    ("price_cents", "weight_g", "broken"),
    [
        (500, 1_000, False),  # 2.50 per 500 g: just the ceiling
        (501, 1_000, True),  # 2.505
        (998, 2_000, False),  # 2.495
        (1_001, 2_000, True),  # 2.5025: rounded it would be 2.50
        (83, 166, False),  # 83 × 500 / 166 = 250.0
        (84, 166, True),  # 253.01
        (0, 0, False),  # given away
        (1, 0, True),  # nothing says what it weighs
    ],
)
def test_a_price_by_piece_is_held_against_500_g(price_cents: int, weight_g: int, broken: bool) -> None:
    assert breaks(piece_terms(price_cents=price_cents, weight_g=weight_g), a_ceiling(250)) is broken


@pytest.mark.parametrize(("per_kg", "broken"), [(500, False), (501, True), (0, False)])
def test_a_price_by_weight_is_held_against_500_g_whatever_a_piece_weighs(per_kg: int, broken: bool) -> None:
    for weight_g in (1, 333, 5_000):
        assert breaks(weight_terms(price_per_kg_cents=per_kg, weight_g=weight_g), a_ceiling(250)) is broken


@pytest.mark.parametrize(
    ("terms", "broken"),
    [
        (piece_terms(price_cents=3_000, weight_g=1_900, pack_size=30), False),  # 1.00 an egg
        (piece_terms(price_cents=3_001, weight_g=1_900, pack_size=30), True),
        (weight_terms(price_per_kg_cents=2_000, weight_g=50), False),  # 20.00 × 0.05 kg = 1.00
        (weight_terms(price_per_kg_cents=2_001, weight_g=50), True),  # 1.0005, which shows as 1.00
    ],
)
def test_a_price_is_held_against_a_piece_of_its_pack(terms: Terms, broken: bool) -> None:
    assert breaks(terms, a_ceiling(100, unit=CeilingUnit.PER_PIECE)) is broken


@pytest.mark.parametrize(
    ("terms", "unit", "found", "top"),
    [
        # 6.00 for 1 kg is 3.00 per 500 g; 2.50 × 2 = 5.00
        (piece_terms(price_cents=600, weight_g=1_000), CeilingUnit.PER_500G, 300, 500),
        # 5.01 × 500 / 1000 = 2.505, shown as 2.51
        (piece_terms(price_cents=501, weight_g=1_000), CeilingUnit.PER_500G, 251, 500),
        # 2.50 × 333 / 500 = 1.665: at most 1.66; 1.67 × 500 / 333 = 2.5075
        (piece_terms(price_cents=167, weight_g=333), CeilingUnit.PER_500G, 251, 166),
        # per kg: at most 5.00
        (weight_terms(price_per_kg_cents=799, weight_g=300), CeilingUnit.PER_500G, 400, 500),
        # a piece of 300 g at 8.99 per kg is 2.697; 2.50 / 0.3 kg = 8.33 per kg
        (weight_terms(price_per_kg_cents=899, weight_g=300), CeilingUnit.PER_PIECE, 270, 833),
        (piece_terms(price_cents=2_000, weight_g=0, pack_size=6), CeilingUnit.PER_PIECE, 334, 1_500),
    ],
)
def test_a_breach_tells_the_price_found_and_the_highest_allowed(
    terms: Terms, unit: CeilingUnit, found: int, top: int
) -> None:
    (breach,) = breaches_of(priced(terms), [a_ceiling(250, unit=unit)])

    assert isinstance(breach, Breach)
    assert (breach.found_cents, breach.top_cents) == (found, top)


def test_ceilings_of_other_goods_and_products_of_none_break_nothing() -> None:
    dear = piece_terms(price_cents=9_999, weight_g=500)

    assert breaches_of(priced(dear), [a_ceiling(1, good_id=EGG)]) == []
    assert breaches_of(priced(dear, good_id=None), [a_ceiling(1)]) == []


def test_the_tightest_ceiling_is_told_first() -> None:
    street, district = a_ceiling(240, key=2), a_ceiling(250, key=1)

    broken = breaches_of(priced(piece_terms(price_cents=600, weight_g=1_000)), [district, street])

    assert [breach.ceiling.ceiling_id for breach in broken if isinstance(breach, Breach)] == [2, 1]


def test_a_ceiling_binds_from_its_first_day_until_the_day_it_ends() -> None:
    from dataclasses import replace

    ceiling = replace(a_ceiling(250), until_on=DAY + timedelta(days=2))

    assert [ceiling.binds_on(DAY + timedelta(days=n)) for n in (-1, 0, 1, 2)] == [False, True, True, False]
    assert not replace(ceiling, until_on=DAY).binds_on(DAY)


# by weight


def test_the_price_of_a_piece_is_an_estimate_rounded_half_up() -> None:
    assert estimate_cents(price_per_kg_cents=499, weight_g=333) == 166  # 166.167
    assert estimate_cents(price_per_kg_cents=500, weight_g=333) == 167  # 166.5
    terms = weight_terms(price_per_kg_cents=500, weight_g=333)
    assert (terms.sold_by, terms.price_cents, terms.pack_size) == (SoldBy.WEIGHT, 167, 1)


# bundles


def a_bundle(price_cents: int, *contents: tuple[int, Priced]) -> Priced:
    return priced(piece_terms(price_cents=price_cents, weight_g=1), good_id=None, contents=contents)


def test_a_bundle_weighs_what_is_in_it_and_travels_as_the_coldest() -> None:
    load = load_of(
        [
            Content(quantity=2, weight_g=1_000, volume_ml=1_500, temperature=Temperature.AMBIENT),
            Content(quantity=1, weight_g=400, volume_ml=900, temperature=Temperature.FROZEN),
            Content(quantity=3, weight_g=250, volume_ml=0, temperature=Temperature.CHILLED),
        ]
    )

    assert (load.weight_g, load.volume_ml, load.temperature) == (3_150, 3_900, Temperature.FROZEN)


def test_a_bundle_is_held_against_what_its_contents_may_cost() -> None:
    # two cabbages of 1 kg at no more than 5.00 each, however dear they are in the list, and rice at its own 12.00
    cabbage = priced(piece_terms(price_cents=900, weight_g=1_000))
    rice = priced(piece_terms(price_cents=1_200, weight_g=5_000), good_id=None)

    kept = breaches_of(a_bundle(2_200, (2, cabbage), (1, rice)), [a_ceiling(250)])
    (broken,) = breaches_of(a_bundle(2_201, (2, cabbage), (1, rice)), [a_ceiling(250)])

    assert kept == []
    assert isinstance(broken, BundleBreach)
    assert (broken.top_cents, [ceiling.good_id for ceiling in broken.ceilings]) == (2_200, [CABBAGE])


def test_a_bundle_without_goods_under_a_ceiling_may_cost_anything() -> None:
    rice = priced(piece_terms(price_cents=1_200, weight_g=5_000), good_id=RICE)

    assert breaches_of(a_bundle(99_999, (1, rice)), [a_ceiling(250)]) == []


# properties

terms = st.one_of(
    st.builds(
        piece_terms,
        price_cents=st.integers(0, 100_000),
        weight_g=st.integers(0, 20_000),
        pack_size=st.integers(1, 100),
    ),
    st.builds(weight_terms, price_per_kg_cents=st.integers(0, 100_000), weight_g=st.integers(1, 20_000)),
)
units = st.sampled_from(list(CeilingUnit))


@given(terms, st.integers(0, 50_000), units)
def test_what_a_breach_shows_never_contradicts_it(found: Terms, cents: int, unit: CeilingUnit) -> None:
    ceiling = a_ceiling(cents, unit=unit)
    for breach in breaches_of(priced(found), [ceiling]):
        assert isinstance(breach, Breach)
        if found.per_gram is not None or unit is CeilingUnit.PER_PIECE:
            assert breach.found_cents > cents


@given(terms, st.integers(0, 50_000), units)
def test_the_highest_price_allowed_keeps_the_ceiling_and_one_cent_more_does_not(
    found: Terms, cents: int, unit: CeilingUnit
) -> None:
    ceiling = a_ceiling(cents, unit=unit)
    top = top_cents(found, ceiling)

    def at(price: int) -> Terms:
        if found.sold_by is SoldBy.WEIGHT:
            return weight_terms(price_per_kg_cents=price, weight_g=found.weight_g)
        return piece_terms(price_cents=price, weight_g=found.weight_g, pack_size=found.pack_size)

    assert not breaks(at(top), ceiling)
    assert breaks(at(top + 1), ceiling)


@given(terms)
def test_a_pack_twice_as_large_at_twice_the_price_is_as_dear(found: Terms) -> None:
    if found.sold_by is SoldBy.PIECE:
        double = piece_terms(
            price_cents=2 * found.price_cents, weight_g=2 * found.weight_g, pack_size=2 * found.pack_size
        )
        assert (double.per_gram, double.per_piece) == (found.per_gram, found.per_piece)
    else:
        assert found.per_gram == Fraction(found.price_per_kg_cents or 0, 1_000)


# names


def test_a_name_speaks_of_the_longest_good_that_stands_in_it() -> None:
    goods = {1: "白菜", 2: "大白菜", 3: "鸡蛋"}

    assert looks_like("山东 大白菜 约2斤", goods) == 2
    assert looks_like("小白菜", goods) == 1
    assert looks_like("苹果", goods) is None
