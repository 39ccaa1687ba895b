"""The measures of a sharing, by hand."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from logistics.inventory.allocation import Filled, Measures, measure
from logistics.inventory.allocation.measures import gini, jain


def rows(*pairs: tuple[int, int]) -> list[Filled]:
    return [Filled(place="abcdef"[n], requested=asked, allocated=given) for n, (asked, given) in enumerate(pairs)]


def test_the_measures_of_three_places() -> None:
    # fills 1, .5, .25: mean 7/12, sum 1.75; Gini: ordered .25 .5 1 weighed -2 0 2 is 1.5 by 3 * 1.75 = 2/7;
    # Jain: 1.75² by 3 * (1 + .25 + .0625) = 3.0625/3.9375 = 7/9
    assert measure(rows((10, 10), (20, 10), (40, 10), (0, 0))) == Measures(
        places=3,
        requested=70,
        allocated=30,
        fill=30 / 70,
        fill_mean=7 / 12,
        fill_min=0.25,
        gini=2 / 7,
        jain=7 / 9,
        short=2,
        worst=("c",),
    )


def test_all_filled_alike_is_perfectly_even() -> None:
    found = measure(rows((10, 5), (20, 10)))

    assert (found.gini, found.jain, found.worst) == (0.0, 1.0, ("a", "b"))


def test_one_who_has_everything_is_as_uneven_as_can_be() -> None:
    # of n places: Gini 1 - 1/n, Jain 1/n
    found = measure(rows((10, 10), (10, 0), (10, 0), (10, 0)))

    assert (found.gini, found.jain, found.fill_min) == (0.75, 0.25, 0.0)


def test_nothing_for_all_is_even_and_nobody_asking_is_filled() -> None:
    assert (measure(rows((10, 0), (10, 0))).gini, measure(rows((10, 0))).jain) == (0.0, 1.0)
    none = measure(rows((0, 0)))
    assert (none.places, none.fill, none.fill_mean, none.fill_min, none.short) == (0, 1.0, 1.0, 1.0, 0)


@given(st.lists(st.fractions(0, 2), min_size=1, max_size=8))
def test_gini_is_half_the_mean_difference_by_the_mean(values: list[Fraction]) -> None:
    pairs = sum(abs(one - other) for one in values for other in values)
    mean = sum(values) / Fraction(len(values))

    assert gini(values) == (pairs / (2 * len(values) ** 2 * mean) if mean else 0)
    assert Fraction(1, len(values)) <= jain(values) <= 1


@pytest.mark.parametrize("times", [2, 7])
def test_evenness_does_not_depend_on_the_scale(times: int) -> None:
    values = [Fraction(1, 3), Fraction(1, 2), Fraction(1)]

    assert gini(values) == gini([times * value for value in values])
    assert jain(values) == jain([times * value for value in values])
