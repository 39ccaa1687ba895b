"""Draws a journey: the vertices of the roads driven, piece by piece."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .model import haversine_m
from .network import FloatArray, Network
from .search import BLOCK_ROWS, Doors, Search
from .snap import Places

Line = list[tuple[float, float]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """Part of an edge that is driven: from share to share of its length (0..1), backwards if `stop` < `start`."""

    edge: int
    start: float
    stop: float


class Drawing:
    """Draws journeys that a search finds."""

    def __init__(self, search: Search) -> None:
        self.search = search
        self.network: Network = search.network

    def legs(self, places: Places) -> list[Line]:
        """One line on the road for each pair of neighbours in `places`; empty where no journey exists."""
        doors_in, doors_out = self.search.ways_on(places), self.search.ways_off(places)
        lines: list[Line] = []
        for begin in range(0, len(places.edge) - 1, BLOCK_ROWS):
            rows = np.arange(begin, min(begin + BLOCK_ROWS, len(places.edge) - 1))
            costs, before = self.search.reach_with_paths(doors_in, rows)
            for row, place in enumerate(rows.tolist()):
                lines.append(self._leg(places, doors_in, doors_out, place, costs[row], before[row]))
        return lines

    def foot(self, places: Places, place: int) -> tuple[float, float]:
        """The spot on the road where a point stands, `(lng, lat)`."""
        share = float(places.share[place])
        return self._drawn(Piece(edge=int(places.edge[place]), start=share, stop=share))[0]

    def _leg(
        self, places: Places, on: Doors, off: Doors, place: int, costs: FloatArray, before: NDArray[np.int32]
    ) -> Line:
        target = place + 1
        if places.edge[place] == places.edge[target] and places.share[place] == places.share[target]:
            return [self.foot(places, place)]
        doors = slice(int(off.first[target]), int(off.first[target + 1]))
        through = costs[off.state[doors]] + off.cost[doors]
        chosen = doors.start + int(np.argmin(through))
        pair = Places(
            edge=places.edge[[place, target]],
            share=places.share[[place, target]],
            access_m=places.access_m[[place, target]],
            node=places.node[[place, target]],
        )
        direct = self.search.within_edge(pair, np.array([0]))[0, 1]
        if np.isinf(direct) and np.isinf(through.min()):
            return []
        if direct <= through.min():
            pieces = [Piece(edge=int(pair.edge[0]), start=float(pair.share[0]), stop=float(pair.share[1]))]
        else:
            pieces = self._pieces(places, on, off, place, chosen, before)
        line: Line = []
        for piece in pieces:
            drawn = self._drawn(piece)
            line.extend(drawn[1:] if line and line[-1] == drawn[0] else drawn)
        return line or [self.foot(places, place)]

    def _pieces(
        self, places: Places, on: Doors, off: Doors, place: int, chosen: int, before: NDArray[np.int32]
    ) -> list[Piece]:
        """What is driven from the place to the door `chosen`: rest of its edge, whole edges, part of the target's."""
        graph = self.search.graph
        state, whole = int(off.state[chosen]), []
        while (previous := int(before[state])) < graph.state_count:
            row = slice(graph.row_start[previous], graph.row_start[previous + 1])
            whole.append(int(graph.arcs[row.start + np.searchsorted(graph.heads[row], state)]))
            state = previous
        entries = range(int(on.first[place]), int(on.first[place + 1]))
        entry = min((one for one in entries if on.state[one] == state), key=lambda one: on.cost[one])
        pieces = (
            [self._part(int(on.arc[entry]), float(places.share[place]), leaving=True)] if on.arc[entry] >= 0 else []
        )
        for arc in reversed(whole):
            along = bool(self.network.arc_along[arc])
            pieces.append(Piece(edge=int(self.network.arc_edge[arc]), start=1.0 - along, stop=float(along)))
        if off.arc[chosen] >= 0:
            pieces.append(self._part(int(off.arc[chosen]), float(places.share[place + 1]), leaving=False))
        return pieces

    def _part(self, arc: int, share: float, *, leaving: bool) -> Piece:
        along = bool(self.network.arc_along[arc])
        edge = int(self.network.arc_edge[arc])
        if leaving:
            return Piece(edge=edge, start=share, stop=float(along))
        return Piece(edge=edge, start=1.0 - along, stop=share)

    def _drawn(self, piece: Piece) -> Line:
        """Vertices of the piece in driving order; ends within the edge are interpolated."""
        network = self.network
        vertices = slice(int(network.edge_start[piece.edge]), int(network.edge_stop[piece.edge]))
        lng, lat = network.lng[vertices], network.lat[vertices]
        low, high = sorted((piece.start, piece.stop))
        if (low, high) == (0.0, 1.0):
            drawn: Line = list(zip(lng.tolist(), lat.tolist(), strict=True))
        else:
            run_m = np.concatenate([[0.0], np.cumsum(haversine_m(lng[:-1], lat[:-1], lng[1:], lat[1:]))])
            ends_m = np.array([low, high]) * run_m[-1]
            inner = slice(*np.searchsorted(run_m, [ends_m[0] + 1e-6, ends_m[1] - 1e-6]))
            at_lng, at_lat = np.interp(ends_m, run_m, lng).tolist(), np.interp(ends_m, run_m, lat).tolist()
            middle = zip(lng[inner].tolist(), lat[inner].tolist(), strict=True)
            drawn = [(at_lng[0], at_lat[0]), *middle, (at_lng[1], at_lat[1])]
        return drawn if piece.start <= piece.stop else drawn[::-1]
