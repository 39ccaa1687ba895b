"""The second echelon of a stop: volunteers carry from the gate, where the vehicle stands, to the buildings.

Units are whole numbers: grams, packages, seconds. The records are plain; `GateWalk` validates them all together, so
that a walk with nine mistakes is refused once, with nine sentences.
"""

from collections.abc import Sequence
from dataclasses import dataclass


class BadWalk(ValueError):
    """The walk as stated cannot be planned; `faults` holds one sentence per mistake, each naming item and field."""

    def __init__(self, faults: Sequence[str]) -> None:
        self.faults = tuple(faults)
        count = len(self.faults)
        head = "1 mistake in the walk" if count == 1 else f"{count} mistakes in the walk"
        super().__init__(f"{head}: " + "; ".join(self.faults))


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildingDrop:
    """What goes to one building: at a point in front of it (one door), or to `doors` doors inside.

    `place` is its row and column in the walking matrix, where 0 is the gate. Its packages are taken to weigh the same.
    """

    id: str
    place: int
    packages: int
    grams: int
    doors: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Volunteers:
    """The people at the gate: so many, each carrying at most that much at once, by hand or with a trolley.

    Before every trip a volunteer loads for `loading_s`; at a building the handover takes `s_per_door` for each door and
    `s_per_package` for each package. How fast they walk is in the matrix.
    """

    count: int
    packages_each: int
    grams_each: int
    loading_s: int = 0
    s_per_door: int = 0
    s_per_package: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class HandOver:
    """Packages of one building change hands from `arrival_s` to `departure_s`, at `doors` doors."""

    building: str
    packages: int
    grams: int
    doors: int
    arrival_s: int
    departure_s: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Trip:
    """From the gate and back: loading begins at `begins_s`, the gate is left at `leaves_s` and reached at `back_s`."""

    begins_s: int
    leaves_s: int
    hand_overs: tuple[HandOver, ...]
    back_s: int

    @property
    def packages(self) -> int:
        """What is carried when the gate is left."""
        return sum(one.packages for one in self.hand_overs)

    @property
    def grams(self) -> int:
        """What it weighs."""
        return sum(one.grams for one in self.hand_overs)


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """One volunteer's trips, one after the other; volunteers are numbered from 1."""

    volunteer: int
    trips: tuple[Trip, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class WalkPlan:
    """Who carries what when. Times count from the moment the vehicle begins its service, or are clock times.

    `done_s` is when the last volunteer is back, `busy_s` all trips together from loading to return, `service_s` how
    long the vehicle stands at the gate (a duration either way). `proven`: with these loads no plan has an earlier end,
    and none with this end is shorter for all volunteers together.
    """

    rounds: tuple[Round, ...]
    done_s: int
    busy_s: int
    service_s: int
    proven: bool
