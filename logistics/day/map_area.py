"""The rectangle that a road file covers, by the cheapest means: its header, else its nodes."""

from __future__ import annotations

from pathlib import Path

import osmium

from logistics.day.folder.places import MapArea
from logistics.routing.engine.travel.model import BadRoadFile

__all__ = ["BadRoadFile", "map_area"]

Corners = tuple[float, float, float, float]
"""West, south, east, north in degrees."""
DEGREE = 1e7
"""osmium keeps coordinates as whole 1e-7 degrees."""


def map_area(roads_file: Path) -> MapArea:
    """The area of an OpenStreetMap file: the box in its header, else the box around all its nodes.

    Raises BadRoadFile if it cannot be read; FileNotFoundError if it is not there.
    """
    if not roads_file.is_file():
        raise FileNotFoundError(
            f"{roads_file.name}: no such road file; an OpenStreetMap extract (.osm.pbf) would be right"
        )
    try:
        corners = _stated_corners(roads_file) or _corners_of_nodes(roads_file)
    except RuntimeError as error:  # osmium raises nothing narrower
        why = str(error).replace(str(roads_file), roads_file.name)
        raise BadRoadFile(roads_file.name, f"cannot be read as a road file ({why})") from error
    if corners is None:
        raise BadRoadFile(roads_file.name, "holds no road; an OpenStreetMap extract (.osm.pbf) would be right")
    west, south, east, north = corners
    return MapArea(name=roads_file.name, west=west, south=south, east=east, north=north)


def _stated_corners(roads_file: Path) -> Corners | None:
    reader = osmium.io.Reader(str(roads_file), osmium.osm.NOTHING)
    try:
        box = reader.header().box()
        if not box.valid():
            return None
        return box.bottom_left.lon, box.bottom_left.lat, box.top_right.lon, box.top_right.lat
    finally:
        reader.close()


def _corners_of_nodes(roads_file: Path) -> Corners | None:
    nodes = osmium.FileProcessor(str(roads_file), osmium.osm.NODE)
    places = [node.location for node in nodes if isinstance(node, osmium.osm.Node)]
    xs = [place.x for place in places]
    ys = [place.y for place in places]
    return (min(xs) / DEGREE, min(ys) / DEGREE, max(xs) / DEGREE, max(ys) / DEGREE) if places else None
