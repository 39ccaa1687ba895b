"""Problem files in, solutions and drawings out: one module per format."""

from logistics.routing.engine.formats.own_json import read_json, write_json
from logistics.routing.engine.formats.plan_json import plan_as_json, read_plan_json
from logistics.routing.engine.formats.problem_file import BadProblemFile, ReadProblem
from logistics.routing.engine.formats.reading import read_problem
from logistics.routing.engine.formats.solution import plan_of_orders, plan_of_routes, read_sol, write_sol
from logistics.routing.engine.formats.starting import Start, read_start
from logistics.routing.engine.formats.svg import Footway, plan_as_svg

__all__ = [
    "BadProblemFile",
    "Footway",
    "ReadProblem",
    "Start",
    "plan_as_json",
    "plan_as_svg",
    "plan_of_orders",
    "plan_of_routes",
    "read_json",
    "read_plan_json",
    "read_problem",
    "read_sol",
    "read_start",
    "write_json",
    "write_sol",
]
