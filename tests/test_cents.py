"""Fractions of a cent become cents in one place."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from logistics.cents import half_up


@pytest.mark.parametrize(
    ("exact", "cents"),
    [
        (Fraction(0), 0),
        (Fraction(249, 2), 125),  # 124.5
        (Fraction(251, 2), 126),  # 125.5: up as well, not to the even one
        (Fraction(12_449, 100), 124),
        (Fraction(-249, 2), -125),  # a credit takes back what the charge took
        (Fraction(-1, 3), 0),
    ],
)
def test_halves_go_away_from_zero(exact: Fraction, cents: int) -> None:
    assert half_up(exact) == cents


@given(st.fractions(min_value=-(10**9), max_value=10**9, max_denominator=10**6))
def test_rounding_moves_by_half_a_cent_at_most_and_a_credit_mirrors_its_charge(exact: Fraction) -> None:
    assert abs(half_up(exact) - exact) <= Fraction(1, 2)
    assert half_up(-exact) == -half_up(exact)
