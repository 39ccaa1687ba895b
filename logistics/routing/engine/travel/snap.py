"""Places points on the road: the nearest edge, how far along it, and the access leg to it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from .graph import Graph
from .model import EARTH_RADIUS_M, Point, Unplaced
from .network import BoolArray, FloatArray, IntArray, Network

AT_NODE_M = 0.5
"""Closer than this to an end of its edge a point stands at the junction itself and may leave by any road there."""
MERCATOR_LAT_MAX = 89.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """Where `n` points stand. All arrays are `(n,)`.

    Point `i` stands `share[i]` (0..1) along edge `edge[i]`, `access_m[i]` straight metres away from it, and exactly at
    node `node[i]` if that is not -1. An unplaced point has edge -1.
    """

    edge: IntArray
    share: FloatArray
    access_m: FloatArray
    node: IntArray

    @property
    def placed(self) -> BoolArray:
        """Which points have a place."""
        on_road: BoolArray = self.edge >= 0
        return on_road


class Snapper:
    """Finds the nearest road of the main network, preferring roads where a van may stop."""

    def __init__(self, network: Network, graph: Graph, *, max_access_m: int) -> None:
        self.network = network
        self.max_access_m = max_access_m
        usable = np.zeros(network.edge_count, dtype=np.bool_)
        usable[network.arc_edge[graph.start_state >= 0]] = True
        self._lines = _projected_lines(network)
        self._stopping = _Layer(self._lines, np.flatnonzero(usable & ~network.edge_no_stopping))
        self._any_main = _Layer(self._lines, np.flatnonzero(usable))
        self._everything: _Layer | None = None
        # every arc of an edge names the same two nodes; the last one written wins
        self._edge_nodes = np.full((network.edge_count, 2), -1, dtype=np.int64)
        ends = np.where(
            network.arc_along[:, None],
            np.stack([network.arc_tail, network.arc_head], axis=1),
            np.stack([network.arc_head, network.arc_tail], axis=1),
        )
        self._edge_nodes[network.arc_edge] = ends

    def place(self, lng_lat: FloatArray) -> Places:
        """Places `(n, 2)` degrees on the main network, none farther than the longest access leg."""
        spots, scale = _projected(lng_lat[:, 0], lng_lat[:, 1])
        edge, away = self._stopping.nearest(spots)
        # a motorway takes only the points that no other road is near to
        left_over = np.flatnonzero(~(away * scale <= self.max_access_m))
        edge[left_over], away[left_over] = self._any_main.nearest(spots[left_over])
        access_m = away * scale
        edge = np.where(access_m <= self.max_access_m, edge, -1)
        placed = np.flatnonzero(edge >= 0)

        share = np.zeros(len(edge))
        lines = self._lines[edge[placed]]
        length = shapely.length(lines)
        located = shapely.line_locate_point(lines, spots[placed])
        share[placed] = np.clip(np.divide(located, length, out=np.zeros(len(placed)), where=length > 0), 0, 1)
        return Places(
            edge=edge,
            share=share,
            access_m=np.where(edge >= 0, access_m, 0.0),
            node=self._nodes(edge, share),
        )

    def _nodes(self, edge: IntArray, share: FloatArray) -> IntArray:
        from_start_m = share * self.network.edge_m[edge]
        at_start = from_start_m <= AT_NODE_M
        at_end = self.network.edge_m[edge] - from_start_m <= AT_NODE_M
        node = np.where(at_start, self._edge_nodes[edge, 0], np.where(at_end, self._edge_nodes[edge, 1], -1))
        return np.where(edge >= 0, node, -1)

    def report(self, points: Sequence[Point], places: Places) -> tuple[Unplaced, ...]:
        """Why each unplaced point has no place."""
        lost = np.flatnonzero(~places.placed)
        if not len(lost):
            return ()
        if self._everything is None:
            self._everything = _Layer(self._lines, np.arange(self.network.edge_count))
        chosen = [points[index] for index in lost.tolist()]
        spots, scale = _projected(np.array([one.lng for one in chosen]), np.array([one.lat for one in chosen]))
        _, away = self._everything.nearest(spots)
        return tuple(
            Unplaced(
                point_id=point.id,
                name=point.name,
                reason="far_from_road" if away_m > self.max_access_m else "unreachable",
                distance_m=round(away_m),
            )
            for point, away_m in zip(chosen, (away * scale).tolist(), strict=True)
        )


class _Layer:
    """Some of the edges, in a sort-tile-recursive tree (Leutenegger et al. 1997, DOI 10.1109/ICDE.1997.582015)."""

    def __init__(self, lines: NDArray[np.object_], edges: IntArray) -> None:
        self.edges = edges
        self.tree = shapely.STRtree(lines[edges])

    def nearest(self, spots: NDArray[np.object_]) -> tuple[IntArray, FloatArray]:
        """Nearest edge and projected distance of each spot; -1 and infinity if the layer is empty."""
        edge, away = np.full(len(spots), -1, dtype=np.int64), np.full(len(spots), np.inf)
        if len(self.edges) and len(spots):
            (which, found), distance = self.tree.query_nearest(spots, all_matches=False, return_distance=True)
            edge[which], away[which] = self.edges[found], distance
        return edge, away


def _projected(lng: FloatArray, lat: FloatArray) -> tuple[NDArray[np.object_], FloatArray]:
    """Points on the spherical Mercator plane, and the true metres per plane unit there.

    Mercator keeps angles, so what is nearest on the plane is nearest on the ground, at any latitude.
    """
    x, y = _mercator(lng, lat)
    spots = np.asarray(shapely.points(x, y), dtype=np.object_)
    return spots, np.cos(np.radians(np.clip(lat, -MERCATOR_LAT_MAX, MERCATOR_LAT_MAX)))


def _mercator(lng: FloatArray, lat: FloatArray) -> tuple[FloatArray, FloatArray]:
    bounded = np.radians(np.clip(lat, -MERCATOR_LAT_MAX, MERCATOR_LAT_MAX))
    return EARTH_RADIUS_M * np.radians(lng), EARTH_RADIUS_M * np.arcsinh(np.tan(bounded))


def _projected_lines(network: Network) -> NDArray[np.object_]:
    """One line per edge on the Mercator plane."""
    x, y = _mercator(network.lng, network.lat)
    sizes = network.edge_stop - network.edge_start
    first = np.concatenate([[0], np.cumsum(sizes)[:-1]])
    owner = np.repeat(np.arange(network.edge_count), sizes)
    vertex = np.arange(int(sizes.sum())) - first[owner] + network.edge_start[owner]
    lines: NDArray[np.object_] = shapely.linestrings(x[vertex], y[vertex], indices=owner)
    return lines
