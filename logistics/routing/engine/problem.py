"""What is to be driven: depots, vehicles, stops and the two matrices between their places."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from logistics.routing.engine.items import UNREACHABLE, BadProblem, Depot, Stop, TimeWindow, Vehicle
from logistics.routing.engine.validation import faults_of, frozen_matrix

__all__ = ["UNREACHABLE", "BadProblem", "Depot", "Problem", "Stop", "TimeWindow", "Vehicle"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Problem:
    """One day to plan.

    `seconds` and `metres` are (n, n) whole numbers, row = from, column = to, diagonal 0, `UNREACHABLE` where there is
    no way; they are copied, held as int32 and made read-only. A leg marked in either matrix is closed.

    Raises:
        BadProblem: if any item, reference or matrix is wrong; every mistake found is in the one error.
    """

    depots: tuple[Depot, ...]
    vehicles: tuple[Vehicle, ...]
    stops: tuple[Stop, ...]
    seconds: NDArray[np.int32]
    metres: NDArray[np.int32]
    _depots: dict[str, Depot] = field(init=False, repr=False)
    _vehicles: dict[str, Vehicle] = field(init=False, repr=False)
    _stops: dict[str, Stop] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        faults = faults_of(self.depots, self.vehicles, self.stops, seconds=self.seconds, metres=self.metres)
        if faults:
            raise BadProblem(faults)
        object.__setattr__(self, "seconds", frozen_matrix(self.seconds))
        object.__setattr__(self, "metres", frozen_matrix(self.metres))
        object.__setattr__(self, "_depots", {depot.id: depot for depot in self.depots})
        object.__setattr__(self, "_vehicles", {vehicle.id: vehicle for vehicle in self.vehicles})
        object.__setattr__(self, "_stops", {stop.id: stop for stop in self.stops})

    def depot(self, depot_id: str) -> Depot:
        """Raises KeyError if the problem has no such depot."""
        return self._depots[depot_id]

    def vehicle(self, vehicle_id: str) -> Vehicle:
        """Raises KeyError if the problem has no such vehicle."""
        return self._vehicles[vehicle_id]

    def stop(self, stop_id: str) -> Stop:
        """Raises KeyError if the problem has no such stop."""
        return self._stops[stop_id]

    def leg_s(self, origin: int, destination: int) -> int:
        """Driving seconds between two places, or UNREACHABLE if either matrix closes the leg."""
        seconds: int = self.seconds.item(origin, destination)
        return UNREACHABLE if self.metres.item(origin, destination) == UNREACHABLE else seconds

    def leg_m(self, origin: int, destination: int) -> int:
        """Driving metres between two places, or UNREACHABLE if either matrix closes the leg."""
        metres: int = self.metres.item(origin, destination)
        return UNREACHABLE if self.seconds.item(origin, destination) == UNREACHABLE else metres

    def may_serve(self, vehicle: Vehicle, stop: Stop) -> bool:
        """Whether the stop's goods lie where the vehicle loads."""
        return stop.depot is None or stop.depot == vehicle.depot

    def hours_of(self, vehicle: Vehicle) -> TimeWindow:
        """The span in which the vehicle may be out: its shift cut to its depot's opening hours (may be empty)."""
        depot = self._depots[vehicle.depot]
        return TimeWindow(
            start_s=max(vehicle.shift.start_s, depot.opens_s), end_s=min(vehicle.shift.end_s, depot.closes_s)
        )
