"""What is to be carried from one gate: buildings, volunteers and the walking matrix between them."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from logistics.routing.engine.walking.items import BadWalk, BuildingDrop, Volunteers
from logistics.routing.engine.walking.validation import faults_of

GATE = 0
"""The gate's row and column in the walking matrix."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class GateWalk:
    """What is carried from one gate of a compound.

    `seconds` is (m, m) whole seconds on foot, row = from, column = to, row 0 the gate, `UNREACHABLE` where there is no
    way. The goods are on the ground `unloading_s` after service begins, and then the first volunteer loads. With
    `vehicle_waits` the driver stays until the last volunteer is back, else it leaves when unloaded. `place` is the
    gate in the problem's matrices, None being where the stop is; `gate` its name where a compound has several. What the
    stop drops beyond the goods of `buildings` stays at the gate.

    Raises:
        BadWalk: if anything is wrong; every mistake found is in the one error.
    """

    buildings: tuple[BuildingDrop, ...]
    seconds: NDArray[np.int32]
    volunteers: Volunteers
    unloading_s: int = 0
    vehicle_waits: bool = True
    gate: str = ""
    place: int | None = None

    def __post_init__(self) -> None:
        faults = faults_of(self)
        if faults:
            raise BadWalk(faults)
        seconds = np.array(self.seconds, dtype=np.int32)
        seconds.setflags(write=False)
        object.__setattr__(self, "seconds", seconds)

    @property
    def packages(self) -> int:
        """All packages of the drop."""
        return sum(building.packages for building in self.buildings)

    @property
    def grams(self) -> int:
        """All grams of the drop."""
        return sum(building.grams for building in self.buildings)
