"""Draws the sample's streets: an irregular grid with main roads, one-way pairs and a river with two bridges.

Plane metres, x east and y north of the south-west corner; `roads_file.py` puts them on the globe.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from itertools import pairwise
from math import pi, sin
from random import Random

from . import names

COLUMNS, ROWS = 38, 28
RIVER_ROW = 12
"""The river runs north of this row."""
RIVER_WIDTH_M = 150
BRIDGE_COLUMNS = (9, 24)
ONE_WAY_COLUMNS, ONE_WAY_ROWS = {13: 1, 14: -1}, {19: 1, 20: -1}
"""Neighbouring streets driven in opposite directions: 1 along, -1 against the numbering."""
GAP_SHARE = 0.2
"""Share of small streets' pieces that were never built: a grid without gaps is no town."""
BEND_SHARE = 0.75

Node = tuple[int, int]
Edge = tuple[Node, Node]


@dataclass(frozen=True, slots=True, kw_only=True)
class Street:
    """A run of a street between two of its ends: `places` in metres, the first and last ones included.

    `junctions[i]` is the grid node at `places[i]`, None for a bend. `one_way` as in OpenStreetMap: 1, 0 or -1.
    """

    name: str
    highway: str
    one_way: int
    bridge: bool
    junctions: tuple[Node | None, ...]
    places: tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Town:
    """All streets, and the town's size in metres. `river` is its middle line."""

    streets: tuple[Street, ...]
    width_m: float
    height_m: float
    river: tuple[tuple[float, float], ...]
    river_y_m: float


def draw_town(seed: int) -> Town:
    """The streets of the town with this seed; every place can be driven to from every other."""
    rng = Random(f"streets:{seed}")
    xs, ys = _lines(rng, COLUMNS), _lines(rng, ROWS, wide_after=RIVER_ROW)
    places = {(c, r): _place(rng, xs[c], ys[r]) for c in range(COLUMNS) for r in range(ROWS)}
    edges = _connected(_built(rng))
    directions = _directions(edges)
    bends = {edge: _bend(rng, places[edge[0]], places[edge[1]]) for edge in sorted(edges) if rng.random() < BEND_SHARE}
    streets = [street for line in _grid_lines() for street in _runs(line, edges, directions, places, bends)]
    middle = (ys[RIVER_ROW] + ys[RIVER_ROW + 1]) / 2
    river = tuple((x, middle + 25 * sin(x / 400)) for x in (xs[0] - 400, *xs[::3], xs[-1] + 400))
    return Town(streets=tuple(streets), width_m=xs[-1], height_m=ys[-1], river=river, river_y_m=middle)


def street_class(index: int) -> str:
    """The class of the street with this number in the grid: a main road every twelve, smaller ones between."""
    if index % 12 == 0:
        return "primary"
    if index % 6 == 3:
        return "secondary"
    return "tertiary" if index % 3 == 0 else "residential"


def _lines(rng: Random, count: int, *, wide_after: int = -1) -> list[float]:
    """Where the streets of one direction lie, metres."""
    at = [0.0]
    for index in range(1, count):
        at.append(at[-1] + rng.uniform(100, 175) + (RIVER_WIDTH_M if index == wide_after + 1 else 0))
    return at


def _place(rng: Random, x: float, y: float) -> tuple[float, float]:
    """A crossing: off the ruled line by a slow wave and a small slip of the hand."""
    return (
        x + 45 * sin(y * pi / 1900) + rng.uniform(-14, 14),
        y + 35 * sin(x * pi / 2300 + 1) + rng.uniform(-14, 14),
    )


def _built(rng: Random) -> set[Edge]:
    edges = set()
    for c in range(COLUMNS):
        for r in range(ROWS):
            if c + 1 < COLUMNS and (street_class(r) != "residential" or rng.random() >= GAP_SHARE):
                edges.add(((c, r), (c + 1, r)))
            if r + 1 < ROWS and _goes_north(rng, c, r):
                edges.add(((c, r), (c, r + 1)))
    return edges


def _goes_north(rng: Random, column: int, row: int) -> bool:
    if row == RIVER_ROW:
        return column in BRIDGE_COLUMNS
    return street_class(column) != "residential" or rng.random() >= GAP_SHARE


def _connected(edges: set[Edge]) -> set[Edge]:
    """The edges that hang together with the crossing of the two main roads."""
    ways = [(a, b) for a, b in edges] + [(b, a) for a, b in edges]
    reached = _reached(ways)
    return {edge for edge in edges if edge[0] in reached}


def _directions(edges: set[Edge]) -> dict[tuple[str, int], int]:
    """One-way streets by (axis, index): each only if everything stays reachable, there and back."""
    chosen: dict[tuple[str, int], int] = {}
    wanted = [(("column", c), d) for c, d in ONE_WAY_COLUMNS.items()] + [
        (("row", r), d) for r, d in ONE_WAY_ROWS.items()
    ]
    everyone = {node for edge in edges for node in edge}
    for line, direction in wanted:
        trial = {**chosen, line: direction}
        ways = [way for edge in edges for way in _ways(edge, trial)]
        if _reached(ways) == everyone == _reached([(b, a) for a, b in ways]):
            chosen = trial
    return chosen


def _ways(edge: Edge, directions: dict[tuple[str, int], int]) -> list[Edge]:
    a, b = edge
    direction = directions.get(("column", a[0]) if a[0] == b[0] else ("row", a[1]), 0)
    return [(a, b)] * (direction >= 0) + [(b, a)] * (direction <= 0)


def _reached(ways: list[Edge]) -> set[Node]:
    onward: dict[Node, list[Node]] = {}
    for a, b in ways:
        onward.setdefault(a, []).append(b)
    start = (12, 0)
    reached, queue = {start}, deque([start])
    while queue:
        for node in onward.get(queue.popleft(), []):
            if node not in reached:
                reached.add(node)
                queue.append(node)
    return reached


def _bend(rng: Random, a: tuple[float, float], b: tuple[float, float]) -> tuple[float, float]:
    share, off = rng.uniform(0.35, 0.65), rng.uniform(-0.05, 0.05)
    return a[0] + share * (b[0] - a[0]) - off * (b[1] - a[1]), a[1] + share * (b[1] - a[1]) + off * (b[0] - a[0])


def _grid_lines() -> list[tuple[str, int, list[Node]]]:
    rows = [("row", r, [(c, r) for c in range(COLUMNS)]) for r in range(ROWS)]
    return rows + [("column", c, [(c, r) for r in range(ROWS)]) for c in range(COLUMNS)]


def _runs(
    line: tuple[str, int, list[Node]],
    edges: set[Edge],
    directions: dict[tuple[str, int], int],
    places: dict[Node, tuple[float, float]],
    bends: dict[Edge, tuple[float, float]],
) -> list[Street]:
    """The pieces of one grid line that were built; a bridge is a piece of its own."""
    axis, index, nodes = line
    runs: list[list[Edge]] = [[]]
    for edge in pairwise(nodes):
        bridge = _is_bridge(edge)
        if runs[-1] and (bridge or edge not in edges or _is_bridge(runs[-1][-1])):
            runs.append([])
        if edge in edges:
            runs[-1].append(edge)
    streets = []
    for run in filter(None, runs):
        junctions: list[Node | None] = [run[0][0]]
        points = [places[run[0][0]]]
        for edge in run:
            if edge in bends:
                junctions.append(None)
                points.append(bends[edge])
            junctions.append(edge[1])
            points.append(places[edge[1]])
        bridge = _is_bridge(run[0])
        streets.append(
            Street(
                name=names.BRIDGES[BRIDGE_COLUMNS.index(index)] if bridge else street_name(axis, index),
                highway=street_class(index),
                one_way=directions.get((axis, index), 0),
                bridge=bridge,
                junctions=tuple(junctions),
                places=tuple(points),
            )
        )
    return streets


def _is_bridge(edge: Edge) -> bool:
    (column, row), (other_column, _) = edge
    return column == other_column and row == RIVER_ROW


def street_name(axis: str, index: int) -> str:
    """大道 for the main roads, 路 running east and 街 running north, 巷 for the small ones."""
    main = (index // 3) * 2 % len(names.STREET_STEMS)
    stem = names.STREET_STEMS[(main + (axis == "column")) % len(names.STREET_STEMS)]
    if street_class(index) == "primary":
        return f"{stem}大道"
    if street_class(index) != "residential":
        return f"{stem}{'路' if axis == 'row' else '街'}"
    return f"{stem}{'一二'[index % 3 - 1]}{'巷' if axis == 'row' else '弄'}"
