"""What each line of a closed campaign is given: the household limit first, then the campaign's shortage rule."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Sequence
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from logistics.orders.rules import (
    CAMPAIGN_TRANSITIONS,
    ORDER_TRANSITIONS,
    Asked,
    CampaignState,
    Given,
    LineReason,
    OfferTerms,
    OrderState,
    ShortageRule,
    decide_lines,
    is_scarce,
)
from tests.builders import NOW

EGGS, RICE = 1, 2
LIMIT, SHORT = LineReason.HOUSEHOLD_LIMIT, LineReason.SHORTAGE


def asked(line_id: int, quantity: int, *, home: int, offer: int = EGGS, minute: int | None = None) -> Asked:
    """A line placed at minute `line_id` unless said otherwise."""
    return Asked(
        line_id=line_id,
        offer_id=offer,
        household_id=home,
        order=f"W{line_id:03d}",
        placed_at=NOW + timedelta(minutes=line_id if minute is None else minute),
        quantity=quantity,
    )


def decided(
    lines: Sequence[Asked],
    *,
    supply: int | None = None,
    limit: int | None = None,
    rule: ShortageRule = ShortageRule.PROPORTIONAL,
    seed: int = 1,
) -> list[tuple[int, LineReason | None]]:
    """(units, reason) of every line, in order of line id; every offer on the same terms."""
    terms = {offer: OfferTerms(supply=supply, limit_per_household=limit) for offer in (EGGS, RICE)}
    return [(given.quantity, given.reason) for given in decide_lines(lines, terms, rule=rule, seed=seed)]


def test_what_is_neither_limited_nor_short_is_given_in_full() -> None:
    assert decided([asked(1, 3, home=1), asked(2, 4, home=2)], supply=7, limit=4) == [(3, None), (4, None)]
    assert decided([asked(1, 999, home=1)]) == [(999, None)]


def test_no_lines_are_decided_as_no_lines() -> None:
    assert decided([]) == []


# household limit


def test_over_all_its_orders_a_household_keeps_its_earliest_units() -> None:
    # at most 5: 3 of the first order, 2 of the 4 in the second, nothing of the third
    lines = [asked(1, 3, home=1), asked(2, 4, home=1), asked(3, 1, home=1)]

    assert decided(lines, limit=5) == [(3, None), (2, LIMIT), (0, LIMIT)]


def test_the_earliest_order_is_the_one_placed_first_not_the_one_entered_first() -> None:
    # line 1 was entered first but placed a minute after line 2
    assert decided([asked(1, 3, home=1, minute=9), asked(2, 3, home=1, minute=8)], limit=4) == [(1, LIMIT), (3, None)]


def test_at_the_same_moment_the_order_code_decides() -> None:
    assert decided([asked(1, 3, home=1, minute=9), asked(2, 3, home=1, minute=9)], limit=4) == [(3, None), (1, LIMIT)]


def test_a_limit_met_exactly_takes_nothing_away() -> None:
    assert decided([asked(1, 2, home=1), asked(2, 3, home=1)], limit=5) == [(2, None), (3, None)]


def test_a_limit_is_one_households_own_and_each_offers_own() -> None:
    lines = [asked(1, 2, home=1), asked(2, 2, home=2), asked(3, 2, home=1, offer=RICE)]

    assert decided(lines, limit=2) == [(2, None)] * 3


# shortage rules


def test_first_come_serves_orders_not_households() -> None:
    # 7 eggs; home 1 asks 3, home 2 asks 3, home 1 asks 3 again: its second order waits behind its neighbour's first
    lines = [asked(1, 3, home=1), asked(2, 3, home=2), asked(3, 3, home=1)]

    assert decided(lines, supply=7, rule=ShortageRule.FIRST_COME) == [(3, None), (3, None), (1, SHORT)]


def test_proportional_shares_between_households_and_fills_each_ones_earliest_order_first() -> None:
    # 6 for 4 + 4 (home 1 in two orders of 2 + 2): 3 each; home 1 keeps 2 of its first order and 1 of its second
    lines = [asked(1, 2, home=1), asked(2, 4, home=2), asked(3, 2, home=1)]

    assert decided(lines, supply=6) == [(2, None), (3, SHORT), (1, SHORT)]


def test_the_draw_serves_whole_households() -> None:
    # 4 for three households of 4: one gets all 4, in two lines or one, the others nothing
    lines = [asked(1, 4, home=1), asked(2, 4, home=2), asked(3, 3, home=3), asked(4, 1, home=3)]

    outcomes = {
        tuple(units for units, _ in decided(lines, supply=4, rule=ShortageRule.DRAW, seed=s)) for s in range(30)
    }

    assert outcomes == {(4, 0, 0, 0), (0, 4, 0, 0), (0, 0, 3, 1)}


def test_another_seed_is_another_draw_and_the_same_seed_the_same() -> None:
    lines = [asked(n, 1, home=n) for n in range(1, 11)]
    draw = ShortageRule.DRAW

    assert decided(lines, supply=5, rule=draw, seed=3) == decided(lines, supply=5, rule=draw, seed=3)
    assert len({str(decided(lines, supply=5, rule=draw, seed=seed)) for seed in range(10)}) > 1


def test_two_scarce_offers_are_two_draws() -> None:
    # whoever loses the eggs is not by that out of the rice
    homes = range(1, 21)
    lines = [asked(n, 1, home=n) for n in homes] + [asked(100 + n, 1, home=n, offer=RICE) for n in homes]

    units = [units for units, _ in decided(lines, supply=10, rule=ShortageRule.DRAW)]

    assert sum(units[:20]) == sum(units[20:]) == 10
    assert units[:20] != units[20:]


@pytest.mark.parametrize("rule", ShortageRule)
def test_nothing_in_stock_gives_nobody_anything(rule: ShortageRule) -> None:
    assert decided([asked(1, 2, home=1), asked(2, 1, home=2)], supply=0, rule=rule) == [(0, SHORT), (0, SHORT)]


@pytest.mark.parametrize("rule", ShortageRule)
def test_exactly_enough_is_no_shortage(rule: ShortageRule) -> None:
    assert decided([asked(1, 2, home=1), asked(2, 1, home=2)], supply=3, rule=rule) == [(2, None), (1, None)]


def test_what_the_limit_takes_away_is_not_missing_from_the_supply() -> None:
    # 5 in stock, 9 asked, but the limit of 3 leaves 3 + 2 = 5: nobody is short
    assert decided([asked(1, 7, home=1), asked(2, 2, home=2)], supply=5, limit=3) == [(3, LIMIT), (2, None)]


def test_a_line_cut_by_both_is_said_to_be_short() -> None:
    # home 1 asks 7, may have 3; 3 + 3 for a supply of 3: it gets 1 or 2, which is a matter of shortage
    first, second = decided([asked(1, 7, home=1), asked(2, 3, home=2)], supply=3, limit=3)

    assert {first[0], second[0]} == {1, 2}
    assert (first[1], second[1]) == (SHORT, SHORT)


# all of it together

lines_of_a_campaign = st.lists(
    st.tuples(st.integers(1, 9), st.integers(1, 6), st.sampled_from([EGGS, RICE]), st.integers(0, 5)), max_size=14
).map(
    lambda rows: [
        asked(n, quantity, home=home, offer=offer, minute=minute)
        for n, (quantity, home, offer, minute) in enumerate(rows, start=1)
    ]
)
terms_of_an_offer = st.builds(
    OfferTerms, supply=st.none() | st.integers(0, 40), limit_per_household=st.none() | st.integers(1, 8)
)
terms_of_both = st.fixed_dictionaries({EGGS: terms_of_an_offer, RICE: terms_of_an_offer})


@given(lines=lines_of_a_campaign, terms=terms_of_both, rule=st.sampled_from(ShortageRule), seed=st.integers(0, 9))
def test_every_outcome_is_within_what_was_asked_the_limit_and_the_supply(
    lines: list[Asked], terms: dict[int, OfferTerms], rule: ShortageRule, seed: int
) -> None:
    outcome = {given.line_id: given for given in decide_lines(lines, terms, rule=rule, seed=seed)}

    assert set(outcome) == {line.line_id for line in lines}
    of_household: dict[tuple[int, int], int] = defaultdict(int)
    demand: dict[tuple[int, int], int] = defaultdict(int)
    for line in lines:
        given_units = outcome[line.line_id]
        assert 0 <= given_units.quantity <= line.quantity
        assert (given_units.reason is None) == (given_units.quantity == line.quantity)
        of_household[line.offer_id, line.household_id] += given_units.quantity
        demand[line.offer_id, line.household_id] += line.quantity
    for offer, offer_terms in terms.items():
        limit, supply = offer_terms.limit_per_household, offer_terms.supply
        limited = sum(min(units, limit or units) for (one, _), units in demand.items() if one == offer)
        total = sum(units for (one, _), units in of_household.items() if one == offer)
        assert total == (limited if supply is None else min(supply, limited))
        assert all(units <= (limit or units) for (one, _), units in of_household.items() if one == offer)


@given(
    lines=lines_of_a_campaign,
    terms=terms_of_both,
    rule=st.sampled_from(ShortageRule),
    order=st.randoms(use_true_random=False),
)
def test_the_order_in_which_lines_are_read_decides_nothing(
    lines: list[Asked], terms: dict[int, OfferTerms], rule: ShortageRule, order: random.Random
) -> None:
    shuffled = lines.copy()
    order.shuffle(shuffled)

    as_placed: list[Given] = decide_lines(lines, terms, rule=rule, seed=1)

    assert decide_lines(shuffled, terms, rule=rule, seed=1) == as_placed


# states


def test_a_campaign_is_closed_once_and_never_opens_again() -> None:
    assert CAMPAIGN_TRANSITIONS[CampaignState.OPEN] == {CampaignState.CLOSED}
    assert CAMPAIGN_TRANSITIONS[CampaignState.CLOSED] == {CampaignState.FORMED, CampaignState.FAILED}
    before = {state for state, after in CAMPAIGN_TRANSITIONS.items() if CampaignState.OPEN in after}
    assert before == {CampaignState.APPROVED}


def test_nothing_opens_that_no_office_approved() -> None:
    before = {state for state, after in CAMPAIGN_TRANSITIONS.items() if CampaignState.APPROVED in after}

    assert before == {CampaignState.FILED}


def test_every_state_stands_in_the_tables() -> None:
    assert set(CAMPAIGN_TRANSITIONS) == set(CampaignState)
    assert set(ORDER_TRANSITIONS) == set(OrderState)


def test_an_order_is_cancelled_only_while_it_is_placed() -> None:
    assert [state for state, after in ORDER_TRANSITIONS.items() if OrderState.CANCELLED in after] == [OrderState.PLACED]


@pytest.mark.parametrize(
    ("supply", "limit", "ordered", "scarce"),
    [(None, 2, 50, False), (100, 2, 0, True), (100, None, 79, False), (100, None, 80, True), (0, None, 0, True)],
)
def test_an_offer_is_scarce_when_it_is_bounded_and_limited_or_nearly_ordered_away(
    supply: int | None, limit: int | None, ordered: int, scarce: bool
) -> None:
    assert is_scarce(supply, limit, ordered) is scarce
