"""A plan as JSON: what it costs, the routes with their times, and what was left out and why."""

import dataclasses
import json
from typing import Any

from logistics.routing.engine.formats.problem_file import ReadProblem
from logistics.routing.engine.plan import Plan

FORMAT = "last-hundred-metres plan"


def plan_as_json(read: ReadProblem, plan: Plan) -> str:
    """The plan, one route or dropped stop a line; `cost` and `distance` in the units of the problem's family."""
    head: dict[str, Any] = {
        "format": FORMAT,
        "version": 1,
        "problem": read.name,
        "convention": read.convention,
        "cost": float(read.objective(plan.cost)),
        "cost_cents": plan.cost,
        "distance": float(read.distance(plan)),
        "solver": plan.solver,
        "seconds": round(plan.seconds, 3),
    }
    lines = [f"{json.dumps(key)}: {json.dumps(value, ensure_ascii=False)}" for key, value in head.items()]
    for name, items in (("routes", plan.routes), ("dropped", plan.dropped)):
        inner = ",\n".join(" " + json.dumps(dataclasses.asdict(item), ensure_ascii=False) for item in items)
        lines.append(f"{json.dumps(name)}: [\n{inner}\n]" if items else f"{json.dumps(name)}: []")
    return "{\n" + ",\n".join(lines) + "\n}\n"
