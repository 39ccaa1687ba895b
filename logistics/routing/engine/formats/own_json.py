"""Our own JSON: every field of the engine's `Problem`, exactly, so that what is written is read again as it was.

    {
      "format": "last-hundred-metres problem", "version": 1, "name": "Tuesday",
      "depots":   [{"id": "D", "place": 0, "opens_s": 0, "closes_s": 86400}],
      "vehicles": [{"id": "V1", "type": "van", "depot": "D", "capacity_g": 500000, "capacity_packages": 80,
                    "shift": {"start_s": 28800, "end_s": 61200}, "fixed_cost": 0, "cost_per_km": 120,
                    "cost_per_h": 3600}],
      "stops":    [{"id": "S1", "place": 1, "demand_g": 12000, "packages": 4,
                    "window": {"start_s": 32400, "end_s": 43200}, "service_s": 120, "depot": null}],
      "seconds": [[0, 300], [310, 0]],
      "metres":  [[0, 2100], [2150, 0]]
    }

Fields, units and defaults are those of the records in `items.py`, sets being lists; a field with a default may be left
out, one that is not known is refused. Matrices are whole numbers, row = from, null where there is no way; `speeds`
belong to them, and `profiles` holds those of other kinds of vehicle by name: `{"walk": {"seconds": …, "metres": …,
"speeds": [{"start_s": 25200, "percent": 60}]}}`. Optional: `longest_route_cents_per_h`; `lnglat` (one
`[longitude, latitude]` per place, null for one that is nowhere) or `xy` (a plane), for drawings; `start`, the stops of
each vehicle in order to begin with, and `start_reloads`, the rising positions in it (from 0, which is for a vehicle
that is underway alone) ahead of which they load again: `{"V1": [3, 7]}`; `scale`, `factor`, `convention` and
`numbered_vehicles` as in `ReadProblem`, for instances that come from elsewhere. Without `numbered_vehicles`, vehicles
are numbered if they differ in more than their id.
`walks` says by stop who carries what from the gate to which building, see `walking/files.py`; only that it is an object
is looked at here. `walking_cents_per_h` and `split_gates` belong to it.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from logistics.routing.engine.formats.coordinates_json import coordinates_of, written_coordinates
from logistics.routing.engine.formats.json_values import Value, matrix_of, parse_json
from logistics.routing.engine.formats.problem_file import ReadProblem, problem_of
from logistics.routing.engine.formats.records_json import record_of, written
from logistics.routing.engine.items import Depot, Stop, Vehicle
from logistics.routing.engine.problem import Problem
from logistics.routing.engine.travelling import Profile, SpeedSlot

FORMAT = "last-hundred-metres problem"
VERSION = 1
CONVENTION = "money of the routes: fixed costs, kilometres, hours"
_FILE_FIELDS = ("format", "version", "name", "depots", "vehicles", "stops", "lnglat", "xy", "start", "start_reloads")
_TRAVEL = ("seconds", "metres", "speeds")
_PROBLEM_FIELDS = (*_TRAVEL, "profiles", "longest_route_cents_per_h")
_META_FIELDS = ("scale", "factor", "convention", "numbered_vehicles")
_ASKED = {"capacity_g": "demand_g", "capacity_packages": "packages", "capacity_ml": "volume_ml"}
_WALK_FIELDS = ("walks", "walking_cents_per_h", "split_gates")


def write_json(read: ReadProblem) -> str:
    """The problem as our own JSON, one item or matrix row a line."""
    problem = read.problem
    head: dict[str, Any] = {"format": FORMAT, "version": VERSION, "name": read.name, "convention": read.convention}
    head |= {
        "scale": read.scale,
        "factor": read.factor,
        "numbered_vehicles": read.numbered_vehicles,
    }
    if problem.longest_route_cents_per_h:
        head["longest_route_cents_per_h"] = problem.longest_route_cents_per_h
    head |= {name: getattr(read, name) for name in _WALK_FIELDS[1:] if getattr(read, name)}
    lines = [f"{json.dumps(key)}: {json.dumps(value, ensure_ascii=False)}" for key, value in head.items()]
    for name in ("depots", "vehicles", "stops"):
        lines.append(_listed(name, [written(item) for item in getattr(problem, name)]))
    for name, start in (("start", read.start), ("start_reloads", read.start_reloads)):
        if start is not None:
            lines.append(_listed(name, {vehicle: list(order) for vehicle, order in start.items()}))
    own = Profile(seconds=problem.seconds, metres=problem.metres, speeds=problem.speeds)
    lines += _travel_lines(own)
    if problem.profiles:
        inner = ",\n".join(
            f"{json.dumps(name, ensure_ascii=False)}: {{\n" + ",\n".join(_travel_lines(profile)) + "\n}"
            for name, profile in problem.profiles.items()
        )
        lines.append(f'"profiles": {{\n{inner}\n}}')
    if read.walks:
        lines.append(_listed("walks", dict(read.walks)))
    for name, points in written_coordinates(read.coordinates, geographic=read.geographic).items():
        lines.append(_listed(name, points))
    return "{\n" + ",\n".join(lines) + "\n}\n"


def _travel_lines(profile: Profile) -> list[str]:
    lines = []
    for name in ("seconds", "metres"):
        lines.append(_listed(name, written(getattr(profile, name))))
    return lines + ([_listed("speeds", written(profile.speeds))] if profile.speeds else [])


def read_json(text: str, file: str) -> ReadProblem:
    """The problem in our own JSON.

    Raises:
        BadProblemFile: if it is no JSON, with the line; or if a field is missing, unknown or wrong, with its name.
    """
    root = parse_json(text, file)
    root.fields(_FILE_FIELDS + _PROBLEM_FIELDS + _META_FIELDS + _WALK_FIELDS)
    for key, right in (("format", FORMAT), ("version", VERSION)):
        if root.get(key).value != right:
            root.get(key).refuse(f"is {root.get(key).value!r}; it must be {right!r}")
    travel = _profile(root)
    coordinates, geographic = coordinates_of(root, size=len(travel.seconds))
    vehicles = [record_of(value, Vehicle, numbers_later=True) for value in root.get("vehicles").list()]
    stops = [record_of(value, Stop, numbers_later=True) for value in root.get("stops").list()]
    problem = problem_of(
        file,
        depots=[record_of(value, Depot, numbers_later=True) for value in root.get("depots").list()],
        vehicles=vehicles,
        stops=stops,
        seconds=travel.seconds,
        metres=travel.metres,
        speeds=travel.speeds,
        profiles=_profiles(root, size=len(travel.seconds)),
        longest_route_cents_per_h=_whole(root, "longest_route_cents_per_h", at_least=0, default=0),
    )
    _refuse_idle(root, problem)
    start = _start(root, problem) if root.has("start") or root.has("start_reloads") else None
    return ReadProblem(
        name=root.get("name").text() if root.has("name") else file,
        format="json",
        convention=root.get("convention").text() if root.has("convention") else CONVENTION,
        problem=problem,
        scale=_whole(root, "scale", at_least=1, default=1),
        factor=_whole(root, "factor", at_least=1, default=1),
        coordinates=coordinates,
        geographic=geographic,
        numbered_vehicles=(
            root.get("numbered_vehicles").truth() if root.has("numbered_vehicles") else _differ(vehicles, stops)
        ),
        start=start,
        start_reloads=_start_reloads(root, problem, start or {}) if root.has("start_reloads") else None,
        walks=(root.get("walks").object() or None) if root.has("walks") else None,
        walking_cents_per_h=_whole(root, "walking_cents_per_h", at_least=0, default=0),
        split_gates=root.get("split_gates").truth() if root.has("split_gates") else False,
    )


def _differ(vehicles: Sequence[Vehicle], stops: Sequence[Stop]) -> bool:
    """Whether it matters which vehicle drives a route."""
    named = any(stop.pinned_vehicle or stop.vehicles_allowed is not None or stop.vehicles_forbidden for stop in stops)
    return named or any(replace(vehicle, id=vehicles[0].id) != vehicles[0] for vehicle in vehicles)


def _refuse_idle(root: Value, problem: Problem) -> None:
    """Refuses a capacity of zero in something that all stops ask for: a vehicle without a use is a mistake."""
    for value, vehicle in zip(root.get("vehicles").list(), problem.vehicles, strict=True):
        for name, asked in _ASKED.items():
            if getattr(vehicle, name) == 0 and all(getattr(stop, asked) > 0 for stop in problem.stops):
                value.get(name).refuse(f"is 0, but {asked} of every stop is more; the vehicle can carry nothing")


def _whole(root: Value, key: str, *, at_least: int, default: int) -> int:
    return root.get(key).whole(at_least=at_least) if root.has(key) else default


def _profile(value: Value, *, size: int | None = None) -> Profile:
    seconds = matrix_of(value.get("seconds"), size=size)
    slots = value.get("speeds").list() if value.has("speeds") else []
    return Profile(
        seconds=seconds,
        metres=matrix_of(value.get("metres"), size=len(seconds)),
        speeds=tuple(record_of(slot, SpeedSlot, numbers_later=True) for slot in slots),
    )


def _profiles(root: Value, *, size: int) -> dict[str, Profile]:
    if not root.has("profiles"):
        return {}
    given = root.get("profiles")
    profiles = {}
    for name in given.object():
        value = given.get(name)
        if not name:
            value.refuse("has no name; the problem's own matrices are those that stand beside profiles")
        value.fields(_TRAVEL)
        profiles[name] = _profile(value, size=size)
    return profiles


def _start(root: Value, problem: Problem) -> Mapping[str, tuple[str, ...]]:
    """The stops of each vehicle; a name that a search would not know is a mistake in the file."""
    value = root.get("start")
    vehicles, stops = ({item.id for item in items} for items in (problem.vehicles, problem.stops))
    start: dict[str, tuple[str, ...]] = {}
    found: set[str] = set()
    for name in value.object():
        if name not in vehicles:
            value.get(name).refuse("is of a vehicle that vehicles does not hold")
        order = value.get(name).list()
        for stop in order:
            if stop.text() not in stops:
                stop.refuse(f"is {stop.text()!r}, which stops does not hold")
            if stop.text() in found:
                stop.refuse(f"is {stop.text()!r} once more; a stop is served once")
            found.add(stop.text())
        start[name] = tuple(stop.text() for stop in order)
    return start


def _start_reloads(
    root: Value, problem: Problem, start: Mapping[str, tuple[str, ...]]
) -> Mapping[str, tuple[int, ...]]:
    value = root.get("start_reloads")
    reloads = {}
    for name in value.object():
        if name not in start:
            value.get(name).refuse("is of a vehicle that start does not name")
        reloads[name] = _reload_positions(value.get(name), problem.vehicle(name), stops=len(start[name]))
    return reloads


def _reload_positions(value: Value, vehicle: Vehicle, *, stops: int) -> tuple[int, ...]:
    """Positions that a search would follow: others it would leave out and guess."""
    given = value.list()
    if len(given) > vehicle.reloads:
        value.refuse(f"has {len(given)} positions; it must have at most {vehicle.reloads}, the vehicle's reloads")
    first = 0 if vehicle.underway is not None else 1
    if given and stops <= first:
        value.refuse(f"has {len(given)} positions; it must have none, for start has {stops} stops of the vehicle")
    found: list[int] = []
    for before in given:
        if before.value == 0 and first == 1:
            before.refuse("is 0; it must be from 1, for only a vehicle that is underway loads ahead of its first stop")
        position = before.whole(at_least=first, at_most=stops - 1)
        if found and position <= found[-1]:
            before.refuse(f"is {position} after {found[-1]}; positions must rise, each given once")
        found.append(position)
    return tuple(found)


def _listed(name: str, items: list[Any] | dict[str, Any]) -> str:
    """A list or object, one entry a line."""
    if isinstance(items, dict):
        inner = ",\n".join(f" {_text(key)}: {_text(item)}" for key, item in items.items())
        return f"{_text(name)}: {{\n{inner}\n}}"
    inner = ",\n".join(" " + _text(item) for item in items)
    return f"{_text(name)}: [\n{inner}\n]"


def _text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
