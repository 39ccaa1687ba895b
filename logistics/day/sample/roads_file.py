"""Writes the sample's streets as an OpenStreetMap file, so that the sample is planned on real road data.

The town lies in the open sea east of Zhoushan, where nobody takes it for a real place.
"""

from __future__ import annotations

from math import cos, radians
from pathlib import Path
from typing import Any

import osmium

from .streets import Street, Town

FILE_NAME = "sample-roads.osm.pbf"
ORIGIN = (123.2, 30.8)
"""South-west corner, WGS-84."""
METRES_PER_DEGREE = 111_195
POSTED_KMH = {"primary": "60", "secondary": "50"}
DECIMALS = 7


def on_globe(x: float, y: float) -> tuple[float, float]:
    """The WGS-84 (lng, lat) of a place in the town's plane."""
    lng = ORIGIN[0] + x / (METRES_PER_DEGREE * cos(radians(ORIGIN[1])))
    return round(lng, DECIMALS), round(ORIGIN[1] + y / METRES_PER_DEGREE, DECIMALS)


def write_roads(town: Town, folder: Path) -> Path:
    """Write the town's streets and river into `folder`, in one step. Returns the file."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / FILE_NAME
    unfinished = folder / f"unfinished-{FILE_NAME}"
    node_ids: dict[tuple[float, float], int] = {}
    ways: list[tuple[list[int], dict[str, str]]] = []
    for street in town.streets:
        ways.append(([_node(node_ids, on_globe(*place)) for place in street.places], _tags(street)))
    river = [_node(node_ids, on_globe(*place)) for place in town.river]
    ways.append((river, {"waterway": "river", "name": "苇河"}))
    with osmium.SimpleWriter(str(unfinished), overwrite=True) as writer:
        for place, node_id in node_ids.items():
            writer.add_node(_fresh(osmium.osm.mutable.Node(id=node_id, location=place)))
        for way_id, (nodes, tags) in enumerate(ways, start=1):
            writer.add_way(_fresh(osmium.osm.mutable.Way(id=way_id, nodes=nodes, tags=tags)))
    unfinished.replace(path)
    return path


def _fresh(thing: Any) -> Any:
    thing.version, thing.visible = 1, True
    return thing


def _node(ids: dict[tuple[float, float], int], place: tuple[float, float]) -> int:
    return ids.setdefault(place, len(ids) + 1)


def _tags(street: Street) -> dict[str, str]:
    tags = {"highway": street.highway, "name": street.name}
    if street.highway in POSTED_KMH:
        tags["maxspeed"] = POSTED_KMH[street.highway]
    if street.one_way:
        tags["oneway"] = "yes" if street.one_way > 0 else "-1"
    if street.bridge:
        tags.update(bridge="yes", layer="1")
    return tags
