"""When a message is sent, sent again, held back or given up: pure decisions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from logistics.clock import SHANGHAI
from logistics.notifications.rules import DeliveryState, Outcome

ATTEMPTS_MAX = 8
"""The seventh wait is 32 minutes and all of them together about an hour; whoever is unreachable for longer needs
somebody's help."""
FIRST_WAIT = timedelta(seconds=30)
LONGEST_WAIT = timedelta(hours=1)
STALE_AFTER = timedelta(hours=24)
"""Later a message is news no more; the page has it."""
ROBOT_GAP = timedelta(seconds=3.2)
"""Between two messages to one robot. Group robots take 20 a minute: 3 s would be just that, and clocks differ."""
THROTTLED_WAIT = timedelta(minutes=1)
"""What a robot that says "too many" without saying until when gets of rest: its limit counts by the minute."""
DAY_MIN = 24 * 60


@dataclass(frozen=True, slots=True, kw_only=True)
class QuietHours:
    """A span of the day in Shanghai in which people sleep, in minutes after midnight; it may go over midnight. Equal
    ends are no quiet hours."""

    starts_min: int
    ends_min: int

    def after(self, moment: datetime) -> datetime:
        """`moment`, or the end of the quiet hours in which it lies."""
        local = moment.astimezone(SHANGHAI)
        minute = local.hour * 60 + local.minute
        if not (minute - self.starts_min) % DAY_MIN < (self.ends_min - self.starts_min) % DAY_MIN:
            return moment
        midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
        ends = midnight + timedelta(minutes=self.ends_min)
        return (ends if ends > local else ends + timedelta(days=1)).astimezone(moment.tzinfo)


@dataclass(frozen=True, slots=True, kw_only=True)
class Next:
    """What becomes of a delivery: a state, and for a waiting one the moment of its next attempt."""

    state: DeliveryState
    due_at: datetime | None = None


def wait(attempt: int, *, jitter: float) -> timedelta:
    """How long to wait after the attempt of that number, from 1: 30 s, doubled each time, at most an hour.

    `jitter` from 0 to 1 spreads it from half to one and a half of that, so that a hundred messages that failed
    together do not come back together.
    """
    full = min(FIRST_WAIT * (1 << (attempt - 1)), LONGEST_WAIT)
    return full * (0.5 + jitter)


def asked_wait(retry_after_s: int | None) -> timedelta:
    """How long whoever said "too many" wants to be left alone; at most an hour is granted."""
    if retry_after_s is None:
        return THROTTLED_WAIT
    return min(timedelta(seconds=max(retry_after_s, 1)), LONGEST_WAIT)


def next_of(
    outcome: Outcome,
    *,
    attempt: int,
    allowed: int,
    repeatable: bool,
    retry_after_s: int | None,
    jitter: float,
    now: datetime,
) -> Next:
    """What follows from an attempt's outcome. `allowed` attempts in all; `repeatable`: whether a message whose fate is
    not known may be sent again."""
    if outcome is Outcome.SENT:
        return Next(state=DeliveryState.SENT)
    if outcome is Outcome.UNCLEAR and not repeatable:
        return Next(state=DeliveryState.UNCLEAR)
    if outcome is Outcome.REFUSED or attempt >= allowed:
        return Next(state=DeliveryState.FAILED if outcome is not Outcome.UNCLEAR else DeliveryState.UNCLEAR)
    pause = wait(attempt, jitter=jitter)
    if outcome is Outcome.THROTTLED:
        pause = max(pause, asked_wait(retry_after_s))
    return Next(state=DeliveryState.WAITING, due_at=now + pause)


def rest(outcome: Outcome, *, retry_after_s: int | None) -> timedelta:
    """How long a robot is left alone after an attempt: as long as it asked for, and a while where it is in trouble, so
    that its whole backlog does not run into the same wall."""
    if outcome is Outcome.THROTTLED:
        return asked_wait(retry_after_s)
    return FIRST_WAIT if outcome in {Outcome.FAILED, Outcome.UNCLEAR} else ROBOT_GAP
