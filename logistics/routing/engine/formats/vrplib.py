"""CVRPLIB files (.vrp): CVRP, VRPTW, several depots with windows, mixed fleets.

TYPE and EDGE_WEIGHT_TYPE decide how distances and times become whole numbers, as the published costs do it:

- CVRP, EUC_2D: rounded to the nearest integer; the fleet is not limited. So too EUC_3D, MAN_2D and MAX_2D, while
  CEIL_2D and FLOOR_2D round up and down, EXACT_2D is in thousandths, and GEO and ATT are as TSPLIB has them. DISTANCE,
  with SERVICE_TIME, is the longest a route may be.
- VRPTW, EUC_2D: times ten, truncated (DIMACS 2021); distance; the fleet is VEHICLES.
- VRPTW or CVRP, EXPLICIT: the given weights are both distance and time (ORTEC: seconds of driving); waiting is free and
  the fleet is not limited.
- MDVRPTW: times 1,000, rounded; distance in these units; fleet per depot (VEHICLES_DEPOT_SECTION); no route may last
  longer than VEHICLES_MAX_DURATION.
- HFVRP: times 1,000, rounded; a route costs its vehicle's fixed cost plus unit cost times distance, published divided
  by 1,000 (a hundred times the paper's value); the fleet is that of the file.

"Not limited" means half as many vehicles again as the load needs, and eight more, but not more than customers and not
fewer than VEHICLES: no published solution comes near it, and a solver need not carry one vehicle per customer.

Stops are named as in solution files: the node's number minus one, so that the first customer of one depot is 1 and the
first of four depots is 4.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from logistics.routing.engine.formats.numbers import LARGEST_FLEET
from logistics.routing.engine.formats.parts import a_depot, a_fleet, a_stop, all_day
from logistics.routing.engine.formats.problem_file import BadProblemFile, ReadProblem, problem_of
from logistics.routing.engine.formats.rounding import NEAREST, TENTHS, THOUSANDS, THOUSANDTHS, Rounding
from logistics.routing.engine.formats.tsplib_distances import MEASURES, degrees, distances, refuse_off_the_globe
from logistics.routing.engine.formats.vrplib_sections import VrplibFile, matrix_numbers, take_apart
from logistics.routing.engine.items import UNREACHABLE, Depot, TimeWindow

TYPES = ("CVRP", "VRPTW", "MDVRPTW", "MDVRP", "HFVRP")
TRIANGLES = {
    "LOWER_ROW": (True, 1),
    "UPPER_ROW": (False, 1),
    "LOWER_DIAG_ROW": (True, 0),
    "UPPER_DIAG_ROW": (False, 0),
    "LOWER_COL": (False, 1),
    "UPPER_COL": (True, 1),
    "LOWER_DIAG_COL": (False, 0),
    "UPPER_DIAG_COL": (True, 0),
}
"""By EDGE_WEIGHT_FORMAT: whether the numbers, however broken into lines, run over the rows of the lower triangle (the
columns of the upper one are the same), and the first diagonal they have."""
KNOWN_SECTIONS = (
    "NODE_COORD_SECTION",
    "DISPLAY_DATA_SECTION",
    "DEMAND_SECTION",
    "DEPOT_SECTION",
    "SERVICE_TIME_SECTION",
    "TIME_WINDOW_SECTION",
    "EDGE_WEIGHT_SECTION",
    "CAPACITY_SECTION",
    "VEHICLES_DEPOT_SECTION",
    "VEHICLES_FIXED_COST_SECTION",
    "VEHICLES_UNIT_DISTANCE_COST_SECTION",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Nodes:
    """Depots first, then customers: one entry per place."""

    demands: list[int]
    windows: list[TimeWindow]
    service_s: list[int]
    depot_count: int


def looks_like_vrplib(text: str) -> bool:
    """Whether this text is such a file, whole or not."""
    return any(key in text for key in ("DIMENSION", "EDGE_WEIGHT_TYPE", "NODE_COORD_SECTION"))


def read_vrplib(text: str, file: str) -> ReadProblem:
    """The problem in a CVRPLIB file.

    Raises:
        BadProblemFile: if the file is cut off, of a type not listed above, or has a wrong number; with its line.
    """
    parts = take_apart(text, file)
    kind = parts.text("TYPE")
    if kind not in TYPES:
        raise BadProblemFile(
            f"TYPE is {kind}; it must be one of {', '.join(TYPES)}", file=file, line=_line(parts, "TYPE")
        )
    _refuse_unknown_sections(parts)
    rounding = _rounding(parts, kind)
    dimension = parts.whole("DIMENSION", at_least=2)
    points = _points(parts, dimension)
    matrix = _matrix(parts, dimension, points, rounding)
    geographic = parts.text("EDGE_WEIGHT_TYPE") == "GEO"
    nodes = _nodes(parts, dimension, rounding, kind, matrix)
    depots = [a_depot(f"D{k + 1}", place=k, window=nodes.windows[k]) for k in range(nodes.depot_count)]
    stops = [
        a_stop(
            str(place),
            place=place,
            demand=nodes.demands[place],
            window=nodes.windows[place],
            service_s=nodes.service_s[place],
        )
        for place in range(nodes.depot_count, dimension)
    ]
    longest_s = _longest_s(parts, rounding)
    fleet = a_fleet(_fleet(parts, depots, nodes, rounding), stop_count=len(stops))
    vehicles = [replace(vehicle, longest_s=longest_s) for vehicle in fleet]
    return ReadProblem(
        name=parts.text("NAME", file),
        format="vrplib",
        convention=_convention(parts, kind, rounding),
        problem=problem_of(file, depots=depots, vehicles=vehicles, stops=stops, seconds=matrix, metres=matrix),
        scale=rounding.scale,
        factor=rounding.factor,
        coordinates=degrees(points)[:, ::-1] if geographic and points is not None else points,
        geographic=geographic,
        numbered_vehicles=len({vehicle.type for vehicle in vehicles}) > 1,
    )


def _rounding(parts: VrplibFile, kind: str) -> Rounding:
    if kind == "HFVRP":
        return THOUSANDTHS
    if kind in ("MDVRPTW", "MDVRP"):
        return THOUSANDS
    weights = parts.text("EDGE_WEIGHT_TYPE")
    if weights == "EXACT_2D":
        return THOUSANDS
    return TENTHS if kind == "VRPTW" and weights != "EXPLICIT" else NEAREST


def _convention(parts: VrplibFile, kind: str, rounding: Rounding) -> str:
    if parts.text("EDGE_WEIGHT_TYPE") == "EXPLICIT":
        return "sum of the given weights, waiting free"
    return f"{rounding.words}; {'fixed cost + unit cost × distance' if kind == 'HFVRP' else 'distance only'}"


def _points(parts: VrplibFile, dimension: int) -> NDArray[np.float64] | None:
    """The points of the nodes, of two or three numbers; None where only weights are given."""
    kind = parts.text("EDGE_WEIGHT_TYPE")
    if kind != "EXPLICIT" and kind not in MEASURES:
        raise BadProblemFile(
            f"EDGE_WEIGHT_TYPE is {kind}; it must be EXPLICIT or one of {', '.join(MEASURES)}",
            file=parts.file,
            line=_line(parts, "EDGE_WEIGHT_TYPE"),
        )
    listed = [name for name in ("NODE_COORD_SECTION", "DISPLAY_DATA_SECTION") if name in parts.sections]
    if kind == "EXPLICIT" and not listed:
        return None
    name = listed[0] if kind == "EXPLICIT" else "NODE_COORD_SECTION"
    width = 2 if kind == "EXPLICIT" else MEASURES[kind][1]
    rows = parts.rows(name, count=dimension, width=width)
    if kind == "GEO":
        for row in rows:
            refuse_off_the_globe(row)
    return np.array([[row.number(axis + 1, "xyz"[axis]) for axis in range(width)] for row in rows])


def _matrix(
    parts: VrplibFile, dimension: int, points: NDArray[np.float64] | None, rounding: Rounding
) -> NDArray[np.int32]:
    kind = parts.text("EDGE_WEIGHT_TYPE")
    if kind in MEASURES and points is not None:
        return distances(kind, points, rounding, file=parts.file)
    weights = _explicit(parts, dimension).astype(np.int64) * rounding.factor
    if weights.max() >= UNREACHABLE:
        raise BadProblemFile(f"EDGE_WEIGHT_SECTION × {rounding.factor} must stay below {UNREACHABLE}", file=parts.file)
    return weights.astype(np.int32)


def _explicit(parts: VrplibFile, dimension: int) -> NDArray[np.int32]:
    """The given weights; a triangle is mirrored, and a place is 0 from itself whatever the file writes there."""
    layout = parts.text("EDGE_WEIGHT_FORMAT", "FULL_MATRIX")
    if layout != "FULL_MATRIX" and layout not in TRIANGLES:
        raise BadProblemFile(
            f"EDGE_WEIGHT_FORMAT is {layout}; it must be one of FULL_MATRIX, {', '.join(TRIANGLES)}",
            file=parts.file,
            line=_line(parts, "EDGE_WEIGHT_FORMAT"),
        )
    lower, beside = TRIANGLES.get(layout, (False, 0))
    count = dimension**2 if layout == "FULL_MATRIX" else dimension * (dimension - 1) // 2 + dimension * (not beside)
    weights = np.array(
        matrix_numbers(parts.section("EDGE_WEIGHT_SECTION"), count=count, file=parts.file), dtype=np.int32
    )
    if layout == "FULL_MATRIX":
        matrix = weights.reshape(dimension, dimension)
    else:
        matrix = np.zeros((dimension, dimension), dtype=np.int32)
        rows, columns = np.tril_indices(dimension, -beside) if lower else np.triu_indices(dimension, beside)
        matrix[rows, columns] = weights
        matrix[columns, rows] = weights
    np.fill_diagonal(matrix, 0)
    return matrix


def _nodes(parts: VrplibFile, dimension: int, rounding: Rounding, kind: str, matrix: NDArray[np.int32]) -> Nodes:
    depot_count = _depot_count(parts, dimension, kind)
    demands = [row.whole(1, "the demand") for row in parts.rows("DEMAND_SECTION", count=dimension, width=1)]
    if "SERVICE_TIME_SECTION" in parts.sections:
        rows = parts.rows("SERVICE_TIME_SECTION", count=dimension, width=1)
        service = [row.number(1, "the service time", at_least=0) for row in rows]
    else:
        everywhere = parts.number("SERVICE_TIME") if "SERVICE_TIME" in parts.head else 0.0
        service = [0.0] * depot_count + [everywhere] * (dimension - depot_count)
    service_s = [rounding.one(value) for value in service]
    if kind in ("VRPTW", "MDVRPTW") or "TIME_WINDOW_SECTION" in parts.sections:
        windows = []
        for row in parts.rows("TIME_WINDOW_SECTION", count=dimension, width=2):
            opens, closes = row.number(1, "the window's start"), row.number(2, "the window's end")
            if closes < opens:
                raise row.refuse(f"the window ends at {row.words[2]}, before it begins at {row.words[1]}")
            windows.append(TimeWindow(start_s=rounding.one(opens), end_s=rounding.one(closes)))
    else:
        windows = [all_day(matrix, service_s)] * dimension
    return Nodes(demands=demands, windows=windows, service_s=service_s, depot_count=depot_count)


def _depot_count(parts: VrplibFile, dimension: int, kind: str) -> int:
    """The depots must be the first nodes, as in every published file; solution files rely on it."""
    section = parts.section("DEPOT_SECTION")
    depots = [row for row in section.rows if row.words[0] != "-1"]
    if not depots:
        raise BadProblemFile("DEPOT_SECTION has no depot", file=parts.file, line=section.line)
    for expected, row in enumerate(depots, start=1):
        if row.whole(0, "the depot's node") != expected:
            raise row.refuse(f"DEPOT_SECTION: the depot is node {row.words[0]}; depots must be the nodes from 1 on")
    if len(depots) >= dimension:
        raise depots[-1].refuse(f"all {dimension} nodes are depots; at least one must be a customer")
    if len(depots) > 1 and kind not in ("MDVRPTW", "MDVRP"):
        raise depots[1].refuse(f"there are {len(depots)} depots; {kind} has one")
    return len(depots)


def _fleet(
    parts: VrplibFile, depots: list[Depot], nodes: Nodes, rounding: Rounding
) -> list[tuple[int, Depot, int, int]]:
    """Capacity, depot, fixed cost and cost per unit of distance of each vehicle."""
    count = parts.whole("VEHICLES", at_least=1, at_most=LARGEST_FLEET) if "VEHICLES" in parts.head else None
    sections = parts.sections

    def each(section: str, name: str, *, at_least: int, default: int) -> list[int]:
        if section not in sections:
            return [default] * (count or 0)
        if count is None:
            raise BadProblemFile(f"there is {section} but no line VEHICLES", file=parts.file)
        return [row.whole(1, name, at_least=at_least) for row in parts.rows(section, count=count, width=1)]

    capacity = parts.whole("CAPACITY", at_least=1) if "CAPACITY_SECTION" not in sections else 0
    listed = any(name.startswith(("VEHICLES_", "CAPACITY_")) for name in sections)
    if not listed and (count is None or parts.text("EDGE_WEIGHT_TYPE") == "EXPLICIT"):
        customer_count = len(nodes.demands) - len(depots)
        least = -(-sum(nodes.demands) // capacity)
        return [(capacity, depots[0], 0, 1)] * max(count or 0, min(least + least // 2 + 8, customer_count))
    capacities = each("CAPACITY_SECTION", "the capacity", at_least=1, default=capacity)
    homes = each("VEHICLES_DEPOT_SECTION", "the depot", at_least=1, default=1)
    fixed = each("VEHICLES_FIXED_COST_SECTION", "the fixed cost", at_least=0, default=0)
    units = each("VEHICLES_UNIT_DISTANCE_COST_SECTION", "the unit cost", at_least=0, default=1)
    if max(homes) > len(depots):
        row = sections["VEHICLES_DEPOT_SECTION"].rows[homes.index(max(homes))]
        raise row.refuse(f"the depot is {max(homes)}; it must be from 1 to {len(depots)}")
    rows = zip(capacities, homes, fixed, units, strict=True)
    return [(load, depots[home - 1], cost * rounding.factor, unit) for load, home, cost, unit in rows]


def _longest_s(parts: VrplibFile, rounding: Rounding) -> int | None:
    for key in ("VEHICLES_MAX_DURATION", "DISTANCE"):
        if key in parts.head:
            return rounding.one(parts.number(key))
    return None


def _refuse_unknown_sections(parts: VrplibFile) -> None:
    for section in parts.sections.values():
        if section.name not in KNOWN_SECTIONS:
            raise BadProblemFile(
                f"{section.name} is not known here, and a plan that ignored it could be wrong",
                file=parts.file,
                line=section.line,
            )


def _line(parts: VrplibFile, key: str) -> int:
    return parts.head[key][1]
