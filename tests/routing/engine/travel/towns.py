"""Small towns as real .osm.pbf files. Their grid is in metres, near the equator where a degree is as long both ways."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import Path

import osmium
from osmium.osm import mutable

from logistics.routing.engine.travel import Point, RoadTravel
from logistics.routing.engine.travel.model import EARTH_RADIUS_M

DEGREE_M = EARTH_RADIUS_M * math.pi / 180
WEST, SOUTH = 10.0, 0.0

TEN_M_S = {"highway": "residential", "maxspeed": "45"}
"""0.8 × 45 km/h = 36 km/h = 10 m/s: seconds are metres ÷ 10."""

Spot = tuple[float, float]


def degrees(x: float, y: float) -> tuple[float, float]:
    """(lng, lat) of a spot on the grid."""
    return WEST + x / DEGREE_M, SOUTH + y / DEGREE_M


def at(x: float, y: float, id: str | None = None) -> Point:
    """A point `x` metres east and `y` metres north."""
    lng, lat = degrees(x, y)
    return Point(id=id or f"{x},{y}", lng=lng, lat=lat)


def a_town(
    folder: Path,
    *,
    nodes: Mapping[str, Spot],
    ways: Sequence[tuple[str, Mapping[str, str]]],
    turns: Sequence[tuple[int, str, int, str]] = (),
    node_tags: Mapping[str, Mapping[str, str]] | None = None,
    turn_tags: Mapping[str, str] | None = None,
    via_way: bool = False,
) -> Path:
    """Writes a road file. A way is ("A B C", tags), one letter a node; a turn is (from way, via node, to way, word).

    With `via_way` the turns name a way where the node should stand, with the node's number.
    """
    path = folder / "town.osm.pbf"
    path.unlink(missing_ok=True)
    number = {name: index + 1 for index, name in enumerate(nodes)}
    with osmium.SimpleWriter(str(path)) as writer:
        for name, (x, y) in nodes.items():
            tags = dict((node_tags or {}).get(name, {}))
            writer.add_node(mutable.Node(id=number[name], location=degrees(x, y), tags=tags))
        for index, (names, tags) in enumerate(ways):
            writer.add_way(mutable.Way(id=index + 1, nodes=[number[name] for name in names.split()], tags=dict(tags)))
        for index, (before, via, after, word) in enumerate(turns):
            members = [("w", before + 1, "from"), ("w" if via_way else "n", number[via], "via"), ("w", after + 1, "to")]
            tags = {"type": "restriction", "restriction": word, **(turn_tags or {})}
            writer.add_relation(mutable.Relation(id=index + 1, members=members, tags=tags))
    return path


def opened(path: Path, *, max_access_m: int = 500) -> RoadTravel:
    """The town's roads, without a cache."""
    return RoadTravel.open(path, cache_dir=None, max_access_m=max_access_m)


def journey(travel: RoadTravel, start: Point, stop: Point) -> tuple[int, int]:
    """(seconds, metres) from start to stop."""
    matrix = travel.matrix([start, stop])
    return int(matrix.seconds[0, 1]), int(matrix.metres[0, 1])


SQUARE = {"A": (0, 0), "B": (1000, 0), "C": (1000, 1000), "D": (0, 1000)}
"""A block of 1,000 m a side: A south-west, B south-east, C north-east, D north-west."""
