"""A road file that is small enough to reckon with."""

from __future__ import annotations

from pathlib import Path

import osmium
from osmium.osm import mutable

EAST_ROAD = [(0, 0), (300, 0), (600, 0), (900, 0), (1_200, 0), (1_500, 0)]
"""Metres east and north of (10.0, 0.0), where a degree is 111,195 m both ways."""
DEGREE_M = 111_195


def a_road_file(folder: Path, *, posted_kmh: int = 45) -> Path:
    """One straight road of 1,500 m, as a real .osm.pbf; one that is there is replaced."""
    path = folder / "east.osm.pbf"
    with osmium.SimpleWriter(str(path), overwrite=True) as writer:
        for number, (x, y) in enumerate(EAST_ROAD, start=1):
            writer.add_node(mutable.Node(id=number, location=(10.0 + x / DEGREE_M, y / DEGREE_M), tags={}))
        nodes = list(range(1, len(EAST_ROAD) + 1))
        writer.add_way(mutable.Way(id=1, nodes=nodes, tags={"highway": "residential", "maxspeed": str(posted_kmh)}))
    return path
