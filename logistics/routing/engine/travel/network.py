"""Junctions, edges between them, and the arcs (an edge driven in one direction) a van may take."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .model import haversine_m
from .osm import RoadFile

IntArray = NDArray[np.int64]
FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class Network:
    """Edges with their geometry and arcs with their cost.

    Edge `e` runs over the vertices `edge_start[e]:edge_stop[e]` of `lng`, `lat` (degrees) and is `edge_m` long.
    Arc `a` drives edge `arc_edge[a]`, along its vertices if `arc_along[a]`, from node `arc_tail[a]` to `arc_head[a]`
    in `arc_s` seconds. `osm_node[n]` is the file's id of node `n`.
    """

    lng: FloatArray
    lat: FloatArray
    edge_start: IntArray
    edge_stop: IntArray
    edge_m: FloatArray
    edge_way: IntArray
    edge_no_stopping: BoolArray
    arc_edge: IntArray
    arc_along: BoolArray
    arc_tail: IntArray
    arc_head: IntArray
    arc_s: FloatArray
    arc_visitors: BoolArray
    osm_node: IntArray

    @property
    def node_count(self) -> int:
        """Junctions, dead ends included."""
        return len(self.osm_node)

    @property
    def edge_count(self) -> int:
        """Pieces of road between two junctions, both directions counted once."""
        return len(self.edge_m)


def build_network(roads: RoadFile) -> Network:
    """Cuts the ways at junctions, barriers and turn restrictions, and gives every allowed direction an arc."""
    first, last, way = _cut(roads)
    edge_m = _lengths_m(roads, first, last)
    tail, head, osm_node = _end_nodes(roads, first, last)

    kmh = np.concatenate([roads.along_kmh[way], roads.against_kmh[way]])
    allowed = kmh > 0
    edge = np.tile(np.arange(len(first)), 2)[allowed]
    along = np.repeat([True, False], len(first))[allowed]
    return Network(
        lng=roads.lng,
        lat=roads.lat,
        edge_start=first,
        edge_stop=last + 1,
        edge_m=edge_m,
        edge_way=roads.way_id[way],
        edge_no_stopping=roads.no_stopping[way],
        arc_edge=edge,
        arc_along=along,
        arc_tail=np.where(along, tail[edge], head[edge]),
        arc_head=np.where(along, head[edge], tail[edge]),
        arc_s=edge_m[edge] / (kmh[allowed] / 3.6),
        arc_visitors=roads.visitors_only[way][edge],
        osm_node=osm_node,
    )


def _cut(roads: RoadFile) -> tuple[IntArray, IntArray, IntArray]:
    """First and last vertex of every edge, and the index of the way it is a piece of."""
    _, inverse, uses = np.unique(roads.vertex_node, return_inverse=True, return_counts=True)
    special = np.concatenate([roads.blocking_nodes, np.array([turn.via_node for turn in roads.turns], dtype=np.int64)])
    is_cut = (uses[inverse] > 1) | np.isin(roads.vertex_node, special)
    is_cut[roads.way_start[:-1]] = True
    is_cut[roads.way_start[1:] - 1] = True
    cuts = np.flatnonzero(is_cut)
    way_of_vertex = np.repeat(np.arange(len(roads.way_id)), np.diff(roads.way_start))
    first, last = cuts[:-1], cuts[1:]
    same_way = way_of_vertex[first] == way_of_vertex[last]
    return first[same_way], last[same_way], way_of_vertex[first[same_way]]


def _lengths_m(roads: RoadFile, first: IntArray, last: IntArray) -> FloatArray:
    step_m = haversine_m(roads.lng[:-1], roads.lat[:-1], roads.lng[1:], roads.lat[1:])
    # a sum per edge, not a difference of running sums: those would carry the jumps between ways
    bounds = np.stack([first, last], axis=1).ravel()
    padded = np.append(step_m, 0.0)
    lengths: FloatArray = np.add.reduceat(padded, bounds)[::2]
    return lengths


def _end_nodes(roads: RoadFile, first: IntArray, last: IntArray) -> tuple[IntArray, IntArray, IntArray]:
    """Tail and head node of every edge, numbered from 0, and the file's id of each node.

    Where a bollard stands every edge gets an end of its own, so that nothing drives through.
    """
    file_ids = np.concatenate([roads.vertex_node[first], roads.vertex_node[last]])
    unique_ids, number = np.unique(file_ids, return_inverse=True)
    blocked = np.isin(file_ids, roads.blocking_nodes)
    number = np.where(blocked, len(unique_ids) + np.arange(len(file_ids)), number)
    used, compact = np.unique(number, return_inverse=True)
    node_id = np.empty(len(used), dtype=np.int64)
    node_id[compact] = file_ids
    return compact[: len(first)], compact[len(first) :], node_id
