"""How long it is tried what would let a stop be served."""

import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(slots=True, kw_only=True)
class Allowance:
    """Until `deadline_s` (monotonic seconds), until `stopped` says so, and for so many insertions, where given.

    Whoever tries asks between two things to try: what is begun is finished.
    """

    deadline_s: float | None = None
    stopped: Callable[[], bool] | None = None
    insertions: int | None = None

    def told(self) -> bool:
        """Whether somebody wants it stopped."""
        return self.stopped is not None and self.stopped()

    def ended(self) -> bool:
        """Whether the moment has come or somebody wants it stopped."""
        return (self.deadline_s is not None and time.monotonic() >= self.deadline_s) or self.told()

    def over(self) -> bool:
        """Whether nothing more may be tried."""
        return (self.insertions is not None and self.insertions <= 0) or self.ended()

    def spend(self) -> None:
        """Counts an insertion."""
        if self.insertions is not None:
            self.insertions -= 1
