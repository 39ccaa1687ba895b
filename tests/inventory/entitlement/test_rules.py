"""At most N pieces in any span of D days: what is left now, and the first moment at which more is."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from logistics.inventory.entitlement.rules import (
    Drawn,
    Limit,
    Per,
    allowance,
    available,
    counted,
    first_moment,
    limit_quantity,
)
from tests.builders import NOW

WEEK = timedelta(days=7)
SECOND = timedelta(seconds=1)


def a_limit(quantity: int = 5, days: int = 7, rule_id: int = 1) -> Limit:
    return Limit(rule_id=rule_id, area=f"area {rule_id}", quantity=quantity, days=days)


def drawn(quantity: int, *, days_ago: float = 0, seconds: int = 0) -> Drawn:
    return Drawn(at=NOW - timedelta(days=days_ago, seconds=-seconds), quantity=quantity)


def test_what_was_drawn_in_the_span_is_taken_off() -> None:
    # 5 − 2 − 1
    assert available([a_limit(5)], [drawn(2, days_ago=6), drawn(1)], at=NOW) == 2


def test_a_draw_counts_to_the_second_before_its_days_are_over() -> None:
    just_counting = drawn(5, days_ago=7, seconds=1)
    over = drawn(5, days_ago=7)

    assert available([a_limit(5)], [just_counting], at=NOW) == 0
    assert available([a_limit(5)], [over], at=NOW) == 5


def test_without_a_rule_nothing_binds() -> None:
    assert available([], [drawn(99)], at=NOW) is None
    assert allowance([], [drawn(99)], now=NOW).available is None
    assert first_moment([], [drawn(99)], quantity=1_000, now=NOW) == NOW


def test_more_than_a_tightened_rule_allows_leaves_nothing_and_not_less() -> None:
    assert available([a_limit(2)], [drawn(5)], at=NOW) == 0


def test_every_rule_binds_and_the_tightest_is_named() -> None:
    # 5 − 2 = 3 in a week, 4 − 2 = 2 in two days
    week, two_days = a_limit(5, 7, 1), a_limit(4, 2, 2)

    found = allowance([week, two_days], [drawn(2, days_ago=1)], now=NOW)

    assert (found.limit, found.drawn, found.available) == (two_days, 2, 2)
    # the draw of yesterday leaves the two days tomorrow, and the week's 3 are free then
    assert (found.next_at, found.next_available) == (NOW + timedelta(days=1), 3)


def test_the_next_moment_is_when_the_oldest_draw_leaves_the_span() -> None:
    draws = [drawn(3, days_ago=5), drawn(2, days_ago=1)]

    found = allowance([a_limit(5)], draws, now=NOW)

    assert (found.available, found.drawn) == (0, 5)
    assert (found.next_at, found.next_available) == (NOW + timedelta(days=2), 3)
    # all five only when the draw of yesterday is out too
    assert first_moment([a_limit(5)], draws, quantity=5, now=NOW) == NOW + timedelta(days=6)
    assert first_moment([a_limit(5)], draws, quantity=4, now=NOW) == NOW + timedelta(days=6)
    assert first_moment([a_limit(5)], draws, quantity=6, now=NOW) is None


def test_with_the_whole_entitlement_free_nothing_becomes_more() -> None:
    found = allowance([a_limit(5)], [], now=NOW)

    assert (found.available, found.next_at, found.next_available) == (5, None, None)


def test_a_limit_of_nothing_allows_nothing_ever() -> None:
    assert allowance([a_limit(0)], [], now=NOW).available == 0
    assert first_moment([a_limit(0)], [], quantity=1, now=NOW) is None


def test_after_a_clock_was_set_back_the_fullest_span_counts() -> None:
    # drawn: 3 six days ago, 2 in five days (the clock ran ahead). A span of 7 days that holds now and the later draw
    # begins after two days ago, so it holds 2; the one that ends now holds 3
    draws = [drawn(3, days_ago=6), drawn(2, days_ago=-5)]

    assert counted(draws, at=NOW, span=WEEK) == 3
    # one day ago instead of six: 3 + 2 lie within seven days of each other
    assert counted([drawn(3, days_ago=1), drawn(2, days_ago=-5)], at=NOW, span=WEEK) == 5
    # exactly seven days apart they never share a span
    assert counted([drawn(3, days_ago=1), drawn(2, days_ago=-6)], at=NOW, span=WEEK) == 3


def test_persons_multiply_and_uncounted_ones_are_one() -> None:
    assert limit_quantity(2, per=Per.HOUSEHOLD, person_count=4) == 2
    assert limit_quantity(2, per=Per.PERSON, person_count=4) == 8
    assert limit_quantity(2, per=Per.PERSON, person_count=None) == 2


@pytest.mark.parametrize(("quantity", "days"), [(-1, 7), (5, 0)])
def test_a_limit_that_says_nothing_is_refused(quantity: int, days: int) -> None:
    with pytest.raises(ValueError, match="it takes 0 or more in 1 or more"):
        a_limit(quantity, days)


moments = st.integers(min_value=0, max_value=20 * 8).map(lambda eighths: NOW + timedelta(hours=3 * eighths))
histories = st.lists(st.builds(Drawn, at=moments, quantity=st.integers(1, 4)), max_size=12)
rule_sets = st.lists(
    st.builds(lambda q, d, n: a_limit(q, d, n), st.integers(0, 8), st.integers(1, 9), st.integers(1, 99)),
    min_size=1,
    max_size=3,
)


def fullest(draws: list[Drawn], limit: Limit) -> int:
    """The most that any span of the limit's length holds: it ends with some draw."""
    return max((sum(d.quantity for d in draws if e.at - limit.span < d.at <= e.at) for e in draws), default=0)


@given(limits=rule_sets, asked=st.lists(st.tuples(moments, st.integers(1, 5)), max_size=25))
def test_whoever_draws_what_is_available_never_has_more_than_the_limit_in_any_span(
    limits: list[Limit], asked: list[tuple[datetime, int]]
) -> None:
    taken: list[Drawn] = []
    for at, quantity in asked:  # in any order of time
        free = available(limits, taken, at=at)
        assert free is not None
        if quantity <= free:
            taken.append(Drawn(at=at, quantity=quantity))

    assert all(fullest(taken, limit) <= limit.quantity for limit in limits)


@given(limits=rule_sets, draws=histories, now=moments)
def test_one_piece_more_than_is_available_would_break_a_limit(
    limits: list[Limit], draws: list[Drawn], now: datetime
) -> None:
    free = available(limits, draws, at=now)
    assert free is not None
    more = [*draws, Drawn(at=now, quantity=free + 1)]

    holding = [
        sum(d.quantity for d in more if end - limit.span < d.at <= end) > limit.quantity
        for limit in limits
        for end in {d.at for d in more}
        if end - limit.span < now <= end
    ]

    assert any(holding)


@given(limits=rule_sets, draws=histories, now=moments, quantity=st.integers(1, 8))
def test_the_first_moment_is_the_first(limits: list[Limit], draws: list[Drawn], now: datetime, quantity: int) -> None:
    found = first_moment(limits, draws, quantity=quantity, now=now)

    hours = [now + timedelta(hours=n) for n in range(24 * 40)]  # every draw lies on a whole hour
    fitting = (at for at in hours if (available(limits, draws, at=at) or 0) >= quantity)
    assert found == next(fitting, None)
