"""Walks in our own JSON: the section `walks` of a problem file, one gate, or a list of several, for each stop with any.

    "walks": {"S1": {"unloading_s": 240,
                     "volunteers": {"count": 2, "packages_each": 6, "grams_each": 60000, "loading_s": 30,
                                    "s_per_door": 60, "s_per_package": 10},
                     "buildings": [{"id": "3", "place": 1, "packages": 4, "grams": 12000, "doors": 3}],
                     "seconds": [[0, 75], [75, 0]], "metres": [[0, 90], [90, 0]]}}

Fields, units and defaults are those of `GateWalk`, `BuildingDrop` and `Volunteers`. Beside them may stand `metres`,
whole metres on foot between the same places, which no rule asks for and the plan tells; and `lnglat` or `xy`, a point
for each of these places, for drawings. Where `seconds` is left out, it and `metres` come from `lnglat`: straight lines
× 1.5 at 1.2 m/s.
"""

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from logistics.routing.engine.formats.coordinates_json import POINTS, coordinates_of, written_coordinates
from logistics.routing.engine.formats.json_values import Value, matrix_of
from logistics.routing.engine.formats.problem_file import ReadProblem
from logistics.routing.engine.formats.records_json import record_of, written
from logistics.routing.engine.problem import Stop
from logistics.routing.engine.travel import GreatCircleTravel, Point
from logistics.routing.engine.walking.items import BadWalk
from logistics.routing.engine.walking.validation import BUILDINGS_MAX
from logistics.routing.engine.walking.walk import GateWalk


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class StatedGate:
    """A walk from a file, with what the file says beyond it, over the places of its matrix.

    `metres` is `(m, m)`, None where the file does not tell; `coordinates` is `(m, 2)`, NaN for a place that is nowhere,
    in degrees if `geographic`, else in the plane.
    """

    walk: GateWalk
    metres: NDArray[np.int32] | None = None
    coordinates: NDArray[np.float64] | None = None
    geographic: bool = False


PLACES_MAX = BUILDINGS_MAX + 1
"""The gate and every building; times between more places than that would fill the memory."""

Walks = Mapping[str, Sequence[StatedGate]]
"""The gates of every stop that has a walk."""


def walks_of(read: ReadProblem, file: str) -> dict[str, tuple[StatedGate, ...]]:
    """The walks that a problem file states; empty if it states none. `file` is named in errors.

    Raises:
        BadProblemFile: if a field is missing, unknown or of the wrong type, with its way, such as
            `walks.S1[0].volunteers.count`; if a number is out of range, with the way of the gate, the item and the
            field; if a walk does not belong to its stop.
    """
    root = Value({"walks": dict(read.walks or {})}, file=file).get("walks")
    stops = {stop.id: stop for stop in read.problem.stops}
    return {stop_id: _gates(read, stops, stop_id, root.get(stop_id)) for stop_id in root.object()}


def with_walks(read: ReadProblem, walks: Walks) -> ReadProblem:
    """The problem with these walks in place of those it had, ready to be written."""
    stated = {stop_id: [_written(gate) for gate in gates] for stop_id, gates in walks.items()}
    one = {stop_id: gates[0] if len(gates) == 1 else gates for stop_id, gates in stated.items()}
    return dataclasses.replace(read, walks=one or None)


def gates_of(walks: Walks) -> dict[str, list[GateWalk]]:
    """The walks alone, as `plan_two_echelons` takes them."""
    return {stop_id: [gate.walk for gate in gates] for stop_id, gates in walks.items()}


def _gates(read: ReadProblem, stops: Mapping[str, Stop], stop_id: str, value: Value) -> tuple[StatedGate, ...]:
    if stop_id not in stops:
        value.refuse(f"the problem has no stop {stop_id!r}; each walk must belong to one")
    stop = stops[stop_id]
    given = value.list() if isinstance(value.value, list) else [value]
    if not given:
        value.refuse("has no gate; give one or more, or leave the stop out")
    gates = tuple(_gate(one, read) for one in given)
    for name, unit, dropped in (("packages", "packages", stop.packages), ("grams", "g", stop.demand_g)):
        carried = getattr(gates[0].walk, name)
        if carried > dropped:
            given[0].get("buildings").refuse(
                f"{carried} {unit} go to them, but stop {stop_id!r} drops {dropped}; at most as much must be carried on"
            )
    names: set[str] = set()
    for one, gate in zip(given, gates, strict=True):
        _check_among(one, gate.walk, first=gates[0].walk, names=names, size=len(read.problem.seconds))
        names.add(gate.walk.gate)
        parted = f"{stop_id}@{gate.walk.gate}"
        if read.split_gates and len(gates) > 1 and parted in stops:
            one.refuse(f"with split_gates it becomes stop {parted!r}, which the problem has already; rename one")
    return gates


def _check_among(value: Value, walk: GateWalk, *, first: GateWalk, names: set[str], size: int) -> None:
    """The gate is another than those before it, for the same buildings, and where the matrices of the problem reach."""
    if walk.place is not None and walk.place >= size:
        value.get("place").refuse(f"is {walk.place}; it must be from 0 to {size - 1}, a row of the problem's matrices")
    if walk.gate in names:
        value.refuse(f"gate is {walk.gate!r} as at a gate before; each of a stop's gates needs its own name")
    if _goods(walk) != _goods(first):
        value.get("buildings").refuse(
            "differ from the first gate's in what goes to which building; all gates have the same"
        )


def _goods(walk: GateWalk) -> dict[str, tuple[int, int, int]]:
    return {building.id: (building.packages, building.grams, building.doors) for building in walk.buildings}


def _gate(value: Value, read: ReadProblem) -> StatedGate:
    known = {name: inner for name, inner in value.object().items() if name not in ("metres", *POINTS)}
    coordinates, geographic = coordinates_of(
        value, size=len(value.get("seconds").list()) if value.has("seconds") else None
    )
    if coordinates is not None and read.coordinates is not None and geographic != read.geographic:
        here, there = POINTS if geographic else POINTS[::-1]
        value.get(here).refuse(f"stands in a file with {there}; places must be all in degrees or all on one plane")
    metres = None
    if not value.has("seconds") and value.has("lnglat"):
        known["seconds"], metres = _straight(value.get("lnglat"))
    try:
        walk = record_of(Value(known, file=value.file, field=value.field), GateWalk, numbers_later=True)
    except BadWalk as error:
        value.refuse("; ".join(error.faults))
    if value.has("metres"):
        metres = matrix_of(value.get("metres"), size=len(walk.seconds))
    return StatedGate(walk=walk, metres=metres, coordinates=coordinates, geographic=geographic)


def _straight(value: Value) -> tuple[list[list[int]], NDArray[np.int32]]:
    """Seconds, as a file has them, and metres on foot between points of which nothing else is known."""
    points = []
    given = value.list()
    if len(given) > PLACES_MAX:
        value.refuse(f"has {len(given)} points; where seconds is left out there may be {PLACES_MAX}")
    for index, point in enumerate(given):
        if point.value is None:
            point.refuse("is null; where seconds is left out it must be [longitude, latitude]")
        lng, lat = point.list()
        points.append(Point(id=str(index), lng=lng.number(), lat=lat.number()))
    travel = GreatCircleTravel.on_foot().matrix(points)
    return travel.seconds.tolist(), travel.metres


def _written(gate: StatedGate) -> dict[str, Any]:
    stated: dict[str, Any] = written(gate.walk)
    if gate.metres is not None:
        stated["metres"] = written(gate.metres)
    return stated | written_coordinates(gate.coordinates, geographic=gate.geographic)
