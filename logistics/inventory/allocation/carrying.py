"""What a place carries over into the next round."""

from __future__ import annotations

from enum import StrEnum


class Refusal(StrEnum):
    """Why a place did not want what there was for it."""

    NO_ROOM = "no_room"
    NO_NEED = "no_need"


def carry_after(*, requested: int, allocated: int, refusal: Refusal | None) -> int:
    """The pieces a place carries over into the next round: what it asked for and was not given.

    Who refused carries nothing over, however little it was given: that is no shortfall. An older carry-over has had its
    turn in this round; whatever of it is still wanted was asked for again.
    """
    return 0 if refusal else max(0, requested - allocated)
