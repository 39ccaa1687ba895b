"""When a message is sent again, held back or given up, to the second."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from logistics.clock import SHANGHAI
from logistics.notifications.pacing import ATTEMPTS_MAX, QuietHours, asked_wait, next_of, rest, wait
from logistics.notifications.rules import DeliveryState, Outcome

NOW = datetime(2020, 2, 18, 9, 0, tzinfo=UTC)
NIGHT = QuietHours(starts_min=22 * 60, ends_min=7 * 60)


def after(
    outcome: Outcome, *, attempt: int = 1, repeatable: bool = False, asked: int | None = None
) -> tuple[str, float]:
    found = next_of(
        outcome, attempt=attempt, allowed=8, repeatable=repeatable, retry_after_s=asked, jitter=0.5, now=NOW
    )
    return found.state.value, (found.due_at - NOW).total_seconds() if found.due_at else 0


def test_each_wait_is_twice_the_one_before_up_to_an_hour() -> None:
    assert [wait(n, jitter=0.5).total_seconds() for n in range(1, 10)] == [
        30, 60, 120, 240, 480, 960, 1_920, 3_600, 3_600,
    ]  # fmt: skip
    # seven waits before the eighth and last attempt: 30 * (2**7 - 1) = 3,810 s, about an hour
    assert sum(wait(n, jitter=0.5).total_seconds() for n in range(1, ATTEMPTS_MAX)) == 3_810


def test_waits_are_spread_from_half_to_one_and_a_half() -> None:
    assert [wait(2, jitter=j).total_seconds() for j in (0.0, 0.25, 1.0)] == [30, 45, 90]


def test_what_certainly_did_not_arrive_is_sent_again_until_the_attempts_are_used_up() -> None:
    assert after(Outcome.FAILED) == ("waiting", 30)
    assert after(Outcome.FAILED, attempt=7) == ("waiting", 1_920)
    assert after(Outcome.FAILED, attempt=8) == ("failed", 0)


def test_what_is_refused_for_good_is_given_up_at_once() -> None:
    assert after(Outcome.REFUSED) == ("failed", 0)


def test_what_may_have_arrived_is_sent_again_only_where_that_tells_nobody_twice() -> None:
    assert after(Outcome.UNCLEAR) == ("unclear", 0)
    assert after(Outcome.UNCLEAR, repeatable=True) == ("waiting", 30)
    assert after(Outcome.UNCLEAR, repeatable=True, attempt=8) == ("unclear", 0)


def test_who_is_asked_to_wait_waits_as_long_as_asked_or_longer() -> None:
    assert after(Outcome.THROTTLED, asked=90) == ("waiting", 90)
    assert after(Outcome.THROTTLED, asked=10) == ("waiting", 30)
    assert after(Outcome.THROTTLED) == ("waiting", 60)
    assert asked_wait(86_400) == timedelta(hours=1)
    assert asked_wait(0) == timedelta(seconds=1)


@pytest.mark.parametrize(
    ("outcome", "asked", "seconds"),
    [("sent", None, 3.2), ("refused", None, 3.2), ("failed", None, 30), ("unclear", None, 30), ("throttled", 7, 7)],
)
def test_a_robot_in_trouble_is_left_alone_for_a_while(outcome: str, asked: int | None, seconds: float) -> None:
    assert rest(Outcome(outcome), retry_after_s=asked).total_seconds() == seconds


@pytest.mark.parametrize(
    ("at", "then"),
    [
        ("21:59", "21:59"),
        ("22:00", "07:00+1"),
        ("23:30", "07:00+1"),
        ("00:00", "07:00"),
        ("06:59", "07:00"),
        ("07:00", "07:00"),
        ("12:00", "12:00"),
    ],
)
def test_nights_end_in_the_morning(at: str, then: str) -> None:
    hour, minute = map(int, at.split(":"))
    clock, _, days = then.partition("+")
    moment = datetime(2020, 2, 18, hour, minute, tzinfo=SHANGHAI).astimezone(UTC)
    ends = datetime(2020, 2, 18, *map(int, clock.split(":")), tzinfo=SHANGHAI) + timedelta(days=int(days or 0))

    assert NIGHT.after(moment) == ends


def test_a_span_within_one_day_and_no_span_at_all() -> None:
    noon = datetime(2020, 2, 18, 12, 0, tzinfo=SHANGHAI)

    assert QuietHours(starts_min=660, ends_min=780).after(noon) == noon + timedelta(hours=1)
    assert QuietHours(starts_min=0, ends_min=0).after(noon) == noon


@given(
    st.integers(0, 1439),
    st.integers(0, 1439),
    st.datetimes(min_value=datetime(2020, 1, 1), max_value=datetime(2021, 1, 1)),  # noqa: DTZ001
)
def test_the_end_of_quiet_hours_is_never_quiet_and_never_a_day_away(start: int, end: int, naive: datetime) -> None:
    quiet, moment = QuietHours(starts_min=start, ends_min=end), naive.replace(tzinfo=UTC)

    ends = quiet.after(moment)

    assert quiet.after(ends) == ends
    assert timedelta(0) <= ends - moment <= timedelta(days=1)


def test_states_say_what_they_mean() -> None:
    assert (
        next_of(Outcome.SENT, attempt=1, allowed=8, repeatable=False, retry_after_s=None, jitter=0.0, now=NOW).state
        is DeliveryState.SENT
    )
