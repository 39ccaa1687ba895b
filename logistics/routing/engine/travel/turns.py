"""Turn restrictions of the file as pairs of arcs that must not follow one another."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

import numpy as np

from .network import Network
from .osm import TurnRule

Bans = dict[int, set[int]]
"""Arc → the arcs that must not be driven right after it."""


class Junctions:
    """Arcs into and out of each node, looked up only where a restriction asks."""

    def __init__(self, network: Network) -> None:
        self.network = network
        self._into = np.argsort(network.arc_head, kind="stable")
        self._out_of = np.argsort(network.arc_tail, kind="stable")
        self._heads = network.arc_head[self._into]
        self._tails = network.arc_tail[self._out_of]

    def arcs_into(self, node: int) -> list[int]:
        """Arcs that end at the node."""
        first, stop = np.searchsorted(self._heads, [node, node + 1])
        return [int(arc) for arc in self._into[first:stop]]

    def arcs_out_of(self, node: int) -> list[int]:
        """Arcs that begin at the node."""
        first, stop = np.searchsorted(self._tails, [node, node + 1])
        return [int(arc) for arc in self._out_of[first:stop]]

    def is_turning_round(self, before: int, after: int) -> bool:
        """Whether `after` drives the edge of `before` back."""
        arcs = self.network
        return bool(arcs.arc_edge[before] == arcs.arc_edge[after] and arcs.arc_along[before] != arcs.arc_along[after])


def banned_pairs(network: Network, rules: Sequence[TurnRule]) -> Bans:
    """Every pair of arcs that the rules forbid, and turning round at the next junction to dodge one."""
    bans: Bans = defaultdict(set)
    if not rules:
        return bans
    junctions = Junctions(network)
    order = np.argsort(network.osm_node, kind="stable")
    for rule in rules:
        place = np.searchsorted(network.osm_node, rule.via_node, sorter=order)
        if place == len(order) or network.osm_node[order[place]] != rule.via_node:
            continue  # the junction is beyond the edge of the extract, or closed to vans
        for before, after in _pairs(junctions, rule, int(order[place])):
            bans[before].add(after)
    _ban_dodging(junctions, bans)
    return bans


def _pairs(junctions: Junctions, rule: TurnRule, node: int) -> list[tuple[int, int]]:
    way_of = junctions.network.edge_way[junctions.network.arc_edge]
    before = [arc for arc in junctions.arcs_into(node) if way_of[arc] in rule.from_ways]
    leaving = junctions.arcs_out_of(node)
    named = [arc for arc in leaving if way_of[arc] in rule.to_ways]
    if rule.word.startswith("only_"):
        if not named:
            return []  # the one way allowed is not in the file: banning all others would close the road
        return [(one, other) for one in before for other in leaving if other not in named]
    return [(one, other) for one in before for other in named if _is_meant(junctions, rule, one, other)]


def _is_meant(junctions: Junctions, rule: TurnRule, before: int, after: int) -> bool:
    """A way that runs through the junction is both `from` and `to`: its halves tell turning round from the rest."""
    if not set(rule.from_ways) & set(rule.to_ways):
        return True
    return junctions.is_turning_round(before, after) == (rule.word == "no_u_turn")


def _ban_dodging(junctions: Junctions, bans: Bans) -> None:
    """Where a turn is banned, nobody drives past it, turns round at the next junction and comes back to make it.

    Turning round in a dead end stays allowed.
    """
    for before in list(bans):
        for after in junctions.arcs_out_of(int(junctions.network.arc_head[before])):
            if after in bans[before] or junctions.is_turning_round(before, after):
                continue
            onward = junctions.arcs_out_of(int(junctions.network.arc_head[after]))
            back = [arc for arc in onward if junctions.is_turning_round(after, arc)]
            if back and len(onward) > len(back):
                bans[after].update(back)
