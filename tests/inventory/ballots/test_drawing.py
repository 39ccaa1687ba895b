"""The draw as arithmetic that anybody repeats: hashes, order, and the chance that a weight gives."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
from dataclasses import replace
from fractions import Fraction
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from logistics.inventory.ballots.drawing import (
    CODE_ALPHABET,
    Entrant,
    Terms,
    commitment,
    draw,
    draw_seed,
    list_sha256,
    ticket,
)

TERMS = Terms(ballot="B1", item="mask", quantity=5, supply=12)
SEED = "00" * 32


def entrants(*weights: int) -> list[Entrant]:
    """Entrants A, B, C, … of these weights."""
    return [Entrant(code=chr(ord("A") + n), weight=weight) for n, weight in enumerate(weights)]


def sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def test_every_hash_is_that_of_the_text_it_is_said_to_be() -> None:
    first, second = entrants(1, 2)

    assert commitment("5eed", "5a17") == sha256("5eed5a17")
    assert list_sha256(TERMS, [second, first]) == sha256("B1 mask 5 12\nA 1\nB 2\n")
    assert list_sha256(replace(TERMS, source="lottery"), [first]) == sha256("B1 mask 5 12\npublic: lottery\nA 1\n")
    assert draw_seed("5eed", "11", "") == sha256("5eed:11:")
    assert draw_seed("5eed", "11", "07 12 29") == sha256("5eed:11:07 12 29")
    assert ticket("77", first) == sha256("77:A:1")
    assert ticket("77", second) == min(sha256("77:B:1"), sha256("77:B:2"))


@pytest.mark.skipif(shutil.which("sha256sum") is None, reason="sha256sum is not here")
def test_a_shell_recomputes_a_ticket() -> None:
    printed = subprocess.run(
        ["sh", "-c", f"printf '%s' '{SEED}:A:1' | sha256sum"], capture_output=True, text=True, check=True
    )

    assert printed.stdout.split()[0] == ticket(SEED, Entrant(code="A", weight=1))


def test_the_smallest_ticket_is_first() -> None:
    placed = draw(entrants(1, 1, 1, 1), seed=SEED)

    assert [p.rank for p in placed] == [1, 2, 3, 4]
    assert [p.ticket for p in placed] == sorted(sha256(f"{SEED}:{code}:1") for code in "ABCD")


def test_what_is_left_over_of_the_supply_serves_nobody() -> None:
    assert TERMS.shares == 2  # 12 // 5


@pytest.mark.parametrize(("quantity", "supply"), [(0, 5), (6, 5), (-1, 5)])
def test_terms_that_serve_nobody_are_refused(quantity: int, supply: int) -> None:
    with pytest.raises(ValueError, match="it takes 1 to all of them"):
        Terms(ballot="B1", item="mask", quantity=quantity, supply=supply)


def test_terms_with_a_line_break_are_refused() -> None:
    with pytest.raises(ValueError, match="no line break"):
        Terms(ballot="B1", item="mask 5 12\nA", quantity=5, supply=12)


@pytest.mark.parametrize("weight", [0, 11])
def test_a_weight_outside_its_bounds_is_refused(weight: int) -> None:
    with pytest.raises(ValueError, match="it takes 1 to 10"):
        Entrant(code="A", weight=weight)


def test_a_code_twice_is_refused() -> None:
    with pytest.raises(ValueError, match="twice"):
        draw([*entrants(1), *entrants(2)], seed=SEED)


lists = st.lists(
    st.builds(Entrant, code=st.text(CODE_ALPHABET, min_size=8, max_size=8), weight=st.integers(1, 10)),
    max_size=30,
    unique_by=lambda entrant: entrant.code,
)


@given(rows=lists, seed=st.integers(0, 2**64), random=st.randoms(use_true_random=False))
def test_the_same_seed_gives_the_same_result_whatever_the_order_of_the_list(
    rows: list[Entrant], seed: int, random: object
) -> None:
    shuffled = list(rows)
    random.shuffle(shuffled)  # type: ignore[attr-defined]

    placed = draw(rows, seed=str(seed))

    assert placed == draw(shuffled, seed=str(seed))
    assert list_sha256(TERMS, rows) == list_sha256(TERMS, shuffled)
    assert sorted(p.code for p in placed) == sorted(row.code for row in rows)  # everybody once
    assert [p.rank for p in placed] == list(range(1, len(rows) + 1))
    assert [p.ticket for p in placed] == sorted(p.ticket for p in placed)


@given(rows=lists, seed=st.integers(0, 2**64), raised=st.integers(0, 29))
def test_a_higher_weight_never_gives_a_later_place(rows: list[Entrant], seed: int, raised: int) -> None:
    if not rows:
        return
    one = rows[raised % len(rows)]
    more = [Entrant(code=row.code, weight=min(row.weight + (row is one), 10)) for row in rows]

    def place(found: list[Entrant]) -> int:
        return next(p.rank for p in draw(found, seed=str(seed)) if p.code == one.code)

    assert place(more) <= place(rows)


def chance_of_winning(weights: list[int], *, index: int, shares: int) -> Fraction:
    """Exactly: the sum over every order in which `shares` of them can come first, of the product of weight over the
    weights not placed yet."""
    total = Fraction(0)
    for first in permutations(range(len(weights)), shares):
        if index not in first:
            continue
        chance, left = Fraction(1), sum(weights)
        for place in first:
            chance *= Fraction(weights[place], left)
            left -= weights[place]
        total += chance
    return total


def test_weights_raise_the_chance_by_what_is_computed() -> None:
    # one who lost twice among four who never did, two shares:
    # 3/7 first; else second: 4 × 1/7 × 3/6 = 2/7; 3/7 + 2/7 = 5/7. Each of the others: (2 − 5/7) / 4 = 9/28
    weights = [3, 1, 1, 1, 1]
    assert chance_of_winning(weights, index=0, shares=2) == Fraction(5, 7)
    assert chance_of_winning(weights, index=1, shares=2) == Fraction(9, 28)

    draws, won = 4_000, [0] * 5
    for n in range(draws):
        for p in draw(entrants(*weights), seed=sha256(f"statistics {n}"))[:2]:
            won[ord(p.code) - ord("A")] += 1

    # four standard deviations, 4 × sqrt(p (1 − p) / 4,000), are 0.0286 and 0.0296; the seeds are fixed
    assert abs(won[0] / draws - 5 / 7) < 0.0286
    assert all(abs(count / draws - 9 / 28) < 0.0296 for count in won[1:])
    assert sum(won) == 2 * draws


def test_with_equal_weights_everybody_has_the_same_chance() -> None:
    draws, won = 3_000, dict.fromkeys("ABCDE", 0)
    for n in range(draws):
        won[draw(entrants(2, 2, 2, 2, 2), seed=sha256(f"equal {n}"))[0].code] += 1

    # 1/5 each; four standard deviations are 4 × sqrt(0.2 × 0.8 / 3,000) = 0.0292
    assert all(abs(count / draws - 0.2) < 0.0292 for count in won.values())
