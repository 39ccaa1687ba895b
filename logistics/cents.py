"""Whole cents out of exact fractions: rounded half up, once per line of a bill (docs/decisions/0018-cents.md)."""

from __future__ import annotations

from fractions import Fraction


def half_up(exact: Fraction) -> int:
    """The nearest whole number of cents, of two equally near ones the one that is farther from zero, so that a credit
    of an amount takes back exactly what a charge of it took."""
    sign = -1 if exact < 0 else 1
    return sign * int(abs(exact) + Fraction(1, 2))


def yuan(cents: int | None) -> str:
    """An amount as people read it; a dash where there is none."""
    return "–" if cents is None else f"¥{cents // 100}.{cents % 100:02d}"
