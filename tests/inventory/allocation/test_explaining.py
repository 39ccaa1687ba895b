"""Every share is explained, in both languages, and every number of an explanation can be computed again."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from logistics.inventory.allocation import Claim, Parameters, Reason, ReasonKind, RuleName, sentence, share
from logistics.inventory.allocation.explaining import SENTENCES, rounded
from logistics.inventory.allocation.levels import Group
from logistics.inventory.allocation.reasons import as_fraction, as_json

from .asking import asked, claim, ruled
from .oracle import exact_shares
from .recomputing import in_chinese, parts_told, pieces_told


def told(*claims: Claim, supply: int, rule: RuleName = RuleName.PROPORTIONAL, **more: object) -> dict[str, str]:
    outcome = share(claims, Parameters(supply=supply, rule=rule, **more))  # type: ignore[arg-type]
    return {one.place: sentence(one.reasons) for one in outcome.shares}


def in_both(claims: list[Claim], parameters: Parameters, place: str) -> tuple[str, str]:
    found = next(one for one in share(claims, parameters).shares if one.place == place)
    return sentence(found.reasons), sentence(found.reasons, in_chinese)


def test_the_whole_sentence_with_a_carry_over() -> None:
    # tier 1 has 8 boxes of 50 for 400 + 330: exact 400 * 400/730 = 219.18 of 400, that is 54.79 % or 4.38 boxes. The
    # fifth of the first is due at 5/400 = .0125, the fourth of the second at 4/330 = .0121: so 4 and 4. With 100
    # carried over the first stands like 500: its fifth is due at 5/500 = .01, and it has 5
    claims = [claim("a", 400, tier=1, carry=100, carried_from="02-05"), claim("b", 330, tier=1), claim("c", 90, tier=2)]
    parameters = Parameters(supply=400, rule=RuleName.TIERS, pack=50)

    assert in_both(claims, parameters, "a") == (
        "asked 400, tier 1, 54.79 % of the tier's supply (219.18 of 400), rounded down to 4 boxes of 50, "
        "plus 1 carried over from 02-05",
        "申领 400，第 1 级，占本级供应的 54.79 %（400 中的 219.18），向下取整为 4 箱（每箱 50），另加 02-05 结转 1",
    )
    assert in_both(claims, parameters, "b") == (
        "asked 330, tier 1, 45.21 % of the tier's supply (180.82 of 400), rounded up to 4 boxes of 50, "
        "minus 1 for what others carried over",
        "申领 330，第 1 级，占本级供应的 45.21 %（400 中的 180.82），向上取整为 4 箱（每箱 50），因他处结转少 1",
    )
    assert in_both(claims, parameters, "c") == ("asked 90, tier 2, nothing was left", "申领 90，第 2 级，已无余量")


def test_sentences_of_the_rules() -> None:
    assert told(claim("a", 80), claim("b", 40), supply=90) == {
        "a": "asked 80, 66.67 % of the supply (60 of 90), exactly 60",
        "b": "asked 40, 33.33 % of the supply (30 of 90), exactly 30",
    }
    assert told(claim("a", 9), claim("b", 1), supply=5, rule=RuleName.MAX_MIN)["a"] == (
        "asked 9, lowest fill first: with 4 it is at 44.44 %, nobody who can take more is below 44.44 %"
    )
    assert told(claim("a", 90, weight="0"), claim("b", 30), supply=80, rule=RuleName.WEIGHTS) == {
        "a": "asked 90, weight 0",
        "b": "asked 30, 30 in full",
    }


def test_sentences_of_what_limits_a_share() -> None:
    claims = (claim("a", 130), claim("b", 30), claim("c", 200, cap=120), claim("d", 0))

    assert told(*claims, supply=999, pack=50) == {
        "a": "asked 130, at most 100 in whole boxes of 50, 2 boxes of 50 in full",
        "b": "asked 30, less than a box of 50",
        "c": "asked 200, capped at 120, 2 boxes of 50 in full",
        "d": "asked 0",
    }


def test_sentences_of_floors() -> None:
    # boxes of 10: 1 and 9 of 5 have exact shares of 5 and 45 pieces
    assert told(claim("a", 10), claim("b", 90), supply=50, pack=10, floor=1) == {
        "a": "asked 10, 1 box of 10 in full",
        "b": "asked 90, 80 % of the supply (40 of 50), exactly 4 boxes of 10",
    }
    # 20 and 180 of 50: exact 5 and 45
    assert told(claim("a", 20), claim("b", 180), supply=50, pack=10, floor=1)["a"] == (
        "asked 20, its floor of 1 box of 10, more than its exact share of 4.44"
    )
    # floors of 10 for three, 20 there are: by tiers the third has none
    short = told(
        *(claim(place, 50, tier=tier) for tier, place in enumerate("abc", 1)),
        supply=20,
        rule=RuleName.TIERS,
        pack=10,
        floor=1,
    )
    assert short["b"] == (
        "asked 50, the supply of 20 does not cover the floors of 30, tier 2, "
        "its floor of 1 box of 10, nothing was left beyond"
    )
    assert short["c"] == "asked 50, the supply of 20 does not cover the floors of 30, tier 3, nothing was left"


def test_sentences_where_the_supply_ends_with_a_tier_or_with_the_floors() -> None:
    tiers = (claim("a", 40, tier=1), claim("b", 40, tier=2))

    assert told(*tiers, supply=40, rule=RuleName.TIERS) == {
        "a": "asked 40, tier 1, 40 in full",
        "b": "asked 40, tier 2, nothing was left",
    }
    assert told(*tiers, supply=6, rule=RuleName.TIERS, floor=3) == {
        "a": "asked 40, tier 1, its floor of 3, nothing was left beyond",
        "b": "asked 40, tier 2, its floor of 3, nothing was left beyond",
    }
    assert told(*tiers, supply=0, rule=RuleName.TIERS)["a"] == "asked 40, tier 1, nothing was left"


def test_sentences_down_the_tree_name_the_place_above() -> None:
    found = told(claim("a", 30, parent="一街"), claim("b", 10, parent="一街"), claim("c", 40), supply=40)

    assert found["一街"] == "asked 40, 50 % of the supply (20 of 40), exactly 20"
    assert found["a"] == "asked 30, 75 % of what 一街 was given (15 of 20), exactly 15"


@pytest.mark.parametrize("kind", ReasonKind)
def test_every_reason_has_a_sentence_in_both_languages(kind: ReasonKind) -> None:
    names = ("requested", "pack", "most", "cap", "tier", "floors", "supply", "packs", "asked", "carry")
    facts = dict.fromkeys((*names, "numerator", "denominator"), 1)

    one = Reason(kind, {**facts, "of": "tier", "parent": "", "since": "02-05"})
    undated = Reason(kind, {**facts, "of": "supply", "parent": "x", "since": ""})

    for reason in (one, undated):
        english, chinese = sentence([reason]), sentence([reason], in_chinese)
        assert english
        assert chinese not in {"", english}
        assert "%(" not in english + chinese
    assert kind in SENTENCES or kind is ReasonKind.PART


def test_reasons_are_kept_as_json_and_read_again() -> None:
    found = share([claim("a", 80), claim("b", 40)], Parameters(supply=91, rule=RuleName.PROPORTIONAL)).shares[0]

    assert as_json(found.reasons)[1] == {
        "kind": "part",
        "of": "supply",
        "parent": "",
        "supply": 91,
        "numerator": 182,
        "denominator": 3,
    }
    assert tuple(Reason.of_json(stored) for stored in as_json(found.reasons)) == found.reasons


@pytest.mark.parametrize(
    ("value", "shown"),
    [("0", "0"), ("10", "10"), ("1/3", "0.33"), ("2/3", "0.67"), ("1/200", "0.01"), ("1/201", "0"), ("5/2", "2.5")],
)
def test_numbers_are_rounded_half_up_to_two_decimals(value: str, shown: str) -> None:
    assert rounded(Fraction(value)) == shown


@given(asked(), ruled())
def test_what_a_sentence_comes_to_is_the_share(claims: list[Claim], parameters: Parameters) -> None:
    for one in share(claims, parameters).shares:
        english = sentence(one.reasons).split(", ")
        chinese = sentence(one.reasons, in_chinese).split("，")

        assert pieces_told(english, "en", parameters.pack) == one.allocated, english
        assert pieces_told(chinese, "zh", parameters.pack) == one.allocated, chinese
        assert english[0] == f"asked {one.requested}"
        assert chinese[0] == f"申领 {one.requested}"


@given(asked(trees=False), st.integers(0, 300), st.sampled_from([1, 5, 7]))
def test_the_parts_in_a_sentence_are_the_exact_shares(claims: list[Claim], supply: int, pack: int) -> None:
    """Computed again from the claims alone, by another way than the rule's; carry-overs are told apart from it."""
    claims = [claim(one.place, one.requested, carry=one.carry, cap=one.cap) for one in claims]
    most = [min(one.requested or 0, 60 if one.cap is None else one.cap) // pack for one in claims]
    group = Group(low=[0] * len(most), high=most, standing=[one.requested or 1 for one in claims], rank=most)
    exact = dict(zip((one.place for one in claims), exact_shares(group, Fraction(supply // pack)), strict=True))

    for one in share(claims, Parameters(supply=supply, rule=RuleName.PROPORTIONAL, pack=pack)).shares:
        clauses = sentence(one.reasons).split(", ")
        for part in parts_told(clauses, "en"):
            assert part.supply == supply // pack * pack
            assert abs(part.exact - exact[one.place] * pack) <= Fraction(1, 200)
            assert abs(part.percent - 100 * exact[one.place] * pack / part.supply) <= Fraction(1, 200)
            told = next(clause for clause in clauses if clause.startswith(("exactly", "rounded")))
            packs = int(told.split()[-1] if pack == 1 else told.split()[-4])
            side = "exactly" if packs == exact[one.place] else "up" if packs > exact[one.place] else "down"
            assert side in told
            assert abs(packs - exact[one.place]) < 1
        if one.allocated and one.allocated == most["abcdefgh".index(one.place)] * pack:
            continue
        assert bool(parts_told(clauses, "en")) == bool(most["abcdefgh".index(one.place)] and supply >= pack)
        assert parts_told(clauses, "en") == parts_told(sentence(one.reasons, in_chinese).split("，"), "zh")


def test_the_exact_share_is_told_also_where_numbers_do_not_fit_64_bits() -> None:
    # ten weights of ten digits and requests of a hundred million: their products have 21 digits
    weights = [Decimal(9_000_000_001 + n) / 1_000_000 for n in range(10)]
    claims = [claim(f"p{n}", 100_000_000, weight=weight) for n, weight in enumerate(weights)]

    outcome = share(claims, Parameters(supply=500_000_000, rule=RuleName.WEIGHTS))

    total = sum(weights)
    for one, weight in zip(outcome.shares, weights, strict=True):
        exact = Fraction(500_000_000 * weight) / Fraction(total)
        (part,) = [reason for reason in one.reasons if reason.kind is ReasonKind.PART]
        assert as_fraction(part) == exact
        assert abs(one.allocated - exact) < 1
