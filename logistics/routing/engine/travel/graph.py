"""The graph that is searched: nodes split only where a turn is banned or where a street is open to visitors alone.

A *state* is a junction together with what must be remembered there: the arc driven last, where a turn after it is
banned; the stage of the journey, where a visitors' street begins (see `stages.py`).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from .cost import packed
from .network import IntArray, Network
from .stages import FIRST, Moves, staged
from .turns import Bans, Junctions


@dataclass(frozen=True, slots=True, kw_only=True)
class Graph:
    """Compressed rows over states, and how journeys enter and leave it.

    Row `u` holds `heads[row_start[u]:row_start[u + 1]]` with packed costs (see `cost.py`) and the arcs driven.
    A journey that starts on arc `a` begins in `start_state[a]` after it; one that starts at node `n` in
    `node_start[n]`; -1 where none may. One that ends on arc `a` comes from a state of
    `ends[end_start[a]:end_start[a + 1]]`; one that ends at node `n` is over in any state `s` with `state_node[s] == n`,
    listed as `node_ends[node_end_start[n]:node_end_start[n + 1]]`.
    """

    row_start: NDArray[np.int32]
    heads: NDArray[np.int32]
    costs: NDArray[np.float64]
    arcs: NDArray[np.int32]
    state_node: IntArray
    start_state: IntArray
    node_start: IntArray
    end_start: IntArray
    ends: IntArray
    node_end_start: IntArray
    node_ends: IntArray

    @property
    def state_count(self) -> int:
        """States of the largest strongly connected part."""
        return len(self.state_node)


def build_graph(network: Network, bans: Bans) -> Graph:
    """The largest strongly connected part of the network, as states.

    An arc outside it has `start_state` -1 and no `ends`: a vehicle could not drive there and come back.
    """
    moves, state_node = _split_by_turns(network, bans)
    moves = _strong_part(moves, state_node, network)
    moves, stage, base_count = staged(moves, network.arc_visitors, len(state_node))
    return _compressed(network, moves, stage, np.tile(state_node, 3), base_count)


def _split_by_turns(network: Network, bans: Bans) -> tuple[Moves, IntArray]:
    """All allowed moves between states, and the node of each state; state `n` < node_count is the plain node `n`."""
    nodes = network.node_count
    own_state = {arc: nodes + index for index, arc in enumerate(sorted(bans))}
    head_state = network.arc_head.copy()
    for banned, state in own_state.items():
        head_state[banned] = state

    every_arc = np.arange(len(network.arc_edge))
    tails, arcs = [network.arc_tail], [every_arc]
    if bans:
        junctions = Junctions(network)
        for banned, state in own_state.items():
            leaving = junctions.arcs_out_of(int(network.arc_head[banned]))
            after = [one for one in leaving if one not in bans[banned]]
            tails.append(np.full(len(after), state))
            arcs.append(np.array(after, dtype=np.int64))
    arc = np.concatenate(arcs)
    state_node = np.concatenate([np.arange(nodes), network.arc_head[sorted(bans)].astype(np.int64)])
    return Moves(tail=np.concatenate(tails), head=head_state[arc], arc=arc), state_node


def _strong_part(moves: Moves, state_node: IntArray, network: Network) -> Moves:
    """Moves within the strongly connected part that holds the most arcs; of equals the one met first.

    A plain state may lie outside because every arc into its node has a state of its own; its moves stay, so that a
    journey may start at the node itself.
    """
    shape = (len(state_node), len(state_node))
    links = csr_array((np.ones(len(moves.arc)), (moves.tail, moves.head)), shape=shape)
    _, label = connected_components(links, directed=True, connection="strong")
    inside = label[moves.tail] == label[moves.head]
    main = np.bincount(label[moves.head[inside]], minlength=1).argmax() if inside.any() else -1
    strong = inside & (label[moves.tail] == main)
    arc_inside = np.zeros(len(network.arc_edge), dtype=np.bool_)
    arc_inside[moves.arc[strong]] = True
    starting = arc_inside[moves.arc] & (moves.tail < network.node_count) & (label[moves.head] == main)
    return moves.where(strong | starting)


def _compressed(network: Network, moves: Moves, stage: IntArray, node_of: IntArray, base_count: int) -> Graph:
    """Renumbers the states that are used and sorts the moves into rows."""
    used, compact = np.unique(np.concatenate([moves.tail, moves.head]), return_inverse=True)
    tail, head = compact[: len(moves.arc)], compact[len(moves.arc) :]
    state_node = node_of[used]
    states = len(used)

    cost = packed(seconds=network.arc_s[moves.arc], metres=network.edge_m[network.arc_edge[moves.arc]])
    order = np.lexsort((cost, head, tail))
    pair = tail[order] * states + head[order]
    cheapest = order[np.append(True, pair[1:] != pair[:-1])] if states else order
    row_start = np.concatenate([[0], np.cumsum(np.bincount(tail[cheapest], minlength=states))])

    start_state = np.full(len(network.arc_edge), -1, dtype=np.int64)
    is_start = stage == FIRST
    start_state[moves.arc[is_start]] = head[is_start]
    by_arc = np.argsort(moves.arc, kind="stable")
    by_node = np.argsort(state_node, kind="stable")
    return Graph(
        row_start=row_start.astype(np.int32),
        heads=head[cheapest].astype(np.int32),
        costs=cost[cheapest],
        arcs=moves.arc[cheapest].astype(np.int32),
        state_node=state_node,
        start_state=start_state,
        node_start=_node_starts(network, used, base_count),
        end_start=np.concatenate([[0], np.cumsum(np.bincount(moves.arc, minlength=len(network.arc_edge)))]),
        ends=tail[by_arc],
        node_end_start=np.concatenate([[0], np.cumsum(np.bincount(state_node, minlength=network.node_count))]),
        node_ends=by_node,
    )


def _node_starts(network: Network, used: IntArray, base_count: int) -> IntArray:
    """The state a journey from each node begins in: the first stage where there is one, -1 outside the graph."""
    starts = np.full(network.node_count, -1, dtype=np.int64)
    stage, state = np.divmod(used, base_count) if base_count else (used, used)
    plain = state < network.node_count
    for wanted in (0, 1):  # the first stage is the freer one, so it overwrites
        here = np.flatnonzero(plain & (stage == wanted))
        starts[state[here]] = here
    return starts
