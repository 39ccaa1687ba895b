"""A plan as JSON: what it costs, the routes with their times, and what was left out and why; read again exactly.

    {
      "format": "last-hundred-metres plan", "version": 1, "problem": "Tuesday", "convention": "money of …",
      "cost": 12.5, "cost_cents": 1250, "distance": 8400, "solver": "portfolio", "seconds": 9.87, "solutions": 812,
      "routes": [{"vehicle": "V1", "depart_s": 28800, "return_s": 33000, "distance_m": 8400, "visits": [{"stop": "S1",
                  "travel_s": 300, "travel_m": 4200, "arrival_s": 29100, "start_s": 29100, "departure_s": 29220,
                  "load_after_g": 0, "late_s": 60}], "return_travel_s": 310, "return_travel_m": 4200}],
      "dropped": []
    }

Fields and units are those of the records in `plan.py`; what is at its default, such as `reloads` and `rests` where
there are none, is left out. `cost` and `distance` are in the units of the problem's family, `cost_cents` is the plan's
own; `late_s` says how long after its last window a stop is served, where it is late. These and the head say nothing
that the plan does not, and are not read; nor is `walks`, which `walking/plan_files.py` writes and reads.
"""

import dataclasses
import json
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from logistics.routing.engine.formats.json_values import Value, parse_json
from logistics.routing.engine.formats.problem_file import ReadProblem
from logistics.routing.engine.formats.records_json import record_of, written
from logistics.routing.engine.plan import Plan, Route

FORMAT = "last-hundred-metres plan"
VERSION = 1
_SAID_TWICE = ("format", "version", "problem", "convention", "cost_cents", "distance", "late_s")
_ON_FOOT = ("walks", "walking_cost_cents")


def plan_as_json(read: ReadProblem, plan: Plan, *, on_foot: Mapping[str, Any] = MappingProxyType({})) -> str:
    """The plan, one route or dropped stop a line; what the model adds to plans is written too.

    `on_foot` are further fields: a list gets an entry a line, after the plan's own.
    """
    head: dict[str, Any] = {
        "format": FORMAT,
        "version": VERSION,
        "problem": read.name,
        "convention": read.convention,
        "cost": float(read.objective(plan.cost)),
        "cost_cents": plan.cost,
        "distance": float(read.distance(plan)),
    }
    lists: dict[str, list[Any]] = {"routes": [_route(read, route) for route in plan.routes]}
    for field in dataclasses.fields(Plan):
        value = getattr(plan, field.name)
        if isinstance(value, tuple):
            lists.setdefault(field.name, written(value))
        elif field.name not in head:
            head[field.name] = round(value, 3) if isinstance(value, float) else value
    for name, value in on_foot.items():
        (lists if isinstance(value, list) else head)[name] = value
    lines = [f"{json.dumps(key)}: {json.dumps(value, ensure_ascii=False)}" for key, value in head.items()]
    for name, items in lists.items():
        inner = ",\n".join(" " + json.dumps(item, ensure_ascii=False) for item in items)
        lines.append(f"{json.dumps(name)}: [\n{inner}\n]" if items else f"{json.dumps(name)}: []")
    return "{\n" + ",\n".join(lines) + "\n}\n"


def read_plan_json(text: str, file: str) -> Plan:
    """The plan in our own JSON; whether it holds is for `check` to say.

    Raises:
        BadProblemFile: if it is no JSON, with the line; or if a field is missing, unknown or wrong, with its name.
    """
    root = plan_root(text, file)
    stated = {**root.object(), "cost": root.get("cost_cents").whole(at_least=0)}
    for name in _ON_FOOT:
        stated.pop(name, None)
    return record_of(Value(stated, file=file), Plan, ignored=_SAID_TWICE)


def plan_root(text: str, file: str) -> Value:
    """The whole of a plan file. Raises BadProblemFile if it is no JSON, or not of a plan."""
    root = parse_json(text, file)
    for key, right in (("format", FORMAT), ("version", VERSION)):
        if root.get(key).value != right:
            root.get(key).refuse(f"is {root.get(key).value!r}; it must be {right!r}")
    return root


def _route(read: ReadProblem, route: Route) -> dict[str, Any]:
    given: dict[str, Any] = written(route)
    for visit, said in zip(route.visits, given["visits"], strict=True):
        late_s = visit.start_s - read.problem.stop(visit.stop).windows[-1].end_s
        if late_s > 0:
            said["late_s"] = late_s
    return given
