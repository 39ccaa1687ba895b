"""When a search ends and how hot it is on the way there, by the clock or by counted steps."""

import time
from dataclasses import dataclass

# How long a thread stays inside the kernel before it looks at the clock, and how many steps at least that is.
CHUNK_S, CHUNK_STEPS_MIN, CHUNK_STEPS_MAX = 0.05, 20, 50_000
# By counted steps, so many at a time.
COUNTED_CHUNK = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """From `begin_s` to `end_s` of the monotonic clock, or so many `steps` in each thread, not beyond `end_s`.

    The temperature falls from `hot` to `cold` fine units by the same factor in equal shares of the whole.
    """

    begin_s: float
    end_s: float
    steps: int | None
    hot: float
    cold: float

    def share(self, done: int) -> float:
        """How much of the search is over after `done` steps, from 0 to 1."""
        if self.steps is not None:
            return min(1.0, done / max(1, self.steps))
        return min(1.0, (time.monotonic() - self.begin_s) / max(1e-9, self.end_s - self.begin_s))

    def over(self, done: int, until: float) -> bool:
        """Whether a thread that is to stop at this share is to stop now."""
        return self.share(done) >= until or time.monotonic() >= self.end_s

    def temperature(self, share: float) -> float:
        """In fine units."""
        heat: float = self.hot * (self.cold / self.hot) ** min(1.0, share)
        return heat

    def chunk(self, done: int, until: float, last: int, last_s: float) -> int:
        """How many steps to do next, given the last number and how long that took."""
        if self.steps is not None:
            return max(1, min(COUNTED_CHUNK, int(until * self.steps) - done))
        left_s = self.begin_s + until * (self.end_s - self.begin_s) - time.monotonic()
        wanted_s = min(CHUNK_S, 0.5 * max(0.0, left_s))
        steps = int(last * min(4.0, wanted_s / max(1e-5, last_s)))
        return min(CHUNK_STEPS_MAX, max(CHUNK_STEPS_MIN, steps))
