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

Fields, units and defaults are those of the records in `items.py`; a field with a default may be left out, one that is
not known is refused. Matrices are whole numbers, row = from, null where there is no way. Optional: `lnglat` (one
`[longitude, latitude]` per place) or `xy` (a plane), for drawings; `scale`, `factor`, `longest_s`, `convention`
and `numbered_vehicles` as in `ReadProblem`, for instances that come from elsewhere.
"""

import dataclasses
import json
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from logistics.routing.engine.formats.json_values import Value, longitude_latitude, matrix_of, parse_json
from logistics.routing.engine.formats.problem_file import ReadProblem, problem_of
from logistics.routing.engine.items import UNREACHABLE, Depot, Stop, TimeWindow, Vehicle

FORMAT = "last-hundred-metres problem"
VERSION = 1
CONVENTION = "money of the routes: fixed costs, kilometres, hours"
_WINDOWS = ("shift", "window")
_TEXTS = ("id", "type", "name", "depot")
_FILE_FIELDS = ("format", "version", "name", "depots", "vehicles", "stops", "seconds", "metres", "lnglat", "xy")
_META_FIELDS = ("scale", "factor", "longest_s", "convention", "numbered_vehicles")

Item = TypeVar("Item", Depot, Vehicle, Stop)


def write_json(read: ReadProblem) -> str:
    """The problem as our own JSON, one item or matrix row a line."""
    problem = read.problem
    head: dict[str, Any] = {"format": FORMAT, "version": VERSION, "name": read.name, "convention": read.convention}
    head |= {
        "scale": read.scale,
        "factor": read.factor,
        "longest_s": read.longest_s,
        "numbered_vehicles": read.numbered_vehicles,
    }
    lines = [f"{json.dumps(key)}: {json.dumps(value, ensure_ascii=False)}" for key, value in head.items()]
    for name in ("depots", "vehicles", "stops"):
        lines.append(_listed(name, [_written(item) for item in getattr(problem, name)]))
    for name in ("seconds", "metres"):
        rows = getattr(problem, name).tolist()
        lines.append(_listed(name, [[None if cell == UNREACHABLE else cell for cell in row] for row in rows]))
    if read.coordinates is not None:
        lines.append(_listed("lnglat" if read.geographic else "xy", read.coordinates.tolist()))
    return "{\n" + ",\n".join(lines) + "\n}\n"


def read_json(text: str, file: str) -> ReadProblem:
    """The problem in our own JSON.

    Raises:
        BadProblemFile: if it is no JSON, with the line; or if a field is missing, unknown or wrong, with its name.
    """
    root = parse_json(text, file)
    root.fields(_FILE_FIELDS + _META_FIELDS)
    for key, right in (("format", FORMAT), ("version", VERSION)):
        if root.get(key).value != right:
            root.get(key).refuse(f"is {root.get(key).value!r}; it must be {right!r}")
    seconds = matrix_of(root.get("seconds"))
    metres = matrix_of(root.get("metres"), size=len(seconds))
    coordinates, geographic = _coordinates(root, len(seconds))
    return ReadProblem(
        name=root.get("name").text() if root.has("name") else file,
        format="json",
        convention=root.get("convention").text() if root.has("convention") else CONVENTION,
        problem=problem_of(
            file,
            depots=[_item(value, Depot) for value in root.get("depots").list()],
            vehicles=[_item(value, Vehicle) for value in root.get("vehicles").list()],
            stops=[_item(value, Stop) for value in root.get("stops").list()],
            seconds=seconds,
            metres=metres,
        ),
        scale=root.get("scale").whole(at_least=1) if root.has("scale") else 1,
        factor=root.get("factor").whole(at_least=1) if root.has("factor") else 1,
        longest_s=root.get("longest_s").whole(at_least=0) if root.has("longest_s") else None,
        coordinates=coordinates,
        geographic=geographic,
        numbered_vehicles=root.has("numbered_vehicles") and root.get("numbered_vehicles").value is True,
    )


def _written(item: Item) -> dict[str, Any]:
    """The fields of a record that are not at their default."""
    given = dataclasses.asdict(item)
    defaults = {field.name: field.default for field in dataclasses.fields(item)}
    return {
        name: sorted(value) if isinstance(value, frozenset) else value
        for name, value in given.items()
        if value != defaults[name]
    }


def _item(value: Value, kind: type[Item]) -> Item:
    """One record; the engine itself refuses values of the wrong type or range."""
    known = {field.name: field for field in dataclasses.fields(kind)}
    value.fields(known)
    given: dict[str, Any] = {}
    for name, field in known.items():
        if name not in value.object() and field.default is not dataclasses.MISSING:
            continue
        inner = value.get(name)
        if name in _TEXTS and not (name == "depot" and inner.value is None):
            inner.text()
        given[name] = _window(inner) if name in _WINDOWS else inner.value
    return kind(**given)


def _window(value: Value) -> TimeWindow:
    value.fields(("start_s", "end_s"))
    start, end = value.get("start_s"), value.get("end_s")
    span = TimeWindow(start_s=start.whole(at_least=-(10**11), at_most=10**11), end_s=end.whole(at_most=10**11))
    if span.end_s < span.start_s:
        end.refuse(f"is {span.end_s}, before start_s {span.start_s}; it must not be earlier")
    return span


def _coordinates(root: Value, size: int) -> tuple[NDArray[np.float64] | None, bool]:
    for key in ("lnglat", "xy"):
        if not root.has(key):
            continue
        points = root.get(key).list()
        if len(points) != size:
            root.get(key).refuse(f"has {len(points)} points; it must have {size}, one per place")
        if key == "lnglat":
            return np.array([longitude_latitude(point) for point in points], dtype=np.float64), True
        return np.array([_point(point) for point in points], dtype=np.float64), False
    return None, False


def _point(value: Value) -> tuple[float, float]:
    pair = value.list()
    if len(pair) != 2:
        value.refuse(f"has {len(pair)} numbers; it must be [x, y]")
    return pair[0].number(), pair[1].number()


def _listed(name: str, items: list[Any]) -> str:
    inner = ",\n".join(" " + json.dumps(item, ensure_ascii=False) for item in items)
    return f"{json.dumps(name)}: [\n{inner}\n]"
