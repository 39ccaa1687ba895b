"""The words and pure decisions of ballots: states, outcomes, who is offered next, and what a lost draw is worth."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from logistics.inventory.ballots.drawing import WEIGHT_MAX

COLLECT_DAYS_MAX = 60


class BallotState(StrEnum):
    """Done: nobody has anything to collect any more, and nobody moves up."""

    DRAFT = "draft"
    OPEN = "open"
    CLOSED = "closed"
    DRAWN = "drawn"
    DONE = "done"
    CANCELLED = "cancelled"


BALLOT_TRANSITIONS: Mapping[BallotState, frozenset[BallotState]] = {
    BallotState.DRAFT: frozenset({BallotState.OPEN, BallotState.CANCELLED}),
    BallotState.OPEN: frozenset({BallotState.CLOSED, BallotState.CANCELLED}),
    BallotState.CLOSED: frozenset({BallotState.DRAWN, BallotState.CANCELLED}),
    BallotState.DRAWN: frozenset({BallotState.DONE}),
    BallotState.DONE: frozenset(),
    BallotState.CANCELLED: frozenset(),
}


class BallotOutcome(StrEnum):
    """What has become of one registration.

    Waiting may still move up; lost will not. Passed over: its turn came, but its household's entitlement was used up in
    another channel. Lapsed let its days pass; declined said that it needs nothing.
    """

    REGISTERED = "registered"
    WAITING = "waiting"
    OFFERED = "offered"
    COLLECTED = "collected"
    LAPSED = "lapsed"
    DECLINED = "declined"
    PASSED_OVER = "passed_over"
    LOST = "lost"


HOLDS_SUPPLY = frozenset({BallotOutcome.OFFERED, BallotOutcome.COLLECTED})
"""Outcomes that take up one share of the supply."""
UNLUCKY = frozenset({BallotOutcome.WAITING, BallotOutcome.LOST})
"""Outcomes of those whose turn has not come."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PastDraw:
    """What an earlier draw of the same item brought one household."""

    drawn_at: datetime
    outcome: BallotOutcome


def weight_after(past: Iterable[PastDraw]) -> int:
    """Tickets of a household: one, and one more for each draw lost since its turn last came, up to the maximum.

    Somebody passed over drew the same item elsewhere meanwhile, so that counts as a turn.
    """
    lost = 0
    for one in sorted(past, key=lambda p: p.drawn_at, reverse=True):
        if one.outcome not in UNLUCKY:
            break
        lost += 1
    return min(1 + lost, WEIGHT_MAX)
