"""What is to be driven: depots, vehicles, stops and the matrices between their places."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from logistics.routing.engine.items import (
    UNREACHABLE,
    BadProblem,
    Break,
    Depot,
    Stop,
    TimeWindow,
    Underway,
    Vehicle,
)
from logistics.routing.engine.travelling import Profile, SpeedSlot
from logistics.routing.engine.validation import faults_of, sound_profiles

__all__ = [
    "UNREACHABLE",
    "BadProblem",
    "Break",
    "Depot",
    "Problem",
    "Profile",
    "SpeedSlot",
    "Stop",
    "TimeWindow",
    "Underway",
    "Vehicle",
]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Problem:
    """One day to plan.

    `seconds` and `metres` are (n, n) whole numbers, row = from, column = to, diagonal 0, `UNREACHABLE` where there is
    no way. They are held as read-only int32: an array that is that already is shared, any other is copied. A leg
    marked in either matrix is closed. `speeds` belongs to these matrices; `profiles` holds those of other kinds of
    vehicle by name, all over the same places.

    `longest_route_cents_per_h` balances the drivers: the longest paid time of any route costs that for every 3,600 s,
    beside what the routes cost. (The longest, not the difference to the shortest, which making a short route longer
    would better: Matl, Hartl & Vidal 2018, "Workload equity in vehicle routing problems", DOI 10.1287/trsc.2017.0744.)

    Raises:
        BadProblem: if any item, reference or matrix is wrong; every mistake found is in the one error.
    """

    depots: tuple[Depot, ...]
    vehicles: tuple[Vehicle, ...]
    stops: tuple[Stop, ...]
    seconds: NDArray[np.int32]
    metres: NDArray[np.int32]
    speeds: tuple[SpeedSlot, ...] = ()
    profiles: Mapping[str, Profile] = field(default_factory=dict)
    longest_route_cents_per_h: int = 0
    _travel: dict[str, Profile] = field(init=False, repr=False)
    _depots: dict[str, Depot] = field(init=False, repr=False)
    _vehicles: dict[str, Vehicle] = field(init=False, repr=False)
    _stops: dict[str, Stop] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        travel = {"": Profile(seconds=self.seconds, metres=self.metres, speeds=self.speeds), **self.profiles}
        faults = faults_of(self.depots, self.vehicles, self.stops, travel, self.longest_route_cents_per_h)
        if faults:
            raise BadProblem(faults)
        travel = sound_profiles(travel)
        others = {name: profile for name, profile in travel.items() if name}
        object.__setattr__(self, "_travel", travel)
        object.__setattr__(self, "profiles", MappingProxyType(others))
        object.__setattr__(self, "seconds", travel[""].seconds)
        object.__setattr__(self, "metres", travel[""].metres)
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

    def travel(self, vehicle: Vehicle) -> Profile:
        """The matrices and speeds the vehicle drives by."""
        return self._travel[vehicle.profile]

    def leg_s(self, origin: int, destination: int, profile: str = "") -> int:
        """Seconds of a leg at the speed of the matrix, or UNREACHABLE if either matrix closes it."""
        travel = self._travel[profile]
        seconds: int = travel.seconds.item(origin, destination)
        return UNREACHABLE if travel.metres.item(origin, destination) == UNREACHABLE else seconds

    def leg_m(self, origin: int, destination: int, profile: str = "") -> int:
        """Metres of a leg, or UNREACHABLE if either matrix closes it."""
        travel = self._travel[profile]
        metres: int = travel.metres.item(origin, destination)
        return UNREACHABLE if travel.seconds.item(origin, destination) == UNREACHABLE else metres

    def may_serve(self, vehicle: Vehicle, stop: Stop) -> bool:
        """Whether the stop's goods lie where the vehicle loads, it can do what is asked, and nobody says otherwise."""
        return (
            (stop.depot is None or stop.depot == vehicle.depot)
            and (stop.pinned_vehicle is None or stop.pinned_vehicle == vehicle.id)
            and (stop.vehicles_allowed is None or vehicle.id in stop.vehicles_allowed)
            and vehicle.id not in stop.vehicles_forbidden
            and stop.skills <= vehicle.skills
        )

    def start_place(self, vehicle: Vehicle) -> int:
        """Where the vehicle's route begins: its depot, or where it stands if it is out already."""
        return self._depots[vehicle.depot].place if vehicle.underway is None else vehicle.underway.place

    def end_place(self, vehicle: Vehicle) -> int:
        """Where the vehicle's route ends."""
        return self._end_depot(vehicle).place

    def hours_of(self, vehicle: Vehicle) -> TimeWindow:
        """The span in which the vehicle may be out: its shift cut to its depots' opening hours (may be empty).

        It leaves when the depot where it starts is open, or when it is free if it is out already, and is at its end
        before that closes.
        """
        opens_s = self._depots[vehicle.depot].opens_s
        start_s = max(vehicle.shift.start_s, opens_s) if vehicle.underway is None else vehicle.underway.ready_s
        return TimeWindow(start_s=start_s, end_s=min(vehicle.shift.end_s, self._end_depot(vehicle).closes_s))

    def _end_depot(self, vehicle: Vehicle) -> Depot:
        return self._depots[vehicle.depot if vehicle.end_depot is None else vehicle.end_depot]
