"""The records a problem is made of: time windows, depots, vehicles with their breaks, stops.

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
class Break:
    """A rest of `duration_s` that begins from `earliest_s` to `latest_s`, both included.

    While resting the vehicle neither drives, serves nor loads. The time before departure and after return is rest too,
    so a route that leaves at `earliest_s + duration_s` or later, or is back by `latest_s`, holds no such break.
    """

    earliest_s: int
    latest_s: int
    duration_s: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Underway:
    """A vehicle that is out already: it stands at `place`, free from `ready_s` on, with the goods of its stops aboard.

    Its route begins there and then. Its fixed cost is spent, and hours count from `ready_s`.
    """

    place: int
    ready_s: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Vehicle:
    """One vehicle that can drive one route: it leaves its depot and is back in time inside its shift.

    It ends at `end_depot`, None being where it started. `capacity_ml=None` means that volume does not limit it, and so
    for every other limit that is None: `longest_s` from departure to return, `longest_m` over all legs, `most_stops`.
    It may come back to load again up to `reloads` times, which takes `reload_s` each time; its capacity then holds for
    every trip of its own. It drives by the matrices of its `profile`, "" being those of the problem itself.

    A route costs `fixed_cost` (cents), plus `cost_per_km` (cents) for every 1,000 m, plus `cost_per_h` (cents) for
    every 3,600 s between departure and return, waiting and breaks included. An unused vehicle costs nothing.
    """

    id: str
    type: str
    depot: str
    end_depot: str | None = None
    capacity_g: int
    capacity_packages: int
    capacity_ml: int | None = None
    shift: TimeWindow
    profile: str = ""
    longest_s: int | None = None
    longest_m: int | None = None
    most_stops: int | None = None
    reloads: int = 0
    reload_s: int = 0
    breaks: tuple[Break, ...] = ()
    skills: frozenset[str] = frozenset()
    underway: Underway | None = None
    fixed_cost: int = 0
    cost_per_km: int
    cost_per_h: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    """One delivery at one place: what is dropped there, when service may start and how long it lasts.

    Several stops may share one place. Service starts in `window` or in one of `further_windows`, which are later and
    apart. It lasts `service_s` and `service_s_per_package` for each package. With `late_cents_per_h` it may start after
    the last window too, at this price for every 3,600 s; None means that windows are hard. `released_s` is when the
    goods are packed: the vehicle that carries them leaves the depot then or later.

    Who may serve it: `depot` names the depot where the goods lie, None being any; the vehicle needs all of `skills`,
    is one of `vehicles_allowed` (None: any) and none of `vehicles_forbidden`. `pinned_vehicle` is the one vehicle that
    may, and `pinned_position` its place among the visits of that vehicle's route, from 1. Stops with the same
    `together` are served by one vehicle, all of them or none.

    `drop_cost` is what leaving the stop out may cost in cents: it is served only if that is cheaper. None, the usual
    case, means: serve it if the fleet can, and `priority` (0 to 100) says which first where it cannot.
    """

    id: str
    place: int
    demand_g: int
    packages: int
    volume_ml: int = 0
    window: TimeWindow
    further_windows: tuple[TimeWindow, ...] = ()
    service_s: int
    service_s_per_package: int = 0
    late_cents_per_h: int | None = None
    released_s: int | None = None
    depot: str | None
    skills: frozenset[str] = frozenset()
    vehicles_allowed: frozenset[str] | None = None
    vehicles_forbidden: frozenset[str] = frozenset()
    pinned_vehicle: str | None = None
    pinned_position: int | None = None
    together: str | None = None
    drop_cost: int | None = None
    priority: int = 0
    name: str = ""

    @property
    def windows(self) -> tuple[TimeWindow, ...]:
        """All spans in which service may start, in order."""
        return (self.window, *self.further_windows)

    @property
    def serving_s(self) -> int:
        """How long service lasts, packages included."""
        return self.service_s + self.service_s_per_package * self.packages
