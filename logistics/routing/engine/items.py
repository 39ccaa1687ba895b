"""The records a problem is made of: time windows, depots, vehicles, stops.

Units are whole numbers: grams, packages, millilitres, metres, seconds since an epoch the caller chooses (midnight of
the delivery day, say), and money in cents (分). The records are plain; `Problem` validates them all together, so that a
file with nine mistakes is refused once, with nine sentences.
"""

from collections.abc import Sequence
from dataclasses import dataclass

UNREACHABLE = 2**31 - 1
"""In a matrix: there is no way from the row's place to the column's place."""


class BadProblem(ValueError):
    """The problem as stated cannot be planned; `faults` holds one sentence per mistake, each naming item and field."""

    def __init__(self, faults: Sequence[str]) -> None:
        self.faults = tuple(faults)
        count = len(self.faults)
        head = "1 mistake in the problem" if count == 1 else f"{count} mistakes in the problem"
        super().__init__(f"{head}: " + "; ".join(self.faults))


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeWindow:
    """A span of seconds, both ends included; at a stop, service must *start* inside it."""

    start_s: int
    end_s: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Depot:
    """Where vehicles load, start and return: no departure before `opens_s`, no return after `closes_s`.

    `place` is the depot's row and column in the matrices.
    """

    id: str
    place: int
    opens_s: int
    closes_s: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Vehicle:
    """One vehicle that can drive one route: it leaves its depot and is back there inside its shift.

    `capacity_ml=None` means that volume does not limit it. A route costs `fixed_cost` (cents), plus `cost_per_km`
    (cents) for every 1,000 m, plus `cost_per_h` (cents) for every 3,600 s between departure and return, waiting
    included. An unused vehicle costs nothing.
    """

    id: str
    type: str
    depot: str
    capacity_g: int
    capacity_packages: int
    capacity_ml: int | None = None
    shift: TimeWindow
    fixed_cost: int = 0
    cost_per_km: int
    cost_per_h: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    """One delivery at one place: what is dropped there, when service may start and how long it lasts.

    `depot` names the depot where the goods lie, whose vehicles alone may serve the stop; None means any depot.
    `drop_cost` is what leaving the stop out may cost in cents: it is served only if that is cheaper. None, the usual
    case, means: serve it if the fleet can. Several stops may share one place.
    """

    id: str
    place: int
    demand_g: int
    packages: int
    volume_ml: int = 0
    window: TimeWindow
    service_s: int
    depot: str | None
    drop_cost: int | None = None
    name: str = ""
