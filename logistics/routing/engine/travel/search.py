"""Fastest journeys between places on the graph (Dijkstra 1959, DOI 10.1007/BF01386390, as scipy runs it).

Edges are not split where points stand. A journey enters through a virtual state of its own, with one move to the end of
the road piece ahead in each allowed direction, and ends by the cheapest of the states its target is reached from.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from .cost import LIMIT, packed, unpacked
from .graph import Graph
from .model import UNREACHABLE
from .modes import VAN
from .network import FloatArray, IntArray, Network
from .snap import Places

BLOCK_ROWS = 256
"""Sources searched at once: 256 × 15,000 states × 8 bytes are 31 MB."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Doors:
    """Ways onto or off the graph, grouped by place: place `i` has doors `first[i]:first[i + 1]`.

    `arc` is driven in part and costs `cost`; -1 at a junction, where nothing is driven.
    """

    first: IntArray
    state: IntArray
    cost: FloatArray
    arc: IntArray


class Search:
    """Searches from places to places; every place must be on the road, its point `access_kmh` away from it."""

    def __init__(self, network: Network, graph: Graph, *, access_kmh: float = VAN.access_kmh) -> None:
        self.access_kmh = access_kmh
        self.network = network
        self.graph = graph
        self.edge_arc = np.full((network.edge_count, 2), -1, dtype=np.int64)
        usable = np.flatnonzero(graph.start_state >= 0)
        self.edge_arc[network.arc_edge[usable], np.where(network.arc_along[usable], 0, 1)] = usable

    def matrix(self, places: Places) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
        """Whole seconds and metres, `(n, n)` int32, row = from; UNREACHABLE beyond a day's drive."""
        count = len(places.edge)
        seconds = np.full((count, count), UNREACHABLE, dtype=np.int32)
        metres = np.full((count, count), UNREACHABLE, dtype=np.int32)
        doors_in, doors_out = self.ways_on(places), self.ways_off(places)
        access = access_cost(places, self.access_kmh)
        for begin in range(0, count, BLOCK_ROWS):
            rows = np.arange(begin, min(begin + BLOCK_ROWS, count))
            reached = self.reach(doors_in, rows)
            best = np.minimum.reduceat(reached[:, doors_out.state] + doors_out.cost, doors_out.first[:-1], axis=1)
            best = np.minimum(best, self.within_edge(places, rows)) + access[rows, None] + access[None, :]
            best[np.arange(len(rows)), rows] = 0
            found = np.isfinite(best)
            block_s, block_m = unpacked(np.where(found, best, 0))
            seconds[rows] = np.where(found, block_s, UNREACHABLE)
            metres[rows] = np.where(found, block_m, UNREACHABLE)
        return seconds, metres

    def reach(self, doors: Doors, rows: IntArray) -> FloatArray:
        """Costs from each place of `rows` to every state, `(rows, states)`."""
        table, virtual = self._with_sources(doors, rows)
        costs: FloatArray = dijkstra(table, directed=True, indices=virtual, limit=LIMIT)
        return costs

    def reach_with_paths(self, doors: Doors, rows: IntArray) -> tuple[FloatArray, NDArray[np.int32]]:
        """As `reach`, with the state before each state; a state numbered `state_count` or above is a place."""
        table, virtual = self._with_sources(doors, rows)
        costs, before = dijkstra(table, directed=True, indices=virtual, limit=LIMIT, return_predecessors=True)
        return costs, before

    def _with_sources(self, doors: Doors, rows: IntArray) -> tuple[csr_array, IntArray]:
        """The graph with one virtual state per place, appended after the states; zero costs are explicit entries."""
        graph, states = self.graph, self.graph.state_count
        taken = _ranges(doors.first[rows], doors.first[rows + 1])
        row_end = graph.row_start[-1] + np.cumsum(doors.first[rows + 1] - doors.first[rows])
        size = states + len(rows)
        table = csr_array(
            (
                np.concatenate([graph.costs, doors.cost[taken]]),
                np.concatenate([graph.heads, doors.state[taken].astype(np.int32)]),
                np.concatenate([graph.row_start, row_end.astype(np.int32)]),
            ),
            shape=(size, size),
        )
        return table, np.arange(states, size)

    def ways_on(self, places: Places) -> Doors:
        """How a journey from each place enters the graph: ahead on its edge, either way, or at its junction."""
        start, arc_cost_at = self.graph.start_state, self._part_cost
        on_edge = np.flatnonzero(places.node < 0)
        at_node = np.flatnonzero(places.node >= 0)
        place, state, cost, arcs = (
            [at_node],
            [self.graph.node_start[places.node[at_node]]],
            [np.zeros(len(at_node))],
            [],
        )
        arcs.append(np.full(len(at_node), -1))
        for side in (0, 1):
            arc = self.edge_arc[places.edge[on_edge], side]
            here, arc = on_edge[arc >= 0], arc[arc >= 0]
            left = 1 - places.share[here] if side == 0 else places.share[here]
            place.append(here)
            state.append(start[arc])
            cost.append(arc_cost_at(arc, left))
            arcs.append(arc)
        return _doors(place, state, cost, arcs, len(places.edge))

    def ways_off(self, places: Places) -> Doors:
        """How a journey to each place leaves the graph; the same choices as `ways_on`, driven the other way round."""
        graph = self.graph
        on_edge = np.flatnonzero(places.node < 0)
        at_node = np.flatnonzero(places.node >= 0)
        first, stop = graph.node_end_start[places.node[at_node]], graph.node_end_start[places.node[at_node] + 1]
        place, state = [np.repeat(at_node, stop - first)], [graph.node_ends[_ranges(first, stop)]]
        cost, arcs = [np.zeros(len(place[0]))], [np.full(len(place[0]), -1)]
        for side in (0, 1):
            arc = self.edge_arc[places.edge[on_edge], side]
            here, arc = on_edge[arc >= 0], arc[arc >= 0]
            driven = places.share[here] if side == 0 else 1 - places.share[here]
            first, stop = graph.end_start[arc], graph.end_start[arc + 1]
            place.append(np.repeat(here, stop - first))
            state.append(graph.ends[_ranges(first, stop)])
            cost.append(np.repeat(self._part_cost(arc, driven), stop - first))
            arcs.append(np.repeat(arc, stop - first))
        return _doors(place, state, cost, arcs, len(places.edge))

    def within_edge(self, places: Places, rows: IntArray) -> FloatArray:
        """Costs between places of one edge without leaving it, `(rows, n)`; infinite where that is not allowed."""
        on_edge = np.where(places.node < 0, places.edge, -1)
        row, column = np.nonzero((on_edge[rows, None] == on_edge[None, :]) & (on_edge[rows, None] >= 0))
        direct = np.full((len(rows), len(on_edge)), np.inf)
        ahead = places.share[column] - places.share[rows[row]]
        for side, driven in ((0, ahead), (1, -ahead)):
            arc = self.edge_arc[on_edge[column], side]
            ok = (arc >= 0) & (driven >= 0)
            cost = self._part_cost(arc[ok], driven[ok])
            direct[row[ok], column[ok]] = np.minimum(direct[row[ok], column[ok]], cost)
        return direct

    def _part_cost(self, arc: IntArray, part: FloatArray) -> FloatArray:
        network = self.network
        return packed(seconds=network.arc_s[arc] * part, metres=network.edge_m[network.arc_edge[arc]] * part)


def access_cost(places: Places, access_kmh: float) -> FloatArray:
    """Cost of the straight leg between each place and its point, `(n,)`, both ends of a journey."""
    return packed(seconds=places.access_m / (access_kmh / 3.6), metres=places.access_m)


def _doors(
    place: list[IntArray], state: list[IntArray], cost: list[FloatArray], arc: list[IntArray], count: int
) -> Doors:
    """Groups doors by their place."""
    owner = np.concatenate(place)
    order = np.argsort(owner, kind="stable")
    first = np.concatenate([[0], np.cumsum(np.bincount(owner, minlength=count))])
    states = np.concatenate(state)
    if not ((np.diff(first) > 0).all() and (states >= 0).all()):
        # reduceat would misread an empty group, and scipy would read memory that is not its own
        raise AssertionError("a place on the road without a way on and a way off")
    return Doors(
        first=first,
        state=states[order],
        cost=np.concatenate(cost)[order],
        arc=np.concatenate(arc)[order],
    )


def _ranges(first: IntArray, stop: IntArray) -> IntArray:
    """The numbers `first[i]..stop[i] - 1` of all `i`, one after another."""
    sizes = stop - first
    shift = np.repeat(first - np.concatenate([[0], np.cumsum(sizes)[:-1]]), sizes) if len(sizes) else first
    ranges: IntArray = shift + np.arange(int(sizes.sum()))
    return ranges
