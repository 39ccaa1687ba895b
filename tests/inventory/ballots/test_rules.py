"""What a lost draw is worth in the next."""

from __future__ import annotations

from datetime import timedelta

import pytest

from logistics.inventory.ballots.rules import BallotOutcome, PastDraw, weight_after
from tests.builders import NOW

WON, LOST = BallotOutcome.COLLECTED, BallotOutcome.LOST


def past(*outcomes: BallotOutcome) -> list[PastDraw]:
    """Draws a week apart, the oldest first."""
    return [PastDraw(drawn_at=NOW + n * timedelta(days=7), outcome=outcome) for n, outcome in enumerate(outcomes)]


@pytest.mark.parametrize(
    ("outcomes", "weight"),
    [
        ((), 1),
        ((LOST,), 2),
        ((LOST, LOST, LOST), 4),
        ((LOST, LOST, WON), 1),
        ((WON, LOST), 2),
        ((LOST, WON, LOST, LOST), 3),
        ((BallotOutcome.WAITING,), 2),  # its turn has not come so far
        ((LOST, BallotOutcome.LAPSED), 1),  # it had its turn
        ((LOST, BallotOutcome.DECLINED), 1),
        ((LOST, BallotOutcome.PASSED_OVER), 1),
        ((LOST, BallotOutcome.OFFERED), 1),
        ((LOST,) * 9, 10),
        ((LOST,) * 12, 10),
    ],
)
def test_every_draw_lost_since_the_last_turn_is_one_ticket_more(
    outcomes: tuple[BallotOutcome, ...], weight: int
) -> None:
    assert weight_after(past(*outcomes)) == weight
    assert weight_after(reversed(past(*outcomes))) == weight  # by their dates, in whatever order they come
