"""The moments of a report, its sums, and what a later look shows."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from logistics.clock import SHANGHAI
from logistics.inventory.reports.rules import (
    QUANTITIES,
    Clock,
    Difference,
    ReportState,
    Scope,
    StockLine,
    cut_off_of,
    days_to_open,
    differences,
    is_zero_report,
    last_due,
    span_of,
    state_of,
)

CLOCK = Clock(cut_off_min=17 * 60, grace_min=60)
DAY = date(2020, 2, 18)
FIVE = datetime(2020, 2, 18, 17, 0, tzinfo=SHANGHAI)
SIX = datetime(2020, 2, 18, 18, 0, tzinfo=SHANGHAI)
MICRO = timedelta(microseconds=1)
LINES = st.builds(StockLine, **dict.fromkeys(QUANTITIES, st.integers(-1_000, 1_000)))


def test_a_day_is_cut_off_at_five_in_shanghai() -> None:
    span = span_of(DAY, CLOCK)

    assert cut_off_of(DAY, CLOCK) == span.cut_off_at == FIVE
    assert (span.since, span.deadline_at) == (FIVE - timedelta(days=1), SIX)


def test_a_report_begins_where_the_one_before_it_ended() -> None:
    earlier = FIVE - timedelta(days=3)

    assert span_of(DAY, CLOCK, previous=earlier).since == earlier
    assert span_of(DAY, CLOCK, previous=FIVE + timedelta(hours=1)).since == FIVE  # never after its own end


def test_the_day_that_is_due_is_the_last_one_cut_off() -> None:
    assert last_due(FIVE, CLOCK) == DAY
    assert last_due(FIVE - MICRO, CLOCK) == DAY - timedelta(days=1)


@pytest.mark.parametrize(
    ("last", "opened"),
    [
        (None, [DAY]),
        (DAY, []),
        (DAY - timedelta(days=1), [DAY]),
        (DAY - timedelta(days=3), [DAY - timedelta(days=2), DAY - timedelta(days=1), DAY]),
    ],
)
def test_days_missed_are_opened_afterwards(last: date | None, opened: list[date]) -> None:
    assert days_to_open(last, now=FIVE, clock=CLOCK) == opened


def test_not_more_than_a_month_is_opened_afterwards() -> None:
    opened = days_to_open(DAY - timedelta(days=400), now=FIVE, clock=CLOCK)

    assert (len(opened), opened[-1]) == (31, DAY)


@pytest.mark.parametrize(
    ("confirmed_at", "now", "state"),
    [
        (None, FIVE - MICRO, ReportState.TO_COME),
        (None, FIVE, ReportState.DUE),
        (None, SIX, ReportState.DUE),
        (None, SIX + MICRO, ReportState.LATE),
        (SIX, SIX + timedelta(days=9), ReportState.CONFIRMED),
        (SIX + MICRO, SIX + timedelta(days=9), ReportState.CONFIRMED_LATE),
    ],
)
def test_a_report_confirmed_at_the_very_deadline_is_in_time(
    confirmed_at: datetime | None, now: datetime, state: ReportState
) -> None:
    assert state_of(cut_off_at=FIVE, deadline_at=SIX, confirmed_at=confirmed_at, now=now) is state


def test_what_is_not_owed_is_never_late() -> None:
    moments = {"cut_off_at": FIVE, "deadline_at": SIX, "owed": False}

    assert state_of(**moments, confirmed_at=None, now=SIX + MICRO) is ReportState.NOT_OWED  # type: ignore[arg-type]
    assert state_of(**moments, confirmed_at=None, now=SIX) is ReportState.DUE  # type: ignore[arg-type]


def test_opening_and_movements_come_to_the_closing() -> None:
    line = StockLine(
        opening=100, received=50, arrived=20, came_back=5, returned=3, adjusted=-2, sent=30, issued=40, lent=4,
        written_off=2, closing=100,
    )  # fmt: skip

    assert line.balanced  # 100 + 50 + 20 + 5 + 3 - 2 - 30 - 40 - 4 - 2 = 100
    assert not StockLine(opening=1).balanced


def test_a_zero_is_one_and_anything_else_is_none() -> None:
    assert StockLine().zero
    assert is_zero_report([StockLine(), StockLine()])
    assert is_zero_report([])
    for name in QUANTITIES:
        assert not is_zero_report([StockLine(), StockLine(**{name: 1})]), name


def test_the_fill_is_given_of_requested_and_nothing_where_nothing_was_asked() -> None:
    assert StockLine(requested=400, given=250).fill == 0.625
    assert StockLine(requested=400).fill == 0.0
    assert StockLine(given=0).fill is None


@given(LINES, LINES, LINES)
def test_lines_are_added_number_by_number_in_any_order(one: StockLine, two: StockLine, three: StockLine) -> None:
    assert one + two + three == three + (two + one)
    for name in QUANTITIES:
        assert getattr(one + two, name) == getattr(one, name) + getattr(two, name)


def test_what_differs_by_now_is_told_number_by_number() -> None:
    reported = {(Scope.OWN, 1): StockLine(closing=10), (Scope.OWN, 2): StockLine(closing=3)}
    computed = {
        (Scope.OWN, 1): StockLine(closing=8, issued=2),
        (Scope.OWN, 2): StockLine(closing=3),
        (Scope.WHOLE, 1): StockLine(),
    }

    assert differences(reported, computed) == [
        Difference(item_id=1, scope=Scope.OWN, quantity="issued", reported=0, computed=2),
        Difference(item_id=1, scope=Scope.OWN, quantity="closing", reported=10, computed=8),
    ]
    assert differences(reported, reported) == []
