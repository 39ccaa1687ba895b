"""Reads an OpenStreetMap road file into flat arrays: ways one may use, nodes that stop one, turns one must not make."""

from __future__ import annotations

from array import array
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import osmium
from numpy.typing import NDArray

from .model import BadRoadFile
from .modes import VAN, Mode

UNDEFINED = 2**31 - 1
"""osmium's coordinate of a node that the file does not hold: a clipped extract names nodes beyond its edge."""
DEGREE = 1e7
"""osmium keeps coordinates as whole 1e-7 degrees."""
ADVICE = "an OpenStreetMap extract (.osm.pbf) with highway ways and their nodes would be right"


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnRule:
    """One turn restriction over a node: way ids in, node id, way ids out, and its `no_…` or `only_…` word."""

    from_ways: tuple[int, ...]
    via_node: int
    to_ways: tuple[int, ...]
    word: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RoadFile:
    """The drivable ways of a file. Vertices of all ways lie one after another; `way_start` is `(ways + 1,)`."""

    vertex_node: NDArray[np.int64]
    lng: NDArray[np.float64]
    lat: NDArray[np.float64]
    way_start: NDArray[np.int64]
    way_id: NDArray[np.int64]
    along_kmh: NDArray[np.float64]
    against_kmh: NDArray[np.float64]
    visitors_only: NDArray[np.bool_]
    no_stopping: NDArray[np.bool_]
    blocking_nodes: NDArray[np.int64]
    turns: tuple[TurnRule, ...]


@dataclass(slots=True)
class _Collector:
    """Grows the arrays of a RoadFile while the file is read."""

    mode: Mode
    nodes: array[int] = field(default_factory=lambda: array("q"))
    xs: array[int] = field(default_factory=lambda: array("q"))
    ys: array[int] = field(default_factory=lambda: array("q"))
    starts: array[int] = field(default_factory=lambda: array("q", [0]))
    ways: list[tuple[int, float, float, bool, bool]] = field(default_factory=list)
    blocking: list[int] = field(default_factory=list)
    turns: list[TurnRule] = field(default_factory=list)

    def add_way(self, way: osmium.osm.Way) -> None:
        road = self.mode.carriageway({tag.k: tag.v for tag in way.tags})
        if road is None:
            return
        facts = (way.id, road.along_kmh, road.against_kmh, road.visitors_only, road.no_stopping)
        piece: list[tuple[int, int, int]] = []
        for node in way.nodes:
            if node.x == UNDEFINED:
                self._add_piece(piece, facts)
                piece = []
            elif not piece or piece[-1][0] != node.ref:
                piece.append((node.ref, node.x, node.y))
        self._add_piece(piece, facts)

    def _add_piece(self, piece: list[tuple[int, int, int]], facts: tuple[int, float, float, bool, bool]) -> None:
        if len(piece) < 2:
            return
        for ref, x, y in piece:
            self.nodes.append(ref)
            self.xs.append(x)
            self.ys.append(y)
        self.starts.append(len(self.nodes))
        self.ways.append(facts)

    def add_turn(self, relation: osmium.osm.Relation) -> None:
        word = self.mode.banned_turn({tag.k: tag.v for tag in relation.tags})
        vias = [member for member in relation.members if member.role == "via"]
        if word is None or len(vias) != 1 or vias[0].type != "n":
            return  # restrictions over whole ways are rare and not modelled
        ends = {
            role: tuple(member.ref for member in relation.members if member.role == role and member.type == "w")
            for role in ("from", "to")
        }
        self.turns.append(TurnRule(from_ways=ends["from"], via_node=vias[0].ref, to_ways=ends["to"], word=word))


def read_roads(path: Path, mode: Mode = VAN) -> RoadFile:
    """The ways of `path` that the mode may use, in file order; ways are cut where the file lacks a node.

    Raises BadRoadFile if the file is cut short, is no OpenStreetMap file or holds no road; FileNotFoundError if it is
    not there.
    """
    if not path.is_file():
        raise FileNotFoundError(f"{path.name}: no such road file; {ADVICE}")
    collected = _Collector(mode=mode)
    try:
        _collect(path, collected)
    except RuntimeError as error:  # osmium raises nothing narrower
        why = str(error).replace(str(path), path.name)
        raise BadRoadFile(
            path.name, f"cannot be read as a road file ({why}): cut short or not a .pbf; {ADVICE}"
        ) from error
    if not collected.ways:
        raise BadRoadFile(path.name, f"holds no road {mode.may}; {ADVICE}")
    facts = np.array(collected.ways, dtype=np.float64)[:, 1:]
    return RoadFile(
        vertex_node=np.array(collected.nodes, dtype=np.int64),
        lng=np.array(collected.xs, dtype=np.int64) / DEGREE,
        lat=np.array(collected.ys, dtype=np.int64) / DEGREE,
        way_start=np.array(collected.starts, dtype=np.int64),
        way_id=np.array([way[0] for way in collected.ways], dtype=np.int64),
        along_kmh=facts[:, 0],
        against_kmh=facts[:, 1],
        visitors_only=facts[:, 2] > 0,
        no_stopping=facts[:, 3] > 0,
        blocking_nodes=np.array(collected.blocking, dtype=np.int64),
        turns=tuple(collected.turns),
    )


def _collect(path: Path, collected: _Collector) -> None:
    kinds = osmium.osm
    barriers, streets = osmium.filter.KeyFilter("barrier"), osmium.filter.KeyFilter("highway")
    restrictions = osmium.filter.TagFilter(("type", "restriction"))
    barriers.enable_for(kinds.NODE)
    streets.enable_for(kinds.WAY)
    restrictions.enable_for(kinds.RELATION)
    wanted = osmium.FileProcessor(str(path)).with_locations()
    for thing in wanted.with_filter(barriers).with_filter(streets).with_filter(restrictions):
        if isinstance(thing, kinds.Way):
            collected.add_way(thing)
        elif isinstance(thing, kinds.Relation):
            collected.add_turn(thing)
        elif collected.mode.blocks({tag.k: tag.v for tag in thing.tags}):
            collected.blocking.append(thing.id)
